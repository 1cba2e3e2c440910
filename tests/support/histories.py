"""Git repositories with a history that a test writes: one commit on each day."""

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

_ENVIRONMENT: Final = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "protocol.file.allow",
    "GIT_CONFIG_VALUE_0": "always",
}
_FIRST: Final = datetime(2025, 12, 31, tzinfo=UTC)


def day(number: int) -> datetime:
    """The author's date of the commit of a day; day 1 is the first of January 2026."""
    return _FIRST + timedelta(days=number)


def git(folder: Path, *words: str, stdin: bytes = b"") -> str:
    """What git says in a folder."""
    ended = subprocess.run(
        ["git", *words],
        cwd=folder,
        env=_ENVIRONMENT,
        input=stdin,
        stdout=subprocess.PIPE,
        check=True,
    )
    return ended.stdout.decode().strip()


class Commits:
    """Writes commits, and checks them out at the end: a file for each path, None deletes it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._stream: list[bytes] = []
        root.mkdir(parents=True, exist_ok=True)
        git(root, "init", "--quiet", "--initial-branch=main")

    def add(
        self,
        number: int,
        files: Mapping[str, str | None] = {},
        *,
        renamed: Mapping[str, str] = {},
        branch: str = "main",
        begins: str = "",
        merged: str = "",
        zone: str = "+0000",
        at: int | None = None,
    ) -> None:
        """A commit of a day on a branch, which `begins` at another one, or has one `merged`."""
        seconds = int(day(number).timestamp()) if at is None else at
        committed = int(day(number).timestamp())
        words = [
            f"commit refs/heads/{branch}\nauthor Li <li@example.org> {seconds} {zone}\n",
            f"committer Ci <ci@example.org> {committed} +0000\ndata 0\n",
            f"from {begins}\n" if begins else "",
            f"merge refs/heads/{merged}\n" if merged else "",
        ]
        self._stream.append("".join(words).encode())
        for old, new in renamed.items():
            self._stream.append(b"R %b %b\n" % (_quoted(old), _quoted(new)))
        for path, text in files.items():
            if text is None:
                self._stream.append(b"D %b\n" % _quoted(path))
                continue
            body = text.encode()
            self._stream.append(
                b"M 100644 inline %b\ndata %d\n%b\n" % (_quoted(path), len(body), body)
            )

    def check_out(self, branch: str = "main") -> Path:
        """Write all of it into the repository, and a branch into its files."""
        words = ("fast-import", "--quiet", "--force", "--date-format=raw-permissive")
        git(self.root, *words, stdin=b"".join(self._stream))
        self._stream.clear()
        git(self.root, "reset", "--quiet", "--hard", branch)
        return self.root


def _quoted(path: str) -> bytes:
    quoted = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return b'"%b"' % os.fsencode(quoted)
