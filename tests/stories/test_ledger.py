"""The ledger and backups, with running processes: what leaves the store, and comes back."""

import json
import os
import signal
from pathlib import Path
from typing import Any, Final

import feedparser
import pytest

from feedsvc.core.ledger.ledger import forgotten_hash
from tests.support.commands import environment, forked
from tests.support.origins import Origin
from tests.support.running import SITE, Server, running, wait_until
from tests.support.writing import PostFolder

QUIET: Final = {"FEEDSVC_WATCHER__QUIET": "0", "FEEDSVC_WATCHER__INTERVAL": "1"}


def ids_in(file: Path) -> list[str]:
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return [json.loads(line)["id"] for line in lines]


def ids_of(server: Server, path: str = "/atom.xml") -> dict[str, str]:
    """The ids of the entries of a feed, by title."""
    return {e.title: e.id for e in feedparser.parse(server.get(path).content).entries}


def ran(server: Server, place: Path, seeds: Path, *words: str, **more: str) -> Any:
    """A command with the settings of a server."""
    environ = environment(
        {
            **SITE,
            **QUIET,
            "FEEDSVC_SITE__URL": server.url,
            "FEEDSVC_CONTENT__SEEDS": str(seeds),
            "FEEDSVC_STORE__URL": f"sqlite:///{place}/var/feedsvc.sqlite3",
            **more,
        }
    )
    return forked(*words, environ=environ, cwd=place)


def test_a_store_that_is_lost_comes_back_from_the_ledger_file(
    posts: PostFolder, tmp_path: Path
) -> None:
    file = tmp_path / "repo" / "ledger.jsonl"
    settings = {**QUIET, "FEEDSVC_LEDGER__FILE": str(file)}
    posts.write("tea.md", title="Tea")
    posts.write("pots.md", title="Pots")
    with running(tmp_path / "one", posts.root, settings) as server:
        before = ids_of(server)
        posts.write("tea.md", title="Tea", slug="green-tea")
        wait_until(lambda: "green-tea" in server.get("/atom.xml").text, "the new slug")
        assert ids_of(server) == before
        port = server.port
    assert sorted(before.values()) == ids_in(file)
    # Another machine, with nothing but the posts and the file.
    with running(tmp_path / "two", posts.root, settings, port) as server:
        assert ids_of(server) == before


