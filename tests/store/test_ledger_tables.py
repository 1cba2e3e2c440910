"""The ledger in the store: its lines in order, and lines of files merged into it."""

import io
import os
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from feedsvc.core.dates import microseconds
from feedsvc.core.ledger.ledger import LedgerEntry, forgotten_hash
from feedsvc.core.ledger.ledger_lines import ForgottenHash, LedgerLine, LedgerRecord, line_of
from feedsvc.errors import LedgerError
from feedsvc.store.ledger_files import import_ledger, replace_file, write_ledger
from feedsvc.store.ledger_tables import Merged
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry, at
from tests.support.growth import calls_of

NOW: Final = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FIRST: Final = at("2020-01-01T08:00:00+08:00")


def record(name: str, *earlier: str, key: str | None = None, **more: object) -> LedgerRecord:
    entry = LedgerEntry(
        f"tag:x:{name}",
        f"slug:{name}" if key is None else key,
        published=FIRST,
        first_at=77,
        permalink=f"https://example.org/{name}/",
    )
    return LedgerRecord(replace(entry, **more), earlier)  # type: ignore[arg-type]


def file_of(*lines: LedgerLine) -> io.BytesIO:
    return io.BytesIO("".join(f"{line_of(line)}\n" for line in lines).encode())


def imported(store: Store, *lines: LedgerLine) -> Merged:
    with store.lock():
        return import_ledger(store, file_of(*lines), "ledger.jsonl", NOW)


def lines_in(store: Store) -> list[LedgerLine]:
    with store.snapshot() as snapshot:
        return list(snapshot.ledger_lines())


def exported(store: Store) -> bytes:
    out = io.BytesIO()
    with store.snapshot() as snapshot:
        write_ledger(snapshot, out)
    return out.getvalue()


def pinned(store: Store, keys: Iterable[str]) -> dict[str, str]:
    with store.snapshot() as snapshot:
        return snapshot.pinned([*keys])


def publish(store: Store, *names: str, key: str = "slug:{}") -> None:
    entries = [an_entry(name, id=f"tag:x:{name}") for name in names]
    ids = {key.format(name): f"tag:x:{name}" for name in names}
    store.publish(Publication(a_site(), entries, identities=ids), NOW)


FULL: Final = (
    ForgottenHash("0" * 64),
    record("B"),
    record("a", "path:1", "path:é", earlier_permalinks=("https://example.org/茶/",)),
    record("b", withdrawn_at=5, rss_guid="17", body_length=9),
    record("é", key=""),
    record("\U0001f375"),
)


def test_an_empty_store_takes_a_file_whole(either_store: Store) -> None:
    merged = imported(either_store, *FULL)
    assert (merged.added, merged.known, merged.warnings) == (5, 0, [])
    assert lines_in(either_store) == list(FULL)
    assert exported(either_store) == file_of(*FULL).getvalue()
    keys = ("slug:a", "path:1", "path:é", "slug:B")
    assert pinned(either_store, keys) == dict.fromkeys(keys[:3], "tag:x:a") | {
        "slug:B": "tag:x:B"
    }


def test_lines_may_come_in_any_order(either_store: Store) -> None:
    imported(either_store, *reversed(FULL))
    assert lines_in(either_store) == list(FULL)


def test_a_second_import_changes_nothing(either_store: Store) -> None:
    imported(either_store, *FULL)
    merged = imported(either_store, *FULL)
    assert (merged.added, merged.known, merged.warnings) == (0, 5, [])
    assert lines_in(either_store) == list(FULL)


def test_ids_that_only_keys_know_are_exported(either_store: Store) -> None:
    publication = Publication(a_site(), identities={"path:b": "tag:x:1", "path:a": "tag:x:1"})
    either_store.publish(publication, NOW)
    (line,) = lines_in(either_store)
    assert isinstance(line, LedgerRecord)
    assert (line.entry.id, sorted(line.keys)) == ("tag:x:1", ["path:a", "path:b"])


def test_a_store_without_a_post_has_no_lines(either_store: Store) -> None:
    assert exported(either_store) == b""
    assert imported(either_store).added == 0


