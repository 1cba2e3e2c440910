"""The file of each address: what can be a file at its own name, and what cannot."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

PRIVATE: Final = ".feedsvc"  # the folder of files that cannot have the name of their address
_INDEX: Final = "index.html"
_LONGEST_NAME: Final = 255  # octets, of usual file systems
_LONGEST_PATH: Final = 3500  # octets; Linux takes 4,096 with the folder of the export


@dataclass(frozen=True, slots=True)
class Unwritable:
    """An address that no file can have."""

    address: str
    fault: str
    cure: str


@dataclass(slots=True)
class FileNames:
    """Gives each address a file. Addresses are decoded paths without a leading slash.

    `tea/` is `tea/index.html`; `tea` and `tea.html` are files of that name. An address that is
    also that of a folder (`tea` beside `tea/pot`), or whose name another file has, gets a file
    in a folder of its own: only a server that is told so finds it. If `folds_case`, the file
    system does not tell `Tea` from `tea`.
    """

    folds_case: bool = False
    unwritable: list[Unwritable] = field(default_factory=list)

    def of(self, addresses: Iterable[str]) -> dict[str, str]:
        """The path of the file of each address that has one, in the same order."""
        names = {address: plain_name(address) for address in addresses}
        names = {address: name for address, name in names.items() if self._is_writable(address)}
        folders = {self._key(f) for name in names.values() for f in folders_of(name)}
        taken: set[str] = set()
        files: dict[str, str] = {}
        for address, name in names.items():
            key = self._key(name)
            if key in folders or key in taken:
                name = f"{PRIVATE}/{hashlib.sha256(address.encode()).hexdigest()[:40]}"
                key = name
            taken.add(key)
            files[address] = name
        return files

    def _key(self, name: str) -> str:
        return name.casefold() if self.folds_case else name

    def _is_writable(self, address: str) -> bool:
        fault = _fault(address)
        if fault:
            self.unwritable.append(Unwritable(address, *fault))
        return not fault


def plain_name(address: str) -> str:
    """The path of the file that usual servers look for at an address."""
    return address + _INDEX if address.endswith("/") or not address else address


def folders_of(path: str) -> Iterator[str]:
    """The folders above a file, the nearest first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def is_too_long(path: str) -> bool:
    """True if no file can have this path."""
    octets = path.encode()
    longest = max(map(len, octets.split(b"/")))
    return longest > _LONGEST_NAME or len(octets) > _LONGEST_PATH


def _fault(address: str) -> tuple[str, str] | None:
    name = plain_name(address)
    if is_too_long(name):
        longest = max(len(part.encode()) for part in name.split("/"))
        fault = f"a file name of {longest} octets is too long; {_LONGEST_NAME} are possible"
        if longest <= _LONGEST_NAME:
            fault = f"a path of {len(name.encode())} octets is too long for a file"
        return fault, "give the post a shorter permalink or slug"
    parts = name.split("/")
    if {"", ".", ".."} & {*parts} or "\0" in name:
        return "it has a segment that no file can have", "give the post another permalink"
    if parts[0].startswith(PRIVATE):
        return f"{parts[0]} is a name of the export", "give the post another permalink"
    return None
