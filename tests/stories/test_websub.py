"""The hub and its subscribers, end to end: real processes, real sockets."""

import hashlib
import hmac
import json
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import chdir
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import sqlalchemy as sa
from click.testing import CliRunner

from feedsvc.cli.main import main
from feedsvc.core.dates import microseconds
from feedsvc.core.websub.subscriptions import Target
from feedsvc.store.schema import subscriptions
from feedsvc.store.store import Store
from tests.support.asking import Publisher
from tests.support.running import (
    SITE,
    Server,
    running,
    wait_until,
)
from tests.support.subscriber import (
    Call,
    Subscriber,
    a_subscriber,
    respond,
)
from tests.support.writing import PostFolder
from tests.test_docs import ROOT, _blocks

NEAR = {"FEEDSVC_HUB__NETWORKS": '["127.0.0.0/8"]'}
SECRET = "tea for two"  # noqa: S105 - of these tests


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with a_subscriber() as started:
        yield started


@pytest.fixture
def server(tmp_path: Path, posts: PostFolder) -> Iterator[Server]:
    posts.write("tea.md", title="Tea", tags="[Tea]")
    with running(tmp_path, posts.root, NEAR) as started:
        yield started


def signature_of(call: Call, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), call.body, hashlib.sha256).hexdigest()


def test_an_edited_post_is_delivered_signed(
    server: Server, posts: PostFolder, subscriber: Subscriber
) -> None:
    topic = f"{server.url}/tags/Tea/atom.xml"
    hub = f"{server.url}/hub"
    assert server.get("/tags/Tea/atom.xml").headers["Link"] == (
        f'<{hub}>; rel="hub", <{topic}>; rel="self"'
    )
    response = subscriber.ask(hub, topic, secret=SECRET)
    assert response.status_code == 202
    wait_until(subscriber.verifications, "the verification")
    verification = subscriber.verifications()[0].query
    assert (verification["hub.mode"], verification["hub.topic"]) == ("subscribe", topic)
    assert int(verification["hub.lease_seconds"]) == 864000

    os.utime(posts.root / "tea.md")
    time.sleep(0.5)
    assert subscriber.deliveries() == []
    posts.write("tea.md", "Brewed a third time.", title="Tea", tags="[Tea]")
    wait_until(subscriber.deliveries, "the delivery")
    (sent,) = subscriber.deliveries()
    now = server.get("/tags/Tea/atom.xml")
    assert sent.body == now.content
    assert b"a third time" in sent.body
    assert sent.headers["content-type"] == now.headers["Content-Type"]
    assert sent.headers["link"] == now.headers["Link"]
    assert sent.headers["x-hub-signature"] == signature_of(sent)


def test_a_delivered_version_is_served_already(
    server: Server, posts: PostFolder, subscriber: Subscriber
) -> None:
    """Many subscribers only use a delivery as a hint, and fetch the feed."""
    fetched: list[bytes] = []

    def fetch(call: Call, to: Any) -> None:
        fetched.append(server.get("/tags/Tea/atom.xml").content)
        respond(to, 204)

    subscriber.take = fetch
    assert server.get("/tags/Tea/atom.xml").ok  # from now on it is cached
    subscriber.ask(f"{server.url}/hub", f"{server.url}/tags/Tea/atom.xml")
    wait_until(subscriber.verifications, "the verification")
    for count in ("two", "three", "four"):
        before = len(fetched)
        posts.write("tea.md", f"Brewed {count} times.", title="Tea", tags="[Tea]")
        wait_until(lambda n=before: len(fetched) > n, "the delivery")  # type: ignore[misc]
        assert subscriber.deliveries()[-1].body == fetched[-1]


