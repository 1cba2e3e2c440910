"""The texts of the pages: each language has all of them, and the visitor gets the right one."""

import re
import string
from pathlib import Path
from typing import Final

import lxml.html
import pytest
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from feedsvc.web.pages.catalogues import CATALOGUES, catalogue_for
from tests.support.running import Server

PAGES: Final = Path(__file__).parents[3] / "feedsvc/web/pages"
TEMPLATES: Final = sorted((PAGES / "templates").glob("*.html"))
NEUTRAL: Final = {
    "JSON",
    "OPML",
    "RSS",
    "x",
}  # the same in every language, and a placeholder for values
ATTRIBUTES: Final = ("title", "alt", "placeholder", "aria-label", "data-copied")  # with text
ENGLISH: Final = CATALOGUES["en"].texts
OTHERS: Final = [name for name in CATALOGUES if name != "en"]


def _fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


def test_there_is_a_catalogue_for_each_file_of_texts() -> None:
    assert len(OTHERS) > 0
    assert sorted(CATALOGUES) == sorted(path.stem for path in (PAGES / "texts").iterdir())


@pytest.mark.parametrize("name", OTHERS)
def test_every_catalogue_has_the_keys_of_the_english_one(name: str) -> None:
    assert sorted(CATALOGUES[name].texts) == sorted(ENGLISH)


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("key", ENGLISH)
def test_a_text_has_the_same_fields_in_every_language(name: str, key: str) -> None:
    text = CATALOGUES[name].texts[key]
    assert text.strip()
    assert _fields(text) == _fields(ENGLISH[key])


@pytest.mark.parametrize("name", OTHERS)
def test_a_catalogue_is_a_translation(name: str) -> None:
    untranslated = [key for key in ENGLISH if CATALOGUES[name].texts[key] == ENGLISH[key]]
    assert untranslated == []


def test_every_text_is_used_and_every_used_text_exists() -> None:
    source = "".join(path.read_text("utf-8") for path in TEMPLATES)
    used = set(re.findall(r'say\("(\w+)"', source))
    prefixes = {*re.findall(r'say\("(\w+_)" ~', source), "error_"}
    assert len(used) > 20
    assert len(prefixes) > 3
    unused = [
        key
        for key in ENGLISH
        if key.removesuffix("_one") not in used and not key.startswith(tuple(prefixes))
    ]
    assert unused == []
    assert used - prefixes <= ENGLISH.keys()


def test_the_templates_are_found() -> None:
    assert {"base.html", "feed.html", "index.html", "refusal.html"} <= {
        path.name for path in TEMPLATES
    }


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    markup = re.sub(r"{#.*?#}|{%.*?%}", "", path.read_text("utf-8"), flags=re.DOTALL)
    markup = re.sub(r"{{.*?}}", "x", markup)
    page = lxml.html.fromstring(f"<div>{markup}</div>")
    texts = [*page.itertext()]
    texts += [element.get(name, "") for element in page.iter() for name in ATTRIBUTES]
    words = set(re.findall(r"\w+", " ".join(texts)))
    assert words <= NEUTRAL


@pytest.mark.parametrize(
    ("accepted", "site_language", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "en", "zh-CN"),
        ("en-GB,zh;q=0.9", "zh-CN", "en"),
        ("zh-Hant-TW", "en", "zh-CN"),
        ("de,zh;q=0.5,en;q=0.3", "en", "zh-CN"),
        ("de", "zh-CN", "zh-CN"),
        ("de", "fr", "en"),
        ("zh;q=0", "en", "en"),
        ("*", "zh-CN", "zh-CN"),
        ("", "zh-Hans-CN", "zh-CN"),
    ],
)
def test_the_visitor_chooses_the_language_otherwise_the_site(
    accepted: str, site_language: str, language: str
) -> None:
    header = parse_accept_header(accepted, LanguageAccept)
    assert catalogue_for(header, site_language).language == language


def test_a_count_of_one_has_its_own_text() -> None:
    say = CATALOGUES["en"].say
    assert [say("posts", count=count) for count in (0, 1, 2)] == [
        "0 posts",
        "1 post",
        "2 posts",
    ]


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "Feeds of this site"), ("zh-CN", "本站订阅源")]
)
def test_a_page_is_in_the_requested_language(
    server: Server, language: str, heading: str
) -> None:
    response = server.get("/", headers={"Accept-Language": language})
    page = lxml.html.fromstring(response.content.decode())
    assert (page.get("lang"), page.findtext(".//h1")) == (language, heading)
