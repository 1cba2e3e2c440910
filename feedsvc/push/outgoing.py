"""The one door for requests to servers of strangers: callbacks that anybody may have chosen.

A name is looked up once, each of its addresses is judged, and the connection goes to one of
those and to no other. A request has a time in which all of it must be over and a number of
octets that it may bring; docs/design/2026-11-25-callbacks-of-strangers.md says why it is ours.

What is mended of requests 2.34 and urllib3 2.8 here: time-outs that begin anew with each octet,
proxies, cookies and passwords from the surroundings, and a bundle of certificates that is read
again for each connection.
"""

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
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
from feedsvc.core.websub.callback_addresses import (
    Networks,
    Origin,
    callback_fault,
    connection_fault,
    origin,
)
from feedsvc.errors import Unreachable

_LIMIT: Final = 10.0  # seconds for all of a request
_MOST_BODY: Final = 65_536  # octets of an answer's body that are read
_MOST_OCTETS: Final = 2 * _MOST_BODY  # of all that arrives: heads, chunks and body
_MOST_LOOK_UPS: Final = 128  # at a time, with those that nobody waits for any more
_LONGEST_RETRY: Final = 86_400

_Found = list[tuple[int, tuple[str, int] | tuple[str, int, int, int]]]  # family, where
_Connect = Callable[[Origin], socket.socket]

# It would log the whole URL, which may hold a secret, for an answer with odd headers.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back: 64 KB of `body` at most; `retry_after` in seconds, a day at most."""

    status: int
    body: bytes
    retry_after: int | None


class _TooMuch(Exception):  # noqa: N818 - it never leaves this module
    """More octets than an answer may have."""