def test_a_subscription_to_a_renamed_tag_continues(
    tmp_path: Path, posts: PostFolder, subscriber: Subscriber
) -> None:
    posts.write("tea.md", title="Tea", tags="[k8s]")
    with running(tmp_path, posts.root, NEAR) as server:
        topic = f"{server.url}/tags/k8s/atom.xml"
        subscriber.ask(f"{server.url}/hub", topic, secret=SECRET)
        wait_until(subscriber.verifications, "the verification")
    renamed = NEAR | {"FEEDSVC_REDIRECTS__TAGS": '{"k8s": "Kubernetes"}'}
    with running(tmp_path, posts.root, renamed, server.port) as server:
        assert server.get("/tags/k8s/atom.xml").status_code == 200
        posts.write("tea.md", title="Tea", tags="[Kubernetes]")
        wait_until(subscriber.deliveries, "the feed of the new name")
        for name in ("atom.xml", "rss.xml", "feed.json"):
            got = server.get(f"/tags/k8s/{name}")
            location = f"{server.url}/tags/Kubernetes/{name}"
            assert (got.status_code, got.headers["Location"]) == (301, location)
        posts.write("tea.md", "Brewed anew.", title="Tea", tags="[Kubernetes]")
        wait_until(lambda: b"anew" in subscriber.deliveries()[-1].body, "the next version")
        sent = subscriber.deliveries()[-1]
        assert sent.body == server.get("/tags/Kubernetes/atom.xml").content
        assert f'<{topic}>; rel="self"' in sent.headers["link"]
        assert sent.headers["x-hub-signature"] == signature_of(sent)


def test_a_restart_keeps_subscriptions_and_sends_nothing_twice(
    tmp_path: Path, posts: PostFolder, subscriber: Subscriber
) -> None:
    posts.write("tea.md", title="Tea", tags="[Tea]")
    with running(tmp_path, posts.root, NEAR) as server:
        subscriber.ask(f"{server.url}/hub", f"{server.url}/tags/Tea/atom.xml", secret=SECRET)
        store = Store(f"sqlite:///{tmp_path}/var/feedsvc.sqlite3")
        wait_until(store.subscriptions.all, "the subscription")
    with running(tmp_path, posts.root, NEAR, port=server.port):
        time.sleep(0.5)
        assert subscriber.deliveries() == []
        posts.write("tea.md", "Brewed again.", title="Tea", tags="[Tea]")
        wait_until(subscriber.deliveries, "the delivery")
    assert subscriber.deliveries()[0].headers["x-hub-signature"] == signature_of(
        subscriber.deliveries()[0]
    )
    store.close()


# Outside hubs and messages.


def test_an_outside_hub_can_fetch_what_it_was_pinged_for(
    tmp_path: Path, posts: PostFolder
) -> None:
    fetched: dict[str, bytes] = {}

    def fetch(call: Call, to: Any) -> None:
        topic = call.form["hub.url"]
        fetched[urlsplit(topic).path] = requests.get(topic, timeout=5).content
        respond(to, 204)

    posts.write("tea.md", title="Tea", tags="[Tea]")
    posts.write("coffee.md", title="Coffee", tags="[Coffee]")
    with a_subscriber() as hub:
        hub.take = fetch
        others = {"FEEDSVC_HUB__OTHERS": json.dumps([hub.url])}
        with running(tmp_path, posts.root, others) as server:
            links = server.get("/tags/Tea/atom.xml").headers["Link"]
            assert f'<{hub.url}>; rel="hub"' in links
            wait_until(lambda: len(fetched) == 15, "the pings of the first publish")
            fetched.clear()
            posts.write("tea.md", "Brewed a third time.", title="Tea", tags="[Tea]")
            wait_until(lambda: len(fetched) == 12, "twelve pings")
            time.sleep(0.2)
            assert {path for path in fetched if "Coffee" in path} == set()
            assert {
                path for path, body in fetched.items() if b"a third time" not in body
            } == set()


