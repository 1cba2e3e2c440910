"""Typical files of Hugo are read correctly."""

from typing import Any, Final

import pytest

from tests.support.dialects import outcome

NAME: Final = "posts/tea.md"
DATE: Final = "date: 2019-05-06T07:08:09+02:00\n"

FILES: Final = {
    "hugo new": (
        NAME,
        "+++\ntitle = 'Tea'\ndate = 2019-05-06T07:08:09+02:00\ndraft = false\n+++\nHi.\n",
        {
            "title": "Tea",
            "date": "2019-05-06T07:08:09+02:00",
            "link": "/posts/tea/",
            "body": "Hi.\n",
        },
    ),
    "JSON": (
        NAME,
        '{\n  "title": "Tea",\n  "date": "2019-05-06",\n  "tags": ["a", 3.10]\n}\n\nHi.\n',
        {"title": "Tea", "date": "2019-05-06T00:00:00+08:00", "tags": ["a", "3.10"]},
    ),
    "YAML, strings, Chinese tags": (
        NAME,
        "---\ntitle: '茶'\ndate: '2019-05-06'\ntags: [绿茶, 红茶]\ncategories: [水, 茶]\n---\n",
        {"title": "茶", "tags": ["绿茶", "红茶"], "categories": ["水", "茶"]},
    ),
    "TOML's own dates and tables": (
        NAME,
        "+++\ndate = 2019-05-06\nlastmod = 2020-01-02 03:04:05\n[params]\nauthor = 'Li'\n+++\n",
        {"updated": "2020-01-02T03:04:05+08:00", "authors": ["Li"]},
    ),
    "a day to wait for": (
        NAME,
        f"---\n{DATE}publishDate: 2999-01-02\nexpiryDate: 2999-03-04\n---\n",
        {
            **{"date": "2019-05-06T07:08:09+02:00", "waits": "2999-01-02T00:00:00+08:00"},
            **{"expires": "2999-03-04T00:00:00+08:00"},
        },
    ),
    "aliases of the dates": (
        NAME,
        "---\npubdate: 2019-05-06\nmodified: 2020-01-02\nunpublishdate: 2999-01-01\n---\n",
        {"date": "2019-05-06T00:00:00+08:00", "updated": "2020-01-02T00:00:00+08:00"},
    ),
    "a bundle": (
        "posts/green/index.md",
        f"---\n{DATE}images: [a.png]\n---\n",
        {"title": "green", "link": "/posts/green/", "image": "/posts/green/a.png"},
    ),
    "a translation": (
        "posts/tea.zh.md",
        f"---\n{DATE}---\n",
        {"language": "zh", "link": "/zh/posts/tea/"},
    ),
    "a folder's language": (
        "zh/posts/tea.md",
        f"---\n{DATE}---\n",
        {"language": "zh", "link": "/zh/tea/"},
    ),
    "slug": (
        NAME,
        f"---\n{DATE}slug: green\n---\n",
        {"key": "slug:green", "link": "/posts/green/"},
    ),
    "url with tokens, aliases": (
        NAME,
        f"---\n{DATE}url: /blog/:year/:slugorcontentbasename/\naliases: [/old/]\n---\n",
        {"link": "/blog/2019/tea/", "warnings": []},
    ),
    "summary, description, the marker": (
        NAME,
        f"---\n{DATE}summary: Short.\nweight: 5\n---\nOne.<!--more-->Two.",
        {"summary": "Short.", "excerpt": "Short."},
    ),
    "PaperMod's cover": (
        NAME,
        f"---\n{DATE}cover:\n  image: /a.png\n  hidden: true\nauthor: [Li, Wen]\n---\n",
        {"image": "/a.png", "authors": ["Li", "Wen"]},
    ),
    "a date in the name": (
        "posts/2019-05-06-tea.md",
        "---\ntitle: T\n---\n",
        {"date": "2019-05-06T00:00:00+08:00"},
    ),
    "draft": (NAME, "+++\ndate = 2019-05-06\ndraft = true\n+++\n", "hidden by draft"),
    "a draft that slipped into a table": (
        NAME,
        "+++\ndate = 2019-05-06\n[params]\nx = 1\ndraft = true\n+++\n",
        "hidden by params.draft",
    ),
    "build": (NAME, f"---\n{DATE}_build:\n  list: never\n---\n", "hidden by _build.list"),
    "headless": ("a/index.md", f"---\n{DATE}headless: true\n---\n", "hidden by headless"),
    "an archetype": (NAME, "---\ndate: {{ .Date }}\n---\n", "refused in line 2: front-matter"),
    "git's date": (
        NAME,
        f"---\n{DATE}lastmod: git Last Modified\n---\n",
        "refused in line 3: date",
    ),
}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_file_is_read(file: tuple[str, str, dict[str, Any] | str]) -> None:
    path, text, expected = file
    rules = {"permalink": "/:section/:slugorcontentbasename/", "categories": "flat"}
    assert outcome(path, text, expected, **rules) == expected
