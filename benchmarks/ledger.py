"""What the ledger adds to a first publish: `python -m benchmarks.ledger`.

Publishes with and without the ledger alternate, each in a process of its own, so that a machine
that becomes slower slows both.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.posts import write_posts
from feedsvc.core.rules import Rules
from feedsvc.core.site import Site
from feedsvc.publishing.publish import publish
from feedsvc.publishing.reading import assess
from feedsvc.source.folder import Folder
from feedsvc.store import publication
from feedsvc.store.store import Store

MOST = 0.10  # that it may add


def remove_ledger() -> None:
    """Leave out everything that a first publish does for the ledger alone."""
    replaced: list[tuple[Any, str, Any]] = [
        (publication._Writer, "_write_ledger", lambda *_: None),
        (publication._Writer, "_remembered", lambda *_: {}),
        (publication, "mark_unpublished", lambda *_: None),
        (assess, "text_digest", lambda _: ""),
        (assess, "text_length", lambda _: 0),
        (assess, "edit_digest", lambda *_: ""),
    ]
    for place, name, nothing in replaced:
        assert hasattr(place, name), f"{place} has no {name} any more"
        setattr(place, name, nothing)


def first_publish(posts: Path, updated: str) -> None:
    """Publish into a new store; print the seconds and the processor time."""
    rules = Rules(updated=updated)
    site = Site(
        *("Benchmark", "https://example.org", "Nobody", "Asia/Shanghai", "example.org,2026"),
        rules=rules,
    )
    with tempfile.TemporaryDirectory() as name:
        store = Store(f"sqlite:///{name}/store.sqlite3")
        started, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        publish(Folder(posts, 0), store, site, datetime.now(UTC))
        ended = resource.getrusage(resource.RUSAGE_SELF)
        store.close()
    processor = ended.ru_utime + ended.ru_stime - used.ru_utime - used.ru_stime
    print(time.perf_counter() - started, processor)


def main() -> None:
    """Print the medians, and what the ledger adds. Ends with 1 if that is too much."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--updated", choices=["front-matter", "ledger"], default="front-matter")
    parser.add_argument("--one", choices=["with", "without"], help=argparse.SUPPRESS)
    parser.add_argument("--posts", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        if given.one == "without":
            remove_ledger()
        first_publish(given.posts, given.updated)
        return
    times: dict[str, list[tuple[float, float]]] = {"with": [], "without": []}
    with tempfile.TemporaryDirectory() as name:
        posts = Path(name) / "posts"
        write_posts(posts, given.count)
        for number in range(given.rounds * 2):
            which = ("with", "without")[number % 2]
            words = ["--one", which, "--posts", str(posts), "--updated", given.updated]
            command = [sys.executable, "-m", "benchmarks.ledger", *words]
            printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            seconds, processor = map(float, printed.split())
            times[which].append((seconds, processor))
            print(
                f"{which:8} {seconds:8.2f} s {processor:8.2f} s of processor time", flush=True
            )
    print(f"\n{given.count:,} posts, medians of {given.rounds}")
    medians = {
        which: [statistics.median(each) for each in zip(*runs, strict=True)]
        for which, runs in times.items()
    }
    for which, (seconds, processor) in medians.items():
        print(f"{which:8} {seconds:8.2f} s {processor:8.2f} s of processor time")
    seconds, processor = (
        one / other - 1 for one, other in zip(medians["with"], medians["without"], strict=True)
    )
    print(f"the ledger adds {seconds:.1%}, and {processor:.1%} of processor time")
    sys.exit(processor > MOST)


main()
