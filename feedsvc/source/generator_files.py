"""Reads the config files of generators below a folder."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from feedsvc.core.generators.recognise import CONFIG_NAMES

MOST_BYTES: Final = 256 * 1024  # of one file; real ones have a few thousand


def read_generator_files(folder: Path) -> Mapping[str, bytes]:
    """The config files of generators in a folder, by path, for `recognise`.

    Files that are missing, unreadable, not regular or outside the folder are left out.
    """
    files = {}
    for name in CONFIG_NAMES:
        try:
            file = (folder / name).resolve(strict=True)
            if not file.is_relative_to(folder.resolve()):
                continue
            opened = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        except (OSError, RuntimeError, ValueError):
            continue
        with os.fdopen(opened, "rb") as stream:
            if stat.S_ISREG(os.fstat(opened).st_mode):
                files[name] = stream.read(MOST_BYTES + 1)
    return files
