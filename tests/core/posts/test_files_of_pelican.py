"""Typical files of Pelican are read correctly."""

from typing import Any, Final

import pytest

from tests.support.dialects import outcome

NAME: Final = "python/tea.md"
HEAD: Final = "Title: Tea\nDate: 2019-05-06 07:08\n"

FILES: Final = {
    "its own example": (
        NAME,
        f"{HEAD}Modified: 2020-01-02 03:04\nCategory: Python\nTags: pelican, publishing\n"
        "Slug: my-super-post\nAuthors: Alexis Metaireau, Conan Doyle\nSummary: Short\n\nHi.\n",
        {
            **{"title": "Tea", "date": "2019-05-06T07:08:00+08:00", "summary": "Short"},
            **{"updated": "2020-01-02T03:04:00+08:00", "categories": ["Python"]},
            **{"tags": ["pelican", "publishing"], "key": "slug:my-super-post"},
            **{"authors": ["Alexis Metaireau", "Conan Doyle"], "link": "/my-super-post.html"},
            **{"body": "Hi.\n"},
        },
    ),
    "keys in lower case": (
        NAME,
        "title: Tea\ndate: 2019-05-06\ncategory: no\n\nHi.",
        {"title": "Tea", "categories": ["no"]},
    ),
    "keys in capitals": (NAME, "TITLE: Tea\nDATE: 2019-05-06\nTAGS: a\n\nHi.", {"tags": ["a"]}),
    "YAML's letters mean nothing": (
        NAME,
        "Title: 'a': [b] # c\nDate: 2019-05-06\n\n",
        {"title": "'a': [b] # c"},
    ),
    "authors parted by semicolons": (
        NAME,
        f"{HEAD}Authors: Wang, Fang; Li\n\n",
        {"authors": ["Wang, Fang", "Li"]},
    ),
    "tags parted by semicolons": (NAME, f"{HEAD}Tags: a b; c\n\n", {"tags": ["a b", "c"]}),
    "no category but a folder": (NAME, f"{HEAD}\nHi.", {"categories": ["python"]}),
    "a summary of two lines": (
        NAME,
        f"{HEAD}Summary: One\n    two.\n\nHi.",
        {"summary": "One two."},
    ),
    "a translation": (
        NAME,
        f"{HEAD}Lang: fr\nTranslation: true\nSlug: the\n\n",
        {"language": "fr", "key": "slug:the"},
    ),
    "an address of its own": (
        NAME,
        f"{HEAD}URL: pages/tea/\nSave_as: pages/tea/index.html\n\n",
        {"link": "/pages/tea/", "warnings": []},
    ),
    "a date in the name": (
        "2019-05-06_tea.md",
        "Title: T\n\nHi.",
        {"date": "2019-05-06T00:00:00+08:00"},
    ),
    "a rule in the body": (
        NAME,
        f"{HEAD}\nNote: x\n\n---\n\nHi.",
        {"body": "Note: x\n\n---\n\nHi."},
    ),
    "blank lines and a byte order mark": (
        NAME,
        f"\ufeff\n\n{HEAD}\nHi.",
        {"title": "Tea", "body": "Hi."},
    ),
    "carriage returns": (
        NAME,
        f"{HEAD}Tags: a\n\nHi.\n".replace("\n", "\r\n"),
        {"tags": ["a"], "body": "Hi.\n"},
    ),
    "YAML in Pelican's words": (
        NAME,
        "---\nTitle: T\nDate: 2019-05-06\nTags: a, b\n---\n",
        {"title": "T", "tags": ["a", "b"]},
    ),
    "Status: published": (NAME, f"{HEAD}Status: published\n\n", {"title": "Tea"}),
    "Status: draft": (NAME, f"{HEAD}Status: draft\n\n", "hidden by status"),
    "Status: hidden": (NAME, f"{HEAD}status: Hidden\n\n", "hidden by status"),
    "Status: skip": (NAME, f"{HEAD}Status: skip\n\n", "hidden by status"),
    "category and Category": (
        NAME,
        f"{HEAD}category: a\nCategory: b\n\n",
        {"categories": ["a", "b"]},
    ),
    "no headers": (NAME, "Tea is good.\n\nTitle: x\n", "no post"),
}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_file_is_read(file: tuple[str, str, dict[str, Any] | str]) -> None:
    path, text, expected = file
    assert outcome(path, text, expected, permalink="/:slug.html") == expected
