"""The only HTTP client for URLs that people choose, such as callbacks and feeds to adopt.

A host name is looked up once. All of its addresses are checked, and the connection goes to one
of them. Each request has a limit for its whole duration and for the octets that it receives.
docs/design/2026-11-25-callbacks-of-strangers.md says why this module exists.

It works around requests 2.34 and urllib3 2.8: their time-outs start again with each octet, they
use proxies, cookies and passwords of the environment, and they read the certificate bundle for
each connection.
"""

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from ipaddress import ip_address
from typing import Final, cast
from urllib.parse import urlsplit

from requests import PreparedRequest, RequestException, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import (
    BaseHTTPResponse,
    HTTPConnectionPool,
    HTTPResponse,
    HTTPSConnectionPool,
    PoolManager,
)
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from feedsvc import __version__
from feedsvc.core.doctor.exchanges import SILENCE
from feedsvc.core.websub.callback_addresses import (
    PORTS,
    Address,
    Networks,
    Origin,
    callback_fault,
    connection_fault,
    origin,
)
from feedsvc.errors import Unreachable

_LIMIT: Final = 10.0  # seconds for a whole request
_MOST_BODY: Final = 65_536  # octets that are read of the body of an answer
_MOST_LOOK_UPS: Final = 128  # running at the same time, abandoned ones included
_LONGEST_RETRY: Final = 86_400
_MOST_PEERS: Final = 1024  # servers whose address is remembered

# Family and socket address of each address of a host.
_SocketAddresses = list[tuple[int, tuple[str, int] | tuple[str, int, int, int]]]
_Connect = Callable[[Origin], socket.socket]

