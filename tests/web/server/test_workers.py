"""Web processes are replaced when they die, and end with the server."""

import json
import os
import signal
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest
import requests

from feedsvc.web.server.workers import pause_after
from tests.support.asking import Publisher
from tests.support.running import (
    Server,
    running,
    wait_until,
)
from tests.support.writing import PostFolder

ENDED: Final = "a web process ended"


def _workers(server: Server) -> list[int]:
    pid = server.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [
        int(child)
        for child in children
        if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


@pytest.mark.parametrize(
    ("short_lives", "pause"),
    [(0, 0), (1, 0), (2, 1), (3, 2), (4, 4), (5, 8), (6, 10), (99, 10)],
)
def test_the_pause_grows_with_each_short_life(short_lives: int, pause: float) -> None:
    assert pause_after(short_lives) == pause


def test_a_worker_that_cannot_start_logs_why_and_is_started_again(
    tmp_path: Path, posts: PostFolder
) -> None:
    store = tmp_path / "var" / "feedsvc.sqlite3"
    store.parent.mkdir()
    publisher = Publisher(tmp_path, f"sqlite:///{store}")
    publisher.posts.write("tea.md", title="Tea")
    publisher.publish()
    publisher.store.close()
    wanted = {"FEEDSVC_LOG__FORMAT": "json", "FEEDSVC_STORE__URL": f"sqlite:///{store}"}
    server = Server(tmp_path, posts.root, command="web", settings=wanted)

    def messages() -> list[str]:
        return [json.loads(line)["message"] for line in server.log.splitlines()]

    try:
        server.wait_until_ready()
        sound = store.read_bytes()
        store.write_bytes(b"no database" * 1000)
        (worker,) = _workers(server)
        os.kill(worker, signal.SIGKILL)
        wait_until(
            lambda: any(
                m.endswith("(exit code 1); starting another in 1 s") for m in messages()
            ),
            "a pause",
        )
        assert any(
            m.endswith("(exit code -9); starting another") for m in messages()
        )  # at once
        assert sum(" cannot serve: " in message for message in messages()) == 1
        assert "Traceback" not in server.log
        store.write_bytes(sound)
        wait_until(lambda: server.get("/atom.xml").status_code == 200, "an answer", 60)
    finally:
        server.stop()


@pytest.mark.parametrize("workers", [1, 3])
def test_workers_that_are_killed_are_replaced_and_no_connection_is_refused(
    tmp_path: Path, posts: PostFolder, workers: int
) -> None:
    posts.write("tea.md", title="Tea")
    with running(tmp_path, posts.root, {"FEEDSVC_SERVER__WORKERS": str(workers)}) as server:
        before = _workers(server)
        assert len(before) == workers
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        response = requests.get(f"{server.url}/atom.xml", timeout=60)
        assert response.status_code == 200
        wait_until(lambda: len(_workers(server)) == workers, "as many as before", 60)
        assert not set(_workers(server)) & set(before)


UNFINISHED = {
    "nothing": b"",
    "half a line": b"GET /x",
    "half a body": b"POST /hub HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nab",
    "a file that is not read": b"GET /posts/loud/long.wav HTTP/1.1\r\nHost: x\r\n\r\n",
    "two files that are not read": b"GET /posts/loud/long.wav HTTP/1.1\r\nHost: x\r\n\r\n" * 2,
}


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_soon_and_quietly_with_unfinished_requests(
    tmp_path: Path, posts: PostFolder, signal_number: signal.Signals
) -> None:
    posts.write("loud/index.md", audio="long.wav")
    with (posts.root / "loud/long.wav").open("wb") as file:
        file.truncate(1_000_000_000)
    with running(tmp_path, posts.root) as server, ExitStack() as held:
        wait_until(lambda: "published: " in server.log, "the first publish is logged")
        before = server.log
        for sent in UNFINISHED.values():
            connection = socket.create_connection(("127.0.0.1", server.port))
            held.enter_context(connection)
            connection.sendall(sent)
        time.sleep(0.5)
        begun = time.monotonic()
        os.killpg(server.process.pid, signal_number)  # as a terminal does
        assert server.process.wait(20) == 0
        # two seconds for the connections, else a kill after four; the machine may be busy
        assert time.monotonic() - begun < 8
        assert server.log == before