def test_a_publish_does_not_wait_for_listeners(tmp_path: Path, posts: PostFolder) -> None:
    """A hub does not answer, and nothing listens at a URL."""
    posts.write("tea.md", title="Tea", tags="[Tea]")
    with a_subscriber() as silent:
        answer = threading.Event()

        def wait(_call: Call, _to: Any) -> None:
            answer.wait(20)

        silent.take = wait
        settings = {
            "FEEDSVC_HUB__OTHERS": json.dumps([f"{silent.url}/hub"]),
            "FEEDSVC_NOTIFY": json.dumps(
                [{"url": "http://127.0.0.1:9/ci?key=hidden", "secret": "whsec_" + "QUJD" * 10}]
            ),
        }
        with running(tmp_path, posts.root, settings) as server:
            for count in ("two", "three"):
                posts.write("tea.md", f"Brewed {count} times.", title="Tea", tags="[Tea]")
                wait_until(
                    lambda c=count: c in server.get("/atom.xml").text,  # type: ignore[misc]
                    "the publish",
                    3,
                )
            wait_until(silent.deliveries, "the ping")
            wait_until(lambda: "127.0.0.1:9: no connection" in server.log, "the line")
            assert server.log.count("127.0.0.1:9: no connection") == 1
            assert "hidden" not in server.log
            listed = feedsvc(tmp_path, server, "subscriptions", settings)
            assert "http://127.0.0.1:9\tfailing" in listed
            assert f"{silent.url}\tactive" in listed
            assert "hidden" not in listed
            answer.set()


# Commands.


def feedsvc(folder: Path, server: Server, words: str, settings: dict[str, str] = NEAR) -> str:
    """Run a command in this process. Returns its output and its exit code."""
    unset = {name: None for name in os.environ if name.startswith("FEEDSVC_")}
    environ = {
        **unset,
        **SITE,
        **settings,
        "FEEDSVC_SITE__URL": server.url,
        "FEEDSVC_CONTENT__SEEDS": str(folder / "posts"),
        "FEEDSVC_STORE__URL": f"sqlite:///{folder}/var/feedsvc.sqlite3",
    }
    with chdir(folder):
        result = CliRunner(env=environ).invoke(main, words.split(), catch_exceptions=False)
    return f"{result.stdout}{result.stderr}exit {result.exit_code}"


def test_commands_list_retry_and_end_subscriptions_without_secrets(
    server: Server, posts: PostFolder, subscriber: Subscriber, tmp_path: Path
) -> None:
    topic = f"{server.url}/tags/Tea/rss.xml"
    callback = subscriber.callback("cb?token=hidden")
    store = Store(f"sqlite:///{tmp_path}/var/feedsvc.sqlite3")
    subscriber.ask(f"{server.url}/hub", topic, secret=SECRET, callback=callback)
    wait_until(store.subscriptions.all, "the subscription")

    subscriber.take = lambda _, to: respond(to, 500)
    posts.write("tea.md", "Brewed again.", title="Tea", tags="[Tea]")
    wait_until(lambda: store.subscriptions.all()[0].attempts, "the failure")
    listed = feedsvc(tmp_path, server, "subscriptions")
    line, ended = listed.splitlines()
    name, of_topic, to, state, lease, delivered, error = line.split("\t")
    assert (of_topic, to, state) == (topic, f"{subscriber.url}/cb", "failing")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", lease)
    assert (delivered, error) == ("", f"{subscriber.url}: it answered 500")
    assert ended == "exit 0"

    failed = feedsvc(tmp_path, server, f"push --retry {topic}")
    assert failed.startswith("to be retried: 1\n")
    assert "failing: 1\n" in failed
    assert failed.endswith("exit 1")
    subscriber.take = lambda _, to: respond(to, 204)
    pushed = feedsvc(tmp_path, server, f"push --retry {server.url}/tags/Tea/")
    assert "failing: 0\n" in pushed
    assert pushed.endswith("exit 0")
    assert b"Brewed again." in subscriber.deliveries()[-1].body

    assert "exit 2" in feedsvc(tmp_path, server, "subscriptions --end 0123456789ab")
    assert feedsvc(tmp_path, server, f"subscriptions --end {name}") == "exit 0"
    assert subscriber.verifications()[-1].query["hub.mode"] == "denied"
    assert store.subscriptions.all() == []
    store.close()
    said = listed + failed + pushed + server.log
    assert "hidden" not in said
    assert SECRET not in said


