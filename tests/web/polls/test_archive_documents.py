"""Archive pages over HTTP: addresses, headers, conditions, codings, and what is no page."""

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from unittest.mock import patch
from urllib.parse import quote

import brotli
import pytest
import requests
import zstandard

from feedsvc.errors import StoreError
from feedsvc.store.store import Store
from tests.support.archive_client import ArchiveClient, Read, read
from tests.support.asking import Front, Publisher, ask
from tests.support.feedcheck import check_atom, check_json, check_rss
from tests.support.running import Server, running
from tests.support.writing import PostFolder

POSTS: Final = 120
NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)
FILES: Final = {"atom": "atom.xml", "rss": "rss.xml", "json": "feed.json"}
CHECKS: Final = {"atom": check_atom, "rss": check_rss, "json": check_json}
TYPES: Final = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
FEEDS: Final = ("", "tags/C~23/", "tags/茶/", "categories/archive/3/", "categories/archive/")


def write_posts(posts: PostFolder, count: int) -> None:
    for number in range(count):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
        posts.write(
            f"{number:03}.md",
            "Text. " * 60,
            date=f"{at:%Y-%m-%d}",
            tags='["C#", 茶]',
            categories="[archive, 3]",
        )


@pytest.fixture(scope="module")
def long_feeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with feeds of several pages. Tests must not change its folder."""
    folder = tmp_path_factory.mktemp("history")
    posts = PostFolder(folder / "posts")
    write_posts(posts, POSTS)
    posts.write("few.md", date="2025-01-01", tags="[few]")
    with running(folder, posts.root) as started:
        yield started


def octets_at(address: str) -> bytes:
    response = requests.get(address, timeout=10)
    response.raise_for_status()
    return response.content


def all_documents(server: Server, path: str) -> list[Read]:
    return ArchiveClient(octets_at, f"{server.url}/{quote(path)}").visit()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("feed", FEEDS)
def test_a_client_gets_every_post(long_feeds: Server, feed: str, name: str) -> None:
    client = ArchiveClient(octets_at, f"{long_feeds.url}/{quote(feed)}{FILES[name]}")
    documents = client.visit()
    assert len(client.kept) == POSTS + (feed == "")
    assert [len(each.entries) for each in documents] == [20, len(client.kept) - 100, 50, 50]
    oldest = {f"{number:03}.md" for number in range(49)}
    assert oldest <= {entry.title for entry in documents[-1].entries.values()}


@pytest.mark.parametrize("name", FILES)
def test_every_page_keeps_all_rules(long_feeds: Server, name: str) -> None:
    for page in (1, 2, 3):
        path = f"/archive/tags/C~23/{page}/{FILES[name]}"
        response = long_feeds.get(path)
        findings = CHECKS[name](
            response.content,
            self_link=f"{long_feeds.url}{path}",
            content_type=response.headers["Content-Type"],
            now=datetime(2027, 1, 1, tzinfo=UTC),
        )
        assert findings == []


@pytest.mark.parametrize("name", FILES)
def test_a_page_has_the_headers_of_a_document(long_feeds: Server, name: str) -> None:
    path = f"/archive/2/{FILES[name]}"
    headers = long_feeds.get(path).headers
    assert headers["Content-Type"] == TYPES[name]
    assert headers["Cache-Control"] == "public, max-age=1800, must-revalidate"
    assert headers["Vary"] == "Accept-Encoding"
    assert headers["Link"] == f'<{long_feeds.url}{path}>; rel="self"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Last-Modified" not in headers


@pytest.mark.parametrize("coding", ["identity", "gzip", "br", "zstd"])
@pytest.mark.parametrize("name", FILES)
def test_a_page_has_every_coding_with_its_own_tag(
    long_feeds: Server, name: str, coding: str
) -> None:
    path = f"/archive/tags/C~23/1/{FILES[name]}"
    plain = long_feeds.get(path)
    response = requests.get(
        long_feeds.url + path, headers={"Accept-Encoding": coding}, timeout=10, stream=True
    )
    raw = response.raw.read(decode_content=False)
    assert response.headers.get("Content-Encoding", "identity") == coding
    suffix = "" if coding == "identity" else f"-{coding}"
    assert response.headers["ETag"] == f'{plain.headers["ETag"][:-1]}{suffix}"'
    unpacked: dict[str, Callable[[bytes], bytes]] = {
        "identity": bytes,
        "gzip": gzip.decompress,
        "br": brotli.decompress,
        "zstd": zstandard.ZstdDecompressor().decompress,
    }
    assert unpacked[coding](raw) == plain.content
    assert int(response.headers["Content-Length"]) == len(raw)


@pytest.mark.parametrize("form", ['"{tag}"', 'W/"{tag}"', '"x", "{tag}-gzip"', "*"])
def test_an_unchanged_page_answers_304(long_feeds: Server, form: str) -> None:
    whole = long_feeds.get("/archive/1/atom.xml").headers
    tag = whole["ETag"].strip('"')
    headers = {"If-None-Match": form.format(tag=tag)}
    response = long_feeds.get("/archive/1/atom.xml", headers=headers)
    assert (response.status_code, response.content) == (304, b"")
    kept = ("ETag", "Cache-Control", "Vary", "Link")
    assert [response.headers[name] for name in kept] == [whole[name] for name in kept]


def test_a_date_alone_gets_the_page(long_feeds: Server) -> None:
    headers = {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    assert long_feeds.get("/archive/1/atom.xml", headers=headers).status_code == 200
    headers = {"If-Modified-Since": "Wed, 01 Jul 2026 00:00:00 GMT"}
    assert long_feeds.get("/archive/1/atom.xml", headers=headers).status_code == 200


def test_head_has_the_headers_of_get(long_feeds: Server) -> None:
    get = long_feeds.get("/archive/1/rss.xml")
    head = long_feeds.ask("HEAD", "/archive/1/rss.xml")
    assert head.content == b""
    assert {**head.headers, "Date": ""} == {**get.headers, "Date": ""}


def test_a_page_offers_no_delta(long_feeds: Server) -> None:
    tag = long_feeds.get("/atom.xml").headers["ETag"]
    headers = {"If-None-Match": tag, "A-IM": "feed"}
    assert long_feeds.get("/archive/1/atom.xml", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *(
            f"/archive/{n}/atom.xml"
            for n in ("0", "-1", "01", "1.0", "1e9", "x", "4", "9" * 400)
        ),
        *(f"/archive/tags/C~23/{n}/feed.json" for n in ("0", "%2B1", "4", "%D9%A3", "1%20")),
        *(
            "/archive/atom.xml",
            "/archive//1/atom.xml",
            "/archive/1/",
            "/archive/1",
            "/archive/",
        ),
        *("/archive/1/opml.xml", "/archive/1/index.html", "/archive/tags/few/2/atom.xml"),
        *("/archive/tags/none/1/atom.xml", "/archive/1/2/atom.xml", "/archive/%00/atom.xml"),
        *(
            "/archive/1%00/atom.xml",
            "/archive/tags/C~23/1/1/atom.xml",
            "/tags/archive/1/atom.xml",
        ),
        "/archive/categories/archive/3/4/atom.xml",
    ],
)
def test_what_is_no_page_is_404(long_feeds: Server, path: str) -> None:
    response = long_feeds.get(path)
    assert (response.status_code, response.headers["Cache-Control"]) == (
        404,
        "public, max-age=60",
    )


def test_a_path_that_is_not_utf8_is_400(long_feeds: Server) -> None:
    assert long_feeds.get("/archive/%FF/atom.xml").status_code == 400


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/archive/tags/C%23/2/rss.xml", "/archive/tags/C~23/2/rss.xml"),
    ],
)
def test_other_spellings_lead_to_the_page(long_feeds: Server, path: str, to: str) -> None:
    response = long_feeds.get(path)
    assert (response.status_code, response.headers["Location"]) == (301, long_feeds.url + to)
    assert long_feeds.get(to).status_code == 200


def test_a_small_feed_is_complete_and_its_page_is_there(long_feeds: Server) -> None:
    (document,) = all_documents(long_feeds, "tags/few/atom.xml")
    assert document.is_complete
    page = read(long_feeds.get("/archive/tags/few/1/atom.xml").content)
    assert page.entries == document.entries
    assert page.is_archive


def test_a_browser_shows_a_page_as_text(long_feeds: Server) -> None:
    headers = {"Sec-Fetch-Dest": "document"}
    response = long_feeds.get("/archive/1/atom.xml", headers=headers)
    assert response.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"


# What changes, and what is kept.


@pytest.fixture
def long_front(tmp_path: Path, sqlite_url: str) -> Iterator[Front]:
    made = Publisher(tmp_path, sqlite_url, FEEDS__ENTRIES="10")
    write_posts(made.posts, 60)
    made.publish(NOW)
    yield Front(made, most_octets=2_000_000)
    made.store.close()


def edit(front: Front, name: str, **fields: str) -> None:
    front.publisher.posts.write(name, "Text. " * 70, **{"tags": '["C#", 茶]', **fields})
    front.publisher.publish(NOW + timedelta(days=1))


def status(front: Front, path: str, tag: str) -> str:
    return ask(front.replay, path, If_None_Match=tag).status[:3]


def test_an_edit_changes_only_the_page_that_has_the_post(long_front: Front) -> None:
    paths = ("/archive/1/atom.xml", "/archive/2/atom.xml", "/atom.xml")
    tags = [ask(long_front.replay, path).tag for path in paths]
    edit(long_front, "003.md", date="2026-01-04")
    long_front.follower.check()
    found = [status(long_front, *each) for each in zip(paths, tags, strict=True)]
    assert found == ["200", "304", "304"]


def test_a_hidden_post_leaves_its_page_at_once(long_front: Front) -> None:
    path = "/archive/1/feed.json"
    before = json.loads(ask(long_front.replay, path).body)
    edit(long_front, "003.md", date="2026-01-04", draft="true")
    after = json.loads(ask(long_front.replay, path).body)
    assert len(before["items"]) == len(after["items"]) + 1 == 50
    assert b"003.md" not in ask(long_front.replay, path).body


def test_a_page_is_rendered_once(long_front: Front) -> None:
    ask(long_front.replay, "/archive/1/atom.xml")
    with patch("feedsvc.core.feeds.formats.atom_document", side_effect=AssertionError):
        document = long_front.shelf.get("archive/1/atom.xml")
        again = ask(long_front.replay, "/archive/1/atom.xml")
    assert document
    assert document is long_front.shelf.get("archive/1/atom.xml")
    assert again.body == document.body


def test_a_page_is_served_while_the_store_fails(long_front: Front) -> None:
    before = ask(long_front.replay, "/archive/1/atom.xml")
    with patch.object(Store, "snapshot", side_effect=StoreError("gone")):
        assert ask(long_front.replay, "/archive/1/atom.xml") == before
        assert ask(long_front.replay, "/archive/2/atom.xml").status[:3] == "503"


def test_the_cache_key_of_a_page_is_that_of_its_feed(tmp_path: Path, sqlite_url: str) -> None:
    settings = {"SERVER__CACHE_KEYS": "Surrogate-Key", "SERVER__SHARED_MAX_AGE": "86400"}
    made = Publisher(tmp_path, sqlite_url, SERVER__MAX_AGE="7200", **settings)
    made.posts.write("tea.md", tags="[tea]")
    made.publish(NOW)
    front = Front(made)
    page = dict(ask(front.replay, "/archive/tags/tea/1/atom.xml").headers)
    feed = dict(ask(front.replay, "/tags/tea/atom.xml").headers)
    assert page["Surrogate-Key"] == feed["Surrogate-Key"]
    assert page["Cache-Control"] == "public, max-age=3600, must-revalidate"
    made.store.close()


def test_a_page_of_a_removed_feed_is_gone_and_of_a_renamed_one_leads_to_the_feed(
    tmp_path: Path, sqlite_url: str
) -> None:
    rules = {
        "ALIASES__TAGS": '{"tea": "Tea"}',
        "FEEDS__GONE": '["/tags/milk/"]',
    }
    made = Publisher(tmp_path, sqlite_url, **rules)
    made.posts.write("tea.md", tags="[tea]")
    made.publish(NOW)
    front = Front(made)
    answer = ask(front.replay, "/archive/tags/tea/1/atom.xml")
    location = dict(answer.headers)["Location"]
    assert (answer.status[:3], location) == ("301", "https://example.org/tags/Tea/atom.xml")
    assert ask(front.replay, "/archive/tags/milk/1/rss.xml").status[:3] == "410"
    made.store.close()


def test_a_walk_through_all_pages_evicts_no_feed(long_front: Front) -> None:
    small = Front(long_front.publisher, most_octets=150_000)
    paths = ("/atom.xml", "/tags/C~23/rss.xml", "/feed.json")
    for path in paths:
        ask(small.replay, path)
    reached = small.reached
    for page in (1, 2):
        for feed in ("", "tags/C~23/", "categories/archive/"):
            for document in FILES.values():
                assert ask(small.replay, f"/archive/{feed}{page}/{document}").body
    assert all(small.shelf.get(path.lstrip("/")) for path in paths)
    assert all(ask(small.replay, path).status[:3] == "200" for path in paths)
    assert small.reached == reached + 18


def test_pages_give_way_to_feeds(long_front: Front) -> None:
    small = Front(long_front.publisher, most_octets=800_000)
    ask(small.replay, "/archive/1/atom.xml")
    ask(small.replay, "/archive/2/atom.xml", Accept_Encoding="gzip")
    kept = [
        path for path in ("archive/1/atom.xml", "archive/2/atom.xml") if small.shelf.get(path)
    ]
    assert kept
    for tag in ("C~23/", "茶/"):
        for document in FILES.values():
            ask(small.replay, f"/tags/{tag}{document}")
            ask(small.replay, f"/categories/archive/{document}")
    small.shelf._most = 100_000  # less than the feeds need
    ask(small.replay, "/rss.xml")
    assert not any(map(small.shelf.get, kept))
