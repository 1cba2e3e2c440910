"""A subscriber: a real HTTP server that confirms verifications and records requests."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import requests


@dataclass(frozen=True, slots=True)
class Call:
    """A request that arrived. `query` has the first value of each parameter."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names are in lower case
    body: bytes
    at: float
    target: str = ""  # the raw path with its query

    @property
    def form(self) -> dict[str, str]:
        """The fields of the form in the body."""
        return dict(parse_qsl(self.body.decode(), strict_parsing=True))


Answer = Callable[[Call, Any], None]


@dataclass
class Subscriber:
    """Answers with `verify` and `take`. By default it confirms and accepts everything."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    verify: Answer = lambda call, to: respond(to, 200, call.query["hub.challenge"].encode())
    take: Answer = lambda _, to: respond(to, 204)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def callback(self, name: str = "callback") -> str:
        """The URL of one of its callbacks."""
        return f"{self.url}/{name}"

    def note(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)

    def verifications(self, path: str = "") -> list[Call]:
        """The GET requests that arrived, of one path if it is given."""
        return self._of("GET", path)

    def deliveries(self, path: str = "") -> list[Call]:
        """The POST requests that arrived, of one path if it is given."""
        return self._of("POST", path)

    def _of(self, method: str, path: str) -> list[Call]:
        with self._lock:
            calls = [call for call in self.calls if call.method == method]
        return [call for call in calls if not path or call.path == f"/{path}"]

    def ask(self, hub: str, topic: str, **more: str) -> requests.Response:
        """Send a subscription request to a hub, as a WebSub client does."""
        form = {"hub.mode": "subscribe", "hub.topic": topic, "hub.callback": self.callback()}
        form |= {f"hub.{name}": value for name, value in more.items()}
        return requests.post(hub, data=form, timeout=10)


def respond(to: Any, status: int, body: bytes = b"", /, **headers: str) -> None:
    """Answer a request with a status, a body and headers (`Retry_After` is Retry-After)."""
    to.send_response(status)
    for name, value in headers.items():
        to.send_header(name.replace("_", "-"), value)
    to.send_header("Content-Length", str(len(body)))
    to.end_headers()
    to.wfile.write(body)


@contextmanager
def a_subscriber(port: int = 0, host: str = "127.0.0.1") -> Iterator[Subscriber]:
    """Run a subscriber, on a free port if none is given."""
    subscriber = Subscriber()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            octets = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(octets)
            if len(body) == octets:  # else the sender was killed
                self._answer(body)

        def _answer(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            call = Call(
                self.command, parts.path, query, headers, body, time.monotonic(), self.path
            )
            subscriber.note(call)
            with suppress(OSError):  # the client did not wait
                (subscriber.verify if self.command == "GET" else subscriber.take)(call, self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, *_: object) -> None:
            pass

    server = Server((host, port), Handler)
    subscriber.url = f"http://{host}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield subscriber
    finally:
        server.shutdown()
        server.server_close()
