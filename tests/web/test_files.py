"""Files that posts show are served over HTTP, and no other files."""

import os
import socket
from collections.abc import Iterator
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
# The path of each file that is shown, and its path in the folder.
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
    """A server with a folder of all kinds of files. Tests must not change it."""
    root = tmp_path_factory.mktemp("files")
    posts = PostFolder(root / "posts")
    _fill(posts, root / "outside")
    posts.write("loud/index.md", audio="long.wav")
    with (posts.root / "loud/long.wav").open("wb") as file:
        file.write(b"RIFF")
        file.truncate(LARGE)
    with running(root, posts.root) as started:
        yield started


@pytest.mark.parametrize("path", SHOWN)
def test_a_file_that_a_post_shows_is_served(server: Server, path: str) -> None:
    response = server.get(path)
    assert response.status_code == 200
    if SHOWN[path] not in ("tea/drawing.svg", "tea/inside.png"):
        assert response.content == PNG + SHOWN[path].encode()


def _guesses(root: Path) -> Iterator[str]:
    """Every address at which somebody might guess a file."""
    for folder, _, names in os.walk(root):
        for name in names:
            inner = os.path.relpath(Path(folder) / name, root)
            for prefix in ("", "posts/", "notes/", "posts/tea/", "posts/hexo/", "static/"):
                yield f"/{prefix}{quote(inner)}"
                yield f"/{prefix}{quote(name)}"
                yield f"/{prefix}{quote(inner, safe='')}"
            stem = Path(inner).stem
            yield f"/posts/{stem}/{quote(name)}"
            yield f"/posts/tea/..%2f{quote(inner)}"
            yield f"/posts/tea/%2e%2e/{quote(inner)}"


def test_no_other_file_is_served_at_any_address(server: Server) -> None:
    """Requests each file of the folder at every address that somebody could guess."""
    root = Path(server.log_file).parent / "posts"
    shown = {*SHOWN, "/posts/loud/long.wav"}
    leaked = set()
    guesses = {*_guesses(root)}
    for path in guesses:
        response = server.ask("HEAD", path)
        if response.status_code in (200, 206) and path.replace("%2F", "/") not in shown:
            leaked.add(path)
    assert leaked == set()
    assert len(guesses) > 500
    assert shown <= guesses  # otherwise nothing was tried


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
def test_a_file_that_may_not_be_shown_is_a_404(server: Server, path: str) -> None:
    sent = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
        connection.sendall(sent.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 404 ")


def test_an_encoded_slash_is_a_slash(server: Server) -> None:
    assert server.get("/posts/tea%2Fa.png").content == PNG + b"tea/a.png"
    assert server.get("/posts/tea%252Fa.png").status_code == 404


def test_an_image_has_its_media_type_and_may_run_no_script(server: Server) -> None:
    got = server.get("/posts/tea/drawing.svg").headers
    assert got["Content-Type"] == "image/svg+xml"
    assert got["Content-Security-Policy"].startswith("sandbox; default-src 'none'; ")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Access-Control-Allow-Origin"] == "*"
    assert got["Cache-Control"] == "public, max-age=3600"
    assert got["Accept-Ranges"] == "bytes"
    assert "Content-Disposition" not in got


def test_a_file_that_is_no_media_is_an_attachment(server: Server) -> None:
    kinds = {"paper.pdf": "application/pdf", "data.xyz": "application/octet-stream"}
    for name, kind in kinds.items():
        got = server.get(f"/posts/tea/{name}").headers
        assert (got["Content-Type"], got["Content-Disposition"]) == (kind, "attachment")


def test_a_conditional_request_for_an_image_gets_304(server: Server) -> None:
    first = server.get("/posts/tea/a.png")
    tag, date = first.headers["ETag"], first.headers["Last-Modified"]
    for condition in ({"If-None-Match": tag}, {"If-Modified-Since": date}):
        response = server.get("/posts/tea/a.png", condition)
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
def test_a_range_of_a_file_is_served(server: Server, wanted: str) -> None:
    whole = server.get("/posts/tea/episode.mp3").content
    status, part = RANGES[wanted]
    response = server.get("/posts/tea/episode.mp3", {"Range": wanted})
    assert (response.status_code, response.content) == (status, whole[part])
    assert response.headers["Content-Length"] == str(len(whole[part]))
    if status == 206:
        start, stop, _ = part.indices(len(whole))
        expected = f"bytes {start}-{stop - 1}/{len(whole)}"
        assert response.headers["Content-Range"] == expected


def test_a_range_after_the_end_is_refused_with_the_length(server: Server) -> None:
    response = server.get("/posts/tea/episode.mp3", {"Range": "bytes=5000-"})
    whole = server.get("/posts/tea/episode.mp3").content
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{len(whole)}"


def test_a_conditional_request_with_a_range_gets_304(server: Server) -> None:
    tag = server.get("/posts/tea/episode.mp3").headers["ETag"]
    headers = {"Range": "bytes=0-3", "If-None-Match": tag}
    assert server.get("/posts/tea/episode.mp3", headers).status_code == 304


def test_if_range_with_another_tag_gets_the_whole_file(server: Server) -> None:
    tag = server.get("/posts/tea/episode.mp3").headers["ETag"]
    for if_range, status in ((tag, 206), ('"x"', 200)):
        headers = {"Range": "bytes=0-3", "If-Range": if_range}
        assert server.get("/posts/tea/episode.mp3", headers).status_code == status


def test_a_large_file_is_served_whole_and_in_ranges(server: Server) -> None:
    path = "/posts/loud/long.wav"
    octets = b"RIFF" + bytes(LARGE - 4)
    assert server.get(path).content == octets
    head = server.ask("HEAD", path)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(LARGE))
    for wanted, part in (("bytes=2-", slice(2, None)), ("bytes=-10", slice(-10, None))):
        response = server.get(path, {"Range": wanted})
        assert (response.status_code, response.content) == (206, octets[part])
    assert server.get(path, {"If-None-Match": head.headers["ETag"]}).status_code == 304


