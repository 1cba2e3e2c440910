"""Builds the `Source` that the settings describe."""

from pathlib import Path
from typing import Final

from feedsvc.settings.settings import Settings
from feedsvc.source.folder import Folder
from feedsvc.source.repository import Remote, Repository
from feedsvc.source.source import Source

CLONE: Final = Path("var/source")


def source_of(settings: Settings) -> Source:
    """The folder of posts, or the tree of the repository. Nothing is read or fetched yet."""
    content, source = settings.content, settings.source
    globs = (content.include, content.exclude)
    if not source.git:
        return Source(Folder(content.seeds, settings.watcher.quiet, *globs))
    repository = Repository(
        settings.base / CLONE, Remote(source.git, source.branch, source.depth)
    )
    folder = Folder(repository.tree / source.path, 0, *globs, stands=True)
    return Source(folder, repository, branch=source.branch, path=source.path)
