"""What the search index costs, and searches in it: `python -m benchmarks search`.

For each number of posts: a first publish, an edit of a tenth and one of a single post, in turn
without and with the index; the size of the store; building the index of a store that is in use;
and searches for rare, common and several words, phrases and unwanted words: the first one, then
the median. Times are processor time, as other work on the machine changes that less. Ends with
1 if a budget is exceeded.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from benchmarks.growth import Site
from benchmarks.posts import write_posts
from feedsvc.core.search.queries import SearchQuery, search_query
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.store import Store
from feedsvc.web.pages.search import ranked_posts

MOST_OF_A_PUBLISH: Final = 0.2
MOST_OF_A_STORE: Final = 0.5
MOST_MILLISECONDS: Final = 50.0
_ROUNDS: Final = 7
_SHOWN: Final = 20
_SETTLED: Final = 1.0  # seconds until a file is no longer young
# In the posts of the benchmark nearly every word is common. `rare` is in one post.
_QUERIES: Final = {
    "a rare word": "zanzibar",
    "a rare Chinese word": "瑞金",
    "no post": "nowhere",
    "a common word": "water",
    "one common character": "的",
    "a common Chinese word": "治疗",
    "five common words": "water leaf paper window garden",
    "a common and a rare word": "water zanzibar",
    "two words that never meet": "water 治疗",
    "without a common word": "water -leaf",
    "a phrase": '"water leaf"',
    "a Chinese phrase": "治疗患者",
    "a phrase that no post has": '"water leaf paper window garden"',
    "16 words": "the a an of and to in with for from that this when where because while",
}
_RARE: Final = "\nZanzibar, 瑞金医院, CAR-T.\n"


def _edit(posts: list[Path], line: str) -> None:
    for post in posts:
        post.write_text(post.read_text("utf-8") + line, "utf-8")
    time.sleep(_SETTLED)


def publishes(place: Path, count: int) -> Iterator[tuple[str, float, float]]:
    """The processor time of publishes without and with the index; and the size of the store."""
    site = {
        full: Site(place, count, f"sqlite:///{place}/{full}.sqlite3") for full in ("off", "on")
    }
    index = {"off": "false", "on": "true"}
    write_posts(place / "posts", count)
    every = sorted((place / "posts").rglob("*.md"))
    _edit(every[len(every) // 2 :][:1], _RARE)

    def both(what: str) -> tuple[str, float, float]:
        off, on = (
            site[full].feedsvc("publish", search__full_text=index[full]).processor
            for full in site
        )
        return what, off, on

    yield both("first publish, s")
    _edit(every[::10], "\nOne more line.\n")
    yield both("a tenth edited, s")
    _edit(every[3:4], "\nOne more line.\n")
    yield both("one edited, s")
    off, on = ((place / f"{full}.sqlite3").stat().st_size / 1e6 for full in site)
    yield "size of the store, MB", off, on
    shutil.copy(place / "off.sqlite3", place / "built.sqlite3")


def build(url: str) -> float:
    """The processor time of building the index of a store that is in use, in seconds."""
    with closing(Store(url)) as store:
        store.search_indexes.switch(on=True)
        started = time.process_time()
        while store.search_indexes.build_some():
            pass
        return time.process_time() - started


def searches(url: str) -> dict[str, tuple[float, float, float]]:
    """Milliseconds of the entries of a feed, first and median, and of the page, by query."""
    found = {}
    with closing(Store(url, reads=True)) as store:
        for what, text in _QUERIES.items():
            query = search_query(text)
            assert isinstance(query, SearchQuery)

            def feed(snapshot: Snapshot, query: SearchQuery = query) -> object:
                return snapshot.search.newest(1, query, _SHOWN + 1)

            def page(snapshot: Snapshot, query: SearchQuery = query) -> object:
                return ranked_posts(snapshot, 1, query)

            first, *others = (_milliseconds(store, feed) for _ in range(_ROUNDS))
            pages = [_milliseconds(store, page) for _ in range(_ROUNDS)]
            found[what] = (first, statistics.median(others), statistics.median(pages))
    return found


def _milliseconds(store: Store, work: Callable[[Snapshot], object]) -> float:
    is_local = not store.is_shared
    clock = time.process_time if is_local else time.perf_counter
    with store.snapshot() as snapshot:
        started = clock()
        work(snapshot)
        return 1000 * (clock() - started)


def measure(place: Path, count: int) -> bool:
    """Print the figures for a number of posts; False if a budget is exceeded."""
    print(f"\n{count:,} posts{'':22}off        on     ratio", flush=True)
    is_within = True
    for what, off, on in publishes(place, count):
        print(f"  {what:28}{off:9.2f}{on:10.2f}{on / off - 1:+10.1%}", flush=True)
        most = MOST_OF_A_STORE if "size" in what else MOST_OF_A_PUBLISH
        is_within &= on / off - 1 <= most or "one" in what
    url = f"sqlite:///{place}/built.sqlite3"
    print(f"  building an index, s        {build(url):9.2f}", flush=True)
    return print_searches(f"sqlite:///{place}/on.sqlite3") and is_within


def print_searches(url: str) -> bool:
    """Print the milliseconds of searches; False if one exceeds its budget."""
    print(f"  {'milliseconds':28}{'first':>9}{'again':>10}{'page':>10}")
    slowest = 0.0
    for what, (first, again, page) in searches(url).items():
        print(f"  {what:28}{first:9.1f}{again:10.1f}{page:10.1f}", flush=True)
        slowest = max(slowest, first)
    return slowest <= MOST_MILLISECONDS


def main(words: Sequence[str] | None = None) -> None:
    """Print the figures for each number of posts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks search", description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[1000, 10_000, 100_000])
    parser.add_argument("--store", help="only search in this store, whose index is on")
    given = parser.parse_args(words)
    if given.store:
        sys.exit(not print_searches(given.store))
    is_within = True
    for count in given.counts:
        with tempfile.TemporaryDirectory() as place:
            is_within &= measure(Path(place), count)
    sys.exit(not is_within)


if __name__ == "__main__":
    main()
