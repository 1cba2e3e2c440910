"""The hub's answers to requests for subscriptions: the rules of WebSub §5.1, and limits."""

import secrets
import time
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from urllib.parse import quote

import feedparser
import pytest
import requests

from feedsvc.web.app import create_app
from tests.support.asking import URL, Publisher
from tests.support.hub import FORM, ODD_TAGS, HubServer, a_callback, a_hub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubServer]:
    yield from a_hub(tmp_path_factory.mktemp("hub"))


def test_a_request_becomes_an_intent(hub: HubServer) -> None:
    callback = a_callback()
    response = hub.ask(callback=callback, secret="s", lease_seconds="86400")  # noqa: S106
    assert response.status_code == 202
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    (intent,) = [each for each in hub.new_intents() if each.target.callback == callback]
    assert (intent.target.feed_path, intent.target.format) == ("tags/Tea", "atom")
    assert (intent.mode, intent.secret, intent.lease_seconds) == ("subscribe", "s", 86400)


@pytest.mark.parametrize(
    ("form", "named"),
    [
        ({"mode": None}, "hub.mode"),
        ({"mode": ""}, "hub.mode"),
        ({"mode": "SUBSCRIBE"}, "hub.mode"),
        ({"mode": "publish"}, "hub.mode"),
        ({"mode": "denied"}, "hub.mode"),
        ({"callback": None}, "hub.callback"),
        ({"callback": ""}, "hub.callback"),
        ({"callback": "https://example.org/" + "a" * 2029}, "longer than 2048"),
        ({"topic": None}, "hub.topic"),
        ({"topic": ""}, "hub.topic"),
        ({"secret": "s" * 200}, "hub.secret"),
        ({"secret": "茶" * 67}, "hub.secret"),
        ({"secret": "a\0b"}, "hub.secret"),
        ({"lease_seconds": "for ever"}, "hub.lease_seconds"),
        ({"lease_seconds": "-1"}, "hub.lease_seconds"),
        ({"lease_seconds": "1e5"}, "hub.lease_seconds"),
        ({"lease_seconds": "٣"}, "hub.lease_seconds"),
        ({"lease_seconds": "9" * 5000}, "hub.lease_seconds"),
    ],
)
def test_a_wrong_parameter_is_named(
    hub: HubServer, form: dict[str, str | None], named: str
) -> None:
    response = hub.ask(**form)
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert named in response.text
    assert response.text.count("\n") == 1


@pytest.mark.parametrize("secret", ["s" * 199, "茶" * 66, "", "&=%+ ;"])
def test_a_secret_of_199_bytes_is_accepted(hub: HubServer, secret: str) -> None:
    callback = a_callback()
    assert hub.ask(callback=callback, secret=secret).status_code == 202
    assert [i.secret for i in hub.new_intents() if i.target.callback == callback] == [secret]


def test_a_callback_of_2048_characters_is_accepted(hub: HubServer) -> None:
    callback = a_callback()
    assert hub.ask(callback=callback.ljust(2048, "a")).status_code == 202


@pytest.mark.parametrize(
    ("requested", "granted"),
    [
        (None, 10 * 86400),
        ("", 10 * 86400),
        ("0", 10 * 86400),
        ("1", 300),
        ("300", 300),
        ("301", 301),
        ("2592000", 2592000),
        ("2592001", 2592000),
        ("999999999999", 2592000),
    ],
)
def test_a_lease_is_limited(hub: HubServer, requested: str | None, granted: int) -> None:
    callback = a_callback()
    assert hub.ask(callback=callback, lease_seconds=requested).status_code == 202
    assert [i.lease_seconds for i in hub.new_intents() if i.target.callback == callback] == [
        granted
    ]


def test_the_lease_of_an_unsubscription_is_ignored(hub: HubServer) -> None:
    assert hub.ask(mode="unsubscribe", lease_seconds="for ever").status_code == 202


def test_unknown_parameters_are_ignored(hub: HubServer) -> None:
    """FreshRSS sends hub.verify, which PubSubHubbub 0.3 had."""
    assert hub.ask(verify="sync", verify_token="", foo="bar").status_code == 202


