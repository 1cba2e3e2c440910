"""Every web process sees a publish within 100 ms, over real sockets."""

import socket
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.asking import Publisher
from tests.support.running import Server, free_port
from tests.support.writing import PostFolder


def _body(server: Server) -> bytes:
    return server.get("/atom.xml").content


def test_every_process_sees_a_new_revision_within_a_tenth_of_a_second(
    tmp_path: Path, sqlite_url: str
) -> None:
    publisher = Publisher(tmp_path, sqlite_url)
    publisher.posts.write("tea.md", title="Tea 0")
    publisher.publish()
    servers = [
        Server(
            tmp_path,
            publisher.posts.root,
            command="web",
            settings={"FEEDSVC_STORE__URL": sqlite_url, "FEEDSVC_SITE__URL": "https://a.b"},
        )
        for _ in range(2)
    ]
    try:
        for server in servers:
            assert b"Tea 0" in _body(server.wait_until_ready())
        waits = [_wait_for_edit(publisher, servers, number) for number in range(1, 8)]
    finally:
        for server in servers:
            server.stop()
        publisher.store.close()
    # We promise 0.1 s. The machine may be busy, and two servers are polled in turn.
    assert statistics.median(waits) < 0.1


def _wait_for_edit(publisher: Publisher, servers: list[Server], number: int) -> float:
    """Seconds until all servers serve an edit, less the time of ten polls of each."""
    started = time.monotonic()
    for server in servers * 10:
        _body(server)
    usual = time.monotonic() - started
    mark = f"Tea {number}"
    publisher.posts.write("tea.md", title=mark)
    publisher.publish()
    started = time.monotonic()
    for server in servers:
        while mark.encode() not in _body(server):
            assert time.monotonic() - started < 5
    return time.monotonic() - started - usual


def test_a_thousand_first_requests_get_the_same_complete_answer(
    tmp_path: Path, posts: PostFolder
) -> None:
    for number in range(20):
        posts.write(f"{number}.md", "Much text. " * 500, title=f"Post {number}")
    server = Server(tmp_path, posts.root, port=free_port())
    try:
        server.wait_until_ready()
        with ThreadPoolExecutor(200) as pool:
            bodies = list(pool.map(lambda _: _raw_get(server), range(1000)))
    finally:
        server.stop()
    assert {len(body) for body in bodies} == {len(bodies[0])}
    assert len(set(bodies)) == 1
    assert bodies[0].endswith(b"</feed>\n")


def _raw_get(server: Server) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(b"GET /atom.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return answer.partition(b"\r\n\r\n")[2]
