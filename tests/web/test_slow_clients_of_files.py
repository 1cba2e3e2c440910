"""Clients that read large files slowly, or not to the end."""

import socket
import statistics
import threading
import time
from contextlib import suppress
from pathlib import Path

from tests.support.running import Server, running, wait_until
from tests.support.writing import PostFolder

PNG = b"\x89PNG\r\n\x1a\n"


def _slow_reader(server: Server, path: str) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return connection


def _worker(server: Server) -> Path:
    """The /proc folder of the web process."""
    pid = server.process.pid
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return Path(f"/proc/{child}")


def _open_files(server: Server, name: str) -> int:
    count = 0
    for descriptor in (_worker(server) / "fd").iterdir():
        with suppress(OSError):
            count += descriptor.readlink().name == name
    return count


def _memory(server: Server) -> int:
    """The resident memory of the web process, in MiB."""
    status = (_worker(server) / "status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


def test_the_answer_ends_early_if_a_large_file_changes_meanwhile(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("tea/index.md", audio="long.wav")
    size = 50_000_000  # more than the kernel takes at once
    with running(tmp_path, posts.root) as server:
        with (posts.root / "tea/long.wav").open("wb") as file:
            file.truncate(size)
        path = "/posts/tea/long.wav"
        wait_until(lambda: server.ask("HEAD", path).status_code == 200, "the file")
        with _slow_reader(server, path) as connection:
            connection.settimeout(10)
            received = len(connection.recv(1000))
            with (posts.root / "tea/long.wav").open("r+b") as file:
                file.write(b"RIFF")
            while got := connection.recv(1 << 20):
                received += len(got)
        assert received < size
        assert "Traceback" not in server.log


def test_a_closed_connection_leaves_no_open_file(tmp_path: Path, posts: PostFolder) -> None:
    posts.write("tea/index.md", audio="long.wav")
    with (posts.root / "tea/long.wav").open("wb") as file:
        file.truncate(50_000_000)
    with running(tmp_path, posts.root) as server:
        path = "/posts/tea/long.wav"
        wait_until(lambda: server.ask("HEAD", path).status_code == 200, "the file")
        crowd = [_slow_reader(server, path) for _ in range(20)]
        wait_until(lambda: _open_files(server, "long.wav") == 20, "the open files")
        for connection in crowd:
            connection.close()
        wait_until(lambda: _open_files(server, "long.wav") == 0, "the files closed", 5)


def test_a_hundred_slow_clients_delay_no_poll_and_fill_no_memory(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("tea/index.md", "![](a.png) ![](small.png)")
    posts.write_raw("tea/a.png", b"\x89PNG" * (1 << 20))
    posts.write_raw("tea/small.png", PNG)
    with running(tmp_path, posts.root) as server:
        server.get("/atom.xml")
        before = _memory(server)
        crowd = [_slow_reader(server, "/posts/tea/a.png") for _ in range(100)]
        ended = threading.Event()

        def read() -> None:
            while not ended.wait(0.2):
                for connection in crowd:
                    with suppress(BlockingIOError):
                        connection.recv(512, socket.MSG_DONTWAIT)

        reading = threading.Thread(target=read)
        reading.start()
        try:
            time.sleep(1)
            times = []
            for _ in range(200):
                started = time.perf_counter()
                assert server.get("/atom.xml").status_code == 200
                times.append(time.perf_counter() - started)
            assert statistics.median(times) < 0.1  # of a poll behind a file: seconds
            assert _memory(server) - before < 120
            assert server.get("/posts/tea/a.png").ok
        finally:
            ended.set()
            reading.join()
            for connection in crowd:
                connection.close()