# kill -9.


def subscribe_all(store: Store, subscriber: Subscriber, count: int) -> None:
    """Insert confirmed subscriptions."""
    with store.snapshot() as snapshot:
        digest = snapshot.digests({"tags/Tea"})["tags/Tea"]
    now = datetime.now(UTC)
    rows = []
    for number in range(count):
        target = Target("tags/Tea", "atom", subscriber.callback(str(number)), "127.0.0.1")
        rows.append(
            {
                **{"name": target.name, "feed_path": "tags/Tea", "format": "atom"},
                **{"callback": target.callback, "host": target.host, "client": "127.0.0.1"},
                **{"secret": SECRET, "since": microseconds(now), "delivered": digest},
                "lease_ends_at": microseconds(now + timedelta(days=1)),
                **{"attempts": 0, "next_attempt_at": 0, "claimed_until": 0, "last_error": ""},
            }
        )
    with store._database.writing() as connection:
        connection.execute(sa.insert(subscriptions), rows)


def test_kill_9_during_1000_deliveries_loses_none(
    tmp_path: Path, posts: PostFolder, subscriber: Subscriber
) -> None:
    store_url = f"sqlite:///{tmp_path}/var/feedsvc.sqlite3"
    publisher = Publisher(tmp_path, store_url)
    posts.write("tea.md", title="Tea", tags="[Tea]")
    watcher = Server(tmp_path, posts.root, command="watch", settings=NEAR)
    store = publisher.store
    wait_until(lambda: store_has(store, "tags/Tea"), "the first scan")
    subscribe_all(store, subscriber, 1000)
    posts.write("tea.md", "Brewed a third time.", title="Tea", tags="[Tea]")
    wait_until(lambda: len(subscriber.deliveries()) >= 200, "a part of the deliveries")
    watcher.kill()
    before = {call.path for call in subscriber.deliveries()}
    assert len(before) < 1000, "it was killed too late"
    restarted = Server(tmp_path, posts.root, command="watch", settings=NEAR, port=watcher.port)
    try:
        everybody = {f"/{number}" for number in range(1000)}
        wait_until(
            lambda: {call.path for call in subscriber.deliveries()} == everybody,
            "a delivery to everybody",
            30,
        )
        wait_until(
            lambda: not any(s.is_behind for s in store.subscriptions.all()), "all recorded"
        )
    finally:
        restarted.stop(signal.SIGTERM)
        store.close()
    assert len({call.body for call in subscriber.deliveries()}) == 1
    assert b"a third time" in subscriber.deliveries()[0].body
    assert len(subscriber.deliveries()) < 1500  # only requests under way are sent twice
    one = subscriber.deliveries()[-1]
    assert one.headers["x-hub-signature"] == signature_of(one)


def store_has(store: Store, feed_path: str) -> bool:
    with store.snapshot() as snapshot:
        return snapshot.feed(feed_path) is not None


# The examples of docs/websub.md.


