"""A post that was withdrawn comes back as the same entry, however long it was away."""

from datetime import timedelta
from pathlib import Path

import pytest

from feedsvc.core.ledger.ledger import LedgerEntry
from feedsvc.publishing.report import Report
from tests.support.builders import a_site
from tests.support.houses import LATER, NOW, House

DAYS_LATER = NOW + timedelta(days=9)
LONG = "Green tea is brewed twice. " * 10
SHORT = "Green tea."


def withdraw(house: House, *paths: Path) -> None:
    for path in paths:
        path.unlink()
    house.publish()
    assert len(house.publish(LATER).withdrawn) == len(paths)


def remembered(house: House, entry_id: str) -> LedgerEntry:
    with house.store.snapshot() as snapshot:
        return snapshot.remembered([entry_id])[entry_id]


def codes(report: Report) -> list[str]:
    return [problem.code for problem in report.problems]


@pytest.mark.parametrize("front", [{}, {"slug": "tea"}, {"title": "Tea"}])
def test_a_post_that_moves_after_days_is_the_same_entry(
    house: House, front: dict[str, str]
) -> None:
    path = house.posts.write("a.md", LONG, **{"title": "Tea"} | front)
    house.posts.write("other.md")
    house.publish()
    before = {entry.title: entry.id for entry in house.entries()}
    withdraw(house, path)
    moved = {"title": "Tea"} | front | ({"slug": "green"} if "slug" in front else {})
    house.posts.write("new/b.md", f"\n{LONG}\n", **moved)
    report = house.publish(DAYS_LATER)
    assert codes(report) == []
    assert {entry.title: entry.id for entry in house.entries()} == before


@pytest.mark.parametrize(
    ("front", "body"),
    [
        ({"title": "Milk"}, LONG),
        ({"date": "2026-03-02"}, LONG),
        ({}, LONG + "More."),
        ({"guid": "urn:x:1"}, LONG),
    ],
    ids=["title", "date", "text", "guid"],
)
def test_another_post_is_a_new_entry(house: House, front: dict[str, str], body: str) -> None:
    path = house.posts.write("a.md", LONG, **{"title": "Tea", "date": "2026-03-01"})
    house.posts.write("other.md")
    house.publish()
    before = {entry.id for entry in house.entries()}
    withdraw(house, path)
    house.posts.write("b.md", body, **{"title": "Tea", "date": "2026-03-01"} | front)
    report = house.publish(DAYS_LATER)
    assert (report.added, codes(report)) == (("b.md",), [])
    assert len(before | {entry.id for entry in house.entries()}) == 3


@pytest.mark.parametrize(
    ("length", "is_same"), [(199, False), (200, True), (201, True)], ids=str
)
def test_a_short_text_says_too_little(house: House, length: int, is_same: bool) -> None:
    body = "é" * length
    path = house.posts.write("a.md", body, title="Tea")
    house.posts.write("other.md")
    house.publish()
    before = {entry.id for entry in house.entries()}
    withdraw(house, path)
    house.posts.write("b.md", body, title="Tea")
    report = house.publish(DAYS_LATER)
    assert ({entry.id for entry in house.entries()} == before) is is_same
    assert codes(report) == ([] if is_same else ["lookalike"])


def test_a_long_address_is_no_long_text(house: House) -> None:
    body = f"![tea](https://example.org/{'x' * 300}.png)"
    path = house.posts.write("a.md", body, title="Tea")
    house.posts.write("other.md")
    house.publish()
    withdraw(house, path)
    house.posts.write("b.md", body, title="Tea")
    assert codes(house.publish(DAYS_LATER)) == ["lookalike"]


def test_of_several_withdrawn_posts_none_comes_back(house: House) -> None:
    paths = [house.posts.write(f"{name}.md", LONG, title="Tea") for name in "ab"]
    house.posts.write("other.md")
    house.publish()
    before = {entry.id for entry in house.entries()}
    withdraw(house, *paths)
    house.posts.write("c.md", LONG, title="Tea")
    report = house.publish(DAYS_LATER)
    (problem,) = report.problems
    assert (problem.path, problem.code, problem.refuses) == ("c.md", "lookalike", False)
    assert len(before | {entry.id for entry in house.entries()}) == 4


