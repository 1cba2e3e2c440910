"""Pages whose cost could grow with the folder: limited, or rendered once for each revision."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from feedsvc.settings.load import load_settings
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.store import Store
from feedsvc.web.app import create_app
from tests.store.test_contract import NOW, entry, publish
from tests.support.running import SITE
from tests.support.writing import PostFolder


@pytest.fixture
def bare(posts: PostFolder, sqlite_url: str, store: Store) -> FlaskClient:
    """A client of an app without pages."""
    environ = {
        **SITE,
        "FEEDSVC_SITE__URL": "https://example.org",
        "FEEDSVC_CONTENT__SEEDS": str(posts.root),
        "FEEDSVC_STORE__URL": sqlite_url,
        "FEEDSVC_SERVER__PAGES": "false",
    }
    publish(store, *(entry(str(n), tags=(f"t{n}",)) for n in range(30)))
    return create_app(load_settings(None, environ), store).test_client()


def test_the_bare_index_is_rendered_once_for_each_revision(
    bare: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    listed = Snapshot.listed_feeds

    def counting(snapshot: Snapshot) -> object:
        calls.append(1)
        return listed(snapshot)

    monkeypatch.setattr(Snapshot, "listed_feeds", counting)
    bodies = {bare.get("/").data for _ in range(5)}
    assert (len(bodies), len(calls)) == (1, 1)


def test_the_bare_index_shows_the_last_publish(bare: FlaskClient, store: Store) -> None:
    assert b"t0" in bare.get("/").data
    publish(store, entry("new", tags=("brand-new",)))
    assert b"brand-new" in bare.get("/").data


def test_the_bare_index_has_each_language_and_coding(bare: FlaskClient) -> None:
    variants = {
        (answer.headers.get("Content-Encoding"), answer.data)
        for language in ("en", "zh")
        for coding in ("identity", "gzip", "br")
        for answer in [
            bare.get("/", headers={"Accept-Language": language, "Accept-Encoding": coding})
        ]
    }
    assert len(variants) == 6
    assert {coding for coding, _ in variants} == {None, "gzip", "br"}


def test_the_bare_index_is_revalidated_with_its_etag(bare: FlaskClient) -> None:
    tag = bare.get("/").headers["ETag"]
    assert bare.get("/", headers={"If-None-Match": tag}).status_code == 304


def test_the_categories_below_another_are_found_on_either_engine(either_store: Store) -> None:
    tea = [("Tea",), ("Tea", "Green"), ("Tea", "Green", "Fine"), ("Tea-x",), ("Tea0",)]
    publish(either_store, entry(categories=tuple(tea)), now=NOW)
    with either_store.snapshot() as snapshot:
        below = [record.topic.names for record in snapshot.feeds_below("categories/Tea", 10)]
    assert sorted(below) == tea[1:3]


def test_a_late_page_of_a_long_list_has_its_entries_in_order(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/a.sqlite3")
    publish(store, *(entry(f"{n:03}") for n in range(300)))
    with store.snapshot() as snapshot:
        main = snapshot.feed("")
        assert main
        titles = [each.title for each in snapshot.older(main.number, 5, 290)]
    assert titles == ["009", "008", "007", "006", "005"]
    store.close()


def test_the_query_for_the_largest_feeds_uses_an_index(store: Store) -> None:
    with store._database.reading() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT * FROM feeds WHERE kind = 'tag' "
            "ORDER BY entries DESC, path LIMIT 60"
        ).all()
    assert "feeds_size" in str(plan)


def test_the_posts_beside_a_post_are_those_of_the_feed_in_its_order(
    either_store: Store,
) -> None:
    dated = [entry(name, published=datetime(2026, 3, day, tzinfo=UTC)) for name, day in _DATES]
    hidden = entry("hidden", published=datetime(2026, 3, 2, tzinfo=UTC), feeds=("tags",))
    publish(either_store, *dated, hidden)
    with either_store.snapshot() as snapshot:
        main = snapshot.feed("")
        assert main
        beside = {each.title: snapshot.neighbours(main.number, each) for each in dated}
        order = [each.title for each in snapshot.newest(main.number, 10)]
    assert order == ["d", "c", "b", "B", "a"]
    for newer, older in pairwise(order):
        assert (beside[newer][0] or hidden).title == older
        assert (beside[older][1] or hidden).title == newer
    assert (beside["d"][1], beside["a"][0]) == (None, None)


# Three posts with one date: of these, the order of the ids counts, octet by octet.
_DATES = [("a", 1), ("b", 3), ("B", 3), ("c", 3), ("d", 4)]


@pytest.mark.parametrize("method", ["neighbours", "newest_dates"])
def test_the_queries_of_a_post_and_of_a_row_read_no_other_rows(
    store: Store, method: str
) -> None:
    spread = [datetime.fromtimestamp(1_700_000_000 + n, UTC) for n in range(2000)]
    posts = [entry(f"{n:04}", published=date) for n, date in enumerate(spread)]
    publish(store, *posts)
    with store.snapshot() as snapshot:
        main = snapshot.feed("")
        assert main
        steps = 0

        def count() -> None:
            nonlocal steps
            steps += 1

        driver = snapshot._connection.connection.driver_connection
        assert driver
        driver.set_progress_handler(count, 100)  # instructions of SQLite's virtual machine
        if method == "neighbours":
            older, newer = snapshot.neighbours(main.number, posts[1000])
            assert [each and each.title for each in (older, newer)] == ["0999", "1001"]
        else:
            assert snapshot.newest_dates([main.number]) == {main.number: spread[-1]}
        driver.set_progress_handler(None, 0)
    assert steps < 20  # hundreds if all 2,000 members were read