def test_a_page_and_a_feed_have_the_address_of_an_image(server: Server) -> None:
    address = f"{server.url}/posts/tea/images/big.png"
    assert address in server.get("/posts/tea/").text
    assert address in server.get("/atom.xml").text


# Changes.


def test_an_image_is_served_only_while_a_published_post_shows_it(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("other.md")  # the folder is not empty
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
        wait_until(lambda: status() == 200, "shown")
        (posts.root / "tea/index.md").unlink()
        wait_until(lambda: status() == 404, "withdrawn")


def test_a_file_that_is_being_written_is_answered_503(
    tmp_path: Path, posts: PostFolder
) -> None:
    posts.write("tea/index.md", "![](a.png)")
    file = posts.write_raw("tea/a.png", PNG)
    with running(tmp_path, posts.root, {"FEEDSVC_WATCHER__QUIET": "2"}) as server:
        before = wait_until(lambda: server.get("/posts/tea/a.png").ok, "the file")
        assert before < 10
        file.write_bytes(PNG + b"more")
        response = server.get("/posts/tea/a.png")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
        wait_until(lambda: server.get("/posts/tea/a.png").content == PNG + b"more", "new")


def test_a_site_below_a_path_serves_files_there(tmp_path: Path, posts: PostFolder) -> None:
    posts.write("tea/index.md", "![](a.png)")
    posts.write_raw("tea/a.png", PNG)
    port = free_port()
    below = {"FEEDSVC_SITE__URL": f"http://127.0.0.1:{port}/%E8%8C%B6"}
    with running(tmp_path, posts.root, below, port) as server:
        assert server.get("/茶/posts/tea/a.png").content == PNG
        assert (
            server.get("/posts/tea/a.png").content == PNG
        )  # behind a proxy that removes the path


def test_web_without_the_folder_serves_pages_and_no_files(
    tmp_path: Path, posts: PostFolder
) -> None:
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


def test_files_of_a_repository_are_served_only_while_its_tree_is_complete(
    tmp_path: Path,
) -> None:
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


def test_without_pages_no_files_are_served(tmp_path: Path, sqlite_url: str) -> None:
    for pages, status in (("true", "200 OK"), ("false", "404 NOT FOUND")):
        settings = {"SERVER__PAGES": pages, "WATCHER__QUIET": "0"}
        settings["CONTENT__SEEDS"] = str(tmp_path / "posts")
        made = Publisher(tmp_path, sqlite_url, **settings)
        made.posts.write("tea/index.md", "![](a.png)")
        made.posts.write_raw("tea/a.png", PNG)
        made.publish()
        assert ask(create_app(made.settings, made.store), "/posts/tea/a.png").status == status
        made.store.close()


def test_files_are_not_stored_in_memory(tmp_path: Path, sqlite_url: str) -> None:
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
