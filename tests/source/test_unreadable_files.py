"""Files and folders that cannot be read are reported, never taken for missing."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from feedsvc.core.problems import Problem
from feedsvc.errors import FolderError
from feedsvc.source.folder import (
    Folder,
)
from tests.support.folders import read
from tests.support.writing import PostFolder

NOBODY: Final = 65534


@contextmanager
def without_privileges() -> Iterator[None]:
    """Run as the user nobody for a while, because root may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_that_may_not_be_read_is_a_problem(shared: PostFolder) -> None:
    shared.write().chmod(0)
    with without_privileges():
        file = read(Folder(shared.root, 0))
    assert isinstance(file, Problem)
    assert (file.path, file.fault) == ("tea.md", "it cannot be read: Permission denied")


def test_a_folder_that_may_not_be_read_hides_its_files_and_no_others(
    shared: PostFolder,
) -> None:
    shared.write("closed/tea.md")
    shared.write("open/tea.md")
    (shared.root / "closed").chmod(0)
    with without_privileges():
        survey = Folder(shared.root, 0).survey()
    assert [problem.path for problem in survey.problems] == ["closed"]
    assert set(survey.stamps) == {"open/tea.md"}
    hidden = [survey.hides(path) for path in ("closed/tea.md", "closed", "closed-too/tea.md")]
    assert hidden == [True, True, False]


def test_a_survey_of_a_single_path_in_an_unreadable_folder_does_not_miss_it(
    shared: PostFolder,
) -> None:
    shared.write("closed/tea.md")
    (shared.root / "closed").chmod(0)
    with without_privileges():
        survey = Folder(shared.root, 0).survey({"closed/tea.md"})
    assert survey.hides("closed/tea.md")


def test_the_folder_itself_that_may_not_be_read_is_an_error(shared: PostFolder) -> None:
    shared.root.chmod(0)
    folder = Folder(shared.root, 0)
    with without_privileges(), pytest.raises(FolderError, match="Permission denied"):
        folder.survey()


def test_a_name_that_is_not_utf_8_is_a_problem_that_can_be_printed(
    posts: PostFolder, folder: Folder
) -> None:
    Path(os.fsdecode(os.fsencode(posts.root) + b"/caf\xe9.md")).write_text("---\n---\n")
    posts.write("tea.md")
    survey = folder.survey()
    (problem,) = survey.problems
    assert str(problem).encode() == rb"caf\xe9.md: the file's name is not UTF-8; rename it"
    assert set(survey.stamps) == {"tea.md"}


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"gone is not a folder; set content\.seeds"):
        Folder(tmp_path / "gone", 0).survey()


def test_a_missing_folder_is_an_error_for_a_single_path_too(tmp_path: Path) -> None:
    with pytest.raises(FolderError):
        Folder(tmp_path / "gone", 0).survey({"tea.md"})


def test_a_file_is_not_a_folder_of_posts(posts: PostFolder) -> None:
    with pytest.raises(FolderError, match=r"tea\.md is not a folder"):
        Folder(posts.write(), 0).survey()
