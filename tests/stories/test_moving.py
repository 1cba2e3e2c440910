"""A site moves to feedsvc, or changes its addresses: its readers see nothing new."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import pytest
from reader import Reader, make_reader

from tests.support.adopting import adopt
from tests.support.running import Server, free_port, running, wait_until
from tests.support.writing import PostFolder

NAMES: Final = ("first-pick", "second-flush", "autumnal", "roasting", "green-tea")
MOVED: Final = 500


@dataclass(frozen=True)
class Old:
    """A site as another generator has made it: one post a day, from 1 March on."""

    preset: str
    address: str  # of the feed
    tag_address: str  # of the feed of the tag `Green Tea`, or of `Tea`
    file: Callable[[str, int], str]  # the path of a post by its name and day
    entry_id: Callable[[str, str, int], str]  # by the URL of the site, name and day
    feed: Callable[[str, list[tuple[str, str, str]]], str]  # by the URL and id, link, title


def atom(url: str, entries: list[tuple[str, str, str]]) -> str:
    """As hexo-generator-feed and jekyll-feed write it."""
    shown = "".join(
        f"<entry><title>{title}</title><link href='{link}'/><id>{entry_id}</id>"
        f"<published>2026-03-0{day}T01:30:00.000Z</published>"
        f"<updated>2026-03-0{day}T01:30:00.000Z</updated>"
        f"<content type='html'>&lt;p&gt;About {title}.&lt;/p&gt;</content></entry>"
        for day, (entry_id, link, title) in enumerate(entries, 1)
    )
    return (
        f"<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom'>"
        f"<title>Tea notes</title><link href='{url}/atom.xml' rel='self'/><id>{url}/</id>"
        f"<updated>2026-03-09T00:00:00.000Z</updated>{shown}</feed>"
    )


def rss(url: str, entries: list[tuple[str, str, str]], mark: str = "") -> str:
    """As Hugo and WordPress write it; WordPress marks its ids as no permalinks."""
    shown = "".join(
        f"<item><title>{title}</title><link>{link}</link>"
        f"<pubDate>Sun, 0{day} Mar 2026 01:30:00 +0000</pubDate>"
        f"<guid{mark}>{entry_id}</guid><description>About {title}.</description></item>"
        for day, (entry_id, link, title) in enumerate(entries, 1)
    )
    return (
        f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>"
        f"<title>Tea notes</title><link>{url}/</link><description>Tea</description>"
        f"{shown}</channel></rss>"
    )


OLD: Final = [
    Old(
        "hexo",
        "/atom.xml",
        "/tags/Green-Tea/atom.xml",
        lambda name, day: f"_posts/{name}.md",
        lambda url, name, day: f"{url}/2026/03/0{day}/{name}/",
        atom,
    ),
    Old(
        "jekyll",
        "/feed.xml",
        "/feed/by_tag/Tea.xml",
        lambda name, day: f"_posts/2026-03-0{day}-{name}.md",
        lambda url, name, day: f"{url}/2026/03/0{day}/{name}",
        atom,
    ),
    Old(
        "hugo",
        "/posts/index.xml",
        "/tags/green-tea/index.xml",
        lambda name, day: f"posts/{name}.md",
        lambda url, name, day: f"{url}/posts/{name}/",
        rss,
    ),
    Old(
        "wordpress",
        "/feed/rss2/",
        "/tag/green-tea/feed/",
        lambda name, day: f"{name}.md",
        lambda url, name, day: f"{url}/?p={day}",
        partial(rss, mark=" isPermaLink='false'"),
    ),
]


class House:
    """A folder of posts, the address of a site, and a reader that polls it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.posts = PostFolder(folder / "posts")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.store_url = f"sqlite:///{folder}/var/feedsvc.sqlite3"
        self.reader: Reader = make_reader(":memory:", feed_root=None)

    def write(self, path: str, name: str, day: int, body: str = "") -> None:
        date = f"2026-03-0{day} 09:30:00"
        text = body or f"About {name}."
        self.posts.write(path, text, title=name, date=date, tags='["Tea", "Green Tea"]')

    @contextmanager
    def serving(self, **settings: str) -> Iterator[Server]:
        named = {f"FEEDSVC_{name}": value for name, value in settings.items()}
        with running(self.folder, self.posts.root, named, self.port) as server:
            yield server

    def poll(self) -> tuple[int, int]:
        """Poll every feed; how many entries are new, and how many are changed."""
        results = list(self.reader.update_feeds_iter(scheduled=False))
        failed = [result.value for result in results if isinstance(result.value, Exception)]
        assert failed == []
        counts = [result.updated_feed for result in results]
        return (
            sum(each.new for each in counts if each),
            sum(each.modified for each in counts if each),
        )

    def ids(self) -> set[tuple[str, str]]:
        return {entry.resource_id for entry in self.reader.get_entries()}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    with closing(made.reader):
        yield made


