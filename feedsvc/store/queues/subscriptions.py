"""Subscriptions of our hub in the store, and what is asked for of them."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import from_microseconds, microseconds
from feedsvc.core.websub.subscriptions import (
    LONGEST_LEASE,
    LONGEST_PAUSE,
    MOST_OF_CALLBACK,
    MOST_OF_CLIENT,
    MOST_QUEUED_OF_CLIENT,
    MOST_UNPROVEN,
    MOST_UNPROVEN_OF_CLIENT,
    MOST_VERIFIED_AT_ONCE,
    QUEUE_DRAINS_IN,
    UNPROVEN_FOR,
    Delivery,
    Intent,
    Outcome,
    Subscription,
    Target,
    Verification,
    share,
)
from feedsvc.store.chunks import chunks
from feedsvc.store.engine.engine import Database
from feedsvc.store.queues.waits import (
    due_or_past,
    is_beyond,
    is_due,
)
from feedsvc.store.schema import feeds, intents, publishes, subscriptions
from feedsvc.store.upserts import insert_new

CLAIM: Final = timedelta(seconds=30)  # after which what a dead watcher had in hand is free

_DUE = subscriptions.c.delivered != feeds.c.digest


class Subscriptions:
    """Every method raises StoreError where the store cannot be asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Intents.

    def ask(self, intent: Intent, most: int, now: datetime) -> str:
        """Queue an intent for verification; it replaces an earlier one of its target.

        Returns "" if it was queued, else the reason, in one line for the client. The hub has
        room for `most` subscriptions and queued intents. A request about a subscription that
        exists is never refused because the hub is full.
        """
        with self._database.writing(alone="intents") as connection:
            fault = _too_often(connection, intent, now)
            if not fault and intent.mode == "subscribe":
                fault = _too_many(connection, intent, most)
            if not fault:
                asked_at = _after_earlier(connection, intent)
                _replace_earlier(connection, intent)
                connection.execute(
                    sa.insert(intents), [_intent_row(intent) | {"asked_at": asked_at}]
                )
            return fault

    def free_at(self, intent: Intent, now: datetime) -> datetime | None:
        """When a client that made too many requests before may retry; None if it may now.

        A request that is confirmed or ends makes room earlier.
        """
        with self._database.reading() as connection:
            if _queued_by(connection, intent) >= MOST_QUEUED_OF_CLIENT:
                return now + QUEUE_DRAINS_IN
            until = _too_many_unproven_until(connection, intent, now)
            return None if until is None else from_microseconds(until)

    def claim_intents(
        self, now: datetime, most: int, most_of_host: int = MOST_VERIFIED_AT_ONCE
    ) -> list[Intent]:
        """Claim up to `most` intents to verify now; nobody else gets them meanwhile.

        Of one callback host no more than `most_of_host` are claimed at a time, with those that
        were claimed before. Clients take turns: one that queued a thousand does not delay the
        first one of another.
        """
        with self._database.writing() as connection:
            chosen = _next_intents(now, most_of_host).limit(most)
            query = (
                sa.select(intents)
                .where(
                    intents.c.number.in_(chosen), is_due(intents.c.claimed_until, now, CLAIM)
                )
                .order_by(intents.c.next_attempt_at)
                .with_for_update(skip_locked=True)
            )
            rows = connection.execute(query).mappings().all()
            _claim(connection, intents.c.number, [row["number"] for row in rows], now)
            return [_intent(row) for row in rows]

    def drop_queue(self, host: str, now: datetime) -> int:
        """Give up the intents of a callback host that wait; returns how many.

        Those that somebody has claimed go on.
        """
        queued = sa.and_(
            intents.c.host == host,
            intents.c.next_attempt_at.is_not(None),
            is_due(intents.c.claimed_until, now, CLAIM),
        )
        with self._database.writing() as connection:
            unsent = sa.delete(intents).where(queued, intents.c.attempts == 0)
            count = connection.execute(unsent).rowcount
            failed = sa.update(intents).where(queued).values(next_attempt_at=None)
            return int(count + connection.execute(failed).rowcount)

    def confirm(self, intent: Intent, now: datetime) -> bool:
        """Do what the callback has confirmed: keep or renew the subscription, or end it.

        False, and nothing, where a later intent of the same target was confirmed before.
        """
        with self._database.writing() as connection:
            return _confirm(connection, intent, now)

    def refuse(
        self, intent: Intent, error: str, next_attempt_at: datetime | None, now: datetime
    ) -> None:
        """Note that an intent was not confirmed; without a next attempt it never will be."""
        failed = Verification(intent, error=error, next_attempt_at=next_attempt_at)
        self.conclude([failed], now)

    def conclude(self, verifications: Iterable[Verification], now: datetime) -> None:
        """Do what callbacks have confirmed, and note what failed, all at once."""
        with self._database.writing() as connection:
            for each in verifications:
                if each.is_confirmed:
                    _confirm(connection, each.intent, now)
                else:
                    _note_failure(connection, each)

    def next_intent_due(self, now: datetime) -> datetime | None:
        """When the next intent is to be verified that is not in somebody's hands."""
        with self._database.reading() as connection:
            waiting = intents.c.next_attempt_at.is_not(None)
            due = intents.c.next_attempt_at
            is_ahead = (intents.c.attempts == 0) & (due > microseconds(now))
            paused = sa.case((is_ahead, microseconds(now)), else_=due)
            query = sa.select(sa.func.min(_free_at(intents, paused, now))).where(waiting)
            found = connection.execute(query).scalar()
            return None if found is None else from_microseconds(found)

    # Deliveries.

    def claim_deliveries(
        self, now: datetime, most: int, busy: Collection[str] = (), most_of_host: int = 64
    ) -> list[Delivery]:
        """What is due now, but for hosts that are `busy`; nobody else gets it meanwhile.

        Those that have failed come last, and of one host come no more than `most_of_host`, so
        that neither delays the others. From now on nobody knows what a subscriber has until
        it is settled that the delivery was taken: it stays due, even if its feed becomes again
        what it was.
        """
        with self._database.writing() as connection:
            now_us = microseconds(now)
            is_free = is_due(subscriptions.c.claimed_until, now, CLAIM)
            order = (subscriptions.c.attempts, subscriptions.c.next_attempt_at)
            place = sa.func.row_number().over(partition_by=subscriptions.c.host, order_by=order)
            due = (
                sa.select(subscriptions.c.name, *order, place.label("place"))
                .join(feeds, feeds.c.path == subscriptions.c.feed_path)
                .where(
                    _DUE,
                    is_due(subscriptions.c.next_attempt_at, now, LONGEST_PAUSE),
                    is_free,
                    subscriptions.c.lease_ends_at > now_us,
                    subscriptions.c.host.not_in([*busy]),
                )
                .subquery()
            )
            chosen = (
                sa.select(due.c.name)
                .where(due.c.place <= most_of_host)
                .order_by(due.c.attempts, due.c.next_attempt_at)
                .limit(most)
            )
            query = (
                sa.select(subscriptions, feeds.c.digest)
                .join(feeds, feeds.c.path == subscriptions.c.feed_path)
                .where(subscriptions.c.name.in_(chosen), is_free)
                .order_by(*order)
                .with_for_update(of=subscriptions, skip_locked=True)
            )
            rows = connection.execute(query).mappings().all()
            names = [row["name"] for row in rows]
            _claim(connection, subscriptions.c.name, names, now, delivered="")
            return [
                Delivery(
                    _target(row),
                    row["secret"],
                    row["digest"],
                    row["attempts"],
                    from_microseconds(row["lease_ends_at"]),
                )
                for row in rows
            ]

    def settle(self, outcomes: Iterable[Outcome], now: datetime) -> None:
        """Note what came of deliveries, all at once."""
        taken, failed, gone = [], [], []
        for outcome in outcomes:
            name = outcome.delivery.target.name
            if outcome.gone:
                gone.append(name)
            elif outcome.next_attempt_at is None:
                taken.append({"b_name": name, "delivered": outcome.delivery.digest})
            else:
                again = microseconds(outcome.next_attempt_at)
                failure = {"last_error": outcome.error, "next_attempt_at": again}
                failed.append({"b_name": name} | failure)
        where = subscriptions.c.name == sa.bindparam("b_name")
        well: dict[str, Any] = {"attempts": 0, "next_attempt_at": 0, "last_error": ""}
        more: dict[str, Any] = {"attempts": subscriptions.c.attempts + 1}
        well["claimed_until"] = more["claimed_until"] = 0
        with self._database.writing() as connection:
            if taken:
                well["delivered_at"] = microseconds(now)
                noting = sa.update(subscriptions).where(where)
                well["delivered"] = sa.bindparam("delivered")
                connection.execute(noting.values(**well), taken)
            if failed:
                noting = sa.update(subscriptions).where(where)
                more |= {n: sa.bindparam(n) for n in ("last_error", "next_attempt_at")}
                connection.execute(noting.values(**more), failed)
            for names in chunks(gone):
                connection.execute(
                    sa.delete(subscriptions).where(subscriptions.c.name.in_(names))
                )

    def next_delivery_due(self, now: datetime) -> datetime | None:
        """When the next delivery is due that is not in somebody's hands."""
        free_at = _free_at(subscriptions, subscriptions.c.next_attempt_at, now)
        with self._database.reading() as connection:
            query = (
                sa.select(sa.func.min(free_at))
                .join(feeds, feeds.c.path == subscriptions.c.feed_path)
                .where(_DUE, subscriptions.c.lease_ends_at > microseconds(now))
            )
            found = connection.execute(query).scalar()
            return None if found is None else from_microseconds(found)

    def retry(self, feed_path: str, format_name: str | None) -> int:
        """Let what failed of a topic be tried at once; how many subscriptions that is.

        Without a format, of all formats of the feed.
        """
        failing = sa.update(subscriptions).where(
            subscriptions.c.feed_path == feed_path, subscriptions.c.attempts > 0
        )
        if format_name:
            failing = failing.where(subscriptions.c.format == format_name)
        with self._database.writing() as connection:
            return int(connection.execute(failing.values(next_attempt_at=0)).rowcount)

    # The whole.

    def all(self) -> list[Subscription]:
        """Every subscription, by topic and callback."""
        with self._database.reading() as connection:
            query = (
                sa.select(subscriptions, feeds.c.digest)
                .outerjoin(feeds, feeds.c.path == subscriptions.c.feed_path)
                .order_by(
                    subscriptions.c.feed_path, subscriptions.c.format, subscriptions.c.callback
                )
            )
            return [_subscription(row) for row in connection.execute(query).mappings()]

    def without_feed(self) -> list[Target]:
        """Those whose feed is no more, once anything is published."""
        published = sa.select(feeds.c.path).where(feeds.c.path == "").exists()
        orphans = (
            sa.select(subscriptions)
            .outerjoin(feeds, feeds.c.path == subscriptions.c.feed_path)
            .where(feeds.c.path.is_(None), published)
        )
        with self._database.reading() as connection:
            return [_target(row) for row in connection.execute(orphans).mappings()]

    def end(self, target: Target) -> bool:
        """End a subscription; False where there is none."""
        with self._database.writing() as connection:
            ending = sa.delete(subscriptions).where(subscriptions.c.name == target.name)
            return bool(connection.execute(ending).rowcount)

    def end_leases(self, now: datetime) -> int:
        """Forget the subscriptions whose lease has ended.

        A lease that was granted by a clock ahead of ours lasts the longest that is granted.
        """
        with self._database.writing() as connection:
            longest = microseconds(now + LONGEST_LEASE)
            beyond = is_beyond(subscriptions.c.lease_ends_at, now, LONGEST_LEASE)
            connection.execute(
                sa.update(subscriptions).where(beyond).values(lease_ends_at=longest)
            )
            ended = subscriptions.c.lease_ends_at <= microseconds(now)
            return int(connection.execute(sa.delete(subscriptions).where(ended)).rowcount)

    def forget_old_intents(self, now: datetime) -> None:
        """Forget the intents that have ended and no longer count against a host or a client."""
        with self._database.writing() as connection:
            old = intents.c.asked_at < microseconds(now - UNPROVEN_FOR)
            ahead = is_beyond(intents.c.asked_at, now, timedelta())
            refused = intents.c.next_attempt_at.is_(None)
            connection.execute(sa.delete(intents).where(old | ahead, refused))

    def release(self, names: Collection[str], intent_numbers: Collection[str] = ()) -> None:
        """Give back deliveries, by their subscriptions, and intents that were not begun."""
        with self._database.writing() as connection:
            for column, values in (
                (subscriptions.c.name, names),
                (intents.c.number, intent_numbers),
            ):
                for some in chunks(values):
                    freeing = sa.update(column.table).where(column.in_(some))
                    connection.execute(freeing.values(claimed_until=0))

    def release_claims(self) -> None:
        """Free what a watcher had in hand that is no more, where there can be no other."""
        with self._database.writing() as connection:
            for table in (subscriptions, intents):
                claimed = table.c.claimed_until > 0
                connection.execute(sa.update(table).where(claimed).values(claimed_until=0))


