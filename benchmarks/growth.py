"""How the cost of whole operations grows with the folder: `python -m benchmarks.growth`."""

import argparse
import math
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Run, measured
from benchmarks.posts import write_posts

OPERATIONS = ("first publish", "site.url changed", "all files renamed", "no change", "check")


def operations(place: Path, count: int) -> dict[str, Run]:
    """Run each of OPERATIONS on a folder of `count` posts."""
    posts = place / "posts"
    write_posts(posts, count)

    def feedsvc(command: str, host: str) -> Run:
        environ = {
            "FEEDSVC_SITE__TITLE": "Benchmark",
            "FEEDSVC_SITE__URL": f"https://{host}",
            "FEEDSVC_SITE__AUTHOR": "Nobody",
            "FEEDSVC_SITE__TIMEZONE": "Asia/Shanghai",
            "FEEDSVC_SITE__TAG_AUTHORITY": "example.org,2026",
            "FEEDSVC_CONTENT__SEEDS": str(posts),
            "FEEDSVC_STORE__URL": f"sqlite:///{place}/var/feedsvc.sqlite3",
            "FEEDSVC_WATCHER__QUIET": "0.1",
        }
        words = [sys.executable, "-m", "feedsvc", command]
        return measured(words, place, os.environ | environ)

    time.sleep(0.5)  # longer than the quiet period
    found = [feedsvc("publish", "example.org"), feedsvc("publish", "example.com")]
    for post in sorted(posts.rglob("*.md")):
        post.rename(post.with_name(f"renamed-{post.name}"))
    time.sleep(0.5)
    found += [feedsvc("publish", "example.com"), feedsvc("publish", "example.com")]
    found.append(feedsvc("check", "example.com"))
    return dict(zip(OPERATIONS, found, strict=True))


def main() -> None:
    """Print the cost of each operation for each count, and the exponents between counts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[1000, 10000])
    before: dict[str, Run] = {}
    count_before = 0
    for count in parser.parse_args().counts:
        with tempfile.TemporaryDirectory() as name:
            runs = operations(Path(name), count)
        print(f"\n{count:,} posts")
        for what, run in runs.items():
            line = f"  {what:18} {run.seconds:8.2f} s {run.processor:8.2f} s of processor time"
            if what in before:
                ratio = run.processor / before[what].processor
                exponent = math.log(ratio) / math.log(count / count_before)
                line += f", exponent {exponent:.2f}"
            print(f"{line}   {run.peak_mb:6.0f} MB", flush=True)
        first, again = runs["first publish"], runs["site.url changed"]
        wall, processor = again.seconds / first.seconds, again.processor / first.processor
        print(f"  site.url changed / first publish: {wall:.2f}x, processor {processor:.2f}x")
        before, count_before = runs, count


main()
