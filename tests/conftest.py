"""Fixtures that every level of test shares: a folder of posts, a store on either engine."""

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.captured_log import unchanged_log
from tests.support.compiled import share_compiled
from tests.support.postgres import database_url
from tests.support.run import Run, is_worker
from tests.support.stores import empty_database, opened_store, prepare_store
from tests.support.writing import PostFolder

share_compiled()
# The limits of hypothesis are in real time, and other processes take some of it.
settings.register_profile(
    "beside others", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("beside others")

_RUN = pytest.StashKey[Run]()
_WORKERS_PER_CORE = 3  # many tests wait for a process, a clock or a disk


def pytest_configure(config: pytest.Config) -> None:
    """Begin what the processes of this run share, in the first of them."""
    if not is_worker():
        config.stash[_RUN] = Run()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the collector of garbage from looking at the tests, of which none goes away.

    It looks at the rest less often than usual: that saves a twentieth of the time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(5_000)  # objects; usually 700
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    """Let the next test see the log as it was: a command in this process changes its levels."""
    with unchanged_log():
        return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End it, with whatever a test has left."""
    if _RUN in config.stash:
        config.stash[_RUN].end()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """How many processes `-n auto` stands for; `-n logical` is one for each core."""
    cores = os.cpu_count() or 1
    is_logical = config.option.numprocesses == "logical"
    return cores if is_logical else round(_WORKERS_PER_CORE * cores)


@pytest.fixture
def posts(tmp_path: Path) -> PostFolder:
    """An empty folder of posts, in which a test writes."""
    return PostFolder(tmp_path / "posts")


@pytest.fixture
def folder(posts: PostFolder) -> Folder:
    """The same folder as feedsvc sees it, without a quiet period."""
    return Folder(posts.root, quiet=0)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a store that does not exist yet."""
    return f"sqlite:///{tmp_path / 'var' / 'feedsvc.sqlite3'}"


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    """An empty store in a file."""
    opened = opened_store(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres_database() -> str:
    """The URL of a database of this process; skips if PostgreSQL is not installed."""
    url = database_url()
    if url is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    return url


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """The URL of an empty PostgreSQL database."""
    engine = sa.create_engine(postgres_database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return postgres_database


_ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=_ENGINES)
def new_url(request: pytest.FixtureRequest) -> str:
    """The URL of a store that does not exist yet, on each engine in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=_ENGINES)
def either_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty store, on each engine in turn."""
    url: str
    if request.param == "sqlite":
        url = request.getfixturevalue("sqlite_url")
        prepare_store(url)
    else:
        url = request.getfixturevalue("postgres_database")
        empty_database(url)
    return url


@pytest.fixture
def either_store(either_url: str) -> Iterator[Store]:
    """An empty store, on each engine in turn."""
    opened = Store(either_url)
    yield opened
    opened.close()
