"""Losses in the store: those that are held, and those that were published of late."""

import json
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.filters.placing import topics_in
from feedsvc.core.ledger.losses import HeldLoss, HeldSet, LossBook, PublishedLoss, held_set
from feedsvc.core.site import Site
from feedsvc.store.bulk import upsert
from feedsvc.store.chunks import chunks
from feedsvc.store.rows import entry_of
from feedsvc.store.schema import entries, facts, held, losses, publishes

_COLUMNS = ("entry_id", "kind", "path", "title", "reason", "since")


def read_held(connection: Connection) -> tuple[HeldLoss, ...]:
    """Every loss that is held, by path."""
    query = sa.select(held).order_by(held.c.path, held.c.entry_id)
    rows = connection.execute(query).mappings()
    return tuple(HeldLoss(**{name: row[name] for name in _COLUMNS}) for row in rows)


def read_held_fact(connection: Connection) -> tuple[int, str]:
    """How many losses are held, and the name of their set; (0, "") if there are none."""
    query = sa.select(facts.c.value).where(facts.c.name == "held")
    count, _, name = (connection.execute(query).scalar() or "0").partition(" ")
    return int(count), name


def read_published_losses(connection: Connection) -> tuple[PublishedLoss, ...]:
    """The losses that count, without entries that have come back."""
    query = (
        sa.select(losses)
        .outerjoin(entries, entries.c.id == losses.c.entry_id)
        .where(entries.c.id.is_(None))
    )
    return tuple(
        PublishedLoss(row["entry_id"], row["at"], tuple(json.loads(row["groups"])))
        for row in connection.execute(query).mappings()
    )


def read_feed_paths(
    connection: Connection, entry_ids: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """The paths of the feeds that have each of these entries, by entry id."""
    without_texts = sa.select(entries, sa.literal(b"").label("packed"))
    paths: dict[str, tuple[str, ...]] = {}
    text = connection.execute(sa.select(facts.c.value).where(facts.c.name == "site")).scalar()
    site = Site.from_json(text) if text else None
    if site is None:  # nothing is published yet
        return paths
    for chunk in chunks(entry_ids):
        query = without_texts.where(entries.c.id.in_(chunk))
        for row in connection.execute(query).mappings():
            paths[row["id"]] = tuple(topic.path for topic in topics_in(site, entry_of(row)))
    return paths


def write_losses(connection: Connection, book: LossBook, now_us: int, number: int) -> None:
    """Write the book; if more is held than before, as publish `number`, for listeners."""
    if book.forgets:
        connection.execute(sa.delete(losses))
    groups = [
        {
            "entry_id": loss.entry_id,
            "at": loss.at,
            "groups": json.dumps(loss.groups, ensure_ascii=False),
        }
        for loss in book.published
    ]
    upsert(connection, losses, groups)
    before, after = set(book.before), set(book.held)
    if before == after:
        return
    kept = {loss.entry_id for loss in after}
    for ids in chunks(loss.entry_id for loss in before if loss.entry_id not in kept):
        connection.execute(sa.delete(held).where(held.c.entry_id.in_(ids)))
    new = [loss for loss in book.held if loss not in before]
    upsert(connection, held, [{name: getattr(loss, name) for name in _COLUMNS} for loss in new])
    summary = write_held_fact(connection)
    if book.announces():
        _announce(connection, summary, now_us, number)


def write_held_fact(connection: Connection) -> HeldSet:
    """Write the count and the name of what is held as a fact, which probes read; the set.

    Call this whenever rows of `held` have changed: the name follows from their ids.
    """
    summary = held_set(read_held(connection))
    fact = {"name": "held", "value": f"{summary.count} {summary.name}".strip()}
    upsert(connection, facts, [fact])
    return summary


def _announce(connection: Connection, summary: HeldSet, now_us: int, number: int) -> None:
    news = json.dumps({"held": summary.to_dict()}, ensure_ascii=False)
    row = {"number": number, "at": now_us, "news": news}
    connection.execute(sa.insert(publishes), [row])
