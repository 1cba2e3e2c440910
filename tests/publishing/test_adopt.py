"""Adopted posts through later publishes: same bytes, one update for an edit, no id twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import pytest

from feedsvc.core.adopting.old_entries import OldEntry, OldFeed
from feedsvc.core.adopting.plan import Plan
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.site import Site
from feedsvc.publishing.adopt import adopt, plan_adoption, undo
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.builders import a_site, at
from tests.support.writing import PostFolder

NOW: Final = at("2026-11-28")
LINK = "https://example.org/posts/tea/"
OLD = OldEntry(LINK, LINK, "Tea", at("2020-01-02 03:00"), at("2021-01-02 03:00"))


@pytest.fixture(autouse=True)
def _tea(posts: PostFolder) -> None:
    posts.write("tea.md", title="Tea", slug="tea", date="2020-01-05 10:00:00")


def scan(
    folder: Folder, store: Store, site: Site | None = None, now: datetime = NOW
) -> Sequence[str]:
    report = publish(folder, store, site or a_site(), now)
    return [*report.added, *report.changed, *report.withdrawn]


def adopted(store: Store, *entries: OldEntry) -> Plan:
    return adopt(store, [OldFeed("old.xml", entries or (OLD,))], NOW)


def entries(store: Store) -> list[Entry]:
    with store.snapshot() as snapshot:
        feed = snapshot.feed("")
        assert feed is not None
        return list(snapshot.newest(feed.number, 20))


def only(store: Store) -> Entry:
    (entry,) = entries(store)
    return entry


def dates(entry: Entry) -> tuple[object, object]:
    return entry.published, entry.updated


def digests(store: Store) -> dict[str, str]:
    with store.snapshot() as snapshot:
        return {feed.topic.path: feed.digest for feed in snapshot.feeds()}


def test_a_plan_writes_nothing(folder: Folder, store: Store) -> None:
    scan(folder, store)
    before = digests(store)
    assert len(plan_adoption(store, [OldFeed("old.xml", (OLD,))], NOW).adoptions) == 1
    assert digests(store) == before


def test_the_next_publishes_change_nothing(folder: Folder, store: Store) -> None:
    scan(folder, store)
    adopted(store)
    before, entry = digests(store), only(store)
    assert (entry.id, *dates(entry)) == (LINK, OLD.published, OLD.updated)
    assert scan(folder, store) == []
    everything = a_site(url="https://example.org", subtitle="New")
    assert scan(folder, store, everything) == []
    assert only(store) == entry
    scan(folder, store)
    assert digests(store) == before


@pytest.mark.parametrize(
    ("updated", "expected"),
    [
        ("2026-11-01 10:00:00", at("2026-11-01 02:00")),
        ("2020-12-01 10:00:00", OLD.updated),
        ("", OLD.updated),
    ],
)
def test_an_edit_is_one_update(
    updated: str, expected: object, folder: Folder, store: Store, posts: PostFolder
) -> None:
    scan(folder, store)
    adopted(store)
    fields = {"title": "Black tea", "slug": "tea", "date": "2020-01-05 10:00:00"}
    posts.write("tea.md", **fields, **({"updated": updated} if updated else {}))
    assert scan(folder, store) == ["tea.md"]
    entry = only(store)
    assert (entry.id, entry.title) == (LINK, "Black tea")
    assert dates(entry) == (OLD.published, expected)


def test_a_new_slug_a_new_file_and_a_new_time_zone_keep_what_was_adopted(
    folder: Folder, store: Store, posts: PostFolder
) -> None:
    scan(folder, store)
    adopted(store)
    fields = {"title": "Tea", "slug": "green-tea", "date": "2020-01-05 10:00:00"}
    path = posts.write("tea.md", **fields)
    scan(folder, store)
    path.rename(posts.root / "other.md")
    scan(folder, store)
    scan(folder, store, a_site(timezone="America/New_York"))
    scan(folder, store, a_site(url="https://new.example", permalink="/:year/:slug/"))
    entry = only(store)
    assert (entry.id, *dates(entry)) == (LINK, OLD.published, OLD.updated)


def test_an_id_that_is_no_iri_survives_an_edit(
    folder: Folder, store: Store, posts: PostFolder
) -> None:
    scan(folder, store)
    own_id = only(store).id
    adopted(store, OldEntry("Tea time", LINK))
    assert (only(store).id, only(store).rss_guid) == (own_id, "Tea time")
    posts.write("tea.md", title="New", slug="tea", date="2020-01-05 10:00:00")
    assert scan(folder, store) == ["tea.md"]
    assert (only(store).id, only(store).rss_guid) == (own_id, "Tea time")


def test_what_is_adopted_is_not_adopted_again(folder: Folder, store: Store) -> None:
    scan(folder, store)
    adopted(store)
    assert adopted(store).adoptions == ()
    assert undo(store, NOW) == 1


def test_a_second_feed_may_rename_what_was_adopted(folder: Folder, store: Store) -> None:
    scan(folder, store)
    adopted(store)
    adopted(store, OldEntry("urn:x:1", LINK))
    entry = only(store)
    assert (entry.id, *dates(entry)) == ("urn:x:1", OLD.published, OLD.updated)
    scan(folder, store, a_site(timezone="America/New_York"))
    assert dates(only(store)) == (OLD.published, OLD.updated)


def test_an_adopted_id_of_a_withdrawn_post_is_not_given_to_another(
    folder: Folder, store: Store, posts: PostFolder
) -> None:
    other = posts.write("cake.md", title="Cake", slug="cake")
    scan(folder, store)
    adopted(store)
    (posts.root / "tea.md").unlink()
    scan(folder, store)
    scan(folder, store, now=NOW + timedelta(seconds=10))  # the second look withdraws it
    found = adopted(store, OldEntry(LINK, "https://example.org/posts/cake/"))
    assert [each.fault for each in found.conflicts] == ["this id is in use: a withdrawn post"]
    assert other.exists()


def test_undoing_gives_ids_and_dates_back(folder: Folder, store: Store) -> None:
    scan(folder, store)
    before, entry = digests(store), only(store)
    adopted(store)
    assert undo(store, NOW) == 1
    assert (digests(store), only(store)) == (before, entry)
    assert scan(folder, store) == []
    scan(folder, store, a_site(subtitle="New"))
    assert only(store) == entry
