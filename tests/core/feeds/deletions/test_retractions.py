"""What a retraction makes of an entry, and what follows one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from feedsvc.core.feeds.deletions.retractions import (
    USUAL,
    Retraction,
    next_retraction,
    notice_entry,
    retract_again,
    returned_entry,
    undone,
    usual_notice,
)
from feedsvc.core.feeds.entries import NOTICE, Unresolved
from feedsvc.core.feeds.feeds import SITE_TOPIC, Feed, feed_of, topics_of
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.media import Enclosure
from tests.support.builders import a_site, an_entry
from tests.support.feedcheck import check_atom, check_json, check_rss

NOW: Final = datetime(2026, 6, 1, 8, tzinfo=UTC)
DAY: Final = timedelta(days=1)
WRONG: Final = Retraction("urn:x:1", "Wrong.", "command", NOW, NOW + 30 * DAY)
BY_FILE: Final = replace(WRONG, origin="file")
TEXT: Final = "The wrong recipe."
ENTRY: Final = an_entry(
    id="urn:x:1",
    title="Tea",
    summary=TEXT,
    content_html=f"<p>{TEXT}</p>",
    tags=("Tea",),
    image="https://example.org/a.png",
    enclosures=(Enclosure("https://example.org/a.mp3", "audio/mpeg", 9),),
    content="summary",
    license="CC-BY-4.0",
    rss_guid="old",
    unresolved=Unresolved(TEXT, ()),
)


def test_nothing_of_the_text_is_left_in_any_format() -> None:
    notice = notice_entry(replace(ENTRY, rss_guid=""), WRONG)
    assert notice.unresolved is None
    feed = feed_of(a_site(content="summary"), SITE_TOPIC, [notice])
    documents = {name: form.render(feed) for name, form in FORMATS.items()}
    for document in documents.values():
        assert b"Wrong." in document
        for word in (b"recipe", b"a.png", b"a.mp3", b"CC-BY"):
            assert word not in document
    checks = {"atom": check_atom, "rss": check_rss, "json": check_json}
    for name, check in checks.items():
        link, media_type = feed.self_link(name), FORMATS[name].media_type
        found = check(documents[name], self_link=link, content_type=media_type, now=NOW + DAY)
        assert found == []


def test_feeds_order_and_hold_the_notice_as_the_newest_entry() -> None:
    notice = notice_entry(ENTRY, WRONG)
    assert topics_of(notice) == topics_of(ENTRY)
    assert (notice.id, notice.rss_guid, notice.title) == (ENTRY.id, "old", "Tea")
    assert (notice.published, notice.updated) == (ENTRY.published, NOW)
    assert (ENTRY.placed_at, notice.placed_at) == (ENTRY.published, NOW)
    assert notice.digest.endswith(NOTICE)
    assert notice.digest != notice_entry(ENTRY, replace(WRONG, notice="Other.")).digest


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-CN", "本文已被撤回。"), ("en", "This post was retracted."), ("xx", "This post")],
)
def test_without_a_reason_the_notice_is_in_the_language_of_the_post(
    language: str, words: str
) -> None:
    assert words in usual_notice(language)
    notice = notice_entry(replace(ENTRY, language=language), replace(WRONG, notice=""))
    assert words in notice.content_html


def test_paragraphs_of_a_notice_are_escaped() -> None:
    notice = notice_entry(ENTRY, replace(WRONG, notice='A <b> & "c"\nd\n\n\n\nB'))
    assert notice.content_html == '<p>A &lt;b&gt; &amp; "c" d</p>\n<p>B</p>'


def test_a_podcast_stays_one() -> None:
    episode = replace(ENTRY, id="urn:x:2", content="")
    feed = Feed(a_site(), SITE_TOPIC, (notice_entry(ENTRY, WRONG), episode))
    assert feed.is_podcast
    assert not Feed(a_site(), SITE_TOPIC, (notice_entry(ENTRY, WRONG),)).is_podcast


@pytest.mark.parametrize(
    ("days", "stands", "has_ended"), [(0, True, False), (29.9, True, False), (30, False, True)]
)
def test_a_retraction_stands_until_its_end(days: float, stands: bool, has_ended: bool) -> None:
    now = NOW + days * DAY
    assert (WRONG.stands(now), WRONG.has_ended(now)) == (stands, has_ended)
    taken_back = undone(WRONG, now)
    assert (taken_back.stands(now), taken_back.has_ended(now)) == (False, False)


def test_the_front_matter_begins_changes_and_undoes_its_own_retraction() -> None:
    later, end = NOW + 2 * DAY, NOW + 40 * DAY
    first = next_retraction(None, "urn:x:1", "Wrong.", NOW + timedelta(microseconds=5))
    assert first == replace(BY_FILE, until=NOW + USUAL)
    assert next_retraction(first, "urn:x:1", "Wrong.", later) == first
    assert next_retraction(first, "urn:x:1", "Other.", later) == replace(
        BY_FILE, notice="Other.", since=later
    )
    assert next_retraction(first, "urn:x:1", "Other.", end) == first
    assert next_retraction(first, "urn:x:1", None, later) == replace(first, undone_at=later)
    assert next_retraction(first, "urn:x:1", None, end) == replace(first, undone_at=end)
    assert next_retraction(None, "urn:x:1", None, NOW) is None
    again = next_retraction(undone(BY_FILE, later), "urn:x:1", "Wrong.", later)
    second = timedelta(seconds=1)
    assert again == Retraction(
        "urn:x:1", "Wrong.", "file", later + second, later + second + USUAL
    )


def test_the_front_matter_leaves_a_retraction_of_the_command_alone() -> None:
    for notice in (None, "Other."):
        assert next_retraction(WRONG, "urn:x:1", notice, NOW + DAY) == WRONG
    by_hand = undone(WRONG, NOW + DAY)
    assert next_retraction(by_hand, "urn:x:1", None, NOW + 2 * DAY) == by_hand


def test_only_another_notice_is_newer() -> None:
    until, now = NOW + 9 * DAY, NOW + DAY
    assert retract_again(BY_FILE, "urn:x:1", "Wrong.", until, now) == replace(
        WRONG, until=until
    )
    seen = NOW + 2 * DAY
    other = Retraction("urn:x:1", "Other.", "command", seen + timedelta(seconds=1), until)
    assert retract_again(WRONG, "urn:x:1", "Other.", until, now, seen) == other
    after_end = retract_again(WRONG, "urn:x:1", "Wrong.", NOW + 90 * DAY, NOW + 40 * DAY)
    assert after_end.since == NOW + 40 * DAY


def test_a_post_that_returns_is_newer_than_its_notice() -> None:
    now = NOW + DAY
    assert returned_entry(ENTRY, WRONG) == ENTRY
    assert returned_entry(ENTRY, undone(WRONG, now)) == replace(ENTRY, updated=now)
    edited = replace(ENTRY, updated=NOW + 2 * DAY)
    assert returned_entry(edited, undone(WRONG, now)) == edited


def test_one_of_a_ledger_counts_if_it_is_the_first_or_began_after_the_last_was_undone() -> None:
    undone_one = undone(WRONG, NOW + DAY)
    assert WRONG.follows(None)
    assert replace(WRONG, since=NOW + 2 * DAY).follows(undone_one)
    for other in (undone(WRONG, NOW + 5 * DAY), WRONG, undone_one):
        assert not WRONG.follows(other)
    assert not undone(replace(WRONG, since=NOW + 2 * DAY), NOW + 3 * DAY).follows(undone_one)
