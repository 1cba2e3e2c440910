"""Retractions in the store: which posts were taken back, and what is published of them."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import from_microseconds, microseconds
from feedsvc.core.feeds.deletions.retractions import Retraction
from feedsvc.core.feeds.entries import NOTICE
from feedsvc.core.ledger.ledger import LedgerEntry
from feedsvc.store.bulk import upsert
from feedsvc.store.chunks import chunks
from feedsvc.store.rows import ledger_entry
from feedsvc.store.schema import entries, files, identities, ledger, retractions

HIDDEN_BY: Final = "retracted"  # of a file whose post must not come back

_NOT_UNDONE = retractions.c.undone_at.is_(None)


class Retractions:
    """Reads and writes the rows. Without any in the store each method costs one query."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def exist(self) -> bool:
        """True if a post was ever taken back."""
        some = sa.select(sa.literal(1)).select_from(retractions).limit(1)
        return self._connection.execute(some).first() is not None

    def of(self, entry_ids: Iterable[str]) -> dict[str, Retraction]:
        """The retractions of these entries by id, also those that have ended."""
        found: dict[str, Retraction] = {}
        for some in chunks(entry_ids) if self.exist() else ():
            query = sa.select(retractions).where(retractions.c.entry_id.in_(some))
            rows = self._connection.execute(query).mappings()
            found |= {row["entry_id"]: retraction_of(row) for row in rows}
        return found

    def all(self) -> Iterator[Retraction]:
        """Every retraction, the last first."""
        order = (retractions.c.since.desc(), retractions.c.entry_id)
        rows = self._connection.execute(sa.select(retractions).order_by(*order))
        return map(retraction_of, rows.mappings())

    def ended(self, now_us: int) -> list[str]:
        """The ids of the entries that are still published, although their time is over."""
        query = (
            sa.select(retractions.c.entry_id)
            .join(entries, entries.c.id == retractions.c.entry_id)
            .where(_NOT_UNDONE, retractions.c.until <= now_us)
            .order_by(retractions.c.entry_id)
        )
        return list(self._connection.execute(query).scalars())

    def unshown(self, now_us: int) -> list[str]:
        """The ids of the entries that still have their text, although a notice should stand.

        A ledger file with the retraction was imported after they were published.
        """
        query = (
            sa.select(retractions.c.entry_id)
            .join(entries, entries.c.id == retractions.c.entry_id)
            .where(_NOT_UNDONE, retractions.c.until > now_us)
            .where(entries.c.digest.not_like(f"%{NOTICE}"))
            .order_by(retractions.c.entry_id)
        )
        return list(self._connection.execute(query).scalars())

    def next_end(self, now_us: int) -> int | None:
        """When the next notice ends, in microseconds since 1970."""
        query = sa.select(sa.func.min(retractions.c.until))
        query = query.where(_NOT_UNDONE, retractions.c.until > now_us)
        end: int | None = self._connection.execute(query).scalar()
        return end

    def with_texts(self, body_digests: Collection[str]) -> Iterator[LedgerEntry]:
        """The retracted posts that have, or had, these texts."""
        query = sa.select(ledger).join(retractions, retractions.c.entry_id == ledger.c.id)
        for some in chunks(body_digests) if self.exist() else ():
            chosen = query.where(_NOT_UNDONE, ledger.c.body_digest.in_(some))
            rows = self._connection.execute(chosen.order_by(ledger.c.id)).mappings()
            yield from map(ledger_entry, rows)

    def hidden_files(self, entry_id: str) -> list[str]:
        """The paths of the files that this retraction hides: of the post, and of its copies."""
        keys = sa.select(identities.c.key).where(identities.c.entry_id == entry_id)
        as_json = json.dumps(entry_id, ensure_ascii=False)[1:-1]
        is_copy = files.c.problems.contains(f" {as_json}, ", autoescape=True)
        query = sa.select(files.c.path).where(
            files.c.hidden_by == HIDDEN_BY, sa.or_(files.c.key.in_(keys), is_copy)
        )
        return list(self._connection.execute(query.order_by(files.c.path)).scalars())

    # Writing.

    def write(self, changed: Iterable[Retraction]) -> None:
        """Insert or replace these."""
        upsert(self._connection, retractions, map(retraction_row, changed))

    def delete(self, entry_ids: Collection[str]) -> None:
        """Forget the retractions of these entries."""
        for some in chunks(entry_ids):
            self._connection.execute(
                sa.delete(retractions).where(retractions.c.entry_id.in_(some))
            )

    def rename(self, ids: Mapping[str, str]) -> None:
        """Give the retractions of entries to their new ids; `ids` has these by the old ones."""
        found = self.of(ids)
        self.delete(found)
        for entry_id, retraction in found.items():
            row = retraction_row(retraction) | {"entry_id": ids[entry_id]}
            upsert(self._connection, retractions, [row])

    def read_again(self, paths: Collection[str]) -> None:
        """Let the next publish read these files, and all that a retraction hides."""
        unread = {"size": -1, "digest": ""}
        self._connection.execute(
            sa.update(files).where(files.c.hidden_by == HIDDEN_BY).values(unread)
        )
        for some in chunks(paths):
            self._connection.execute(
                sa.update(files).where(files.c.path.in_(some)).values(unread)
            )


def retraction_row(retraction: Retraction) -> dict[str, Any]:
    """The retraction as a row of `retractions`."""
    undone_at = retraction.undone_at
    return {
        **asdict(retraction),
        "since": microseconds(retraction.since),
        "until": microseconds(retraction.until),
        "undone_at": microseconds(undone_at) if undone_at else None,
    }


def retraction_of(row: sa.RowMapping) -> Retraction:
    """The retraction in a row of `retractions`."""
    undone_at = row["undone_at"]
    return Retraction(
        row["entry_id"],
        row["notice"],
        row["origin"],
        from_microseconds(row["since"]),
        from_microseconds(row["until"]),
        None if undone_at is None else from_microseconds(undone_at),
    )
