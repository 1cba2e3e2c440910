"""What each operation costs, and how its cost grows: `python -m benchmarks growth`.

Each operation is a command, measured as a whole, on a folder of 1,000, 10,000 and 100,000
posts. A ratio is its time divided by another one of the same run, so less is better.
"""

import argparse
import json
import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from benchmarks.hugo import hugo_site, run_hugo
from benchmarks.measure import Run, measured
from benchmarks.posts import write_posts
from benchmarks.serving import Serving, free_port

MOST_EXPONENT: Final = 1.15
_QUIET: Final = 0.1
_SAVES: Final = 20
_HELD: Final = (0, 3)  # the exit codes of a publish that may hold posts
_HUGO: Final = "Hugo: RSS and Atom of all terms"
_FIRST: Final = "first publish"

# What an operation is compared with.
_BESIDE: Final = {
    _FIRST: _HUGO,
    "export": _HUGO,
    "the title changed": _FIRST,
    "site.url changed": _FIRST,
    "a tenth moved": _FIRST,
    "a tenth edited": _FIRST,
    "a tenth deleted and accepted": _FIRST,
    "a tenth restored": _FIRST,
    "first publish, PostgreSQL": _FIRST,
}


class Site:
    """A folder of `count` posts below `place`, and a store."""

    def __init__(self, place: Path, count: int, store: str = "") -> None:
        self.place, self.posts = place, place / "posts"
        self.count = count
        self.store = store or f"sqlite:///{place}/var/feedsvc.sqlite3"

    @property
    def environ(self) -> dict[str, str]:
        """The settings, as variables of the environment."""
        return {
            "FEEDSVC_SITE__TITLE": "Benchmark",
            "FEEDSVC_SITE__URL": "https://example.org",
            "FEEDSVC_SITE__AUTHOR": "Nobody",
            "FEEDSVC_SITE__TIMEZONE": "Asia/Shanghai",
            "FEEDSVC_SITE__TAG_AUTHORITY": "example.org,2026",
            "FEEDSVC_CONTENT__SEEDS": str(self.posts),
            "FEEDSVC_STORE__URL": self.store,
            "FEEDSVC_WATCHER__QUIET": str(_QUIET),
        }

    def feedsvc(self, *words: str, **settings: str) -> Run:
        """Run a command. `settings` are `site__title` and so on."""
        more = {f"FEEDSVC_{name.upper()}": value for name, value in settings.items()}
        environ = os.environ | self.environ | more
        environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed feedsvc is compiled
        words = (sys.executable, "-m", "feedsvc", *words)
        return measured([*words], self.place, environ, _HELD)

    def serving(self) -> Serving:
        """A server for the same posts and the same store."""
        return Serving(self.place, self.posts, self.environ, free_port())

    def tenth(self) -> list[Path]:
        """Every tenth post."""
        return sorted(self.posts.rglob("*.md"))[::10]


def operations(site: Site) -> Iterator[tuple[str, Run]]:
    """Run each operation on the site, and let the quiet period pass between them."""
    hugo_site(site.posts, site.place / "hugo")
    if hugo := run_hugo(site.place / "hugo", site.place / "hugo-out"):
        yield _HUGO, hugo
    shutil.rmtree(site.place / "hugo-out", ignore_errors=True)
    out = str(site.place / "out")
    yield _FIRST, site.feedsvc("publish")
    yield "export", site.feedsvc("export", "--feeds-only", out)
    yield "export, no change", site.feedsvc("export", "--feeds-only", out)
    shutil.rmtree(out)
    yield "no change", site.feedsvc("publish")
    yield "the title changed", site.feedsvc("publish", site__title="Other")
    changed = {"site__title": "Other", "site__url": "https://example.com"}
    yield "site.url changed", site.feedsvc("publish", **changed)
    for number, post in enumerate(site.tenth()):
        folder = site.posts / f"moved-{number % 100}"
        folder.mkdir(exist_ok=True)
        post.rename(folder / post.name)
    yield "a tenth moved", _settled(site, changed)
    for post in site.tenth():
        post.write_text(post.read_text("utf-8") + "\nOne more line.\n", "utf-8")
    yield "a tenth edited", _settled(site, changed)
    bin_ = site.place / "bin"
    bin_.mkdir()
    deleted = site.tenth()
    for number, post in enumerate(deleted):
        post.rename(bin_ / str(number))
    yield "a tenth deleted: held", _settled(site, changed)
    yield "a tenth deleted and accepted", site.feedsvc("publish", "--accept", **changed)
    for number, post in enumerate(deleted):
        (bin_ / str(number)).rename(post)
    yield "a tenth restored", _settled(site, changed)
    yield "check", site.feedsvc("check", **changed)
    serving = site.serving()
    yield "restart", serving.restart(**changed)
    with serving.running(**changed) as pid:
        _, run = serving.saves(pid, _SAVES)
    yield "one save", run