def _confirm(connection: Connection, intent: Intent, now: datetime) -> bool:
    name = intent.target.name
    known = sa.delete(intents).where(intents.c.number == intent.number)
    if not connection.execute(known).rowcount:
        return False
    earlier = intents.c.asked_at < microseconds(intent.asked_at)
    connection.execute(sa.delete(intents).where(intents.c.name == name, earlier))
    if intent.mode == "unsubscribe":
        connection.execute(sa.delete(subscriptions).where(subscriptions.c.name == name))
        return True
    # Should the clock be behind, the lease would be over once that is put right.
    last = connection.execute(sa.select(sa.func.max(publishes.c.at))).scalar()
    ends = max(microseconds(now), last or 0) + intent.lease_seconds * 1_000_000
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


def _note_failure(connection: Connection, failed: Verification) -> None:
    again = failed.next_attempt_at
    waiting = intents.c.next_attempt_at.is_not(None)  # not asked for anew meanwhile
    noting = sa.update(intents).where(intents.c.number == failed.intent.number, waiting)
    values: dict[str, Any] = {
        "attempts": intents.c.attempts + 1,
        "next_attempt_at": None if again is None else microseconds(again),
        "claimed_until": 0,
        "last_error": failed.error,
    }
    connection.execute(noting.values(**values))


