"""The figures of docs/performance.md, beside Hugo if it is here.

`python -m benchmarks` measures serving; `python -m benchmarks growth` each operation at 1,000,
10,000 and 100,000 posts; `python -m benchmarks history` pages of archives, and
`python -m benchmarks walk` walks through all of them; `python -m benchmarks search` the search
index, and `python -m benchmarks filters` filters.
"""

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import filters, growth, history, search, walk
from benchmarks.measure import Run, measured
from benchmarks.posts import write_posts
from benchmarks.serving import Serving, free_port
from feedsvc.core.feeds.feeds import SITE_TOPIC, feed_of
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.publishing.publish import publish
from feedsvc.settings.load import load_settings
from feedsvc.settings.site import site_of
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store

EDITS = 20
QUIET = 0.3


class Bench:
    """One folder of posts and one store, measured."""

    def __init__(self, place: Path, count: int) -> None:
        self.place, self.count = place, count
        self.posts = place / "posts"
        port = free_port()
        self.environ = {
            "FEEDSVC_SITE__TITLE": "Benchmark",
            "FEEDSVC_SITE__URL": f"http://127.0.0.1:{port}",
            "FEEDSVC_SITE__AUTHOR": "Nobody",
            "FEEDSVC_SITE__TIMEZONE": "Asia/Shanghai",
            "FEEDSVC_SITE__TAG_AUTHORITY": "example.org,2026",
            "FEEDSVC_CONTENT__SEEDS": str(self.posts),
            "FEEDSVC_STORE__URL": f"sqlite:///{place}/var/feedsvc.sqlite3",
            "FEEDSVC_WATCHER__QUIET": str(QUIET),
        }
        self.settings = load_settings(None, self.environ)
        self.serving = Serving(place, self.posts, self.environ, port)

    def feedsvc(self, *words: str) -> Run:
        command = [sys.executable, "-m", "feedsvc", *words]
        return measured(command, self.place, os.environ | self.environ)

    def rescan(self) -> float:
        folder, store = Folder(self.posts, QUIET), Store(self.settings.store.url)
        times = []
        for _ in range(5):
            started = time.perf_counter()
            report = publish(folder, store, site_of(self.settings), datetime.now(UTC))
            times.append(time.perf_counter() - started)
            assert report.read == 0
        store.close()
        return statistics.median(times)

    def rendering(self) -> dict[str, float]:
        """Milliseconds from the store to the bytes of a feed that nobody asked for before."""
        store = Store(self.settings.store.url)
        found = {}
        for name, form in FORMATS.items():
            times = []
            for _ in range(30):
                started = time.perf_counter()
                with store.snapshot() as snapshot:
                    site, record = snapshot.site(), snapshot.feed("")
                    assert site
                    assert record
                    newest = snapshot.newest(record.number, site.entries)
                    form.render(feed_of(site, SITE_TOPIC, newest))
                times.append(time.perf_counter() - started)
            found[name] = 1000 * statistics.median(times)
        store.close()
        return found

    def edits(self) -> tuple[list[float], int]:
        """Seconds from saving a post to seeing it over HTTP; megabytes of the web process."""
        with self.serving.running() as pid:
            times, _ = self.serving.saves(pid, EDITS)
            opml = self.serving.get("/opml.xml")
            for path in re.findall(r'xmlUrl="http://[^/]*([^"]*)"', opml)[:500]:
                self.serving.get(path)
            memory = max(_megabytes(child) for child in _children(pid))
        return times, memory


def _children(pid: int) -> list[int]:
    return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _megabytes(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) // 1024 if found else 0


def bench(count: int) -> None:
    """Measure everything for a folder of `count` posts and print it."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        it = Bench(place, count)
        write_posts(it.posts, count)
        time.sleep(QUIET)
        first = it.feedsvc("publish")
        rescan, rendering = it.rescan(), it.rendering()
        restart = it.serving.restart().seconds
        edits, memory = it.edits()
    print(f"\n{count:,} posts")
    print(f"  first publish                     {first.seconds:8.2f} s, {first.peak_mb:.0f} MB")
    print(f"  rescan without change             {1000 * rescan:8.1f} ms")
    print(f"  restart to first right answer     {restart:8.2f} s")
    edits.sort()
    print(
        f"  save to visible over HTTP         {1000 * statistics.median(edits):8.0f} ms median,"
        f" {1000 * edits[int(0.95 * EDITS) - 1]:.0f} ms at the 95th percentile"
        f" (quiet period {1000 * QUIET:.0f} ms of it)"
    )
    shown = ", ".join(f"{name} {ms:.1f}" for name, ms in rendering.items())
    print(f"  first rendering of 20 entries     {shown} ms")
    print(f"  memory of the web process         {memory:8d} MB after 500 feeds")


def main() -> None:
    """Measure each count of posts given, by default 1,000 and 10,000."""
    others = {
        "filters": filters.main,
        "growth": growth.main,
        "history": history.main,
        "search": search.main,
        "walk": walk.main,
    }
    if sys.argv[1:2] and sys.argv[1] in others:
        others[sys.argv[1]](sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[1000, 10000])
    for count in parser.parse_args().counts:
        bench(count)


main()
