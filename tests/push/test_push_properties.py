"""Whatever happens, and in whatever order: nobody is left behind or told twice (F58)."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import ClassVar, Self

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from feedsvc.core.websub.subscriptions import (
    Delivery,
    Intent,
    Outcome,
    Target,
)
from feedsvc.errors import Unreachable
from feedsvc.push.deliveries import deliver
from feedsvc.push.outgoing import HttpAnswer
from feedsvc.push.rendered import RenderedTopics
from tests.support.asking import URL, Publisher

NAMES = ("a", "b", "c")
LEASE = 6 * 3600


class Clock(datetime):
    """The time of the test, in which a step may take hours."""

    at: ClassVar[datetime] = datetime(2026, 3, 1, tzinfo=UTC)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls.fromtimestamp(cls.at.timestamp(), tz)


class Town:
    """A store with three subscriptions, whose callbacks fail as they are told."""

    def __init__(self, place: Path) -> None:
        self.publisher = Publisher(place, f"sqlite:///{place}/feedsvc.sqlite3")
        self.store = self.publisher.store
        self.versions = RenderedTopics(self.store)
        self.failing: list[int] = []  # how the next posts are answered; 0 is nobody there
        self.received: dict[str, list[bytes]] = {name: [] for name in NAMES}
        self.knows: dict[str, bytes] = {}  # what was taken, or fetched before a subscription
        self.has: dict[str, bytes] = {}  # what was taken and noted
        self.leases: dict[str, datetime] = {}
        self.gone: set[str] = set()
        self.count = 0
        self.publish()
        for name in NAMES:
            self.renew(name)

    def publish(self) -> None:
        self.count += 1
        self.publisher.posts.write("tea.md", f"Brewed {self.count} times.", title="Tea")
        self.publisher.publish()

    def renew(self, name: str) -> None:
        """Subscribe, or subscribe anew."""
        if f"{URL}/{name}" not in {s.target.callback for s in self.store.subscriptions.all()}:
            self.knows[name] = self.newest()
        with self.store.snapshot() as snapshot:
            digest = snapshot.digests({""})[""]
        target = Target("", "atom", f"{URL}/{name}", "example.org")
        self.count += 1
        number = f"{self.count:024}"
        now = Clock.now(UTC)
        intent = Intent(target, "subscribe", "client", "", LEASE, digest, now, number)
        assert self.store.intents.enqueue(intent, 100, now) == ""
        self.store.intents.confirm(intent, now)
        self.leases[name] = now + timedelta(seconds=LEASE)
        self.gone.discard(name)

    def post(self, callback: str, body: bytes, _headers: object) -> HttpAnswer:
        """The callback: never after its lease, never what it is known to have."""
        name = callback.rpartition("/")[2]
        assert Clock.now(UTC) < self.leases[name], "a delivery after the end of a lease"
        assert name not in self.gone, "a delivery after 410"
        assert self.has.get(name) != body, "a delivery of what was taken and noted"
        status = self.failing.pop(0) if self.failing else 204
        if status == 0:
            raise Unreachable("nobody there")
        if 200 <= status < 300:
            self.received[name].append(body)
            self.knows[name] = body
        return HttpAnswer(status, b"", None)

    def look(self) -> list[Outcome]:
        due: list[Delivery] = self.store.subscriptions.claim_deliveries(Clock.now(UTC), 10)
        return [deliver(each, self.versions, self) for each in due]  # type: ignore[arg-type]

    def settle(self, outcomes: list[Outcome]) -> None:
        self.store.subscriptions.settle(outcomes, Clock.now(UTC))
        for outcome in outcomes:
            name = outcome.delivery.target.callback.rpartition("/")[2]
            if outcome.next_attempt_at is None and not outcome.gone:
                self.has[name] = self.received[name][-1]
            if outcome.gone:
                self.gone.add(name)

    def work(self) -> None:
        self.settle(self.look())

    def crash_while_claimed(self) -> None:
        self.store.subscriptions.claim_deliveries(Clock.now(UTC), 2)
        self.store.subscriptions.release_claims()

    def crash_before_settling(self) -> None:
        self.look()
        self.store.subscriptions.release_claims()

    def crash_with_claims_kept(self) -> None:
        """As with PostgreSQL: they are free after a minute."""
        self.look()

    def end_leases(self) -> None:
        self.store.subscriptions.end_leases(Clock.now(UTC))

    def wait(self, seconds: int) -> None:
        Clock.at += timedelta(seconds=seconds)

    def newest(self) -> bytes:
        with self.store.snapshot() as snapshot:
            digest = snapshot.digests({""})[""]
        version = self.versions.of("", "atom", digest)
        assert version is not None
        return version.body


@contextmanager
def a_town() -> Iterator[Town]:
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr("feedsvc.push.deliveries.datetime", Clock)
        town = Town(Path(place))
        try:
            yield town
        finally:
            town.store.close()


STEPS = st.one_of(
    st.sampled_from(
        [
            ("publish",),
            ("work",),
            ("work",),
            ("crash_while_claimed",),
            ("crash_before_settling",),
            ("crash_with_claims_kept",),
            ("end_leases",),
        ]
    ),
    st.tuples(st.just("wait"), st.sampled_from([1, 20, 61, 3600, 5 * 3600])),
    st.tuples(st.just("renew"), st.sampled_from(NAMES)),
    st.tuples(st.just("fail"), st.sampled_from([0, 302, 410, 500])),
)


@example([("publish",), ("fail", 410), ("work",), ("publish",), ("work",)])
@example([("publish",), ("renew", "a"), ("work",)])
@example([("publish",), ("wait", 5 * 3600), ("wait", 3600), ("work",)])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=4, max_size=14))
def test_no_order_of_events_leaves_a_subscription_behind(steps: list[tuple[str, ...]]) -> None:
    with a_town() as town:
        for name, *arguments in steps:
            if name == "fail":
                town.failing.extend(map(int, arguments))
            else:
                getattr(town, name)(*arguments)
        town.failing.clear()
        active = {n for n in NAMES if Clock.now(UTC) < town.leases[n] - timedelta(hours=2)}
        for _ in range(4):  # the longest pause is an hour and a quarter
            town.wait(1500)
            town.work()
        newest, found = town.newest(), {}
        for each in town.store.subscriptions.all():
            found[each.target.callback.rpartition("/")[2]] = each
        assert active - town.gone <= set(found)
        for name in active & set(found):
            assert not found[name].is_behind
            assert town.knows[name] == newest
        assert town.look() == []


def test_what_is_claimed_is_a_version_that_a_later_one_may_replace() -> None:
    with a_town() as town:
        town.publish()
        (first, *_) = town.store.subscriptions.claim_deliveries(Clock.now(UTC), 10)
        town.publish()
        outcome = deliver(first, town.versions, town)  # type: ignore[arg-type]
        assert outcome.delivery == replace(first, digest=outcome.delivery.digest)
        assert outcome.delivery.digest != first.digest
        assert town.received["a"] + town.received["b"] + town.received["c"] == [town.newest()]
