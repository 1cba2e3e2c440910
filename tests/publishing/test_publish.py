"""From a folder to the store: what a publish does with each thing that befalls a file."""

import os
import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.rules import Rules
from feedsvc.core.site import Site
from feedsvc.errors import FolderError, StoreLocked
from feedsvc.publishing.check import check
from feedsvc.publishing.publish import publish
from feedsvc.publishing.read_folder import SECOND_LOOK_SECONDS
from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.writing import PostFolder

SITE = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")
NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=SECOND_LOOK_SECONDS)


class House:
    """A folder and a store, and the publish that joins them."""

    def __init__(self, posts: PostFolder, folder: Folder, store: Store) -> None:
        self.posts, self.folder, self.store = posts, folder, store

    def publish(self, now: datetime = NOW, site: Site = SITE, **more: Any) -> Report:
        return publish(self.folder, self.store, site, now, **more)

    def entries(self, path: str = "") -> list[Entry]:
        with self.store.snapshot() as snapshot:
            feed = snapshot.feed(path)
            return snapshot.newest(feed.number, 100) if feed else []

    def only_entry(self) -> Entry:
        (entry,) = self.entries()
        return entry

    def titles(self) -> set[str]:
        return {entry.title for entry in self.entries()}

    def digests(self) -> dict[str, tuple[str, datetime]]:
        with self.store.snapshot() as snapshot:
            return {f.topic.path: (f.digest, f.changed_at) for f in snapshot.feeds()}


@pytest.fixture
def house(posts: PostFolder, folder: Folder, store: Store) -> House:
    return House(posts, folder, store)


# What is new, changed, gone.


def test_a_post_is_published_with_all_its_feeds(house: House) -> None:
    house.posts.write("tea.md", title="Tea", tags="[Green, 茶]", categories="[Drinks]")
    report = house.publish()
    assert report.added == ("tea.md",)
    assert set(report.feeds) == {
        *("", "tags/Green", "tags/茶", "categories/Drinks", "authors/Li", "lang/en"),
    }
    assert house.only_entry().title == "Tea"


def test_an_unchanged_folder_is_not_read_and_nothing_moves(house: House) -> None:
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


def test_a_vanished_post_is_withdrawn_at_the_second_look_only(house: House) -> None:
    house.posts.write("other.md", draft="true")  # the folder is not empty
    path = house.posts.write(tags="[Green]")
    house.publish()
    path.unlink()
    first = house.publish()
    assert (first.withdrawn, first.unsettled) == ((), frozenset({"tea.md"}))
    too_soon = house.publish(NOW + timedelta(milliseconds=100))
    assert too_soon.withdrawn == ()
    second = house.publish(LATER)
    assert (second.withdrawn, second.unsettled) == (("tea.md",), frozenset())
    assert (house.entries(), house.entries("tags/Green")) == ([], [])


def test_a_post_that_comes_back_before_the_second_look_never_left(house: House) -> None:
    path = house.posts.write()
    house.publish()
    shutil.move(path, path.with_suffix(".away"))
    house.publish()
    shutil.move(path.with_suffix(".away"), path)
    house.publish(LATER)
    assert house.publish(LATER + timedelta(days=1)).withdrawn == ()
    assert len(house.entries()) == 1


def test_a_deleted_post_that_returns_has_its_old_id(house: House) -> None:
    house.posts.write("other.md", draft="true")  # the folder is not empty
    path = house.posts.write(title="Tea")
    house.publish()
    before = house.only_entry().id
    path.unlink()
    house.publish()
    house.publish(LATER)
    house.posts.write(title="Another title", date="2026-02-02")
    assert house.publish(LATER).added == ("tea.md",)
    assert house.only_entry().id == before


def test_a_look_at_one_path_reads_no_other(house: House) -> None:
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


# Who is who.


