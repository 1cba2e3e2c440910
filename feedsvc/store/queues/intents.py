"""Intents: requests to subscribe or unsubscribe, until the callback has confirmed them.

Anybody may send such a request, and each makes this hub send one to the callback (WebSub
§5.3). Limits for each client and each callback host keep strangers from using the hub to flood
a server, and from filling the queue for others.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import from_microseconds, microseconds
from feedsvc.core.websub.subscriptions import (
    LONGEST_PAUSE,
    MOST_OF_CALLBACK,
    MOST_OF_CLIENT,
    MOST_QUEUED_OF_CLIENT,
    MOST_UNPROVEN,
    MOST_UNPROVEN_OF_CLIENT,
    MOST_VERIFIED_AT_ONCE,
    QUEUE_DRAINS_IN,
    UNPROVEN_FOR,
    Intent,
    Verification,
    share,
)
from feedsvc.store.bulk import insert_new
from feedsvc.store.engine.database import Database
from feedsvc.store.queues.claims import (
    claim,
    claimable_at,
    is_unclaimed,
    release,
    release_all,
)
from feedsvc.store.queues.waits import is_beyond, is_due
from feedsvc.store.rows import target_of, target_row
from feedsvc.store.schema import intents, publishes, subscriptions

# Asked several times a second. To build a statement costs more than to execute it.
_ANY_WAITS: Final = sa.select(sa.exists().where(intents.c.next_attempt_at.is_not(None)))


class Intents:
    """The queue of intents. Every method raises StoreError if the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enqueue(self, intent: Intent, most: int, now: datetime) -> str:
        """Queue an intent for verification; it replaces an earlier one of its target.

        Returns "" if it was queued, else the reason, in one line for the client. The hub has
        room for `most` subscriptions and queued intents. A request about a subscription that
        exists is never refused because the hub is full.
        """
        with self._database.writing(alone="intents") as connection:
            fault = _too_many_requests(connection, intent, now)
            if not fault and intent.mode == "subscribe":
                fault = _no_room(connection, intent, most)
            if not fault:
                asked_at = _after_earlier(connection, intent)
                _replace_earlier(connection, intent)
                connection.execute(
                    sa.insert(intents), [_intent_row(intent) | {"asked_at": asked_at}]
                )
            return fault

    def retry_at(self, intent: Intent, now: datetime) -> datetime | None:
        """When a client with too many requests may retry; None if it may retry now.

        It may retry earlier if one of its requests is confirmed or ends.
        """
        with self._database.reading() as connection:
            if _queued_by(connection, intent) >= MOST_QUEUED_OF_CLIENT:
                return now + QUEUE_DRAINS_IN
            until = _too_many_unproven_until(connection, intent, now)
            return None if until is None else from_microseconds(until)

    def claim(
        self, now: datetime, most: int, most_of_host: int = MOST_VERIFIED_AT_ONCE
    ) -> list[Intent]:
        """Claim up to `most` intents to verify now; no other process gets them meanwhile.

        At most `most_of_host` intents of one callback host are claimed at a time, earlier
        claims included. Clients take turns: one that queued a thousand does not delay the
        first one of another.
        """
        with self._database.writing() as connection:
            chosen = _next_intents(now, most_of_host).limit(most)
            query = (
                sa.select(intents)
                .where(intents.c.number.in_(chosen), is_unclaimed(intents, now))
                .order_by(intents.c.next_attempt_at)
                .with_for_update(skip_locked=True)
            )
            rows = connection.execute(query).mappings().all()
            claim(connection, intents.c.number, [row["number"] for row in rows], now)
            return [_intent(row) for row in rows]

    def drop_queue(self, host: str, now: datetime) -> int:
        """Drop the waiting intents of a callback host; returns how many.

        Claimed intents stay.
        """
        queued = sa.and_(
            intents.c.host == host,
            intents.c.next_attempt_at.is_not(None),
            is_unclaimed(intents, now),
        )
        with self._database.writing() as connection:
            unsent = sa.delete(intents).where(queued, intents.c.attempts == 0)
            count = connection.execute(unsent).rowcount
            failed = sa.update(intents).where(queued).values(next_attempt_at=None)
            return int(count + connection.execute(failed).rowcount)

    def confirm(self, intent: Intent, now: datetime) -> bool:
        """Carry out a confirmed intent: create, renew or end the subscription.

        Returns False, and changes nothing, if a later intent of the same target was confirmed
        first.
        """
        with self._database.writing() as connection:
            return _confirm(connection, intent, now)

    def refuse(
        self, intent: Intent, error: str, next_attempt_at: datetime | None, now: datetime
    ) -> None:
        """Record that a verification failed; without `next_attempt_at` it is not retried."""
        failed = Verification(intent, error=error, next_attempt_at=next_attempt_at)
        self.conclude([failed], now)

    def conclude(self, verifications: Iterable[Verification], now: datetime) -> None:
        """Carry out the intents that were confirmed and record the failures, all at once."""
        with self._database.writing() as connection:
            for verification in verifications:
                if verification.is_confirmed:
                    _confirm(connection, verification.intent, now)
                else:
                    _record_failure(connection, verification)

    def next_due(self, now: datetime) -> datetime | None:
        """When the next intent can be claimed; None if none waits."""
        with self._database.reading() as connection:
            if not connection.execute(_ANY_WAITS).scalar():
                return None
            is_waiting = intents.c.next_attempt_at.is_not(None)
            attempt_at, now_us = intents.c.next_attempt_at, microseconds(now)
            is_ahead = (intents.c.attempts == 0) & (attempt_at > now_us)
            due_at = sa.case((is_ahead, now_us), else_=attempt_at)
            earliest = sa.func.min(claimable_at(intents, due_at, now))
            moment = connection.execute(sa.select(earliest).where(is_waiting)).scalar()
            return None if moment is None else from_microseconds(moment)

    def forget_old(self, now: datetime) -> None:
        """Delete the intents that have ended and no longer count against a host or a client."""
        with self._database.writing() as connection:
            is_old = intents.c.asked_at < microseconds(now - UNPROVEN_FOR)
            is_ahead = is_beyond(intents.c.asked_at, now, timedelta())
            has_ended = intents.c.next_attempt_at.is_(None)
            connection.execute(sa.delete(intents).where(is_old | is_ahead, has_ended))

    def release(self, numbers: Collection[str]) -> None:
        """End the claims on these intents, whose verification has not begun."""
        with self._database.writing() as connection:
            release(connection, intents.c.number, numbers)

    def release_claims(self) -> None:
        """End every claim. Only for a process that knows that it is alone."""
        with self._database.writing() as connection:
            release_all(connection, intents)


