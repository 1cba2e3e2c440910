"""Which published posts hidden files contain."""

from datetime import UTC, datetime

import pytest

from feedsvc.core.file_records import FileRecord, HiddenPost, Stamp
from feedsvc.core.ledger.hidden_posts import hidden_among
from feedsvc.core.ledger.ledger import LedgerEntry
from tests.support.builders import at

DATE = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
OTHER = datetime(2025, 3, 1, tzinfo=UTC)
POST = LedgerEntry("id", "slug:a", DATE, title_digest="t", body_digest="b", body_length=200)


def a_file(
    key: str = "slug:x",
    title: str = "x",
    body: str = "x",
    date: datetime | None = OTHER,
    had: str = "",
) -> FileRecord:
    """A hidden file; `had` is the key under which it once published an entry."""
    hides = HiddenPost(key, title, body, date)
    return FileRecord("x.md", Stamp(1, 1, 1, 1), "d", "draft", key=had, hides=hides)


NEVER_HIDDEN = FileRecord("y.md", Stamp(1, 1, 1, 1), "d", "published", key="slug:a")


def is_found(file: FileRecord, post: LedgerEntry = POST, *shared: str) -> bool:
    return hidden_among([post], [NEVER_HIDDEN, file], set(shared), set()) == {"id"}


def test_an_unlike_file_hides_nothing() -> None:
    assert not is_found(a_file())
    assert hidden_among([], [a_file()], set(), set()) == frozenset()


def test_the_key_is_enough() -> None:
    assert is_found(a_file("slug:a"))
    assert not is_found(a_file(""), LedgerEntry("id", "", title_digest="t"))


def test_title_and_text_are_enough() -> None:
    assert is_found(a_file(title="t", body="b", had="slug:x"), POST, "t", "b")


@pytest.mark.parametrize(
    "date", [DATE, at("2026-03-01T09:30:00+08:00"), at("2026-03-01T01:30:00-05:00")]
)
def test_title_and_date_are_enough(date: datetime) -> None:
    assert is_found(a_file(title="t", date=date, had="slug:x"), POST, "t", "b")


def test_the_date_in_the_file_counts_too() -> None:
    post = LedgerEntry("id", "slug:a", DATE, redated=OTHER, title_digest="t")
    assert is_found(a_file(title="t", had="slug:x"), post, "t")


@pytest.mark.parametrize("shared", [False, True])
def test_a_text_is_enough_if_no_other_post_has_it(shared: bool) -> None:
    assert is_found(a_file(body="b"), POST, *["b"] * shared) is not shared


def test_a_short_text_tells_nothing() -> None:
    short = LedgerEntry("id", "slug:a", title_digest="t", body_digest="b", body_length=199)
    assert not is_found(a_file(body="b"), short)
    assert not is_found(a_file(title="t", body="b", had="slug:x"), short)
    assert not is_found(a_file(body=""), LedgerEntry("id", "slug:a", DATE, body_length=300))


@pytest.mark.parametrize("date", [OTHER, None])
def test_a_title_is_enough_if_no_other_post_has_it(date: datetime | None) -> None:
    assert is_found(a_file(title="t", date=date))
    assert not is_found(a_file(title="t", date=date), POST, "t")


def test_a_title_is_not_enough_for_a_file_that_was_a_published_post_itself() -> None:
    assert not is_found(a_file(title="t", had="slug:x"))


def test_a_post_without_a_title_in_the_ledger_is_not_found_by_it() -> None:
    assert not is_found(a_file(title=""), LedgerEntry("id", "slug:a", OTHER))


def test_different_guids_are_different_posts() -> None:
    post = LedgerEntry("id", "guid:1", DATE, None, None, 0, "t", "b", 300)
    alike = a_file("guid:2", "t", "b", DATE)
    assert not is_found(alike, post)
    assert is_found(a_file("guid:1"), post)
    assert is_found(a_file("slug:x", "t"), post)
    assert is_found(alike)


def test_a_file_with_the_text_of_a_post_is_no_other_with_its_title_and_date() -> None:
    file = a_file(title="t", body="of another", date=DATE)
    assert hidden_among([POST], [file], set(), set()) == {"id"}
    assert hidden_among([POST], [file], set(), {"of another"}) == frozenset()
    assert hidden_among([POST], [a_file("slug:a", "t", "of another")], set(), {"of another"})
    assert hidden_among([POST], [a_file(title="t", body="b")], {"t", "b"}, {"b"}) == {"id"}
