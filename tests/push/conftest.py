"""Fixtures for the tests of `feedsvc.push`."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from feedsvc.push.outgoing import Outgoing
from tests.support.pushing import LOOPBACK, House
from tests.support.raw_server import NewClient
from tests.support.subscriber import Subscriber, a_subscriber


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str) -> Iterator[House]:
    made = House(tmp_path, sqlite_url)
    made.publish()
    yield made
    made.stop()
    made.store.close()


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with a_subscriber() as started:
        yield started


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first retry comes after a tenth of a second instead of ten seconds."""
    monkeypatch.setattr("feedsvc.core.websub.subscriptions._FIRST_PAUSE", 0.1)


@pytest.fixture
def new_client() -> Iterator[NewClient]:
    with ExitStack() as stack:

        def make(**options: object) -> Outgoing:
            outgoing = Outgoing(**{"allowed": LOOPBACK, "limit": 5.0} | options)  # type: ignore[arg-type]  # options of a test
            stack.callback(outgoing.close)
            return outgoing

        yield make


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """The results of the next look-ups of each host name."""
    results: dict[str, list[list[str]]] = {}

    def look_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        if not results.get(host):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port, 0, 0) if ":" in address else (address, port),
            )
            for address in results[host].pop(0)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return results
