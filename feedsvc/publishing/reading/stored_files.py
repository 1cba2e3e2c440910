"""The stored files: compared with the listed ones as both stream past, and read on demand."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from feedsvc.core.file_records import FileRecord, Stamp, State
from feedsvc.store.snapshot import FileLine
from feedsvc.store.store import Store


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """The records of the files that a publish looks at.

    These are all files in the `store`; without one, only the files of the `records`, which are
    by path. With a store, the `records` take the place of those that are stored.
    """

    store: Store | None
    records: Mapping[str, FileRecord]

    def lines(self) -> Iterator[FileLine]:
        """A line of each file, by path."""
        if self.store is None:
            for path in sorted(self.records):
                yield (path, *self.records[path].stamp, None)
            return
        with self.store.snapshot() as snapshot:
            for line in snapshot.file_lines():
                yield (*line[:5], None) if line[0] in self.records else line

    def of(self, paths: Collection[str]) -> dict[str, FileRecord]:
        """The records of the files at these paths, by path and in the order of the paths."""
        found = {path: self.records[path] for path in paths if path in self.records}
        if self.store is not None and len(found) < len(paths):
            with self.store.snapshot() as snapshot:
                found = snapshot.files([path for path in paths if path not in found]) | found
        return {path: found[path] for path in sorted(found)}


@dataclass(frozen=True, slots=True)
class Compared:
    """The listed files beside the stored ones, both by path.

    Files `to_look_at` are new or have another stamp, or more than their stamps must be
    compared. Nothing is stored of the others that could change without their stamps: they are
    `unchanged`, counted by state. The `absent` files are stored and not listed.
    """

    to_look_at: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    unchanged: Counter[State] = field(default_factory=Counter)


def compare(
    stamps: Mapping[str, Stamp], lines: Iterable[FileLine], chosen: Collection[str]
) -> Compared:
    """Compare listed files with stored ones; `chosen` files are to be looked at in any case.

    Both are in the order of their paths, and no value is made for a file that is unchanged.
    """
    compared = Compared()
    to_look_at, absent, unchanged = compared.to_look_at, compared.absent, compared.unchanged
    rest = iter(lines)
    line = next(rest, None)
    for path, stamp in stamps.items():
        while line is not None and line[0] < path:
            absent.append(line[0])
            line = next(rest, None)
        if line is None or line[0] != path:
            to_look_at.append(path)
            continue
        state = line[5]
        if state is None or line[1:5] != stamp or path in chosen:
            to_look_at.append(path)
        else:
            unchanged[state] += 1
        line = next(rest, None)
    if line is not None:
        absent.append(line[0])
    absent += [line[0] for line in rest]
    return compared
