"""The files that posts show, over real HTTP: those and no others."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from feedsvc.web.app import create_app
from feedsvc.web.files import SMALL
from feedsvc.web.polls.replay import Replay
from feedsvc.web.polls.shelf import Shelf
from tests.support.asking import Publisher, ask
from tests.support.origins import Origin
from tests.support.running import (
    Server,
    free_port,
    running,
    wait_until,
)
from tests.support.writing import PostFolder

PNG = b"\x89PNG\r\n\x1a\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
LARGE = SMALL + 100
# Each file that is shown, by the path at which it is, with the post that shows it.
SHOWN = {
    "/posts/tea/a.png": "tea/a.png",
    "/posts/tea/images/big.png": "tea/images/big.png",
    "/posts/tea/caf%C3%A9%201.png": "tea/café 1.png",
    "/posts/tea/drawing.svg": "tea/drawing.svg",
    "/posts/tea/episode.mp3": "tea/episode.mp3",
    "/posts/tea/paper.pdf": "tea/paper.pdf",
    "/posts/tea/data.xyz": "tea/data.xyz",
    "/posts/tea/inside.png": "tea/inside.png",
    "/posts/hexo/a.png": "hexo/a.png",
    "/notes/cup.png": "cup.png",
    "/notes/pot.png": "pot/pot.png",
    "/notes/shared.png": "shared.png",
}
TEA = """
![](a.png) ![](images/big.png) ![](<café 1.png>) ![](drawing.svg) ![](inside.png)
![](missing.png) ![](outside.png) ![](pipe.png) ![](.hidden.png) ![](source.png)
![](to-draft.png) ![](out/x.png) ![](../neighbour.png) [page](page.html) [other](other.md)
![](_drafts/sketch.png) ![](device.png)

    ![](code.png)
"""


def _fill(posts: PostFolder, outside: Path) -> None:
    enclosures = "[episode.mp3, paper.pdf, {url: data.xyz, type: text/html}, page.html]"
    posts.write("tea/index.md", TEA, enclosures=enclosures)
    posts.write("hexo.md", "![](a.png)")
    posts.write("cup.md", "![](cup.png) ![](shared.png)", permalink="/notes/cup")
    posts.write("pot.md", "![](pot.png) ![](shared.png) ![](two.png)", permalink="/notes/pot")
    posts.write("x/can.md", "![](two.png)", permalink="/notes/can")
    posts.write("draft.md", "![](draft.png)", draft="true")
    posts.write("draft2/index.md", "![](a.png)", draft="true")
    posts.write("_drafts/plan.md", "![](sketch.png)")
    posts.write("old.md", "![](old.png)", expiryDate="2026-03-02")
    posts.write("locked.md", "![](locked.png)", password="x")  # noqa: S106 - of this test
    for path in SHOWN.values():
        if path != "tea/inside.png":
            posts.write_raw(path, PNG + path.encode())
    others = "tea/code.png tea/unshown.png draft.png draft2/a.png old.png locked.png two.png "
    others += (
        "tea/.hidden.png _drafts/sketch.png tea/_drafts/sketch.png x/two.png neighbour.png"
    )
    for path in others.split():
        posts.write_raw(path, PNG + path.encode())
    posts.write_raw("tea/drawing.svg", SVG)
    posts.write_raw("tea/page.html", b"<script>alert(1)</script>")
    posts.write_raw("tea/other.md", b"no post")
    outside.mkdir()
    (outside / "x.png").write_bytes(PNG)
    tea = posts.root / "tea"
    (tea / "outside.png").symlink_to(outside / "x.png")
    (tea / "out").symlink_to(outside)
    (tea / "inside.png").symlink_to("a.png")
    (tea / "source.png").symlink_to("index.md")
    (tea / "to-draft.png").symlink_to("../_drafts/sketch.png")
    (tea / "device.png").symlink_to("/dev/zero")
    os.mkfifo(tea / "pipe.png")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over a folder that has all kinds of files; nobody may change it."""
    place = tmp_path_factory.mktemp("files")
    posts = PostFolder(place / "posts")
    _fill(posts, place / "outside")
    posts.write("loud/index.md", audio="long.wav")
    with (posts.root / "loud/long.wav").open("wb") as file:
        file.write(b"RIFF")
        file.truncate(LARGE)
    with running(place, posts.root) as started:
        yield started


@pytest.mark.parametrize("path", SHOWN)
def test_a_file_that_a_post_shows_is_there(server: Server, path: str) -> None:
    response = server.get(path)
    assert response.status_code == 200
    if SHOWN[path] not in ("tea/drawing.svg", "tea/inside.png"):
        assert response.content == PNG + SHOWN[path].encode()