def test_a_withdrawn_post_comes_back_once(house: House) -> None:
    path = house.posts.write("a.md", LONG, title="Tea")
    house.posts.write("other.md")
    house.publish()
    before = {entry.id for entry in house.entries()}
    withdraw(house, path)
    house.posts.write("b.md", LONG, title="Tea")
    house.publish(DAYS_LATER)
    assert {entry.id for entry in house.entries()} == before
    assert codes(house.publish(DAYS_LATER)) == []


def test_a_hidden_post_is_not_the_new_post_beside_it(house: House) -> None:
    house.posts.write("a.md", LONG, title="Tea")
    house.publish()
    before = house.only_entry().id
    house.posts.write("a.md", LONG, title="Tea", draft="true")
    house.publish()
    house.posts.write("b.md", LONG, title="Tea")
    house.publish(DAYS_LATER)
    assert house.only_entry().id != before


def test_a_hidden_post_that_moves_comes_back(house: House) -> None:
    path = house.posts.write("a.md", LONG, title="Tea")
    house.posts.write("other.md")
    house.publish()
    before = {entry.id for entry in house.entries()}
    house.posts.write("a.md", LONG, title="Tea", draft="true")
    house.publish()
    path.unlink()
    house.publish(LATER)
    house.posts.write("b.md", LONG, title="Tea")
    house.publish(DAYS_LATER)
    assert {entry.id for entry in house.entries()} == before


@pytest.mark.parametrize("name", ["a.md", "b.md"])
def test_the_first_date_comes_back(house: House, name: str) -> None:
    path = house.posts.write("a.md", LONG, title="Tea", date="2026-03-01")
    house.posts.write("other.md")
    house.publish()
    house.posts.write("a.md", LONG, title="Tea", date="2026-04-01")
    house.publish()
    before = {(entry.id, entry.published) for entry in house.entries()}
    withdraw(house, path)
    house.posts.write(name, LONG, title="Tea", date="2026-04-01")
    report = house.publish(DAYS_LATER)
    assert {(entry.id, entry.published) for entry in house.entries()} == before
    assert codes(report) == ["first-date"]


def test_a_redated_post_that_moves_keeps_id_and_first_date(house: House) -> None:
    path = house.posts.write("a.md", title="Tea", date="2026-03-01")
    house.publish()
    house.posts.write("a.md", title="Tea", date="2026-04-01")
    house.publish()
    before = house.only_entry()
    path.rename(path.with_name("b.md"))
    house.publish()
    house.publish(LATER)
    after = house.only_entry()
    assert (after.id, after.published) == (before.id, before.published)


def test_a_new_time_zone_does_not_make_a_returning_post_new(house: House) -> None:
    path = house.posts.write("a.md", LONG, title="Tea", date="2026-03-01 10:00:00")
    house.posts.write("other.md")
    house.publish()
    before = {entry.id for entry in house.entries()}
    withdraw(house, path)
    utc = a_site(timezone="UTC")
    house.publish(LATER, utc)
    house.posts.write("b.md", LONG, title="Tea", date="2026-03-01 10:00:00")
    assert codes(house.publish(DAYS_LATER, utc)) == []
    assert {entry.id for entry in house.entries()} == before


def test_the_ledger_remembers_a_post_for_good(house: House) -> None:
    path = house.posts.write("a.md", LONG, title="Tea", slug="tea")
    house.posts.write("other.md")
    house.publish()
    (tea,) = (entry for entry in house.entries() if entry.title == "Tea")
    first = remembered(house, tea.id)
    assert (first.key, first.permalink, first.withdrawn_at) == ("slug:tea", tea.permalink, None)
    assert first.first_at == NOW.timestamp() * 1e6
    house.posts.write("a.md", LONG, title="Tea", slug="green")
    house.publish(LATER)
    renamed = remembered(house, tea.id)
    assert (renamed.key, renamed.first_at) == ("slug:green", first.first_at)
    assert renamed.earlier_permalinks == (first.permalink,)
    withdraw(house, path)
    assert remembered(house, tea.id).withdrawn_at is not None
    house.posts.write("a.md", LONG, title="Tea", slug="tea")
    house.publish(DAYS_LATER)
    back = remembered(house, tea.id)
    assert (back.withdrawn_at, back.earlier_permalinks) == (None, (renamed.permalink,))


def test_a_post_that_returns_is_no_news(house: House) -> None:
    path = house.posts.write("a.md", LONG, title="Tea")
    house.posts.write("other.md")
    house.publish()
    withdraw(house, path)
    house.posts.write("a.md", LONG, title="Tea")
    report = house.publish(DAYS_LATER)
    assert report.added == ("a.md",)
    assert report.news.added == ()
