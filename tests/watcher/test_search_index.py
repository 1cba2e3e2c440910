"""The watcher switches the search index on and off, and builds it beside the publishes."""

import logging
from collections.abc import Callable

import pytest

from feedsvc.errors import StoreError
from feedsvc.source.folder import Folder
from feedsvc.source.source import Source
from feedsvc.store.search.building import SearchIndexes
from feedsvc.store.store import Store
from feedsvc.watcher.watcher import Watcher
from tests.support.builders import a_site
from tests.support.running import wait_until
from tests.support.stores import titles
from tests.support.writing import PostFolder


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsvc.watcher.search_index._SECONDS", 0.05)


def state(store: Store) -> tuple[bool, bool]:
    with store.snapshot() as snapshot:
        return snapshot.search.is_on(), snapshot.search.is_ready()


def watch(posts: PostFolder, url: str, until: Callable[[], bool], *, full_text: bool) -> None:
    watcher = Watcher(
        Source(Folder(posts.root, 0)), url, a_site(), interval=3600, full_text=full_text
    )
    watcher.start()
    try:
        wait_until(until, "the search index")
    finally:
        watcher.stop()


def test_the_index_is_there_at_the_first_publish_and_until_it_is_switched_off(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    posts.write("tea.md", title="Tea")
    watch(posts, sqlite_url, lambda: titles(store) == {"Tea"}, full_text=True)
    assert state(store) == (True, True)
    watch(posts, sqlite_url, lambda: state(store) == (False, False), full_text=False)


def test_an_index_of_published_posts_is_built_and_logged(
    posts: PostFolder, store: Store, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    posts.write("tea.md", title="Tea")
    watch(posts, sqlite_url, lambda: titles(store) == {"Tea"}, full_text=False)
    with caplog.at_level(logging.INFO, "feedsvc.search"):
        watch(posts, sqlite_url, lambda: state(store) == (True, True), full_text=True)
    assert caplog.messages == [
        "the search index is switched on",
        "the search index is complete: 1 of 1 posts",
    ]


def test_a_fault_of_the_store_is_logged_once_and_building_goes_on(
    posts: PostFolder,
    store: Store,
    sqlite_url: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    posts.write("tea.md", title="Tea")
    watch(posts, sqlite_url, lambda: titles(store) == {"Tea"}, full_text=False)
    build, failures = SearchIndexes.build_some, iter([1, 2, 3])

    def fails_at_first(indexes: SearchIndexes) -> tuple[int, int] | None:
        if next(failures, None):
            raise StoreError("the disk is full")
        return build(indexes)

    monkeypatch.setattr(SearchIndexes, "build_some", fails_at_first)
    watch(posts, sqlite_url, lambda: state(store) == (True, True), full_text=True)
    warnings = [r.message for r in caplog.records if r.levelno == logging.WARNING]
    assert warnings == ["the search index is not built, will be retried: the disk is full"]
