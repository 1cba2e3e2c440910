"""The languages of the pages: which one a visitor gets, and that each says all."""

import re
import string
from pathlib import Path

import lxml.html
import pytest
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from feedsvc.web.pages.catalogues import CATALOGUES, catalogue_for
from tests.support.running import Server

TEMPLATES = sorted(Path("feedsvc/web/templates").glob("*.html"))
NAMES = {"OPML", "x"}  # a word of every language, and what stands for a value
SPOKEN = ("title", "alt", "placeholder", "aria-label", "data-copied")


def test_every_catalogue_says_the_same_things() -> None:
    first, *others = CATALOGUES.values()
    for other in others:
        assert other.texts.keys() == first.texts.keys()


@pytest.mark.parametrize("key", CATALOGUES["en"].texts)
def test_a_text_has_the_same_places_to_fill_in_every_language(key: str) -> None:
    places = [
        {name for _, name, _, _ in string.Formatter().parse(catalogue.texts[key]) if name}
        for catalogue in CATALOGUES.values()
    ]
    assert all(found == places[0] for found in places)


def test_every_text_is_said_somewhere() -> None:
    source = "".join(path.read_text("utf-8") for path in TEMPLATES)
    said = set(re.findall(r'say\("(\w+)"', source))
    begun = (*re.findall(r'say\("(\w+_)" ~', source), "error_")
    for key in CATALOGUES["en"].texts:
        assert key.removesuffix("_one") in said or key.startswith(begun), key
    assert said <= CATALOGUES["en"].texts.keys() | set(begun)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    markup = re.sub(r"{#.*?#}|{%.*?%}", "", path.read_text("utf-8"), flags=re.DOTALL)
    markup = re.sub(r"{{.*?}}", "x", markup)
    page = lxml.html.fromstring(f"<div>{markup}</div>")
    texts = [*page.itertext()]
    texts += [element.get(name, "") for element in page.iter() for name in SPOKEN]
    words = set(re.findall(r"\w+", " ".join(texts)))
    assert words <= NAMES


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
def test_the_visitor_chooses_the_language_and_else_the_site(
    accepted: str, site_language: str, language: str
) -> None:
    header = parse_accept_header(accepted, LanguageAccept)
    assert catalogue_for(header, site_language).language == language


def test_one_thing_is_said_of_one() -> None:
    say = CATALOGUES["en"].say
    assert [say("posts", count=count) for count in (0, 1, 2)] == [
        "0 posts",
        "1 post",
        "2 posts",
    ]


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "What is published here"), ("zh-CN", "这里发布的内容")]
)
def test_a_page_is_in_the_language_that_was_asked_for(
    server: Server, language: str, heading: str
) -> None:
    response = server.get("/", headers={"Accept-Language": language})
    page = lxml.html.fromstring(response.content.decode())
    assert (page.get("lang"), page.findtext(".//h1")) == (language, heading)
