"""Adoptions on both engines: everything under the new ids, and back."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from feedsvc.core.adopting.matches import PublishedPost
from feedsvc.core.adopting.plan import Adoption
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.file_records import FileRecord, Stamp
from feedsvc.core.ledger.ledger import LedgerEntry
from feedsvc.errors import FeedError
from feedsvc.store.engine.database import Database
from feedsvc.store.publication import Publication
from feedsvc.store.rows import ledger_row
from feedsvc.store.schema import facts, metadata
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry, an_episode, at

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
OLD = "https://old.example/tea/"


def publish(store: Store, *entries: Entry, **more: Any) -> None:
    records = [
        FileRecord(
            f"{each.title}.md",
            Stamp(1, 1, 1, 1),
            "d",
            "published",
            each.id,
            key=f"slug:{each.title}",
        )
        for each in entries
    ]
    keys = {f"slug:{each.title}": each.id for each in entries}
    store.publish(Publication(a_site(), entries, files=records, identities=keys, **more), NOW)


def tea() -> Entry:
    episode = an_episode()
    return an_entry(tags=("Green",), enclosures=(episode,))


def adoption(post: PublishedPost, new_id: str = OLD, **changes: Any) -> Adoption:
    base = Adoption(post, new_id, "", post.published, post.updated, None, None, "link")
    return replace(base, **changes)


def contents(url: str) -> dict[str, list[Any]]:
    """Every row of the tables that an adoption writes, but for what counts publishes."""
    database = Database(url)
    kept = ("entries", "identities", "ledger", "files", "memberships", "attachments", "held")
    with database.reading() as connection:
        found = {
            name: sorted(map(str, connection.execute(sa.select(metadata.tables[name]))))
            for name in (*kept, "texts", "losses", "adoptions")
        }
        feeds = metadata.tables["feeds"].c
        digests = sa.select(feeds.path, feeds.digest, feeds.entries)
        found["digests"] = sorted(map(str, connection.execute(digests)))
    database.close()
    return found


def test_posts_are_listed_by_path(either_store: Store) -> None:
    cake = an_entry("cake", updated=at("2026-04-01"))
    publish(either_store, tea(), cake)
    posts = either_store.adoptions.posts()
    assert posts == [
        PublishedPost(
            each.id,
            f"slug:{each.title}",
            f"{each.title}.md",
            each.title,
            (each.permalink,),
            each.published,
            each.updated,
        )
        for each in (cake, tea())
    ]


def test_earlier_permalinks_and_ids_for_rss_are_listed(either_store: Store) -> None:
    publish(either_store, tea())
    row = LedgerEntry(
        tea().id, "slug:tea", earlier_permalinks=("https://a.example/",), rss_guid="7"
    )
    either_store.restore(metadata.tables["ledger"], [ledger_row(row)])
    (post,) = either_store.adoptions.posts()
    assert (post.permalinks, post.rss_guid) == ((tea().permalink, "https://a.example/"), "7")


def test_a_post_with_two_files_is_listed_once(either_store: Store) -> None:
    copy = FileRecord("copy.md", Stamp(1, 1, 1, 1), "d", "refused", tea().id, key="slug:tea")
    publish(either_store, tea())
    either_store.publish(Publication(a_site(), files=[copy]), NOW)
    assert [post.path for post in either_store.adoptions.posts()] == ["copy.md"]


def test_without_a_publish_there_is_nothing_to_adopt(either_store: Store) -> None:
    with pytest.raises(FeedError, match="run feedsvc publish first"):
        either_store.adoptions.posts()
    publish(either_store)
    with pytest.raises(FeedError, match="no post is published yet"):
        either_store.adoptions.posts()


def test_a_store_of_another_version_is_published_first(either_store: Store) -> None:
    publish(either_store, tea())
    either_store.restore(facts, [{"name": "renderer", "value": "0"}])
    with pytest.raises(FeedError, match="another feedsvc wrote this store"):
        either_store.adoptions.posts()


def test_every_id_that_was_ever_used_is_known(either_store: Store) -> None:
    publish(either_store, tea(), an_entry("cake"))
    either_store.publish(
        Publication(a_site(), withdrawn=[an_entry("cake").id], forgotten=["cake.md"]), NOW
    )
    row = LedgerEntry("urn:x:1", "slug:x", rss_guid="7", withdrawn_at=1)
    either_store.restore(metadata.tables["ledger"], [ledger_row(row)])
    assert either_store.adoptions.used_ids() == {
        tea().id: "tea.md",
        an_entry("cake").id: "a withdrawn post",
        "urn:x:1": "a withdrawn post",
        "7": "a withdrawn post",
    }


def test_an_adopted_post_is_everywhere_under_its_new_id(
    either_store: Store, either_url: str
) -> None:
    publish(either_store, tea(), an_entry("cake"))
    (_, post) = either_store.adoptions.posts()
    dates: dict[str, Any] = {"published": at("2020-01-01"), "updated": at("2021-01-01")}
    changes = either_store.adoptions.write([adoption(post, **dates)], NOW)
    assert (changes.added, changes.changed, changes.withdrawn) == ([], [], [])
    assert {"", "tags/Green"} <= set(changes.feeds)
    text = str({k: v for k, v in contents(either_url).items() if k != "adoptions"})
    assert tea().id not in text
    with either_store.snapshot() as snapshot:
        feed = snapshot.feed("")
        assert feed is not None
        newest = list(snapshot.newest(feed.number, 20))
        assert snapshot.pinned(["slug:tea"]) == {"slug:tea": OLD}
        assert snapshot.remembered([OLD])[OLD].published == at("2020-01-01")
    assert newest == [an_entry("cake"), replace(tea(), id=OLD, **dates)]


def test_listeners_are_told_of_feeds_and_of_no_entry(either_store: Store) -> None:
    publish(either_store, tea())
    (post,) = either_store.adoptions.posts()
    summary = either_store.adoptions.write([adoption(post)], NOW).summary
    assert summary.counts[:3] == (0, 0, 0)
    assert summary.counts[3] > 0


def test_an_id_for_rss_is_kept_in_the_ledger(either_store: Store) -> None:
    publish(either_store, tea())
    (post,) = either_store.adoptions.posts()
    dates = {"adopted_published": at("2020-01-01"), "adopted_updated": at("2021-01-01")}
    either_store.adoptions.write([adoption(post, post.entry_id, rss_guid="7", **dates)], NOW)
    with either_store.snapshot() as snapshot:
        row = snapshot.adopted([tea().id, "urn:x:1"])[tea().id]
    assert (row.rss_guid, row.adopted_published, row.adopted_updated) == ("7", *dates.values())
    assert row.redated is None


def test_the_date_in_the_file_is_kept_in_the_ledger(either_store: Store) -> None:
    publish(either_store, tea())
    for day in ("2020-01-01", "2021-01-01"):
        (post,) = either_store.adoptions.posts()
        either_store.adoptions.write([adoption(post, published=at(day))], NOW)
        with either_store.snapshot() as snapshot:
            row = snapshot.remembered([OLD])[OLD]
        assert (row.published, row.redated) == (at(day), tea().published)


def test_what_is_held_or_lost_keeps_its_entry(either_store: Store) -> None:
    publish(either_store, tea())
    held, losses = metadata.tables["held"], metadata.tables["losses"]
    one = {"entry_id": tea().id, "kind": "withdrawn", "path": "", "title": "", "since": 1}
    one["reason"] = "many"
    either_store.restore(held, [one])
    either_store.restore(losses, [{"entry_id": tea().id, "at": 1, "groups": "[]"}])
    (post,) = either_store.adoptions.posts()
    either_store.adoptions.write([adoption(post)], NOW)
    with either_store._database.reading() as connection:
        ids = [connection.execute(sa.select(t.c.entry_id)).scalar() for t in (held, losses)]
    assert ids == [OLD, OLD]


@pytest.mark.parametrize("has_ledger", [True, False])
@pytest.mark.parametrize("rss_guid", ["", "7"])
def test_undoing_restores_every_row(
    has_ledger: bool, rss_guid: str, either_store: Store, either_url: str
) -> None:
    publish(either_store, tea(), an_entry("cake"))
    if has_ledger:
        row = LedgerEntry(
            *(tea().id, "slug:tea", tea().published, tea().updated), body_digest="b", first_at=7
        )
        either_store.restore(metadata.tables["ledger"], [ledger_row(row)])
    before = contents(either_url)
    posts = either_store.adoptions.posts()
    dates = {"published": at("2020-01-01"), "adopted_published": at("2020-01-01")}
    chosen = [
        adoption(posts[0], "urn:x:1"),
        adoption(posts[1], posts[1].entry_id if rss_guid else OLD, rss_guid=rss_guid, **dates),
    ]
    either_store.adoptions.write(chosen, NOW)
    assert contents(either_url) != before
    posts_undone, _ = either_store.adoptions.undo(NOW)
    assert posts_undone == 2
    assert contents(either_url) == before


def test_adoptions_are_undone_one_by_one_the_last_first(
    either_store: Store, either_url: str
) -> None:
    publish(either_store, tea())
    states = []
    for number in range(3):
        states.append(contents(either_url))
        (post,) = either_store.adoptions.posts()
        either_store.adoptions.write([adoption(post, f"urn:x:{number}")], NOW)
    for state in reversed(states):
        either_store.adoptions.undo(NOW)
        assert contents(either_url) == state
    with pytest.raises(FeedError, match="there is no adoption to undo"):
        either_store.adoptions.undo(NOW)


def test_an_edit_since_the_adoption_stays_when_it_is_undone(either_store: Store) -> None:
    publish(either_store, tea())
    (post,) = either_store.adoptions.posts()
    either_store.adoptions.write([adoption(post, published=at("2020-01-01"))], NOW)
    edited = replace(
        tea(), id=OLD, published=at("2020-01-01"), updated=at("2026-05-01"), summary="New"
    )
    publish(either_store, edited)
    either_store.adoptions.undo(NOW)
    with either_store.snapshot() as snapshot:
        feed = snapshot.feed("")
        assert feed is not None
        (found,) = snapshot.newest(feed.number, 20)
    assert found == replace(edited, id=tea().id, published=tea().published)


def test_a_post_that_was_withdrawn_since_gets_its_id_back_in_the_ledger(
    either_store: Store,
) -> None:
    publish(either_store, tea())
    row = LedgerEntry(tea().id, "slug:tea", tea().published, tea().updated)
    either_store.restore(metadata.tables["ledger"], [ledger_row(row)])
    (post,) = either_store.adoptions.posts()
    either_store.adoptions.write([adoption(post)], NOW)
    gone = Publication(a_site(), withdrawn=[OLD], forgotten=["tea.md"])
    either_store.publish(gone, NOW)
    lost = replace(row, id=OLD, withdrawn_at=5, published=None, updated=None)
    either_store.restore(metadata.tables["ledger"], [ledger_row(lost)])
    either_store.adoptions.undo(NOW)
    with either_store.snapshot() as snapshot:
        assert list(snapshot.ledger()) == [replace(lost, id=tea().id)]
        assert snapshot.pinned(["slug:tea"]) == {"slug:tea": tea().id}


def test_an_id_that_another_post_has_by_now_cannot_be_restored(either_store: Store) -> None:
    publish(either_store, tea())
    (post,) = either_store.adoptions.posts()
    either_store.adoptions.write([adoption(post)], NOW)
    publish(either_store, an_entry("other", id=tea().id))
    with pytest.raises(FeedError, match="another post has the id tag:"):
        either_store.adoptions.undo(NOW)
    with either_store.snapshot() as snapshot:
        assert snapshot.pinned(["slug:tea"]) == {"slug:tea": OLD}


def test_more_posts_than_fit_into_a_statement_are_adopted(either_store: Store) -> None:
    publish(either_store, *(an_entry(f"p{number}") for number in range(1200)))
    posts = either_store.adoptions.posts()
    either_store.adoptions.write([adoption(p, f"urn:x:{p.title}") for p in posts], NOW)
    assert {p.entry_id for p in either_store.adoptions.posts()} == {
        f"urn:x:p{number}" for number in range(1200)
    }
    assert either_store.adoptions.undo(NOW)[0] == 1200
    assert either_store.adoptions.posts() == posts
