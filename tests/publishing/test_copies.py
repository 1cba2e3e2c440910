"""A copy waits until it is a post of its own; if its original goes, it is the same post."""

import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder
from tests.support.houses import House

LONG = "Green tea is brewed twice. " * 10
MINUTE = timedelta(seconds=60)
FRONTS = [{"title": "Tea"}, {"title": "Tea", "slug": "tea"}]


def now() -> datetime:
    return datetime.now(UTC)


def ids(house: House) -> list[str]:
    return sorted(entry.id for entry in house.entries())


def codes(report: Report) -> list[str]:
    return [problem.code for problem in report.problems]


@pytest.fixture
def tea(house: House) -> Path:
    path = house.posts.write("a.md", LONG, title="Tea")
    house.publish(now())
    return path


def copied(path: Path, name: str = "b.md") -> Path:
    return Path(shutil.copy(path, path.with_name(name)))


def test_a_copy_waits_for_a_minute_and_is_a_post_of_its_own(house: House, tea: Path) -> None:
    before = ids(house)
    copied(tea)
    report = house.publish(now())
    assert (ids(house), codes(report), report.refused) == (before, ["copy"], 0)
    assert report.next_due is not None
    assert timedelta(seconds=50) < report.next_due - now() <= MINUTE
    report = house.publish(report.next_due)
    assert (len(ids(house)), report.added, report.problems) == (2, ("b.md",), ())
    assert len({entry.permalink for entry in house.entries()}) == 2


def test_of_two_new_files_that_look_the_same_one_waits(house: House, tea: Path) -> None:
    new = house.posts.write("new.md", LONG * 2, title="New")
    copied(new, "moved.md")
    report = house.publish(now())
    assert (len(report.added), codes(report)) == (1, ["copy"])
    before = ids(house)
    (house.posts.root / report.added[0]).unlink()
    for seconds in (1, 3, 300):
        report = house.publish(now() + timedelta(seconds=seconds))
        assert ids(house) == before
    assert report.problems == ()


@pytest.mark.parametrize("front", FRONTS, ids=["path", "slug"])
def test_a_copy_takes_over_when_its_original_is_deleted(
    house: House, front: dict[str, str]
) -> None:
    path = house.posts.write("a.md", LONG, **front)
    house.publish(now())
    before = ids(house)
    copied(path)
    house.publish(now())
    path.unlink()
    start = now()
    for seconds in (0, 2, 4):
        report = house.publish(start + timedelta(seconds=seconds), only={"a.md"})
        assert (report.added, report.withdrawn, ids(house)) == ((), (), before)
    report = house.publish(start + timedelta(hours=1))
    assert (report.added, report.problems, ids(house)) == ((), (), before)


def test_a_change_of_the_original_prolongs_the_wait(house: House, tea: Path) -> None:
    copied(tea)
    due = house.publish(now()).next_due
    assert due
    time.sleep(0.05)
    tea.touch()
    report = house.publish(due)
    assert codes(report) == ["copy"]
    assert report.next_due
    assert report.next_due > due
    assert house.publish(report.next_due).added == ("b.md",)


def test_an_edited_copy_is_a_post_of_its_own_at_once(house: House, tea: Path) -> None:
    copied(tea)
    house.publish(now())
    house.posts.write("b.md", "Milk.", title="Milk")
    report = house.publish(now())
    assert (report.added, report.problems) == (("b.md",), ())


def test_a_clock_that_is_put_back_strands_no_copy(house: House, tea: Path) -> None:
    copied(tea)
    house.publish(now())
    back = now() - timedelta(days=30)
    assert codes(house.publish(back)) == ["copy"]
    assert house.publish(back + MINUTE).added == ("b.md",)


def test_a_clock_that_is_put_forward_strands_no_copy(house: House, tea: Path) -> None:
    copied(tea)
    house.publish(now())
    assert house.publish(now() + timedelta(days=30)).added == ("b.md",)


def test_two_equal_posts_are_both_in_a_first_publish(house: House) -> None:
    path = house.posts.write("a.md", LONG, title="Tea")
    copied(path)
    report = house.publish(now())
    assert (report.added, report.problems) == (("a.md", "b.md"), ())


def test_a_copy_in_a_git_tree_does_not_wait(house: House, tea: Path) -> None:
    house.folder = Folder(house.folder.root, 0, stands=True)
    copied(tea)
    report = house.publish(now())
    assert (report.added, report.problems) == (("b.md",), ())


def test_a_short_copy_waits_too(house: House) -> None:
    path = house.posts.write("a.md", "", title="Tea")
    house.publish(now())
    copied(path)
    assert codes(house.publish(now())) == ["copy"]


def test_a_post_with_an_equal_text_is_no_copy(house: House, tea: Path) -> None:
    house.posts.write("b.md", LONG, title="Milk")
    assert house.publish(now()).added == ("b.md",)


def test_a_copy_with_a_guid_of_its_own_does_not_wait(house: House, tea: Path) -> None:
    house.posts.write("b.md", LONG, title="Tea", guid="urn:x:1")
    assert house.publish(now()).added == ("b.md",)


def test_a_copy_beside_a_hidden_original_does_not_wait(house: House, tea: Path) -> None:
    copied(tea)
    house.publish(now())
    house.posts.write("a.md", LONG, title="Tea", draft="true")
    report = house.publish(now())
    house.publish(now(), only=report.unsettled)
    assert len(ids(house)) == 1
    assert house.only_entry().permalink.endswith("/b/")


def test_of_two_copies_one_takes_over_and_the_other_waits(house: House, tea: Path) -> None:
    before = ids(house)
    copied(tea)
    copied(tea, "c.md")
    house.publish(now())
    tea.unlink()
    start = now()
    for seconds in (0, 2):
        house.publish(start + timedelta(seconds=seconds))
        assert ids(house) == before
    report = house.publish(start + timedelta(hours=1))
    assert len(ids(house)) == 2
    assert report.problems == ()