def test_the_requests_in_the_docs_are_real(tmp_path: Path) -> None:
    blocks = _blocks((ROOT / "docs/websub.md").read_text("utf-8"), "http")
    request, accepted, verification, confirmed, delivery, received = map(_message, blocks)
    posts = PostFolder(tmp_path / "posts")
    posts.write(
        "first-pick.md", "Spring came early this year.", title="The first pick", tags="[Tea]"
    )
    with a_subscriber() as subscriber, running(tmp_path, posts.root, NEAR) as server:
        ours = {"http://127.0.0.1:8000": server.url, "http://127.0.0.1:9000": subscriber.url}
        ours |= {quote_all(here): quote_all(there) for here, there in [*ours.items()]}

        def real(text: str) -> str:
            for here, there in ours.items():
                text = text.replace(here, there)
            return text

        method, path, _ = request.first.split()
        answer = requests.request(
            method,
            server.url + path,
            data=real(request.body),
            headers=_sent(request),
            timeout=5,
        )
        assert (
            f"HTTP/1.1 {answer.status_code} {answer.reason}".casefold()
            == accepted.first.casefold()
        )
        assert answer.headers["Content-Type"] == accepted.headers["Content-Type"]
        assert answer.text.strip() == accepted.body.strip()

        secret = dict(parse_qsl(request.body))["hub.secret"]
        wait_until(subscriber.verifications, "the verification")
        (challenged,) = subscriber.verifications()
        challenge = challenged.query["hub.challenge"]
        url = verification.first.split()[1].replace(confirmed.body.strip(), challenge)
        assert (
            f"GET {real(url)} HTTP/1.1" == f"{challenged.method} {challenged.target} HTTP/1.1"
        )
        assert confirmed.first == "HTTP/1.1 200 OK"  # as our subscriber answered

        posts.write("first-pick.md", "Spring came late.", title="The first pick", tags="[Tea]")
        wait_until(subscriber.deliveries, "the delivery")
        (sent,) = subscriber.deliveries()
        assert delivery.first == f"POST {sent.target} HTTP/1.1"
        shown = {name.lower(): real(value) for name, value in delivery.headers.items()}
        assert set(shown) == {"host", "content-type", "link", "x-hub-signature"}
        shown["host"] = urlsplit(subscriber.url).netloc
        assert re.fullmatch("sha256=[0-9a-f]{64}", shown["x-hub-signature"])
        shown["x-hub-signature"] = signature_of(sent, secret)
        assert {name: sent.headers[name] for name in shown} == shown
        pieces = [re.escape(real(piece.strip())) for piece in delivery.body.split("...")]
        assert len(pieces) > 2
        assert re.search(r"\A" + ".*?".join(pieces) + r"\s*\Z", sent.body.decode(), re.S)
        assert received.first == "HTTP/1.1 204 No Content"


def test_the_message_in_the_docs_is_real(tmp_path: Path, posts: PostFolder) -> None:
    shown, *_ = _blocks((ROOT / "docs/websub.md").read_text("utf-8"), "json")
    posts.write("first-pick.md", "Spring came.", title="The first pick", tags="[Tea]")
    with a_subscriber() as listener:
        key = "whsec_" + "QUJD" * 10
        notify = json.dumps([{"url": listener.callback(), "secret": key}])
        with running(tmp_path, posts.root, {"FEEDSVC_NOTIFY": notify}) as server:
            wait_until(listener.deliveries, "the message of the first publish")
            posts.write(
                "first-pick.md", "Spring came late.", title="The first pick", tags="[Tea]"
            )
            wait_until(lambda: len(listener.deliveries()) == 2, "the second message")
            message = json.loads(listener.deliveries()[1].body)
    expected = json.loads(shown.replace("http://127.0.0.1:8000", server.url))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", expected["timestamp"])
    assert datetime.now(UTC) - datetime.fromisoformat(message["timestamp"]) < timedelta(
        minutes=1
    )
    message["timestamp"] = expected["timestamp"]
    assert message == expected


class _Message:
    """An HTTP message in the docs."""

    def __init__(self, text: str) -> None:
        head, _, self.body = text.partition("\n\n")
        self.first, *lines = head.splitlines()
        self.headers = dict(line.split(": ", 1) for line in lines)


def _message(text: str) -> _Message:
    return _Message(text.rstrip("\n"))


def _sent(message: _Message) -> dict[str, str]:
    return {name: value for name, value in message.headers.items() if name != "Host"}


def quote_all(text: str) -> str:
    """Percent-encode as in a form."""
    return text.replace(":", "%3A").replace("/", "%2F")