@pytest.mark.parametrize("key", [{}, {"urlname": "tea"}])
def test_a_renamed_file_keeps_its_id_and_does_not_flicker(
    house: House, key: dict[str, str]
) -> None:
    path = house.posts.write("old/tea.md", title="Tea", permalink="/tea/", **key)
    house.publish()
    before = house.only_entry()
    (house.posts.root / "new").mkdir()
    shutil.move(path, house.posts.root / "new" / "green.md")
    report = house.publish()
    assert (report.added, report.changed, report.withdrawn) == ((), (), ())
    assert house.only_entry() == before
    assert house.publish(LATER).withdrawn == ()


def test_two_files_that_swap_names_keep_their_ids(house: House) -> None:
    one = house.posts.write("1.md", title="One", urlname="one")
    two = house.posts.write("2.md", title="Two", urlname="two")
    house.publish()
    before = {entry.title: entry.id for entry in house.entries()}
    shutil.move(one, one.with_suffix(".x"))
    shutil.move(two, one)
    shutil.move(one.with_suffix(".x"), two)
    assert house.publish().feeds == ()
    assert {entry.title: entry.id for entry in house.entries()} == before


def test_a_change_of_generators_changes_no_id(house: House) -> None:
    """Each file moves into a bundle and gets the slug that its name was, in one checkout."""
    for name in ("tea", "milk"):
        house.posts.write(f"source/_posts/{name}.md", title=name)
    house.publish()
    before = {entry.title: entry.id for entry in house.entries()}
    for name in ("tea", "milk"):
        (house.folder.root / f"source/_posts/{name}.md").unlink()
        house.posts.write(f"content/{name}/index.md", title=name, slug=name)
    report = house.publish()
    assert (report.added, report.withdrawn) == ((), ())
    assert {entry.title: entry.id for entry in house.entries()} == before


def test_a_publish_tells_where_in_a_file_its_fault_is(house: House) -> None:
    house.posts.write("a.md", slug="tea")
    house.posts.write("c.md")
    house.publish()
    text = "---\ntitle: T\n{}\n---\nB\n"
    house.posts.write_raw("b.md", text.format("slug: tea\ndate: 2026-03-01").encode())
    future = "date: 2026-03-02\nupdated: 2999-01-01\naudio: none.mp3"
    house.posts.write_raw("c.md", text.format(future).encode())
    twin, *others = house.publish().problems
    assert (twin.code, twin.line, twin.column, twin.text) == ("twin", 3, 7, "tea")
    found = {problem.code: (problem.line, problem.column) for problem in others}
    assert found == {"first-date": (3, 7), "future-update": (4, 10), "no-file": (5, 8)}


def test_a_corrected_slug_keeps_the_id(house: House) -> None:
    house.posts.write(urlname="taa")
    house.publish()
    before = house.only_entry()
    house.posts.write(urlname="tea")
    house.publish()
    assert house.only_entry().id == before.id
    assert house.only_entry().permalink != before.permalink


def test_a_new_guid_is_a_new_entry(house: House) -> None:
    house.posts.write(guid="urn:x:1")
    house.publish()
    house.posts.write(guid="urn:x:2")
    report = house.publish()
    assert (len(report.added), len(report.withdrawn)) == (1, 1)
    assert house.only_entry().id == "urn:x:2"


def test_a_new_domain_and_permalink_template_change_no_id(house: House) -> None:
    house.posts.write()
    house.publish()
    before = house.only_entry().id
    moved = Site("T", "https://new.org", "Li", "UTC", "new.org,2030", rules=Rules("/:key.html"))
    house.publish(site=moved)
    assert house.only_entry().id == before
    assert house.only_entry().permalink == "https://new.org/tea.html"


def test_of_two_posts_with_one_key_the_published_one_stays(house: House) -> None:
    house.posts.write("b.md", title="First", urlname="tea")
    house.publish()
    house.posts.write("a.md", title="Second", urlname="tea")
    report = house.publish()
    (problem,) = report.problems
    assert (problem.path, "b.md" in problem.fault) == ("a.md", True)
    assert house.titles() == {"First"}


