"""Parsing a file into a post: kinds of files and plain fields."""

import time
from datetime import datetime

import pytest

from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Draft, NotAPost, Post
from feedsvc.core.problems import Problem
from tests.support.builders import (
    a_post,
    a_site,
    at,
    people,
    post_of,
    reading,
    source,
)

DAY = at("2026-03-01T00:00:00+08:00")
FULL = b"""---
title: Green tea
date: 2026-03-01 09:30:00
updated: 2026-03-02
urlname: green
tags: [Tea, China]
categories: [Drinks, Hot]
author: Wang
description: In short.
lang: zh_CN
---

Brewed twice.
"""


def test_all_fields_of_a_post_are_read() -> None:
    assert parse_post("2026/green-tea.md", FULL, a_site()) == Post(
        path="2026/green-tea.md",
        key="slug:green",
        title="Green tea",
        published=at("2026-03-01T09:30:00+08:00"),
        updated=at("2026-03-02T00:00:00+08:00"),
        permalink="https://example.org/posts/green/",
        tags=("Tea", "China"),
        categories=(("Drinks", "Hot"),),
        authors=people("Wang"),
        summary="In short.",
        language="zh-CN",
        body="\nBrewed twice.\n",
    )


@pytest.mark.parametrize(
    "written",
    [b"\xef\xbb\xbf" + FULL, FULL.replace(b"\n", b"\r\n"), FULL.replace(b"\n", b"\r")],
    ids=["byte order mark", "CRLF", "CR"],
)
def test_byte_order_marks_and_line_ends_do_not_matter(written: bytes) -> None:
    assert parse_post("a.md", written, a_site()) == parse_post("a.md", FULL, a_site())


def test_blank_lines_before_the_front_matter_are_allowed() -> None:
    assert parse_post("a.md", b"\n\r\n" + FULL, a_site()) == parse_post("a.md", FULL, a_site())


@pytest.mark.parametrize("written", [b"", b" \n\t\r\n"])
def test_an_empty_file_is_refused(written: bytes) -> None:
    assert parse_post("a.md", written, a_site()) == Problem(
        "a.md", 0, "the file is empty", "write a post or delete the file"
    )


@pytest.mark.parametrize(
    ("written", "line", "byte"),
    [
        (b"---\ntitle: \xff\n---\n", 2, "0xff"),
        (b"---\r\ntitle: a\r\n---\r\n\xc4\xe3\xba\xc3", 4, "0xc4"),
        (b"\xff\xfe-\x00-\x00", 1, "UTF-16"),
        (b"---\ntitle: \xe8\x8c", 2, "0xe8"),
        (b"---\ntitle: \xed\xa0\x80\n---\n", 2, "0xed"),
    ],
    ids=["Latin-1", "GBK", "UTF-16", "cut off", "surrogate"],
)
def test_a_file_that_is_not_utf_8_is_refused(written: bytes, line: int, byte: str) -> None:
    refused = parse_post("a.md", written, a_site())
    assert isinstance(refused, Problem)
    assert (refused.line, refused.code) == (line, "encoding")
    assert byte in refused.fault


def test_a_file_without_front_matter_is_not_a_post() -> None:
    assert parse_post("README.md", b"# Read me\n", a_site()) == NotAPost("README.md")


def test_unreadable_front_matter_is_a_problem_of_the_file() -> None:
    assert parse_post("a.md", b"---\ntitle: a\n", a_site()) == Problem(
        "a.md", 1, "the front matter is never closed", "end it with a line of three dashes"
    )


def test_characters_that_xml_forbids_are_left_out_of_every_field() -> None:
    post = post_of('title: "a\\x08b"\ntags: ["c\\x0Bd"]\ndescription: e\ufffef\n', "g\x08h")
    assert (post.title, post.tags, post.summary, post.body) == ("ab", ("cd",), "ef", "gh")


