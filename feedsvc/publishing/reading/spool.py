"""Entries wait on disk between composing and writing: 100,000 need not fit in memory."""

import pickle
import tempfile
from array import array
from collections.abc import Iterator
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from typing import Final, Self

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.people import Person
from feedsvc.core.podcasts.episode import NO_EPISODE

_BYTES_IN_MEMORY: Final = 1024 * 1024
_BYTES_AT_ONCE: Final = 256 * 1024
_FIELDS: Final = tuple(field.name for field in fields(Entry))
_AUTHORS, _EPISODE = _FIELDS.index("authors"), _FIELDS.index("episode")
_fields_of: Final = attrgetter(*_FIELDS)


def pack(path: str, entry: Entry) -> bytes:
    """The entry of a file as octets, which the process that read it gives to the Spool."""
    # Of plain values, because pickle needs twice the time for those of our own classes.
    values = [*_fields_of(entry)]
    values[_AUTHORS] = [(author.name, author.uri, author.email) for author in entry.authors]
    values[_EPISODE] = None if entry.episode is NO_EPISODE else entry.episode
    # With the digest, so that the process that writes need not hash.
    return pickle.dumps((path, entry.digest, values), pickle.HIGHEST_PROTOCOL)


class Spool:
    """Entries with the path of their file, in the order in which they were added.

    A temporary file holds them as soon as they are more than a megabyte.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - see __exit__
            max_size=_BYTES_IN_MEMORY, buffering=_BYTES_AT_ONCE
        )
        self._lengths = array("L")  # of the packed entries
        self._last: dict[str, int] = {}  # of paths that were added again

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, packed: bytes) -> None:
        """Append the entry of one file: see pack."""
        self._file.write(packed)
        self._lengths.append(len(packed))

    def replace(self, path: str, packed: bytes) -> None:
        """Append an entry in place of the earlier one of the same file."""
        self._last[path] = len(self._lengths)
        self.add(packed)

    def remove(self, path: str) -> None:
        """Leave out the entry of a file."""
        self._last[path] = -1

    def clear(self) -> None:
        """Leave out every entry."""
        self._file.seek(0)
        self._file.truncate()
        self._lengths = array("L")
        self._last.clear()

    def __iter__(self) -> Iterator[tuple[str, Entry]]:
        self._file.seek(0)
        for number, length in enumerate(self._lengths):
            packed = self._file.read(length)  # pickle itself would read it in many parts
            path, digest, values = pickle.loads(packed)  # noqa: S301 - feedsvc wrote it
            if self._last.get(path, number) == number:
                values[_AUTHORS] = tuple(_person(*author) for author in values[_AUTHORS])
                values[_EPISODE] = values[_EPISODE] or NO_EPISODE
                entry = Entry(*values)
                entry.__dict__["digest"] = digest  # where cached_property keeps it
                yield path, entry


@lru_cache(maxsize=1024)
def _person(name: str, uri: str, email: str) -> Person:
    """One value for all posts of an author."""
    return Person(name, uri, email)