def _guesses(root: Path) -> Iterator[str]:
    """Every address at which a file might be thought to be."""
    for folder, _, names in os.walk(root):
        for name in names:
            inner = os.path.relpath(Path(folder) / name, root)
            for place in ("", "posts/", "notes/", "posts/tea/", "posts/hexo/", "static/"):
                yield f"/{place}{quote(inner)}"
                yield f"/{place}{quote(name)}"
                yield f"/{place}{quote(inner, safe='')}"
            stem = Path(inner).stem
            yield f"/posts/{stem}/{quote(name)}"
            yield f"/posts/tea/..%2f{quote(inner)}"
            yield f"/posts/tea/%2e%2e/{quote(inner)}"


def test_no_file_is_to_be_had_that_no_post_shows(server: Server) -> None:
    """The leak test: each file of the folder at every address that anybody could guess."""
    root = Path(server.log_file).parent / "posts"
    shown = {*SHOWN, "/posts/loud/long.wav"}
    found = set()
    guesses = {*_guesses(root)}
    for path in guesses:
        response = server.ask("HEAD", path)
        if response.status_code in (200, 206) and path.replace("%2F", "/") not in shown:
            found.add(path)
    assert found == set()
    assert len(guesses) > 500
    assert shown <= guesses  # or nothing was tried


@pytest.mark.parametrize(
    "path",
    [
        "/posts/tea/missing.png",
        "/posts/tea/outside.png",
        "/posts/tea/out/x.png",
        "/posts/tea/pipe.png",
        "/posts/tea/device.png",
        "/posts/tea/.hidden.png",
        "/posts/tea/source.png",
        "/posts/tea/to-draft.png",
        "/posts/tea/_drafts/sketch.png",
        "/posts/neighbour.png",
        "/posts/tea/../tea/a.png",
        "/posts/tea/%2e%2e/tea/a.png",
        "/posts/tea//a.png",
        "/posts/tea/a.png/",
        "/posts/tea/A.png",
        "/posts/tea/code.png",
        "/posts/tea/page.html",
        "/posts/tea/other.md",
        "/posts/old/old.png",
        "/posts/locked/locked.png",
        "/posts/draft/draft.png",
        "/notes/two.png",
    ],
)
def test_what_may_not_be_shown_is_not_there(server: Server, path: str) -> None:
    sent = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
        connection.sendall(sent.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 404 ")


def test_an_encoded_slash_is_a_slash(server: Server) -> None:
    assert server.get("/posts/tea%2Fa.png").content == PNG + b"tea/a.png"
    assert server.get("/posts/tea%252Fa.png").status_code == 404


def test_a_picture_says_what_it_is_and_runs_nothing(server: Server) -> None:
    got = server.get("/posts/tea/drawing.svg").headers
    assert got["Content-Type"] == "image/svg+xml"
    assert got["Content-Security-Policy"].startswith("sandbox; default-src 'none'; ")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Access-Control-Allow-Origin"] == "*"
    assert got["Cache-Control"] == "public, max-age=3600"
    assert got["Accept-Ranges"] == "bytes"
    assert "Content-Disposition" not in got


def test_what_a_browser_need_not_show_is_saved(server: Server) -> None:
    kinds = {"paper.pdf": "application/pdf", "data.xyz": "application/octet-stream"}
    for name, kind in kinds.items():
        got = server.get(f"/posts/tea/{name}").headers
        assert (got["Content-Type"], got["Content-Disposition"]) == (kind, "attachment")


def test_a_picture_that_is_known_is_not_sent_again(server: Server) -> None:
    first = server.get("/posts/tea/a.png")
    tag, date = first.headers["ETag"], first.headers["Last-Modified"]
    for known in ({"If-None-Match": tag}, {"If-Modified-Since": date}):
        response = server.get("/posts/tea/a.png", known)
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["ETag"] == tag
        assert response.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert server.get("/posts/tea/a.png", {"If-None-Match": '"x"'}).status_code == 200
    assert server.get("/posts/tea/a.png", {"If-Match": '"x"'}).status_code == 200


def test_a_head_has_the_headers_of_a_get_and_no_body(server: Server) -> None:
    got, head = server.get("/posts/tea/a.png"), server.ask("HEAD", "/posts/tea/a.png")
    got.headers.pop("Date", None)
    head.headers.pop("Date", None)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == got.headers
    assert head.headers["Content-Length"] == str(len(got.content))


RANGES = {
    "bytes=0-3": (206, slice(0, 4)),
    "bytes=4-": (206, slice(4, None)),
    "bytes=-5": (206, slice(-5, None)),
    "bytes=3-1000": (206, slice(3, None)),
    "bytes=0-1,3-4": (200, slice(None)),
    "lines=1-2": (200, slice(None)),
    "bytes=x": (200, slice(None)),
}


@pytest.mark.parametrize("wanted", RANGES)
def test_a_part_of_a_file_may_be_had(server: Server, wanted: str) -> None:
    whole = server.get("/posts/tea/episode.mp3").content
    status, part = RANGES[wanted]
    response = server.get("/posts/tea/episode.mp3", {"Range": wanted})
    assert (response.status_code, response.content) == (status, whole[part])
    assert response.headers["Content-Length"] == str(len(whole[part]))
    if status == 206:
        start, stop, _ = part.indices(len(whole))
        expected = f"bytes {start}-{stop - 1}/{len(whole)}"
        assert response.headers["Content-Range"] == expected


def test_a_part_behind_the_end_is_refused_with_the_length(server: Server) -> None:
    response = server.get("/posts/tea/episode.mp3", {"Range": "bytes=5000-"})
    whole = server.get("/posts/tea/episode.mp3").content
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{len(whole)}"


def test_a_part_of_a_known_version_is_not_sent_again(server: Server) -> None:
    tag = server.get("/posts/tea/episode.mp3").headers["ETag"]
    asked = {"Range": "bytes=0-3", "If-None-Match": tag}
    assert server.get("/posts/tea/episode.mp3", asked).status_code == 304


def test_a_part_of_another_version_is_the_whole(server: Server) -> None:
    tag = server.get("/posts/tea/episode.mp3").headers["ETag"]
    for known, status in ((tag, 206), ('"x"', 200)):
        asked = {"Range": "bytes=0-3", "If-Range": known}
        assert server.get("/posts/tea/episode.mp3", asked).status_code == status


def test_a_large_file_is_sent_whole_and_in_parts(server: Server) -> None:
    path = "/posts/loud/long.wav"
    octets = b"RIFF" + bytes(LARGE - 4)
    assert server.get(path).content == octets
    head = server.ask("HEAD", path)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(LARGE))
    for wanted, part in (("bytes=2-", slice(2, None)), ("bytes=-10", slice(-10, None))):
        response = server.get(path, {"Range": wanted})
        assert (response.status_code, response.content) == (206, octets[part])
    assert server.get(path, {"If-None-Match": head.headers["ETag"]}).status_code == 304


