"""A clear line of broken front matter still hides or dates the post."""

from datetime import UTC, datetime

import pytest

from feedsvc.core.frontmatter.salvage import salvaged_fields
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Draft, NotAPost
from feedsvc.core.problems import Problem
from feedsvc.core.rules import Rules
from tests.support.builders import a_site, at

YAML = "---\ntitle: [\n{}\n---\nText.\n"
TOML = "+++\ntitle = [\n{}\n+++\nText.\n"
HIDING = [
    *("draft: true", "draft: yes", "DRAFT: 'true'", 'hidden: "on', "draft:true", "draft：true"),
    *("draft: true # not yet", "\tdraft: true", "  private: 1", "status: draft", "publish: no"),
    *("dg-publish: false", "visibility: Private", "password: x", "encrypted: '#1'"),
    *("params:\n  draft: true", "draft: false\ndraft: true", "{title: Tea, draft: true"),
    *("a:\n  b: c\ndraft: true", "tags:\n- a\ndraft: true", "password: |\n  x"),
]
SHOWING = [
    *(
        "draft: false",
        "draft:",
        "draft: maybe",
        "draft: [true",
        "published: true",
        "status: odd",
    ),
    *(
        "# draft: true",
        "password:",
        "password: ~",
        "encrypted: no",
        "password: # draft",
        "draft",
    ),
    *("published: '2026-03-01", "summary: draft: true", "- draft: true", "layout: page"),
    *("toc:\n  visible: false", "items:\n- a: b\n  hidden: true", "x: a, draft: true"),
    *("summary: |\n  About flags:\n\n  draft: true", "summary: >-\n  draft: true"),
    *("cover\n  image: a.jpg\n  hidden: true", "cover: a.jpg\n  hidden: true"),
    *("cover: { image: a.jpg,\n  hidden: true }", "links: [\n  {src: a.jpg, hidden: true}\n]"),
]


def of(text: str) -> Draft | Problem:
    reading = parse_post("tea.md", text.encode(), a_site())
    assert isinstance(reading, Draft | Problem)
    return reading


@pytest.mark.parametrize("line", HIDING)
def test_a_line_of_broken_front_matter_hides_the_post(line: str) -> None:
    reading = of(YAML.format(line))
    assert isinstance(reading, Draft)
    assert [(problem.code, problem.refuses) for problem in reading.warnings] == [
        ("front-matter", True)
    ]


@pytest.mark.parametrize("line", SHOWING)
def test_unclear_lines_hide_nothing(line: str) -> None:
    assert isinstance(of(YAML.format(line)), Problem)


@pytest.mark.parametrize(
    ("lines", "hides"),
    [("draft = true", True), ("[extra]\ndraft = true", True), ("[menu]\nhidden = true", False)],
)
def test_flags_of_other_toml_tables_do_not_count(lines: str, hides: bool) -> None:
    assert isinstance(of(TOML.format(lines)), Draft) is hides


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: Tea\n\nText.\n\ndraft: true\n",
        "---\ntitle: [\n---\n```\ndraft: true\n```\n\n---\n",
        '{\n"title": }\n}\ndraft: true\n',
        "---\ntitle: Tea\n\nText.\n```yaml\ndraft: true\n```\n\n---\n\nThe end.\n",
        '{\n"title" "Tea",\n"cover": {"image": "a.jpg", "hidden": true}\n}\n',
        '{\n"title" "Tea",\n"res": [\n {"src": "a.jpg", "hidden": true}\n]\n}\n',
        "---",
        "",
    ],
)
def test_lines_of_the_body_do_not_count(text: str) -> None:
    assert isinstance(of(text), Problem)


def test_a_file_that_is_not_a_post_has_the_key_that_would_hide_it() -> None:
    fence = "How to hide\n\n```yaml\ndraft: true\n```\n\n---\n"
    broken = ("--\ndraft: true\n---\n", "draft")
    for text, reason in (broken, ("draft is not true\n", ""), (fence, "")):
        reading = parse_post("tea.md", text.encode(), a_site())
        assert isinstance(reading, NotAPost)
        assert reading.reason == reason


@pytest.mark.parametrize("front", ["tags: {a: b}", "title: ["])
def test_the_dates_in_broken_front_matter_count(front: str) -> None:
    dates = "date: 2026-03-01 Z\npublish: 2026-04-01 Z\nexpiryDate: 2026-05-01 Z"
    reading = of(f"---\n{front}\n{dates}\n---\n")
    assert isinstance(reading, Problem)
    assert (reading.span.begins, reading.span.ends) == (at("2026-04-01"), at("2026-05-01"))
    held = [reading.span.holds(datetime(2026, month, 1, tzinfo=UTC)) for month in (3, 4, 5)]
    assert held == [False, True, False]


def test_other_dates_do_not_count() -> None:
    for lines in ("event\n  date: 2099-01-01\n---\n", "\nText.\n\ndate: 2099-01-01\n---\n"):
        reading = of(f"---\ntitle: [\n{lines}")
        assert isinstance(reading, Problem)
        assert reading.span.begins is None


def test_lines_after_a_closed_bracket_count() -> None:
    assert isinstance(of("---\nmenu: {\n main: x\n}\ndraft: true\ntitle: [\n---\n"), Draft)


def test_unreadable_dates_do_not_count() -> None:
    dates = "date: 2026\npublish: soon\nexpiryDate: never"
    reading = of(f"---\npublish: true\ntitle: [\n{dates}\n---\n")
    assert isinstance(reading, Problem)
    assert reading.span.holds(at("1970-01-01"))


def test_a_broken_encrypted_post_is_hidden_even_if_teasers_are_shown() -> None:
    site = a_site(encrypted="teaser")
    assert site.rules == Rules(encrypted="teaser")
    reading = parse_post("tea.md", b"---\ndate: soon\npassword: x\n---\n", site)
    assert isinstance(reading, Draft)


def test_a_line_without_an_end_is_read_within_limits() -> None:
    assert list(salvaged_fields("a" * 1_000_000)) == []
