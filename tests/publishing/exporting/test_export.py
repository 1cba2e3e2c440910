"""Export writes the right bytes, atomically, and only if they have changed."""

import json
import resource
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import lxml.etree
import pytest

from feedsvc.core.site import Site
from feedsvc.publishing.exporting import export as exporting
from feedsvc.publishing.exporting.export import Exported, ExportPlan, export
from feedsvc.publishing.exporting.manifest import MANIFEST
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.pipeline import documents_of
from tests.support.writing import PostFolder

SITE = Site("Tea", "https://example.org/blog", "Li", "Asia/Shanghai", "example.org,2026")
NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
TAGS = ["C#", "Café", "a/b", "x y", "100%", "..", "?", "../../../../evil", "/etc/passwd", "茶"]


class House:
    """A folder, a store, and the folder that its feeds are exported to."""

    def __init__(self, posts: PostFolder, folder: Folder, store: Store, target: Path) -> None:
        self.posts, self.folder, self.store, self.target = posts, folder, store, target

    def publish(self) -> None:
        publish(self.folder, self.store, SITE, NOW)

    def export(self, aliases: Mapping[str, str] | None = None) -> tuple[int, int]:
        exported = export(self.store, self.target, ExportPlan(aliases or {}))
        return exported.written, exported.files

    def files(self) -> dict[str, Path]:
        """Every file below the target, hidden ones too, without the manifest."""
        manifest = self.target / MANIFEST
        files = (f for f in self.target.rglob("*") if f.is_file() and f != manifest)
        return {path.relative_to(self.target).as_posix(): path for path in files}

    def documents(self) -> dict[str, bytes]:
        return {name: path.read_bytes() for name, path in self.files().items()}

    def written_at(self) -> dict[str, tuple[int, int]]:
        """The time of the last write of each file, and its inode."""
        status = {name: path.stat() for name, path in self.files().items()}
        return {name: (each.st_mtime_ns, each.st_ino) for name, each in status.items()}


@pytest.fixture
def house(posts: PostFolder, folder: Folder, store: Store, tmp_path: Path) -> House:
    """A house with two posts, published but not exported."""
    house = House(posts, folder, store, tmp_path / "public")
    posts.write("green.md", title="Green", tags="[Green]")
    posts.write("black.md", title="Black", tags="[Black]", categories="[Drinks, Tea]")
    house.publish()
    return house


