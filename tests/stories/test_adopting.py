"""A blog moves to feedsvc: a real feed reader sees no post twice, and an edit once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from reader import Reader, make_reader

from tests.support import generators
from tests.support.adopting import adopt, old_site
from tests.support.generators import BlogPost, write_posts
from tests.support.running import free_port, running, wait_until
from tests.support.writing import PostFolder


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


def test_posts_that_the_feed_no_longer_shows_keep_their_ids_too(
    tmp_path: Path, posts: PostFolder, reader: Reader
) -> None:
    port = free_port()
    blog = write_posts(posts, 12)
    site = f"http://127.0.0.1:{port}"
    with old_site(port, {"/index.xml": generators.hugo_rss(site, blog[6:])}):
        reader.add_feed(f"{site}/index.xml")
        assert poll(reader) == (6, 0)
    with old_site(port, {"/index.xml": generators.hugo_rss(site, blog[:6])}):
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
        with old_site(port, {"/index.xml": document}) as old:
            printed = adopt(server, tmp_path, "--yes", f"{old}/index.xml")
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
    with old_site(port, {"/index.xml": generators.hugo_rss(site, blog)}):
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
