"""Builds the `Source` that the settings describe."""

import os
from pathlib import Path
from typing import Final

from feedsvc.processors import worker_count
from feedsvc.settings.settings import Settings
from feedsvc.source.folder import Folder
from feedsvc.source.repository import Remote, Repository
from feedsvc.source.source import Source

CLONE: Final = Path("var/source")


def source_of(settings: Settings) -> Source:
    """The folder of posts, or the tree of the repository. Nothing is read or fetched yet."""
    content, source = settings.content, settings.source
    globs = (content.include, content.exclude)
    workers = worker_count(settings.watcher.workers)
    if not source.git:
        levels = _levels(content.seeds, settings.base)
        quiet = settings.watcher.quiet
        folder = Folder(content.seeds, quiet, *globs, levels=levels, workers=workers)
        return Source(folder)
    clone = settings.base / CLONE
    depth = 0 if content.dates == "git" else source.depth  # all commits have dates
    repository = Repository(clone, Remote(source.git, source.branch, depth))
    levels = len(Path(source.path).parts)
    root = repository.tree / source.path
    folder = Folder(root, 0, *globs, stands=True, levels=levels, workers=workers)
    return Source(folder, repository, branch=source.branch, path=source.path)


def _levels(folder: Path, base: Path) -> int:
    """How many levels below `base` the folder is; 0 if it is not below it."""
    above, inner = os.path.abspath(base), os.path.abspath(folder)  # noqa: PTH100 - links stay
    return len(Path(inner).relative_to(above).parts) if Path(inner).is_relative_to(above) else 0
