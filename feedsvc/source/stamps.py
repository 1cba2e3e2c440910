"""The stamps of files: by these it is known whether a file has changed."""

import os
import struct
from array import array
from bisect import bisect_left
from collections.abc import ItemsView, Iterator, Mapping
from typing import Final

from feedsvc.core.file_records import Stamp

_MOST: Final = 2**63 - 1  # such as a time after the year 2262
_NUMBERS: Final = struct.Struct("4q")  # of one stamp


class Stamps(Mapping[str, Stamp]):
    """The stamps of files by path, in the order of the paths.

    A stamp is four numbers in an array, so a file takes a fifth of the memory that it would
    take in a dict.
    """

    def __init__(self) -> None:
        self._paths: list[str] = []
        self._numbers = array("q")

    def add(self, path: str, status: os.stat_result) -> None:
        """Append a file. Its path comes after those of all files that were added before."""
        try:
            packed = _NUMBERS.pack(
                status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
            )
        except struct.error:  # a number is too large
            packed = _NUMBERS.pack(*stamp_of_status(status))
        self._numbers.frombytes(packed)
        self._paths.append(path)

    def __getitem__(self, path: str) -> Stamp:
        at = bisect_left(self._paths, path)
        if at == len(self._paths) or self._paths[at] != path:
            raise KeyError(path)
        return Stamp(*self._numbers[4 * at : 4 * at + 4])

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def items(self) -> ItemsView[str, Stamp]:
        """The paths with their stamps. None of them is looked up."""
        return _Items(self)

    def pairs(self) -> Iterator[tuple[str, Stamp]]:
        """As `items`."""
        return zip(
            self._paths, map(Stamp._make, _NUMBERS.iter_unpack(self._numbers)), strict=True
        )


class _Items(ItemsView[str, Stamp]):
    def __init__(self, stamps: Stamps) -> None:
        super().__init__(stamps)
        self._stamps = stamps

    def __iter__(self) -> Iterator[tuple[str, Stamp]]:
        return self._stamps.pairs()


def stamp_of_status(status: os.stat_result) -> Stamp:
    """The stamp of a file with this status. The store has no greater numbers than _MOST."""
    numbers = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return Stamp(*(min(number, _MOST) for number in numbers))
