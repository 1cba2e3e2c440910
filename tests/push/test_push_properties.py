"""Any order of events: every subscriber gets the newest version, and none gets it twice."""

import os
import shutil
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
START = datetime(2026, 3, 2, tzinfo=UTC)


class Clock(datetime):
    """The time of the test. A step may take hours."""

    at: ClassVar[datetime] = START

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls.fromtimestamp(cls.at.timestamp(), tz)


class World:
    """A store with three subscriptions, whose callbacks fail as the test says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.publisher = Publisher(folder, f"sqlite:///{folder}/feedsvc.sqlite3")
        self.store = self.publisher.store
        self.rendered = RenderedTopics(self.store)
        self.failing: list[int] = []  # statuses of the next answers; 0 is unreachable
        self.received: dict[str, list[bytes]] = {name: [] for name in NAMES}
        self.accepted: dict[str, bytes] = {}  # accepted, or fetched before the subscription
        self.recorded: dict[str, bytes] = {}  # accepted and recorded in the store
        self.leases: dict[str, datetime] = {}
        self.gone: set[str] = set()
        self.count = 0

    def begin(self) -> None:
        """Publish, and subscribe everybody."""
        self.publish()
        for name in NAMES:
            self.renew(name)

    def resume(self, other: "World") -> None:
        """Continue with a copy of the folder and store of another world."""
        self.accepted = dict(other.accepted)
        self.leases = dict(other.leases)
        self.count = other.count

    def publish(self) -> None:
        self.count += 1
        post = self.publisher.posts.root / "tea.md"
        self.publisher.posts.write("tea.md", f"Brewed {self.count} times.", title="Tea")
        written_at = Clock.at.timestamp() - 3600 + self.count
        os.utime(post, (written_at, written_at))  # else it is from the future
        self.publisher.publish(Clock.now(UTC))
        assert f"Brewed {self.count} times.".encode() in self.newest()

    def renew(self, name: str) -> None:
        """Subscribe, or renew the subscription."""
        if f"{URL}/{name}" not in {s.target.callback for s in self.store.subscriptions.all()}:
            self.accepted[name] = self.newest()
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
        """The callback. It gets nothing after its lease, and nothing that was recorded."""
        name = callback.rpartition("/")[2]
        assert Clock.now(UTC) < self.leases[name], "a delivery after the end of a lease"
        assert name not in self.gone, "a delivery after 410"
        assert self.recorded.get(name) != body, "a delivery of a recorded version"
        status = self.failing.pop(0) if self.failing else 204
        if status == 0:
            raise Unreachable("unreachable")
        if 200 <= status < 300:
            self.received[name].append(body)
            self.accepted[name] = body
        return HttpAnswer(status, b"", None)

    def look(self) -> list[Outcome]:
        due: list[Delivery] = self.store.subscriptions.claim_deliveries(Clock.now(UTC), 10)
        return [deliver(each, self.rendered, self) for each in due]  # type: ignore[arg-type]

    def settle(self, outcomes: list[Outcome]) -> None:
        self.store.subscriptions.settle(outcomes, Clock.now(UTC))
        for outcome in outcomes:
            name = outcome.delivery.target.callback.rpartition("/")[2]
            if outcome.next_attempt_at is None and not outcome.gone:
                self.recorded[name] = self.received[name][-1]
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
        """As with PostgreSQL, where claims expire after a minute."""
        self.look()

    def end_leases(self) -> None:
        self.store.subscriptions.end_leases(Clock.now(UTC))

    def wait(self, seconds: int) -> None:
        Clock.at += timedelta(seconds=seconds)

    def newest(self) -> bytes:
        with self.store.snapshot() as snapshot:
            digest = snapshot.digests({""})[""]
        version = RenderedTopics(self.store).of("", "atom", digest)  # not from the cache
        assert version is not None
        return version.body


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world that is copied for each example, because a new store takes long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.support.asking.datetime", Clock)
        world = World(tmp_path_factory.mktemp("template"))
        world.begin()
        world.store.close()
    return world


@contextmanager
def a_world(template: World) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("feedsvc.push.deliveries.datetime", Clock)
        patch.setattr("tests.support.asking.datetime", Clock)
        patch.setattr(Clock, "at", START)
        shutil.copytree(template.folder, folder, dirs_exist_ok=True)
        world = World(Path(folder))
        world.resume(template)
        try:
            yield world
        finally:
            world.store.close()


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


@example(steps=[("publish",), ("fail", 410), ("work",), ("publish",), ("work",)])
@example(steps=[("publish",), ("renew", "a"), ("work",)])
@example(steps=[("publish",), ("wait", 5 * 3600), ("wait", 3600), ("work",)])
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, min_size=4, max_size=14))
def test_any_order_of_events_delivers_the_newest_version(
    template: World, steps: list[tuple[str, ...]]
) -> None:
    with a_world(template) as world:
        for name, *arguments in steps:
            if name == "fail":
                world.failing.extend(map(int, arguments))
            else:
                getattr(world, name)(*arguments)
        world.failing.clear()
        active = {n for n in NAMES if Clock.now(UTC) < world.leases[n] - timedelta(hours=2)}
        for _ in range(4):  # the longest pause is an hour and a quarter
            world.wait(1500)
            world.work()
        newest, stored = world.newest(), {}
        for each in world.store.subscriptions.all():
            stored[each.target.callback.rpartition("/")[2]] = each
        assert active - world.gone <= set(stored)
        for name in active & set(stored):
            assert not stored[name].is_behind
            assert world.accepted[name] == newest
        assert world.look() == []


def test_a_claimed_version_may_be_replaced_by_a_later_one(template: World) -> None:
    with a_world(template) as world:
        world.publish()
        (first, *_) = world.store.subscriptions.claim_deliveries(Clock.now(UTC), 10)
        world.publish()
        outcome = deliver(first, world.rendered, world)  # type: ignore[arg-type]
        assert outcome.delivery == replace(first, digest=outcome.delivery.digest)
        assert outcome.delivery.digest != first.digest
        assert world.received["a"] + world.received["b"] + world.received["c"] == [
            world.newest()
        ]