class _Allowance(threading.local):
    """What the request that is under way in this thread may still take; at first, nothing."""

    ends = 0.0
    octets = 0

    def begin(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds
        self.octets = _MOST_OCTETS

    def seconds(self) -> float:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def take(self, octets: int) -> None:
        self.octets -= octets
        if self.octets < 0:
            raise _TooMuch


_allowance = _Allowance()


class _Socket(socket.socket):
    """A socket on which no call outlasts the request, however slowly the octets come."""

    def sendall(self, data: bytes, flags: int = 0, /) -> None:  # type: ignore[override]  # bytes do
        self.settimeout(_allowance.seconds())
        super().sendall(data, flags)

    def recv_into(self, buffer: memoryview, nbytes: int = 0, flags: int = 0, /) -> int:  # type: ignore[override]  # likewise
        self.settimeout(_allowance.seconds())
        count = super().recv_into(buffer, nbytes, flags)
        _allowance.take(count)
        return count


class _TLSSocket(ssl.SSLSocket):
    """The same with TLS, whose `sendall` is made of many `send`."""

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
    """Requests to strangers: at addresses of the internet, and in `allowed` networks.

    `anywhere` is for URLs that the settings name: no address is refused then. `limit` is for
    all of a request, in seconds; `certificates` is a file of those to trust. For any number of
    threads; connections are kept and used again where an answer was read to its end.
    """

    def __init__(
        self,
        allowed: Networks = (),
        *,
        site_url: str = "",
        anywhere: bool = False,
        limit: float = _LIMIT,
        certificates: str = "",
    ) -> None:
        self._allowed = allowed
        self._anywhere = anywhere
        self._limit = limit
        about = f" (+{site_url})" if site_url else ""
        self._headers = {
            "User-Agent": f"feedsvc/{__version__}{about}",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
        }
        self._adapter = _Adapter(self._connect, certificates or DEFAULT_CA_BUNDLE_PATH)
        self._look_ups = threading.BoundedSemaphore(_MOST_LOOK_UPS)

    def get(self, url: str) -> HttpAnswer:
        """Fetch; redirects are answers. Raises Unreachable."""
        return self._request("GET", url, None, {})

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
        """Send `body`; redirects are answers, and a status counts without its body.

        Raises Unreachable.
        """
        return self._request("POST", url, body, headers)

    def close(self) -> None:
        """Close the connections that are kept."""
        self._adapter.close()

    def _request(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> HttpAnswer:
        place = self._checked(url)
        request = PreparedRequest()
        request.method = method
        request.url = f"{place}{place.target}"
        request.headers = CaseInsensitiveDict(self._headers | dict(headers))
        if body is not None:
            request.headers["Content-Length"] = str(len(body))
        request.body = body
        _allowance.begin(self._limit)
        try:
            response = self._adapter.send(request, stream=True, timeout=self._limit)
            return _read(cast("HTTPResponse", response.raw), must_be_whole=method == "GET")
        except _TooMuch as error:
            raise Unreachable(f"{place}: it answered with too much") from error
        except (RequestException, HTTPError, OSError, HTTPException) as error:
            raise Unreachable(f"{place}: {self._fault(error)}") from error

    def _checked(self, url: str) -> Origin:
        try:
            place = origin(url)
        except ValueError as error:
            raise Unreachable(f"a URL that cannot be called: {error}") from error
        fault = "" if self._anywhere else callback_fault(url, self._allowed)
        if fault:
            raise Unreachable(f"{place}: {fault}")
        return place

    def _connect(self, place: Origin) -> socket.socket:
        """A connection to one of the addresses that the name has now, if all of them may be."""
        found = self._addresses(place)
        if not self._anywhere:
            addresses = [ip_address(at[0]) for _, at in found]
            fault = connection_fault(addresses, place.port, self._allowed)
            if fault:
                raise Unreachable(f"{place}: {fault}")
        failure = OSError("the name has no address")
        for number, (family, at) in enumerate(found):
            # An address that swallows what is sent leaves time for the ones after it.
            seconds = _allowance.seconds() / (len(found) - number)
            connection = _Socket(family, socket.SOCK_STREAM)
            try:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.settimeout(seconds)
                connection.connect(at)
                connection.settimeout(_allowance.seconds())  # of the TLS handshake as a whole
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure

    def _addresses(self, place: Origin) -> _Found:
        """What the name is looked up to, once. A look-up that takes too long is left behind."""
        literal = place.address
        if literal is not None:
            family = socket.AF_INET if literal.version == 4 else socket.AF_INET6
            return [(family, (place.host, place.port))]
        if not self._look_ups.acquire(timeout=_allowance.seconds()):
            raise TimeoutError
        answer: Future[_Found] = Future()
        threading.Thread(
            target=self._look_up, args=(place, answer), name="look-up", daemon=True
        ).start()
        return answer.result(_allowance.seconds())

    def _look_up(self, place: Origin, answer: "Future[_Found]") -> None:
        try:
            found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
            answer.set_result(
                [(family, cast("tuple[str, int]", at)) for family, *_, at in found]
            )
        except OSError as error:
            answer.set_exception(error)
        finally:
            self._look_ups.release()

    def _fault(self, error: Exception) -> str:
        """A failure in words of ours: those of a library may repeat a path or what was sent."""
        cause = _root(error)
        match cause:
            case TimeoutError():
                return f"no whole answer within {self._limit:g} seconds"
            case socket.gaierror():
                return f"its name was not found ({cause.strerror})"
            case ssl.SSLCertVerificationError():
                return f"its certificate is not good: {cause.verify_message}"
            case ssl.SSLError():
                return f"no TLS with it ({cause.reason})"
            case RemoteDisconnected() | IncompleteRead():
                return "it closed the connection before its answer was whole"
            case OSError():
                return f"no connection ({cause.strerror or cause})"
            case _:
                return f"its answer is not HTTP ({type(cause).__name__})"


class _Adapter(HTTPAdapter):
    """requests without its surroundings: connections are made by `connect`, and only by it."""

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
        place = urlsplit(cast("str", request.url))
        pools = cast("PoolManager", self.poolmanager)
        return pools.connection_from_host(place.hostname, place.port, place.scheme)

    def cert_verify(self, *_: object) -> None:
        """Leave it to the one context; requests would read the bundle for each connection."""

    def build_response(self, req: PreparedRequest, resp: BaseHTTPResponse) -> Response:
        """Only what `_read` needs: no cookies, no encoding."""
        response = Response()
        response.raw = resp
        return response


@lru_cache(maxsize=4)
def _tls(certificates: str) -> ssl.SSLContext:
    """How TLS is spoken; the file is read once, since that takes longer than many requests."""
    context = ssl.create_default_context(cafile=certificates)
    context.sslsocket_class = _TLSSocket
    return context


def _pools(connect: _Connect) -> dict[str, type[HTTPConnectionPool]]:
    """Pools whose connections are made by `connect`, for the name that urllib3 wants."""

    class Connection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(Origin("http", self.host, self.port, ""))

    class TLSConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(Origin("https", self.host, self.port, ""))

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    class TLSPool(HTTPSConnectionPool):
        ConnectionCls = TLSConnection

    return {"http": Pool, "https": TLSPool}


def _read(raw: HTTPResponse, *, must_be_whole: bool) -> HttpAnswer:
    """The answer; its connection is kept where nothing is left to read."""
    body = b""
    try:
        body = raw.read(_MOST_BODY, decode_content=False)
    except (_TooMuch, HTTPError, OSError, HTTPException):
        if must_be_whole:
            raise
    finally:
        if not raw.isclosed():
            raw.close()
            raw.release_conn()
    return HttpAnswer(
        raw.status, body, retry_after(raw.headers.get("Retry-After"), time.time())
    )


def retry_after(value: str | None, now: float) -> int | None:
    """The seconds that a Retry-After asks for, from 0 to a day; None where it says nothing."""
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
    """What is at the bottom of the exceptions that requests and urllib3 put around it."""
    while True:
        inner = (getattr(error, "reason", None), *error.args, error.__cause__)
        below = next((each for each in inner if isinstance(each, BaseException)), None)
        if below is None:
            return error
        error = below
