"""Subscriptions of this hub, and the deliveries that are due to them (WebSub §7)."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from feedsvc.core import addresses
from feedsvc.core.audience.batch import DELIVERIES, Counted
from feedsvc.core.dates import from_microseconds, microseconds
from feedsvc.core.websub.subscriptions import (
    LONGEST_LEASE,
    LONGEST_PAUSE,
    Delivery,
    Outcome,
    Subscription,
    Target,
)
from feedsvc.store.audience.adding import add_counters, add_pushes
from feedsvc.store.chunks import chunks
from feedsvc.store.engine.database import Database
from feedsvc.store.queues.claims import (
    claim,
    claimable_at,
    is_unclaimed,
    release,
    release_all,
)
from feedsvc.store.queues.waits import is_beyond, is_due
from feedsvc.store.rows import target_of
from feedsvc.store.schema import feeds, subscriptions

_IS_BEHIND = subscriptions.c.delivered != feeds.c.digest
# Asked several times a second. To build a statement costs more than to execute it.
_ANY_IS_BEHIND: Final = sa.select(
    sa.exists().where(_IS_BEHIND, feeds.c.path == subscriptions.c.feed_path)
)


class Subscriptions:
    """The subscriptions. Every method raises StoreError if the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Deliveries.

    def claim_deliveries(
        self, now: datetime, most: int, busy: Collection[str] = (), most_of_host: int = 64
    ) -> list[Delivery]:
        """Claim up to `most` deliveries that are due; no other process gets them meanwhile.

        Hosts in `busy` are left out. Deliveries that have failed come last, and at most
        `most_of_host` of one host are claimed, so that neither delays the others. A claimed
        subscription stays due until `settle` records its success, even if its feed changes
        back: until then it is unknown which version the subscriber has.
        """
        with self._database.writing() as connection:
            chosen = _next_deliveries(now, busy, most_of_host).limit(most)
            query = (
                sa.select(subscriptions, feeds.c.digest)
                .join(feeds, feeds.c.path == subscriptions.c.feed_path)
                .where(subscriptions.c.name.in_(chosen), is_unclaimed(subscriptions, now))
                .order_by(subscriptions.c.attempts, subscriptions.c.next_attempt_at)
                .with_for_update(of=subscriptions, skip_locked=True)
            )
            rows = connection.execute(query).mappings().all()
            names = [row["name"] for row in rows]
            claim(connection, subscriptions.c.name, names, now, delivered="")
            return [_delivery(row) for row in rows]

    def settle(self, outcomes: Iterable[Outcome], now: datetime) -> None:
        """Record the outcomes of deliveries, all at once."""
        succeeded, failed, gone = [], [], []
        pushes: Counter[str] = Counter()
        for outcome in outcomes:
            name = outcome.delivery.target.name
            if outcome.gone:
                gone.append(name)
            elif outcome.next_attempt_at is None:
                pushes[outcome.delivery.target.feed_path] += 1
                succeeded.append({"b_name": name, "b_delivered": outcome.delivery.digest})
            else:
                retry_at = microseconds(outcome.next_attempt_at)
                failed.append({"b_name": name, "b_error": outcome.error, "b_retry": retry_at})
        with self._database.writing() as connection:
            if succeeded:
                connection.execute(_record_success(now), succeeded)
            if failed:
                connection.execute(_record_failure(), failed)
            for names in chunks(gone):
                connection.execute(
                    sa.delete(subscriptions).where(subscriptions.c.name.in_(names))
                )
            counts = {"accepted": len(succeeded), "failed": len(failed), "gone": len(gone)}
            add_counters(
                connection, {Counted(DELIVERIES, (k,)): n for k, n in counts.items() if n}
            )
            add_pushes(connection, now, pushes)

    def next_delivery_due(self, now: datetime) -> datetime | None:
        """When the next delivery can be claimed; None if none is due."""
        with self._database.reading() as connection:
            if not connection.execute(_ANY_IS_BEHIND).scalar():
                return None
            earliest = claimable_at(subscriptions, subscriptions.c.next_attempt_at, now)
            query = (
                sa.select(sa.func.min(earliest))
                .join(feeds, feeds.c.path == subscriptions.c.feed_path)
                .where(_IS_BEHIND, subscriptions.c.lease_ends_at > microseconds(now))
            )
            moment = connection.execute(query).scalar()
            return None if moment is None else from_microseconds(moment)

    def retry(self, feed_path: str, format_name: str | None) -> int:
        """Make the failed deliveries of a feed due now; returns how many subscriptions failed.

        If `format_name` is None, of every format of the feed.
        """
        failing = sa.update(subscriptions).where(
            subscriptions.c.feed_path == feed_path, subscriptions.c.attempts > 0
        )
        if format_name:
            failing = failing.where(subscriptions.c.format == format_name)
        with self._database.writing() as connection:
            return int(connection.execute(failing.values(next_attempt_at=0)).rowcount)

    def release(self, names: Collection[str]) -> None:
        """End the claims on these subscriptions, whose delivery has not begun."""
        with self._database.writing() as connection:
            release(connection, subscriptions.c.name, names)

    def release_claims(self) -> None:
        """End every claim. Only for a process that knows that it is alone."""
        with self._database.writing() as connection:
            release_all(connection, subscriptions)

    # Subscriptions.

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
        """The targets whose feed no longer exists; none before the first publish."""
        published = sa.select(feeds.c.path).where(feeds.c.path == "").exists()
        orphans = (
            sa.select(subscriptions)
            .outerjoin(feeds, feeds.c.path == subscriptions.c.feed_path)
            .where(feeds.c.path.is_(None), published)
        )
        with self._database.reading() as connection:
            return [target_of(row) for row in connection.execute(orphans).mappings()]

    def follow_renamed(self, successors: Mapping[str, str], site_url: str) -> int:
        """Move the subscriptions of feeds that no longer exist to the feeds that succeed them.

        Returns how many. The subscriber gets the new feed, under the topic that it asked for.
        A callback that has subscribed to both keeps only the subscription to the new one.
        """
        with self._database.reading() as connection:
            found = list(_renamed(connection, successors))
        if not found:
            return 0
        with self._database.writing() as connection:
            for target in found:
                new = replace(
                    target,
                    feed_path=successors[target.feed_path],
                    topic=target.topic or _self_link(target, site_url),
                )
                is_new = subscriptions.c.name == new.name
                is_old = subscriptions.c.name == target.name
                if connection.execute(sa.select(subscriptions.c.name).where(is_new)).first():
                    connection.execute(sa.delete(subscriptions).where(is_old))
                    continue
                moved = {"name": new.name, "feed_path": new.feed_path, "topic": new.topic}
                now_due = {"delivered": "", "next_attempt_at": 0, "claimed_until": 0}
                connection.execute(
                    sa.update(subscriptions).where(is_old).values(**moved, **now_due)
                )
        return len(found)

    def end(self, target: Target) -> bool:
        """End a subscription; False if there is none."""
        with self._database.writing() as connection:
            ending = sa.delete(subscriptions).where(subscriptions.c.name == target.name)
            return bool(connection.execute(ending).rowcount)

    def end_leases(self, now: datetime) -> int:
        """Delete the subscriptions whose lease has ended; returns how many.

        A lease that was granted by a clock ahead of ours is cut to the longest possible one.
        """
        with self._database.writing() as connection:
            longest = microseconds(now + LONGEST_LEASE)
            is_too_long = is_beyond(subscriptions.c.lease_ends_at, now, LONGEST_LEASE)
            connection.execute(
                sa.update(subscriptions).where(is_too_long).values(lease_ends_at=longest)
            )
            has_ended = subscriptions.c.lease_ends_at <= microseconds(now)
            return int(connection.execute(sa.delete(subscriptions).where(has_ended)).rowcount)