def test_a_twin_takes_its_place_when_the_other_is_gone(house: House) -> None:
    first = house.posts.write("a.md", title="A", urlname="tea")
    house.posts.write("b.md", title="B", urlname="tea")
    house.publish()
    assert house.titles() == {"A"}
    before = house.only_entry().id
    first.unlink()
    house.publish()
    report = house.publish(LATER)
    assert (report.withdrawn, report.problems) == ((), ())
    assert (house.only_entry().title, house.only_entry().id) == ("B", before)


def test_a_twin_that_gets_its_own_key_is_published(house: House) -> None:
    house.posts.write("a.md", urlname="tea")
    house.posts.write("b.md", urlname="tea")
    house.publish()
    house.posts.write("b.md", urlname="coffee")
    report = house.publish()
    assert (report.added, report.problems) == (("b.md",), ())


# Dates.


def test_a_post_is_held_until_the_day_it_names_for_that(house: House) -> None:
    house.posts.write(date="2026-05-01", publishDate="2026-06-01 17:00")
    report = house.publish()
    due = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
    assert (report.added, report.next_due, house.entries()) == ((), due, [])
    assert house.publish(due - timedelta(seconds=1)).added == ()
    assert house.publish(due, only=()).added == ("tea.md",)
    assert house.only_entry().published == datetime(2026, 4, 30, 16, 0, tzinfo=UTC)


def test_a_post_of_the_future_is_held_until_its_date(house: House) -> None:
    house.posts.write(date="2026-06-01 17:00:00")
    report = house.publish()
    due = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
    assert (report.added, report.next_due, house.entries()) == ((), due, [])
    assert house.publish(due - timedelta(seconds=1)).added == ()
    assert house.publish(due, only=()).added == ("tea.md",)


def test_a_published_post_that_moves_to_the_future_is_withdrawn(house: House) -> None:
    house.posts.write()
    house.publish()
    house.posts.write(date="2026-07-01")
    assert house.publish().withdrawn == ("tea.md",)


def test_published_never_moves_while_readers_have_it(house: House) -> None:
    house.posts.write(date="2026-03-01")
    house.publish()
    before = house.only_entry().published
    house.posts.write(date="2026-04-01", title="New")
    report = house.publish()
    assert (house.only_entry().published, house.only_entry().title) == (before, "New")
    assert [problem.refuses for problem in report.problems] == [False]


def test_a_draft_for_a_moment_frees_the_date(house: House) -> None:
    house.posts.write(date="2026-03-01")
    house.publish()
    before = house.only_entry()
    house.posts.write(draft="true")
    assert house.publish().withdrawn == ("tea.md",)
    house.posts.write(date="2026-04-01")
    house.publish()
    assert house.only_entry().id == before.id
    assert house.only_entry().published > before.published


def test_a_corrected_time_zone_corrects_the_dates(house: House) -> None:
    house.posts.write(date="2026-03-01 00:00:00")
    house.publish()
    house.publish(site=Site("Tea", "https://example.org", "Li", "UTC", "example.org,2026"))
    assert house.only_entry().published == datetime(2026, 3, 1, tzinfo=UTC)


def test_an_update_in_the_future_does_not_count_until_it_comes(house: House) -> None:
    house.posts.write(updated="2999-01-01")
    report = house.publish()
    assert house.only_entry().updated == house.only_entry().published
    assert report.next_due == datetime(2998, 12, 31, 16, 0, tzinfo=UTC)
    assert [problem.refuses for problem in report.problems] == [False]


# What is wrong with a file harms no other.

