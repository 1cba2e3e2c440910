"""The search index follows every change of entries, on either engine."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.search.queries import SearchQuery, search_query
from feedsvc.store.copying.store_copies import copy_store
from feedsvc.store.engine.urls import file_of
from feedsvc.store.publication import Publication
from feedsvc.store.schema import search_index
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry, at

NOW: Final = at("2026-03-02 08:00")


def an_indexed(name: str, words: str, /, **changes: Any) -> Entry:
    return an_entry(name, content_html=f"<p>{words}</p>", **changes)


def publish(store: Store, *entries: Entry, withdrawn: tuple[str, ...] = ()) -> None:
    store.publish(Publication(a_site(), entries, withdrawn=withdrawn), NOW)


def query(text: str) -> SearchQuery:
    found = search_query(text)
    assert isinstance(found, SearchQuery)
    return found


def found(store: Store, text: str, path: str = "", *, in_title: bool = False) -> list[str]:
    """The titles of the posts of a feed that match, newest first."""
    with store.snapshot() as snapshot:
        feed = snapshot.feed(path)
        assert feed
        hits = snapshot.search.newest(feed.number, query(text), 99, in_title=in_title)
        return [entry.title for entry, _ in hits]


def build(store: Store) -> int:
    """Build the index; in how many steps."""
    steps = 0
    while store.search_indexes.build_some():
        steps += 1
    return steps


@pytest.fixture
def store(either_store: Store) -> Iterator[Store]:
    """An empty store whose search index is on."""
    either_store.search_indexes.switch(on=True)
    yield either_store
    either_store.search_indexes.switch(on=False)


def test_a_first_publish_writes_the_index(store: Store) -> None:
    publish(store, an_indexed("one", "Green tea"), an_indexed("two", "瑞金医院用CAR-T"))
    assert build(store) == 0
    assert found(store, "TEA") == ["one"]
    assert found(store, "瑞金") == found(store, "医") == found(store, "CAR-T") == ["two"]
    assert found(store, "coffee") == []


def test_an_edit_replaces_the_words_of_a_post(store: Store) -> None:
    publish(store, an_indexed("one", "green tea"), an_indexed("two", "green cup"))
    publish(store, an_indexed("one", "black tea"))
    assert found(store, "green") == ["two"]
    assert found(store, "black") == ["one"]


def test_a_withdrawn_post_is_not_in_the_index(store: Store) -> None:
    one = an_indexed("one", "green tea")
    publish(store, one)
    publish(store, withdrawn=(one.id,))
    # The next post gets the number of the withdrawn one.
    publish(store, an_indexed("two", "black tea"))
    assert found(store, "green") == []
    assert found(store, "tea") == ["two"]


def test_a_post_that_comes_back_is_found_again(store: Store) -> None:
    one = an_indexed("one", "green tea")
    publish(store, one)
    publish(store, withdrawn=(one.id,))
    publish(store, one)
    assert found(store, "green") == ["one"]


def test_a_change_of_tags_or_dates_leaves_the_words(store: Store) -> None:
    publish(store, an_indexed("one", "green tea"))
    publish(store, an_indexed("one", "green tea", tags=("Tea",)))
    assert found(store, "green", "tags/Tea") == ["one"]
    publish(store, an_indexed("one", "green tea", published=at("2020-01-01")))
    assert found(store, "green") == ["one"]


def test_a_post_that_is_found_is_a_member_of_the_feed(store: Store) -> None:
    publish(store, an_indexed("one", "tea", tags=("Tea",)), an_indexed("two", "tea"))
    assert found(store, "tea", "tags/Tea") == ["one"]
    publish(store, an_indexed("three", "tea", feeds=("tags",), tags=("Tea",)))
    assert found(store, "three") == []


def test_hits_are_in_the_order_of_the_feed(store: Store) -> None:
    days = {"b": "2026-01-02", "a": "2026-01-03", "d": "2026-01-01", "c": "2026-01-01"}
    publish(store, *(an_indexed(name, "tea", published=at(d)) for name, d in days.items()))
    with store.snapshot() as snapshot:
        feed = snapshot.feed("")
        assert feed
        order = [entry.title for entry in snapshot.newest(feed.number, 9)]
    assert found(store, "tea") == order == ["a", "b", "d", "c"]


def test_words_of_the_title_can_be_looked_for_alone(store: Store) -> None:
    one, two = an_indexed("one", "two"), an_indexed("two", "one")
    publish(store, one, two)
    assert sorted(found(store, "one")) == ["one", "two"]
    assert found(store, "one", in_title=True) == ["one"]


def test_posts_with_unwanted_words_are_left_out(store: Store) -> None:
    publish(store, an_indexed("one", "tea milk"), an_indexed("two", "tea 上海交大"))
    assert found(store, "tea -milk") == ["two"]
    assert found(store, "tea -上海交大") == ["one"]
    assert found(store, "tea -milk -上海") == []


def test_a_store_that_is_in_use_gets_an_index_without_reading_files(
    either_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.store.search.building._AT_ONCE", 2)
    store = either_store
    publish(store, *(an_indexed(f"post {number}", "tea") for number in range(5)))
    with store.snapshot() as snapshot:
        assert not snapshot.search.is_on()
    assert store.search_indexes.switch(on=True)
    assert not store.search_indexes.switch(on=True)
    assert store.search_indexes.build_some() == (2, 5)
    with store.snapshot() as snapshot:
        assert (snapshot.search.is_on(), snapshot.search.is_ready()) == (True, False)
    # A publish meanwhile changes what is in the index already, and what is not.
    publish(store, an_indexed("post 0", "coffee"), an_indexed("post 4", "coffee"))
    publish(store, an_indexed("post 0", "milk"), an_indexed("post 4", "milk"))
    publish(store, an_indexed("new", "milk"), withdrawn=(an_entry("post 1").id,))
    assert build(store) == 2
    with store.snapshot() as snapshot:
        assert snapshot.search.is_ready()
    assert sorted(found(store, "milk")) == ["new", "post 0", "post 4"]
    assert sorted(found(store, "tea")) == ["post 2", "post 3"]
    assert found(store, "coffee") == []
    publish(store, an_indexed("last", "milk"))
    assert "last" in found(store, "milk")
    assert store.search_indexes.switch(on=False)
    with store.snapshot() as snapshot:
        assert not snapshot.search.is_on()
    with store._database.reading() as connection:
        assert "search_words" not in sa.inspect(connection).get_table_names()


def test_an_index_of_another_version_is_built_anew(store: Store) -> None:
    publish(store, an_indexed("one", "tea"))
    with store._database.writing() as connection:
        connection.execute(sa.update(search_index).values(version="0"))
    with store.snapshot() as snapshot:
        assert not snapshot.search.is_ready()
    assert store.search_indexes.switch(on=True)
    assert build(store) == 1
    assert found(store, "tea") == ["one"]


def test_a_dry_run_changes_nothing(store: Store) -> None:
    publish(store, an_indexed("one", "tea"))
    store.rehearse(Publication(a_site(), [an_indexed("one", "milk")]), NOW)
    assert found(store, "tea") == ["one"]
    assert found(store, "milk") == []


def test_a_copy_of_a_store_has_no_index_until_it_is_switched_on(
    store: Store, either_url: str, tmp_path: Path
) -> None:
    publish(store, an_indexed("one", "tea"))
    url = f"sqlite:///{tmp_path}/copy.sqlite3"
    copy_store(either_url, url)
    with closing(Store(url)) as copy:
        with copy.snapshot() as snapshot:
            assert not snapshot.search.is_on()
        publish(copy, an_indexed("two", "tea"))
        copy.search_indexes.switch(on=True)
        assert build(copy) == 1
        assert sorted(found(copy, "tea")) == ["one", "two"]


def test_a_forgotten_post_leaves_no_word_in_the_file(sqlite_url: str) -> None:
    with closing(Store(sqlite_url)) as store:
        store.search_indexes.switch(on=True)
        others = [an_indexed(f"p{number}", "plain words") for number in range(40)]
        publish(store, *others[:20], an_indexed("quince", "zanzibar 瑞金"), *others[20:])
        store.forget(an_entry("quince").id, NOW)
        store.erase_deleted()
        assert len(found(store, "plain")) == 40
    octets = Path(str(file_of(sqlite_url))).read_bytes()
    assert b"plain" in octets
    assert b"zanzi" not in octets
    assert "瑞金".encode() not in octets


def test_a_forgotten_word_is_overwritten_at_once(sqlite_url: str) -> None:
    with closing(Store(sqlite_url)) as store:
        store.search_indexes.switch(on=True)
        publish(store, an_indexed("one", "plain"), an_indexed("quince", "zanzibar"))
        store.forget(an_entry("quince").id, NOW)
        octets = Path(str(file_of(sqlite_url))).read_bytes()
        assert b"zanzibar" not in octets


def test_the_index_is_as_sqlite_340_can_have_it(sqlite_url: str) -> None:
    with closing(Store(sqlite_url)) as store:
        store.search_indexes.switch(on=True)
    with closing(sqlite3.connect(str(file_of(sqlite_url)))) as connection:
        (sql,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'search_words'"
        ).fetchone()
    assert "contentless_delete" not in sql
    assert "content=''" in sql
