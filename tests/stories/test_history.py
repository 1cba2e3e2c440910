"""A client that follows the archive holds every published post, whatever happens to the posts.

`prev-archive` and `next_url` lead from the feed through all pages (RFC 5005, JSON Feed 1.1).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.core.feeds.archives import paging
from feedsvc.core.site import Site
from feedsvc.web.polls.documents import Documents
from feedsvc.web.polls.shelf import Shelf
from tests.support.archive_client import ArchiveClient, Kept, Read, read
from tests.support.pipeline import Pipeline, new_pipeline

SITE: Final = Site("Tea", "https://example.org", "Li", "UTC", "example.org,2026", entries=3)
START: Final = datetime(2026, 6, 1, tzinfo=UTC)
ADDRESSES: Final = ("atom.xml", "rss.xml", "feed.json", "tags/Tea/atom.xml")
PAGE: Final = 4  # numbers of a page in these tests
NAMES: Final = "abcdefghijkl"


@dataclass(frozen=True)
class Version:
    """What an author has in a file; without a day, nothing is published of it."""

    day: int | None  # of 2026
    edit: int = 0
    has_tag: bool = True

    def source(self, name: str) -> bytes:
        lines = ["---", f"title: {name} {self.edit}", f"slug: {name}"]
        lines += ["draft: true"] if self.day is None else []
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(self.day or 0)
        lines += [f"date: {at:%Y-%m-%d}"] + (["tags: [Tea]"] if self.has_tag else [])
        return "\n".join([*lines, "---", f"Version {self.edit}.\n"]).encode()


versions = st.builds(
    Version,
    day=st.none() | st.integers(0, 120),
    edit=st.integers(0, 3),
    has_tag=st.sampled_from([True, True, True, False]),
)
publishes = st.lists(
    st.dictionaries(st.sampled_from(NAMES), versions, min_size=1), min_size=2, max_size=6
)


@pytest.fixture(autouse=True)
def _small_pages() -> Iterator[None]:
    with patch.object(paging, "PAGE_SIZE", PAGE):
        yield


def octets_at(pipeline: Pipeline, address: str) -> bytes:
    """What the server has at an address."""
    path = unquote(urlsplit(address).path).lstrip("/")
    document = Documents(pipeline.store, Shelf(10**6)).at(path)
    assert document, f"{address} is 404"
    return document.body


def client_of(pipeline: Pipeline, address: str) -> ArchiveClient:
    return ArchiveClient(lambda url: octets_at(pipeline, url), f"{SITE.url}/{address}")


def published(pipeline: Pipeline, address: str) -> dict[str, str]:
    """The titles of all entries of a feed, by id."""
    with pipeline.store.snapshot() as snapshot:
        feed = snapshot.feed(address.rpartition("/")[0])
        assert feed
        return {each.id: each.title for each in snapshot.newest(feed.number, 1000)}


def titles(kept: dict[str, Kept]) -> dict[str, str]:
    return {entry_id: entry.title for entry_id, entry in kept.items()}


@settings(max_examples=12, deadline=None)
@given(publishes, st.integers(1, 12))
def test_a_client_holds_every_published_post(
    changes: list[dict[str, Version]], entries: int
) -> None:
    with new_pipeline() as pipeline:
        site, now = replace(SITE, entries=entries), START
        clients = {address: client_of(pipeline, address) for address in ADDRESSES}
        pipeline.write({"first.md": Version(1).source("first")})  # so that each feed exists
        for change in changes:
            now += timedelta(days=1)
            pipeline.write({f"{name}.md": each.source(name) for name, each in change.items()})
            pipeline.publish(site, now)
            for address, client in clients.items():
                expected = published(pipeline, address)
                fresh = client_of(pipeline, address)
                documents = fresh.visit()
                assert titles(fresh.kept) == expected
                client.visit()
                assert expected.keys() <= client.kept.keys()
                if "rss" not in address:  # RSS does not say which of two versions is later
                    assert_latest(client.kept, fresh.kept)
                assert_right_marks(documents, address, len(expected))


def assert_latest(kept: dict[str, Kept], published: dict[str, Kept]) -> None:
    """A client has what is published, unless it had a later version.

    That is so if a hidden post comes back with an earlier date.
    """
    for entry_id, entry in published.items():
        assert kept[entry_id] == entry or kept[entry_id].updated > entry.updated


def assert_right_marks(documents: list[Read], address: str, entries: int) -> None:
    """A feed is complete, or has pages; a page has no more entries than numbers."""
    feed, *pages = documents
    assert all(len(page.entries) <= PAGE for page in pages)
    assert bool(pages) == (len(feed.entries) < entries)
    if not address.endswith(".json"):
        assert feed.is_complete != bool(pages)
        assert all(page.is_archive for page in pages)


def page_of(pipeline: Pipeline, number: int) -> set[str]:
    """The names of the posts on an archive page of the site's feed."""
    document = read(octets_at(pipeline, f"{SITE.url}/archive/{number}/feed.json"))
    return {entry.title.partition(" ")[0] for entry in document.entries.values()}


def test_pages_never_shift() -> None:
    with new_pipeline() as pipeline:
        pipeline.write(
            {f"{name}.md": Version(n).source(name) for n, name in enumerate("bcdefg")}
        )
        pipeline.publish(SITE, START)
        assert page_of(pipeline, 1) == set("bcde")
        pipeline.write(
            {
                "a.md": Version(-9).source("a"),  # older than all others
                "c.md": Version(None).source("c"),  # withdrawn
                "d.md": Version(90, edit=1).source("d"),  # edited and redated
            }
        )
        pipeline.publish(replace(SITE, entries=1), START + timedelta(days=1))
        assert page_of(pipeline, 1) == set("bde")
        assert page_of(pipeline, 2) == set("fga")
        pipeline.write({"c.md": Version(1).source("c"), "z.md": Version(2).source("z")})
        pipeline.publish(replace(SITE, entries=100), START + timedelta(days=2))
        assert page_of(pipeline, 1) == set("bde")
        assert page_of(pipeline, 2) | page_of(pipeline, 3) == set("fgacz")


def test_a_page_whose_posts_are_all_gone_is_empty() -> None:
    with new_pipeline() as pipeline:
        pipeline.write(
            {f"{name}.md": Version(n).source(name) for n, name in enumerate("abcdef")}
        )
        pipeline.publish(SITE, START)
        pipeline.write({f"{name}.md": Version(None).source(name) for name in "abcd"})
        pipeline.publish(SITE, START + timedelta(days=1))
        page = read(octets_at(pipeline, f"{SITE.url}/archive/1/atom.xml"))
        assert (page.entries, page.is_archive, page.older) == ({}, True, "")
        assert client_of(pipeline, "atom.xml").visit()[0].is_complete  # two are left
