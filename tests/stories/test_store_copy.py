"""A site moves from SQLite to PostgreSQL: nobody who polls or subscribes notices."""

from pathlib import Path
from typing import Final

import pytest

from tests.support.calls import SECRET, bearer
from tests.support.commands import environment, forked
from tests.support.hooks import call, job
from tests.support.running import Server, running, wait_until
from tests.support.subscriber import Subscriber, a_subscriber
from tests.support.writing import PostFolder

pytestmark = pytest.mark.postgres

SETTINGS: Final = {
    "FEEDSVC_HUB__NETWORKS": '["127.0.0.0/8"]',
    "FEEDSVC_WEBHOOK__SECRET": SECRET,
    "FEEDSVC_WATCHER__QUIET": "0",
}
PATHS: Final = ("/atom.xml", "/rss.xml", "/feed.json", "/tags/Tea/atom.xml", "/opml.xml")
VALIDATORS: Final = ("ETag", "Last-Modified")


def representations(server: Server) -> dict[str, tuple[bytes, ...]]:
    answers = {path: server.get(path) for path in PATHS}
    return {
        path: (a.content, *(a.headers[name].encode() for name in VALIDATORS))
        for path, a in answers.items()
    }


def subscribe(subscriber: Subscriber, server: Server) -> None:
    subscriber.ask(f"{server.url}/hub", f"{server.url}/tags/Tea/atom.xml")
    wait_until(subscriber.verifications, "the verification")


def test_a_store_that_moves_to_postgresql_publishes_and_sends_nothing_twice(
    tmp_path: Path, posts: PostFolder, postgres_url: str
) -> None:
    posts.write("tea.md", title="Tea", tags="[Tea]")
    posts.write("pots.md", title="Pots")
    with a_subscriber() as subscriber:
        with running(tmp_path, posts.root, SETTINGS) as server:
            subscribe(subscriber, server)
            posts.write("tea.md", "Brewed again.", title="Tea", tags="[Tea]")
            wait_until(subscriber.deliveries, "the delivery")
            heard = call(server, bearer(SECRET, b"", "one"))
            wait_until(lambda: job(server, heard)["state"] == "done", "the job")
            done = job(server, heard)
            before, port = representations(server), server.port
        words = f"store copy sqlite:///{tmp_path}/var/feedsvc.sqlite3 {postgres_url}".split()
        copied = forked(*words, environ=environment({}), cwd=tmp_path)
        assert (copied.returncode, copied.stderr) == (0, "")
        moved = SETTINGS | {"FEEDSVC_STORE__URL": postgres_url}
        with running(tmp_path / "new", posts.root, moved, port) as server:
            assert representations(server) == before
            retry = call(server, bearer(SECRET, b"", "one"))
            assert (retry.status_code, job(server, retry)) == (200, done)
            assert len(subscriber.deliveries()) == 1
            posts.write("tea.md", "Brewed a third time.", title="Tea", tags="[Tea]")
            wait_until(lambda: len(subscriber.deliveries()) > 1, "the next delivery")
            changed = server.get("/tags/Tea/atom.xml")
        bodies = [delivery.body for delivery in subscriber.deliveries()]
        assert len(bodies) == 2
        assert bodies[0] == before["/tags/Tea/atom.xml"][0]
        assert bodies[1] == changed.content
        assert len(subscriber.verifications()) == 1
