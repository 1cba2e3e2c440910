"""A PostgreSQL server that does not answer: what feedsvc serves, and what it gives up."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa

from feedsvc.errors import StoreError
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.store.engine.limits import Limits
from feedsvc.store.store import Store
from tests.support.builders import a_site
from tests.support.postgres import server_of_its_own
from tests.support.running import Server, wait_until
from tests.support.silent import SilentProxy, behind_proxy
from tests.support.writing import PostFolder

pytestmark = pytest.mark.postgres

PATIENT = Limits(1)
HASTY = Limits(1, statement=1)


@contextmanager
def suspended(postmaster: int) -> Iterator[None]:
    """Suspend every process of the server, as on a machine that hangs."""
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    processes = [postmaster, *map(int, children)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def seconds_of(call: Callable[[], object]) -> float:
    """Make a call that raises StoreError; returns how long it took."""
    begun = time.monotonic()
    with pytest.raises(StoreError, match=r"postgresql.*answer|timeout"):
        call()
    return time.monotonic() - begun


@pytest.mark.parametrize("limits", [HASTY, PATIENT], ids=["web", "watcher"])
def test_a_silent_server_is_a_store_error_within_seconds(
    postgres_url: str, limits: Limits
) -> None:
    with behind_proxy(postgres_url) as (proxy, url):
        store = Store(url, limits=limits)
        proxy.fall_silent()
        assert seconds_of(lambda: store.jobs.newest(1)) < 8
        assert seconds_of(lambda: store.jobs.enqueue(datetime.now(UTC))) < 8
        proxy.speak()
        assert store.jobs.newest(1) == []
        store.close()


def test_a_server_that_is_silent_at_the_start_is_a_store_error(postgres_url: str) -> None:
    with behind_proxy(postgres_url) as (proxy, url):
        proxy.fall_silent()
        assert seconds_of(lambda: Store(url, limits=PATIENT)) < 5


def test_a_statement_of_a_web_process_has_a_time_limit(postgres_url: str) -> None:
    store = Store(postgres_url, limits=HASTY)
    with pytest.raises(StoreError, match="statement timeout"), store.snapshot() as snapshot:
        snapshot._connection.exec_driver_sql("SELECT pg_sleep(30)")
    store.close()


def test_a_statement_of_a_watcher_has_no_time_limit(postgres_url: str) -> None:
    store = Store(postgres_url, limits=PATIENT)
    with store._database.writing() as connection:
        connection.exec_driver_sql("SELECT pg_sleep(3.2)")
    store.close()


def test_a_watcher_waits_for_the_lock_without_a_time_limit(
    postgres_url: str,
) -> None:
    store, other = Store(postgres_url, limits=PATIENT), Store(postgres_url, limits=PATIENT)
    got = threading.Event()

    def wait() -> None:
        with other.lock(wait=True):
            got.set()

    with store.lock():
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not got.wait(3.2)
    waiting.join(10)
    assert got.is_set()
    for each in (store, other):
        each.close()


@pytest.fixture
def web(
    tmp_path: Path, posts: PostFolder, postgres_url: str
) -> Iterator[tuple[Server, SilentProxy]]:
    """`feedsvc web` with one post, whose database is behind a proxy."""
    with (
        behind_proxy(postgres_url) as (proxy, url),
        serving(tmp_path, posts, postgres_url, url) as server,
    ):
        yield server, proxy


@contextmanager
def serving(place: Path, posts: PostFolder, published: str, url: str) -> Iterator[Server]:
    """Publish one post into the store at `published`, and run `feedsvc web` on `url`."""
    posts.write("tea.md", title="Tea", tags="[Tea, Green]")
    store = Store(published)
    publish(Folder(posts.root, 0), store, a_site(), datetime.now(UTC))
    store.close()
    server = Server(place, posts.root, command="web", settings={"FEEDSVC_STORE__URL": url})
    try:
        yield server.wait_until_ready()
    finally:
        server.stop()


def quick(server: Server, path: str, **headers: str) -> requests.Response:
    """Send a request; its answer must come within a second."""
    begun = time.monotonic()
    answer = server.get(path, headers)
    assert time.monotonic() - begun < 3, path
    return answer


def test_polls_and_health_checks_never_wait_for_the_store(
    web: tuple[Server, SilentProxy],
) -> None:
    server, proxy = web
    hot = server.get("/atom.xml").content
    proxy.fall_silent()
    with ThreadPoolExecutor(8) as asking:  # more than there are threads
        cold = [asking.submit(server.get, f"/tags/{n}/atom.xml") for n in range(8)]
        for _ in range(20):
            assert quick(server, "/healthz").status_code == 200
            assert quick(server, "/atom.xml").content == hot
            time.sleep(0.02)
        answers = [each.result() for each in cold]
    assert [each.status_code for each in answers] == [503] * 8
    assert {each.headers["Retry-After"] for each in answers} == {"5"}


def test_requests_fail_at_once_while_the_store_is_silent(
    web: tuple[Server, SilentProxy],
) -> None:
    server, proxy = web
    hot = server.get("/atom.xml")
    proxy.fall_silent()
    wait_until(lambda: server.get("/tags/Tea/atom.xml").status_code == 503, "the silence", 10)
    assert quick(server, "/tags/Tea/atom.xml").headers["Retry-After"] == "5"
    assert quick(server, "/readyz").status_code == 503
    assert quick(server, "/atom.xml?again").content == hot.content
    assert (
        quick(server, "/atom.xml", **{"If-None-Match": hot.headers["ETag"]}).status_code == 304
    )
    proxy.speak()
    wait_until(lambda: server.get("/tags/Tea/atom.xml").status_code == 200, "the answer", 10)
    assert server.get("/readyz").status_code == 200


def test_a_suspended_server_counts_as_silent(tmp_path: Path, posts: PostFolder) -> None:
    postgres = server_of_its_own()
    if postgres is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    cold = "/tags/Tea/rss.xml"
    with serving(tmp_path, posts, postgres.url, postgres.url) as server:
        hot = server.get("/atom.xml").content
        with suspended(postgres.pid):
            wait_until(lambda: server.get(cold).status_code == 503, "silence", 10)
            assert quick(server, "/healthz").status_code == 200
            assert quick(server, "/atom.xml").content == hot
        wait_until(lambda: server.get(cold).status_code == 200, "the answer", 15)


def test_a_web_process_ends_while_its_store_is_silent(
    web: tuple[Server, SilentProxy],
) -> None:
    server, proxy = web
    proxy.fall_silent()
    with pytest.raises(requests.Timeout):
        requests.get(f"{server.url}/tags/Tea/json", timeout=0.3)
    begun = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begun < 8


def test_a_watcher_ends_while_its_store_is_silent(
    tmp_path: Path, posts: PostFolder, postgres_url: str
) -> None:
    posts.write("tea.md", title="Tea")
    with behind_proxy(postgres_url) as (proxy, url):
        settings = {"FEEDSVC_STORE__URL": url}
        server = Server(tmp_path, posts.root, command="watch", settings=settings)
        store = Store(postgres_url)
        wait_until(lambda: store.watchers.alive(), "the watcher")
        store.close()
        proxy.fall_silent()
        posts.write("tea.md", title="Green")
        time.sleep(0.7)
        begun = time.monotonic()
        try:
            assert server.stop() == 0
        finally:
            server.kill()
        assert time.monotonic() - begun < 10


def test_a_time_limit_in_the_url_has_priority(postgres_url: str) -> None:
    url = sa.make_url(postgres_url).update_query_dict({"connect_timeout": "7"})
    store = Store(url.render_as_string(hide_password=False), limits=PATIENT)
    with store._database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        assert driver.info.get_parameters()["connect_timeout"] == "7"
        assert driver.info.get_parameters()["tcp_user_timeout"] == "2000"
    store.close()
