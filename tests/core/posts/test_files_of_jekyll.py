"""Typical files of Jekyll are read correctly."""

from typing import Any, Final

import pytest

from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from tests.support.builders import a_site
from tests.support.dialects import outcome

NAME: Final = "_posts/2019-05-06-tea-time.md"

FILES: Final = {
    "jekyll new": (
        NAME,
        "---\nlayout: post\ntitle:  'Welcome!'\ndate:   2019-05-06 07:08:09 +0100\n"
        "categories: jekyll\n---\nHi.\n",
        {
            **{"title": "Welcome!", "date": "2019-05-06T07:08:09+01:00"},
            **{"categories": ["jekyll"], "link": "/jekyll/2019/05/06/tea-time.html"},
        },
    ),
    "the name's date": (
        NAME,
        "---\nlayout: post\n---\nHi.\n",
        {"title": "tea time", "date": "2019-05-06T00:00:00+08:00"},
    ),
    "the date goes before the name's": (
        NAME,
        "---\ndate: 2018-01-02\n---\n",
        {"date": "2018-01-02T00:00:00+08:00", "link": "/2018/01/02/tea-time.html"},
    ),
    "tags parted by spaces": (
        NAME,
        "---\ntags: tea green no 3.10\n---\n",
        {"tags": ["tea", "green", "no", "3.10"]},
    ),
    "tags with spaces and slashes": (
        NAME,
        '---\ntags: ["Open Build Service", a/b]\ncategories:\n- Base System\n- KDE/Qt\n---\n',
        {"tags": ["Open Build Service", "a/b"], "categories": ["Base System", "KDE/Qt"]},
    ),
    "folders above _posts": (
        "tech/python/_posts/2019-05-06-tea.md",
        "---\ntitle: T\n---\n",
        {"categories": ["tech/python"], "link": "/tech/python/2019/05/06/tea.html"},
    ),
    "jekyll-feed's change": (
        NAME,
        "---\nlast_modified_at: 2020-01-02T03:04:05Z\n---\n",
        {"updated": "2020-01-02T03:04:05+00:00"},
    ),
    "a slug": (
        NAME,
        "---\nslug: green\n---\n",
        {"key": "slug:green", "link": "/2019/05/06/green.html"},
    ),
    "a permalink with tokens": (
        NAME,
        "---\npermalink: /blog/:year/:title/\n---\n",
        {"link": "/blog/2019/tea-time/", "key": "path:_posts/2019-05-06-tea-time"},
    ),
    "an author's map": (
        NAME,
        "---\nauthor:\n  name: Li\n  url: https://example.com/\n---\n",
        {"authors": ["Li"], "pages": ["https://example.com/"]},
    ),
    "several authors": (
        NAME,
        "---\nauthors: [Li, 王, 小]\n---\n",
        {"authors": ["Li", "王", "小"]},
    ),
    "an image's map": (
        NAME,
        "---\nimage:\n  path: /a.png\n  alt: A\n---\n",
        {"image": "/a.png"},
    ),
    "the marker": (NAME, "---\n---\nOne.\n\n<!--more-->\n\nTwo.", {"excerpt": "One."}),
    "pinned": (NAME, "---\npin: true\ntitle: 2019\n---\n", {"title": "2019", "warnings": []}),
    "carriage returns": (
        NAME,
        "---\r\ntitle: T\r\ntags: [a]\r\n---\r\nHi.\r\n",
        {"tags": ["a"], "body": "Hi.\n"},
    ),
    "feed: false": (NAME, "---\nfeed: false\n---\n", {"feeds": ()}),
    "published: false": (NAME, "---\npublished: false\n---\n", "hidden by published"),
    "hidden": (NAME, "---\nhidden: true\n---\n", "hidden by hidden"),
    "a page": ("about.md", "---\nlayout: page\ntitle: About\n---\n", "hidden by layout"),
    "a page without a date": (
        "index.md",
        "---\nlayout: default\n---\n",
        "refused in line 1: no-date",
    ),
}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_file_is_read(file: tuple[str, str, dict[str, Any] | str]) -> None:
    path, text, expected = file
    rules = {"permalink": "date", "tag_separators": ", ", "categories": "flat"}
    assert outcome(path, text, expected, **rules) == expected


