"""A connection that also logs what it answers from memory, unless only errors are logged."""

from collections.abc import Iterable
from typing import Any, Final, cast

from feedsvc.logs import REQUEST
from feedsvc.web.polls.shelf import Reply
from feedsvc.web.server.connections import Connection
from feedsvc.web.server.gateway import Gateway
from feedsvc.web.server.request_log import HEADER, request_id

_ID: Final = HEADER.encode()


class LoggedConnection(Connection):
    """One connection. Its parent class costs less, because it looks at none of this."""

    _received = b""  # a request that nobody has parsed

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._requests = cast(Gateway, self.app).requests

    def data_received(self, data: bytes) -> None:
        """Answer requests. One that came before in the same octets is not parsed."""
        self._received = data
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Begin to parse a request."""
        self._received = b""
        super().on_message_begin()

    def _write(self, reply: Reply, end: bytes = b"\r\n") -> None:
        target, headers = self.url, self.headers
        if self._received:
            target, headers = _read(self._received)
        name = request_id(_given_id(headers))
        super()._write(reply, f"{HEADER}: {name}\r\n".encode() + end)
        token = REQUEST.set(name)
        path = target.partition(b"?")[0].decode("latin-1")
        octets = sum(map(len, reply.body))
        self._requests.note("GET", path, int(reply.status[:3]), octets, 0.0)
        REQUEST.reset(token)


def _read(octets: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The target and the headers of a request, which was answered before: it is well-formed."""
    first, *lines = octets.partition(b"\r\n\r\n")[0].split(b"\r\n")
    fields = (line.partition(b":") for line in lines)
    return first.split(b" ")[1], [(name.lower(), value.strip()) for name, _, value in fields]


def _given_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    return next((value.decode("latin-1") for name, value in headers if name == _ID), "")
