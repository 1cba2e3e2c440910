"""Repositories that follow an Origin, for tests of the git source."""

import os
from pathlib import Path

from feedsvc.source.repository import Remote, Repository
from tests.support.origins import Files, Link, Origin


def follow(
    clone: Path, origin: Origin, branch: str = "main", timeout: float = 60
) -> Repository:
    return Repository(clone, Remote(origin.url, branch), timeout=timeout)


def files_of(tree: Path) -> dict[str, str | bytes]:
    """The files below a tree: the octets of a file, the target of a link."""
    return {
        os.fsdecode(os.path.relpath(path, tree)): os.readlink(path)  # noqa: PTH115
        if path.is_symlink()
        else path.read_bytes()
        for path in tree.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def octets(files: Files) -> dict[str, str | bytes]:
    return {
        path: text if isinstance(text, (bytes, Link)) else text.encode()
        for path, text in files.items()
    }
