"""A walk through the history of a folder over HTTP: `python -m benchmarks walk [POSTS]`.

`feedsvc serve` publishes a folder, and two clients follow `prev-archive` from the documents of
the site's feed until they hold every post: the client of the tests, and the library `reader`,
which knows no archives itself: a hook of it adds the entries of the older documents.
"""

import argparse
import logging
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import feedparser
from reader import Reader, make_reader

from benchmarks.posts import write_posts
from benchmarks.serving import Serving, free_port, wait_for
from feedsvc.store.store import Store
from tests.support.archive_client import ArchiveClient

_FORMATS = ("atom.xml", "rss.xml", "feed.json")


def walk(place: Path, count: int) -> dict[str, tuple[int, int, float]]:
    """What each client holds: how many entries, how many of them are right, and its seconds."""
    port = free_port()
    root = f"http://127.0.0.1:{port}"
    store_url = f"sqlite:///{place}/var/feedsvc.sqlite3"
    environ = {
        "FEEDSVC_SITE__TITLE": "Walk",
        "FEEDSVC_SITE__URL": root,
        "FEEDSVC_SITE__AUTHOR": "Nobody",
        "FEEDSVC_SITE__TIMEZONE": "UTC",
        "FEEDSVC_SITE__TAG_AUTHORITY": "example.org,2026",
        "FEEDSVC_CONTENT__SEEDS": str(place / "posts"),
        "FEEDSVC_STORE__URL": store_url,
    }
    write_posts(place / "posts", count)
    serving = Serving(place, place / "posts", environ, port)
    with serving.running():
        wait_for(lambda: "<entry>" in serving.get("/atom.xml"))
        published = _published(store_url)
        found = {}
        for name in _FORMATS:
            started = time.perf_counter()
            client = ArchiveClient(_octets, f"{root}/{name}")
            client.visit()
            held = set(client.kept)
            found[name] = len(held), len(held & published), time.perf_counter() - started
        started = time.perf_counter()
        held = _held_by_reader(f"{root}/atom.xml")
        found["reader"] = len(held), len(held & published), time.perf_counter() - started
    return found


def _published(store_url: str) -> set[str]:
    store = Store(store_url)
    with store.snapshot() as snapshot:
        ids = {line.id for line in snapshot.entry_lines()}
    store.close()
    return ids


def _held_by_reader(url: str) -> set[str]:
    reader = make_reader(":memory:")
    reader.after_feed_update_hooks.append(_add_older)
    reader.add_feed(url)
    reader.update_feed(url)
    held = {entry.id for entry in reader.get_entries()}
    reader.close()
    return held


def _add_older(reader: Reader, url: str) -> None:
    """Add the entries of all documents to which `prev-archive` leads (RFC 5005 §4)."""
    held = {entry.id for entry in reader.get_entries(feed=url)}
    older = _older(feedparser.parse(_octets(url)))
    while older:
        page = feedparser.parse(_octets(older))
        for entry in page.entries:
            if entry.id not in held:
                held.add(entry.id)
                reader.add_entry({"feed_url": url, "id": entry.id, "title": entry.title})
        older = _older(page)


def _older(document: feedparser.FeedParserDict) -> str:
    links = (link for link in document.feed.links if link.rel == "prev-archive")
    return next((str(link.href) for link in links), "")


def _octets(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own server
        octets: bytes = answer.read()
        return octets


def main(words: Sequence[str] | None = None) -> None:
    """Print what each client holds; ends with 1 if it is not every post and nothing else."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks walk", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    count = parser.parse_args(words).count
    logging.getLogger("reader").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as name:
        found = walk(Path(name), count)
    for client, (held, right, seconds) in found.items():
        print(f"  {client:12}{held:8,} entries, {right:,} of them published  {seconds:8.1f} s")
    if any(held != count or right != count for held, right, _ in found.values()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
