"""Reads the config files of generators, to recognise the one that a folder of posts is of."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from feedsvc.core.generators.configs.config_values import MOST_CHARACTERS
from feedsvc.core.generators.recognise import CONFIG_NAMES, recognise
from feedsvc.core.rules import Generator
from feedsvc.source.folder import Folder


def read_generator_files(folder: Path) -> Mapping[str, bytes]:
    """The config files of generators in a folder, by path, for `recognise`.

    Files that are missing, unreadable, not regular or outside the folder are left out. Of a
    file that is too large, only so much is read that `recognise` can tell.
    """
    files = {}
    for name in CONFIG_NAMES:
        source = _read(folder, name)
        if source is not None:
            files[name] = source
    return files


def generator_of(folder: Folder) -> Generator:
    """The generator of the nearest config files: in the folder of posts, or above it.

    A vault of Obsidian counts only if there is nothing else, because a site may be made of it.
    """
    found: Generator = "plain"
    path = folder.root
    for _ in range(folder.levels + 1):
        generator = recognise(read_generator_files(path)).generator
        if generator not in ("obsidian", "plain"):
            return generator
        found = generator if found == "plain" else found
        path = path.parent
    return found


def _read(folder: Path, name: str) -> bytes | None:
    try:
        (folder / name).lstat()  # most are missing, and this is fast
        file = (folder / name).resolve(strict=True)
        if not file.is_relative_to(folder.resolve()):
            return None
        opened = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(opened, "rb") as stream:
            is_regular = stat.S_ISREG(os.fstat(opened).st_mode)
            return stream.read(MOST_CHARACTERS + 1) if is_regular else None
    except (OSError, RuntimeError):  # RuntimeError: a loop of links, before Python 3.13
        return None