def _confirm(connection: Connection, intent: Intent, now: datetime) -> bool:
    name = intent.target.name
    ending = sa.delete(intents).where(intents.c.number == intent.number)
    if not connection.execute(ending).rowcount:
        return False
    is_earlier = intents.c.asked_at < microseconds(intent.asked_at)
    connection.execute(sa.delete(intents).where(intents.c.name == name, is_earlier))
    if intent.mode == "unsubscribe":
        connection.execute(sa.delete(subscriptions).where(subscriptions.c.name == name))
        return True
    # If the clock is behind, the lease would end as soon as the clock is corrected.
    last_publish = connection.execute(sa.select(sa.func.max(publishes.c.at))).scalar()
    ends = max(microseconds(now), last_publish or 0) + intent.lease_seconds * 1_000_000
    renewal = {
        "lease_ends_at": ends,
        "secret": intent.secret,
        "client": intent.client,
        "topic": intent.target.topic,
        "next_attempt_at": 0,
    }
    row = _new_subscription(intent, now) | renewal
    if not insert_new(connection, subscriptions, row):
        renewing = sa.update(subscriptions).where(subscriptions.c.name == name)
        connection.execute(renewing.values(**renewal))
    return True


def _record_failure(connection: Connection, failed: Verification) -> None:
    retry_at = failed.next_attempt_at
    is_waiting = intents.c.next_attempt_at.is_not(None)  # a later intent may have replaced it
    recording = sa.update(intents).where(intents.c.number == failed.intent.number, is_waiting)
    values: dict[str, Any] = {
        "attempts": intents.c.attempts + 1,
        "next_attempt_at": None if retry_at is None else microseconds(retry_at),
        "claimed_until": 0,
        "last_error": failed.error,
    }
    connection.execute(recording.values(**values))


def _next_intents(now: datetime, most_of_host: int) -> sa.Select[tuple[str]]:
    """The numbers of the intents to verify next, in order.

    Claimed ones are ranked first, so that a client or host that has many of them waits.
    """
    # A first attempt does not wait, even if the clock that queued it was ahead.
    is_new = intents.c.next_attempt_at.is_not(None) & (intents.c.attempts == 0)
    is_free = sa.case((is_unclaimed(intents, now), 1), else_=0)
    first = (is_free, intents.c.next_attempt_at, intents.c.number)
    turn = sa.func.row_number().over(partition_by=intents.c.client, order_by=first)
    due = (
        sa.select(
            intents.c.number,
            intents.c.host,
            intents.c.next_attempt_at,
            is_free.label("is_free"),
            turn.label("turn"),
        )
        .where(is_new | is_due(intents.c.next_attempt_at, now, LONGEST_PAUSE))
        .subquery()
    )
    order = (due.c.is_free, due.c.turn, due.c.next_attempt_at, due.c.number)
    rank = sa.func.row_number().over(partition_by=due.c.host, order_by=order)
    ranked = sa.select(due, rank.label("rank")).subquery()
    return (
        sa.select(ranked.c.number)
        .where(ranked.c.is_free == 1, ranked.c.rank <= most_of_host)
        .order_by(ranked.c.turn, ranked.c.next_attempt_at)
    )


def _after_earlier(connection: Connection, intent: Intent) -> int:
    """The time of a request; later than that of earlier ones, whatever the clocks said."""
    last = connection.execute(
        sa.select(sa.func.max(intents.c.asked_at)).where(intents.c.name == intent.target.name)
    ).scalar()
    asked_at = microseconds(intent.asked_at)
    return asked_at if last is None or last <= asked_at else last + 1


