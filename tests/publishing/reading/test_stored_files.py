"""Listed files beside stored ones: which are the same, and which must be looked at."""

from dataclasses import replace
from itertools import combinations

import pytest

from feedsvc.core.file_records import FileRecord, HiddenPost, Stamp
from feedsvc.core.problems import Problem
from feedsvc.publishing.reading.stored_files import Compared, StoredFiles, compare
from feedsvc.store.publication import Publication
from feedsvc.store.snapshot import FileLine
from feedsvc.store.store import Store
from tests.support.builders import a_site
from tests.support.houses import NOW

STAMP, OTHER = Stamp(1, 2, 3, 4), Stamp(1, 2, 3, 5)
PATHS = ("a-b.md", "a/a.md", "a0.md", "茶.md")
RECORD = FileRecord("a.md", STAMP, "d", "published", "tag:a", key="path:a.md")
PROBLEM = Problem("a.md", 1, "a fault", "a cure")


def lines(paths: tuple[str, ...]) -> list[FileLine]:
    return [(path, *STAMP, "published") for path in paths]


def subsets(paths: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [some for count in range(5) for some in combinations(paths, count)]


@pytest.mark.parametrize("listed", subsets(PATHS), ids="+".join)
def test_every_file_is_found_once(listed: tuple[str, ...]) -> None:
    for stored in subsets(PATHS):
        compared = compare(dict.fromkeys(listed, STAMP), lines(stored), ())
        assert compared.to_look_at == [path for path in listed if path not in stored]
        assert compared.absent == [path for path in stored if path not in listed]
        assert compared.unchanged.total() == len({*listed} & {*stored})


def test_a_file_is_looked_at_if_its_stamp_has_changed() -> None:
    assert compare({"a0.md": OTHER}, lines(("a0.md",)), ()) == Compared(["a0.md"])


def test_a_file_is_looked_at_if_it_is_chosen() -> None:
    assert compare({"a0.md": STAMP}, lines(("a0.md",)), {"a0.md"}) == Compared(["a0.md"])


@pytest.mark.parametrize(
    ("record", "state"),
    [
        (RECORD, "published"),
        (replace(RECORD, problems=(PROBLEM,), passed_at=5), "published"),
        (replace(RECORD, state="no post", entry_id=None, key=""), "no post"),
        (replace(RECORD, state="no post", problems=(PROBLEM,)), None),
        (replace(RECORD, due_at=5), None),
        (replace(RECORD, missing_since=5), None),
        (replace(RECORD, wants="slug:b"), None),
        (replace(RECORD, measured=(("tea.mp3", 5),)), None),
        (replace(RECORD, names_site=True), None),
        (replace(RECORD, state="draft", hides=HiddenPost("a", "b", "c", None)), None),
        (replace(RECORD, state="held"), None),
        (replace(RECORD, state="refused"), None),
    ],
)
def test_only_files_that_depend_on_nothing_else_have_a_state(
    either_store: Store, record: FileRecord, state: str | None
) -> None:
    either_store.publish(Publication(a_site(), files=[record]), NOW)
    assert list(StoredFiles(either_store, {}).lines()) == [("a.md", *STAMP, state)]


def test_lines_are_in_the_order_of_python_on_either_engine(either_store: Store) -> None:
    records = [replace(RECORD, path=path, entry_id=path) for path in reversed(PATHS)]
    either_store.publish(Publication(a_site(), files=records), NOW)
    files = StoredFiles(either_store, {})
    assert [line[0] for line in files.lines()] == sorted(PATHS)
    assert list(files.of(PATHS[::-1])) == sorted(PATHS)


def test_given_records_take_the_place_of_stored_ones(either_store: Store) -> None:
    records = [replace(RECORD, path=path, entry_id=path) for path in ("a.md", "b.md")]
    either_store.publish(Publication(a_site(), files=records), NOW)
    given = replace(records[1], missing_since=5)
    files = StoredFiles(either_store, {"b.md": given})
    assert files.of(["c.md", "b.md", "a.md"]) == {"a.md": records[0], "b.md": given}
    assert [line[5] for line in files.lines()] == ["published", None]


def test_without_a_store_only_the_given_records_exist() -> None:
    files = StoredFiles(None, {"b.md": RECORD, "a.md": RECORD})
    assert list(files.lines()) == [("a.md", *STAMP, None), ("b.md", *STAMP, None)]
    assert files.of(["a.md", "c.md"]) == {"a.md": RECORD}
