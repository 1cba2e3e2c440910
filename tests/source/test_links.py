"""Links in the folder: those that lead out of it are not followed."""

from pathlib import Path

import pytest

from feedsvc.source.folder import (
    Folder,
    Survey,
    Unsettled,
)
from tests.support.folders import paths, source
from tests.support.writing import PostFolder


def test_a_link_to_a_file_inside_is_followed(posts: PostFolder, folder: Folder) -> None:
    posts.write_raw("2026/tea.md", b"leaves")
    (posts.root / "link.md").symlink_to("2026/tea.md")
    assert source(folder, "link.md") == b"leaves"


def test_a_link_to_a_file_outside_is_not_followed(
    posts: PostFolder, folder: Folder, outside: PostFolder
) -> None:
    (posts.root / "relative.md").symlink_to("../outside/secret.md")
    (posts.root / "absolute.md").symlink_to(outside.root / "secret.md")
    assert paths(folder) == set()


def test_a_chain_of_links_that_ends_outside_is_not_followed(
    posts: PostFolder, folder: Folder, outside: PostFolder
) -> None:
    (posts.root / "door").symlink_to(outside.root)
    (posts.root / "link.md").symlink_to("door/secret.md")
    assert paths(folder) == set()


@pytest.mark.parametrize("target", ["/proc/self/environ", "/dev/zero", "/etc/passwd"])
def test_a_link_to_a_system_file_is_not_followed(
    posts: PostFolder, folder: Folder, target: str
) -> None:
    (posts.root / "link.md").symlink_to(target)
    assert paths(folder) == set()


@pytest.mark.parametrize("name", ["link", "link.md"])
def test_a_link_to_a_folder_outside_is_not_followed(
    posts: PostFolder, folder: Folder, outside: PostFolder, name: str
) -> None:
    (posts.root / name).symlink_to(outside.root)
    assert folder.survey() == Survey()


def test_a_path_below_a_link_to_a_folder_is_not_followed_when_asked_for(
    posts: PostFolder, folder: Folder, outside: PostFolder
) -> None:
    """File events name such paths."""
    (posts.root / "link").symlink_to(outside.root)
    assert folder.survey({"link/secret.md"}) == Survey()


def test_a_link_to_the_folder_itself_is_no_endless_loop(
    posts: PostFolder, folder: Folder
) -> None:
    posts.write("2026/tea.md")
    (posts.root / "2026" / "up").symlink_to(posts.root)
    assert paths(folder) == {"2026/tea.md"}


def test_a_link_to_a_folder_beside_with_a_longer_name_leads_outside(
    posts: PostFolder, folder: Folder, tmp_path: Path
) -> None:
    secret = PostFolder(tmp_path / "posts-private").write("secret.md")
    (posts.root / "link.md").symlink_to(secret)
    assert paths(folder) == set()


def test_a_loop_of_links_is_a_problem_of_that_file_only(
    posts: PostFolder, folder: Folder
) -> None:
    (posts.root / "a.md").symlink_to("b.md")
    (posts.root / "b.md").symlink_to("a.md")
    posts.write("tea.md")
    survey = folder.survey()
    assert [problem.path for problem in survey.problems] == ["a.md", "b.md"]
    assert set(survey.stamps) == {"tea.md"}


def test_a_link_to_nothing_is_no_post(posts: PostFolder, folder: Folder) -> None:
    (posts.root / "link.md").symlink_to("gone.md")
    assert folder.survey() == Survey()


def test_the_folder_itself_may_be_a_link(posts: PostFolder, tmp_path: Path) -> None:
    posts.write_raw("tea.md", b"leaves")
    (tmp_path / "current").symlink_to(posts.root)
    assert source(Folder(tmp_path / "current", 0)) == b"leaves"


def test_a_file_that_becomes_a_link_outside_before_it_is_read_is_not_read(
    posts: PostFolder, folder: Folder, outside: PostFolder
) -> None:
    path = posts.write()
    stamp = folder.survey().stamps["tea.md"]
    path.unlink()
    path.symlink_to(outside.root / "secret.md")
    with pytest.raises(Unsettled):
        folder.read("tea.md", stamp)
