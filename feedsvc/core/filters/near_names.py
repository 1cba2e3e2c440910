"""Names that a misspelt one may mean."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Final

_NEAR: Final = 3
_MOST_LETTERS: Final = 60  # of a name that are compared
_AT_ONCE: Final = 50  # names: of the longest, 20 ms


def near_names(name: str, known: Iterable[str], is_late: Callable[[], bool]) -> list[str]:
    """At most three of the `known` names: the most similar first, then those that contain it.

    Comparing is slow, and strangers make up names: when it `is_late`, the rest is left out.
    """
    wanted = _folded(name)
    names = {_folded(each): each for each in known}
    folded, near = list(names), list[str]()
    for start in range(0, len(folded), _AT_ONCE):
        if is_late():
            break
        some = [*near, *folded[start : start + _AT_ONCE]]
        near = get_close_matches(wanted, some, _NEAR, 0.6 if wanted[3:] else 0.5)
    near += [each for each in names if wanted in each and each not in near]
    return [names[each] for each in near[:_NEAR]]


def _folded(name: str) -> str:
    return name.casefold()[:_MOST_LETTERS]
