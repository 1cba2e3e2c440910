"""A job as JSON, and as a comment for a pull request."""

import html
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.webhook.jobs import Job
from feedsvc.core.webhook.pull_request_comment import MOST_LISTED, as_markdown
from tests.support.builders import at

SITE = "https://example.org"
ASKED = at("2026-11-22 12:00")
JOB = Job(
    name="0123456789abcdef",
    kind="preview",
    ref="refs/pull/7/head",
    state="done",
    calls=1,
    asked_at=ASKED,
    begun_at=at("2026-11-22 12:01"),
    ended_at=at("2026-11-22 12:02"),
    attempts=0,
    next_attempt_at=ASKED,
    error="",
    report="",
)


def an_entry(**changes: str) -> dict[str, str]:
    return {
        "id": "tag:example.org,2026:/tea",
        "title": "Tea",
        "permalink": f"{SITE}/posts/tea/",
        "published": "2026-03-01T09:30:00Z",
        "summary": "Green tea.",
    } | changes


def a_problem(**changes: Any) -> dict[str, Any]:
    return {
        "path": "tea.md",
        "line": 3,
        "column": None,
        "severity": "error",
        "code": "date",
        "fault": "it is no date",
        "cure": "write one",
        "text": "soon",
    } | changes


def a_report(**changes: Any) -> dict[str, Any]:
    none: dict[str, Any] = {"count": 0, "entries": []}
    return {
        **{"added": none, "changed": none, "withdrawn": none},
        **{"feeds": {"count": 0, "topics": []}, "refused": 0, "problems": []},
    } | changes


def some(*entries: dict[str, str]) -> dict[str, Any]:
    return {"count": len(entries), "entries": list(entries)}


def comment(job: Job = JOB, **report: Any) -> str:
    return as_markdown(replace(job, report=json.dumps(a_report(**report))), SITE)


def test_a_job_becomes_json() -> None:
    text = replace(JOB, report=json.dumps(a_report())).to_dict()
    assert json.loads(json.dumps(text)) == {
        "job": "0123456789abcdef",
        "kind": "preview",
        "ref": "refs/pull/7/head",
        "state": "done",
        "calls": 1,
        "attempts": 0,
        "asked_at": "2026-11-22T12:00:00Z",
        "begun_at": "2026-11-22T12:01:00Z",
        "ended_at": "2026-11-22T12:02:00Z",
        "next_attempt_at": None,
        "error": "",
        "report": a_report(),
    }


def test_only_a_job_that_is_held_has_a_next_attempt() -> None:
    held = replace(JOB, state="held", begun_at=None, ended_at=None)
    text = held.to_dict()
    assert (text["next_attempt_at"], text["ended_at"]) == ("2026-11-22T12:00:00Z", None)
    assert text["report"] is None


# The comment.


def test_a_comment_on_a_preview_lists_what_would_change() -> None:
    text = comment(
        added=some(an_entry()),
        withdrawn=some(an_entry(title="Old", summary="")),
        feeds={"count": 3, "topics": []},
        refused=1,
        problems=[a_problem(), a_problem(path="b.md", line=None, severity="warning")],
    )
    assert text == (
        "### What subscribers would see\n"
        "\n"
        "1 added, 0 changed, 1 withdrawn; 3 feeds would change.\n"
        "\n"
        "**Added**\n"
        "\n"
        "- [`Tea`](<https://example.org/posts/tea/>): `Green tea.`\n"
        "\n"
        "**Withdrawn**\n"
        "\n"
        "- [`Old`](<https://example.org/posts/tea/>)\n"
        "\n"
        "**Problems** (1 post refused)\n"
        "\n"
        "- error: `tea.md:3: it is no date; write one`\n"
        "- warning: `b.md: it is no date; write one`\n"
    )


def test_a_comment_on_a_rebuild_lists_what_changed() -> None:
    text = comment(replace(JOB, kind="rebuild"), feeds={"count": 1, "topics": []})
    assert text == (
        "### What subscribers see\n\n0 added, 0 changed, 0 withdrawn; 1 feed changed.\n"
    )


def test_a_comment_lists_held_posts() -> None:
    held = {"count": 3, "fault": "the folder holds no public post", "cure": "put them back"}
    report = json.dumps(a_report(held=held))
    text = as_markdown(replace(JOB, report=report), SITE)
    assert "\n**3 held**: the folder holds no public post; put them back.\n" in text