def _settled(site: Site, settings: Mapping[str, str]) -> Run:
    time.sleep(3 * _QUIET)
    return site.feedsvc("publish", **settings)


@contextmanager
def _database(url: str) -> Iterator[str]:
    """A new database on the PostgreSQL server at `url`."""
    name = f"feedsvc_bench_{os.getpid()}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            sa.text(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        )
        try:
            yield sa.make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def measure(
    place: Path, count: int, postgres: str
) -> tuple[dict[str, Run], float, tuple[float, float]]:
    """The operations on `count` posts, and the size of the store divided by that of the posts.

    Last, the 99th percentiles of polls while nothing happens, and while all posts are read. If
    there is a URL of a PostgreSQL server, one more first publish is measured there.
    """
    site = Site(place, count)
    write_posts(site.posts, count)
    octets = sum(post.stat().st_size for post in site.posts.rglob("*.md"))
    time.sleep(3 * _QUIET)
    runs: dict[str, Run] = {}
    size = 0.0
    for what, run in operations(site):
        runs[what] = run
        if what == _FIRST:
            size = sum(file.stat().st_size for file in (place / "var").iterdir()) / octets
            if postgres:
                with _database(postgres) as url:
                    other = Site(place, count, url)
                    runs["first publish, PostgreSQL"] = other.feedsvc("publish")
    changed = {"site__title": "Other", "site__url": "https://example.com"}
    polls = site.serving().polls_while_reading(changed, {"site__timezone": "Asia/Tokyo"})
    return runs, size, polls


def exponent(before: Run, after: Run, growth: float) -> float:
    """The power of the number of posts with which the processor time grows."""
    return math.log(after.processor / before.processor) / math.log(growth)


def main(words: Sequence[str] | None = None) -> None:
    """Print the cost of each operation. Ends with 1 if one grows faster than its work."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks growth", description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[1000, 10_000, 100_000])
    parser.add_argument("--million", action="store_true", help="also 1,000,000 posts")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    parser.add_argument("--postgres", default="", metavar="URL", help="of a PostgreSQL server")
    chosen = parser.parse_args(words)
    counts = sorted(chosen.counts) + [1_000_000] * chosen.million
    results: dict[int, dict[str, dict[str, float]]] = {}
    before: dict[str, Run] = {}
    worst = 0.0
    for number, count in enumerate(counts):
        with tempfile.TemporaryDirectory() as name:
            runs, size, (idle, busy) = measure(Path(name), count, chosen.postgres)
        print(f"\n{count:,} posts; store / posts {size:.2f}")
        print(f"  {'':32}{'wall':>9}{'processor':>11}{'memory':>9}   ratio exponent")
        results[count] = {"store": {"size / posts": size}}
        results[count]["polls"] = {"p99 ms": idle, "p99 ms while all is read": busy}
        for what, run in runs.items():
            other = runs.get(_BESIDE.get(what, ""))
            values = asdict(run) | ({"ratio": run.seconds / other.seconds} if other else {})
            if what in before:
                values["exponent"] = exponent(before[what], run, count / counts[number - 1])
                worst = max(worst, values["exponent"] if what != _HUGO else 0)
            results[count][what] = values
            print(_line(what, values), flush=True)
        print(
            f"  p99 of polls {idle:.1f} ms, while all posts are read {busy:.1f} ms", flush=True
        )
        before = runs
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    if worst > MOST_EXPONENT:
        sys.exit(f"an operation grows with the power {worst:.2f} of the number of posts")


def _line(what: str, values: Mapping[str, float]) -> str:
    ratio = f"{values['ratio']:8.2f}" if "ratio" in values else " " * 8
    power = f"{values['exponent']:9.2f}" if "exponent" in values else ""
    costs = f"{values['seconds']:7.2f} s{values['processor']:9.2f} s{values['peak_mb']:6.0f} MB"
    return f"  {what:32}{costs}{ratio}{power}"


if __name__ == "__main__":
    main()