@contextmanager
def old_site(port: int, documents: dict[str, str]) -> Iterator[None]:
    """A web server that has these documents."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = documents[self.path].encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("old", OLD, ids=lambda old: old.preset)
def test_a_site_that_moves_in_shows_nothing_new_at_its_old_addresses(
    house: House, old: Old
) -> None:
    entries = []
    for day, name in enumerate(NAMES, 1):
        house.write(old.file(name, day), name, day)
        entry_id = old.entry_id(house.url, name, day)
        entries.append((entry_id, f"{entry_id}#", name))
    document = old.feed(house.url, entries)
    addresses = [old.address, old.tag_address]
    with old_site(house.port, dict.fromkeys(addresses, document)):
        for address in addresses:
            house.reader.add_feed(house.url + address)
        assert house.poll() == (len(NAMES) * len(addresses), 0)
    known = house.ids()
    saved = house.folder / "old.xml"
    saved.write_text(document, "utf-8")
    with house.serving(
        REDIRECTS__FROM=f'["{old.preset}"]', CONTENT__CATEGORIES="flat"
    ) as server:
        adopt(server, house.folder, "--yes", str(saved))
        wait_until(lambda: entries[0][0] in server.get("/rss.xml").text, "the adopted ids")
        assert house.poll()[0] == 0
        assert house.ids() == known
        assert house.poll() == (0, 0)
        before = server.get("/atom.xml").content
        house.write(old.file("roasting", 4), "roasting", 4, "Another text about it.")
        wait_until(lambda: server.get("/atom.xml").content != before, "the edit is published")
        assert house.poll() == (0, len(addresses))
        assert house.ids() == known


def a_small_house(house: House, address: str = "/atom.xml") -> None:
    for day, name in enumerate(NAMES, 1):
        house.write(f"{name}.md", name, day)
    house.reader.add_feed(house.url + address)


@pytest.mark.parametrize(
    ("change", "address"),
    [
        ({"CONTENT__PERMALINK": "/:year/:month/:slug/"}, "/atom.xml"),
        ({"CONTENT__PERMALINK": "/:year/:month/:slug/"}, "/rss.xml"),
        ({"SITE__URL": "http://tea.example"}, "/feed.json"),
        ({"SITE__URL": "http://tea.example"}, "/rss.xml"),
        ({"SITE__URL": "https://127.0.0.1"}, "/atom.xml"),
        ({"SITE__URL": "https://tea.example/blog"}, "/rss.xml"),
    ],
)
def test_a_site_that_changes_its_addresses_shows_nothing_new(
    house: House, address: str, change: dict[str, str]
) -> None:
    a_small_house(house, address)
    with house.serving() as server:
        assert house.poll() == (len(NAMES), 0)
        before = server.get("/atom.xml").content
    known = house.ids()
    with house.serving(**change) as server:
        wait_until(lambda: server.get("/atom.xml").content != before, "the change is published")
        assert house.poll()[0] == 0
        assert house.ids() == known
        assert house.poll() == (0, 0)
        before = server.get("/atom.xml").content
        house.write("roasting.md", "roasting", 4, "Another text about it.")
        wait_until(lambda: server.get("/atom.xml").content != before, "the edit is published")
        assert house.poll() == (0, 1)
        assert house.ids() == known


def test_five_hundred_posts_in_another_folder_are_the_same(house: House) -> None:
    for n in range(MOVED):
        house.posts.write(f"old/{n}.md", f"Text {n}.", title=f"Post {n}")
    house.reader.add_feed(f"{house.url}/atom.xml")
    with house.serving(FEEDS__ENTRIES="500", FEEDS__MAX_BYTES="9000000") as server:
        assert house.poll() == (MOVED, 0)
        known = house.ids()
        before = server.get("/atom.xml").content
        (house.posts.root / "old").rename(house.posts.root / "new")
        wait_until(lambda: b"/posts/new/" in server.get("/atom.xml").content, "moved", 20)
        wait_until(lambda: b"/posts/old/" not in server.get("/atom.xml").content, "moved", 20)
        assert server.get("/atom.xml").content != before
        assert house.poll()[0] == 0
        assert house.ids() == known
        house.posts.write("new/7.md", "Another text.", title="Post 7")
        wait_until(lambda: b"Another text" in server.get("/atom.xml").content, "edited")
        assert house.poll() == (0, 1)
        assert house.ids() == known
