"""Names that a misspelt one may mean."""

from itertools import count

from feedsvc.core.filters.near_names import near_names


def never() -> bool:
    return False


def test_the_most_similar_come_first_and_then_those_that_contain_it() -> None:
    known = ["Green tea, first flush", "coffee", "TEAS", "tee"]
    assert near_names("tea", known, never) == ["TEAS", "tee", "Green tea, first flush"]
    assert near_names("xyzzy", known, never) == []


def test_all_names_are_compared_however_many_there_are() -> None:
    known = [*(f"{number:06}" for number in range(170)), "oolong"]
    assert near_names("oolng", known, never) == ["oolong"]


def test_names_are_compared_only_until_it_is_late() -> None:
    known = [f"oolong-{number:03}" for number in range(170)]
    asked = count()
    assert near_names("oolong_169", known, lambda: next(asked) > 1) != ["oolong-169"]
    assert next(asked) == 3
    assert near_names("oolong_1", known, lambda: True) == []
    assert near_names("oolong-169", known, lambda: True) == ["oolong-169"]
