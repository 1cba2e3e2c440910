"""`hub.topic` may have any spelling that GET answers or redirects; over real sockets."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from feedsvc.web.app import create_app
from tests.support.asking import URL, Publisher
from tests.support.hub import HubServer, a_callback
from tests.support.running import Server

ALIASES = {
    "ALIASES__TAGS": '{"green": "Tea"}',
    "FEEDS__ALIASES": '{"/feed.xml": "atom", "/index.xml": "rss", "/feed/": "rss"}',
    "FEEDS__GONE": '["/tags/Left/"]',
}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubServer]:
    folder = tmp_path_factory.mktemp("topics")
    settings = {f"FEEDSVC_{name}": value for name, value in ALIASES.items()}
    server = Server(
        folder,
        folder / "posts",
        command="web",
        settings={"FEEDSVC_SERVER__PROXIES": "1"} | settings,
    )
    store_url = f"sqlite:///{folder}/var/feedsvc.sqlite3"
    publisher = Publisher(folder, store_url, **({"SITE__URL": server.url} | ALIASES))
    publisher.posts.write(
        "tea.md", title="Tea", tags='["Tea", "C#", "Café", "a/b", "茶", "x>y"]'
    )
    publisher.publish()
    try:
        yield HubServer(server.wait_until_ready(), publisher.store)
    finally:
        server.stop()
        publisher.store.close()


@pytest.mark.parametrize(
    ("topic", "meant"),
    [
        ("/feed.xml", ("", "atom")),
        ("/index.xml", ("", "rss")),
        ("/feed/", ("", "rss")),
        ("/atom.xml?", ("", "atom")),
        ("/atom.xml?utm_source=reader", ("", "atom")),
        ("/feed.xml?a=b&c", ("", "atom")),
        ("/tags%2FTea/atom.xml", ("tags/Tea", "atom")),
        ("/tags/%54e%61/feed.jso%6e", ("tags/Tea", "json")),
        ("/tags/C%23/atom.xml", ("tags/C~23", "atom")),
        ("/tags/C%7e23/atom.xml", ("tags/C~23", "atom")),
        ("/tags/a/b/atom.xml", ("tags/a~2Fb", "atom")),
        ("/tags/a%2Fb/atom.xml", ("tags/a~2Fb", "atom")),
        ("/tags/Café/rss.xml", ("tags/Café", "rss")),
        ("/tags/Caf%c3%a9/rss.xml", ("tags/Café", "rss")),
        ("/tags/Cafe%CC%81/rss.xml", ("tags/Café", "rss")),
        ("/tags/Cafe\u0301/rss.xml", ("tags/Café", "rss")),
        ("/tags/茶/atom.xml", ("tags/茶", "atom")),
        ("/tags/x%3Ey/atom.xml", ("tags/x~3Ey", "atom")),
        ("/tags/x>y/atom.xml", ("tags/x~3Ey", "atom")),
        ("/tags/green/atom.xml", ("tags/Tea", "atom")),
        ("/tags/gr%65en/atom.xml?x", ("tags/Tea", "atom")),
    ],
)
def test_a_url_that_get_answers_or_redirects_is_a_topic(
    hub: HubServer, topic: str, meant: tuple[str, str]
) -> None:
    got = hub.server.ask("GET", quote(topic, safe="/%?=&>~"))
    assert got.status_code in (200, 301), "the test is wrong about GET"
    callback = a_callback()
    for host in (hub.server.url, hub.server.url.replace("http", "HTTP")):
        url = f"{host}{topic}"
        response = hub.ask(topic=url, callback=callback)
        assert response.status_code == 202, response.text
        (intent,) = [each for each in hub.new_intents() if each.target.callback == callback]
        assert (intent.target.feed_path, intent.target.format) == meant
        assert intent.target.topic == url


@pytest.mark.parametrize(
    "topic",
    [
        "/",
        "/tags/",
        "/tags/Tea/",
        "/tags/Tea",
        "/tags/green/",
        "/tags/Left/atom.xml",
        "/tags/Coffee/atom.xml",
        "/opml.xml",
        "/feed",
        "/tags/Tea/feed.xml",
        "//feed.xml",
    ],
)
def test_any_other_url_is_not_a_topic(hub: HubServer, topic: str) -> None:
    response = hub.ask(topic=f"{hub.server.url}{topic}")
    assert response.status_code == 400
    assert "hub.topic" in response.text


def test_a_topic_that_is_too_long_for_a_verification_is_refused(hub: HubServer) -> None:
    """The URL of the verification would be longer than the client allows."""
    topic = f"{hub.topic}?{'a' * 6000}"
    assert hub.ask(topic=topic).status_code == 202
    callback = a_callback().ljust(2048, "a")
    refused = hub.ask(topic=topic, callback=callback)
    assert (refused.status_code, "too long" in refused.text) == (400, True)
    assert hub.ask(topic=f"{hub.topic}?{'a' * 8192}").status_code == 400


@pytest.mark.parametrize("token", ["", "t" * 255, "茶" * 85, "&=%+ ;\r\n"])
def test_a_token_of_255_octets_is_accepted(hub: HubServer, token: str) -> None:
    callback = a_callback()
    assert hub.ask(callback=callback, verify_token=token).status_code == 202
    assert [i.verify_token for i in hub.new_intents() if i.target.callback == callback] == [
        token
    ]


@pytest.mark.parametrize("token", ["t" * 256, "茶" * 86, "a\0b"])
def test_a_longer_token_or_one_with_a_nul_is_refused(hub: HubServer, token: str) -> None:
    refused = hub.ask(verify_token=token)
    assert refused.status_code == 400
    assert "hub.verify_token" in refused.text
    assert token not in refused.text


def test_a_token_is_never_logged(hub: HubServer) -> None:
    token = secrets.token_hex(16)
    assert hub.ask(verify_token=token).status_code == 202
    assert token not in hub.server.log


def test_five_hundred_requests_of_one_aggregator_are_queued(
    tmp_path: Path, sqlite_url: str
) -> None:
    """As when it imports OPML: one client and one callback host.

    Without sockets, because a busy machine needs long for 500 connections.
    """
    publisher = Publisher(tmp_path, sqlite_url)
    publisher.posts.write("tea.md", title="Tea")
    publisher.publish()
    web_client = create_app(publisher.settings, publisher.store).test_client()
    form = {"hub.mode": "subscribe", "hub.topic": f"{URL}/atom.xml"}
    responses = [
        web_client.post("/hub", data=form | {"hub.callback": f"https://reader.example/{n}"})
        for n in range(501)
    ]
    assert {response.status_code for response in responses} == {202}
    publisher.store.close()
