"""A site of another generator, and `feedsvc adopt` beside a running server."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.support.commands import environment, forked
from tests.support.running import SITE, Server


def adopt(server: Server, place: Path, *words: str) -> dict[str, object]:
    """Run the command beside a server; what it prints."""
    environ = environment(
        SITE
        | {
            "FEEDSVC_SITE__URL": server.url,
            "FEEDSVC_STORE__URL": f"sqlite:///{place}/var/feedsvc.sqlite3",
        }
    )
    ended = forked("adopt", "--format", "json", *words, environ=environ, cwd=place)
    assert ended.returncode == 0, ended.stderr
    printed: dict[str, object] = json.loads(ended.stdout)
    return printed


@contextmanager
def old_site(port: int, documents: Mapping[str, str]) -> Iterator[str]:
    """A static server that has these documents, by path; its URL."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = documents.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.shutdown()
            thread.join()
