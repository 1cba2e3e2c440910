"""A site moves to feedsvc, or changes its addresses: its readers see nothing new."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from reader import Reader, make_reader

from tests.support import generators
from tests.support.adopting import adopt, old_site
from tests.support.generators import Write, write_post, write_posts
from tests.support.running import Server, free_port, running, wait_until
from tests.support.writing import PostFolder

NAMES: Final = ("first-pick", "second-flush", "autumnal", "roasting", "green-tea")
MOVED: Final = 500


class Old(NamedTuple):
    """A feed of another generator: at the address of the site, and at that of a tag."""

    preset: str
    write: Write
    address: str
    tag_address: str  # of `Green Tea`, or of `Tea`
    permalink: str


_DATED: Final = "/:year/:month/:day/:slug/"
_UGLY: Final = "/:year/:month/:day/:slug.html"
OLD: Final = {
    "hexo atom": Old(
        *("hexo", generators.hexo_atom, "/atom.xml", "/tags/Green-Tea/atom.xml", _DATED)
    ),
    "hexo rss": Old(
        *("hexo", generators.hexo_rss, "/rss2.xml", "/tags/Green-Tea/rss2.xml", _DATED)
    ),
    "jekyll atom": Old(
        *("jekyll", generators.jekyll_atom, "/feed.xml", "/feed/by_tag/Tea.xml", _UGLY)
    ),
    "jekyll rss": Old(
        *("jekyll", generators.jekyll_rss, "/rss.xml", "/tags/green-tea/rss.xml", _UGLY)
    ),
    "hugo rss": Old(
        *("hugo", generators.hugo_rss, "/index.xml", "/tags/green-tea/index.xml"),
        "/posts/:slug/",
    ),
    "hugo atom": Old(
        *("hugo", generators.hugo_atom, "/atom.xml", "/tags/green-tea/atom.xml"),
        "/posts/:slug/",
    ),
    "wordpress rss": Old(
        *("wordpress", generators.wordpress_rss, "/feed/rss2/", "/tag/green-tea/feed/"),
        _DATED,
    ),
    "wordpress atom": Old(
        *("wordpress", generators.wordpress_atom, "/feed/atom/", "/?feed=atom&tag=green-tea"),
        _DATED,
    ),
}


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


@pytest.mark.parametrize("name", OLD)
def test_a_site_that_moves_in_shows_nothing_new_at_its_old_addresses(
    house: House, name: str
) -> None:
    old, tags = OLD[name], '["Tea", "Green Tea"]'
    blog = write_posts(house.posts, 12, tags=tags)
    document = old.write(house.url, blog)
    addresses = [old.address, old.tag_address]
    with old_site(house.port, dict.fromkeys(addresses, document)):
        for address in addresses:
            house.reader.add_feed(house.url + address)
        assert house.poll() == (12 * len(addresses), 0)
    known = house.ids()
    saved = house.folder / "old.xml"
    saved.write_text(document, "utf-8")
    settings = {"REDIRECTS__FROM": f'["{old.preset}"]', "CONTENT__PERMALINK": old.permalink}
    with house.serving(**settings) as server:
        printed = adopt(server, house.folder, "--yes", str(saved))
        assert len(printed["matched"]) == 12  # type: ignore[arg-type]  # a list
        first_id = min(entry_id for _, entry_id in known)
        wait_until(lambda: first_id in server.get("/rss.xml").text, "the adopted ids")
        assert house.poll()[0] == 0
        assert house.ids() == known
        assert house.poll() == (0, 0)
        write_post(house.posts, blog[3], "Brewed once more.", tags=tags)
        wait_until(lambda: "once more" in server.get("/atom.xml").text, "the edit")
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
