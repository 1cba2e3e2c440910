"""A web server with a few feeds, whose answers a test changes."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Reply(NamedTuple):
    """A status, headers and a body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


Answering = Callable[[BaseHTTPRequestHandler], Reply]


class AnsweringServer(ThreadingHTTPServer):
    """Answers 404, and at the paths in `answers` as they say. Records requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Gate)
        self.answers: dict[str, Answering] = {}
        self.asked: list[tuple[str, str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def offer_feed(self, path: str = "/atom.xml", title: str = "Tea", **headers: str) -> None:
        """Serve a small feed with the right headers, and others that are given."""
        body = (
            '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">'
            f'<link rel="self" href="{self.url}{path}"/><title>{title}</title></feed>'
        ).encode()
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        right = {"Content-Type": "application/atom+xml; charset=utf-8", "ETag": f'"{title}"'}
        sent = {name: value for name, value in (right | named).items() if value}

        def answer(request: BaseHTTPRequestHandler) -> Reply:
            if request.headers["If-None-Match"] == sent.get("ETag", "none"):
                return Reply(304, sent)
            return Reply(200, sent, body)

        self.answers[path] = answer


class _Gate(BaseHTTPRequestHandler):
    server: AnsweringServer

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        agent = self.headers["User-Agent"]
        self.server.asked.append((self.command, self.path, agent))
        answer = self.server.answers.get(path)
        reply = answer(self) if answer else Reply(404, {}, b"nothing here")
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        with suppress(OSError):  # the client does not wait
            self.end_headers()
            self.wfile.write(reply.body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def answering() -> Iterator[AnsweringServer]:
    """A server that answers until the context ends."""
    server = AnsweringServer()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
