"""What a folder of posts contains, for tests of Folder."""

from feedsvc.core.problems import Problem
from feedsvc.source.folder import Folder, SourceFile


def paths(folder: Folder) -> set[str]:
    return set(folder.survey().stamps)


def read(folder: Folder, path: str = "tea.md") -> SourceFile | Problem:
    return folder.read(path, folder.survey().stamps[path])


def source(folder: Folder, path: str = "tea.md") -> bytes:
    file = read(folder, path)
    assert isinstance(file, SourceFile)
    return file.source
