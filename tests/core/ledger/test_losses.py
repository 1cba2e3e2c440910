"""Held losses: how a set is named, what it says, and what a publish writes of it."""

from dataclasses import replace

import pytest

from feedsvc.core.ledger.losses import (
    EMPTY,
    MANY,
    MOST_SHOWN,
    HeldLoss,
    HeldSet,
    LossBook,
    PublishedLoss,
    feed_group,
    folder_group,
    group_names,
    held_set,
)

TEA = HeldLoss("tag:tea", "withdrawn", "b/tea.md", "Tea", MANY, 5)
POTS = HeldLoss("tag:pots", "withdrawn", "a/pots.md", "Pots", MANY, 6)


def test_nothing_is_held() -> None:
    nothing = held_set(())
    assert (nothing, bool(nothing)) == (HeldSet(), False)
    assert (nothing.fault, nothing.cure, nothing.command, nothing.name) == ("", "", "", "")
    assert nothing.to_dict()["count"] == 0


def test_a_set_names_its_losses_by_path() -> None:
    held = held_set([TEA, POTS])
    assert (held.count, held.first, held.kinds) == (2, (POTS, TEA), {"withdrawn": 2})
    assert held.command == f"feedsvc publish --accept {held.name}"
    assert held.command in held.cure
    assert held.to_dict() == {
        "name": held.name,
        "count": 2,
        "kinds": {"withdrawn": 2},
        "entries": [
            {"id": "tag:pots", "kind": "withdrawn", "path": "a/pots.md", "title": "Pots"},
            {"id": "tag:tea", "kind": "withdrawn", "path": "b/tea.md", "title": "Tea"},
        ],
        "groups": [],
        "fault": "so many posts would be withdrawn at once",
        "cure": held.cure,
        "command": held.command,
    }


def test_the_name_is_that_of_the_ids_and_kinds_alone() -> None:
    name = held_set([TEA, POTS]).name
    assert len(name) == 12
    assert int(name, 16) >= 0
    assert (
        held_set([POTS, replace(TEA, path="x.md", title="", reason=EMPTY, since=0)]).name
        == name
    )
    assert held_set([TEA]).name != name
    assert held_set([POTS, replace(TEA, kind="re-identified")]).name != name
    assert held_set([POTS, replace(TEA, entry_id="tag:t")]).name != name


def test_only_the_first_losses_are_named() -> None:
    held = held_set(replace(TEA, entry_id=str(n), path=f"{n:02}.md") for n in range(30))
    assert (held.count, len(held.first), held.first[-1].path) == (30, MOST_SHOWN, "09.md")


@pytest.mark.parametrize(
    ("losses", "fault", "groups"),
    [
        ([replace(TEA, reason=EMPTY), POTS], "the folder holds no public post", ()),
        (
            [replace(TEA, reason="feed /tags/Tea")],
            "all posts of a feed or a folder would be withdrawn",
            ("feed /tags/Tea",),
        ),
        (
            [replace(TEA, reason="folder b"), POTS],
            "so many posts would be withdrawn at once",
            (),
        ),
        (
            [replace(TEA, kind="re-identified"), POTS],
            "so many posts would be withdrawn or get new ids at once",
            (),
        ),
        (
            [replace(TEA, kind="re-identified")],
            "so many posts would get new ids at once",
            (),
        ),
    ],
)
def test_the_fault_says_why(
    losses: list[HeldLoss], fault: str, groups: tuple[str, ...]
) -> None:
    held = held_set(losses)
    assert (held.fault, held.groups) == (fault, groups)


def test_the_groups_of_an_entry_are_its_feeds_and_its_top_level_folder() -> None:
    assert group_names("tea.md", [""]) == (feed_group(""),)
    assert group_names("2026/03/tea.md", ["", "tags/Tea"]) == (
        feed_group(""),
        feed_group("tags/Tea"),
        folder_group("2026"),
    )


def test_a_book_without_changes_is_blank() -> None:
    assert not LossBook()
    assert not LossBook(before=(TEA, POTS), held=(POTS, TEA))
    assert LossBook(before=(TEA,))
    assert LossBook(held=(TEA,))
    assert LossBook(published=(PublishedLoss("tag:x", 1, ()),))
    assert LossBook(forgets=True)


def test_a_book_announces_a_set_only_if_it_holds_more() -> None:
    assert LossBook(held=(TEA,)).announces()
    assert LossBook(before=(TEA,), held=(TEA, POTS)).announces()
    assert LossBook(before=(TEA,), held=(replace(TEA, kind="re-identified"),)).announces()
    assert not LossBook(before=(TEA, POTS), held=(TEA,)).announces()
    assert not LossBook(before=(TEA,), held=(replace(TEA, reason=EMPTY),)).announces()
    assert not LossBook(before=(TEA,)).announces()
