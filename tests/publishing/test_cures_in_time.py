"""Cures that take more than one publish: they are followed, and the code is gone."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.houses import House


@dataclass
class Author:
    """Follows cures in a house in which each publish is a minute after the last one."""

    house: House
    minutes: int = 0

    def publish(self, at: datetime | None = None) -> list[tuple[str, str]]:
        """The codes and cures that a publish reports."""
        self.minutes += 2
        now = at or datetime.now(UTC) + timedelta(minutes=self.minutes)
        return [(problem.code, problem.cure) for problem in self.house.publish(now).problems]

    def write(self, path: str = "tea.md", **fields: str) -> None:
        self.house.posts.write(path, **({"title": "Tea"} | fields))

    def delete(self, path: str) -> None:
        (self.house.posts.root / path).unlink()


@pytest.fixture
def author(house: House) -> Author:
    return Author(house)


def test_an_update_of_the_future_is_cured_by_its_date(author: Author) -> None:
    author.write(updated="2999-01-01")
    assert author.publish() == [("future-update", "write the date of the edit")]
    author.write(updated="2026-03-02")
    assert author.publish() == []


def test_front_matter_that_is_gone_is_put_back(author: Author) -> None:
    author.write()
    author.publish()
    author.house.posts.write_raw("tea.md", b"Tea.")
    assert author.publish() == [("front-matter-gone", "put it back, or delete the file")]
    author.write()
    assert author.publish() == []


def test_another_date_counts_after_a_minute_as_a_draft(author: Author) -> None:
    author.write()
    author.publish()
    author.write(date="2026-03-09")
    ((code, cure),) = author.publish()
    assert (code, "save it with draft: true for a minute" in cure) == ("first-date", True)
    author.write(date="2026-03-09", draft="true")
    assert author.publish() == []
    author.write(date="2026-03-09")
    assert author.publish() == []
    assert author.house.only_entry().published.day == 9


@pytest.mark.parametrize("deleted", ["tea.md", "copy.md"])
def test_one_of_a_post_and_its_copy_is_deleted(author: Author, deleted: str) -> None:
    author.write()
    author.publish(datetime.now(UTC))
    author.write("copy.md")
    ((code, cure),) = author.publish(datetime.now(UTC))
    assert (code, "delete one of them" in cure) == ("copy", True)
    author.delete(deleted)
    assert author.publish() == author.publish() == []


def test_a_post_that_expired_is_shown_by_another_expiry(author: Author) -> None:
    author.write(expiryDate="2026-06-01")
    author.publish(datetime(2026, 7, 1, tzinfo=UTC))
    author.write(expiryDate="2026-06-01", mood="good")
    ((code, cure),) = author.publish(datetime(2026, 5, 1, tzinfo=UTC))
    assert (code, "change the date of its expiry" in cure) == ("expired-before", True)
    author.write(expiryDate="2026-08-01")
    assert author.publish(datetime(2026, 5, 2, tzinfo=UTC)) == []
    assert author.house.only_entry().title == "Tea"


def test_a_post_that_looks_like_a_withdrawn_one_is_moved_back(author: Author) -> None:
    author.write()
    author.write("other.md", title="Other")
    author.publish()
    author.delete("tea.md")
    author.publish()
    author.publish()
    author.write("new.md")
    ((code, cure),) = author.publish()
    assert (code, "move it back to tea" in cure) == ("lookalike", True)
    author.delete("new.md")
    author.write()
    author.publish()
    assert author.publish() == []


def test_a_pipe_gets_another_name(author: Author) -> None:
    pipe = author.house.posts.root / "tea.md"
    os.mkfifo(pipe)
    assert author.publish() == [("not-a-file", "give it another name")]
    pipe.rename(pipe.with_name("tea"))
    assert author.publish() == []


def test_a_copy_of_a_retracted_post_is_published_once_its_text_is_another(
    author: Author,
) -> None:
    author.write()
    author.publish()
    author.write(retracted="Wrong.")
    assert author.publish() == []
    author.write("copy.md")
    ((code, cure),) = author.publish()
    assert (code, "edit its text" in cure) == ("retracted-copy", True)
    author.house.posts.write("copy.md", "Another text.", title="Tea")
    assert author.publish() == []
    assert len(author.house.entries()) == 2