def test_the_store_wins_if_a_key_has_another_id(either_store: Store) -> None:
    publish(either_store, "tea")
    other = record("other", "path:old", key="slug:tea")
    merged = imported(either_store, other)
    assert merged.warnings == [
        "the key 'slug:tea' has the id tag:x:tea in the store and tag:x:other in the file; the "
        "store's id stays"
    ]
    assert pinned(either_store, ["slug:tea", "path:old"]) == {
        "slug:tea": "tag:x:tea",
        "path:old": "tag:x:other",
    }
    with either_store.snapshot() as snapshot:
        stored = snapshot.remembered(["tag:x:other"])["tag:x:other"]
        assert list(snapshot.unknown_ids(["tag:x:other"])) == []
    assert (stored.key, stored.published) == ("", FIRST)


def test_the_store_wins_if_an_id_has_another_key(either_store: Store) -> None:
    imported(either_store, record("tea"))
    merged = imported(either_store, record("tea", key="guid:tea"))
    assert merged.warnings == [
        "tag:x:tea has the key 'slug:tea' in the store and 'guid:tea' in the file; the store's "
        "key stays"
    ]
    assert pinned(either_store, ["slug:tea", "guid:tea"]) == dict.fromkeys(
        ("slug:tea", "guid:tea"), "tag:x:tea"
    )
    (line,) = lines_in(either_store)
    assert isinstance(line, LedgerRecord)
    assert line.entry.key == "slug:tea"


def test_a_key_that_both_know_is_no_contradiction(either_store: Store) -> None:
    imported(either_store, record("tea", "path:tea"))
    assert imported(either_store, record("tea", key="path:tea")).warnings == []
    assert imported(either_store, record("tea", "slug:tea", key="guid:new")).warnings == []


def test_first_dates_of_the_store_stay(either_store: Store) -> None:
    imported(either_store, record("tea"))
    imported(either_store, record("tea", published=at("2010-01-01")))
    (line,) = lines_in(either_store)
    assert isinstance(line, LedgerRecord)
    assert line.entry.published == FIRST


def test_posts_that_a_published_store_lacks_count_as_withdrawn(either_store: Store) -> None:
    publish(either_store, "tea")
    imported(either_store, record("other"))
    with either_store.snapshot() as snapshot:
        other = snapshot.remembered(["tag:x:other"])["tag:x:other"]
    assert other.withdrawn_at == microseconds(NOW)


def test_the_first_publish_marks_posts_without_a_file_as_withdrawn(either_store: Store) -> None:
    imported(either_store, record("tea"), record("gone"), record("b", withdrawn_at=5))
    publish(either_store, "tea")
    with either_store.snapshot() as snapshot:
        stored = snapshot.remembered(["tag:x:tea", "tag:x:gone", "tag:x:b"])
    times = {entry_id: entry.withdrawn_at for entry_id, entry in stored.items()}
    assert times == {"tag:x:tea": None, "tag:x:gone": microseconds(NOW), "tag:x:b": 5}


def test_nothing_of_a_file_with_a_fault_is_imported(either_store: Store) -> None:
    lines = b"".join(file_of(record(f"p{number}")).getvalue() for number in range(1200))
    with pytest.raises(LedgerError, match=r"^my\.jsonl:1201: it is a conflict marker"):
        import_ledger(either_store, io.BytesIO(lines + b"<<<<<<< HEAD\n"), "my.jsonl", NOW)
    assert lines_in(either_store) == []


def test_a_line_of_a_forgotten_post_is_refused(either_store: Store) -> None:
    imported(either_store, record("tea"), record("other"))
    either_store.forget("tag:x:tea", NOW)
    merged = imported(either_store, record("tea"), record("other"))
    assert (merged.added, merged.known) == (0, 1)
    (warning,) = merged.warnings
    assert warning.startswith("tag:x:tea is not imported")
    assert [line for line in lines_in(either_store) if isinstance(line, LedgerRecord)] == [
        record("other")
    ]


def test_a_line_with_a_forgotten_key_under_an_earlier_id_is_refused(
    either_store: Store,
) -> None:
    imported(either_store, record("tea"))
    either_store.forget("tag:x:tea", NOW)
    (warning,) = imported(either_store, record("earlier", key="slug:tea")).warnings
    assert warning.startswith("tag:x:earlier is not imported")


