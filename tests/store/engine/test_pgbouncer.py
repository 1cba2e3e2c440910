"""Behind PgBouncer in transaction mode, where each transaction may get another connection."""

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from feedsvc.errors import StoreLocked
from feedsvc.store.engine.limits import Limits
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry
from tests.support.pgbouncer import PROGRAM, pgbouncer
from tests.support.running import running, wait_until
from tests.support.writing import PostFolder

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed"),
]

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def bounced_url(postgres_url: str) -> Iterator[str]:
    """The URL of an empty database behind PgBouncer, with four connections for all."""
    with pgbouncer(postgres_url, 4) as url:
        yield url


def test_serve_publishes_and_serves_behind_pgbouncer(
    tmp_path: Path, posts: PostFolder, bounced_url: str
) -> None:
    posts.write("tea.md", title="Tea")
    with running(tmp_path, posts.root, {"FEEDSVC_STORE__URL": bounced_url}) as server:
        assert "<title>Tea</title>" in server.get("/atom.xml").text
        for number in range(8):  # more than it takes until psycopg would prepare statements
            posts.write("tea.md", title=f"Green {number}")
            wait_until(
                lambda title=f"Green {number}": title in server.get("/atom.xml").text,  # type: ignore[misc]
                "the change",
                10,
            )
        assert "ERROR" not in server.log, server.log
        assert "WARNING" not in server.log, server.log


def test_the_lock_holds_behind_pgbouncer_and_is_free_afterwards(bounced_url: str) -> None:
    with closing(Store(bounced_url)) as one, closing(Store(bounced_url)) as other:
        for _ in range(3):
            with one.lock():
                one.jobs.enqueue(NOW)
                with pytest.raises(StoreLocked), other.lock():
                    pytest.fail("two had the lock")
            with other.lock():
                pass


def test_the_limits_of_a_transaction_do_not_affect_the_next_one(bounced_url: str) -> None:
    hasty = Limits(5, statement=1)
    with closing(Store(bounced_url, limits=hasty)) as store, store.snapshot() as snapshot:
        assert setting(snapshot._connection) == "1s"
    with closing(Store(bounced_url)) as store, store.snapshot() as snapshot:
        assert setting(snapshot._connection) == "0"


def setting(connection: sa.Connection) -> str:
    return str(connection.exec_driver_sql("SHOW statement_timeout").scalar())


def test_many_threads_share_few_connections_of_pgbouncer(bounced_url: str) -> None:
    failures: list[Exception] = []
    with closing(Store(bounced_url)) as store:
        store.publish(Publication(a_site(), [an_entry()]), NOW)

        def work() -> None:
            try:
                for _ in range(20):
                    with store.snapshot() as snapshot:
                        assert snapshot.feed("") is not None
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                failures.append(error)

        for thread in (threads := [threading.Thread(target=work) for _ in range(8)]):
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
