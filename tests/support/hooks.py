"""Calls of the webhook of a server that follows a git repository."""

import time
from collections.abc import Iterator
from typing import Any, Final

import requests

from tests.support import calls
from tests.support.running import Server

EVERY_SECRET: Final = (calls.SECRET, calls.OLD, calls.KEPT, calls.WHSEC, calls.WHPK)
BODY: Final = calls.push()


def call(
    server: Server, headers: calls.Headers, body: bytes = BODY, query: str = ""
) -> requests.Response:
    return server.ask("POST", f"/hooks/rebuild{query}", headers, body)


def job(server: Server, response: requests.Response) -> Any:
    """The job at the Location of a response."""
    path = response.headers["Location"].removeprefix(server.url)
    return server.get(path, calls.bearer(calls.SECRET)).json()


def answers(server: Server) -> bool:
    """True if the server answers already."""
    try:
        return server.get("/healthz").status_code == 200
    except requests.ConnectionError:
        return False


def new_ids() -> Iterator[str]:
    """Ids of deliveries: times in milliseconds, because Gitee sends no other id."""
    now = time.time_ns() // 1_000_000
    return (str(now + number) for number in range(10_000))


NEW_IDS: Final = new_ids()