def test_a_large_file_that_is_changed_meanwhile_ends_before_its_length(
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


def test_who_goes_away_leaves_no_open_file(tmp_path: Path, posts: PostFolder) -> None:
    posts.write("tea/index.md", audio="long.wav")
    with (posts.root / "tea/long.wav").open("wb") as file:
        file.truncate(50_000_000)
    with running(tmp_path, posts.root) as server:
        path = "/posts/tea/long.wav"
        wait_until(lambda: server.ask("HEAD", path).status_code == 200, "the file")
        crowd = [_slow_reader(server, path) for _ in range(20)]
        wait_until(lambda: _open_files(server, "long.wav") == 20, "all of them")
        for connection in crowd:
            connection.close()
        wait_until(lambda: _open_files(server, "long.wav") == 0, "the files closed", 5)


def test_a_page_and_a_feed_show_where_the_picture_is(server: Server) -> None:
    address = f"{server.url}/posts/tea/images/big.png"
    assert address in server.get("/posts/tea/").text
    assert address in server.get("/atom.xml").text


# What changes.


def test_a_picture_goes_with_its_post_and_comes_with_it(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("other.md", draft="true")  # the folder is not empty
    posts.write("tea/index.md", "![](a.png)", draft="true")
    posts.write_raw("tea/a.png", PNG)

    with running(tmp_path, posts.root) as changing:

        def status() -> int:
            return changing.get("/posts/tea/a.png").status_code

        assert status() == 404
        posts.write("tea/index.md", "![](a.png)")
        wait_until(lambda: status() == 200, "shown")
        posts.write("tea/index.md", "no picture")
        wait_until(lambda: status() == 404, "not shown")
        posts.write("tea/index.md", "![](a.png)")
        wait_until(lambda: status() == 200, "shown again")
        (posts.root / "tea/index.md").unlink()
        wait_until(lambda: status() == 404, "withdrawn")


def test_a_file_that_is_being_written_is_asked_for_again(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("tea/index.md", "![](a.png)")
    file = posts.write_raw("tea/a.png", PNG)
    with running(tmp_path, posts.root, {"FEEDSVC_WATCHER__QUIET": "2"}) as server:
        before = wait_until(lambda: server.get("/posts/tea/a.png").ok, "it stands")
        assert before < 10
        file.write_bytes(PNG + b"more")
        response = server.get("/posts/tea/a.png")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
        wait_until(lambda: server.get("/posts/tea/a.png").content == PNG + b"more", "new")


def test_a_site_below_a_path_has_its_files_there(tmp_path: Path, posts: PostFolder) -> None:
    posts.write("tea/index.md", "![](a.png)")
    posts.write_raw("tea/a.png", PNG)
    port = free_port()
    below = {"FEEDSVC_SITE__URL": f"http://127.0.0.1:{port}/%E8%8C%B6"}
    with running(tmp_path, posts.root, below, port) as server:
        assert server.get("/茶/posts/tea/a.png").content == PNG
        assert server.get("/posts/tea/a.png").content == PNG  # a proxy took the path off


def test_web_without_the_folder_has_no_files(tmp_path: Path, posts: PostFolder) -> None:
    posts.write("tea/index.md", "![](a.png)")
    posts.write_raw("tea/a.png", PNG)
    port = free_port()
    url = {"FEEDSVC_SITE__URL": f"http://127.0.0.1:{port}"}
    with running(tmp_path, posts.root, url, port) as both:
        assert both.get("/posts/tea/a.png").status_code == 200
    for seeds, status in ((tmp_path / "none", 404), (posts.root, 200)):
        web = Server(tmp_path, seeds, command="web", port=port)
        try:
            web.wait_until_ready()
            assert web.get("/posts/tea/").status_code == 200
            assert web.get("/posts/tea/a.png").status_code == status
        finally:
            web.stop()


def test_files_come_from_a_repository_while_its_tree_is_whole(tmp_path: Path) -> None:
    origin = Origin(tmp_path / "origin.git")
    post = "---\ndate: 2026-03-01\n---\n![](a.png)"
    origin.push({"posts/tea/index.md": post, "posts/tea/a.png": "1", "a.png": "2"})
    source = {"FEEDSVC_SOURCE__GIT": origin.url, "FEEDSVC_SOURCE__PATH": "posts"}
    with running(tmp_path, tmp_path / "none", source) as fetched:
        wait_until(lambda: fetched.get("/posts/tea/a.png").text == "1", "fetched")
        state = tmp_path / "var/source/state"
        state.write_text(state.read_text().replace("whole", "not whole"))
        assert fetched.get("/posts/tea/a.png").status_code == 503
        url = {"FEEDSVC_SITE__URL": fetched.url, "FEEDSVC_SOURCE__GIT": origin.url}
        url["FEEDSVC_STORE__URL"] = f"sqlite:///{tmp_path}/var/feedsvc.sqlite3"
        web = Server(tmp_path / "elsewhere", tmp_path / "none", command="web", settings=url)
        try:
            web.wait_until_ready()
            assert web.get("/posts/tea/a.png").status_code == 404
        finally:
            web.stop()


def test_without_pages_there_are_no_files(tmp_path: Path, sqlite_url: str) -> None:
    for pages, status in (("true", "200 OK"), ("false", "404 NOT FOUND")):
        settings = {"SERVER__PAGES": pages, "WATCHER__QUIET": "0"}
        settings["CONTENT__SEEDS"] = str(tmp_path / "posts")
        made = Publisher(tmp_path, sqlite_url, **settings)
        made.posts.write("tea/index.md", "![](a.png)")
        made.posts.write_raw("tea/a.png", PNG)
        made.publish()
        assert ask(create_app(made.settings, made.store), "/posts/tea/a.png").status == status
        made.store.close()


def test_files_are_not_kept_in_memory(tmp_path: Path, sqlite_url: str) -> None:
    settings = {"WATCHER__QUIET": "0", "CONTENT__SEEDS": str(tmp_path / "posts")}
    made = Publisher(tmp_path, sqlite_url, **settings)
    made.posts.write("tea/index.md", "![](a.png)")
    made.posts.write_raw("tea/a.png", PNG)
    made.publish()
    shelf = Shelf(10_000_000)
    front: Any = Replay(create_app(made.settings, made.store, shelf), shelf)
    for _ in range(2):
        assert ask(front, "/posts/tea/a.png").body == PNG
    assert shelf.at_target("/posts/tea/a.png") is None
    (made.posts.root / "tea/a.png").unlink()
    assert ask(front, "/posts/tea/a.png").status == "404 NOT FOUND"
    made.store.close()


# Many who read slowly.


def _slow_reader(server: Server, path: str) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return connection


def _worker(server: Server) -> Path:
    """What the system tells of the web process."""
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
    """The megabytes of the web process."""
    status = (_worker(server) / "status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


def test_a_crowd_of_slow_readers_delays_no_poll_and_fills_no_memory(
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
            grown = _memory(server) - before
            print(f"p99 {sorted(times)[197] * 1000:.1f} ms, {grown} MB more")  # noqa: T201 - measured
            assert sorted(times)[197] < 0.1
            assert grown < 120
            assert server.get("/posts/tea/a.png").ok
        finally:
            ended.set()
            reading.join()
            for connection in crowd:
                connection.close()
