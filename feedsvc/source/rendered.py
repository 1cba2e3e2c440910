"""Files with their rendered file beside them: `tea.Rmd` and its `tea.md` are one post."""

import os
import stat
import time
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from feedsvc.core.file_records import Stamp
from feedsvc.core.posts.post import SUFFIXES
from feedsvc.core.text import legal
from feedsvc.errors import FrontMatterError
from feedsvc.source.stamps import stamp_of_status

_UNRENDERED: Final = (".mdx", ".qmd", ".rmd", ".Rmd")  # as authors write them
# A file that changed later than this may change again without a new time.
_SETTLED_NS: Final = 1_000_000_000
_RENDERED: Final = sorted(SUFFIXES - {suffix.lower() for suffix in _UNRENDERED})


def has_rendered_post(
    root: Path,
    path: str,
    holds: Callable[[str], bool],
    names: Collection[str] | None = None,
) -> bool:
    """True if a rendered file with the same name is a post: then this one is none.

    A file without front matter, such as a whole HTML page, is no post. `holds` is true for the
    paths that may be posts. `names` are those in the folder of the file, if they are known.
    """
    if not path.lower().endswith(_UNRENDERED):
        return False
    stem = os.path.splitext(path)[0]  # noqa: PTH122 - faster than a Path
    name = stem.rpartition("/")[2]
    suffixes = [s for s in _RENDERED if names is None or f"{name}{s}" in names]
    return any(_is_post(root / f"{stem}{each}") for each in suffixes if holds(f"{stem}{each}"))


def unrendered_beside(root: Path, path: str) -> Iterator[str]:
    """The paths of the files beside it from which a file may have been rendered."""
    stem, suffix = os.path.splitext(path)  # noqa: PTH122 - faster than a Path
    if suffix.lower() in _RENDERED:
        yield from (
            f"{stem}{each}" for each in _UNRENDERED if (root / f"{stem}{each}").exists()
        )


def _is_post(file: Path) -> bool:
    """True if a file has front matter, or if that is unknown. It is read once per version."""
    try:
        status = file.lstat()
        if not stat.S_ISREG(status.st_mode):
            return False
        if status.st_ctime_ns > time.time_ns() - _SETTLED_NS:
            return _has_front_matter(file)
        return _had_front_matter(file, stamp_of_status(status))
    except FileNotFoundError:
        return False
    except OSError:
        return True


@lru_cache(maxsize=65_536)
def _had_front_matter(file: Path, _stamp: Stamp) -> bool:
    return _has_front_matter(file)


def _has_front_matter(file: Path) -> bool:
    # Here, because few folders have such files, and most commands read no front matter.
    from feedsvc.core.frontmatter.decoding import decoded
    from feedsvc.core.frontmatter.parse import read_front_matter

    source = file.read_bytes()
    try:
        return read_front_matter(legal(decoded(source, "utf-8"))) is not None
    except FrontMatterError as error:
        return error.code != "empty"
