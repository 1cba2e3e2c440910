"""Runs `feedsvc adopt` beside a running server."""

import json
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
