"""Recognises keys that date a post by the words in them: `publishedAt`, `last_edited_time`.

Every theme has its own key for a date. The keys that generators define count first; they are
in `core/posts/keys.py`.
"""

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from feedsvc.core.posts.keys import KEYS, fold

DateMeaning: TypeAlias = Literal["published", "updated", "expires"]


class DateKey(NamedTuple):
    """What a key dates. Of several keys, the one with the lowest `rank` counts.

    A post waits for a date of rank 0 in the future: the key says that it is published then.
    """

    meaning: DateMeaning
    rank: int


_WHEN: Final = "(?:date|time|datetime|day|at|on)"


def _key(event: str, whole: str = "(?!)") -> re.Pattern[str]:
    """Folded keys of an event and when it was; `whole` are keys without the word when."""
    return re.compile(
        rf"(?:post|page|article|first|original|last)?(?:{event}){_WHEN}{{1,2}}"
        rf"|{_WHEN}(?:of)?(?:first|last)?(?:{event})|{whole}"
    )


# The most certain first. Not among them: keys of other things (`release`, `edit`, `revision`).
_KEYS: Final[tuple[tuple[DateMeaning, re.Pattern[str]], ...]] = (
    ("published", _key("pub|publish|published|publishing|publication")),
    ("published", _key("post|posted|release|released|issue|issued|written|added", "posted")),
    ("published", _key("(?!)", "datetime|timestamp|time|released|issued|written")),
    ("published", _key("create|created|creation")),
    ("updated", _key("update|updated", "lastupdated?")),
    ("updated", _key("mod|modify|modified|modification", "lastmodified|postmodified")),
    (
        "updated",
        _key(
            "edit|edited|revised|revision|change|changed",
            "(?:last)?(?:edited|revised|changed)|lastedit|lastchange",
        ),
    ),
)
_IN_MAPS: Final[dict[str, DateKey]] = {
    fold(key): DateKey(meaning, rank)
    for meaning in ("published", "updated", "expires")
    for rank, key in enumerate(KEYS[meaning])
} | {"publish": DateKey("published", 1)}
# A post waits for a date in the future of these keys, even if another key dates it.
WAITED_FOR: Final = frozenset(["publishdate", "pubdate", "published", "publish"])


@lru_cache(maxsize=4096)
def date_key(key: str) -> DateKey | None:
    """What a key dates to judge by its words; None for other keys, and for those in KEYS."""
    folded = fold(key)
    if folded in _IN_MAPS:  # `publish` is a flag
        return None
    return next(
        (
            DateKey(meaning, rank)
            for rank, (meaning, pattern) in enumerate(_KEYS)
            if pattern.fullmatch(folded)
        ),
        None,
    )


def date_key_in_map(key: str) -> DateKey | None:
    """What a member of a map of dates is, such as `created` in `date: {created: ...}`."""
    return _IN_MAPS.get(fold(key)) or date_key(key)
