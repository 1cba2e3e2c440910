"""From a folder to the store: what a publish does when files change."""

import gc
import os
import shutil
import time
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feedsvc.core.posts.parse import parse_post
from feedsvc.core.rules import Rules
from feedsvc.core.site import Site
from feedsvc.errors import FolderError, StoreLocked
from feedsvc.publishing.reading.findings import Finding
from feedsvc.source.folder import Folder
from feedsvc.store.publication import Changes, Publication
from feedsvc.store.store import Store
from tests.support.houses import LATER, NOW, SITE, House
from tests.support.stores import prepare_store
from tests.support.writing import PostFolder


def test_a_post_is_published_with_all_its_feeds(house: House) -> None:
    house.posts.write("tea.md", title="Tea", tags="[Green, 茶]", categories="[Drinks]")
    report = house.publish()
    assert report.added == ("tea.md",)
    assert set(report.feeds) == {
        *("", "tags/Green", "tags/茶", "categories/Drinks", "authors/Li", "lang/en"),
    }
    assert house.only_entry().title == "Tea"


def test_while_new_posts_are_written_their_findings_are_not_in_memory(
    posts: PostFolder, folder: Folder, sqlite_url: str
) -> None:
    class WatchedStore(Store):
        """Counts what is known of files when a publish writes."""

        findings = -1

        def publish(self, publication: Publication, now: datetime) -> Changes:
            self.findings = sum(isinstance(each, Finding) for each in gc.get_objects())
            return super().publish(publication, now)

    posts.write()
    prepare_store(sqlite_url)
    with closing(WatchedStore(sqlite_url)) as store:
        house = House(posts, folder, store)
        house.publish()
        assert store.findings == 0
        posts.write(title="New")
        house.publish()
        assert store.findings == 0


def test_an_unchanged_folder_is_not_read_and_no_feed_changes(house: House) -> None:
    house.posts.write()
    house.publish()
    before = house.digests()
    report = house.publish(NOW + timedelta(days=1))
    assert (report.read, report.added, report.changed, report.feeds) == (0, (), (), ())
    assert (report.revision, house.digests()) == (1, before)


def test_an_edit_is_published_under_the_same_id(house: House) -> None:
    house.posts.write(title="Old")
    house.publish()
    before = house.only_entry()
    house.posts.write(title="New")
    assert house.publish().changed == ("tea.md",)
    assert (house.only_entry().id, house.only_entry().title) == (before.id, "New")


def test_a_touched_file_changes_nothing(house: House) -> None:
    path = house.posts.write()
    house.publish()
    os.utime(path)
    report = house.publish()
    assert (report.read, report.changed, report.feeds) == (1, (), ())
    assert house.publish().read == 0


def test_new_bytes_of_the_same_size_and_mtime_are_noticed(house: House) -> None:
    path = house.posts.write(title="aaa")
    house.publish()
    status = path.stat()
    house.posts.write(title="bbb")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size
    assert house.publish().changed == ("tea.md",)


def test_a_missing_post_is_withdrawn_at_the_second_look_only(house: House) -> None:
    house.posts.write("other.md")  # the folder is not empty
    path = house.posts.write(tags="[Green]")
    house.publish()
    path.unlink()
    first = house.publish()
    assert (first.withdrawn, first.unsettled) == ((), frozenset({"tea.md"}))
    too_soon = house.publish(NOW + timedelta(milliseconds=100))
    assert too_soon.withdrawn == ()
    second = house.publish(LATER)
    assert (second.withdrawn, second.unsettled) == (("tea.md",), frozenset())
    assert (house.titles(), house.entries("tags/Green")) == ({"other.md"}, [])


def test_a_post_that_is_back_before_the_second_look_stays_published(house: House) -> None:
    path = house.posts.write()
    house.publish()
    shutil.move(path, path.with_suffix(".away"))
    house.publish()
    shutil.move(path.with_suffix(".away"), path)
    house.publish(LATER)
    assert house.publish(LATER + timedelta(days=1)).withdrawn == ()
    assert len(house.entries()) == 1