@pytest.mark.parametrize(
    ("field", "title"),
    [("Tea", "Tea"), ("no", "no"), ("12:30", "12:30"), ("' a  b '", "a b"), ("<b>", "<b>")],
)
def test_a_title_is_kept_as_written(field: str, title: str) -> None:
    assert post_of(f"title: {field}").title == title


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("# Green tea\n", "Green tea"),
        ("Words.\n\n# Green *tea* `now` #\n", "Green tea now"),
        ("# C#\n", "C#"),
        ("<h1 class='a'>Green <b>tea</b></h1>", "Green tea"),
        ("```sh\n# a remark\n```\n\n# Green tea\n", "Green tea"),
    ],
)
def test_without_a_title_the_first_heading_is_the_title(body: str, title: str) -> None:
    assert post_of("title:", body).title == title


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("2026/green-tea.md", "green tea"),
        ("green-tea/index.md", "green tea"),
        ("index.md", "index"),
        ("a.b.md", "a.b"),
        ("-.md", "-.md"),
    ],
)
def test_without_a_heading_the_files_name_is_the_title(path: str, title: str) -> None:
    assert post_of("", "#\n#hashtag\n# <!-- -->\n", path).title == title


def test_a_title_that_is_a_list_is_refused() -> None:
    assert reading("title: [a]") == Problem(
        "tea.md", 3, "title is not a text", "write title: words"
    )


@pytest.mark.parametrize(
    "name", ["date", "publishDate", "pubDate", "pubdate", "published", "created"]
)
def test_every_key_of_the_date_is_read(name: str) -> None:
    post = parse_post("a.md", source(f"{name}: 2026-03-01"), a_site())
    assert isinstance(post, Post)
    assert post.published == at("2026-03-01T00:00:00+08:00")


@pytest.mark.parametrize("name", ["updated", "lastmod", "last_modified_at", "modified"])
def test_every_key_of_the_update_is_read(name: str) -> None:
    assert post_of(f"{name}: 2026-03-02T00:00:00Z").updated == at("2026-03-02")


def test_an_empty_date_is_skipped() -> None:
    post = parse_post("a.md", source("date:\ncreated: 2026-03-01 00:00:00 Z"), a_site())
    assert isinstance(post, Post)
    assert post.published == at("2026-03-01")


def test_a_flag_in_the_key_published_is_not_a_date() -> None:
    post = parse_post("a.md", source("published: true\ncreated: 2026-03-01 00:00 Z"), a_site())
    assert isinstance(post, Post)
    assert post.published == at("2026-03-01")


@pytest.mark.parametrize(("front", "line"), [("title: a", 1), ("title: a\ndate:", 3)])
def test_a_post_without_a_date_is_refused(front: str, line: int) -> None:
    cure = "add date: 2026-03-01 or 2026-03-01 09:30:00 or 2026-03-01T09:30:00+08:00"
    assert parse_post("a.md", source(front), a_site()) == Problem(
        "a.md", line, "the post has no date", cure
    )


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        ("updated: never", "updated: 'never' cannot be used: it is not a date"),
        ("updated: [2026, 1]", "updated: ['2026', '1'] cannot be used: it is not a date"),
        ("updated: " + "9" * 99, f"updated: '{'9' * 56}... cannot be used: it is not a date"),
    ],
)
def test_an_unusable_date_is_refused_with_its_value(field: str, fault: str) -> None:
    cure = "write 2026-03-01 or 2026-03-01 09:30:00 or 2026-03-01T09:30:00+08:00"
    assert reading(field) == Problem("tea.md", 3, fault, cure)


def test_an_impossible_date_is_refused() -> None:
    refused = parse_post("a.md", source("title: a\ndate: 2025-02-30"), a_site())
    assert isinstance(refused, Problem)
    assert (refused.line, "'2025-02-30'" in refused.fault) == (3, True)


@pytest.mark.parametrize(
    ("front", "summary"),
    [
        ("description: a\nexcerpt: b\nsummary: c", "a"),
        ("excerpt: b\nsummary: c", "b"),
        ("description: ''\nsummary: c", "c"),
        ("title: a", ""),
    ],
)
def test_the_first_summary_counts(front: str, summary: str) -> None:
    assert post_of(front).summary == summary


@pytest.mark.parametrize(
    ("field", "language"),
    [("lang: zh-CN", "zh-CN"), ("lang: zh_CN", "zh-CN"), ("language: de", "de"), ("lang:", "")],
)
def test_the_language_is_a_language_tag(field: str, language: str) -> None:
    assert post_of(field).language == language


