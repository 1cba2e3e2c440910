"""A subscriber: a real HTTP server that confirms what it wants and records what it is sent."""

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
    """A request that arrived: `query` has the first value of each parameter."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # by names in lower case
    body: bytes
    at: float
    target: str = ""  # the path with its query, as it came

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form that was sent."""
        return dict(parse_qsl(self.body.decode(), strict_parsing=True))


Answer = Callable[[Call, Any], None]


@dataclass
class Subscriber:
    """Answers as `verify` and `take` say; by default it confirms all, and takes all."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    verify: Answer = lambda call, to: respond(to, 200, call.query["hub.challenge"].encode())
    take: Answer = lambda _, to: respond(to, 204)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def callback(self, name: str = "callback") -> str:
        """A callback of its own."""
        return f"{self.url}/{name}"

    def note(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)

    def verifications(self, path: str = "") -> list[Call]:
        """The GETs that it was asked with, at a path where one is given."""
        return self._of("GET", path)

    def deliveries(self, path: str = "") -> list[Call]:
        """The POSTs that it was sent."""
        return self._of("POST", path)

    def _of(self, method: str, path: str) -> list[Call]:
        with self._lock:
            found = [call for call in self.calls if call.method == method]
        return [call for call in found if not path or call.path == f"/{path}"]

    def ask(self, hub: str, topic: str, **more: str) -> requests.Response:
        """What a plain WebSub client does: a form to the hub."""
        form = {"hub.mode": "subscribe", "hub.topic": topic, "hub.callback": self.callback()}
        form |= {f"hub.{name}": value for name, value in more.items()}
        return requests.post(hub, data=form, timeout=10)


def respond(to: Any, status: int, body: bytes = b"", /, **headers: str) -> None:
    """Answer a request with a status, a body and headers (`Retry_After`)."""
    to.send_response(status)
    for name, value in headers.items():
        to.send_header(name.replace("_", "-"), value)
    to.send_header("Content-Length", str(len(body)))
    to.end_headers()
    to.wfile.write(body)


@contextmanager
def a_subscriber(port: int = 0, host: str = "127.0.0.1") -> Iterator[Subscriber]:
    """A subscriber on a port of its own, or on this one, as long as the context lasts."""
    subscriber = Subscriber()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            octets = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(octets)
            if len(body) == octets:  # else who sent it was killed
                self._answer(body)

        def _answer(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            call = Call(
                self.command, parts.path, query, headers, body, time.monotonic(), self.path
            )
            subscriber.note(call)
            with suppress(OSError):  # they did not wait for it
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