def test_a_deleted_post_that_returns_has_its_old_id(house: House) -> None:
    house.posts.write("other.md")  # the folder is not empty
    path = house.posts.write(title="Tea")
    house.publish()
    before = {entry.id for entry in house.entries()}
    path.unlink()
    house.publish()
    house.publish(LATER)
    house.posts.write(title="Another title", date="2026-02-02")
    assert house.publish(LATER).added == ("tea.md",)
    assert {entry.id for entry in house.entries()} == before


def test_a_scan_of_one_path_reads_no_other(house: House) -> None:
    house.posts.write("a.md")
    house.posts.write("b.md")
    house.publish()
    house.posts.write("a.md", title="A2")
    house.posts.write("b.md", title="B2")
    report = house.publish(only={"a.md"})
    assert (report.read, report.changed) == (1, ("a.md",))
    assert house.titles() == {"A2", "b.md"}


def test_the_files_order_does_not_matter(house: House, tmp_path: Path) -> None:
    for number in range(5):
        house.posts.write(f"{number}.md", date="2026-03-01", tags="[x]")
    house.publish()
    other = PostFolder(tmp_path / "other")
    for number in reversed(range(5)):
        other.write(f"{number}.md", date="2026-03-01", tags="[x]")
    second = Store(f"sqlite:///{tmp_path}/second.sqlite3")
    twin = House(other, Folder(other.root, 0), second)
    for only in ({"3.md"}, {"1.md", "4.md"}, None):
        twin.publish(NOW + timedelta(days=1), only=only)
    digests = {path: digest for path, (digest, _) in house.digests().items()}
    assert {path: digest for path, (digest, _) in twin.digests().items()} == digests
    second.close()


def test_a_file_is_not_read_while_it_is_being_written(posts: PostFolder, store: Store) -> None:
    house = House(posts, Folder(posts.root, quiet=1), store)
    house.publish()
    posts.write(title="Half")
    report = house.publish()
    assert (report.unsettled, report.added) == (frozenset({"tea.md"}), ())
    time.sleep(1.05)
    assert house.publish(only=report.unsettled).added == ("tea.md",)


def test_the_first_publish_waits_for_files_that_are_being_written(
    posts: PostFolder, store: Store
) -> None:
    house = House(posts, Folder(posts.root, quiet=1), store)
    posts.write(title="Tea")
    looks: list[tuple[int, int]] = []
    report = house.publish(progress=lambda done, total: looks.append((done, total)))
    assert (report.unsettled, report.added) == (frozenset(), ("tea.md",))
    assert len(looks) > 2  # a watcher that waits can be stopped


def test_the_first_publish_waits_once_for_a_file_that_is_always_being_written(
    posts: PostFolder, store: Store
) -> None:
    house = House(posts, Folder(posts.root, quiet=0.2), store)
    posts.write("done.md", title="Done")
    log = posts.write("log.md", title="Log")
    report = house.publish(progress=lambda *_: log.touch())
    assert (report.unsettled, report.added) == (frozenset({"log.md"}), ("done.md",))


def test_a_missing_folder_withdraws_nothing(house: House) -> None:
    house.posts.write()
    house.publish()
    shutil.move(house.posts.root, house.posts.root.with_name("away"))
    with pytest.raises(FolderError):
        house.publish()
    assert len(house.entries()) == 1


def test_two_processes_do_not_publish_at_once(house: House) -> None:
    with house.store.lock(), pytest.raises(StoreLocked):
        house.publish()