BROKEN = {
    "broken front matter": b"---\ntitle: [\n---\nx",
    "never closed": b"---\ntitle: x\n\ntext",
    "no date": b"---\ntitle: x\n---\n",
    "impossible date": b"---\ntitle: x\ndate: 2025-02-30\n---\n",
    "invalid UTF-8": b"---\ntitle: \xff\ndate: 2026-01-01\n---\n",
    "UTF-16": "---\ntitle: x\n---\n".encode("utf-16"),
    "empty": b"",
    "10 MB": b"---\ndate: 2026-01-01\n---\n" + b"x" * 10_000_000,
    "a python tag": b"---\ndate: !!python/name:os.system\n---\n",
    "deep HTML": b"---\ndate: 2026-01-01\n---\n" + b"<div>" * 10_000,
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_post_is_reported_and_the_rest_is_published(house: House, fault: str) -> None:
    house.posts.write_raw("bad.md", BROKEN[fault])
    house.posts.write("good.md", title="Good")
    report = house.publish()
    (problem,) = report.problems
    assert (problem.path, problem.refuses, report.refused) == ("bad.md", True, 1)
    assert problem.fault
    assert problem.cure
    assert house.titles() == {"Good"}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_post_that_breaks_keeps_its_last_good_version(house: House, fault: str) -> None:
    house.posts.write("bad.md", title="Was good", tags="[x]")
    house.publish()
    before = house.digests()
    house.posts.write_raw("bad.md", BROKEN[fault])
    report = house.publish()
    assert (report.withdrawn, report.feeds, report.refused) == ((), (), 1)
    assert house.digests() == before
    house.posts.write("bad.md", title="Mended", tags="[x]")
    assert (house.publish().changed, house.publish().problems) == (("bad.md",), ())


def test_a_post_that_loses_its_front_matter_keeps_its_last_good_version(house: House) -> None:
    house.posts.write(title="Good")
    house.publish()
    house.posts.write_raw("tea.md", b"only text")
    assert (house.publish().refused, house.titles()) == (1, {"Good"})


HIDDEN_ALL_THE_SAME: dict[str, str | bytes] = {
    "a flag, and another field is refused": "---\ndate: 2025-02-30\ndraft: true\n---\n",
    "an odd spelling, and another field": "---\ndate: 2025-02-30\nlay_out: page\n---\n",
    "a flag, and YAML is broken": "---\ntitle: [\ndraft: true\n---\nx",
    "a flag that breaks it": "---\ntitle: Tea\n draft: true\n---\nx",
    "a flag with the colon of another script": "---\ntitle: Tea\ndraft：true\n---\nx",
    "a flag that stands twice": "---\ndraft: false\ndraft: true\n---\nx",
    "a flag, and no closing mark": "---\ntitle: Tea\ndraft: true\n\ntext",
    "a flag, and an opening mark that is none": "-—\ntitle: Tea\ndraft: true\n---\ntext",
    "a flag, and TOML is broken": "+++\ntitle = [\nprivate = true # yet\n+++\n",
    "a flag, and JSON is broken": '{"title": "Tea", "published": false, "date": }\nx',
    "a status, and YAML is broken": "---\ntitle: a: b\nstatus: private\n---\n",
    "a password, and YAML is broken": "---\ntitle: a: b\npassword: x\n---\n",
    "a flag, and a byte that is no text": b"---\ntitle: \xff\ndraft: true\n---\n",
    "a flag, in another encoding": "---\ndraft: true\n---\n".encode("utf-16"),
    "an end, and another field is refused": "---\ndate: x\nexpiryDate: 2026-05-01\n---\n",
    "an end, and YAML is broken": "---\ntitle: [\nexpiryDate: 2026-05-01\n---\n",
    "a day to come, and another field": "---\ndate: 2026-08-01\ntags: {a: b}\n---\n",
    "a day to wait for, and another field": "---\ndate: x\npublishDate: 2026-08-01\n---\n",
    "an end, and a body that is refused": (
        "---\ndate: 2026-03-01\nexpiryDate: 2026-05-01\n---\n" + "<div>" * 10_000
    ),
}


@pytest.mark.parametrize("fault", HIDDEN_ALL_THE_SAME)
def test_a_post_that_breaks_and_is_hidden_at_once_is_withdrawn(
    house: House, fault: str
) -> None:
    house.posts.write("bad.md", title="Was good")
    house.publish()
    source = HIDDEN_ALL_THE_SAME[fault]
    house.posts.write_raw("bad.md", source if isinstance(source, bytes) else source.encode())
    assert (house.publish().withdrawn, house.entries()) == (("bad.md",), [])


def test_a_post_that_breaks_and_is_hidden_is_refused_until_it_is_mended(house: House) -> None:
    house.posts.write("bad.md", title="Was good")
    house.publish()
    before = house.only_entry().id
    house.posts.write_raw("bad.md", b"---\ntitle: [\ndraft: true\n---\n")
    report = house.publish()
    assert ([p.code for p in report.problems], report.refused) == (["front-matter"], 1)
    house.posts.write("bad.md", title="Mended")
    assert (house.publish().added, house.only_entry().id) == (("bad.md",), before)


def test_what_becomes_encrypted_and_breaks_at_once_is_withdrawn(house: House) -> None:
    teasers = replace(SITE, rules=Rules(encrypted="teaser"))
    house.posts.write(title="Was open")
    house.publish(site=teasers)
    house.posts.write(title="Locked", encrypted="yes", updated="no date")
    assert (house.publish(site=teasers).withdrawn, house.entries()) == (("tea.md",), [])


@pytest.mark.parametrize(
    "fault", ["tags: {a: b}", "title: [", "tags: [a]\n---\n" + "<div>" * 10_000]
)
def test_a_post_that_broke_is_withdrawn_when_it_expires(house: House, fault: str) -> None:
    house.posts.write(expiryDate="2026-06-02 00:00 Z")
    house.publish()
    front = f"---\ndate: 2026-03-01\nexpiryDate: 2026-06-02 00:00 Z\n{fault}\n---\n"
    house.posts.write_raw("tea.md", front.encode())
    broken = house.publish()
    end = datetime(2026, 6, 2, tzinfo=UTC)
    assert (broken.withdrawn, broken.refused, broken.next_due) == ((), 1, end)
    assert (house.publish(end).withdrawn, house.entries()) == (("tea.md",), [])


def test_a_broken_post_that_is_deleted_is_withdrawn(house: House) -> None:
    house.posts.write("other.md", draft="true")  # the folder is not empty
    path = house.posts.write()
    house.publish()
    path.write_bytes(b"---\n")
    house.publish()
    path.unlink()
    house.publish()
    report = house.publish(LATER)
    assert (report.withdrawn, report.problems, house.entries()) == (("tea.md",), (), [])


def test_a_problem_stands_in_every_report_until_it_is_mended(house: House) -> None:
    house.posts.write_raw("bad.md", b"---\n")
    house.publish()
    again = house.publish()
    assert (again.read, again.noticed, len(again.problems)) == (0, (), 1)


def test_a_file_that_is_being_written_waits_and_nothing_is_torn(
    posts: PostFolder, store: Store
) -> None:
    house = House(posts, Folder(posts.root, quiet=0.2), store)
    posts.write(title="Half")
    report = house.publish()
    assert (report.unsettled, report.added) == (frozenset({"tea.md"}), ())
    time.sleep(0.25)
    assert house.publish(only=report.unsettled).added == ("tea.md",)


def test_a_missing_folder_withdraws_nothing(house: House) -> None:
    house.posts.write()
    house.publish()
    shutil.move(house.posts.root, house.posts.root.with_name("away"))
    with pytest.raises(FolderError):
        house.publish()
    assert len(house.entries()) == 1


def test_no_two_publish_at_once(house: House) -> None:
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


def test_check_finds_what_publish_refuses_and_writes_nothing(house: House) -> None:
    for name, source in BROKEN.items():
        house.posts.write_raw(f"{name}.md", source)
    house.posts.write("a.md", urlname="tea")
    house.posts.write("b.md", urlname="tea")
    problems = check(house.folder, SITE)
    assert {p.path for p in problems} == {*(f"{name}.md" for name in BROKEN), "b.md"}
    with house.store.snapshot() as snapshot:
        assert snapshot.site() is None
    assert {p.path for p in house.publish().problems} == {p.path for p in problems}


# What reviewers found: each of these lost or stole something once.


def test_a_name_that_was_used_before_is_free_for_a_new_post(house: House) -> None:
    path = house.posts.write("untitled.md", title="First")
    house.publish()
    before = house.only_entry().id
    shutil.move(path, house.posts.root / "first.md")
    house.publish()
    house.posts.write("untitled.md", title="Second", date="2026-03-02")
    report = house.publish()
    assert (report.added, report.problems) == (("untitled.md",), ())
    assert {e.title: e.id for e in house.entries()}["First"] == before
    assert len({e.id for e in house.entries()}) == 2


def test_new_settings_reach_a_file_that_was_being_written_just_then(
    posts: PostFolder, store: Store
) -> None:
    house = House(posts, Folder(posts.root, quiet=0), store)
    posts.write(title="Tea")
    house.publish()
    posts.root.joinpath("tea.md").touch()  # its bytes stay
    moved = Site("Tea", "https://new.example", "Li", "Asia/Shanghai", "example.org,2026")
    busy = House(posts, Folder(posts.root, quiet=0.3), store)
    assert busy.publish(site=moved).unsettled == {"tea.md"}
    time.sleep(0.35)
    busy.publish(site=moved, only={"tea.md"})
    assert house.only_entry().permalink == "https://new.example/posts/tea/"


def test_new_settings_reach_a_file_that_was_missing_just_then(house: House) -> None:
    path = house.posts.write(title="Tea")
    house.publish()
    away = path.with_suffix(".away")
    shutil.move(path, away)
    moved = Site("Tea", "https://new.example", "Li", "Asia/Shanghai", "example.org,2026")
    house.publish(site=moved)
    shutil.move(away, path)
    house.publish(site=moved)
    assert house.only_entry().permalink == "https://new.example/posts/tea/"


def test_a_post_that_took_a_key_is_read_again_when_the_key_is_free(house: House) -> None:
    house.posts.write("a.md", title="A", urlname="x", date="2026-03-01")
    house.posts.write("b.md", title="B", urlname="y", date="2026-03-02")
    house.publish()
    house.posts.write("b.md", title="B2", urlname="x", date="2026-03-02")
    assert house.publish().refused == 1
    (house.posts.root / "a.md").unlink()
    house.publish()
    house.publish(LATER)
    assert house.titles() == {"B2"}
    assert house.publish(LATER).refused == 0


def test_a_copy_takes_over_from_a_deleted_original_without_a_gap(house: House) -> None:
    path = house.posts.write("a.md", title="Tea", urlname="tea")
    house.publish()
    shutil.copy(path, house.posts.root / "b.md")
    house.publish()
    path.unlink()
    for now in (NOW, LATER):
        house.publish(now)
        assert house.titles() == {"Tea"}
    assert house.publish(LATER).problems == ()


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


def test_a_post_on_which_our_own_code_fails_harms_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(path: str, source: bytes, site: Site) -> object:
        if path == "bad.md":
            raise RuntimeError("a bug of ours")
        return parse_post(path, source, site)

    monkeypatch.setattr("feedsvc.publishing.read_file.parse_post", failing)
    house.posts.write("bad.md", title="Bad")
    house.posts.write("good.md", title="Good")
    report = house.publish()
    assert house.titles() == {"Good"}
    assert "a bug of ours" in report.problems[0].fault


# What dates, enclosures and feeds of a post do to it.


def test_a_post_is_withdrawn_when_it_expires(house: House) -> None:
    house.posts.write(expiryDate="2026-06-02 00:00:00 Z")
    report = house.publish()
    assert report.next_due == datetime(2026, 6, 2, tzinfo=UTC)
    assert house.publish(datetime(2026, 6, 2, tzinfo=UTC)).withdrawn == ("tea.md",)
    assert house.entries() == []


def test_a_post_that_has_expired_is_never_published(house: House) -> None:
    house.posts.write(expiryDate="2026-05-01")
    assert (house.publish().added, house.entries()) == ((), [])


def test_of_an_expiry_and_an_update_to_come_the_first_is_due(house: House) -> None:
    house.posts.write(expiryDate="2026-07-02 00:00 Z", updated="2026-06-20 00:00 Z")
    assert house.publish().next_due == datetime(2026, 6, 20, tzinfo=UTC)
    assert house.publish(datetime(2026, 6, 20, tzinfo=UTC)).next_due == datetime(
        2026, 7, 2, tzinfo=UTC
    )


@pytest.mark.parametrize("place", ["tea/a.mp3", "a.mp3"])
def test_the_length_of_an_enclosure_in_the_folder_is_measured(house: House, place: str) -> None:
    house.posts.write_raw(place, b"12345")
    house.posts.write(audio="a.mp3")
    assert house.publish().problems == ()
    (enclosure,) = house.only_entry().enclosures
    assert (enclosure.href, enclosure.length) == ("https://example.org/posts/tea/a.mp3", 5)


def test_a_length_that_is_written_is_not_measured(house: House) -> None:
    house.posts.write_raw("a.mp3", b"12345")
    house.posts.write(enclosure="{url: a.mp3, length: 7}", audio="b.mp3")
    house.publish()
    assert [enclosure.length for enclosure in house.only_entry().enclosures] == [7]


def test_an_enclosure_that_is_nowhere_is_published_with_a_warning(house: House) -> None:
    house.posts.write(enclosures="[gone.mp3, 'https://cdn.example/a.mp3']")
    (problem,) = house.publish().problems
    assert (problem.code, problem.refuses, "gone.mp3" in problem.fault) == (
        *("no-file", False),
        True,
    )
    assert [enclosure.length for enclosure in house.only_entry().enclosures] == [None, None]


def test_an_enclosure_that_comes_later_is_measured(house: House) -> None:
    house.posts.write(audio="a.mp3")
    house.publish()
    revision = house.publish().revision
    house.posts.write_raw("tea/a.mp3", b"12345")
    report = house.publish()
    assert (report.changed, report.problems, report.revision) == (("tea.md",), (), revision + 1)
    assert [enclosure.length for enclosure in house.only_entry().enclosures] == [5]


def test_an_enclosure_that_is_replaced_is_measured_anew(house: House) -> None:
    house.posts.write_raw("tea/a.mp3", b"12345")
    house.posts.write(audio="a.mp3")
    revision = house.publish().revision
    house.posts.write_raw("tea/a.mp3", b"1234567")
    report = house.publish()
    assert (report.changed, report.read, report.revision) == (("tea.md",), 1, revision + 1)
    assert [enclosure.length for enclosure in house.only_entry().enclosures] == [7]
    assert house.publish().read == 0


def test_a_look_at_an_enclosure_is_one_at_its_post(house: House) -> None:
    house.posts.write_raw("tea/a.mp3", b"12345")
    house.posts.write(audio="a.mp3")
    house.posts.write("other.md", audio="b.mp3")
    house.publish()
    house.posts.write_raw("tea/a.mp3", b"1234567")
    report = house.publish(only={"tea/a.mp3"})
    assert (report.changed, report.read) == (("tea.md",), 1)


def test_an_enclosure_that_goes_is_missed(house: House) -> None:
    file = house.posts.write_raw("a.mp3", b"12345")
    house.posts.write(audio="a.mp3")
    house.publish()
    file.unlink()
    assert [problem.code for problem in house.publish(only={"a.mp3"}).problems] == ["no-file"]


def test_an_enclosure_that_is_being_written_keeps_its_length_till_then(
    posts: PostFolder, store: Store
) -> None:
    house = House(posts, Folder(posts.root, quiet=0.5), store)
    posts.write_raw("a.mp3", b"12345")
    posts.write(audio="a.mp3")
    time.sleep(0.6)
    house.publish()
    posts.write_raw("a.mp3", b"1234567")
    assert house.publish().changed == ()
    time.sleep(0.6)
    assert house.publish().changed == ("tea.md",)


def test_a_length_that_is_written_stays_whatever_the_file_has(house: House) -> None:
    house.posts.write_raw("a.mp3", b"12345")
    house.posts.write(enclosure="{url: a.mp3, length: 7}")
    house.publish()
    house.posts.write_raw("a.mp3", b"123456789")
    assert house.publish().read == 0


PICTURES_THAT_ARE_NOT_THERE = [
    ("![A pot](gone.png)", "gone.png", (6, 10)),
    ("Tea.\n\n<img alt=x src='img/gone.png'>", "img/gone.png", (8, 17)),
    ("<img src=data:, data-src=gone.png>", "gone.png", (6, 26)),
    ("![](茶/壶.png)", "茶/壶.png", (6, 5)),
    ("![](a%20pot.png)", "a pot.png", (1, 0)),
]


@pytest.mark.parametrize(("body", "picture", "place"), PICTURES_THAT_ARE_NOT_THERE)
def test_a_picture_that_is_not_beside_its_post_is_named(
    house: House, body: str, picture: str, place: tuple[int, int]
) -> None:
    house.posts.write("tea.md", body)
    (problem,) = house.publish().problems
    assert (problem.code, problem.refuses, problem.text) == ("no-picture", False, picture)
    assert (problem.line, problem.column) == place
    house.posts.write_raw(picture, b"")
    house.posts.write("tea.md", body + " ")
    assert house.publish().problems == ()


@pytest.mark.parametrize(
    "body",
    [
        "![](/img/gone.png)",
        "![](https://cdn.example/gone.png)",
        "![](../../img/gone.png)",
        "![](data:image/png;base64,AAAA)",
        "![]({static}/gone.png)",
        "![](//[gone.png)",
        "`![](gone.png)`",
        "<!-- <img src=gone.png> -->",
        "<img src=?gone.png> ![](#gone.png)",
        "[gone.png](gone.png)",
    ],
)
def test_no_picture_is_missed_that_lies_elsewhere(house: House, body: str) -> None:
    house.posts.write("tea.md", body)
    assert house.publish().problems == ()


@pytest.mark.parametrize("place", ["tea/pot.png", "pot.png"])
def test_a_picture_lies_beside_its_post_or_in_the_folder_of_its_name(
    house: House, place: str
) -> None:
    house.posts.write_raw(place, b"")
    house.posts.write("tea.md", "![A pot](pot.png)")
    assert house.publish().problems == ()


def test_a_post_in_no_feed_keeps_its_page(house: House) -> None:
    house.posts.write("a.md", title="A", feed="false", tags="[Green]")
    house.posts.write("b.md", title="B")
    house.publish()
    assert house.titles() == {"B"}
    with house.store.snapshot() as snapshot:
        assert snapshot.entry_at("https://example.org/posts/a/")


def test_a_post_is_in_the_feeds_that_it_names_alone(house: House) -> None:
    house.posts.write(tags="[C#, Tea]", categories="[Drinks]", feeds="[tags/C#, categories]")
    house.publish()
    found = {path for path in house.digests() if house.entries(path)}
    assert found == {"tags/C~23", "categories/Drinks"}


def test_of_two_posts_of_one_page_the_second_is_named(house: House) -> None:
    house.posts.write("a.md", permalink="/tea/")
    house.publish()
    house.posts.write("b.md", permalink="/tea/")
    (problem,) = house.publish().noticed
    assert (problem.path, problem.code, problem.refuses) == ("b.md", "one-page", False)
    assert "a.md" in problem.fault


def test_a_post_may_take_the_page_of_one_that_gives_it_up(house: House) -> None:
    house.posts.write("a.md", permalink="/tea/")
    house.publish()
    house.posts.write("a.md", permalink="/old-tea/")
    house.posts.write("b.md", permalink="/tea/")
    assert house.publish().problems == ()


def test_a_post_that_is_edited_shares_its_page_with_nobody(house: House) -> None:
    house.posts.write("a.md", title="One")
    house.publish()
    house.posts.write("a.md", title="Two")
    assert house.publish().problems == ()


def test_a_post_that_is_renamed_shares_its_page_with_nobody(house: House) -> None:
    path = house.posts.write("a.md", title="One", permalink="/tea/")
    house.publish()
    path.rename(path.with_name("b.md"))
    assert house.publish().problems == ()


def test_a_rule_of_reading_moves_those_feeds_alone_whose_entries_it_changes(
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
