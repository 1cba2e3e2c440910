"""Filters over HTTP: entries, addresses, headers, history, and what is refused."""

import gzip
import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from unittest.mock import patch
from urllib.parse import urlsplit

import lxml.etree
import pytest
import requests

from feedsvc.core.cache_keys import cache_key
from feedsvc.errors import StoreError, StoreSlow
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.store import Store
from feedsvc.web.polls.old_addresses import OldAddresses
from feedsvc.web.polls.redirects import Served, feed_document
from tests.support.archive_client import ArchiveClient, Read, read
from tests.support.asking import URL, Front, Publisher, ask, two_posts
from tests.support.feedcheck import check_atom, check_json, check_rss
from tests.support.running import Server, running
from tests.support.writing import PostFolder

POSTS: Final = 130
CHECKS: Final[dict[str, Callable[..., object]]] = {
    "atom": check_atom,
    "rss": check_rss,
    "json": check_json,
}
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)


def tags_of(number: int) -> list[str]:
    """Every second post is of AI, every third of CAR-T, every fifth of diary."""
    steps = {"AI": 2, "CAR-T": 3, "diary": 5, "C#": 7, "a|b": 11, "a/b": 13}
    return [tag for tag, step in steps.items() if number % step == 0]


def write_posts(posts: PostFolder, count: int) -> None:
    for number in range(count):
        posts.write(
            f"{number:03}.md",
            "Text. " * 60,
            title=f"{number:03}",
            date=f"{_START + timedelta(days=number):%Y-%m-%dT00:00:00Z}",
            tags=json.dumps(tags_of(number)),
            categories='["技术", "临床"]' if number % 4 == 0 else '["技术"]',
            author="Li" if number % 10 else "Wang",
            lang="zh" if number % 2 else "en",
        )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with 130 posts. Tests must not change its folder."""
    folder = tmp_path_factory.mktemp("filters")
    posts = PostFolder(folder / "posts")
    write_posts(posts, POSTS)
    with running(folder, posts.root) as started:
        yield started


def get(server: Server, target: str, **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(
        f"{server.url}/{target}", headers=named, timeout=10, allow_redirects=False
    )


def document(server: Server, query: str, format_name: str = "atom") -> Read:
    address = f"{server.url}/feed/{format_name}?{query}"
    response = requests.get(address, timeout=10)
    assert response.status_code == 200, response.text
    return read(response.content)


def titles(server: Server, query: str) -> list[int]:
    return [int(entry.title) for entry in document(server, query).entries.values()]


def expected(holds: Callable[[int], bool]) -> list[int]:
    return [number for number in reversed(range(POSTS)) if holds(number)]


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("tag=AI&tag=CAR-T", lambda n: n % 6 == 0),
        ("tag=AI&tag=CAR-T&not-tag=diary", lambda n: n % 6 == 0 and n % 5),
        ("tag=diary|CAR-T&tag=AI", lambda n: n % 2 == 0 and (n % 5 == 0 or n % 3 == 0)),
        ("tag=C%23", lambda n: n % 7 == 0),
        ("tag=C~23", lambda n: n % 7 == 0),
        ("tag=a~7Cb", lambda n: n % 11 == 0),
        ("tag=a/b", lambda n: n % 13 == 0),
        ("tag=a%2Fb|a~7Cb", lambda n: n % 13 == 0 or n % 11 == 0),
        ("category=技术/临床&not-lang=zh", lambda n: n % 4 == 0),
        ("category=技术/*&lang=zh", lambda n: n % 2 == 1),
        ("author=Wang", lambda n: n % 10 == 0),
        ("not-author=Li", lambda n: n % 10 == 0),
        ("not-tag=AI&since=2026-05-01", lambda n: n % 2 and n >= 120),
        ("since=2026-05-08T00:00:00Z", lambda n: n >= 127),
        ("tag=AI&not-tag=AI", lambda n: False),
        ("tag=AI&lang=zh", lambda n: False),
    ],
)
def test_a_filter_has_exactly_the_entries_it_asks_for(
    server: Server, query: str, holds: Callable[[int], bool]
) -> None:
    assert titles(server, f"{query}&limit=200") == expected(holds)


def test_a_document_has_as_many_entries_as_its_address_says(server: Server) -> None:
    assert titles(server, "tag=AI") == expected(lambda n: n % 2 == 0)[:20]
    assert titles(server, "tag=AI&limit=3") == [128, 126, 124]


@pytest.mark.parametrize("format_name", CHECKS)
@pytest.mark.parametrize("page", ["", "&archive=tags/AI/1"])
def test_each_document_is_valid_and_links_to_itself(
    server: Server, format_name: str, page: str
) -> None:
    terms = "tag=AI&tag=C~23&not-tag=diary&category=%E6%8A%80%E6%9C%AF"
    own = f"{server.url}/feed/{format_name}?{terms}{page}"
    response = requests.get(own, timeout=10, allow_redirects=False)
    findings = CHECKS[format_name](
        response.content,
        self_link=own,
        content_type=response.headers["Content-Type"],
        now=datetime.now(UTC),
    )
    assert findings == []
    assert response.headers["Link"] == f'<{own}>; rel="self"'
    assert b"/hub" not in response.content


def test_the_title_and_the_id_say_what_the_filter_has(server: Server) -> None:
    feed = get(server, "feed/json?tag=AI&tag=CAR-T&not-tag=diary").json()
    assert feed["title"] == "AI and CAR-T, without diary - Tea notes"
    atom = lxml.etree.fromstring(get(server, "feed/atom?tag=AI&not-tag=diary").content)
    (feed_id,) = atom.xpath("/*/*[local-name()='id']/text()")
    assert feed_id == "tag:example.org,2026:feed:filter?tag=AI&not-tag=diary"


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("tag=CAR-T&tag=AI", "tag=AI&tag=CAR-T"),
        ("tag=AI&tag=AI", "tag=AI"),
        ("tag=C%23", "tag=C~23"),
        ("tag=AI&limit=20", "tag=AI"),
        ("tag=AI&content=full", "tag=AI"),
        ("tag=AI&utm_source=x&fbclid=y", "tag=AI"),
        ("ref=x&limit=7", "limit=7"),
        ("tag=AI&raw", "tag=AI"),
        ("tag=AI&", "tag=AI"),
    ],
)
def test_another_spelling_leads_to_the_one_address(
    server: Server, query: str, canonical: str
) -> None:
    response = get(server, f"feed/atom?{query}")
    assert response.status_code == 301
    assert response.headers["Location"] == f"{server.url}/feed/atom?{canonical}"
    assert get(server, f"feed/atom?{canonical}").status_code == 200


@pytest.mark.parametrize("query", ["limit=20", "content=full", "limit=20&utm_source=x"])
def test_what_asks_for_nothing_leads_to_the_feed_of_the_site(
    server: Server, query: str
) -> None:
    response = get(server, f"feed/rss?{query}")
    assert response.headers["Location"] == f"{server.url}/rss.xml"


def test_a_slash_at_the_end_leads_to_the_address_without(server: Server) -> None:
    browser = {"Sec_Fetch_Dest": "document", "Sec_Fetch_Mode": "navigate"}
    for headers in ({}, browser):
        location = get(server, "feed/atom/?tag=AI", **headers).headers["Location"]
        assert location == f"{server.url}/feed/atom?tag=AI"


def test_without_a_filter_the_address_is_what_it_was(server: Server) -> None:
    for target in ("feed/atom", "feed/atom?utm_source=x", "feed/atom/?fbclid=1"):
        assert get(server, target).status_code == 404
    assert get(server, "feed/?tag=AI").status_code == 200  # the alias of the site's feed
    assert get(server, "atom.xml?tag=AI&anything=1").status_code == 200


def test_headers_are_those_of_a_document_that_nothing_announces(server: Server) -> None:
    response = get(server, "feed/atom?tag=AI")
    assert re.fullmatch(r'"[0-9a-f]{32}(-br|-gzip|-zstd)?"', response.headers["ETag"])
    assert "Last-Modified" not in response.headers
    assert response.headers["Cache-Control"] == "public, max-age=1800, must-revalidate"
    assert response.headers["Vary"] == "Accept-Encoding"


def test_conditions_head_and_codings_work_as_for_feeds(server: Server) -> None:
    target = "feed/rss?tag=AI"
    plain = get(server, target, Accept_Encoding="identity")
    assert get(server, target, If_None_Match=plain.headers["ETag"]).status_code == 304
    head = requests.head(f"{server.url}/{target}", timeout=10)
    assert (head.status_code, head.content) == (200, b"")
    for coding in ("gzip", "br", "zstd"):
        coded = requests.get(
            f"{server.url}/{target}",
            headers={"Accept-Encoding": coding},
            stream=True,
            timeout=10,
        )
        assert coded.headers["Content-Encoding"] == coding
        assert coded.headers["ETag"] != plain.headers["ETag"]
        if coding == "gzip":
            assert gzip.decompress(coded.raw.read()) == plain.content


@pytest.mark.parametrize("format_name", ["atom", "rss", "json"])
@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("tag=AI&not-tag=diary", lambda n: n % 2 == 0 and n % 5),
        ("tag=CAR-T|diary", lambda n: n % 3 == 0 or n % 5 == 0),
        ("not-tag=AI&limit=4", lambda n: n % 2),
    ],
)
def test_the_history_has_every_entry_of_the_filter(
    server: Server, format_name: str, query: str, holds: Callable[[int], bool]
) -> None:
    client = ArchiveClient(
        lambda address: requests.get(address, timeout=10).content,
        f"{server.url}/feed/{format_name}?{query}",
    )
    documents = client.visit()
    assert sorted(int(each.title) for each in client.kept.values()) == sorted(expected(holds))
    assert len(documents) > 2
    if format_name != "json":
        assert [each.is_archive for each in documents] == [False] + [True] * (
            len(documents) - 1
        )


def test_a_filter_with_few_entries_is_complete(server: Server) -> None:
    feed = document(server, "tag=AI&tag=CAR-T&tag=diary")
    assert (feed.is_complete, feed.older) == (True, "")


def test_pages_that_are_not_there_are_404(server: Server) -> None:
    assert get(server, "feed/atom?tag=AI&archive=tags/AI/9").status_code == 404
    assert get(server, "feed/atom?tag=AI&archive=tags/AI/2").status_code == 200


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("tag=Diarry", 'tag: no post ever had "Diarry"; did you mean "diary"?'),
        ("not-tag=nothing-like-it", 'tag: no post ever had "nothing-like-it"'),
        ("category=技木", 'did you mean "技术"'),
        ("tag=a~7Cd", 'did you mean "a~7Cb"'),  # not "a|b", which asks for a or b
        ("tag=", "tag is empty"),
        ("tag=&tag=", "tag is empty"),
        ("tag=%00", "control character"),
        ("tag=%FF", "not UTF-8"),
        ("limit=-1", "limit"),
        ("limit=1e9", "limit"),
        ("since=yesterday", "since"),
        ("colour=red", 'the parameter "colour" is unknown'),
        ("tag=AI&archive=3", "archive: the filter has no such page"),
        ("&".join(["tag=AI"] * 1000), "more than 16 terms"),
        ("tag=" + "a" * 20_000, "octets"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(server: Server, query: str, words: str) -> None:
    response = get(server, f"feed/atom?{query}")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert words in response.text
    assert response.text.startswith("400 Bad Request: ")
    assert response.text.count("\n") == 1


def test_a_person_reads_what_is_wrong_on_a_page(server: Server) -> None:
    response = get(server, "feed/atom?tag=%3Cb%3E", Accept="text/html")
    assert response.status_code == 400
    assert "no post ever had &#34;&lt;b&gt;&#34;" in response.text


@pytest.mark.parametrize(
    "name", ["tag", "not-lang", "category", "limit", "since", "content", "archive"]
)
@pytest.mark.parametrize("value", ["", "%00", "%FF", "%", "|", "/", "'\"<>"])
def test_no_value_is_an_error_of_the_server(server: Server, name: str, value: str) -> None:
    for query in (f"{name}={value}", "&".join([f"{name}={value}"] * 1000)):
        assert 400 <= get(server, f"feed/json?{query}").status_code < 500


@pytest.mark.parametrize("name", ["tag", "not-lang", "limit", "utm_source"])
def test_a_value_of_a_megabyte_is_refused(server: Server, name: str) -> None:
    response = get(server, f"feed/json?limit=3&{name}={'a' * 1_000_000}")
    assert 400 <= response.status_code < 500


def test_octets_that_are_not_encoded_are_read(server: Server) -> None:
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), 10) as connection:
        request = (
            "GET /feed/json?category=技术 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert '"title":"技术 - Tea notes"'.encode() in answer


def test_filters_have_no_topics_and_change_only_with_their_entries(tmp_path: Path) -> None:
    settings = {"REDIRECTS__FROM": '["wordpress"]', "SERVER__CACHE_KEYS": "Surrogate-Key"}
    publisher = Publisher(tmp_path, f"sqlite:///{tmp_path}/store.sqlite3", **settings)
    with closing(publisher.store):
        publisher.posts.write("tea.md", tags="[tea, hot]")
        publisher.posts.write("milk.md", tags="[milk]")
        publisher.publish()
        front = Front(publisher)
        first = ask(front.replay, "/feed/atom?tag=tea")
        assert dict(first.headers)["Surrogate-Key"] == f"feedsvc {cache_key('tags/tea')}"
        publisher.posts.write("milk.md", "More milk.", tags="[milk]")
        publisher.publish()
        assert ask(front.replay, "/feed/atom?tag=tea").tag == first.tag
        publisher.posts.write("tea.md", "More tea.", tags="[tea]")
        publisher.publish()
        second = ask(front.replay, "/feed/atom?tag=tea")
        assert second.tag != first.tag
        assert b"More tea." in second.body
        assert ask(front.replay, "/feed/atom?tag=hot").status == "200 OK"  # emptied
        assert ask(front.replay, "/feed/atom").status.startswith("301")  # of WordPress
        with publisher.store.snapshot() as snapshot:
            site = snapshot.site()
            assert site
            served = Served({}, OldAddresses(publisher.settings.redirects))
            for query, topic in (("", ""), ("tag=tea", None)):
                found = feed_document("feed/atom", query, served, site, snapshot)
                assert (found and found[0]) == topic


def test_the_last_version_is_served_while_the_store_fails(tmp_path: Path) -> None:
    with two_posts(tmp_path, f"sqlite:///{tmp_path}/store.sqlite3") as publisher:
        front = Front(publisher)
        good = ask(front.replay, "/feed/atom?tag=tea")
        with patch.object(Store, "snapshot", side_effect=StoreError("away")):
            assert ask(front.replay, "/feed/atom?tag=tea").body == good.body
            assert ask(front.replay, "/feed/atom?tag=milk").status.startswith("503")


def test_a_filter_that_takes_too_long_is_refused_for_a_while(tmp_path: Path) -> None:
    with two_posts(tmp_path, f"sqlite:///{tmp_path}/store.sqlite3") as publisher:
        front = Front(publisher)
        with patch.object(Snapshot, "chosen", side_effect=StoreSlow("slow")):
            answer = ask(front.replay, "/feed/atom?tag=tea")
        assert answer.status.startswith("503")
        assert dict(answer.headers)["Retry-After"] == "10"
        assert ask(front.replay, "/feed/atom?tag=tea").status == "200 OK"


def test_no_filter_evicts_a_feed(tmp_path: Path) -> None:
    with two_posts(tmp_path, f"sqlite:///{tmp_path}/store.sqlite3") as publisher:
        front = Front(publisher, 200_000)
        ask(front.replay, "/atom.xml")
        for number in range(1, 60):
            ask(front.replay, f"/feed/atom?limit={number}")
        reached = front.reached
        ask(front.replay, "/atom.xml")
        assert front.reached == reached


def test_before_the_first_publish_a_filter_is_not_ready(tmp_path: Path) -> None:
    publisher = Publisher(tmp_path, f"sqlite:///{tmp_path}/store.sqlite3")
    with closing(publisher.store):
        assert ask(Front(publisher).replay, "/feed/atom?tag=a").status.startswith("503")


@pytest.mark.parametrize(
    ("settings", "query", "canonical"),
    [
        ({"ALIASES__TAGS": '{"k8s": "Kubernetes"}'}, "tag=k8s", "tag=Kubernetes"),
        ({"REDIRECTS__TAGS": '{"k8s": "Kubernetes"}'}, "not-tag=k8s", "not-tag=Kubernetes"),
        ({"FEEDS__GONE": '["/tags/old/"]'}, "tag=old", ""),
        ({"FEEDS__GONE": '["/tags/old/"]'}, "not-tag=old", ""),
        ({}, "tag=snake_case", "tag=snake~5Fcase"),
    ],
)
def test_renamed_and_removed_terms_are_known(
    tmp_path: Path, settings: dict[str, str], query: str, canonical: str
) -> None:
    publisher = Publisher(tmp_path, f"sqlite:///{tmp_path}/store.sqlite3", **settings)
    with closing(publisher.store):
        publisher.posts.write("tea.md", tags="[Kubernetes, snake_case]")
        publisher.publish()
        answer = ask(Front(publisher).replay, f"/feed/json?{query}")
        if canonical:
            assert dict(answer.headers)["Location"] == f"{URL}/feed/json?{canonical}"
        else:
            count = 0 if query.startswith("tag") else 1
            assert len(json.loads(answer.body)["items"]) == count