def test_the_first_of_two_parameters_with_one_name_counts(hub: HubServer) -> None:
    callback = quote(a_callback(), safe="")
    body = f"hub.mode=subscribe&hub.topic={quote(hub.topic)}&hub.callback={callback}"
    assert hub.post(f"{body}&hub.mode=sing".encode()).status_code == 202
    assert hub.post(f"hub.mode=sing&{body}".encode()).status_code == 400


def test_a_form_may_contain_raw_utf_8(hub: HubServer) -> None:
    callback = quote(a_callback(), safe="")
    body = f"hub.mode=subscribe&hub.topic={quote(hub.topic)}&hub.callback={callback}"
    assert hub.post(f"{body}&hub.secret=茶".encode()).status_code == 202
    assert {i.secret for i in hub.new_intents()} >= {"茶"}


@pytest.mark.parametrize(
    "body",
    [b"hub.mode=%ff", b"hub.mode=\xff", b"&".join(b"a=b" for _ in range(100))],
)
def test_a_body_that_is_not_a_small_utf_8_form_is_refused(hub: HubServer, body: bytes) -> None:
    response = hub.post(body)
    assert response.status_code == 400
    assert "form" in response.text


def test_a_large_body_is_refused(hub: HubServer) -> None:
    assert hub.post(b"hub.mode=" + b"a" * 16_384).status_code == 413

    def drops() -> Iterator[bytes]:
        yield from [b"hub.mode=", *[b"a" * 1000] * 17]

    sent = requests.post(hub.url, data=drops(), headers=FORM, timeout=10)
    assert sent.status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json"},
        {"Content-Type": "multipart/form-data; boundary=a"},
        {"Content-Type": "text/plain"},
        {},
        {**FORM, "Content-Encoding": "gzip"},
    ],
)
def test_other_media_types_are_refused(hub: HubServer, headers: dict[str, str]) -> None:
    assert hub.post(b"hub.mode=subscribe", headers).status_code == 415


def test_the_media_type_may_have_a_charset(hub: HubServer) -> None:
    kind = {"Content-Type": f"{FORM['Content-Type']}; charset=UTF-8"}
    assert hub.post(b"hub.mode=sing", kind).status_code == 400


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_only_post_is_answered(hub: HubServer, method: str) -> None:
    response = hub.server.ask(method, "/hub")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


# Topics.


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml", "feed.json"])
@pytest.mark.parametrize(
    "feed",
    [
        "",
        "tags/Tea/",
        "tags/C~23/",
        "tags/a~2Fb/",
        f"tags/{quote(ODD_TAGS[1])}/",
        "authors/Li_Wei/",
    ],
)
def test_every_self_link_of_a_document_is_a_topic(hub: HubServer, feed: str, name: str) -> None:
    document = hub.server.get(f"/{feed}{name}")
    links = requests.utils.parse_header_links(document.headers["Link"])
    (own,) = [link["url"] for link in links if link["rel"] == "self"]
    assert [link["url"] for link in links if link["rel"] == "hub"] == [hub.url]
    assert own == f"{hub.server.url}/{feed}{name}"
    assert hub.server.ask("HEAD", f"/{feed}{name}").headers["Link"] == document.headers["Link"]
    assert hub.ask(topic=own).status_code == 202


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_a_document_links_the_hub_as_its_header_does(hub: HubServer, name: str) -> None:
    feed = feedparser.parse(hub.server.get(f"/tags/Tea/{name}").content).feed
    hrefs = {link["rel"]: link["href"] for link in feed.links if link["rel"] in ("hub", "self")}
    assert hrefs == {"hub": hub.url, "self": f"{hub.server.url}/tags/Tea/{name}"}


def test_a_json_feed_links_the_hub(hub: HubServer) -> None:
    feed = hub.server.get("/tags/Tea/feed.json").json()
    assert feed["hubs"] == [{"type": "WebSub", "url": hub.url}]
    assert feed["feed_url"] == f"{hub.server.url}/tags/Tea/feed.json"


