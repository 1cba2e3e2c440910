"""Memberships of new feeds wait until all are known, and then get their numbers."""

from typing import Final

from feedsvc.store.archives.waiting import Membership, WaitingMemberships

IDS: Final = {7: "b", 8: "a", 9: "c"}
OLDER: Final = 1_000_000
NEWER: Final = 2_000_000


def waiting(*added: Membership) -> WaitingMemberships:
    memberships = WaitingMemberships()
    for each in added:  # as chunks of one entry
        memberships.add([each], IDS)
    return memberships


def test_each_feed_numbers_its_memberships_by_date() -> None:
    memberships = waiting((2, NEWER, 7), (1, NEWER, 7), (1, OLDER, 8), (2, OLDER, 9))
    assert [*memberships.take()] == [
        (1, OLDER, 8, 1),
        (1, NEWER, 7, 2),
        (2, OLDER, 9, 1),
        (2, NEWER, 7, 2),
    ]


def test_of_equal_dates_the_lesser_id_comes_first() -> None:
    memberships = WaitingMemberships()
    memberships.add([(1, OLDER, 9), (1, OLDER, 7), (1, OLDER, 8)], IDS)
    assert [entry for _, _, entry, _ in memberships.take()] == [8, 7, 9]


def test_what_was_removed_gets_no_number() -> None:
    memberships = waiting((1, OLDER, 7), (2, OLDER, 7), (1, NEWER, 8))
    memberships.remove([(1, OLDER, 7), (3, OLDER, 9)])
    assert memberships.count() == {1: 1, 2: 1}
    assert [*memberships.take()] == [(1, NEWER, 8, 1), (2, OLDER, 7, 1)]


def test_an_entry_may_be_added_again_under_another_date() -> None:
    memberships = waiting((1, OLDER, 7), (2, OLDER, 7))
    memberships.remove([(1, OLDER, 7)])
    memberships.add([(1, NEWER, 7)], IDS)
    assert [*memberships.take()] == [(1, NEWER, 7, 1), (2, OLDER, 7, 1)]


def test_an_empty_feed_is_not_counted_and_memberships_are_taken_once() -> None:
    memberships = waiting((1, OLDER, 7), (2, OLDER, 8))
    memberships.remove([(2, OLDER, 8)])
    assert [*memberships.take()] == [(1, OLDER, 7, 1)]
    assert memberships.count() == {}
    assert [*memberships.take()] == []


def test_of_equal_dates_the_lesser_id_comes_first_whichever_was_added_first() -> None:
    waiting = WaitingMemberships()
    waiting.add([(1, 9, 1), (1, 9, 2), (1, 9, 3)], {1: "b", 2: "c", 3: "a"})
    assert [entry for _, _, entry, _ in waiting.take()] == [3, 1, 2]
