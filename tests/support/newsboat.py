"""The feed reader newsboat, which keeps what it has read in a file of SQLite."""

import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest


class Newsboat:
    """A newsboat that subscribes to some feeds; skips the test if it is not installed."""

    def __init__(self, home: Path, feeds: Sequence[str]) -> None:
        program = shutil.which("newsboat")
        if program is None:
            pytest.skip("newsboat is not installed")
        home.mkdir()
        for name, lines in (("urls", feeds), ("config", ())):
            (home / name).write_text("\n".join([*lines, ""]), "utf-8")
        self._cache = home / "cache.db"
        files = {"-u": home / "urls", "-c": self._cache, "-C": home / "config"}
        options = [str(word) for pair in files.items() for word in pair]
        self._command = [program, *options, "-x", "reload"]
        self._environ = {"HOME": str(home), "LANG": "C.UTF-8", "TERM": "dumb"}

    def poll(self) -> None:
        """Fetch every feed."""
        subprocess.run(self._command, env=self._environ, check=True, timeout=60)

    def contents(self, guid: str) -> list[str]:
        """What it shows of the entry with this guid; it keeps one of them for all feeds."""
        query = "SELECT content FROM rss_item WHERE guid = ?"
        with closing(sqlite3.connect(self._cache)) as cache:
            return [content for (content,) in cache.execute(query, [guid])]