@pytest.mark.parametrize(
    "topic",
    [
        "https://example.org/tags/Tea/atom.xml",
        "{host}.example.org/tags/Tea/atom.xml",
        "{own}",
        "{own}/",
        "{own}/opml.xml",
        "{own}/hub",
        "{own}/tags/Tea/",
        "{own}/tags/Tea",
        "{own}/tags/Coffee/atom.xml",
        "{own}/tags/tea/atom.xml",
        "{own}/tags//Tea/atom.xml",
        "{own}//tags/Tea/atom.xml",
        "{own}/tags/../tags/Tea/atom.xml",
        "{own}/tags/Tea/atom.xml#top",
        "{own}/tags/Tea/ATOM.XML",
        "{own}/tags/%00/atom.xml",
        "{own}/tags/%FF/atom.xml",
        "{own}/tags/Tea%0A/atom.xml",
        " {own}/tags/Tea/atom.xml",
        "/tags/Tea/atom.xml",
        "{own}/tags/Tea/atom.xml\r\nX: y",
        "{own}/tags/Tea/atom xml",
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data/",
    ],
)
def test_no_other_address_is_a_topic(hub: HubServer, topic: str) -> None:
    own = hub.server.url
    response = hub.ask(topic=topic.format(own=own, host=own))
    assert response.status_code == 400
    assert "hub.topic" in response.text


@pytest.mark.parametrize(
    "topic",
    ["{own}/tags/%54ea/atom.xml", "{own}/t%61gs/Tea/atom%2exml", "{own}/tags/C%7E23/atom.xml"],
)
def test_percent_encoding_in_a_topic_is_normalised(hub: HubServer, topic: str) -> None:
    """WebSub §5.1.1."""
    assert hub.ask(topic=topic.format(own=hub.server.url)).status_code == 202


def test_a_site_below_a_path_has_its_hub_and_its_topics_there(tmp_path: Path) -> None:
    base = "https://example.org/blog"
    for hub in a_hub(tmp_path, SITE__URL=base):
        links = requests.get(f"{hub.server.url}/blog/tags/C~23/atom.xml", timeout=10).headers[
            "Link"
        ]
        assert links == f'<{base}/hub>; rel="hub", <{base}/tags/C~23/atom.xml>; rel="self"'
        hub.url = f"{hub.server.url}/blog/hub"
        assert hub.ask(topic=f"{base}/tags/C~23/atom.xml").status_code == 202
        assert hub.ask(topic=f"{base}/atom.xml").status_code == 202
        assert hub.ask(topic="https://example.org/atom.xml").status_code == 400
        assert hub.ask(topic="https://example.org/blogs/atom.xml").status_code == 400


# Callbacks are refused by their text. A web process does no DNS look-up.


@pytest.mark.parametrize(
    "callback",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "javascript:alert(1)",
        "//example.org/",
        "example.org",
        "http://",
        "http:///cb",
        "http://localhost/",
        "http://localhost:8080/",
        "http://a.localhost/",
        "http://printer.local/",
        "http://db.internal/",
        "http://redis/",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://0/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[fc00::1]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://１２７.０.０.１/",
        "http://ⓔxample.org/",
        "http://example.org。/",
        "http://example.org./",
        "http://user@example.org/",
        "http://user:password@example.org/",
        "http://example.org@127.0.0.1/",
        "http://example.org\\@127.0.0.1/",
        "http://example.org:22/",
        "http://example.org:6379/",
        "http://example.org:0/",
        "http://example.org:65536/",
        "http://example.org/#fragment",
        "http://example.org/ HTTP/1.1",
        "http://example.org/\r\nX: y",
        "http://example.org/\0",
        "http://exam ple.org/",
        " http://example.org/",
    ],
)
def test_a_callback_that_may_be_in_our_network_is_refused(
    hub: HubServer, callback: str
) -> None:
    response = hub.ask(callback=callback)
    assert response.status_code == 400
    assert response.text.startswith("hub.callback cannot be used")
    assert "password" not in response.text


# Limits.


def test_after_twenty_failed_verifications_a_host_gets_429(hub: HubServer) -> None:
    host = f"{secrets.token_hex(8)}.example.org"
    callbacks = {f"https://{host}/{n}" for n in range(20)}
    assert {hub.ask(callback=callback).status_code for callback in callbacks} == {202}
    hub.fail(callbacks)
    refused = hub.ask("203.0.113.9", callback=f"http://{host}:8080/other")
    assert refused.status_code == 429
    assert 500 < int(refused.headers["Retry-After"]) <= 600
    time.sleep(1.1)
    later = hub.ask("203.0.113.9", callback=f"http://{host}:8080/other")
    waited = int(refused.headers["Retry-After"]) - int(later.headers["Retry-After"])
    assert waited in range(1, 10)
    assert hub.ask().status_code == 202


