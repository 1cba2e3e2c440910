"""Fixtures that every level of test shares: a folder of posts, a store on either engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from feedsvc.folder import Folder
from feedsvc.store.store import Store
from tests.postgres import Cluster, start_cluster
from tests.writing import PostFolder


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
    opened = Store(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of this test run; skips where its programs are not installed."""
    cluster = start_cluster()
    if cluster is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    yield cluster
    cluster.stop()


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> str:
    """The URL of an empty PostgreSQL database."""
    engine = sa.create_engine(postgres_cluster.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return postgres_cluster.url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty store, on each engine in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def either_store(either_url: str) -> Iterator[Store]:
    """An empty store, on each engine in turn."""
    opened = Store(either_url)
    yield opened
    opened.close()