def test_an_invalid_language_tag_is_left_out_with_a_warning() -> None:
    post = post_of("lang: Chinese!\nlanguage: zh")
    fault = "lang: 'Chinese!' is not a language tag and is left out"
    warning = Problem("tea.md", 3, fault, "write a tag such as en or zh-CN", refuses=False)
    assert (post.language, post.warnings) == ("zh", (warning,))


def test_an_unknown_shortcode_is_left_out_with_a_warning_at_its_line() -> None:
    post = post_of("title: a", "\none {% chart %} two\n")
    warning = Problem(
        "tea.md",
        6,
        "the tag 'chart' is unknown and is left out",
        "replace it with what it should show",
        refuses=False,
    )
    assert (post.body, post.warnings) == ("\none  two\n", (warning,))


def test_the_markdown_of_an_html_body_stays_unchanged() -> None:
    post = post_of("title: a", "<p>*a* [[b]]</p>", "a.html")
    assert (post.body, post.is_html, a_post().is_html) == ("<p>*a* [[b]]</p>", True, False)


def test_a_hidden_post_is_a_draft_even_without_a_date() -> None:
    assert parse_post("a.md", source("draft: true"), a_site()) == Draft("a.md")


@pytest.mark.parametrize(
    ("front", "key", "title", "published"),
    [
        ("title: Tea\ndate: 2026-03-01\nslug: tea", "slug:tea", "Tea", DAY),
        ("title: Tea\ndate: never", "path:a", "Tea", None),
        ("title: [a, b]\ndate: 2026-03-01", "path:a", "", DAY),
        ("title: Tea\nslug: [a, b]", "", "Tea", None),
    ],
)
def test_a_draft_tells_which_post_it_is(
    front: str, key: str, title: str, published: datetime | None
) -> None:
    draft = parse_post("a.md", source(f"draft: true\n{front}"), a_site())
    assert isinstance(draft, Draft)
    assert (draft.key, draft.title, draft.published) == (key, title, published)
    assert draft.warnings == ()


def test_fields_that_feeds_do_not_use_are_not_checked() -> None:
    assert (
        post_of("weight: [1]\ncover: {a: b}\nid: 7") == post_of("layout: post") == post_of("")
    )


@pytest.mark.untraced
@pytest.mark.parametrize(
    "body",
    [
        "# a" + " " * 500_000 + "b",
        "<h1>" * 250_000,
        "<h1" * 333_000,
        "```\n~~~\n" * 125_000,
        "`\n<h1>`\n" * 111_000,
    ],
    ids=["spaces", "h1", "open h1", "fences", "ticks"],
)
def test_the_search_for_a_title_is_fast(body: str) -> None:
    started = time.process_time()
    assert post_of("", body).title
    assert time.process_time() - started < 10  # quadratic: minutes


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("# my_func_name", "my_func_name"),
        ("# [Tea](https://x.org) &amp; \\*cups\\* #", "Tea & *cups*"),
        ("`<h1>no</h1>`\n\n<h1>Tea &amp; cups\n</h1>", "Tea & cups"),
        ("~~~\n<h1>no</h1>\n~~~\n`a`\n<h1\n<h1>Tea</h1>", "Tea"),
        ("<h1>open", "tea"),
    ],
)
def test_the_title_is_the_text_of_the_rendered_heading(body: str, title: str) -> None:
    assert post_of("", body).title == title


def test_a_heading_that_is_the_title_is_removed_from_the_body() -> None:
    assert post_of("", "\n# Tea\nwords").body == "\n\nwords"
    assert post_of("", "words\n# Tea\n").body == "words\n# Tea\n"


def test_a_template_in_a_heading_is_filled_in() -> None:
    assert post_of("version: 3", "# Tea {{ page.version }} {{ x }}\n").title == "Tea 3"
    assert post_of("", "# Tea `{{ x }}` {#tea}\n").title == "Tea {{ x }}"


def test_an_html_suffix_may_be_in_capitals() -> None:
    assert post_of("title: a", "[[x]]", "a.HTML").body == "[[x]]"


def test_a_very_long_summary_is_cut() -> None:
    assert len(post_of("summary: " + "tea " * 1_000).summary) <= 2_000
