"""Git repositories to follow: made by the git program, on disk and behind HTTP."""

import base64
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

BACKEND: Final = Path("/usr/lib/git-core/git-http-backend")
_ENVIRONMENT: Final = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}

Files = Mapping[str, "str | bytes | Link | Submodule"]


class Link(str):
    """The target of a symbolic link."""

    __slots__ = ()


class Submodule(str):
    """The commit of another repository."""

    __slots__ = ()


class Origin:
    """A bare repository that somebody else pushes into."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(path))

    @property
    def url(self) -> str:
        return str(self.path)

    def git(self, *words: str, stdin: bytes = b"") -> str:
        ended = subprocess.run(
            ["git", *words],
            env=_ENVIRONMENT | {"GIT_DIR": str(self.path)},
            input=stdin,
            stdout=subprocess.PIPE,
            check=True,
        )
        return ended.stdout.decode().strip()

    def push(self, files: Files, branch: str = "main", *, onto: str | None = "") -> str:
        """A commit of just these files; `onto` the branch as it is, a commit, or nothing."""
        ref = f"refs/heads/{branch}"
        if onto == "":
            known = self.git("for-each-ref", "--format=%(objectname)", ref)
            onto = known or None
        mark = f"from {onto}\n".encode() if onto else b""
        self.git(
            "fast-import",
            "--quiet",
            "--force",
            stdin=b"reset %b\n\n" % ref.encode()
            + b"commit %b\ncommitter Li <li@example.org> 1760000000 +0800\ndata 0\n"
            % ref.encode()
            + mark
            + b"deleteall\n"
            + b"".join(_file(path, text) for path, text in files.items()),
        )
        return self.git("rev-parse", ref)

    def push_tree(self, lines: bytes, branch: str = "main") -> str:
        """A commit of a tree that no honest git would write, in the words of `git mktree`."""
        tree = self.git("mktree", "-z", "--missing", stdin=lines)
        who = "Li <li@example.org> 1760000000 +0800"
        text = f"tree {tree}\nauthor {who}\ncommitter {who}\n\n"
        commit = self.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=text.encode())
        self.git("update-ref", f"refs/heads/{branch}", commit)
        return commit

    def blob(self, text: bytes) -> str:
        return self.git("hash-object", "-w", "--stdin", stdin=text)


def _file(path: str, text: "str | bytes | Link | Submodule") -> bytes:
    quoted = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    name = b'"%b"' % os.fsencode(quoted)
    if isinstance(text, Submodule):
        return b"M 160000 %b %b\n" % (text.encode(), name)
    mode = b"120000" if isinstance(text, Link) else b"100644"
    body = text if isinstance(text, bytes) else text.encode()
    return b"M %b inline %b\ndata %d\n%b\n" % (mode, name, len(body), body)


class Forge(ThreadingHTTPServer):
    """Serves the repositories below a folder to one user; notes what it sees meanwhile."""

    daemon_threads = True

    def __init__(self, root: Path, user: str = "", password: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Gate)
        self.root = root
        told = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.expected = f"Basic {told}" if user or password else None
        self.redirect = ""
        self.authorizations: list[str | None] = []
        self.command_lines: set[str] = set()

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.server_port}"


@contextmanager
def serving(forge: Forge) -> Iterator[Forge]:
    threading.Thread(target=forge.serve_forever, daemon=True).start()
    yield forge
    forge.shutdown()
    forge.server_close()


class _Gate(BaseHTTPRequestHandler):
    server: Forge

    def do_GET(self) -> None:
        told = self.headers["Authorization"]
        self.server.authorizations.append(told)
        self.server.command_lines |= command_lines()
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self.server.redirect:
            self.send_response(302)
            self.send_header("Location", self.server.redirect + self.path)
            self.end_headers()
        elif self.server.expected not in (None, told):
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="posts"')
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._ask_git(body)

    def do_POST(self) -> None:
        self.do_GET()

    def _ask_git(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        ended = subprocess.run(
            [BACKEND],
            env=_ENVIRONMENT
            | {
                "GIT_PROJECT_ROOT": str(self.server.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers["Content-Type"] or "",
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers["Content-Encoding"] or "",
                "GIT_PROTOCOL": self.headers["Git-Protocol"] or "",
            },
            input=body,
            capture_output=True,
            check=True,
        )
        head, _, answer = ended.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(fields.pop("Status", "200").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


def command_lines() -> set[str]:
    """The command lines of all processes of this machine."""
    found = set()
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.add(place.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it has ended
            continue
    return found
