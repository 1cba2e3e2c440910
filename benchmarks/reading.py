"""Microseconds a post, split by what becomes of it: `python -m benchmarks.reading [FOLDER]`.

Without a folder the posts of benchmarks.posts are read. The stages add up to what a first
publish does with a post.
"""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar
from unittest.mock import patch

import comrak
import nh3

from benchmarks.posts import write_posts
from feedsvc.core.feeds.entries import compose, new_id
from feedsvc.core.frontmatter.decoding import decoded
from feedsvc.core.frontmatter.parse import read_front_matter
from feedsvc.core.frontmatter.source import FrontMatter
from feedsvc.core.html.sanitise import safe_html
from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from feedsvc.core.site import Site
from feedsvc.publishing.publish import publish
from feedsvc.source.folder import Folder, SourceFile
from feedsvc.store.publication import Changes
from feedsvc.store.store import Store

_ROUNDS: Final = 5
_SITE: Final = Site("Benchmark", "https://example.org", "Nobody", "UTC", "example.org,2026")
_T = TypeVar("_T")
_R = TypeVar("_R")


def microseconds(stage: Callable[[_T], _R], given: Sequence[_T]) -> tuple[float, list[_R]]:
    """The best of some rounds over all of them, for one; and what came of each."""
    best, made = float("inf"), []
    for _ in range(_ROUNDS):
        begun = time.process_time()
        made = [stage(each) for each in given]
        best = min(best, time.process_time() - begun)
    return best / len(given) * 1e6, made


def main(root: Path) -> None:
    """Measure each stage over the posts below `root`, and print a table."""
    folder = Folder(root, 0)
    stamps = list(folder.survey().stamps.items())
    reading, read = microseconds(lambda pair: folder.read(*pair), stamps)
    files = [file for file in read if isinstance(file, SourceFile)]
    fronts, _ = microseconds(_front, files)
    parsing, parsed = microseconds(lambda f: parse_post(f.path, f.source, _SITE), files)
    posts = [post for post in parsed if isinstance(post, Post)]
    rendering, rough = microseconds(lambda post: html_of(post.body), posts)
    cleaning, _ = microseconds(
        lambda pair: safe_html(pair[0], pair[1].permalink, "e-"),
        list(zip(rough, posts, strict=True)),
    )
    composing, _ = microseconds(
        lambda post: compose(post, _SITE, new_id(post.key, _SITE), post.published), posts
    )
    writing, sql = _writing(folder, len(posts))
    # The least that a stage could take: that of the library or the system call in it.
    bytes_alone, _ = microseconds(lambda pair: (root / pair[0]).read_bytes(), stamps)
    comrak_alone, _ = microseconds(lambda post: comrak.markdown_to_html(post.body), posts)
    nh3_alone, _ = microseconds(nh3.clean, rough)
    rows = {
        "reading the file": (reading, bytes_alone),
        "front matter": (fronts, None),
        "fields, shortcodes": (parsing - fronts, None),
        "Markdown": (rendering, comrak_alone),
        "sanitising": (cleaning, nh3_alone),
        "entry": (composing - rendering - cleaning, None),
        "all of reading": (reading + parsing + composing, None),
        "writing the store": (writing, sql),
    }
    print(f"{len(posts):,} posts, microseconds a post, and of them the library or SQL alone")
    for name, (spent, floor) in rows.items():
        alone = "" if floor is None else f"{floor:8.0f}"
        print(f"  {name:<20}{spent:8.0f}{alone}")


def _front(file: SourceFile) -> FrontMatter | None:
    return read_front_matter(decoded(file.source, "utf-8"))


def _writing(folder: Folder, posts: int) -> tuple[float, float]:
    """Microseconds a post for a first publish without the reading, and for its SQL alone.

    The latter inserts the rows of the published store into an empty one.
    """
    spent: list[float] = []
    write = Store.publish

    def timed(store: Store, *what: Any) -> Changes:
        begun = time.process_time()
        changes = write(store, *what)
        spent.append(time.process_time() - begun)
        return changes

    with tempfile.TemporaryDirectory() as place, patch.object(Store, "publish", timed):
        for number in range(3):
            store = Store(f"sqlite:///{place}/{number}.sqlite3")
            publish(folder, store, _SITE, datetime.now(UTC))
            store.close()
        sql = min(_sql(Path(place), number) for number in range(3))
    return min(spent) / posts * 1e6, sql / posts * 1e6


def _sql(place: Path, number: int) -> float:
    """Seconds of processor time for inserting all rows of a store, in one transaction."""
    empty = f"{place}/empty-{number}.sqlite3"
    Store(f"sqlite:///{empty}").close()
    with closing(sqlite3.connect(f"{place}/{number}.sqlite3")) as full:
        names = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        )
        tables = {
            name: full.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608 - our own names
            for (name,) in full.execute(names).fetchall()
        }
    with closing(sqlite3.connect(empty)) as connection:
        begun = time.process_time()
        for name, rows in tables.items():
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                insert = f"INSERT OR IGNORE INTO {name} VALUES ({marks})"  # noqa: S608
                connection.executemany(insert, rows)
        connection.commit()
        return time.process_time() - begun


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as place:
            write_posts(Path(place), 1000)
            main(Path(place))
