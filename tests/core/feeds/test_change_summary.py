"""The summary of a publish, as it is stored and as it is sent."""

from feedsvc.core.feeds.change_summary import (
    ChangeSummary,
    Headline,
    headline,
)
from tests.support.builders import an_entry, at

ONE = Headline(
    "urn:x:tea", "茶", "https://example.org/tea/", "2026-03-01T09:30:00+08:00", "hot"
)
SUMMARY = ChangeSummary(added=(ONE,), feeds=("", "tags/C#"), counts=(1, 0, 0, 2))


def test_a_headline_identifies_an_entry() -> None:
    entry = an_entry(
        id=ONE.id,
        title=ONE.title,
        permalink=ONE.permalink,
        published=at(ONE.published),
        summary=ONE.summary,
    )
    assert headline(entry) == ONE


def test_a_headline_cuts_a_long_summary() -> None:
    assert headline(an_entry(summary="茶" * 400)).summary == "茶" * 299 + "…"


def test_a_stored_summary_is_read_back_unchanged() -> None:
    summary = ChangeSummary((ONE,), (ONE, ONE), (ONE,), ("", "tags/Café"), (1, 2, 300, 2))
    assert ChangeSummary.from_json(summary.to_json()) == summary
    assert ChangeSummary.from_json(ChangeSummary().to_json()) == ChangeSummary()


def test_a_summary_without_changes_is_false() -> None:
    assert not ChangeSummary()
    assert ChangeSummary(counts=(0, 1, 0, 0))
    assert ChangeSummary(counts=(0, 0, 0, 1))


def test_a_summary_is_sent_with_counts_entries_and_topics() -> None:
    assert SUMMARY.to_dict("https://example.org/blog/") == {
        "added": {
            "count": 1,
            "entries": [
                {
                    "id": "urn:x:tea",
                    "title": "茶",
                    "permalink": "https://example.org/tea/",
                    "published": "2026-03-01T09:30:00+08:00",
                    "summary": "hot",
                }
            ],
        },
        "changed": {"count": 0, "entries": []},
        "withdrawn": {"count": 0, "entries": []},
        "feeds": {
            "count": 2,
            "topics": [
                "https://example.org/blog/atom.xml",
                "https://example.org/blog/tags/C%23/atom.xml",
            ],
        },
    }
