"""What an archive page costs, and a walk through all of them: `python -m benchmarks history`.

Milliseconds of processor time, from the store to the bytes: a page that nobody has asked for,
the same page again (its digest alone), and each page of the site's feed once. The posts are
written with the store's own functions, so no folder is read.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from feedsvc.core import addresses
from feedsvc.core.feeds.archives.paging import page_of
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.people import Person
from feedsvc.core.site import Site
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from feedsvc.web.polls.documents import Documents
from feedsvc.web.polls.shelf import Shelf

_SITE: Final = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")
_START: Final = datetime(2010, 1, 1, tzinfo=UTC)
_PAGES: Final = 40  # that are measured one by one
_OCTETS: Final = 64_000_000  # of the shelf


def entries(count: int) -> Iterator[Entry]:
    """Entries of 3 kB, each with eight feeds, in an order that is not that of their dates."""
    text = "".join(
        f"<p>Sentence {n} of a post about tea and its leaves.</p>" for n in range(60)
    )
    for number in range(count):
        day = number * 7919 % count
        yield an_entry(
            number,
            _START + timedelta(minutes=30 * day),
            text,
            tags=(f"tag {number % 100}", f"group {number % 7}", "Tea"),
            categories=((f"c{number % 10}", "x"),),
        )


def an_entry(
    number: int,
    at: datetime,
    text: str,
    tags: tuple[str, ...],
    categories: tuple[tuple[str, ...], ...] = (),
) -> Entry:
    """A made-up entry, published at a time."""
    return Entry(
        id=f"tag:example.org,2026:{number}",
        permalink=f"https://example.org/posts/{number}/",
        title=f"Post {number}",
        summary="In short.",
        content_html=f"<p>{number}</p>{text}",
        published=at,
        updated=at,
        language="en",
        tags=tags,
        categories=categories,
        authors=(Person("Li"),),
    )


def measure(store: Store, count: int) -> dict[str, float]:
    """Milliseconds for a page in each format, the same page again, and for all pages."""
    newest = page_of(count)
    chosen = range(1, newest + 1, max(1, newest // _PAGES))
    found = {}
    for name in addresses.FORMATS:
        documents = Documents(store, Shelf(_OCTETS))
        first = [_timed(documents, name, page) for page in chosen]
        found[name] = statistics.median(first)
        found[f"{name}, the slowest"] = max(first)
    documents = Documents(store, Shelf(_OCTETS))
    _timed(documents, "atom", newest)
    found["again"] = statistics.median(_timed(documents, "atom", newest) for _ in range(40))
    started = time.process_time()
    for page in range(newest, 0, -1):
        _timed(documents, "atom", page)
    found["all pages, s"] = time.process_time() - started
    return found


def _timed(documents: Documents, name: str, page: int) -> float:
    path = addresses.document_path(addresses.archive_path("", page), name)
    started = time.process_time()
    document = documents.at(path)
    took = 1000 * (time.process_time() - started)
    assert document
    return took


def main(words: Sequence[str] | None = None) -> None:
    """Print the figures for each number of posts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks history", description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[1000, 10_000, 100_000])
    for count in parser.parse_args(words).counts:
        with tempfile.TemporaryDirectory() as place:
            store = Store(f"sqlite:///{place}/feedsvc.sqlite3")
            store.publish(Publication(_SITE, entries(count)), datetime.now(UTC))
            found = measure(store, count)
            store.close()
        print(f"\n{count:,} posts, {page_of(count):,} pages")
        for what, value in found.items():
            print(f"  {what:24}{value:8.2f}", flush=True)


if __name__ == "__main__":
    main()