def _renamed(connection: sa.Connection, successors: Mapping[str, str]) -> Iterator[Target]:
    """The targets whose feed does not exist, but its successor does."""
    old, new = feeds.alias(), feeds.alias()
    for paths in chunks(successors):
        present = set(
            connection.execute(
                sa.select(new.c.path).where(new.c.path.in_({successors[p] for p in paths}))
            ).scalars()
        )
        query = (
            sa.select(subscriptions)
            .outerjoin(old, old.c.path == subscriptions.c.feed_path)
            .where(subscriptions.c.feed_path.in_(paths), old.c.path.is_(None))
        )
        for row in connection.execute(query).mappings():
            if successors[row["feed_path"]] in present:
                yield target_of(row)


def _self_link(target: Target, site_url: str) -> str:
    return addresses.url(site_url, addresses.document_path(target.feed_path, target.format))


def _next_deliveries(
    now: datetime, busy: Collection[str], most_of_host: int
) -> sa.Select[tuple[str]]:
    """The names of the subscriptions to deliver to next, in order."""
    order = (subscriptions.c.attempts, subscriptions.c.next_attempt_at)
    rank = sa.func.row_number().over(partition_by=subscriptions.c.host, order_by=order)
    due = (
        sa.select(subscriptions.c.name, *order, rank.label("rank"))
        .join(feeds, feeds.c.path == subscriptions.c.feed_path)
        .where(
            _IS_BEHIND,
            is_due(subscriptions.c.next_attempt_at, now, LONGEST_PAUSE),
            is_unclaimed(subscriptions, now),
            subscriptions.c.lease_ends_at > microseconds(now),
            subscriptions.c.host.not_in([*busy]),
        )
        .subquery()
    )
    return (
        sa.select(due.c.name)
        .where(due.c.rank <= most_of_host)
        .order_by(due.c.attempts, due.c.next_attempt_at)
    )


def _record_success(now: datetime) -> sa.Update:
    values: dict[str, Any] = {
        "delivered": sa.bindparam("b_delivered"),
        "delivered_at": microseconds(now),
        **{"attempts": 0, "next_attempt_at": 0, "claimed_until": 0, "last_error": ""},
    }
    return _update_named().values(**values)


def _record_failure() -> sa.Update:
    values: dict[str, Any] = {
        "attempts": subscriptions.c.attempts + 1,
        "next_attempt_at": sa.bindparam("b_retry"),
        "claimed_until": 0,
        "last_error": sa.bindparam("b_error"),
    }
    return _update_named().values(**values)


def _update_named() -> sa.Update:
    return sa.update(subscriptions).where(subscriptions.c.name == sa.bindparam("b_name"))


def _delivery(row: sa.RowMapping) -> Delivery:
    return Delivery(
        target_of(row),
        row["secret"],
        row["digest"],
        row["attempts"],
        from_microseconds(row["lease_ends_at"]),
    )


def _subscription(row: sa.RowMapping) -> Subscription:
    delivered_at = row["delivered_at"]
    return Subscription(
        target=target_of(row),
        client=row["client"],
        since=from_microseconds(row["since"]),
        lease_ends_at=from_microseconds(row["lease_ends_at"]),
        is_behind=row["delivered"] != row["digest"],
        delivered_at=None if delivered_at is None else from_microseconds(delivered_at),
        attempts=row["attempts"],
        next_attempt_at=from_microseconds(row["next_attempt_at"]),
        last_error=row["last_error"],
    )
