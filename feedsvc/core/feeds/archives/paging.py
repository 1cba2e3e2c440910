"""Which archive page has which numbers, and which documents of a feed link to each other."""

from dataclasses import dataclass
from typing import Final

PAGE_SIZE: Final = 50  # numbers of an archive page; it can never change, or all pages would


@dataclass(frozen=True, slots=True)
class Extent:
    """How many entries a feed has, and how many numbers it has given to memberships so far."""

    entries: int
    numbered: int

    @property
    def newest_page(self) -> int:
        """The number of the newest archive page, full or not; 0 if there is none."""
        return page_of(self.numbered)


@dataclass(frozen=True, slots=True)
class Paging:
    """What a document says of its place in the history of its feed.

    `page` is the number of an archive page, and 0 for the subscription document. `newest` is
    the number of the newest archive page, and 0 if the document links to none. A document that
    `is_complete` has all entries of its feed (RFC 5005 §2).
    """

    newest: int = 0
    page: int = 0
    is_complete: bool = False

    @property
    def previous(self) -> int:
        """The page with the next older numbers; 0 if there is none."""
        return self.page - 1 if self.page else self.newest

    @property
    def next(self) -> int:
        """The page with the next newer numbers; 0 if there is none."""
        return self.page + 1 if 0 < self.page < self.newest else 0


NO_PAGING: Final = Paging()  # of a document that says nothing of its history


def page_of(number: int) -> int:
    """The archive page that has this number of a membership. Numbers and pages begin at 1."""
    return -(-number // PAGE_SIZE)


def numbers_of(page: int) -> tuple[int, int]:
    """The first and the last number of an archive page."""
    last = page * PAGE_SIZE
    return last - PAGE_SIZE + 1, last


def paging_mark(extent: Extent, most: int) -> str:
    """What the digest of a feed that shows up to `most` entries says of its history.

    It changes whenever the links of the subscription document may change. It is empty while
    there is at most one page and all entries may fit: then the links depend on the entries
    alone. Whether they fit into the size limit does, too.
    """
    newest, is_cut = extent.newest_page, extent.entries > most
    return f"{newest}{'+' if is_cut else ''}" if is_cut or newest > 1 else ""
