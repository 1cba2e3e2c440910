"""Whole processes whose clock is set, with a subscriber and a notify URL."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.clocks import (
    HOUR,
    YEAR,
    Clock,
)
from tests.support.running import (
    Server,
    free_port,
    running,
    wait_until,
)
from tests.support.subscriber import Subscriber, a_subscriber
from tests.support.writing import PostFolder

TOPIC = "/tags/Tea/atom.xml"


class Story:
    """A running feedsvc with its clock, its folder, a subscriber and a notify URL."""

    def __init__(
        self, server: Server, posts: PostFolder, clock: Clock, receivers: list[Subscriber]
    ) -> None:
        self.server, self.posts, self.clock = server, posts, clock
        self.subscriber, self.notified = receivers
        self.site_url = server.url
        self.edits = 0

    def subscribe(self) -> None:
        before = len(self.subscriber.verifications())
        answer = self.subscriber.ask(f"{self.server.url}/hub", f"{self.site_url}{TOPIC}")
        assert answer.status_code == 202, answer.text
        wait_until(lambda: len(self.subscriber.verifications()) > before, "the verification")

    def write(self, **fields: str) -> str:
        """Write the post with a new word in its body, which is returned."""
        self.edits += 1
        word = f"brewed-{self.edits}-times"
        self.posts.write("tea.md", word, title="Tea", tags="[Tea]", **fields)
        return word

    def edit(self, seconds: float = 60, **fields: str) -> None:
        """Edit the post and wait until it is served, delivered and notified."""
        word = self.write(**fields)
        wait_until(lambda: self.is_served(word), f"served: {word}", seconds)
        wait_until(lambda: self.is_delivered(word), f"delivered: {word}", seconds)
        wait_until(self.is_notified, f"notified: {word}", seconds)
        assert self.withdrawn() == []

    def is_served(self, word: str) -> bool:
        answer = self.server.get(TOPIC)
        dates = [parsedate_to_datetime(answer.headers[n]) for n in ("Last-Modified", "Date")]
        assert dates[0] <= dates[1]
        return word.encode() in answer.content

    def is_delivered(self, word: str) -> bool:
        return any(word.encode() in call.body for call in self.subscriber.deliveries())

    def is_notified(self) -> bool:
        return len(self.messages()) >= self.edits

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(call.body)["data"] for call in self.notified.deliveries()]

    def withdrawn(self) -> list[Any]:
        return [m["withdrawn"] for m in self.messages() if m["withdrawn"]["count"]]


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "clock")


@pytest.fixture
def story(tmp_path: Path, posts: PostFolder, clock: Clock) -> Iterator[Story]:
    with a_story(tmp_path, posts, clock) as started:
        yield started


@contextmanager
def a_story(cwd: Path, posts: PostFolder, clock: Clock, **settings: str) -> Iterator[Story]:
    with ExitStack() as stack:
        receivers = [stack.enter_context(a_subscriber()) for _ in range(2)]
        posts.write("tea.md", title="Tea", tags="[Tea]", date=ago(hours=1))
        notify = [{"url": receivers[1].callback(), "secret": "whsec_" + "a" * 32}]
        environ = {
            "FEEDSVC_HUB__NETWORKS": '["127.0.0.0/8"]',
            "FEEDSVC_NOTIFY": json.dumps(notify),
            **clock.environ,
            **settings,
        }
        server = stack.enter_context(running(cwd, posts.root, environ))
        story = Story(server, posts, clock, receivers)
        wait_until(story.messages, "the first message")
        story.site_url = settings.get("FEEDSVC_SITE__URL", server.url)
        story.edits = len(story.messages())
        story.subscribe()
        yield story


def ago(**span: float) -> str:
    """A date for front matter, so long before the real time."""
    return f"{datetime.now(UTC) - timedelta(**span):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize(
    "offsets",
    [(2 * HOUR, 0, -2 * HOUR, 0), (-2 * YEAR, 0, -30 * YEAR, 0)],
    ids=["hours", "years"],
)
def test_the_clock_is_set_and_every_edit_arrives(story: Story, offsets: tuple[int]) -> None:
    date = ago(hours=1)
    story.edit(date=date)
    for offset in offsets:
        story.clock.set(offset)
        story.edit(date=date)
        story.subscribe()
    story.edit(date=date)
    assert len(story.subscriber.deliveries()) == len(
        {call.body for call in story.subscriber.deliveries()}
    )


def test_no_lease_is_lost_to_a_clock_that_is_years_ahead(story: Story) -> None:
    date = ago(hours=1)
    story.clock.set(2 * YEAR)
    word = story.write(date=date)
    wait_until(lambda: story.is_served(word), "the edit")
    wait_until(story.is_notified, "the message")
    story.clock.set(0)
    wait_until(lambda: story.is_delivered(word), "the delivery", 45)
    story.edit(date=date)


def test_a_post_whose_date_moves_into_the_future_is_withdrawn(story: Story) -> None:
    story.clock.set(-2 * HOUR)
    story.write(date=ago(days=-2))
    wait_until(story.withdrawn, "the post is withdrawn")
    wait_until(story.subscriber.deliveries, "the delivery")
    assert b"<entry>" not in story.subscriber.deliveries()[-1].body


def test_a_post_is_published_when_the_clock_is_set_past_its_date(story: Story) -> None:
    story.posts.write("late.md", "in-an-hour", title="Late", tags="[Tea]", date=ago(hours=-1))
    time.sleep(0.6)
    assert not story.is_served("in-an-hour")
    story.clock.set(2 * HOUR)
    wait_until(lambda: story.is_served("in-an-hour"), "the post")
    wait_until(lambda: story.is_delivered("in-an-hour"), "its delivery")
    story.clock.set(0)
    story.edit(date=ago(hours=1))
    assert story.is_served("in-an-hour")


def test_a_delivery_that_failed_with_a_clock_ahead_is_retried_later(
    story: Story,
) -> None:
    take = story.subscriber.take
    story.clock.set(2 * HOUR)
    story.subscriber.take = lambda _call, to: to.send_error(503)
    before = len(story.subscriber.deliveries())
    word = story.write(date=ago(hours=1))
    wait_until(lambda: len(story.subscriber.deliveries()) > before, "a failed delivery")
    time.sleep(0.3)  # until it is stored
    story.subscriber.take = take
    tried = len(story.subscriber.deliveries())
    story.clock.set(0)

    def is_delivered() -> bool:
        later = story.subscriber.deliveries()[tried:]
        return any(word.encode() in call.body for call in later)

    wait_until(is_delivered, "the delivery", 40)


def test_a_restart_with_a_clock_years_back_goes_on_serving_and_pushing(
    tmp_path: Path, posts: PostFolder, clock: Clock
) -> None:
    date = ago(hours=1)
    with a_story(tmp_path, posts, clock) as story:
        story.edit(date=date)
        served = story.server.get(TOPIC)
        port = story.server.port
        story.server.stop()
        clock.set(-30 * YEAR)
        with running(tmp_path, posts.root, _environ_of(story), port=port) as restarted:
            story.server = restarted
            answer = restarted.get(TOPIC)
            assert (answer.content, answer.headers["ETag"]) == (
                served.content,
                served.headers["ETag"],
            )
            modified = {"If-Modified-Since": served.headers["Last-Modified"]}
            for _ in range(3):
                assert restarted.get(TOPIC, modified).status_code == 304
            story.edit(date=date)
            assert restarted.get(TOPIC, modified).status_code == 200
            clock.set(0)
            story.edit(date=date)


def _environ_of(story: Story) -> dict[str, str]:
    notify = [{"url": story.notified.callback(), "secret": "whsec_" + "a" * 32}]
    return {
        "FEEDSVC_HUB__NETWORKS": '["127.0.0.0/8"]',
        "FEEDSVC_NOTIFY": json.dumps(notify),
        **story.clock.environ,
    }


def test_if_modified_since_with_a_future_date_is_ignored(story: Story) -> None:
    story.edit(date=ago(hours=1))
    answer = story.server.get(TOPIC)
    modified = parsedate_to_datetime(answer.headers["Last-Modified"])
    story.clock.set(-2 * HOUR)
    for ahead, status in ((0, 304), (1, 200), (60, 200), (-3 * HOUR, 200)):
        since = format_datetime(modified + timedelta(seconds=ahead), usegmt=True)
        for _ in range(3):
            answer = story.server.get(TOPIC, {"If-Modified-Since": since})
            assert answer.status_code == status, ahead
            dates = [parsedate_to_datetime(answer.headers["Date"])]
            if "Last-Modified" in answer.headers:
                dates.insert(0, parsedate_to_datetime(answer.headers["Last-Modified"]))
            assert dates == sorted(dates)


def test_last_modified_is_never_later_than_date(story: Story) -> None:
    for _ in range(3):
        word = story.write(date=ago(hours=1))
        wait_until(lambda w=word: story.is_served(w), "the edit")  # type: ignore[misc]


@pytest.mark.postgres
def test_processes_whose_clocks_are_three_seconds_apart_deliver_each_version_once(
    tmp_path: Path, posts: PostFolder, postgres_url: str
) -> None:
    ahead, behind = Clock(tmp_path / "ahead"), Clock(tmp_path / "behind")
    ahead.set(3)
    store = {"FEEDSVC_STORE__URL": postgres_url}
    port = free_port()
    site = {**store, "FEEDSVC_SITE__URL": f"http://127.0.0.1:{port}"}
    with a_story(tmp_path, posts, behind, **site) as story:
        base = site["FEEDSVC_SITE__URL"]
        others = {**_environ_of(story), **site, **ahead.environ}
        with running(tmp_path / "other", posts.root, others, port=port) as other:
            assert other.url == base
            for _ in range(4):
                story.edit(date=ago(hours=1))
            time.sleep(0.5)
            bodies = [call.body for call in story.subscriber.deliveries()]
            assert len(bodies) == len(set(bodies))
