"""Typical notes of Obsidian are read correctly."""

from typing import Any, Final

import pytest

from tests.support.dialects import outcome

NAME: Final = "Garden/Green tea.md"
DATE: Final = "created: 2019-05-06T07:08\n"

FILES: Final = {
    "properties": (
        NAME,
        f"---\n{DATE}modified: 2020-01-02\naliases:\n  - Ryokucha\n"
        "tags:\n  - tea\ncssclasses: wide\n---\nHi.\n",
        {
            **{"title": "Green tea", "date": "2019-05-06T07:08:00+08:00", "tags": ["tea"]},
            **{"updated": "2020-01-02T00:00:00+08:00", "link": "/posts/Garden/Green tea/"},
            **{"warnings": []},
        },
    ),
    "date goes before created": (
        NAME,
        f"---\n{DATE}date: 2019-05-07\n---\n",
        {"date": "2019-05-07T00:00:00+08:00"},
    ),
    "nested tags": (
        NAME,
        f"---\n{DATE}tags: [tea/green, '#tea/black']\n---\n",
        {"tags": ["tea/green", "tea/black"]},
    ),
    "tags as a text": (
        NAME,
        f"---\n{DATE}tags: tea, '#green'\n---\n",
        {"tags": ["tea", "'#green'"]},
    ),
    "one tag": (NAME, f"---\n{DATE}tag: tea\n---\n", {"tags": ["tea"]}),
    "a daily note": (
        "Daily/2019-05-06.md",
        "---\ntags: []\n---\nHi.",
        {"title": "2019-05-06", "date": "2019-05-06T00:00:00+08:00"},
    ),
    "a daily note with a heading": (
        "2019-05-06.md",
        "---\n---\n# Rain\n\nHi.",
        {"title": "Rain", "body": "\n\nHi."},
    ),
    "an address": (
        NAME,
        f"---\n{DATE}permalink: garden/tea\n---\n",
        {"link": "/garden/tea", "key": "path:Garden/Green tea"},
    ),
    "a linked cover": (
        NAME,
        f"---\n{DATE}cover: '[[tea cup.png]]'\n---\n",
        {"image": "/posts/Garden/Green tea/tea cup.png"},
    ),
    "a shown picture": (
        NAME,
        f"---\n{DATE}image: '![[/img/a.png|200]]'\n---\n",
        {"image": "/img/a.png"},
    ),
    "published by a plug-in": (
        NAME,
        f"---\n{DATE}publish: true\ndg-publish: true\n---\n",
        {"warnings": []},
    ),
    "a day to wait for": (
        NAME,
        f"---\n{DATE}publish: 2999-01-01\n---\n",
        {"waits": "2999-01-01T00:00:00+08:00"},
    ),
    "description and author": (
        NAME,
        f"---\n{DATE}description: D\nauthor: 林小满\n---\n",
        {"summary": "D", "authors": ["林小满"]},
    ),
    "publish: false": (NAME, f"---\n{DATE}publish: false\n---\n", "hidden by publish"),
    "dg-publish: false": (NAME, f"---\n{DATE}dg-publish: false\n---\n", "hidden by dg-publish"),
    "the tag draft": (NAME, f"---\n{DATE}tags: [tea, draft]\n---\n", "hidden by tags"),
    "a tag below draft": (NAME, f"---\n{DATE}tags:\n  - draft/idea\n---\n", "hidden by tags"),
    "a folder of drafts": ("Drafts/Tea.md", f"---\n{DATE}---\n", "hidden by the folder drafts"),
    "no date": (NAME, "---\ntags: [tea]\n---\n", "refused in line 1: no-date"),
    "no properties": (NAME, "# Tea\n\nHi.\n", "no post"),
}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_file_is_read(file: tuple[str, str, dict[str, Any] | str]) -> None:
    path, text, expected = file
    assert outcome(path, text, expected) == expected
