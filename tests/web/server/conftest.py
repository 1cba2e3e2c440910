"""A server in the test process over two posts, and one with uvicorn's own connections."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tests.support.asking import Front, Publisher, ask
from tests.support.serving import Client, running


class Served(NamedTuple):
    """A front with the tags of the earlier and of the current version of its feed."""

    front: Front
    earlier: str
    current: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two posts. The version without the second one was served before."""
    folder = tmp_path_factory.mktemp("connections")
    publisher = Publisher(folder, f"sqlite:///{folder}/feedsvc.sqlite3")
    now = datetime.now(UTC)
    publisher.posts.write("tea.md", "Text. " * 300, title="Tea", tags="[tea, 茶]")
    publisher.publish(now - timedelta(hours=2))
    with closing(publisher.store):
        front = Front(publisher)
        earlier = ask(front.replay, "/atom.xml").tag
        publisher.posts.write("milk.md", "Text. " * 300, title="Milk", tags="[milk]")
        publisher.publish(now - timedelta(hours=1))
        front.follower.check()
        current = ask(front.replay, "/atom.xml", Accept_Encoding="gzip").tag
        yield Served(front, earlier, current)


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[Client]:
    with running(served.front.replay) as made:
        yield made


@pytest.fixture(scope="module")
def plain(served: Served) -> Iterator[Client]:
    """The same app behind the connections of uvicorn."""
    with running(served.front.replay, HttpToolsProtocol) as made:
        yield made
