"""Files with their rendered file beside them: `tea.Rmd` and its `tea.md` are one post."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from feedsvc.core.frontmatter.decoding import decoded
from feedsvc.core.frontmatter.parse import read_front_matter
from feedsvc.core.posts.post import SUFFIXES
from feedsvc.core.text import legal
from feedsvc.errors import FrontMatterError

_UNRENDERED: Final = (".mdx", ".qmd", ".rmd", ".Rmd")  # as authors write them
_RENDERED: Final = sorted(SUFFIXES - {suffix.lower() for suffix in _UNRENDERED})


def has_rendered_post(root: Path, path: str, holds: Callable[[str], bool]) -> bool:
    """True if a rendered file with the same name is a post: then this one is none.

    A file without front matter, such as a whole HTML page, is no post. `holds` is true for the
    paths that may be posts.
    """
    stem, suffix = os.path.splitext(path)  # noqa: PTH122 - faster than a Path
    if suffix.lower() not in _UNRENDERED:
        return False
    candidates = (f"{stem}{each}" for each in _RENDERED)
    return any(_is_post(root / each) for each in candidates if holds(each))


def unrendered_beside(root: Path, path: str) -> Iterator[str]:
    """The paths of the files beside it from which a file may have been rendered."""
    stem, suffix = os.path.splitext(path)  # noqa: PTH122 - faster than a Path
    if suffix.lower() in _RENDERED:
        yield from (
            f"{stem}{each}" for each in _UNRENDERED if (root / f"{stem}{each}").exists()
        )


def _is_post(file: Path) -> bool:
    """True if a file has front matter, or if that is unknown."""
    try:
        if not stat.S_ISREG(file.lstat().st_mode):
            return False
        text = decoded(file.read_bytes(), "utf-8")
        return read_front_matter(legal(text)) is not None
    except FileNotFoundError:
        return False
    except OSError:
        return True
    except FrontMatterError as error:
        return error.code != "empty"
