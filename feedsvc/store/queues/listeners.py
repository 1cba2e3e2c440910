"""Listeners: outside hubs and notify URLs, and up to which publish each was notified."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import from_microseconds, microseconds
from feedsvc.core.feeds.change_summary import ChangeSummary
from feedsvc.core.websub.listener_names import MessageKind
from feedsvc.core.websub.subscriptions import LONGEST_PAUSE
from feedsvc.store.bulk import insert_new
from feedsvc.store.engine.database import Database
from feedsvc.store.queues.claims import CLAIM, claimable_at, is_unclaimed, release, release_all
from feedsvc.store.queues.waits import is_due
from feedsvc.store.schema import feeds, listeners, publishes

_LAST: Final = sa.select(sa.func.max(publishes.c.number)).scalar_subquery()
_IS_BEHIND: Final = listeners.c.told < _LAST
# Asked several times a second. To build a statement costs more than to execute it.
_ANY_IS_BEHIND: Final = sa.select(sa.exists().where(_IS_BEHIND))


@dataclass(frozen=True, slots=True)
class Listener:
    """An outside hub or a notify URL; its `name` is a hash.

    `last_notified` is the number of the last publish that it was notified of. `claimed_until`
    identifies the claim on it: another process sets another time.
    """

    name: str
    last_notified: int
    attempts: int
    next_attempt_at: datetime
    last_error: str
    claimed_until: datetime


@dataclass(frozen=True, slots=True)
class Publish:
    """A publish that changed something, or one that held more posts: `held`, as JSON.

    Or what begins or ends to want `attention`, likewise.
    """

    number: int
    at: datetime
    summary: ChangeSummary
    held: Mapping[str, Any] | None = None
    attention: Mapping[str, Any] | None = None

    @property
    def kind(self) -> MessageKind:
        """The kind of the message about it."""
        if self.attention:
            return "attention"
        return "held" if self.held else "published"


class Listeners:
    """The listeners. Every method raises StoreError if the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_publish(self) -> int:
        """The number of the last publish that changed something; 0 before the first."""
        with self._database.reading() as connection:
            return _last_publish(connection)

    def register(self, names: Collection[str]) -> None:
        """Keep exactly these listeners; a new one is notified of later publishes only."""
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

    def claim(
        self, now: datetime, busy: Collection[str] = (), last: int | None = None
    ) -> list[Listener]:
        """Claim the listeners to notify now; no other process gets them meanwhile.

        Those in `busy` are left out, and with `last` those that know of this publish: of later
        publishes the caller does not know yet.
        """
        with self._database.writing() as connection:
            query = (
                sa.select(listeners)
                .where(
                    _IS_BEHIND if last is None else listeners.c.told < last,
                    is_due(listeners.c.next_attempt_at, now, LONGEST_PAUSE),
                    is_unclaimed(listeners, now),
                    listeners.c.name.not_in([*busy]),
                )
                .with_for_update(skip_locked=True)
            )
            due = [_listener(row) for row in connection.execute(query).mappings()]
            claims = [_claim(connection, listener, now) for listener in due]
            return [listener for listener in claims if listener]

    def renew(self, listener: Listener, now: datetime) -> Listener | None:
        """Extend the claim on a listener; None if it ended and another process has claimed it.

        Notifying one listener may take many requests, and longer than a claim lasts.
        """
        with self._database.writing() as connection:
            return _claim(connection, listener, now)

    def settle(
        self,
        listener: Listener,
        last_notified: int,
        error: str = "",
        next_attempt_at: datetime | None = None,
    ) -> None:
        """Record how far a listener was notified, and end the claim on it.

        With `next_attempt_at` it is not notified before then. If another process has claimed
        the listener, nothing is recorded: that process notifies it.
        """
        retry_at = 0 if next_attempt_at is None else microseconds(next_attempt_at)
        attempts = listener.attempts + 1 if error else 0
        with self._database.writing() as connection:
            recording = sa.update(listeners).where(*_is_claim_of(listener))
            connection.execute(
                recording.values(
                    told=last_notified,
                    attempts=attempts,
                    next_attempt_at=retry_at,
                    claimed_until=0,
                    last_error=error,
                )
            )

    def next_due(self, now: datetime) -> datetime | None:
        """When the next listener can be claimed; None if all know of the last publish."""
        with self._database.reading() as connection:
            if not connection.execute(_ANY_IS_BEHIND).scalar():
                return None
            earliest = sa.func.min(claimable_at(listeners, listeners.c.next_attempt_at, now))
            query = sa.select(earliest).where(_IS_BEHIND)
            moment = connection.execute(query).scalar()
            return None if moment is None else from_microseconds(moment)

    def feeds_changed_since(self, publish: int) -> list[str]:
        """The paths of the feeds whose digest changed in a later publish."""
        with self._database.reading() as connection:
            is_later = feeds.c.moved_in > publish
            query = sa.select(feeds.c.path).where(is_later).order_by(feeds.c.path)
            return list(connection.execute(query).scalars())

    def publishes_since(self, publish: int, most: int) -> list[Publish]:
        """The later publishes that are still stored, in order, up to `most`."""
        with self._database.reading() as connection:
            query = (
                sa.select(publishes)
                .where(publishes.c.number > publish)
                .order_by(publishes.c.number)
                .limit(most)
            )
            return [_publish(row) for row in connection.execute(query).mappings()]

    def release(self, names: Collection[str]) -> None:
        """End the claims on these listeners."""
        with self._database.writing() as connection:
            release(connection, listeners.c.name, names)

    def release_claims(self) -> None:
        """End every claim. Only for a process that knows that it is alone."""
        with self._database.writing() as connection:
            release_all(connection, listeners)


def _publish(row: sa.RowMapping) -> Publish:
    number, at = row["number"], from_microseconds(row["at"])
    news = json.loads(row["news"])
    if "held" in news or "attention" in news:
        return Publish(number, at, ChangeSummary(), news.get("held"), news.get("attention"))
    return Publish(number, at, ChangeSummary.from_json(row["news"]))


def _last_publish(connection: Connection) -> int:
    return int(connection.execute(sa.select(sa.func.max(publishes.c.number))).scalar() or 0)


def _claim(connection: Connection, listener: Listener, now: datetime) -> Listener | None:
    """Replace the claim of this value by a new one; None if another process has replaced it."""
    until = microseconds(now + CLAIM)
    claiming = sa.update(listeners).where(*_is_claim_of(listener))
    if not connection.execute(claiming.values(claimed_until=until)).rowcount:
        return None
    return replace(listener, claimed_until=from_microseconds(until))


def _is_claim_of(listener: Listener) -> tuple[Any, ...]:
    until = microseconds(listener.claimed_until)
    return listeners.c.name == listener.name, listeners.c.claimed_until == until


def _listener(row: sa.RowMapping) -> Listener:
    return Listener(
        row["name"],
        row["told"],
        row["attempts"],
        from_microseconds(row["next_attempt_at"]),
        row["last_error"],
        from_microseconds(row["claimed_until"]),
    )