@contextmanager
def no_room_for(size: int) -> Iterator[None]:
    """Limit files of this process to `size` bytes, which is like a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# Which files, and what is in them.


def test_every_document_of_the_store_is_a_file_with_its_bytes(house: House) -> None:
    house.export()
    assert house.documents() == documents_of(house.store)


def test_the_numbers_count_the_files(house: House) -> None:
    assert house.export({"/feed.xml": "atom"}) == (len(house.files()), len(house.files()))


def test_the_main_feed_is_also_written_under_its_aliases(house: House) -> None:
    house.export({"/feed.xml": "atom", "/old/index.xml": "rss", "/feed": "json"})
    documents = house.documents()
    aliases = documents["feed.xml"], documents["old/index.xml"], documents["feed"]
    assert aliases == (documents["atom.xml"], documents["rss.xml"], documents["feed.json"])


def test_an_alias_that_is_a_folder_is_not_written(house: House) -> None:
    house.export({"/feed/": "rss"})
    assert house.documents().keys() == documents_of(house.store).keys()


def test_every_self_link_leads_to_its_own_file(house: House) -> None:
    house.posts.write("all.md", tags=json.dumps(TAGS), categories='[["a/b", ".."]]')
    house.publish()
    house.export()
    links = {}
    for name, document in house.documents().items():
        if name.endswith("feed.json"):
            links[name] = json.loads(document)["feed_url"]
        elif name != "opml.xml":
            links_of = lxml.etree.fromstring(document).xpath(
                "//*[local-name()='link'][@rel='self']"
            )
            links[name] = links_of[0].get("href")
    assert len(links) > 3 * len(TAGS)
    assert links == {name: f"{SITE.url}/{quote(name, safe='/~')}" for name in links}


def test_no_name_of_a_tag_leads_out_of_the_folder(house: House, tmp_path: Path) -> None:
    before = {path for path in tmp_path.rglob("*") if "var" not in path.parts}
    house.posts.write("all.md", tags=json.dumps(TAGS), author='"../../evil"')
    house.publish()
    house.export()
    after = {path for path in tmp_path.rglob("*") if "var" not in path.parts}
    outside = {path for path in after - before if not path.is_relative_to(house.target)}
    assert outside == {house.posts.root / "all.md"}


def test_before_the_first_scan_there_is_nothing_to_write(store: Store, tmp_path: Path) -> None:
    assert export(store, tmp_path / "public", ExportPlan()) == Exported()
    assert not (tmp_path / "public").exists()


def test_a_file_can_be_read_by_a_web_server_of_another_user(house: House) -> None:
    house.export()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in house.files().values()}
    assert modes == {0o644}


def test_progress_is_reported_up_to_the_last_feed(house: House) -> None:
    reported: list[tuple[int, int]] = []
    export(
        house.store,
        house.target,
        ExportPlan(),
        lambda done, total: reported.append((done, total)),
    )
    with house.store.snapshot() as snapshot:
        total = len(list(snapshot.feeds()))
    assert reported == [(done, total) for done in range(1, total + 1)]


# Which files are rewritten, and how.


def test_a_feed_of_summaries_is_written_as_one_and_the_others_are_not(house: House) -> None:
    summaries = replace(SITE, contents=(("tags/Green", "summary"),))
    publish(house.folder, house.store, summaries, NOW)
    house.export()
    documents = house.documents()
    assert documents == documents_of(house.store)
    shaped = {name for name, text in documents.items() if b'summary type="html"' in text}
    assert shaped == {"tags/Green/atom.xml"}


def test_a_second_export_rewrites_nothing(house: House) -> None:
    house.export({"/feed.xml": "atom"})
    before = house.written_at()
    assert house.export({"/feed.xml": "atom"}) == (0, len(before))
    assert house.written_at() == before


def test_only_feeds_with_an_edited_post_are_rewritten(house: House) -> None:
    house.export()
    before = house.written_at()
    house.posts.write("green.md", title="Greener", tags="[Green]")
    house.publish()
    house.export()
    after = house.written_at()
    moved = {name.rpartition("/")[0] for name in after if after[name] != before[name]}
    assert moved == {"", "tags/Green", "authors/Li", "lang/en"}


def test_a_damaged_file_is_rewritten(house: House) -> None:
    house.export()
    (house.target / "tags" / "Green" / "rss.xml").write_bytes(b"<rss>")
    assert house.export()[0] == 1
    assert house.documents() == documents_of(house.store)


def test_a_reader_of_the_old_file_reads_it_whole(house: House) -> None:
    house.export()
    with (house.target / "atom.xml").open("rb") as reader:
        before = reader.read(100)
        house.posts.write("green.md", title="Greener")
        house.publish()
        house.export()
        before += reader.read()
    assert before.rstrip().endswith(b"</feed>")
    assert b"Greener" not in before


def test_no_temporary_file_stays(house: House) -> None:
    house.export()
    house.posts.write("green.md", title="Greener")
    house.publish()
    house.export()
    assert not [name for name in house.files() if "/." in f"/{name}"]


def test_when_the_disk_is_full_the_old_file_stays_whole(house: House) -> None:
    house.export()
    before = house.documents()
    house.posts.write("green.md", title="Greener")
    house.publish()
    with no_room_for(200), pytest.raises(OSError, match="too large"):
        house.export()
    assert house.documents() == before  # which has no temporary file either


def test_after_a_full_disk_the_next_export_writes_what_is_missing(house: House) -> None:
    with no_room_for(200), pytest.raises(OSError, match="too large"):
        house.export()
    house.export()
    assert house.documents() == documents_of(house.store)


def test_a_link_in_place_of_a_file_is_replaced_and_not_written_through(
    house: House, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.xml"
    outside.write_bytes(b"mine")
    house.target.mkdir()
    (house.target / "atom.xml").symlink_to(outside)
    house.export()
    assert outside.read_bytes() == b"mine"
    assert (house.target / "atom.xml").read_bytes() == documents_of(house.store)["atom.xml"]


def test_a_folder_in_place_of_a_file_stays_and_the_rest_is_written(house: House) -> None:
    (house.target / "atom.xml").mkdir(parents=True)
    done = export(house.store, house.target, ExportPlan())
    assert [each.address for each in done.unwritable] == ["atom.xml"]
    assert (house.target / "atom.xml").is_dir()
    assert (house.target / "feed.json").is_file()


def test_files_name_outside_hubs_and_not_ours_which_no_file_can_be(house: House) -> None:
    hubs = ("https://example.org/blog/hub", "https://hub.example/")
    publish(house.folder, house.store, replace(SITE, hubs=hubs), NOW)
    house.export()
    hubs = json.loads(house.documents()["feed.json"])["hubs"]
    assert [hub["url"] for hub in hubs] == ["https://hub.example/"]


# One export, several processes, one revision.


@pytest.fixture
def many_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers render even one feed."""
    monkeypatch.setattr(exporting, "_FEWEST_TO_SHARE", 1)


@pytest.mark.usefixtures("many_are_one")
@pytest.mark.parametrize("workers", [0, 1, 2])
def test_as_many_processes_render_as_the_caller_says(
    house: House, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    asked: list[int] = []

    def shared(work: Any, pieces: Any, processes: int) -> Iterator[Any]:
        asked.append(processes)
        yield from work([*pieces])

    monkeypatch.setattr(exporting, "shared", shared)
    house.posts.write("tea.md")
    house.publish()
    export(house.store, house.target, ExportPlan(workers=workers))
    assert asked == [workers]


@pytest.mark.usefixtures("many_are_one")
def test_several_processes_write_the_same_files(house: House) -> None:
    for number in range(30):
        house.posts.write(f"{number}.md", title=f"Tea {number}", tags=f"[Tag {number}]")
    house.publish()
    exported = export(house.store, house.target, ExportPlan(workers=2))
    assert house.documents() == documents_of(house.store)
    assert (exported.written, exported.files) == (len(house.files()), len(house.files()))


@pytest.mark.usefixtures("many_are_one")
@pytest.mark.parametrize("workers", [0, 2])
def test_all_files_are_of_one_revision_while_somebody_publishes(
    posts: PostFolder, folder: Folder, either_store: Store, tmp_path: Path, workers: int
) -> None:
    house = House(posts, folder, either_store, tmp_path / "public")
    for number in range(30):
        posts.write(f"{number}.md", title=f"Tea {number}", tags=f"[Tag {number}]")
    house.publish()
    before = documents_of(house.store)

    def publish_after_the_first_feed(done: int, _: int) -> None:
        if done == 1:
            for number in range(30):
                posts.write(f"{number}.md", title=f"Coffee {number}", tags=f"[Tag {number}]")
            house.publish()

    export(house.store, house.target, ExportPlan(workers=workers), publish_after_the_first_feed)
    assert house.documents() == before
    house.export()
    assert house.documents() == documents_of(house.store) != before
