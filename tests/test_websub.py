"""The hub and its subscribers, end to end: real processes, real sockets."""

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Server, running, wait_until
from tests.subscriber import Subscriber, a_subscriber
from tests.writing import PostFolder

NEAR = {"FEEDSVC_HUB__NETWORKS": '["127.0.0.0/8"]'}


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with a_subscriber() as started:
        yield started


@pytest.fixture
def server(tmp_path: Path, posts: PostFolder) -> Iterator[Server]:
    posts.write("tea.md", title="Tea", tags="[Tea]")
    with running(tmp_path, posts.root, NEAR) as started:
        yield started


def test_an_edited_post_is_delivered_signed(
    server: Server, posts: PostFolder, subscriber: Subscriber
) -> None:
    topic = f"{server.url}/tags/Tea/atom.xml"
    hub = f"{server.url}/hub"
    assert server.get("/tags/Tea/atom.xml").headers["Link"] == (
        f'<{hub}>; rel="hub", <{topic}>; rel="self"'
    )
    response = subscriber.ask(hub, topic, secret="tea for two")  # noqa: S106 - of this test
    assert response.status_code == 202
    wait_until(subscriber.verifications, "the verification")
    asked = subscriber.verifications()[0].query
    assert (asked["hub.mode"], asked["hub.topic"]) == ("subscribe", topic)
    assert int(asked["hub.lease_seconds"]) == 864000

    posts.write("tea.md", "Brewed a third time.", title="Tea", tags="[Tea]")
    wait_until(subscriber.deliveries, "the delivery")
    (sent,) = subscriber.deliveries()
    now = server.get("/tags/Tea/atom.xml")
    assert sent.body == now.content
    assert b"a third time" in sent.body
    assert sent.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert sent.headers["link"] == now.headers["Link"]
    expected = hmac.new(b"tea for two", sent.body, hashlib.sha256).hexdigest()
    assert sent.headers["x-hub-signature"] == f"sha256={expected}"
