"""Golden feeds: folders of posts, and the documents that they give, byte for byte.

Each case is a folder of `golden/`: `seeds/` is what an author wrote, all other files are what a
subscriber gets. They were read through before they were kept. When a change of the code is
meant to change them, record them anew with

    FEEDSVC_RECORD_GOLDEN=1 .venv/bin/python -m pytest tests/stories/test_golden.py

and read the diff, line by line: each changed byte makes every subscriber fetch the feed again.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from feedsvc.core.people import Person
from feedsvc.core.rules import Rules
from feedsvc.core.site import Site
from tests.support.pipeline import findings_of, published

GOLDEN: Final = Path(__file__).parents[1] / "golden"
NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)
SITE: Final = Site(
    title="Tea & notes",
    url="https://example.org",
    author="Li Wen",
    timezone="Asia/Shanghai",
    tag_authority="example.org,2026",
)
STAFF: Final = (
    ("li", Person("Li Wen", "https://example.org/li", "li@example.org")),
    ("wang", Person("Wang Fang", "https://example.org/wang")),
)
SITES: Final = {
    "chinese-post": replace(
        SITE, url="https://example.org/blog", title="医学新闻", language="zh-CN"
    ),
    "authors": replace(SITE, email="li@example.org", subtitle="Written by many hands"),
    "astro": replace(SITE, rules=Rules(authors=STAFF)),
    "eleventy": replace(SITE, rules=Rules(permalink="/:year/:dateless/")),
    "hexo": replace(SITE, language="zh-CN", rules=Rules(permalink=":year/:month/:day/:title/")),
    "hugo": replace(
        SITE,
        rules=Rules(permalink="/:section/:slugorcontentbasename/", categories="flat"),
    ),
    "images": replace(SITE, rules=Rules(lead_image=True)),
    "jekyll": replace(
        SITE, rules=Rules(permalink="date", tag_separators=", ", categories="flat")
    ),
    "merged-names": replace(
        SITE,
        rules=Rules(
            tag_aliases=(("python", "Python"), ("GO", "Go")),
            category_aliases=(("Tech/py", "Tech/Python"), ("技术/Python", "Tech/Python")),
        ),
    ),
    "pelican": replace(SITE, rules=Rules(permalink="/:slug.html")),
    "people": replace(SITE, rules=Rules(authors=STAFF)),
    "summary-site": replace(SITE, content="summary", contents=(("tags/Tea", "full"),)),
    "teasers": replace(SITE, rules=Rules(encrypted="teaser")),
    "zola": replace(SITE, rules=Rules(permalink="/:section/:dateless/", categories="flat")),
}
NAMES: Final = ("atom.xml", "rss.xml", "feed.json")
FEEDS: Final = {
    "astro": ["", "authors/Li_Wen"],
    "authors": ["", "authors/林小满"],
    "chinese-post": ["", "tags/上海交大医学院", "categories/shsmu.cc/上海交通大学医学院"],
    "chosen-feeds": ["", "tags/AI", "tags/C~23", "categories/Tech/Python", "lang/en"],
    "code": [""],
    "dates": [""],
    "eleventy": ["", "tags/tea"],
    "empty-site": [""],
    "enclosures": ["", "tags/Podcast"],
    "hexo": ["", "tags/C~23", "categories/Tea/Green"],
    "hidden": ["", "tags/Seen"],
    "hostile-html": ["", "tags/a~26amp~3Bb"],
    "hugo": ["", "tags/Tea", "lang/zh"],
    "images": [""],
    "jekyll": ["", "categories/tech/python", "tags/a~2Fb"],
    "languages": ["", "tags/Tee"],
    "markdown": [""],
    "math-and-code": [""],
    "merged-names": ["", "tags/Python", "categories/Tech/Python"],
    "nested-categories": ["", "categories/Tea/Green", "categories/Paint/Green"],
    "obsidian": ["", "tags/tea~2Fgreen"],
    "odd-names": ["", "tags/C~23", "tags/Café"],
    "pelican": ["", "categories/brewing", "authors/Wang~2C_Fang", "lang/de"],
    "people": ["", "authors/Li_Wen"],
    "plain-post": ["", "tags/Tea"],
    "raw-html": [""],
    "scalars": ["", "tags/3.10", "tags/no"],
    "summaries": [""],
    "summary-site": ["", "tags/Tea"],
    "teasers": ["", "tags/Locked"],
    "zola": ["", "tags/rust", "categories/Releases"],
}


def rendered(case: str) -> dict[str, bytes]:
    """Every document that the case's folder gives."""
    seeds = GOLDEN / case / "seeds"
    files = {
        str(file.relative_to(seeds)): file.read_bytes()
        for file in sorted(seeds.rglob("*"))
        if file.is_file()
    }
    return published(files, SITES.get(case, SITE), NOW)


def chosen(case: str, documents: Mapping[str, bytes]) -> dict[str, bytes]:
    """The documents of the case's feeds, and the list of all feeds."""
    names = [f"{path}/{name}".lstrip("/") for path in FEEDS[case] for name in NAMES]
    return {path: documents[path] for path in [*names, "opml.xml"]}


def golden_files(case: str) -> dict[str, bytes]:
    """What is kept of the case, by path."""
    files = (file for file in (GOLDEN / case).rglob("*") if file.is_file())
    paths = {str(file.relative_to(GOLDEN / case)): file for file in files}
    return {
        path: file.read_bytes() for path, file in paths.items() if not path.startswith("seeds/")
    }


def record(case: str, documents: Mapping[str, bytes]) -> None:
    """Replace what is kept of the case."""
    for path in golden_files(case).keys() - documents.keys():
        (GOLDEN / case / path).unlink()
    for path, document in documents.items():
        file = GOLDEN / case / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(document)


def test_every_golden_folder_is_a_case() -> None:
    assert sorted(folder.name for folder in GOLDEN.iterdir()) == sorted(FEEDS)


@pytest.mark.parametrize("case", FEEDS)
def test_a_folder_gives_its_golden_documents_byte_for_byte(case: str) -> None:
    documents = chosen(case, rendered(case))
    if os.environ.get("FEEDSVC_RECORD_GOLDEN") == "1":
        record(case, documents)
    kept = golden_files(case)
    assert sorted(documents) == sorted(kept)
    for path, document in documents.items():
        assert document.decode() == kept[path].decode(), path
        assert document == kept[path], path


@pytest.mark.parametrize("case", FEEDS)
def test_no_document_of_a_golden_folder_breaks_a_rule(case: str) -> None:
    documents = rendered(case)
    assert findings_of(documents, SITES.get(case, SITE), NOW) == []