def test_a_new_post_with_a_forgotten_key_survives_a_rebuild(
    either_store: Store, tmp_path: Path
) -> None:
    imported(either_store, record("tea"))
    either_store.forget("tag:x:tea", NOW)
    publish(either_store, "new", key="slug:tea")
    file = io.BytesIO(exported(either_store))
    rebuilt = Store(f"sqlite:///{tmp_path / 'rebuilt.sqlite3'}")
    merged = import_ledger(rebuilt, file, "ledger.jsonl", NOW)
    assert (merged.added, merged.warnings) == (1, [])
    assert pinned(rebuilt, ["slug:tea"]) == {"slug:tea": "tag:x:new"}
    assert exported(rebuilt) == exported(either_store)
    rebuilt.close()


def test_a_post_and_its_hash_in_one_merged_file(either_store: Store) -> None:
    merged = imported(either_store, record("tea"), ForgottenHash(forgotten_hash("tag:x:tea")))
    assert merged.added == 0
    assert len(merged.warnings) == 1


def test_a_post_of_the_store_that_a_file_has_forgotten_stays(either_store: Store) -> None:
    imported(either_store, record("tea"))
    hashes = (ForgottenHash(forgotten_hash(text)) for text in ("tag:x:tea", "slug:tea"))
    (warning,) = imported(either_store, *hashes).warnings
    assert warning.startswith("tag:x:tea was forgotten in the file and is a post of the store")
    assert lines_in(either_store) == [record("tea")]


def test_unknown_ids_are_those_without_a_row_a_key_or_a_hash(either_store: Store) -> None:
    imported(either_store, record("row"), record("gone"))
    either_store.publish(Publication(a_site(), identities={"path:a": "tag:x:key"}), NOW)
    either_store.forget("tag:x:gone", NOW)
    asked = [f"tag:x:{name}" for name in ("row", "new", "key", "gone")]
    with either_store.snapshot() as snapshot:
        assert list(snapshot.unknown_ids(asked)) == ["tag:x:new"]


def test_a_file_is_written_only_if_its_bytes_change(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "new" / "ledger.jsonl"
    imported(store, record("tea"))
    with store.snapshot() as snapshot:
        assert replace_file(snapshot, file)
        file.chmod(0o640)
        os.utime(file, (1, 1))
        assert not replace_file(snapshot, file)
    assert file.stat().st_mtime == 1
    imported(store, record("other"))
    with store.snapshot() as snapshot:
        assert replace_file(snapshot, file)
    assert file.read_bytes() == exported(store)
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in file.parent.iterdir()] == ["ledger.jsonl"]


def test_a_link_to_a_file_stays_a_link(store: Store, tmp_path: Path) -> None:
    imported(store, record("tea"))
    link, target = tmp_path / "link", tmp_path / "repo" / "ledger.jsonl"
    link.symlink_to(target)
    with store.snapshot() as snapshot:
        replace_file(snapshot, link)
    assert link.is_symlink()
    assert target.read_bytes() == exported(store)


def test_an_export_that_fails_leaves_the_file(store: Store, tmp_path: Path) -> None:
    imported(store, record("tea"))
    folder = tmp_path / "folder"
    (folder / "full").mkdir(parents=True)
    with store.snapshot() as snapshot, pytest.raises(OSError, match="directory"):
        replace_file(snapshot, folder)
    assert [path.name for path in folder.iterdir()] == ["full"]
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".new")] == []


class Nowhere(io.BytesIO):
    """Forgets what is written, so that only the memory of the writer counts."""

    def write(self, octets: object) -> int:
        return 0


def fill(store: Store, first: int, count: int) -> None:
    numbers = range(first, first + count)
    lines = [record(f"{number:06}", f"path:{number}") for number in numbers]
    with store.lock():
        store.merge_ledger((), lines, NOW)


def test_an_export_needs_no_memory_for_all_lines(either_store: Store) -> None:
    fill(either_store, 0, 10_000)
    tracemalloc.start()
    with either_store.snapshot() as snapshot:
        assert write_ledger(snapshot, Nowhere()) == 10_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000  # all lines are several times as much


def test_the_work_grows_with_the_number_of_lines(store: Store) -> None:
    def calls(work: Callable[[], object]) -> int:
        return calls_of(work)[0]

    def export() -> None:
        with store.snapshot() as snapshot:
            write_ledger(snapshot, Nowhere())

    few_in, few_out = calls(lambda: fill(store, 0, 1000)), calls(export)
    many_in = calls(lambda: fill(store, 1000, 3000))
    assert many_in < 2.5 * few_in * 3 / 2
    assert calls(export) < 5 * few_out
