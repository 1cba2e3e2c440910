"""Subscriptions of our hub in the store, and what is asked for of them."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import from_microseconds, microseconds
from feedsvc.core.subscriptions import (
    MOST_OF_CALLBACK,
    MOST_OF_CLIENT,
    MOST_UNPROVEN,
    MOST_UNPROVEN_OF_CLIENT,
    UNPROVEN_FOR,
    Delivery,
    Intent,
    Outcome,
    Subscription,
    Target,
)
from feedsvc.store.chunks import chunks
from feedsvc.store.engine import Database
from feedsvc.store.schema import feeds, intents, subscriptions
from feedsvc.store.upserts import insert_new

CLAIM: Final = timedelta(seconds=30)  # after which what a dead watcher had in hand is free

_DUE = subscriptions.c.delivered != feeds.c.digest


class Subscriptions:
    """Every method raises StoreError where the store cannot be asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Intents.

    def ask(self, intent: Intent, most: int, now: datetime) -> str:
        """Keep an intent until it is verified, in the place of an earlier one of its target.

        `` where it is kept; else why not, in a line for who asked. At most `most` subscriptions
        are kept; what is asked of one that there is already is never refused for its number.
        """
        with self._database.writing(alone="intents") as connection:
            fault = ""
            if _too_many_unproven_until(connection, intent, now) is not None:
                fault = "too many subscriptions were asked for that were not confirmed"
            if not fault and intent.mode == "subscribe":
                fault = _too_many(connection, intent, most)
            if not fault:
                earlier = sa.update(intents).where(intents.c.name == intent.target.name)
                connection.execute(earlier.values(next_attempt_at=None))
                connection.execute(sa.insert(intents), [_intent_row(intent)])
            return fault

    def free_at(self, intent: Intent, now: datetime) -> datetime | None:
        """When this may be asked for that has too many before it which nobody confirmed.

        None where it may be now. One of those that is confirmed or ends makes room earlier.
        """
        with self._database.reading() as connection:
            until = _too_many_unproven_until(connection, intent, now)
            return None if until is None else from_microseconds(until)

    def claim_intents(self, now: datetime, most: int) -> list[Intent]:
        """Intents that are to be verified now; nobody else gets them meanwhile."""
        with self._database.writing() as connection:
            now_us = microseconds(now)
            query = (
                sa.select(intents)
                .where(intents.c.next_attempt_at <= now_us, intents.c.claimed_until <= now_us)
                .order_by(intents.c.next_attempt_at)
                .limit(most)
                .with_for_update(skip_locked=True)
            )
            rows = connection.execute(query).mappings().all()
            _claim(connection, intents.c.number, [row["number"] for row in rows], now)
            return [_intent(row) for row in rows]

    def confirm(self, intent: Intent, now: datetime) -> bool:
        """Do what the callback has confirmed: keep or renew the subscription, or end it.

        False, and nothing, where a later intent of the same target was confirmed before.
        """
        with self._database.writing() as connection:
            name = intent.target.name
            known = sa.delete(intents).where(intents.c.number == intent.number)
            if not connection.execute(known).rowcount:
                return False
            earlier = intents.c.asked_at < microseconds(intent.asked_at)
            connection.execute(sa.delete(intents).where(intents.c.name == name, earlier))
            if intent.mode == "unsubscribe":
                connection.execute(sa.delete(subscriptions).where(subscriptions.c.name == name))
                return True
            ends = microseconds(now + timedelta(seconds=intent.lease_seconds))
            renewal = {
                "lease_ends_at": ends,
                "secret": intent.secret,
                "client": intent.client,
                "next_attempt_at": 0,
            }
            row = _new_subscription(intent, now) | renewal
            if not insert_new(connection, subscriptions, row):
                renewing = sa.update(subscriptions).where(subscriptions.c.name == name)
                connection.execute(renewing.values(**renewal))
            return True

    def refuse(
        self, intent: Intent, error: str, next_attempt_at: datetime | None, now: datetime
    ) -> None:
        """Note that an intent was not confirmed; without a next attempt it never will be."""
        again = None if next_attempt_at is None else microseconds(next_attempt_at)
        with self._database.writing() as connection:
            waiting = intents.c.next_attempt_at.is_not(None)  # not asked for anew meanwhile
            noting = sa.update(intents).where(intents.c.number == intent.number, waiting)
            values: dict[str, Any] = {
                "attempts": intents.c.attempts + 1,
                "next_attempt_at": again,
                "claimed_until": 0,
                "last_error": error,
            }
            connection.execute(noting.values(**values))

    def next_intent_due(self) -> datetime | None:
        """When the next intent is to be verified that is not in somebody's hands."""
        with self._database.reading() as connection:
            waiting = intents.c.next_attempt_at.is_not(None)
            query = sa.select(sa.func.min(_free_at(intents))).where(waiting)
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
            is_free = subscriptions.c.claimed_until <= now_us
            order = (subscriptions.c.attempts, subscriptions.c.next_attempt_at)
            place = sa.func.row_number().over(partition_by=subscriptions.c.host, order_by=order)
            due = (
                sa.select(subscriptions.c.name, *order, place.label("place"))
                .join(feeds, feeds.c.path == subscriptions.c.feed_path)
                .where(
                    _DUE,
                    subscriptions.c.next_attempt_at <= now_us,
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
        with self._database.reading() as connection:
            query = (
                sa.select(sa.func.min(_free_at(subscriptions)))
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
        """Forget the subscriptions whose lease has ended, and how intents ended long ago."""
        with self._database.writing() as connection:
            old = intents.c.asked_at < microseconds(now - UNPROVEN_FOR)
            refused = intents.c.next_attempt_at.is_(None)
            connection.execute(sa.delete(intents).where(old, refused))
            ended = subscriptions.c.lease_ends_at <= microseconds(now)
            return int(connection.execute(sa.delete(subscriptions).where(ended)).rowcount)

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


def _too_many_unproven_until(
    connection: Connection, intent: Intent, now: datetime
) -> int | None:
    """Verifications are requests that we make because a stranger says so: few of them."""
    until: list[int] = []
    since = microseconds(now - UNPROVEN_FOR)
    for column, value, most in (
        (intents.c.host, intent.target.host, MOST_UNPROVEN),
        (intents.c.client, intent.client, MOST_UNPROVEN_OF_CLIENT),
    ):
        counted = sa.select(intents.c.asked_at).where(
            column == value, intents.c.asked_at > since
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
    count = sa.select(sa.func.count()).select_from(subscriptions)
    asked = sa.select(sa.func.count()).select_from(intents)
    if connection.execute(count).scalar_one() + connection.execute(asked).scalar_one() >= most:
        return "this hub has no room for more subscriptions"
    host = (subscriptions.c.host == intent.target.host,)
    same = (*host, subscriptions.c.callback == intent.target.callback)
    if connection.execute(count.where(*same)).scalar_one() >= MOST_OF_CALLBACK:
        return "this callback has too many subscriptions"
    of_client = subscriptions.c.client == intent.client
    if connection.execute(count.where(of_client)).scalar_one() >= MOST_OF_CLIENT:
        return "this client has too many subscriptions"
    return ""


def _claim(
    connection: Connection, key: sa.Column[str], values: list[str], now: datetime, **more: str
) -> None:
    for some in chunks(values):
        claiming = sa.update(key.table).where(key.in_(some))
        connection.execute(claiming.values(claimed_until=microseconds(now + CLAIM), **more))


def _free_at(table: sa.Table) -> sa.Case[int]:
    """When a row that waits is its turn: after its pause, and when nobody has it in hand."""
    later = table.c.next_attempt_at > table.c.claimed_until
    return sa.case((later, table.c.next_attempt_at), else_=table.c.claimed_until)


def _target_row(target: Target) -> dict[str, Any]:
    return {
        "name": target.name,
        "feed_path": target.feed_path,
        "format": target.format,
        "callback": target.callback,
        "host": target.host,
    }


def _target(row: sa.RowMapping) -> Target:
    return Target(row["feed_path"], row["format"], row["callback"], row["host"])


def _intent_row(intent: Intent) -> dict[str, Any]:
    asked_at = microseconds(intent.asked_at)
    return {
        **_target_row(intent.target),
        **{"mode": intent.mode, "client": intent.client, "secret": intent.secret},
        **{"lease_seconds": intent.lease_seconds, "delivered": intent.delivered},
        **{"asked_at": asked_at, "number": intent.number, "attempts": intent.attempts},
        **{"next_attempt_at": asked_at, "claimed_until": 0, "last_error": ""},
    }


def _intent(row: sa.RowMapping) -> Intent:
    alike = ("mode", "client", "secret", "lease_seconds", "delivered", "number", "attempts")
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
