"""Pages whose cost could grow with the folder: limited, or rendered once for each revision."""

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