JEKYLL: Final[dict[str, Any]] = {"generator": "jekyll", "categories": "flat"}


@pytest.mark.parametrize(
    ("front", "tags", "categories"),
    [
        ("categories: Tea Notes", [], ["Tea", "Notes"]),
        ("categories: '  Tea   Notes '", [], ["Tea", "Notes"]),
        ("categories: Tea, Notes", [], ["Tea", "Notes"]),
        ("categories: Tea Tea", [], ["Tea"]),
        ("categories: 茶\u3000笔记", [], ["茶\u3000笔记"]),
        ("categories: [Base System, KDE/Qt]", [], ["Base System", "KDE/Qt"]),
        ("category: Tea Notes", [], ["Tea Notes"]),
        ("tags: green tea", ["green", "tea"], []),
        ("tag: green tea", ["green tea"], []),
        ("tag: green tea, oolong", ["green tea", "oolong"], []),
        ("tags: [green tea]", ["green tea"], []),
    ],
)
def test_a_text_of_the_plural_key_is_split_at_spaces_and_one_of_the_singular_is_not(
    front: str, tags: list[str], categories: list[str]
) -> None:
    """Jekyll::Utils.pluralized_array_from_hash."""
    expected = {"tags": tags, "categories": categories, "warnings": []}
    assert outcome(NAME, f"---\n{front}\n---\nHi.\n", expected, **JEKYLL) == expected


def test_the_words_of_a_text_of_categories_are_in_the_address() -> None:
    expected = {"link": "/tea/notes/2019/05/06/tea-time.html"}
    text = "---\ncategories: Tea Notes\n---\nHi.\n"
    assert outcome(NAME, text, expected, permalink="date", **JEKYLL) == expected


def test_a_space_in_the_separators_splits_no_path_of_categories() -> None:
    expected = {"categories": ["Tea Notes"]}
    text = "---\ncategories: Tea Notes\n---\nHi.\n"
    assert outcome(
        "tea.md", f"---\ndate: 2019-05-06{text[3:]}", expected, tag_separators=" ,"
    ) == (expected)


@pytest.mark.parametrize(
    ("path", "front", "text"),
    [
        (NAME, "categories: Tea Notes", "'Tea Notes'"),
        ("notes/" + NAME, "categories: Tea  Notes", "'Tea Notes'"),
        (NAME, "tags: green tea", "'green tea'"),
        (NAME, "tags: oolong, green tea", "'green tea'"),
    ],
)
def test_words_that_jekyll_would_split_are_a_warning_that_names_the_setting(
    path: str, front: str, text: str
) -> None:
    post = parse_post(path, f"---\n{front}\n---\nHi.\n".encode(), a_site())
    assert isinstance(post, Post)
    (warning,) = post.warnings
    column = front.index(":") + 3
    assert (warning.code, warning.line, warning.column) == ("jekyll-words", 2, column)
    assert f"{text} is one " in warning.fault
    assert 'content.generator = "jekyll"' in warning.cure


@pytest.mark.parametrize(
    ("path", "front"),
    [
        *((NAME, front) for front in ("category: Tea Notes", "tag: green tea")),
        *(
            (NAME, front)
            for front in ("categories: Tea", "categories: [Tea Notes]", "tags: a, b")
        ),
        ("source/" + NAME, "categories: Tea Notes"),  # Hexo
        ("_posts/tea-time.md", "date: 2019-05-06\ncategories: Tea Notes"),
        ("2019-05-06-tea-time.md", "categories: Tea Notes"),
    ],
)
def test_words_of_other_generators_are_no_warning(path: str, front: str) -> None:
    post = parse_post(path, f"---\n{front}\n---\nHi.\n".encode(), a_site())
    assert isinstance(post, Post)
    assert post.warnings == ()


@pytest.mark.parametrize("front", ["categories: Tea Notes", "tags: oolong, green tea"])
def test_the_settings_that_the_warning_names_cure_it(front: str) -> None:
    post = parse_post(NAME, f"---\n{front}\n---\nHi.\n".encode(), a_site(**JEKYLL))
    assert isinstance(post, Post)
    assert post.warnings == ()
