"""Paths in messages: as the reader can open them, also those inside a fault."""

import pytest

from feedsvc.core.ledger.losses import HeldLoss, held_set
from feedsvc.core.problems import Problem, path_below


@pytest.mark.parametrize(
    ("root", "path", "shown"),
    [
        ("seeds", "tea.md", "seeds/tea.md"),
        ("a/b/", "tea.md", "a/b/tea.md"),
        ("../posts", "2026/tea.md", "../posts/2026/tea.md"),
        ("/", "tea.md", "/tea.md"),
        ("", "tea.md", "tea.md"),
        (".", "tea.md", "tea.md"),
        ("seeds", ".", "seeds"),
        ("", ".", "."),
    ],
)
def test_a_path_is_shown_below_the_folder_as_the_user_writes_it(
    root: str, path: str, shown: str
) -> None:
    assert path_below(root, path) == shown


@pytest.mark.parametrize(
    ("fault", "other", "shown"),
    [
        ("it has the same key as a.md", "a.md", "it has the same key as posts/a.md"),
        (
            "the slug of a.md, so its key is a",
            "a.md",
            "the slug of posts/a.md, so its key is a",
        ),
        (
            "its permalink is https://x/a.md, which is also that of a.md",
            "a.md",
            "its permalink is https://x/a.md, which is also that of posts/a.md",
        ),
        (r"as a\1 (b).md", r"a\1 (b).md", r"as posts/a\1 (b).md"),
        ("as b a.md and more", "b a.md", "as posts/b a.md and more"),
        ("it is a copy of a.md.txt", "a.md", "it is a copy of a.md.txt"),
    ],
)
def test_the_path_of_another_file_in_a_fault_is_shown_like_its_own(
    fault: str, other: str, shown: str
) -> None:
    problem = Problem("tea.md", 3, fault, "a cure", others=(other,)).below("posts")
    assert (problem.path, problem.fault) == ("posts/tea.md", shown)
    assert problem.location == "posts/tea.md:3"


def test_a_problem_that_names_no_other_file_keeps_its_fault() -> None:
    problem = Problem("tea.md", 3, "it is like a.md", "a cure", text="x").below("posts")
    assert (problem.fault, problem.text) == ("it is like a.md", "x")


def test_a_held_set_is_shown_with_its_files_and_folders() -> None:
    losses = [
        HeldLoss(f"urn:{n}", "withdrawn", f"2026/{n}.md", "Tea", reason, 1)
        for n, reason in enumerate(("folder 2026", "feed /tags/Tea"))
    ]
    shown = held_set(losses).below("posts")
    assert [loss.path for loss in shown.first] == ["posts/2026/0.md", "posts/2026/1.md"]
    assert shown.groups == ("folder posts/2026", "feed /tags/Tea")
    assert shown.name == held_set(losses).name
