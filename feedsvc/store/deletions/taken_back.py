"""What one publish does with entries whose posts are retracted, or were until now."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.feeds.deletions.retractions import (
    Retraction,
    notice_entry,
    returned_entry,
)
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.site import Site
from feedsvc.store.deletions.old_summaries import clear_summaries
from feedsvc.store.deletions.purged_pages import pages_of
from feedsvc.store.deletions.retractions import Retractions
from feedsvc.store.rows import entry_of


class TakenBack:
    """Puts notices in the place of entries. `pages` are what caches must drop: see Changes."""

    def __init__(self, connection: Connection, site: Site, now: datetime) -> None:
        self.pages: list[str] = []
        self._connection = connection
        self._site = site
        self._now = now
        self._rows = Retractions(connection)
        self._found: dict[str, Retraction] = {}  # of the entries in question
        self._silenced: set[str] = set()  # the ids of entries whose words must be nowhere

    def begin(self, retractions: Iterable[Retraction], rereads: Collection[str] | None) -> None:
        """Write what a publication says of retractions, before any entry is written."""
        self._rows.write(retractions)
        if rereads is not None:
            self._rows.read_again(rereads)

    def shown(self, put: list[Entry]) -> list[Entry]:
        """What is published in place of entries: notices, and nothing once these have ended.

        Every entry that a publish writes passes here.
        """
        self._found = self._rows.of(entry.id for entry in put)
        return [
            notice_entry(entry, of)
            if (of := self._found.get(entry.id)) and of.stands(self._now)
            else entry
            for entry in put
            if entry.id not in self._found or not self._found[entry.id].has_ended(self._now)
        ]

    def dated(self, shown: list[Entry]) -> list[Entry]:
        """The same entries; if a retraction was undone, the entry is newer than its notice."""
        found = self._found
        return [returned_entry(e, found[e.id]) if e.id in found else e for e in shown]

    def note_replaced(self, written: list[Entry], old: Mapping[str, sa.RowMapping]) -> None:
        """Note which entries become notices, or posts again. `old` are their rows, by id."""
        notices = {entry.id for entry in written if entry.is_notice}
        both = (e for e in written if e.id in old and (e.is_notice or old[e.id]["more"]))
        before = [(old[e.id]["number"], entry_of(old[e.id])) for e in both]
        before = [(n, e) for n, e in before if e.is_notice or e.id in notices]
        self._silenced |= {entry.id for _, entry in before if not entry.is_notice}
        self.pages += pages_of(self._connection, self._site, before)

    def without_words(self, withdrawn: Collection[Entry]) -> list[Entry]:
        """Entries that are withdrawn, as messages may name them."""
        found = self._rows.of(entry.id for entry in withdrawn)
        silent = {i for i, of in found.items() if of.undone_at is None}
        self._silenced |= silent
        return [replace(e, summary="") if e.id in silent else e for e in withdrawn]

    def finish(self) -> None:
        """Empty what earlier messages say of the posts that are retracted now."""
        if self._silenced:
            clear_summaries(self._connection, self._silenced)
