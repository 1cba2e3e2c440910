"""Writes pages and other files that something else renders, such as the web app."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final, TypeAlias

from feedsvc.publishing.exporting.feed_files import (
    Codings,
    CurrentFile,
    DocumentFiles,
    Writer,
)
from feedsvc.publishing.exporting.replacing import replaced_by_pieces

_LARGEST: Final = 1024 * 1024  # octets that are held in memory and compressed
_TEXTS: Final = ("text/", "application/xml", "application/json", "image/svg+xml")
_ABSENT: Final = (404, 410)


@dataclass(frozen=True, slots=True)
class Page:
    """A document at a decoded address. `source` changes whenever its bytes do.

    If `source` is empty, nobody knows, so the document is made by each export. The page of an
    error is what is answered `asked_at` another address, with another `status` than 200.
    """

    address: str
    source: str
    asked_at: str | None = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered at an address."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: Iterable[bytes]


# The answer at an address; None if this process cannot tell.
Render: TypeAlias = Callable[[Page], Answer | None]


@dataclass(frozen=True, slots=True)
class PageFile:
    """A page that is to be written to the file at `path`."""

    page: Page
    path: str


@dataclass(frozen=True, slots=True)
class WrittenPage:
    """What became of a page. `fault` is empty if it was written, or if there is none.

    If `is_undone`, another process must write it.
    """

    file: PageFile
    files: tuple[CurrentFile, ...] = ()
    fault: str = ""
    is_undone: bool = False


def write_pages(writer: Writer, render: Render, pages: Iterable[PageFile]) -> list[WrittenPage]:
    """Write the file of each page, if its bytes have changed."""
    return [_write_page(writer, render, each) for each in pages]


def _write_page(writer: Writer, render: Render, file: PageFile) -> WrittenPage:
    answer = render(file.page)
    if answer is None:
        return WrittenPage(file, is_undone=True)
    if answer.status != file.page.status:
        is_absent = answer.status in _ABSENT or file.page.asked_at is not None
        fault = "" if is_absent else f"it cannot be read now (status {answer.status})"
        return WrittenPage(file, fault=fault)
    pieces = iter(answer.body)
    head, is_whole = _first(pieces)
    if not is_whole:
        written = [_by_pieces(writer, file, chain([head], pieces))]
    else:
        media_type = dict(answer.headers).get("Content-Type", "")
        codings: Codings = writer.codings if media_type.startswith(_TEXTS) else {}
        document = DocumentFiles("", file.page.source, (file.path,))
        written = replace(writer, codings=codings).write(document, head)
    return WrittenPage(file, tuple(replace(each, headers=answer.headers) for each in written))


def _first(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """The octets of a document, and True; of a large one the first octets, and False."""
    head: list[bytes] = []
    octets = 0
    for piece in pieces:
        head.append(piece)
        octets += len(piece)
        if octets > _LARGEST:
            return b"".join(head), False
    return b"".join(head), True


def _by_pieces(writer: Writer, file: PageFile, pieces: Iterable[bytes]) -> CurrentFile:
    written, stamp, digest = replaced_by_pieces(writer.target, file.path, pieces)
    return CurrentFile(file.path, file.page.source, digest, stamp, written)