def test_a_rebuilt_store_has_the_same_ids_and_digests(house: House, tmp_path: Path) -> None:
    for number in range(4):
        house.posts.write(f"{number}.md", tags=f"[t{number % 2}]", guid=f"urn:n:{number}")
    house.publish()
    fresh = Store(f"sqlite:///{tmp_path}/fresh.sqlite3")
    House(house.posts, house.folder, fresh).publish()
    with fresh.snapshot() as snapshot:
        rebuilt = {feed.topic.path: feed.digest for feed in snapshot.feeds()}
    assert rebuilt == {path: digest for path, (digest, _) in house.digests().items()}
    fresh.close()


def test_new_settings_reach_a_file_that_was_being_written_at_the_time(
    posts: PostFolder, store: Store
) -> None:
    house = House(posts, Folder(posts.root, quiet=0), store)
    posts.write(title="Tea")
    house.publish()
    posts.root.joinpath("tea.md").touch()  # its bytes stay
    moved = Site("Tea", "https://new.example", "Li", "Asia/Shanghai", "example.org,2026")
    busy = House(posts, Folder(posts.root, quiet=1), store)
    assert busy.publish(site=moved).unsettled == {"tea.md"}
    time.sleep(1.05)
    busy.publish(site=moved, only={"tea.md"})
    assert house.only_entry().permalink == "https://new.example/posts/tea/"


def test_new_settings_reach_a_file_that_was_missing_at_the_time(house: House) -> None:
    path = house.posts.write(title="Tea")
    house.publish()
    away = path.with_suffix(".away")
    shutil.move(path, away)
    moved = Site("Tea", "https://new.example", "Li", "Asia/Shanghai", "example.org,2026")
    house.publish(site=moved)
    shutil.move(away, path)
    house.publish(site=moved)
    assert house.only_entry().permalink == "https://new.example/posts/tea/"


def test_a_thousand_nested_folders_are_walked(house: House) -> None:
    deep = house.posts.root
    for _ in range(1100):
        deep /= "d"
        deep.mkdir()
    house.posts.write("tea.md", title="Tea")
    try:
        assert house.publish().added == ("tea.md",)
    finally:
        while deep != house.posts.root:  # pytest's own clean-up would recurse too deeply
            deep.rmdir()
            deep = deep.parent


def test_a_post_on_which_feedsvc_fails_harms_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(path: str, source: bytes, site: Site) -> object:
        if path == "bad.md":
            raise RuntimeError("a bug of ours")
        return parse_post(path, source, site)

    monkeypatch.setattr("feedsvc.core.posts.parse.parse_post", failing)
    house.posts.write("bad.md", title="Bad")
    house.posts.write("good.md", title="Good")
    report = house.publish()
    assert house.titles() == {"Good"}
    assert "a bug of ours" in report.problems[0].fault


def test_a_post_in_no_feed_keeps_its_page(house: House) -> None:
    house.posts.write("a.md", title="A", feed="false", tags="[Green]")
    house.posts.write("b.md", title="B")
    house.publish()
    assert house.titles() == {"B"}
    with house.store.snapshot() as snapshot:
        assert snapshot.entry_at("https://example.org/posts/a/")


def test_a_post_is_only_in_the_feeds_that_it_names(house: House) -> None:
    house.posts.write(tags="[C#, Tea]", categories="[Drinks]", feeds="[tags/C#, categories]")
    house.publish()
    holding = {path for path in house.digests() if house.entries(path)}
    assert holding == {"tags/C~23", "categories/Drinks"}


def test_a_new_rule_changes_only_feeds_whose_entries_it_changes(
    house: House,
) -> None:
    house.posts.write("a.md", title="A", tags="green tea", author="Ann")
    house.posts.write("b.md", title="B", tags="[Black]", author="Bo")
    house.publish()
    before = house.digests()
    spaced = replace(SITE, rules=Rules(tag_separators=", "))
    report = house.publish(LATER, site=spaced)
    assert report.changed == ("a.md",)
    after = house.digests()
    assert after["tags/Black"] == before["tags/Black"]
    assert after["authors/Ann"] != before["authors/Ann"]
