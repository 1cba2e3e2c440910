"""Microseconds a post, split by what becomes of it: `python -m benchmarks.reading [FOLDER]`.

Without a folder the posts of benchmarks.posts are read. The stages add up to what a first
publish does with a post before it is stored.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from benchmarks.posts import write_posts
from feedsvc.core.feeds.entries import compose, new_id
from feedsvc.core.frontmatter.decoding import decoded
from feedsvc.core.frontmatter.parse import FrontMatter, read_front_matter
from feedsvc.core.html.sanitise import safe_html
from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from feedsvc.core.site import Site
from feedsvc.source.folder import Folder, SourceFile

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
    rows = {
        "reading the file": reading,
        "front matter": fronts,
        "fields, shortcodes": parsing - fronts,
        "Markdown": rendering,
        "sanitising": cleaning,
        "entry": composing - rendering - cleaning,
        "all": reading + parsing + composing,
    }
    print(f"{len(posts):,} posts, microseconds a post")
    for name, spent in rows.items():
        print(f"  {name:<20}{spent:8.0f}")


def _front(file: SourceFile) -> FrontMatter | None:
    return read_front_matter(decoded(file.source, "utf-8"))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as place:
            write_posts(Path(place), 1000)
            main(Path(place))