def _replace_earlier(connection: Connection, intent: Intent) -> None:
    """Delete earlier intents that nobody has begun to verify; the rest count as unproven."""
    is_earlier = (intents.c.name == intent.target.name, intents.c.next_attempt_at.is_not(None))
    is_unsent = (intents.c.attempts == 0, intents.c.claimed_until == 0)
    connection.execute(sa.delete(intents).where(*is_earlier, *is_unsent))
    connection.execute(sa.update(intents).where(*is_earlier).values(next_attempt_at=None))


# Limits.


def _too_many_requests(connection: Connection, intent: Intent, now: datetime) -> str:
    if _queued_by(connection, intent) >= MOST_QUEUED_OF_CLIENT:
        return "too many subscriptions of this client wait to be verified"
    if _too_many_unproven_until(connection, intent, now) is not None:
        return "too many subscriptions were asked for that were not confirmed"
    return ""


def _queued_by(connection: Connection, intent: Intent) -> int:
    is_of_client = intents.c.client == intent.client
    return _count(connection, intents, *_others_queued(intent), is_of_client)


def _others_queued(intent: Intent) -> tuple[sa.ColumnElement[bool], ...]:
    """The waiting intents, without those that this one replaces."""
    return intents.c.next_attempt_at.is_not(None), intents.c.name != intent.target.name


def _too_many_unproven_until(
    connection: Connection, intent: Intent, now: datetime
) -> int | None:
    """Until when the client or the host has too many unproven intents; None if it has not."""
    until: list[int] = []
    since = microseconds(now - UNPROVEN_FOR)
    for column, value, most in (
        (intents.c.host, intent.target.host, MOST_UNPROVEN),
        (intents.c.client, intent.client, MOST_UNPROVEN_OF_CLIENT),
    ):
        counted = sa.select(intents.c.asked_at).where(
            column == value, _is_recent(now), intents.c.next_attempt_at.is_(None)
        )
        newest = counted.order_by(intents.c.asked_at.desc())
        last = connection.execute(newest.offset(most - 1).limit(1)).scalar()
        if last is not None:  # when this one is old enough, there is room for another
            until.append(last + microseconds(now) - since)
    return max(until, default=None)


def _is_recent(now: datetime) -> sa.ColumnElement[bool]:
    """True for intents of the last minutes, unless a clock that was ahead wrote their time."""
    is_recent = intents.c.asked_at > microseconds(now - UNPROVEN_FOR)
    return is_recent & sa.not_(is_beyond(intents.c.asked_at, now, timedelta()))


def _no_room(connection: Connection, intent: Intent, most: int) -> str:
    existing = sa.select(subscriptions.c.name).where(subscriptions.c.name == intent.target.name)
    if connection.execute(existing).first():
        return ""
    queued, target = _others_queued(intent), intent.target

    def taken(*columns: str) -> int:
        values = {"host": target.host, "callback": target.callback, "client": intent.client}
        counts = [
            _count(
                connection, table, *more, *(table.c[name] == values[name] for name in columns)
            )
            for table, more in ((subscriptions, ()), (intents, queued))
        ]
        return sum(counts)

    if taken() >= most:
        return "this hub has no room for more subscriptions"
    if taken("host", "callback") >= MOST_OF_CALLBACK:
        return "this callback has too many subscriptions"
    if taken("client") >= min(MOST_OF_CLIENT, share(most)):
        return "this client has too many subscriptions"
    if taken("host") >= share(most):
        return "the host of this callback has too many subscriptions"
    return ""


def _count(connection: Connection, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
    count = sa.select(sa.func.count()).select_from(table).where(*conditions)
    return int(connection.execute(count).scalar_one())


# Rows.


def _intent_row(intent: Intent) -> dict[str, Any]:
    asked_at = microseconds(intent.asked_at)
    return {
        **target_row(intent.target),
        **{"mode": intent.mode, "client": intent.client, "secret": intent.secret},
        **{"lease_seconds": intent.lease_seconds, "delivered": intent.delivered},
        **{"asked_at": asked_at, "number": intent.number, "attempts": intent.attempts},
        **{"next_attempt_at": asked_at, "claimed_until": 0, "last_error": ""},
        "verify_token": intent.verify_token,
    }


def _intent(row: sa.RowMapping) -> Intent:
    same = (
        "mode",
        "client",
        "secret",
        "lease_seconds",
        "delivered",
        "number",
        "attempts",
        "verify_token",
    )
    asked_at = from_microseconds(row["asked_at"])
    return Intent(
        target=target_of(row), asked_at=asked_at, **{name: row[name] for name in same}
    )


def _new_subscription(intent: Intent, now: datetime) -> dict[str, Any]:
    return {
        **target_row(intent.target),
        **{"since": microseconds(now), "delivered": intent.delivered, "delivered_at": None},
        **{"attempts": 0, "claimed_until": 0, "last_error": ""},
    }