def _next_intents(now: datetime, most_of_host: int) -> sa.Select[tuple[str]]:
    """The numbers of the intents to verify next, in order.

    Claimed ones are ranked first, so that a client or host that has many of them waits.
    """
    # One that was never tried does not wait, whatever the clock of who took it said.
    is_new = intents.c.next_attempt_at.is_not(None) & (intents.c.attempts == 0)
    claimed = sa.case((is_due(intents.c.claimed_until, now, CLAIM), 1), else_=0)
    first = (claimed, intents.c.next_attempt_at, intents.c.number)
    turn = sa.func.row_number().over(partition_by=intents.c.client, order_by=first)
    due = (
        sa.select(
            intents.c.number,
            intents.c.host,
            intents.c.next_attempt_at,
            claimed.label("is_free"),
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


def _replace_earlier(connection: Connection, intent: Intent) -> None:
    """What nobody has begun to verify leaves no trace; the rest counts as unproven."""
    earlier = (intents.c.name == intent.target.name, intents.c.next_attempt_at.is_not(None))
    unsent = (intents.c.attempts == 0, intents.c.claimed_until == 0)
    connection.execute(sa.delete(intents).where(*earlier, *unsent))
    connection.execute(sa.update(intents).where(*earlier).values(next_attempt_at=None))


def _too_often(connection: Connection, intent: Intent, now: datetime) -> str:
    if _queued_by(connection, intent) >= MOST_QUEUED_OF_CLIENT:
        return "too many subscriptions of this client wait to be verified"
    if _too_many_unproven_until(connection, intent, now) is not None:
        return "too many subscriptions were asked for that were not confirmed"
    return ""


def _queued_by(connection: Connection, intent: Intent) -> int:
    of_client = intents.c.client == intent.client
    return _count(connection, intents, *_others_queued(intent), of_client)


def _others_queued(intent: Intent) -> tuple[sa.ColumnElement[bool], ...]:
    """Intents that wait, without those that this one replaces."""
    return intents.c.next_attempt_at.is_not(None), intents.c.name != intent.target.name


def _too_many_unproven_until(
    connection: Connection, intent: Intent, now: datetime
) -> int | None:
    """Verifications are requests that we make because a stranger says so: few may fail."""
    until: list[int] = []
    since = microseconds(now - UNPROVEN_FOR)
    for column, value, most in (
        (intents.c.host, intent.target.host, MOST_UNPROVEN),
        (intents.c.client, intent.client, MOST_UNPROVEN_OF_CLIENT),
    ):
        counted = sa.select(intents.c.asked_at).where(
            column == value, _counts(now), intents.c.next_attempt_at.is_(None)
        )
        newest = counted.order_by(intents.c.asked_at.desc())
        last = connection.execute(newest.offset(most - 1).limit(1)).scalar()
        if last is not None:  # once it counts no more, there is room for one
            until.append(last + microseconds(now) - since)
    return max(until, default=None)


def _too_many(connection: Connection, intent: Intent, most: int) -> str:
    known = sa.select(subscriptions.c.name).where(subscriptions.c.name == intent.target.name)
    if connection.execute(known).first():
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


def _claim(
    connection: Connection, key: sa.Column[str], values: list[str], now: datetime, **more: str
) -> None:
    for some in chunks(values):
        claiming = sa.update(key.table).where(key.in_(some))
        connection.execute(claiming.values(claimed_until=microseconds(now + CLAIM), **more))


def _counts(now: datetime) -> sa.ColumnElement[bool]:
    """True for intents of the last minutes, not for those of a clock that was ahead."""
    is_recent = intents.c.asked_at > microseconds(now - UNPROVEN_FOR)
    return is_recent & sa.not_(is_beyond(intents.c.asked_at, now, timedelta()))


def _after_earlier(connection: Connection, intent: Intent) -> int:
    """When an intent was asked for; later than those before it, whatever the clocks said."""
    asked = sa.select(sa.func.max(intents.c.asked_at)).where(
        intents.c.name == intent.target.name
    )
    last = connection.execute(asked).scalar()
    asked_at = microseconds(intent.asked_at)
    return asked_at if last is None or last <= asked_at else last + 1


def _free_at(
    table: sa.Table, paused: sa.ColumnElement[Any], now: datetime
) -> sa.ColumnElement[Any]:
    """When a row that waits is its turn: after its pause, and when nobody has it in hand."""
    paused = due_or_past(paused, now, LONGEST_PAUSE)
    claimed = due_or_past(table.c.claimed_until, now, CLAIM)
    return sa.case((paused > claimed, paused), else_=claimed)


def _target_row(target: Target) -> dict[str, Any]:
    return {
        "name": target.name,
        "feed_path": target.feed_path,
        "format": target.format,
        "callback": target.callback,
        "host": target.host,
        "topic": target.topic,
    }


def _target(row: sa.RowMapping) -> Target:
    names = ("feed_path", "format", "callback", "host", "topic")
    return Target(*(row[name] for name in names))


def _intent_row(intent: Intent) -> dict[str, Any]:
    asked_at = microseconds(intent.asked_at)
    return {
        **_target_row(intent.target),
        **{"mode": intent.mode, "client": intent.client, "secret": intent.secret},
        **{"lease_seconds": intent.lease_seconds, "delivered": intent.delivered},
        **{"asked_at": asked_at, "number": intent.number, "attempts": intent.attempts},
        **{"next_attempt_at": asked_at, "claimed_until": 0, "last_error": ""},
        "verify_token": intent.verify_token,
    }


def _intent(row: sa.RowMapping) -> Intent:
    alike = (
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
    return Intent(target=_target(row), asked_at=asked_at, **{name: row[name] for name in alike})


def _new_subscription(intent: Intent, now: datetime) -> dict[str, Any]:
    return {
        **_target_row(intent.target),
        **{"since": microseconds(now), "delivered": intent.delivered, "delivered_at": None},
        **{"attempts": 0, "claimed_until": 0, "last_error": ""},
    }


def _subscription(row: sa.RowMapping) -> Subscription:
    delivered_at = row["delivered_at"]
    return Subscription(
        target=_target(row),
        client=row["client"],
        since=from_microseconds(row["since"]),
        lease_ends_at=from_microseconds(row["lease_ends_at"]),
        is_behind=row["delivered"] != row["digest"],
        delivered_at=None if delivered_at is None else from_microseconds(delivered_at),
        attempts=row["attempts"],
        next_attempt_at=from_microseconds(row["next_attempt_at"]),
        last_error=row["last_error"],
    )
