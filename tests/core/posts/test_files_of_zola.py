"""Typical files of Zola are read correctly."""

from typing import Any, Final

import pytest

from tests.support.dialects import outcome

NAME: Final = "blog/tea.md"
DATE: Final = "date = 2019-05-06\n"

FILES: Final = {
    "TOML": (
        NAME,
        f'+++\ntitle = "Tea ]]> 3.10"\n{DATE}+++\n\nHi.\n',
        {
            "title": "Tea ]]> 3.10",
            "date": "2019-05-06T00:00:00+08:00",
            "link": "/blog/tea/",
            "body": "\nHi.\n",
        },
    ),
    "a moment": (
        NAME,
        "+++\ndate = 2019-05-06T07:08:09Z\nupdated = 2020-01-02\n+++\n",
        {"date": "2019-05-06T07:08:09+00:00", "updated": "2020-01-02T00:00:00+08:00"},
    ),
    "a local moment": (
        NAME,
        "+++\ndate = 2019-05-06T07:08:09\n+++\n",
        {"date": "2019-05-06T07:08:09+08:00"},
    ),
    "a date between quotes": (
        NAME,
        '+++\ndate = "2019-05-06"\n+++\n',
        {"date": "2019-05-06T00:00:00+08:00"},
    ),
    "taxonomies": (
        NAME,
        f'+++\n{DATE}[taxonomies]\ntags = ["Rust", "no"]\ncategories = ["News", "Rust"]\n+++\n',
        {"tags": ["Rust", "no"], "categories": ["News", "Rust"]},
    ),
    "authors": (
        NAME,
        f'+++\n{DATE}authors = ["The Rust Team", "Li"]\n+++\n',
        {"authors": ["The Rust Team", "Li"]},
    ),
    "YAML": (
        NAME,
        "---\ndate: 2019-05-06\ntaxonomies:\n  tags: [Rust]\n---\n",
        {"tags": ["Rust"]},
    ),
    "slug": (
        NAME,
        f'+++\n{DATE}slug = "green"\n+++\n',
        {"key": "slug:green", "link": "/blog/green/"},
    ),
    "path and aliases": (
        NAME,
        f'+++\n{DATE}path = "2019/tea"\naliases = ["old.html"]\n+++\n',
        {"link": "/2019/tea", "warnings": []},
    ),
    "a date in the name": (
        "blog/2019-05-06-tea.md",
        '+++\ntitle = "T"\n+++\n',
        {"date": "2019-05-06T00:00:00+08:00", "link": "/blog/tea/"},
    ),
    "a moment in the name": (
        "blog/2019-05-06T07:08:09Z-tea.md",
        "+++\n+++\n",
        {"title": "tea", "date": "2019-05-06T07:08:09+00:00"},
    ),
    "a bundle": (
        "blog/2019-05-06_tea/index.md",
        "+++\n+++\n",
        {"title": "tea", "date": "2019-05-06T00:00:00+08:00", "link": "/blog/tea/"},
    ),
    "extra": (
        NAME,
        f'+++\n{DATE}weight = 3\n[extra]\nimage = "a.png"\n+++\n',
        {"image": "/blog/tea/a.png"},
    ),
    "a translation": (
        "blog/tea.fr.md",
        f"+++\n{DATE}+++\n",
        {"language": "fr", "link": "/fr/blog/tea/"},
    ),
    "the marker": (NAME, f"+++\n{DATE}+++\nOne.\n<!-- more -->\nTwo.", {"excerpt": "One."}),
    "description": (NAME, f'+++\n{DATE}description = "D"\n+++\nOne.', {"summary": "D"}),
    "draft": (NAME, f"+++\n{DATE}draft = true\n+++\n", "hidden by draft"),
    "a draft that slipped into a table": (
        NAME,
        f"+++\n{DATE}[extra]\ndraft = true\n+++\n",
        "hidden by extra.draft",
    ),
    "not rendered": (NAME, f"+++\n{DATE}render = false\n+++\n", "hidden by render"),
    "a page without a date": (
        "pages/about.md",
        '+++\ntitle = "About"\n+++\n',
        "refused in line 1: no-date",
    ),
    "broken TOML": (NAME, "+++\ntitle = Tea\n+++\n", "refused in line 2: front-matter"),
}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_file_is_read(file: tuple[str, str, dict[str, Any] | str]) -> None:
    path, text, expected = file
    rules = {"permalink": "/:section/:dateless/", "categories": "flat"}
    assert outcome(path, text, expected, **rules) == expected
