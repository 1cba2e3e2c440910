"""The folder of posts: which files are posts."""

import os
import time
from pathlib import Path

import pytest

from feedsvc.source.folder import (
    Folder,
    Survey,
)
from tests.support.folders import paths
from tests.support.writing import PostFolder


@pytest.mark.parametrize(
    "name", ["a.md", "a.markdown", "a.mdown", "a.txt", "a.html", "A.MD", "a.b.md", "茶.md"]
)
def test_a_file_with_the_suffix_of_a_post_counts(
    posts: PostFolder, folder: Folder, name: str
) -> None:
    posts.write(name)
    assert paths(folder) == {name}


@pytest.mark.parametrize(
    "name",
    ["a.rst", "a.jpg", "a", "md", "a.md.bak", "a.ipynb", "a.md.swp", "a.htm", "a.md~", "a.md%"],
)
def test_a_file_with_any_other_suffix_does_not_count(
    posts: PostFolder, folder: Folder, name: str
) -> None:
    posts.write(name)
    assert paths(folder) == set()


@pytest.mark.parametrize(
    "name",
    [
        *("_a.md", ".a.md", "#a.md", ".#a.md", ".md"),
        *("README.md", "readme.txt", "ReadMe.markdown", "README.zh-CN.md"),
        *("_drafts/a.md", ".obsidian/a.md", ".git/a.md", "templates/a.md", "Templates/a.md"),
        *("a/_b/c.md", "a/.b/c.md", "old~/a.md"),
    ],
)
def test_a_file_with_an_ignored_name_does_not_count(
    posts: PostFolder, folder: Folder, name: str
) -> None:
    posts.write(name)
    assert paths(folder) == set()


@pytest.mark.parametrize(
    "name", ["reading.md", "a_b.md", "a#.md", "my-templates/a.md", "~a.md"]
)
def test_a_name_that_only_resembles_an_ignored_one_counts(
    posts: PostFolder, folder: Folder, name: str
) -> None:
    posts.write(name)
    assert paths(folder) == {name}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tea.md", True),
        ("2026/tea.md", True),
        ("_drafts/tea.md", False),
        ("2026/.tea.md", False),
        ("../tea.md", False),
        ("2026", False),
        ("", False),
    ],
)
def test_the_path_alone_decides_whether_a_file_may_be_a_post(
    folder: Folder, path: str, expected: bool
) -> None:
    assert folder.holds(path) is expected


def test_sub_folders_are_read_at_any_depth(posts: PostFolder, folder: Folder) -> None:
    posts.write("a.md")
    posts.write("2026/03/b.md")
    posts.write("1/2/3/4/5/6/7/8/9/10/c.md")
    assert paths(folder) == {"a.md", "2026/03/b.md", "1/2/3/4/5/6/7/8/9/10/c.md"}


def test_a_folder_with_the_name_of_a_post_is_a_folder(
    posts: PostFolder, folder: Folder
) -> None:
    posts.write("x.md/tea.md")
    assert paths(folder) == {"x.md/tea.md"}


def test_a_survey_of_single_paths_lists_no_others(posts: PostFolder, folder: Folder) -> None:
    for name in ("a.md", "b.md", "_c.md"):
        posts.write(name)
    asked = {"a.md", "_c.md", "gone.md"}
    assert folder.survey(asked) == Survey({"a.md": folder.survey().stamps["a.md"]})


def test_new_bytes_of_the_same_size_and_mtime_have_another_stamp(
    posts: PostFolder, folder: Folder
) -> None:
    path = posts.write_raw("tea.md", b"aaa")
    before, status = folder.survey(), path.stat()
    time.sleep(0.02)  # the clock of the file system ticks every few milliseconds
    path.write_bytes(b"bbb")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert folder.survey() != before


def test_the_posts_folder_of_hexo_and_jekyll_is_read(posts: PostFolder, folder: Folder) -> None:
    posts.write("source/_posts/a.md")
    posts.write("source/_drafts/b.md")
    assert set(folder.survey().stamps) == {"source/_posts/a.md"}


@pytest.mark.parametrize("name", ["tea.qmd", "TEA.QMD", "tea.mdx", "tea.Rmd", "tea.rmd"])
def test_sources_of_other_notations_are_posts(folder: Folder, name: str) -> None:
    (folder.root / name).write_text("x")
    assert folder.holds(name)
    assert set(folder.survey().stamps) == {name}


def test_the_files_of_feedsvc_itself_are_not_counted(posts: PostFolder, folder: Folder) -> None:
    """They are none of the user's, and those of the store come and go."""
    for name in ("feedsvc.toml", ".feedsvc/feedsvc.sqlite3", ".feedsvc/lock"):
        (posts.root / name).parent.mkdir(exist_ok=True)
        (posts.root / name).touch()
    for name in ("sub/feedsvc.toml", "sub/.feedsvc/x", ".feedsvc.toml"):  # of somebody else
        (posts.root / name).parent.mkdir(parents=True, exist_ok=True)
        (posts.root / name).touch()
    left_out = folder.survey(counts_all=True).left_out
    assert left_out
    assert left_out.counts == {
        "other suffix": {".toml": 1},
        "ignored by name": {'begins with "."': 2},
    }


def test_a_path_with_dots_is_not_called_a_link(
    posts: PostFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = posts.root / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    assert str(Folder(Path(".."), 0)) == ".."
    assert str(Folder(Path("../inner"), 0)) == "../inner"
    (posts.root / "link").symlink_to(inner)
    assert str(Folder(Path("../link"), 0)) == f"../link (a link to {inner.resolve()})"
