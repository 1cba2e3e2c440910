"""Which post an entry is, and when doubt leaves it unmatched."""

from dataclasses import replace
from typing import Any

import pytest

from feedsvc.core.adopting.matches import Matches, PublishedPost, match
from feedsvc.core.adopting.old_entries import OldEntry
from tests.support.builders import at

TEA = PublishedPost(
    entry_id="tag:example.org,2026:tea",
    key="slug:tea",
    path="tea.md",
    title="Tea",
    permalinks=("https://example.org/tea/",),
    published=at("2020-01-02 09:30"),
    updated=at("2020-01-02 09:30"),
)
CAKE = replace(
    TEA,
    entry_id="tag:example.org,2026:cake",
    key="slug:cake",
    path="cake.md",
    title="Cake",
    permalinks=("https://example.org/cake/",),
    published=at("2020-02-03 09:30"),
)


def old(**changes: Any) -> OldEntry:
    return replace(OldEntry("1"), **changes)


def paths(matches: Matches) -> list[tuple[str, str, str]]:
    return [(each.entry.id, each.post.path, each.reason) for each in matches.matched]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (old(id=TEA.entry_id), "id"),
        (old(link="http://www.example.org/tea"), "link"),
        (old(id="http://example.org/tea/index.html"), "link"),
        (old(link="https://old.example/tea.html", title="TEA"), "page and title"),
        (old(link="https://old.example/tea/", published=TEA.published), "page and date"),
        (old(title="Tea", published=TEA.published), "title and date"),
        (old(title="“Tea”", published=at("2020-01-02 01:30")), None),
        (old(title="tea", published=at("2020-01-01 17:30")), "title and date"),
        (old(title="tea", published=at("2020-01-01 09:30")), None),
        (old(title="tea", published=at("2020-01-03 09:29")), "title and date"),
        (old(title="tea"), None),
        (old(published=TEA.published), None),
        (old(title="More", published=TEA.published), None),
        (old(link="https://old.example/tea/"), None),
        (old(link="https://old.example/tea/", title="Cake?"), None),
        (old(link="https://example.org/"), None),
        (old(), None),
    ],
)
def test_an_entry_is_matched_by(entry: OldEntry, reason: str | None) -> None:
    matches = match([entry], [CAKE, TEA])
    assert paths(matches) == ([(entry.id, "tea.md", reason)] if reason else [])
    assert len(matches.unmatched) == (not reason)


def test_a_guid_of_front_matter_is_an_id() -> None:
    post = replace(TEA, key="guid:https://old.example/?p=1")
    assert paths(match([old(id="https://old.example/?p=1")], [post, CAKE])) == [
        ("https://old.example/?p=1", "tea.md", "id")
    ]


def test_an_id_that_was_kept_for_rss_is_an_id() -> None:
    assert paths(match([old(id="7")], [replace(TEA, rss_guid="7")])) == [("7", "tea.md", "id")]


def test_an_earlier_permalink_is_one_too() -> None:
    post = replace(TEA, permalinks=("https://example.org/new/", "https://example.org/tea/"))
    entry = old(link="https://example.org/tea/")
    assert paths(match([entry], [post, CAKE])) == [("1", "tea.md", "link")]


def test_an_id_precedes_a_link_and_a_link_precedes_a_title() -> None:
    entries = [
        old(id=TEA.entry_id, link=CAKE.permalinks[0]),
        old(id="2", link=CAKE.permalinks[0], title="Tea", published=TEA.published),
    ]
    assert paths(match(entries, [TEA, CAKE])) == [
        (TEA.entry_id, "tea.md", "id"),
        ("2", "cake.md", "link"),
    ]


def test_two_entries_of_one_link_are_told_apart_by_their_dates_or_not_at_all() -> None:
    link = TEA.permalinks[0]
    entries = [old(link=link, title="Tea", published=TEA.published), old(id="2", link=link)]
    assert paths(match(entries, [TEA, CAKE])) == [("1", "tea.md", "page and title")]
    entries = [old(link=link), old(id="2", link=link)]
    assert paths(match(entries, [TEA, CAKE])) == []


def test_two_posts_of_one_permalink_are_no_match_by_link() -> None:
    other = replace(CAKE, permalinks=TEA.permalinks)
    assert paths(match([old(link=TEA.permalinks[0])], [TEA, other])) == []


def test_a_link_and_an_id_that_lead_to_two_posts_are_no_match() -> None:
    entry = old(id=CAKE.permalinks[0], link=TEA.permalinks[0])
    assert paths(match([entry], [TEA, CAKE])) == []


def test_two_entries_that_lead_to_one_post_are_no_match_by_link() -> None:
    entries = [old(id="https://example.org/tea/#1"), old(id="https://example.org/tea/?")]
    post = replace(TEA, permalinks=("https://example.org/tea/", "https://example.org/old/"))
    more = old(id="3", link="https://example.org/old/")
    assert paths(match([entries[0], more], [post])) == []


def test_a_title_that_two_posts_have_needs_the_instant() -> None:
    other = replace(CAKE, title="Tea")
    day = old(title="Tea", published=at("2020-01-02 12:00"))
    assert paths(match([day], [TEA, other])) == []
    instant = old(title="Tea", published=TEA.published)
    assert paths(match([instant], [TEA, other])) == [("1", "tea.md", "title and date")]


def test_a_title_that_two_entries_have_needs_the_instant() -> None:
    day = old(title="Tea", published=at("2020-01-02 12:00"))
    later = old(id="2", title="tea", published=at("2021-01-02 12:00"))
    assert paths(match([day, later], [TEA, CAKE])) == []


def test_equal_titles_and_instants_are_no_match() -> None:
    other = replace(CAKE, title="Tea", published=TEA.published)
    assert paths(match([old(title="Tea", published=TEA.published)], [TEA, other])) == []


def test_posts_without_a_title_are_not_matched_by_it() -> None:
    assert paths(match([old(published=TEA.published)], [replace(TEA, title="")])) == []


@pytest.mark.parametrize(
    ("entry", "nearest"),
    [
        (old(title="tea", published=at("2025-01-01")), TEA),
        (old(link="https://old.example/2020/cake.html"), CAKE),
        (old(published=at("2019-01-01")), TEA),
        (old(published=at("2020-01-10")), TEA),
        (old(published=at("2020-01-30")), CAKE),
        (old(published=at("2026-01-30")), CAKE),
        (old(title="Coffee"), None),
    ],
)
def test_the_nearest_post_is_named(entry: OldEntry, nearest: PublishedPost | None) -> None:
    (unmatched,) = match([entry], [CAKE, TEA]).unmatched
    assert unmatched.nearest == nearest


def test_without_posts_nothing_is_near() -> None:
    (unmatched,) = match([old(published=at("2020-01-01"))], []).unmatched
    assert unmatched.nearest is None
