"""One slug twice: both posts are published, each under an id and a page of its own for good."""

import shutil
from datetime import timedelta

import pytest

from feedsvc.publishing.report import Report
from tests.support.builders import a_site
from tests.support.houses import LATER, NOW, House

MINUTES_LATER = NOW + timedelta(minutes=2)
DAYS_LATER = NOW + timedelta(days=9)
ID = "tag:example.org,2026:tea"
PAGE = "https://example.org/posts/tea/"


def ids(house: House) -> dict[str, str]:
    return {entry.title: entry.id for entry in house.entries()}


def pages(house: House) -> dict[str, str]:
    return {entry.title: entry.permalink for entry in house.entries()}


def warned(report: Report) -> list[tuple[str, str, bool]]:
    return [(problem.path, problem.code, problem.refuses) for problem in report.problems]


def write(house: House, path: str, title: str, **front: str) -> None:
    house.posts.write(path, title=title, **{"slug": "tea", "date": "2026-03-01"} | front)


@pytest.fixture
def both(house: House) -> dict[str, str]:
    write(house, "one/a.md", "A")
    write(house, "two/b.md", "B")
    report = house.publish()
    assert warned(report) == [("two/b.md", "twin", False)]
    return ids(house)


def test_both_are_published_with_a_page_each(house: House, both: dict[str, str]) -> None:
    assert both == {"A": ID, "B": f"{ID}//two/"}
    assert pages(house) == {"A": PAGE, "B": f"{PAGE}two/"}


def test_the_older_one_has_the_plain_id(house: House) -> None:
    write(house, "one/a.md", "A", date="2026-03-02")
    write(house, "two/b.md", "B")
    house.publish()
    assert ids(house) == {"A": f"{ID}//one/", "B": ID}


def test_in_one_folder_the_path_tells_them_apart(house: House) -> None:
    for name in "abc":
        write(house, f"one/{name}.md", name.upper())
    house.publish()
    assert ids(house) == {"A": ID, "B": f"{ID}//one/b.md", "C": f"{ID}//one/c.md"}
    assert pages(house)["B"] == f"{PAGE}one/b/"


def test_in_the_root_folder_the_path_tells_them_apart(house: House) -> None:
    write(house, "a.md", "A")
    write(house, "a.txt", "B")
    house.publish()
    assert ids(house) == {"A": ID, "B": f"{ID}//a.txt"}


def test_a_later_one_leaves_the_first_alone(house: House) -> None:
    write(house, "two/b.md", "B", date="2026-03-02")
    house.publish()
    write(house, "one/a.md", "A")
    house.publish()
    house.publish(MINUTES_LATER)
    assert ids(house) == {"B": ID, "A": f"{ID}//one/"}


@pytest.mark.parametrize("gone", [["one/a.md"], ["two/b.md"], ["one/a.md", "two/b.md"]])
def test_ids_stay_when_posts_were_away(
    house: House, both: dict[str, str], gone: list[str]
) -> None:
    write(house, "other.md", "Other", slug="other")
    for path in gone:
        (house.posts.root / path).unlink()
    house.publish()
    house.publish(LATER)
    house.publish(LATER, a_site(title="New"))
    assert all(ids(house)[t] == both[t] for t in both.keys() & ids(house).keys())
    for path in reversed(gone):
        write(house, path, path[-4].upper())
        house.publish(DAYS_LATER)
    assert both.items() <= ids(house).items()


def test_the_second_one_alone_keeps_its_id(house: House, both: dict[str, str]) -> None:
    (house.posts.root / "one/a.md").unlink()
    house.publish()
    house.publish(LATER)
    report = house.publish(LATER)
    assert report.problems == ()
    house.posts.write("two/b.md", "New text.", title="B", slug="tea", date="2026-03-01")
    assert house.publish(DAYS_LATER).problems == ()
    assert ids(house) == {"B": both["B"]}


@pytest.mark.parametrize("moved", [("one/a.md",), ("two/b.md",), ("one/a.md", "two/b.md")])
def test_ids_stay_when_posts_move(
    house: House, both: dict[str, str], moved: tuple[str, ...]
) -> None:
    (house.posts.root / "new").mkdir()
    for path in moved:
        shutil.move(house.posts.root / path, house.posts.root / "new" / path[-4:])
    for now in (NOW, LATER, MINUTES_LATER):
        house.publish(now)
        assert ids(house) == both


def test_an_edit_of_either_changes_no_id(house: House, both: dict[str, str]) -> None:
    for path in ("two/b.md", "one/a.md"):
        house.posts.write(path, "New.", title=path[-4].upper(), slug="tea", date="2026-03-01")
        report = house.publish()
        assert (report.added, report.withdrawn, ids(house)) == ((), (), both)


def test_a_full_read_changes_nothing(house: House, both: dict[str, str]) -> None:
    before = pages(house)
    report = house.publish(site=a_site(title="Other"))
    assert warned(report) == [("two/b.md", "twin", False)]
    assert (ids(house), pages(house)) == (both, before)


def test_a_slug_that_becomes_a_shared_one_keeps_the_id(house: House) -> None:
    write(house, "one/a.md", "A")
    write(house, "two/b.md", "B", slug="milk")
    house.publish()
    before = ids(house)
    write(house, "two/b.md", "B")
    house.publish()
    assert ids(house) == before


def test_a_translation_may_share_a_slug_with_another(house: House) -> None:
    write(house, "zh/a.md", "A")
    write(house, "two/zh/b.md", "B")
    house.publish()
    assert len(set(ids(house).values())) == len(set(pages(house).values())) == 2


def test_with_a_template_of_the_site_the_page_is_shared(house: House) -> None:
    write(house, "one/a.md", "A")
    write(house, "two/b.md", "B")
    report = house.publish(site=a_site(permalink="/p/:slug/"))
    assert {problem.code for problem in report.problems} == {"twin", "one-page"}
    assert len(set(ids(house).values())) == 2


def test_a_guid_twice_is_refused(house: House) -> None:
    write(house, "one/a.md", "A", guid="urn:x:1")
    write(house, "two/b.md", "B", guid="urn:x:1")
    assert warned(house.publish()) == [("two/b.md", "twin", True)]


def test_a_broken_owner_keeps_the_plain_id(house: House, both: dict[str, str]) -> None:
    house.posts.write("one/a.md", slug="tea", title="A", date="never")
    write(house, "three/c.md", "C", date="2026-02-01")
    house.publish()
    house.publish(MINUTES_LATER)
    assert both.items() <= ids(house).items()
    assert ids(house)["C"] == f"{ID}//three/"
