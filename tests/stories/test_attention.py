"""Something wants attention: the command, the page and a message say so, once."""

import json
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from feedsvc.store.store import Store
from feedsvc.store.tables.status import alarms
from tests.support import calls
from tests.support.commands import environment, forked, settings
from tests.support.operators import BEARER, TOKEN
from tests.support.running import SITE, running, wait_until
from tests.support.subscriber import a_subscriber
from tests.support.writing import PostFolder

A_MINUTE = 61_000_000  # microseconds


def status(place: Path, posts: PostFolder) -> tuple[int, Any]:
    """The exit code and the JSON of the command, beside the server."""
    environ = settings(f"sqlite:///{place}/var/feedsvc.sqlite3") | SITE
    environ |= {"FEEDSVC_CONTENT__SEEDS": str(posts.root)}
    ended = forked("status", "--format", "json", environ=environment(environ), cwd=place)
    return ended.returncode, json.loads(ended.stdout)


def codes(told: Any) -> list[str]:
    return [each["code"] for each in told["attention"]]


def begin_earlier(place: Path, code: str) -> None:
    """Let it seem as if this had begun a minute ago."""
    began = time.time_ns() // 1000 - A_MINUTE
    row = {"code": code, "since": began, "seen_at": began}
    store = Store(f"sqlite:///{place}/var/feedsvc.sqlite3")
    with store._database.writing() as connection:
        connection.execute(sa.insert(alarms), [row])
    store.close()


def test_a_broken_post_is_told_to_operators_until_it_is_mended(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("tea.md", title="Tea")
    posts.write_raw("broken.md", b"---\ntitle: Broken\ndate: soon\n---\n")
    with a_subscriber() as receiver:
        notify = {
            "url": f"{receiver.url}/pager",
            "secret": calls.WHSEC,
            "kinds": ["attention"],
        }
        given = {"FEEDSVC_ADMIN__TOKEN": TOKEN, "FEEDSVC_NOTIFY": json.dumps([notify])}
        with running(tmp_path, posts.root, given) as server:
            assert codes(server.get("/status", BEARER).json()) == ["posts-refused"]
            exit_code, told = status(tmp_path, posts)
            assert (exit_code, codes(told)) == (1, ["posts-refused"])
            assert told["watchers"][0]["folder"] == str(posts.root)
            begin_earlier(tmp_path, "posts-refused")
            wait_until(lambda: receiver.calls, "the message")
            (call,) = receiver.calls
            message = json.loads(call.body)
            assert message["type"] == "feeds.attention"
            attention = message["data"]["attention"]
            assert (attention["code"], attention["state"]) == ("posts-refused", "began")
            posts.write("broken.md", title="Mended")
            wait_until(
                lambda: not codes(server.get("/status", BEARER).json()), "nothing is wrong"
            )
            assert status(tmp_path, posts)[0] == 0
            server.kill()
    exit_code, told = status(tmp_path, posts)
    assert (exit_code, codes(told)) == (1, ["no-watcher"])
