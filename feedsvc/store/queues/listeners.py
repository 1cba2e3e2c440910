"""Who is told of each publish beside our subscribers, and of which ones they know."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import from_microseconds, microseconds
from feedsvc.core.feeds.change_summary import ChangeSummary
from feedsvc.core.websub.subscriptions import LONGEST_PAUSE
from feedsvc.store.engine.engine import Database
from feedsvc.store.queues.waits import due_or_past, is_due
from feedsvc.store.schema import feeds, listeners, publishes
from feedsvc.store.upserts import insert_new

CLAIM: Final = timedelta(minutes=10)  # as long as it may take to tell one of everything


@dataclass(frozen=True, slots=True)
class Listener:
    """An outside hub or a URL to notify, by a hash; told of all up to the publish `told`."""

    name: str
    told: int
    attempts: int
    next_attempt_at: datetime
    last_error: str


@dataclass(frozen=True, slots=True)
class Publish:
    """A publish that changed something."""

    number: int
    at: datetime
    news: ChangeSummary


class Listeners:
    """Every method raises StoreError where the store cannot be asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_publish(self) -> int:
        """The number of the last publish that changed something; 0 before the first."""
        with self._database.reading() as connection:
            return _last_publish(connection)

    def register(self, names: Collection[str]) -> None:
        """Know these listeners and no others; a new one is told of what comes from now on."""
        with self._database.writing() as connection:
            last = _last_publish(connection)
            connection.execute(sa.delete(listeners).where(listeners.c.name.not_in(names)))
            for name in names:
                row = {"name": name, "told": last, "attempts": 0, "last_error": ""}
                insert_new(
                    connection, listeners, row | {"next_attempt_at": 0, "claimed_until": 0}
                )

    def all(self) -> list[Listener]:
        """Every listener."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(listeners)).mappings()
            return [_listener(row) for row in rows]

    def claim(self, now: datetime) -> list[Listener]:
        """Those that do not know of the last publish and may be told now, by us alone."""
        last = sa.select(sa.func.max(publishes.c.number)).scalar_subquery()
        with self._database.writing() as connection:
            query = (
                sa.select(listeners)
                .where(
                    listeners.c.told < last,
                    is_due(listeners.c.next_attempt_at, now, LONGEST_PAUSE),
                    is_due(listeners.c.claimed_until, now, CLAIM),
                )
                .with_for_update(skip_locked=True)
            )
            found = [_listener(row) for row in connection.execute(query).mappings()]
            claiming = sa.update(listeners).where(listeners.c.name.in_([f.name for f in found]))
            connection.execute(claiming.values(claimed_until=microseconds(now + CLAIM)))
            return found

    def settle(
        self,
        listener: Listener,
        told: int,
        error: str = "",
        next_attempt_at: datetime | None = None,
    ) -> None:
        """Note how far a listener has been told; with `next_attempt_at` no further for now."""
        again = 0 if next_attempt_at is None else microseconds(next_attempt_at)
        attempts = listener.attempts + 1 if error else 0
        with self._database.writing() as connection:
            noting = sa.update(listeners).where(listeners.c.name == listener.name)
            connection.execute(
                noting.values(
                    told=told,
                    attempts=attempts,
                    next_attempt_at=again,
                    claimed_until=0,
                    last_error=error,
                )
            )

    def next_due(self, now: datetime) -> datetime | None:
        """When a listener that is behind may be told again."""
        last = sa.select(sa.func.max(publishes.c.number)).scalar_subquery()
        paused = due_or_past(listeners.c.next_attempt_at, now, LONGEST_PAUSE)
        claimed = due_or_past(listeners.c.claimed_until, now, CLAIM)
        due = sa.case((paused > claimed, paused), else_=claimed)
        with self._database.reading() as connection:
            query = sa.select(sa.func.min(due)).where(listeners.c.told < last)
            found = connection.execute(query).scalar()
            return None if found is None else from_microseconds(found)

    def feeds_moved_since(self, told: int) -> list[str]:
        """The paths of the feeds whose digest moved in a later publish than `told`."""
        with self._database.reading() as connection:
            query = (
                sa.select(feeds.c.path).where(feeds.c.moved_in > told).order_by(feeds.c.path)
            )
            return list(connection.execute(query).scalars())

    def publishes_since(self, told: int, most: int) -> list[Publish]:
        """The publishes that came after `told` and are still known, in their order."""
        with self._database.reading() as connection:
            query = (
                sa.select(publishes)
                .where(publishes.c.number > told)
                .order_by(publishes.c.number)
                .limit(most)
            )
            return [
                Publish(
                    row["number"],
                    from_microseconds(row["at"]),
                    ChangeSummary.from_json(row["news"]),
                )
                for row in connection.execute(query).mappings()
            ]

    def release(self, names: Collection[str]) -> None:
        """Give back listeners that were claimed and not told."""
        with self._database.writing() as connection:
            freeing = sa.update(listeners).where(listeners.c.name.in_(names))
            connection.execute(freeing.values(claimed_until=0))

    def release_claims(self) -> None:
        """Free what a watcher had in hand that is no more, where there can be no other."""
        with self._database.writing() as connection:
            connection.execute(sa.update(listeners).values(claimed_until=0))


def _last_publish(connection: Connection) -> int:
    return int(connection.execute(sa.select(sa.func.max(publishes.c.number))).scalar() or 0)


def _listener(row: sa.RowMapping) -> Listener:
    return Listener(
        row["name"],
        row["told"],
        row["attempts"],
        from_microseconds(row["next_attempt_at"]),
        row["last_error"],
    )
