"""The stamps of a survey: a mapping in the order of the paths."""

import os

import pytest

from feedsvc.source.folder import Folder, SourceFile
from feedsvc.source.stamps import Stamps
from tests.support.writing import PostFolder

NAMES = ("a-b.md", "a.md", "a/a.md", "a/b/x.md", "a/c.md", "a0.md", "b.md", "茶.md")


def test_a_survey_lists_files_in_the_order_of_their_paths(
    posts: PostFolder, folder: Folder
) -> None:
    for name in NAMES:
        posts.write(name)
    assert list(folder.survey().stamps) == sorted(NAMES)
    assert list(folder.survey([*reversed(NAMES), "a.md"]).stamps) == sorted(NAMES)


def test_stamps_are_found_by_path(posts: PostFolder, folder: Folder) -> None:
    for name in NAMES:
        posts.write(name)
    stamps = folder.survey().stamps
    assert isinstance(stamps, Stamps)
    assert len(stamps) == len(NAMES)
    for name, stamp in stamps.items():
        status = (posts.root / name).stat()
        assert stamps[name] == stamp
        assert stamp == (
            *(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino),
        )
    for absent in ("", "a", "a/b", "z.md", "龙.md"):
        assert absent not in stamps


def test_a_time_that_no_store_can_keep_is_the_latest(posts: PostFolder, folder: Folder) -> None:
    posts.write("tea.md")
    os.utime(posts.root / "tea.md", ns=(10**19, 10**19))
    if (posts.root / "tea.md").stat().st_mtime_ns < 2**63:
        pytest.skip("this file system has no such times")
    stamp = folder.survey().stamps["tea.md"]
    assert stamp.mtime_ns == 2**63 - 1
    assert isinstance(folder.read("tea.md", stamp), SourceFile)
