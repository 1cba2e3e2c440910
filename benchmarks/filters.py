"""What filters cost, beside a feed of the same store: `python -m benchmarks filters`.

Milliseconds of processor time, from the query to the bytes of an Atom document that nobody has
asked for since the last publish: the best of a few, and its ratio to the first rendering of the
feed of a tag in the same run. Then the same filter again, which reads nothing. The tags are
chosen to be hard: two large ones that share no post, one that almost every post has, and some
that are rare. Last, what a publish of one post costs with 0 and with 100 filters in the
settings. Ends with 1 if a budget is exceeded.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from benchmarks.history import an_entry
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.site import Site
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store
from feedsvc.web.polls.documents import Documents
from feedsvc.web.polls.filter_documents import FilterReader, FoundFilter, find_filter
from feedsvc.web.polls.shelf import Shelf

MOST_MILLISECONDS: Final = 10.0  # of an ordinary filter
MOST_OF_MANY: Final = 30.0  # of one with many entries or terms
MOST_OF_A_SCAN: Final = 100.0  # of one that every entry of a large feed has to be compared for
_SITE: Final = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")
_START: Final = datetime(2010, 1, 1, tzinfo=UTC)
_ROUNDS: Final = 5
_ORDINARY: Final = {
    "one tag": "tag=third",
    "two tags": "tag=third&tag=fourth",
    "either of two tags": "tag=third|fourth",
    "a rare tag and a huge one": "tag=rare&tag=almost-all",
    "without a huge tag": "not-tag=even",
    "a tag since a date": "tag=third&since=2012-01-01",
    "an archive page": "tag=third&not-tag=fourth&archive=tags/third/2",
}
_MANY: Final = {
    "200 entries": "tag=third&limit=200",
    "16 terms": "&".join([*(f"not-tag=group_{n}" for n in range(15)), "tag=third"]),
}
_HARD: Final = {
    "two huge tags that share no post": "tag=even&tag=odd",
    "without almost all": "not-tag=almost-all",
}
_BUDGETS: Final = (
    (_ORDINARY, MOST_MILLISECONDS),
    (_MANY, MOST_OF_MANY),
    (_HARD, MOST_OF_A_SCAN),
)


def entries(count: int) -> Iterator[Entry]:
    """Entries of 3 kB with tags of all sizes."""
    text = "".join(f"<p>Sentence {n} of a post about tea.</p>" for n in range(80))
    for number in range(count):
        at = _START + timedelta(minutes=30 * number)
        steps = {"third": 3, "fourth": 4, "rare": max(1, count // 15)}
        tags = [name for name, step in steps.items() if number % step == 0]
        tags += ["odd" if number % 2 else "even", f"group {number % 100}"]
        if number > 30:  # the oldest have not
            tags.append("almost-all")
        yield an_entry(number, at, text, tuple(tags))


def measure(store: Store) -> tuple[float, dict[str, float], float]:
    """Milliseconds of the feed of a tag, of each filter, and of a filter again."""
    peer = _best(lambda: _feed(store))
    filters = {name: _best(partial(_filter, store, q)) for name, q in _queries()}
    reader = FilterReader()
    _filter(store, _ORDINARY["two tags"], reader)
    again = _best(lambda: _filter(store, _ORDINARY["two tags"], reader, renders=False))
    return peer, filters, again


def _queries() -> list[tuple[str, str]]:
    return [*_ORDINARY.items(), *_MANY.items(), *_HARD.items()]


def _feed(store: Store) -> None:
    assert Documents(store, Shelf(1_000_000)).at("tags/third/atom.xml")


def _filter(
    store: Store, query: str, reader: FilterReader | None = None, *, renders: bool = True
) -> None:
    with store.snapshot() as snapshot:
        site = snapshot.site()
        assert site
        found = find_filter(snapshot, site, query.encode())
        assert isinstance(found, FoundFilter), found
        version = (reader or FilterReader()).read(snapshot, found)
        assert not renders or version.document(snapshot, "feed/atom", "atom").body


def _best(work: Callable[[], None]) -> float:
    times = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        work()
        times.append(1000 * (time.process_time() - started))
    return min(times)


def publish_with(store: Store, filters: int) -> float:
    """Milliseconds of a publish of one edited post, with this many filters in the settings."""
    named = tuple((f"f{n}", f"F {n}", f"tag=third&not-tag=group_{n}") for n in range(filters))
    site = replace(_SITE, filters=named)
    store.publish(Publication(site), _START)
    (last,) = entries(1)
    edits = iter(range(100))

    def edit() -> None:
        edited = replace(last, content_html=f"<p>{filters} {next(edits)}</p>")
        store.publish(Publication(site, [edited]), _START)

    return _best(edit)


def bench(count: int) -> bool:
    """Measure a store of `count` posts and print it; true if all budgets are kept."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/store.sqlite3")
        store.publish(Publication(_SITE, entries(count)), _START)
        peer, filters, again = measure(store)
        publishes = {number: publish_with(store, number) for number in (0, 100)}
        store.close()
    print(f"\n{count:,} posts: the feed of a tag {peer:.1f} ms")
    for name, took in filters.items():
        print(f"  {name:40}{took:8.1f} ms, {took / peer:6.1f} times the feed")
    print(f"  {'a filter again':40}{again:8.1f} ms")
    for number, took in publishes.items():
        print(f"  a publish of one post, {number:3} filters      {took:8.1f} ms")
    return all(filters[name] <= most for names, most in _BUDGETS for name in names)


def main(arguments: Sequence[str] = ()) -> None:
    """Measure each count of posts given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks filters", description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[1000, 10_000, 100_000])
    kept = [bench(count) for count in parser.parse_args(arguments).counts]
    sys.exit(0 if all(kept) else 1)
