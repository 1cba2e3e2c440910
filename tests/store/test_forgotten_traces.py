"""Forgetting a post that was adopted, edited and withdrawn: nothing in the store names it."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from feedsvc.core.adopting.old_entries import OldEntry, OldFeed
from feedsvc.core.ledger.ledger import forgotten_hash
from feedsvc.core.ledger.losses import held_set
from feedsvc.errors import FeedError
from feedsvc.publishing.adopt import adopt, undo
from feedsvc.publishing.guarding.guard import Guard
from feedsvc.publishing.publish import publish
from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder
from feedsvc.store.schema import metadata
from feedsvc.store.store import Store
from tests.support.builders import a_site, at
from tests.support.writing import PostFolder

NOW: Final = at("2026-11-28")
FIRST: Final = "tag:example.org,2026:quince"
SECOND: Final = "https://old.example/quince-2/"
THIRD: Final = "https://older.example/quince-3/"
LINK: Final = "https://example.org/posts/quince/"
DATE: Final = "2026-03-02 09:00:00"


def scan(folder: Folder, store: Store, guard: Guard | None = None, minutes: int = 0) -> Report:
    now = NOW + timedelta(minutes=minutes)
    return publish(folder, store, a_site(), now, guard=guard or Guard())


def adopted(store: Store, *ids: tuple[str, str]) -> None:
    """Adopt these ids for the posts with these names."""
    entries = tuple(
        OldEntry(new_id, f"https://example.org/posts/{name}/", name, None, None)
        for new_id, name in ids
    )
    adopt(store, [OldFeed("old.xml", entries)], NOW, with_rules=False)


def withdraw(posts: PostFolder, folder: Folder, store: Store, path: str) -> None:
    (posts.root / path).unlink()
    for minutes in range(2):
        scan(folder, store, minutes=minutes)
    assert path not in ids(store)


def texts(store: Store) -> Iterator[tuple[str, str]]:
    """Every text in the store, with its table."""
    with store._database.reading() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(sa.select(table)):
                yield from ((table.name, value) for value in row if isinstance(value, str))


def naming(store: Store, word: str) -> list[tuple[str, str]]:
    return [(table, text) for table, text in texts(store) if word in text.casefold()]


def hashes(store: Store) -> frozenset[str]:
    with store.snapshot() as snapshot:
        return snapshot.forgotten()


def ids(store: Store) -> dict[str, str]:
    return {post.path: post.entry_id for post in store.adoptions.posts()}


@pytest.fixture
def filled(posts: PostFolder, folder: Folder, either_store: Store) -> Store:
    """Two posts. `quince` has its third id, an earlier permalink and an earlier key."""
    posts.write("other.md", "Other text.", title="other", slug="other", date=DATE)
    quince = {"title": "quince", "date": DATE}
    posts.write("quince.md", "A first quince text.", **quince, slug="quince")
    scan(folder, either_store)
    assert ids(either_store)["quince.md"] == FIRST
    adopted(either_store, (SECOND, "quince"), ("https://old.example/other/", "other"))
    adopted(either_store, (THIRD, "quince"))
    posts.write("quince.md", "Another quince text.", **quince, slug="the-quince")
    scan(folder, either_store)
    assert ids(either_store)["quince.md"] == THIRD
    return either_store


@pytest.mark.parametrize("is_withdrawn", [False, True])
def test_nothing_names_a_post_that_had_other_ids(
    posts: PostFolder, folder: Folder, filled: Store, is_withdrawn: bool
) -> None:
    if is_withdrawn:
        withdraw(posts, folder, filled, "quince.md")
    assert {table for table, _ in naming(filled, "quince")} >= {"adoptions", "publishes"}
    filled.forget(THIRD, NOW)
    assert naming(filled, "quince") == []


def test_hashes_of_all_its_ids_stay(filled: Store) -> None:
    filled.forget(THIRD, NOW)
    names = (FIRST, SECOND, THIRD, LINK, "slug:quince", "slug:the-quince")
    assert {forgotten_hash(name) for name in names} <= hashes(filled)


def test_the_present_id_is_found_by_earlier_ones(filled: Store) -> None:
    later_id = filled.adoptions.later_id
    assert (later_id(FIRST), later_id(SECOND), later_id(THIRD)) == (THIRD, THIRD, "")
    adopted(filled, (SECOND, "quince"))
    assert (later_id(FIRST), later_id(THIRD)) == (SECOND, SECOND)


def test_undo_does_not_bring_it_back(folder: Folder, posts: PostFolder, filled: Store) -> None:
    filled.forget(THIRD, NOW)
    (posts.root / "quince.md").unlink()
    undo(filled, NOW)
    assert ids(filled) == {"other.md": "tag:example.org,2026:other"}
    scan(folder, filled)
    assert naming(filled, "quince") == []


def test_no_post_gets_an_earlier_id_again(
    folder: Folder, posts: PostFolder, filled: Store
) -> None:
    filled.forget(THIRD, NOW)
    (posts.root / "quince.md").unlink()
    posts.write("new.md", "Another post.", title="new", slug="quince")
    scan(folder, filled)
    adopted(filled, (SECOND, "quince"))
    assert ids(filled)["new.md"] not in (FIRST, SECOND, THIRD)


def test_an_id_that_another_post_has_now_stays_usable(
    folder: Folder, posts: PostFolder, filled: Store
) -> None:
    """The second id of the forgotten post has gone to another post by its next adoption."""
    adopted(filled, (SECOND, "other"))
    filled.forget(THIRD, NOW)
    assert forgotten_hash(SECOND) not in hashes(filled)
    assert ids(filled)["other.md"] == SECOND
    undo(filled, NOW)
    assert ids(filled)["other.md"] == "https://old.example/other/"


def test_undo_gives_no_forgotten_id_to_another_post(
    folder: Folder, posts: PostFolder, filled: Store
) -> None:
    """One post has got an id that another one had, and is forgotten."""
    adopted(filled, (SECOND, "other"))
    adopted(filled, ("https://old.example/pear/", "other"))
    adopted(filled, (SECOND, "quince"))
    assert ids(filled) == {"other.md": "https://old.example/pear/", "quince.md": SECOND}
    filled.forget(SECOND, NOW)
    (posts.root / "quince.md").unlink()
    with suppress(FeedError):  # until there is no adoption to undo
        while True:
            undo(filled, NOW)
            assert SECOND not in ids(filled).values()
    with pytest.raises(FeedError, match="no adoption to undo"):
        undo(filled, NOW)
    assert naming(filled, "quince") == []


def test_an_id_of_rss_is_hashed_too(filled: Store) -> None:
    adopted(filled, ("quince no. 7", "quince"))
    (post,) = [post for post in filled.adoptions.posts() if post.path == "quince.md"]
    assert post.rss_guid == "quince no. 7"
    filled.forget(post.entry_id, NOW)
    assert forgotten_hash("quince no. 7") in hashes(filled)
    assert naming(filled, "quince") == []


def test_a_file_that_names_it_in_a_warning_is_read_again(
    folder: Folder, posts: PostFolder, either_store: Store
) -> None:
    """A new post looks like a withdrawn one, and the warning names the key of that."""
    text = "Short text."
    posts.write("other.md", title="other")
    posts.write("quince.md", text, title="fruit", date=DATE)
    scan(folder, either_store)
    withdraw(posts, folder, either_store, "quince.md")
    posts.write("new.md", text, title="fruit", date=DATE)
    report = scan(folder, either_store, minutes=2)
    assert [problem.code for problem in report.problems] == ["lookalike"]
    assert "files" in {table for table, _ in naming(either_store, "quince")}
    either_store.forget("tag:example.org,2026:/quince", NOW)
    assert naming(either_store, "quince") == []
    assert scan(folder, either_store).problems == ()


def test_a_hidden_file_that_had_published_it_is_not_remembered(
    folder: Folder, posts: PostFolder, either_store: Store
) -> None:
    posts.write("quince.md", "A text.", title="quince", date=DATE)
    scan(folder, either_store)
    posts.write("quince.md", "A text.", title="quince", date=DATE, draft="true")
    scan(folder, either_store)
    either_store.forget("tag:example.org,2026:/quince", NOW)
    assert naming(either_store, "quince") == []


def test_reports_of_jobs_do_not_name_it_anywhere(filled: Store) -> None:
    """Not in lists of paths, in problems of other posts, or in errors."""
    own = {"path": "a.md", "fault": "it has the same key as b/quince.md", "text": ""}
    other = {"path": "a.md", "fault": "it is a copy of quince.md and waits", "text": ""}
    report = {
        "newly_hidden": ["other.md", "quince.md", "b/quince.md"],
        "problems": [own, other],
        "outlook": {"new": {"count": 1, "entries": [{"id": SECOND, "title": "quince"}]}},
    }
    job, _ = filled.jobs.enqueue(NOW)
    filled.jobs.begin([job.name], NOW)
    filled.jobs.end([job.name], json.dumps(report), NOW)
    failed, _ = filled.jobs.enqueue(NOW)
    filled.jobs.begin([failed.name], NOW)
    filled.jobs.fail(failed, "failed", "cannot read quince.md: EIO", NOW, NOW)
    filled.forget(THIRD, NOW)
    jobs = {each.name: each for each in filled.jobs.newest(2)}
    assert json.loads(jobs[job.name].report) == {
        "newly_hidden": ["other.md", "b/quince.md"],
        "problems": [own],
        "outlook": {"new": {"count": 1, "entries": []}},
    }
    assert "quince" not in jobs[failed.name].error
    assert jobs[failed.name].error != ""


def test_reports_show_the_path_of_a_post_that_has_no_file_any_more(
    posts: PostFolder, folder: Folder, filled: Store
) -> None:
    """Its keys are slugs, so only the reports know its path."""
    withdraw(posts, folder, filled, "quince.md")
    entries = [{"id": FIRST, "path": "fruit/hedge.md", "title": "quince"}]
    problem = {"path": "fruit/hedge.md", "fault": "it has no title"}
    job, _ = filled.jobs.enqueue(NOW)
    filled.jobs.begin([job.name], NOW)
    report = {"outlook": {"new": {"entries": entries}}, "problems": [problem]}
    filled.jobs.end([job.name], json.dumps(report), NOW)
    filled.forget(THIRD, NOW)
    assert naming(filled, "hedge") == []


# What is held.


def held_state(store: Store) -> tuple[tuple[int, str], tuple[int, str]]:
    """What is held by the fact that /readyz reads, and by the rows."""
    with store.snapshot() as snapshot:
        summary = held_set(snapshot.held())
        return snapshot.held_name(), (summary.count, summary.name)


@pytest.fixture
def holding(posts: PostFolder, folder: Folder, either_store: Store) -> Store:
    """Four posts, of which three are held because their files are gone."""
    for name in ("a", "b", "c", "d"):
        posts.write(f"{name}.md", f"Text {name}.", title=name, slug=name, date=DATE)
    scan(folder, either_store)
    for name in ("a", "b", "c"):
        (posts.root / f"{name}.md").unlink()
    for minutes in range(2):
        scan(folder, either_store, Guard(1, 0.1), minutes)
    (count, name), rows = held_state(either_store)
    assert (count, name) == rows
    assert count == 3
    return either_store


def test_a_held_post_that_is_forgotten_is_no_longer_counted(holding: Store) -> None:
    holding.forget("tag:example.org,2026:b", NOW)
    fact, rows = held_state(holding)
    assert fact == rows
    assert fact[0] == 2


def test_nothing_is_held_once_the_last_held_post_is_forgotten(holding: Store) -> None:
    for name in ("a", "b", "c"):
        holding.forget(f"tag:example.org,2026:{name}", NOW)
    assert held_state(holding) == ((0, ""), (0, ""))


def test_the_name_of_a_held_set_follows_an_adoption_and_its_undoing(
    holding: Store, folder: Folder
) -> None:
    before, _ = held_state(holding)
    adopted(holding, ("https://old.example/a/", "a"), ("https://old.example/d/", "d"))
    fact, rows = held_state(holding)
    assert fact == rows
    assert fact[0] == 3
    assert fact[1] != before[1]
    later = NOW + timedelta(minutes=3)
    report = publish(folder, holding, a_site(), later, accept=fact[1], guard=Guard(1, 0.1))
    assert (len(report.withdrawn), report.held) == (3, 0)


def test_undoing_an_adoption_gives_a_held_set_its_name_back(holding: Store) -> None:
    before, _ = held_state(holding)
    adopted(holding, ("https://old.example/a/", "a"))
    undo(holding, NOW)
    assert held_state(holding) == (before, before)


# The bytes of the file.


def parts(file: Path) -> Sequence[Path]:
    return [each for each in file.parent.iterdir() if each.is_file()]


def bytes_name(file: Path, words: Sequence[bytes]) -> dict[str, list[bytes]]:
    """Which of these words each file beside a store has."""
    found = {}
    for part in parts(file):
        octets = part.read_bytes().lower()
        if has := [word for word in words if word in octets]:
            found[part.name] = has
    return found


@pytest.mark.parametrize("is_withdrawn", [False, True])
def test_no_byte_of_a_sqlite_store_names_it(
    posts: PostFolder, folder: Folder, store: Store, tmp_path: Path, is_withdrawn: bool
) -> None:
    """Also not those of its earlier versions, which other transactions have deleted.

    Some builds of SQLite overwrite what is deleted, and others do not.
    """

    def keep_deleted(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA secure_delete=OFF")

    store._database.engine.dispose()
    sa.event.listen(store._database.engine, "connect", keep_deleted)
    long = "".join(f"A word of quince number {number}.\n\n" for number in range(500))
    for number in range(60):
        posts.write(f"{number}.md", "Other text." * 100, title=f"t{number}", date=DATE)
    quince = {"title": "quince", "date": DATE, "slug": "quince"}
    posts.write("quince.md", long, **quince)
    scan(folder, store)
    adopted(store, (SECOND, "quince"))
    adopted(store, (THIRD, "quince"))
    posts.write("quince.md", f"{long}{long}".replace("word", "term"), **quince)
    scan(folder, store)
    posts.write("quince.md", "Short.", **quince)
    scan(folder, store)
    if is_withdrawn:
        withdraw(posts, folder, store, "quince.md")
        for number in range(30):  # what is deleted later must not matter
            (posts.root / f"{number}.md").unlink()
        for minutes in range(2, 4):
            scan(folder, store, Guard(0, 0), minutes)
    file = tmp_path / "var" / "feedsvc.sqlite3"
    words = [b"quince"]
    assert bytes_name(file, words)
    with closing(sqlite3.connect(file)) as other:  # so that the log is not removed
        other.execute("SELECT 1 FROM facts").fetchall()
        store.forget(THIRD, NOW)
        store.erase_deleted()
        assert bytes_name(file, words) == {}
    assert store.adoptions.posts()