def test_a_killed_server_leaves_a_whole_file(posts: PostFolder, tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    posts.write("tea.md", title="Tea")
    server = Server(
        tmp_path / "one", posts.root, settings={**QUIET, "FEEDSVC_LEDGER__FILE": str(file)}
    )
    wait_until(file.exists, "the file")
    server.kill()
    assert len(ids_in(file)) == 1


def test_a_takedown_reaches_every_process(posts: PostFolder, tmp_path: Path) -> None:
    place, file = tmp_path / "one", tmp_path / "ledger.jsonl"
    more = {"FEEDSVC_LEDGER__FILE": str(file)}
    settings = {**QUIET, **more, "FEEDSVC_SERVER__WORKERS": "2"}
    secret = posts.write("secret.md", "A secret recipe.", title="Secret", tags="[Green]")
    posts.write("tea.md", title="Tea", tags="[Green]")
    with running(place, posts.root, settings) as server:
        entry_id = ids_of(server)["Secret"]
        etag = server.get("/tags/Green/atom.xml").headers["ETag"]
        wait_until(lambda: entry_id in ids_in(file), "the ledger file")
        refused = ran(server, place, posts.root, "ledger", "forget", entry_id, **more)
        assert (refused.returncode, "delete it first" in refused.stderr) == (2, True)
        secret.unlink()
        ended = ran(server, place, posts.root, "ledger", "forget", entry_id, **more)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert entry_id not in ids_in(file)
        assert f"sha256:{forgotten_hash(entry_id)}" in ids_in(file)
        addresses = ("/atom.xml", "/rss.xml", "/feed.json", "/tags/Green/atom.xml", "/")
        for address in (*addresses, "/posts/secret/", "/tags/Green/"):
            for headers in ({}, {"A-IM": "feed", "If-None-Match": etag}):
                wait_until(
                    lambda a=address, h=headers: "ecret" not in server.get(a, h).text,  # type: ignore[misc]
                    f"no trace at {address}",
                    5,
                )
    assert entry_id not in ids_in(file)
    remains = b"".join(part.read_bytes() for part in (place / "var").iterdir())
    assert b"secret recipe" not in remains


def test_a_backup_of_a_running_server_serves_the_same_bytes(
    posts: PostFolder, tmp_path: Path
) -> None:
    place = tmp_path / "one"
    text = posts.write("tea.md", title="Tea", tags="[Green]").read_bytes()
    addresses = ("/atom.xml", "/rss.xml", "/feed.json", "/tags/Green/atom.xml", "/opml.xml")
    with running(place, posts.root, QUIET) as server:
        port = server.port
        before = {a: server.get(a) for a in addresses}
        assert ran(server, place, posts.root, "backup", "b.sqlite3").returncode == 0
        refused = ran(server, place, posts.root, "restore", "b.sqlite3")
        assert (refused.returncode, "stop it" in refused.stderr) == (2, True)
        posts.write("tea.md", title="New tea", tags="[Green]")
        wait_until(lambda: "New tea" in server.get("/atom.xml").text, "the edit")
    posts.write_raw("tea.md", text)
    restored = ran(server, place, posts.root, "restore", "b.sqlite3")
    assert restored.returncode == 0, restored.stderr
    with running(place, posts.root, QUIET, port) as server:
        after = {a: server.get(a) for a in addresses}
    for address in addresses:
        assert after[address].content == before[address].content
        assert after[address].headers["ETag"] == before[address].headers["ETag"]
        assert (
            after[address].headers["Last-Modified"] == before[address].headers["Last-Modified"]
        )


def test_an_older_backup_and_a_newer_ledger_file_are_reported(
    posts: PostFolder, tmp_path: Path
) -> None:
    place, file = tmp_path / "one", tmp_path / "ledger.jsonl"
    settings = {**QUIET, "FEEDSVC_LEDGER__FILE": str(file)}
    posts.write("tea.md", title="Tea")
    with running(place, posts.root, settings) as server:
        port = server.port
        ran(server, place, posts.root, "backup", "b.sqlite3")
        late = posts.write("late.md", title="Late")
        wait_until(lambda: "Late" in server.get("/atom.xml").text, "the late post")
        late.unlink()
        wait_until(lambda: "Late" not in server.get("/atom.xml").text, "the withdrawal")
    written = file.read_bytes()
    assert len(ids_in(file)) == 2
    ran(server, place, posts.root, "restore", "b.sqlite3")
    with running(place, posts.root, settings, port) as server:
        wait_until(lambda: "feedsvc ledger import" in server.log, "the error", 20)
        assert file.read_bytes() == written
        imported = ran(server, place, posts.root, "ledger", "import", str(file))
        assert imported.returncode == 0, imported.stderr
        server.stop()
    assert len(ids_in(file)) == 2


def test_posts_of_a_repository_have_no_ledger_file(tmp_path: Path) -> None:
    origin = Origin(tmp_path / "origin.git")
    origin.push({"tea.md": b"---\ntitle: Tea\ndate: 2026-03-01\n---\nTea.\n"})
    file = tmp_path / "ledger.jsonl"
    settings = {"FEEDSVC_SOURCE__GIT": origin.url, "FEEDSVC_LEDGER__FILE": str(file)}
    with running(tmp_path / "one", tmp_path / "unused", settings) as server:
        line = f"{file} is not kept up to date, because the posts come"
        wait_until(lambda: line in server.log, "the line")
        assert server.log.count(line) == 1
        server.stop(signal.SIGTERM)
    assert not file.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_is_a_warning(posts: PostFolder, tmp_path: Path) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir(mode=0o555)
    settings = {**QUIET, "FEEDSVC_LEDGER__FILE": str(folder / "ledger.jsonl")}
    posts.write("tea.md", title="Tea")
    with running(tmp_path / "one", posts.root, settings) as server:
        wait_until(lambda: "is not kept up to date" in server.log, "the warning", 20)
