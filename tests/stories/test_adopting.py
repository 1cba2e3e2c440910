"""A blog moves to feedsvc: a real feed reader sees no post twice, and an edit once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from reader import Reader, make_reader

from tests.support import generators
from tests.support.adopting import adopt
from tests.support.generators import BlogPost, Write, write_post, write_posts
from tests.support.running import free_port, running, wait_until
from tests.support.writing import PostFolder

_DATED: Final = "/:year/:month/:day/:slug/"


class Old(NamedTuple):
    """A generator: its feed, where that is, the permalinks, and our feed in the same format."""

    write: Write
    path: str
    permalink: str
    ours: str


OLD: Final = {
    "hexo atom": Old(generators.hexo_atom, "/atom.xml", _DATED, "/atom.xml"),
    "hexo rss": Old(generators.hexo_rss, "/rss2.xml", _DATED, "/rss2.xml"),
    "jekyll": Old(
        generators.jekyll_atom, "/feed.xml", "/:year/:month/:day/:slug.html", "/feed.xml"
    ),
    "hugo": Old(generators.hugo_rss, "/index.xml", "/posts/:slug/", "/index.xml"),
    "wordpress rss": Old(generators.wordpress_rss, "/feed/", _DATED, "/feed/"),
    "wordpress atom": Old(generators.wordpress_atom, "/feed/atom/", _DATED, "/atom.xml"),
}


@contextmanager
def old_server(port: int, path: str, document: str) -> Iterator[str]:
    """A static server that has one document; its URL."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = document.encode() if self.path == path else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", port), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = make_reader(":memory:")
    yield made
    made.close()


def ids(reader: Reader) -> set[str]:
    return {entry.id for entry in reader.get_entries()}


def poll(reader: Reader) -> tuple[int, int]:
    """Poll the only feed: how many entries are new, and how many have changed."""
    (feed,) = reader.get_feeds()
    result = reader.update_feed(feed)
    return (result.new, result.modified) if result else (0, 0)


@pytest.mark.parametrize("name", OLD)
def test_no_subscriber_sees_a_post_twice_and_an_edit_is_one_update(
    name: str, tmp_path: Path, posts: PostFolder, reader: Reader
) -> None:
    old, port = OLD[name], free_port()
    blog = write_posts(posts, 12)
    site = f"http://127.0.0.1:{port}"
    with old_server(port, old.path, old.write(site, blog)) as site:
        reader.add_feed(site + old.path)
        assert poll(reader) == (12, 0)
    known = ids(reader)
    saved = tmp_path / "old.xml"
    saved.write_text(old.write(site, blog), "utf-8")
    settings = {"FEEDSVC_CONTENT__PERMALINK": old.permalink}
    with running(tmp_path, posts.root, settings, port) as server:
        printed = adopt(server, tmp_path, "--yes", str(saved))
        assert len(printed["matched"]) == 12  # type: ignore[arg-type]  # a list
        wait_until(lambda: known_id(old, blog, known) in server.get(old.ours).text, "adopted")
        if old.ours != old.path:
            reader.change_feed_url(site + old.path, site + old.ours)
        assert poll(reader)[0] == 0
        assert ids(reader) == known
        assert poll(reader) == (0, 0)
        write_post(posts, blog[3], "Brewed once more.", "2026-11-20 10:00:00")
        wait_until(lambda: "once more" in server.get(old.ours).text, "the edit")
        assert poll(reader) == (0, 1)
        assert ids(reader) == known


def known_id(old: Old, blog: list[BlogPost], known: set[str]) -> str:
    """An id of the old feed, as it is in a document."""
    return min(known).replace("&", "&#x26;")