def test_after_a_hundred_failed_verifications_a_client_gets_429(hub: HubServer) -> None:
    client, callbacks = "203.0.113.77", {a_callback() for _ in range(100)}
    statuses = {hub.ask(client, callback=callback).status_code for callback in callbacks}
    assert statuses == {202}
    hub.fail(callbacks)
    assert hub.ask(client).status_code == 429
    assert hub.ask("203.0.113.78").status_code == 202


def test_a_client_with_too_many_requests_gets_429(tmp_path: Path, sqlite_url: str) -> None:
    """Without sockets, because a busy machine may be slower than the limit."""
    publisher = Publisher(tmp_path, sqlite_url)
    web_client = create_app(publisher.settings, publisher.store).test_client()
    answers = (web_client.post("/hub", data={"hub.mode": "sing"}) for _ in range(5000))
    accepted = [*takewhile(lambda answer: answer.status_code == 400, answers)]
    assert 1000 <= len(accepted) < 4000  # on a slow machine more are allowed meanwhile
    refused = web_client.post("/hub", data={"hub.mode": "sing"})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    other = {"REMOTE_ADDR": "203.0.113.98"}
    assert (
        web_client.post("/hub", data={"hub.mode": "sing"}, environ_base=other).status_code
        == 400
    )
    publisher.store.close()


def test_a_full_hub_answers_429(tmp_path: Path) -> None:
    for hub in a_hub(tmp_path, HUB__MOST_SUBSCRIPTIONS="2"):
        assert [hub.ask().status_code for _ in range(3)] == [202, 202, 429]
        assert hub.ask(mode="unsubscribe").status_code == 202


# Without a hub.


def test_without_a_hub_there_is_neither_route_nor_link(tmp_path: Path) -> None:
    for hub in a_hub(tmp_path, HUB__ENABLED="false"):
        assert hub.ask().status_code == 404
        assert hub.server.get("/hub").status_code == 404
        assert hub.server.ask("OPTIONS", "/hub").status_code == 404
        for name in ("atom.xml", "rss.xml", "feed.json"):
            document = hub.server.get(f"/tags/Tea/{name}")
            own = f"{hub.server.url}/tags/Tea/{name}"
            assert document.headers["Link"] == f'<{own}>; rel="self"'
            assert "hub" not in document.text


def test_outside_hubs_are_linked_without_our_own(tmp_path: Path) -> None:
    others = '["https://hub.example.org/", "https://other.example.org/"]'
    for hub in a_hub(tmp_path, HUB__ENABLED="false", HUB__OTHERS=others):
        document = hub.server.get("/atom.xml")
        assert document.headers["Link"].startswith(
            '<https://hub.example.org/>; rel="hub", <https://other.example.org/>; rel="hub", <'
        )
        links = feedparser.parse(document.content).feed.links
        named = [link["href"] for link in links if link["rel"] == "hub"]
        assert named == ["https://hub.example.org/", "https://other.example.org/"]


@pytest.mark.parametrize(
    "form", [{"hub.topic": f"{URL}/tags/%00/atom.xml"}, {"hub.secret": "\0"}]
)
def test_a_nul_is_refused_for_every_store(
    tmp_path: Path, either_url: str, form: dict[str, str]
) -> None:
    publisher = Publisher(tmp_path, either_url)
    publisher.posts.write("tea.md", title="Tea", tags="[Tea]")
    publisher.publish()
    form_sent = {"hub.mode": "subscribe", "hub.callback": a_callback()}
    form_sent["hub.topic"] = f"{URL}/tags/Tea/atom.xml"
    app = create_app(publisher.settings, publisher.store)
    assert app.test_client().post("/hub", data=form_sent).status_code == 202
    assert app.test_client().post("/hub", data=form_sent | form).status_code == 400
    publisher.store.close()