# It logs the whole URL, which may contain a secret, if an answer has malformed headers.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer: at most 64 KB of `body`, or what the client allows.

    `retry_after` is in seconds, at most a day. `location` is the target of a redirect,
    `coding` the content coding of the body. `headers` has each line as it came. `peer` is the
    address that the last connection to this server was made to.
    """

    status: int
    body: bytes
    retry_after: int | None
    location: str = ""
    coding: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    peer: Address | None = field(default=None, compare=False)


class _TooLarge(Exception):  # noqa: N818 - it never leaves this module
    """The answer has more octets than allowed."""


class _Allowance(threading.local):
    """The time and octets that the current request of this thread has left. Initially none."""

    ends = 0.0
    octets = 0

    def begin(self, seconds: float, octets: int) -> None:
        self.ends = time.monotonic() + seconds
        self.octets = octets

    def seconds(self) -> float:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def take(self, octets: int) -> None:
        self.octets -= octets
        if self.octets < 0:
            raise _TooLarge


_allowance = _Allowance()


class _Socket(socket.socket):
    """A socket whose calls end with the request, even if octets arrive one by one."""

    def sendall(self, data: bytes, flags: int = 0, /) -> None:  # type: ignore[override]  # bytes do
        self.settimeout(_allowance.seconds())
        super().sendall(data, flags)

    def recv_into(self, buffer: memoryview, nbytes: int = 0, flags: int = 0, /) -> int:  # type: ignore[override]  # likewise
        self.settimeout(_allowance.seconds())
        count = super().recv_into(buffer, nbytes, flags)
        _allowance.take(count)
        return count


class _TLSSocket(ssl.SSLSocket):
    """The same with TLS, where `sendall` calls `send` many times."""

    def send(self, data: bytes, flags: int = 0) -> int:  # type: ignore[override]  # bytes do
        self.settimeout(_allowance.seconds())
        return super().send(data, flags)

    def recv_into(  # type: ignore[override]  # likewise
        self, buffer: memoryview, nbytes: int | None = None, flags: int = 0
    ) -> int:
        self.settimeout(_allowance.seconds())
        count = super().recv_into(buffer, nbytes, flags)
        _allowance.take(count)
        return count


class Outgoing:
    """A client for public addresses, and for addresses in the `allowed` networks.

    With `anywhere` no address is refused; it is for URLs in the settings. `limit` is the time
    for a whole request, in seconds. `most_body` is how many octets are read of a body; an
    answer that sends twice as many is refused. `certificates` is a file with trusted
    certificates. `ports` are those that public servers may have: any, if it is empty. Safe for
    threads. A connection is reused if its last answer was read completely.
    """

    def __init__(
        self,
        allowed: Networks = (),
        *,
        site_url: str = "",
        anywhere: bool = False,
        limit: float = _LIMIT,
        most_body: int = _MOST_BODY,
        certificates: str = "",
        ports: Collection[int] = PORTS,
    ) -> None:
        self._allowed = allowed
        self._ports = ports
        self._peers: dict[tuple[str, int], Address] = {}
        self._anywhere = anywhere
        self._limit = limit
        self._most_body = most_body
        about = f" (+{site_url})" if site_url else ""
        self._headers = {
            "User-Agent": f"feedsvc/{__version__}{about}",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
        }
        self._adapter = _Adapter(self._connect, certificates or DEFAULT_CA_BUNDLE_PATH)
        self._look_ups = threading.BoundedSemaphore(_MOST_LOOK_UPS)

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> HttpAnswer:
        """Send GET. A redirect is returned, not followed. Raises Unreachable."""
        return self._request("GET", url, None, headers or {})

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
        """Send POST. A redirect is returned, not followed. Raises Unreachable.

        Once the status has arrived, the answer counts, even if its body is incomplete.
        """
        return self._request("POST", url, body, headers)

    def close(self) -> None:
        """Close the idle connections."""
        self._adapter.close()

    def _request(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> HttpAnswer:
        server = self._checked(url)
        request = PreparedRequest()
        request.method = method
        request.url = f"{server}{server.target}"
        request.headers = CaseInsensitiveDict(self._headers | dict(headers))
        if body is not None:
            request.headers["Content-Length"] = str(len(body))
        request.body = body
        # Heads, chunks and the body together.
        _allowance.begin(self._limit, 2 * self._most_body)
        try:
            response = self._adapter.send(request, stream=True, timeout=self._limit)
            raw = cast("HTTPResponse", response.raw)
            answer = _read(raw, self._most_body, must_be_complete=method == "GET")
            return replace(answer, peer=self._peers.get((server.host, server.port)))
        except _TooLarge as error:
            raise Unreachable(f"{server}: its answer is too large") from error
        except (RequestException, HTTPError, OSError, HTTPException) as error:
            raise Unreachable(f"{server}: {self._fault(error)}") from error

    def _checked(self, url: str) -> Origin:
        try:
            server = origin(url)
        except ValueError as error:
            raise Unreachable(f"this URL cannot be requested: {error}") from error
        fault = "" if self._anywhere else callback_fault(url, self._allowed, self._ports)
        if fault:
            raise Unreachable(f"{server}: {fault}")
        return server

    def _connect(self, server: Origin) -> socket.socket:
        """A connection to one address of the host, if all its addresses are allowed."""
        candidates = self._addresses(server)
        if not self._anywhere:
            addresses = [ip_address(address[0]) for _, address in candidates]
            fault = connection_fault(addresses, server.port, self._allowed, self._ports)
            if fault:
                raise Unreachable(f"{server}: {fault}")
        failure = OSError("the name has no address")
        for number, (family, address) in enumerate(candidates):
            # If an address does not answer, time is left for the next one.
            seconds = _allowance.seconds() / (len(candidates) - number)
            connection = _Socket(family, socket.SOCK_STREAM)
            try:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.settimeout(seconds)
                connection.connect(address)
                connection.settimeout(_allowance.seconds())  # for the whole TLS handshake
            except OSError as error:
                connection.close()
                failure = error
            else:
                if len(self._peers) >= _MOST_PEERS:
                    self._peers.clear()
                self._peers[server.host, server.port] = ip_address(address[0])
                return connection
        raise failure

    def _addresses(self, server: Origin) -> _SocketAddresses:
        """Look the host name up. A look-up that takes too long is abandoned."""
        literal = server.address
        if literal is not None:
            family = socket.AF_INET if literal.version == 4 else socket.AF_INET6
            return [(family, (server.host, server.port))]
        if not self._look_ups.acquire(timeout=_allowance.seconds()):
            raise TimeoutError
        result: Future[_SocketAddresses] = Future()
        threading.Thread(
            target=self._look_up, args=(server, result), name="look-up", daemon=True
        ).start()
        return result.result(_allowance.seconds())

    def _look_up(self, server: Origin, result: "Future[_SocketAddresses]") -> None:
        try:
            rows = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
            result.set_result(
                [(family, cast("tuple[str, int]", address)) for family, *_, address in rows]
            )
        except OSError as error:
            result.set_exception(error)
        finally:
            self._look_ups.release()

    def _fault(self, error: Exception) -> str:
        """Describe a failure. The texts of libraries may contain a path or a payload."""
        cause = _root(error)
        match cause:
            case TimeoutError():
                return f"{SILENCE} {self._limit:g} seconds"
            case socket.gaierror():
                return f"its name was not found ({cause.strerror})"
            case ssl.SSLCertVerificationError():
                return f"its certificate is not valid: {cause.verify_message}"
            case ssl.SSLError():
                return f"TLS failed ({cause.reason})"
            case RemoteDisconnected() | IncompleteRead():
                return "it closed the connection before its answer was complete"
            case OSError():
                return f"no connection ({cause.strerror or cause})"
            case _:
                return f"its answer is not HTTP ({type(cause).__name__})"


class _Adapter(HTTPAdapter):
    """An adapter of requests that makes each connection with `connect`."""

    def __init__(self, connect: _Connect, certificates: str) -> None:
        self._connect = connect
        self._tls = _tls(certificates)
        super().__init__(pool_connections=256, pool_maxsize=64)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: object
    ) -> None:
        super().init_poolmanager(
            connections, maxsize, block, **pool_kwargs, ssl_context=self._tls
        )
        self.poolmanager.pool_classes_by_scheme = _pools(self._connect)

    def get_connection_with_tls_context(
        self, request: PreparedRequest, *_: object, **__: object
    ) -> HTTPConnectionPool:
        parts = urlsplit(cast("str", request.url))
        pools = cast("PoolManager", self.poolmanager)
        return pools.connection_from_host(parts.hostname, parts.port, parts.scheme)

    def cert_verify(self, *_: object) -> None:
        """Nothing: the TLS context verifies. requests would read the bundle each time."""

    def build_response(self, req: PreparedRequest, resp: BaseHTTPResponse) -> Response:
        """A response with what `_read` needs: no cookies, no encoding."""
        response = Response()
        response.raw = resp
        return response


@lru_cache(maxsize=4)
def _tls(certificates: str) -> ssl.SSLContext:
    """The TLS context. The file is read once, because that takes longer than a request."""
    context = ssl.create_default_context(cafile=certificates)
    context.sslsocket_class = _TLSSocket
    return context


def _pools(connect: _Connect) -> dict[str, type[HTTPConnectionPool]]:
    """The pool class of each URL scheme. Their connections are made by `connect`."""

    class CheckedConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(Origin("http", self.host, self.port, ""))

    class TLSConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(Origin("https", self.host, self.port, ""))

    class Pool(HTTPConnectionPool):
        ConnectionCls = CheckedConnection

    class TLSPool(HTTPSConnectionPool):
        ConnectionCls = TLSConnection

    return {"http": Pool, "https": TLSPool}


def _read(raw: HTTPResponse, most: int, *, must_be_complete: bool) -> HttpAnswer:
    """Read the answer. Its connection is kept if nothing is left to read."""
    body = b""
    try:
        body = raw.read(most, decode_content=False)
    except (_TooLarge, HTTPError, OSError, HTTPException):
        if must_be_complete:
            raise
    finally:
        if not raw.isclosed():
            raw.close()
            raw.release_conn()
    return HttpAnswer(
        raw.status,
        body,
        retry_after(raw.headers.get("Retry-After"), time.time()),
        raw.headers.get("Location", ""),
        raw.headers.get("Content-Encoding", ""),
        tuple(raw.headers.items()),
    )


def retry_after(value: str | None, now: float) -> int | None:
    """A Retry-After in seconds, from 0 to a day. None if it is missing or not valid."""
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdecimal():
        return int(value) if len(value) < 6 and int(value) < _LONGEST_RETRY else _LONGEST_RETRY
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return round(min(max(date.timestamp() - now, 0), _LONGEST_RETRY))


def _root(error: BaseException) -> BaseException:
    """The first cause of an exception of requests or urllib3."""
    while True:
        inner = (getattr(error, "reason", None), *error.args, error.__cause__)
        below = next((each for each in inner if isinstance(each, BaseException)), None)
        if below is None:
            return error
        error = below