def test_a_comment_names_the_first_held_posts_without_markup() -> None:
    held = {
        **{"count": 2, "fault": "so many posts would be withdrawn at once", "cure": "look"},
        "entries": [
            {"id": "tag:a", "kind": "withdrawn", "path": "a/`b`.md", "title": "<b>@li #1</b>"},
            {"id": "tag:c", "kind": "withdrawn", "path": "c.md", "title": ""},
        ],
    }
    report = json.dumps(a_report(held=held))
    text = as_markdown(replace(JOB, report=report), SITE)
    assert text.endswith("look.\n\n- `a/ˋbˋ.md: <b>@li #1</b>`\n- `c.md`\n")


def test_a_job_that_ended_as_held_has_no_next_attempt() -> None:
    text = replace(JOB, kind="rebuild", state="held", accept="3f1d0c6f6b0a").to_dict()
    assert (text["state"], text["next_attempt_at"]) == ("held", None)
    assert text["accept"] == "3f1d0c6f6b0a"


def test_a_job_without_a_report_has_a_comment() -> None:
    assert "not finished yet" in as_markdown(replace(JOB, state="queued"), SITE)
    failed = replace(JOB, state="failed", error="git@intern.example.org: no such host")
    assert as_markdown(failed, SITE) == (
        "This job failed. Run `feedsvc jobs 0123456789abcdef` to see why.\n"
    )


@pytest.mark.parametrize(
    "permalink", ["https://elsewhere.example/a", "https://example.org.evil/a", SITE + "/" * 500]
)
def test_only_a_permalink_on_the_site_is_a_link(permalink: str) -> None:
    assert "](" not in comment(added=some(an_entry(permalink=permalink)))


def test_a_post_without_a_title_gets_a_placeholder() -> None:
    assert "`(no title)`" in comment(added=some(an_entry(title="")))


def test_a_comment_is_short_enough_for_every_forge() -> None:
    entry = an_entry(title="`x" * 999, summary="`" * 9999, permalink=f"{SITE}/{'&' * 70}")
    many = {"count": 100, "entries": [entry] * 100}
    problems = [a_problem(fault="`x" * 999)] * 100
    text = comment(added=many, changed=many, withdrawn=many, problems=problems)
    assert len(text) < 65_000
    assert text.count(f"- and {100 - MOST_LISTED} more\n") == 4


NASTY = [
    "<script>alert(1)</script>",
    "@octocat, see #1, GH-2, !3, &4 and :tada:",
    "`@octocat` ``@octocat`` `",
    "](https://evil.example) [x](https://evil.example)",
    "a\n\n# A heading\n\n- @octocat",
    "a\r\n<img src=x>",
    "\\",
    "a\\",
    "`\\`",
    "| a | b |\n|---|---|",
    "\u202egnp.exe\u2028@octocat\x1b[31m",
    "&lt;b&gt; &commat;octocat",
    "https://evil.example www.evil.example",
    "  ",
    "`",
    "````",
    "$`x`$",
]


def _outside_code(text: str) -> str:
    """The HTML that a forge renders, without the text in code spans."""
    return re.sub(r"<code>[^<]*</code>", "", html_of(text))


PLAIN = _outside_code(
    comment(added=some(an_entry()), problems=[a_problem()], refused=1, changed=some(an_entry()))
)


def _with(text: str) -> str:
    entry = an_entry(title=text or "-", summary=text.strip() or "-")
    problem = a_problem(path=text or "-", fault=text, cure=text)
    return comment(added=some(entry), changed=some(entry), problems=[problem], refused=1)


@pytest.mark.parametrize("text", NASTY)
def test_text_of_a_post_is_not_rendered_in_a_comment(text: str) -> None:
    assert _outside_code(_with(text)) == PLAIN


@pytest.mark.parametrize("text", NASTY)
def test_a_comment_has_only_printable_characters(text: str) -> None:
    assert [line for line in _with(text).split("\n") if not line.isprintable()] == []


def test_a_permalink_that_looks_like_an_entity_is_not_changed() -> None:
    permalink = f"{SITE}/a?b=1&copy;=2&lt;"
    (href,) = re.findall(
        r'href="([^"]*)"', html_of(comment(added=some(an_entry(permalink=permalink))))
    )
    assert html.unescape(href) == permalink


@given(st.text(st.sampled_from("`\\@#<>[]()!&;*_-|$~: \n\taé茶\u202e"), max_size=30))
def test_any_text_of_a_post_is_in_a_code_span(text: str) -> None:
    assert _outside_code(_with(text)) == PLAIN


@given(st.text(st.sampled_from("<>\\()[]\"'& \n&lt;copy;%é茶"), max_size=30))
def test_any_permalink_is_one_link(text: str) -> None:
    text = html_of(comment(added=some(an_entry(permalink=f"{SITE}/{text}"))))
    assert re.findall(r"<(?!/)([a-z0-9]+)", text) == [
        *("h3", "p", "p", "strong", "ul", "li", "a", "code", "code")
    ]