def test_posts_that_the_feed_no_longer_shows_keep_their_ids_too(
    tmp_path: Path, posts: PostFolder, reader: Reader
) -> None:
    port = free_port()
    blog = write_posts(posts, 12)
    site = f"http://127.0.0.1:{port}"
    with old_server(port, "/index.xml", generators.hugo_rss(site, blog[6:])):
        reader.add_feed(f"{site}/index.xml")
        assert poll(reader) == (6, 0)
    with old_server(port, "/index.xml", generators.hugo_rss(site, blog[:6])):
        assert poll(reader) == (6, 0)
    known = ids(reader)
    saved = tmp_path / "old.xml"
    saved.write_text(generators.hugo_rss(site, blog[:6]), "utf-8")
    with running(tmp_path, posts.root, {}, port) as server:
        printed = adopt(server, tmp_path, "--yes", str(saved))
        assert printed["rules"] == ["id = permalink"]
        wait_until(lambda: f">{min(known)}<" in server.get("/index.xml").text, "adopted")
        assert poll(reader)[0] == 0
        assert ids(reader) == known


def test_a_feed_is_adopted_from_its_address(tmp_path: Path, posts: PostFolder) -> None:
    blog = write_posts(posts, 3)
    port = free_port()
    with running(tmp_path, posts.root) as server:
        document = generators.hugo_rss(server.url, blog)
        with old_server(port, "/index.xml", document) as old_site:
            printed = adopt(server, tmp_path, "--yes", f"{old_site}/index.xml")
        assert printed["written"] is True
        wait_until(
            lambda: f">{server.url}/posts/tea-1/</guid>" in server.get("/rss.xml").text, "rss"
        )


def test_an_adoption_is_undone_to_the_byte(tmp_path: Path, posts: PostFolder) -> None:
    blog = write_posts(posts, 3)
    saved = tmp_path / "old.xml"
    with running(tmp_path, posts.root) as server:
        before = {path: server.get(path).content for path in ("/atom.xml", "/rss.xml")}
        saved.write_text(generators.hugo_rss(server.url, blog), "utf-8")
        adopt(server, tmp_path, "--yes", str(saved))
        wait_until(lambda: server.get("/atom.xml").content != before["/atom.xml"], "adopted")
        assert adopt(server, tmp_path, "--undo") == {"undone": 3}
        wait_until(lambda: server.get("/atom.xml").content == before["/atom.xml"], "undone")
        assert {path: server.get(path).content for path in before} == before


def test_new_permalinks_another_domain_and_another_folder_are_no_news(
    tmp_path: Path, posts: PostFolder, reader: Reader
) -> None:
    port = free_port()
    blog = [BlogPost(number) for number in range(500, 0, -1)]
    for post in blog:
        posts.write(
            f"{post.slug}.md",
            title=f'"{post.title}"',
            date=f"{post.published + timedelta(hours=5):%Y-%m-%d %H:%M:%S}",
        )
    site = f"http://127.0.0.1:{port}"
    with old_server(port, "/index.xml", generators.hugo_rss(site, blog)):
        reader.add_feed(f"{site}/index.xml")
        assert poll(reader) == (500, 0)
    known = ids(reader)
    saved = tmp_path / "old.xml"
    saved.write_text(generators.hugo_rss(site, blog), "utf-8")
    settings = {"FEEDSVC_FEEDS__ENTRIES": "500", "FEEDSVC_FEEDS__MAX_BYTES": "10000000"}
    with running(tmp_path, posts.root, settings, port) as server:
        adopt(server, tmp_path, "--yes", str(saved))
        wait_until(lambda: f">{min(known)}<" in server.get("/index.xml").text, "adopted")
        assert poll(reader)[0] == 0
    settings["FEEDSVC_SITE__URL"] = "https://new.example"
    settings["FEEDSVC_CONTENT__PERMALINK"] = "/:year/:name/"
    with running(tmp_path, posts.root, settings, port) as server:
        wait_until(lambda: "https://new.example/2020/" in server.get("/rss.xml").text, "moved")
        assert poll(reader)[0] == 0
        (posts.root / "blog").mkdir()
        for post in blog:
            (posts.root / f"{post.slug}.md").rename(posts.root / "blog" / f"{post.slug}.md")
        posts.write("new.md", title="New")
        wait_until(lambda: "<title>New</title>" in server.get("/rss.xml").text, "the new post")
        assert poll(reader)[0] == 1
        assert known < ids(reader)
