"""Servers that live through a run, and run only during the tests that use them.

An idle one takes 4 % of a core.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from tests.support.running import Server

_SERVERS: Final[dict[str, Server]] = {}  # by the name of their fixture


def pause_between_tests(fixture: str, server: Server) -> None:
    """Let a server run only during tests that use this fixture; see `resumed`."""
    _SERVERS[fixture] = server


@contextmanager
def resumed(fixtures: Iterable[str]) -> Iterator[None]:
    """Resume the servers of these fixtures, and pause all servers at the end."""
    for each in _SERVERS.keys() & set(fixtures):
        _SERVERS[each].resume()
    try:
        yield
    finally:
        for server in _SERVERS.values():
            server.pause()
