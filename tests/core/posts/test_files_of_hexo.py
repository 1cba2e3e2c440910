"""Typical files of Hexo are read correctly."""

from typing import Any, Final

import pytest

from tests.support.dialects import outcome

LINK: Final = ":year/:month/:day/:title/"
DATE: Final = "date: 2019-05-06 07:08:09\n"

FILES: Final = {
    "hexo new": (
        "_posts/hello-world.md",
        "---\ntitle: Hello World\ndate: 2019-05-06 07:08:09\ntags:\ncategories:\n---\nHi.\n",
        {
            **{"title": "Hello World", "date": "2019-05-06T07:08:09+08:00", "tags": []},
            **{"categories": [], "link": "/2019/05/06/hello-world/"},
        },
    ),
    "no opening line, tabs": (
        "_posts/a.md",
        "title: 茶\ndate: 2019/5/6 7:08:09\ntags:\n\t- 绿茶\n\t- C#\n---\n\nText.\n",
        {"title": "茶", "date": "2019-05-06T07:08:09+08:00", "tags": ["绿茶", "C#"]},
    ),
    "JSON between semicolons": (
        "_posts/a.md",
        '"title": "Hello",\n"date": "2019/05/06 07:08:09",\n"tags": [2019, "no"]\n;;;\nText.',
        {"title": "Hello", "tags": ["2019", "no"], "body": "Text."},
    ),
    "a flat list is one path": (
        "_posts/a.md",
        f"---\n{DATE}categories:\n- Sports\n- Baseball\n---\n",
        {"categories": ["Sports/Baseball"]},
    ),
    "lists in the list are paths": (
        "_posts/a.md",
        f"---\n{DATE}categories:\n- [MLB, AL, Boston]\n- [MLB, AL]\n- Rivalries\n---\n",
        {"categories": ["MLB/AL/Boston", "MLB/AL", "Rivalries"]},
    ),
    "categories as a string, tags empty": (
        "_posts/a.md",
        f"---\n{DATE}tags: \ncategories: 数据库, 缓存\n---\n",
        {"tags": [], "categories": ["数据库, 缓存"]},
    ),
    "a misspelt key": (
        "_posts/a.md",
        f"---\n{DATE}categries: Java\n---\n",
        {"categories": [], "warnings": ["unknown-key"]},
    ),
    "no title, a date alone": (
        "_posts/2019/a.md",
        "---\nlayout: post\ndate: 2019-05-06\nauthor: jiegec\ntags: [linux, 3.10]\n---\n"
        "\n# 装机\n\n一。",
        {
            **{"title": "装机", "date": "2019-05-06T00:00:00+08:00", "tags": ["linux", "3.10"]},
            **{"authors": ["jiegec"], "link": "/2019/05/06/2019/a/", "body": "\n\n\n一。"},
        },
    ),
    "a database's number, cover, excerpt": (
        "_posts/a.md",
        f"---\nid: 731\n{DATE}excerpt: Short.\ncover: /img/a.png\ntags: 2019\n---\nLong.",
        {"key": "path:_posts/a", "summary": "Short.", "image": "/img/a.png", "tags": ["2019"]},
    ),
    "the template of the post's own key": (
        "_posts/a.md",
        f"---\n{DATE}urlname: news\nnumber: 7\npermalink: /:year/:number-:urlname.html\n---\n",
        {"key": "slug:news", "link": "/2019/7-news.html"},
    ),
    "abbrlink": (
        "_posts/a.md",
        f"---\n{DATE}abbrlink: 3e5\nupdated: 2020-01-02 03:04:05\n---\n",
        {"key": "slug:3e5", "updated": "2020-01-02T03:04:05+08:00"},
    ),
    "Fluid's image, pinned, the marker": (
        "_posts/a.md",
        f"---\n{DATE}index_img: a.png\nimage: b.png\nsticky: 100\n---\nOne.<!--MORE-->Two.",
        {"image": "/2019/05/06/a/a.png", "excerpt": "One.", "warnings": []},
    ),
    "published: false": ("a.md", f"---\n{DATE}published: false\n---\n", "hidden by published"),
    "a password": ("a.md", f"---\n{DATE}password: 123456\n---\n", "hidden by password"),
    "hexo new page": (
        "tags/index.md",
        f"---\ntitle: tags\n{DATE}type: tags\nlayout: tags\n---\n",
        "hidden by layout, type",
    ),
    "a broken value": (
        "a.md",
        f"---\n{DATE}title: a: b\n---\n",
        "refused in line 3: front-matter",
    ),
}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_file_is_read(file: tuple[str, str, dict[str, Any] | str]) -> None:
    path, text, expected = file
    assert outcome(path, text, expected, permalink=LINK) == expected
