"""Many concurrent searches in a large store do not delay other requests."""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from types import SimpleNamespace

import pytest

from feedsvc.errors import StoreSlow
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.store import Store
from tests.store.test_contract import entry, publish
from tests.support.running import Server, running
from tests.support.writing import PostFolder

SECRET = "a secret of enough characters"  # noqa: S105 - of this test's server
MANY = 100_000
# Words that all titles have, and one that none has: each title is compared with all words.
SLOW = "+".join([*"abcdefghijklmnopqrstuvwxy", *"abcdefghijklmnopqrstuvw", "%C3%9F"])
FILL = f"""
    WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {MANY})
    INSERT INTO entries SELECT 1000 + n, 'tag:x:' || n, 'https://x/' || n,
        'abcdefghijklmnopqrstuvwxy ' || n || hex(zeroblob(200)),
        '2020-01-01T00:00:00+00:00',
        '2020-01-01T00:00:00+00:00', '', '[[],[],[]]', 'd', '' FROM number
"""  # noqa: S608 - of a number of ours


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server with 100,000 entries in its store, most of them without a file."""
    folder = tmp_path_factory.mktemp("large")
    posts = PostFolder(folder / "posts")
    for number in range(20):
        posts.write(f"{number}.md", title="Tea", tags=f"[tag{number}]")
    settings = {"FEEDSVC_WEBHOOK__SECRET": SECRET, "FEEDSVC_WATCHER__INTERVAL": "3600"}
    with running(folder, posts.root, settings) as server:
        with closing(sqlite3.connect(folder / "var" / "feedsvc.sqlite3")) as connection:
            (main,) = connection.execute("SELECT number FROM feeds WHERE path = ''").fetchone()
            connection.execute(FILL)
            some = "FROM entries WHERE id LIKE 'tag:x:%'"
            connection.execute(
                f"INSERT INTO memberships SELECT ?, number, number, number {some}", [main]
            )
            connection.execute(f"INSERT INTO texts SELECT number, x'00' {some}")
            connection.commit()
        yield server


def test_the_hub_the_webhook_and_feeds_are_answered_during_many_searches(large: Server) -> None:
    done = threading.Event()
    answers: Counter[int] = Counter()
    waits: set[str | None] = set()
    slowest = 0.0

    def search() -> None:
        nonlocal slowest
        while not done.is_set():
            began = time.monotonic()
            answer = large.get(f"/?q={SLOW}")
            slowest = max(slowest, time.monotonic() - began)
            answers[answer.status_code] += 1
            if answer.status_code == 503:
                waits.add(answer.headers.get("Retry-After"))
            time.sleep(0.05)

    threads = [threading.Thread(target=search) for _ in range(12)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.5)
        took = []
        for number in range(20):
            began = time.monotonic()
            assert large.get(f"/tags/tag{number}/atom.xml").status_code == 200
            assert large.ask("POST", "/hub", data=b"").status_code == 415
            token = {"Authorization": f"Bearer {SECRET}"}
            assert large.ask("POST", "/hooks/rebuild", token).status_code == 202
            took.append(time.monotonic() - began)
    finally:
        done.set()
        for thread in threads:
            thread.join(30)
    assert set(answers) <= {200, 503}
    assert answers[503] > 12  # one waits, the others are refused at once
    assert None not in waits
    assert sorted(took)[18] < 2.0  # for three requests
    assert slowest < 5.0


def test_two_visitors_who_search_at_the_same_moment_both_get_their_results(
    large: Server,
) -> None:
    for _ in range(5):
        with ThreadPoolExecutor(2) as visitors:
            both = visitors.map(lambda _: large.get("/?q=abcdef").status_code, range(2))
        assert [*both] == [200, 200]


def test_a_search_that_takes_too_long_is_interrupted(large: Server) -> None:
    began = time.monotonic()
    answer = large.get(f"/?q={SLOW}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert time.monotonic() - began < 3.0  # the limit, and some time for a busy machine


def test_a_search_works_after_an_interrupted_one(large: Server) -> None:
    large.get(f"/?q={SLOW}")
    assert large.get("/?q=abcdef").status_code == 200  # all titles have it


def test_a_query_is_interrupted_on_either_engine(either_store: Store) -> None:
    publish(either_store, *(entry(str(number)) for number in range(1000)))
    with pytest.raises(StoreSlow), either_store.snapshot() as snapshot:  # noqa: PT012
        main = snapshot.feed("")
        assert main
        with snapshot.until(time.monotonic()):
            # Enough words to exceed the limit.
            snapshot.entries_titled_like(main.number, "0 " * 300 + "none", 40)


def test_a_query_after_the_time_limit_is_not_interrupted(
    either_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(either_store, *(entry(str(number)) for number in range(1000)))
    with either_store.snapshot() as snapshot:
        main = snapshot.feed("")
        assert main
        before = _limit_of_postgres(snapshot)
        deadline = time.monotonic() + 60
        with snapshot.until(deadline):
            assert len(snapshot.entries_titled_like(main.number, "1", 10)) == 10
            assert _limit_of_postgres(snapshot) != before or before is None
        later = SimpleNamespace(monotonic=lambda: deadline + 1)
        monkeypatch.setattr("feedsvc.store.engine.time_limits.time", later)
        assert snapshot.entries_titled_like(main.number, "none", 10) == []
        assert _limit_of_postgres(snapshot) == before


def _limit_of_postgres(snapshot: Snapshot) -> str | None:
    """The time that PostgreSQL allows for a statement of this transaction."""
    connection = snapshot._connection
    if connection.dialect.name != "postgresql":
        return None
    return str(connection.exec_driver_sql("SHOW statement_timeout").scalar())


def test_a_time_limit_passes_other_errors_on(store: Store) -> None:
    later = time.monotonic() + 10
    with pytest.raises(ValueError, match="ours"), store.snapshot() as snapshot:  # noqa: SIM117
        with snapshot.until(later):
            raise ValueError("ours")
