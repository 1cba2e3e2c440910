"""Three web processes, two watchers of one folder, one PostgreSQL: what fails and what stays.

One story, because its processes take seconds to start. Most of its time is waiting.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import requests

from feedsvc.store.engine.postgres import VANISHED_SECONDS
from feedsvc.watcher.publish_loop import RETRY
from tests.support.calls import SECRET, bearer
from tests.support.cluster import PUSHED, Cluster, a_cluster
from tests.support.hooks import call, job
from tests.support.postgres import server_of_its_own
from tests.support.running import wait_until
from tests.support.subscriber import Subscriber, a_subscriber
from tests.support.writing import PostFolder

pytestmark = pytest.mark.postgres

SUBSCRIBERS: Final = 1000
CALM_EDITS: Final = 15  # more follow, 20 in all
SILENCE: Final = 10  # seconds


@pytest.fixture
def cluster(tmp_path: Path, posts: PostFolder) -> Iterator[Cluster]:
    # What is committed is in a file before the commit is confirmed: the server is killed.
    postgres = server_of_its_own(synchronous_commit="on")
    if postgres is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    for name in ("Tea", "Pot"):
        posts.write(f"{name}.md", title=name, tags=f"[{name}]")
    with a_cluster(tmp_path, posts, postgres) as started:
        yield started
    postgres.kill()


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with a_subscriber(host="0.0.0.0") as started:  # noqa: S104 - all of 127.0.0.0/8
        started.url = started.url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        yield started


def callbacks(subscriber: Subscriber) -> list[str]:
    """Many callbacks at 20 hosts, all of which are this subscriber."""
    port = subscriber.url.rpartition(":")[2]
    return [f"http://127.0.0.{n % 20 + 1}:{port}/{n}" for n in range(SUBSCRIBERS)]


def test_a_cluster_serves_and_publishes_through_the_failures_of_its_parts(
    cluster: Cluster, subscriber: Subscriber
) -> None:
    for _ in range(CALM_EDITS):
        cluster.serve(cluster.edit())
    deliveries_are_shared(cluster, subscriber)
    a_killed_watcher_is_replaced(cluster)
    the_database_is_killed(cluster, subscriber)
    a_watcher_is_cut_off_and_the_database_is_silent(cluster)
    for _ in range(20 - cluster.edits):
        cluster.serve(cluster.edit("Pot"))
    newest_is_delivered(cluster, subscriber)


def contents(answers: dict[str, requests.Response]) -> dict[str, bytes]:
    return {path: answer.content for path, answer in answers.items()}


def received(subscriber: Subscriber) -> list[tuple[str, bytes]]:
    """What arrived at the many callbacks."""
    return [(c.path, c.body) for c in subscriber.deliveries() if c.path[1:].isdigit()]


def newest_is_delivered(cluster: Cluster, subscriber: Subscriber) -> None:
    wait_until(lambda: not cluster.behind(), "the deliveries")
    newest = cluster.webs[0].server.get(PUSHED).content
    last = dict(received(subscriber))
    assert len(last) == SUBSCRIBERS
    assert set(last.values()) == {newest}


def deliveries_are_shared(cluster: Cluster, subscriber: Subscriber) -> None:
    cluster.subscribe(callbacks(subscriber))
    cluster.serve(cluster.edit("Pot"))
    newest_is_delivered(cluster, subscriber)
    assert len(received(subscriber)) == SUBSCRIBERS

    def shares() -> list[int]:
        return [watcher.server.log.count("delivered http") for watcher in cluster.watchers]

    wait_until(lambda: sum(shares()) >= SUBSCRIBERS, "the lines of the deliveries")
    assert sum(shares()) == SUBSCRIBERS
    assert min(shares()) > SUBSCRIBERS / 10


def a_killed_watcher_is_replaced(cluster: Cluster) -> None:
    with cluster.publish_held() as publisher:
        publisher.server.kill()
    cluster.serve(f"Brewed {cluster.edits} times.")  # by the other
    cluster.replace_watcher(publisher, "successor")


def the_database_is_killed(cluster: Cluster, subscriber: Subscriber) -> None:
    before = cluster.served()
    web = cluster.webs[0].server
    heard = call(web, bearer(SECRET))
    asked = subscriber.ask(f"{web.url}/hub", f"{web.url}/tags/Tea/rss.xml")
    assert (heard.status_code, asked.status_code) == (202, 202)
    cluster.postgres.kill()
    words = cluster.edit("Pot")
    wait_until(lambda: cluster.statuses("/readyz") == [503] * 3, "not ready")
    assert contents(cluster.served()) == contents(before)
    assert cluster.statuses("/healthz") == [200] * 3
    assert call(web, bearer(SECRET)).status_code == 503
    cluster.postgres.start()
    cluster.serve(words)
    wait_until(lambda: job(web, heard)["state"] == "done", "the job")
    wait_until(subscriber.verifications, "the verification")
    newest_is_delivered(cluster, subscriber)
    assert cluster.statuses("/readyz") == [200] * 3


def a_watcher_is_cut_off_and_the_database_is_silent(cluster: Cluster) -> None:
    before = cluster.served()
    with cluster.publish_held() as publisher:
        logged = len(publisher.server.log)
        publisher.proxy.fall_silent()
    began = time.monotonic()
    members = [each for each in (*cluster.webs, *cluster.watchers) if each is not publisher]
    for member in members:
        member.proxy.fall_silent()
    wait_until(lambda: cluster.statuses("/readyz") == [503] * 3, "not ready")
    time.sleep(max(0, began + SILENCE - time.monotonic()))
    assert contents(cluster.served()) == contents(before)
    assert cluster.statuses("/healthz") == [200] * 3
    for member in members:
        member.proxy.speak()
    after = cluster.serve(f"Brewed {cluster.edits} times.")  # by the other
    assert "published" not in publisher.server.log[logged:]
    assert VANISHED_SECONDS + RETRY < 30
    publisher.proxy.speak()
    wait_until(lambda: len(cluster.alive()) == 2, "its heartbeat")
    assert contents(cluster.served()) == contents(after)
