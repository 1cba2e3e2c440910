"""Recognises keys that restrict a post, such as `members_only`, by the words in them.

Every theme and plugin has its own key for "members only" or "not before". A key is split into
words, and whole words decide: `author` is not `auth`. A key that names another part of the
site, such as `hide_toc`, does not restrict the post.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise, product
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from feedsvc.core.frontmatter.source import Value
from feedsvc.core.posts.dating.date_fields import date_of
from feedsvc.core.posts.keys import fold, is_known

Kind: TypeAlias = Literal[
    "restriction", "opening", "denial", "hide", "show", "state", "time", "end", "feed"
]

TRUE: Final = frozenset(["true", "yes", "on", "1", "y"])
FALSE: Final = frozenset(["false", "no", "off", "0", "n"])
PUBLIC: Final = frozenset(["public", "everyone", "all", "open", "published", "publish"])
HIDDEN_STATUS: Final = (
    frozenset(["draft", "private", "pending", "hidden", "unlisted", "archived"])
) | frozenset(["skip", "trash", "future", "protected"])
_OPENS: Final = TRUE | PUBLIC | {"", "null"}  # as the value of `public_access`


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_RESTRICTION: Final = _words(
    """private draft drafts secret secrets hidden unlist unlisted member members subscriber
    subscribers paid premium paywall paywalled restrict restricted restriction restrictions
    protect protected confidential access auth authenticated authentication authorization
    visibility archived deleted trashed wip"""
)
_OPEN: Final = _words("public open")  # `public_access: true` does not restrict
_NOT: Final = _words("no not non never isnt dont without")
# `staff_only` and `login_required`; alone, these words may mean anything.
_AUDIENCE: Final = _words(
    """registered login signin patron patrons patreon supporter supporters sponsor sponsors vip
    insider insiders follower followers friend friends family staff team internal user users
    admin admins customer customers student students"""
)
_REQUIRED: Final = _words("only require required requires needs")
_VIEW_PAIRS: Final = frozenset(
    product(("visible", "viewable", "readable"), ("to", "for", "by"))
)
_HIDE: Final = _words("hide hides internal trash removed withdrawn retracted locked excluded")
_SHOW: Final = _words("publish published public publicly visible listed shown")
_STATE: Final = _words("state stage phase workflow permission permissions")
# `post_status` is of the post; `order_status` may be of anything.
_STATUS_OF: Final = _words(
    """post publish published publishing publication wp wordpress page entry article blog
    content note doc"""
)
_HIDDEN_STATE: Final = HIDDEN_STATUS | _words(
    "wip drafts auto-draft unpublished secret trashed deleted restricted unlist"
)
_TIME: Final = _words("embargo embargoed scheduled golive")
_TIME_PAIRS: Final = frozenset(
    [
        *(("go", "live"), ("not", "before")),
        *product(["publish"], ("at", "on", "after")),
        *product(("publish", "published", "visible", "available", "valid", "show"), ["from"]),
        *product(["schedule"], ("at", "on", "for", "date")),
        *product(("hide", "hold"), ("until", "till")),
    ]
)
_END: Final = _words("expire expires expired expiry expiration unpublish")
_WHEN: Final = _words(
    "at on after by until till to through in date time datetime day days hours"
)
# `remove_at` ends the post, `remove_date` may be about the date that the page shows.
_ENDING: Final = _words("unpublished offline remove removed delete hide withdraw down")
_UNTIL: Final = _words(
    "valid visible listed publish published public online available shown show"
)
_END_PAIRS: Final = frozenset(
    [
        *product(_ENDING, ("at", "on", "after")),
        *product(_UNTIL, ("until", "till", "through")),
        *(("offline", "date"), ("removal", "date"), ("valid", "to")),
    ]
)
_FEED: Final = _words("feed feeds rss atom")
_OUT: Final = _NOT | _words(
    """exclude excluded excludes skip skipped disable disabled disables ignore ignored ignores
    hide hides omit omitted remove removed off"""
)
# With only these words, a weak word (`hide`, `publish`, `rss`) is about the post.
_NEUTRAL: Final = _words(
    """is be do should can has in to from on of the this it me all now flag dg blog site web
    website post posts page pages entry article note item content feed feeds rss atom xml list
    lists include included show shown add enable enabled allow"""
)
# With only these words, a key of `expires` or `valid_until` is about the post.
_OF_END: Final = _NEUTRAL | _END | _WHEN | _ENDING | _UNTIL | _words("removal take scheduled")
# Parts of the page or the site that are not the post.
_OUTLETS: Final = _words(
    """search searches toc menu menus nav navbar navigation sidebar sidebars home homepage
    comment comments image images img title titles meta metadata sitemap token tokens header
    footer breadcrumb breadcrumbs cover banner thumbnail avatar author authors related index
    indexing"""
)
# Words that may be joined in a key without separators: `membersonly`, `goliveat`.
_JOINED: Final = frozenset[str]().union(
    *(
        _RESTRICTION,
        _OPEN,
        _NOT,
        _HIDE,
        _SHOW,
        _STATE,
        _STATUS_OF,
        _TIME,
        _FEED,
        _OUT,
        _NEUTRAL,
    ),
    *(
        _OUTLETS,
        _OF_END,
        _AUDIENCE,
        _REQUIRED,
        _words("status go live for level viewable readable schedule hold before"),
    ),
)

_CASE_CHANGE: Final = re.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a key and its value mean for a post.

    `hides`: the post is hidden. `until`: the post is hidden before this date. `ends`: the post
    is hidden from this date on. `undated`: the post is hidden because the value should be a
    date and is not.
    """

    hides: bool = False
    until: datetime | None = None
    ends: datetime | None = None
    undated: bool = False


NOTHING: Final = Verdict()


def verdict_on(key: str, value: Value, zone: ZoneInfo) -> Verdict:
    """What `key: value` means for the post. Dates without an offset are in `zone`."""
    kinds = kinds_of(key)
    if not kinds or value is None:
        return NOTHING
    if any(_HIDES[kind](value) for kind in kinds if kind in _HIDES):
        return Verdict(hides=True)
    if "feed" in kinds and isinstance(value, dict):  # `rss: {enabled: false}`
        inner = (verdict_on(f"{key} {name}", each, zone) for name, each in value.items())
        return next((verdict for verdict in inner if verdict.hides), NOTHING)
    return _timed(value, zone, kinds) if kinds & {"time", "end"} else NOTHING


@lru_cache(maxsize=4096)
def words_of(key: str) -> tuple[str, ...]:
    """The words of a key in lower case, split at case changes, `_`, `-`, spaces and dots.

    Joined words are split as well: `membersonly` gives `members` and `only`.
    """
    parts = _CASE_CHANGE.sub(" ", unicodedata.normalize("NFKC", key))
    return tuple(word for part in _WORD.findall(parts) for word in _joined(part.lower()))


def word(value: Value) -> str:
    """A value for comparison: NFKC, lower case, trimmed; `?` for a list or a map."""
    if not isinstance(value, str):
        return "?"
    return unicodedata.normalize("NFKC", value).strip().lower()


@lru_cache(maxsize=4096)
def kinds_of(key: str) -> frozenset[Kind]:
    """The kinds of restriction that the words of a key express.

    Empty for the keys in KEYS, which have their own rules, and for keys without effect.
    """
    if is_known(key):
        return frozenset()
    words = words_of(key)
    kinds = _kinds(words)
    if not kinds and _WORD.fullmatch(key):  # `WiP`, `aUTH`: capitals inside a word
        kinds = _kinds(_joined(fold(key)))
    return kinds


def names_outlet(key: str) -> bool:
    """True if the key names a part of the page or the site that is not the post."""
    return not _OUTLETS.isdisjoint(words_of(key))


def _joined(text: str) -> tuple[str, ...]:
    """The fewest known words that a text consists of; the text itself if there are none."""
    best: list[tuple[str, ...] | None] = [()]
    for end in range(1, min(len(text), 40) + 1):
        ways = [
            (*before, text[start:end])
            for start in range(max(0, end - 14), end)
            if (before := best[start]) is not None and text[start:end] in _JOINED
        ]
        best.append(min(ways, key=len, default=None))
    return (len(text) <= 40 and best[-1]) or (text,)


def _kinds(words: tuple[str, ...]) -> frozenset[Kind]:
    given = frozenset(words)
    if not _OUTLETS.isdisjoint(given):
        return frozenset()
    kinds: set[Kind] = set()
    if given & _RESTRICTION:
        kinds.add("denial" if given & _NOT else "opening" if given & _OPEN else "restriction")
    if (given & _AUDIENCE and given & _REQUIRED) or _VIEW_PAIRS.intersection(pairwise(words)):
        kinds.add("restriction")
    if given & _FEED:
        kinds |= {"restriction"} if given & _OUT else set()
        kinds |= {"feed"} if given <= _NEUTRAL else set()
    if given & _HIDE and given <= _HIDE | _NEUTRAL:
        kinds.add("hide")
    if given & _SHOW and given <= _SHOW | _NEUTRAL:
        kinds.add("show")
    if given & _NOT and given & (_SHOW | {"list"}) and given <= _NOT | _SHOW | _NEUTRAL:
        kinds.add("restriction")  # `do_not_publish: true`
    if given & _STATE or ("status" in given and given & _STATUS_OF):
        kinds.add("state")
    if given <= _OF_END and (given & _END or _END_PAIRS.intersection(pairwise(words))):
        kinds.add("end")
    elif given & _TIME or _TIME_PAIRS.intersection(pairwise(words)):
        kinds.add("time")
    return frozenset(kinds)


def _leaves(value: Value) -> Iterator[str]:
    """The scalars in a value, also in nested lists and maps, for comparison."""
    return map(word, _texts(value))


def _texts(value: Value) -> Iterator[str]:
    """The scalars in a value, also in nested lists and maps."""
    if isinstance(value, str):
        yield value
    elif value is not None:
        for member in value.values() if isinstance(value, dict) else value:
            yield from _texts(member)


def _is_public(value: Value) -> bool:
    if isinstance(value, list):
        return all(map(_is_public, value))
    if isinstance(value, dict):
        return not value  # its members may mean anything
    return value is None or word(value) in PUBLIC | FALSE | {"", "null"}


def _restricts(value: Value) -> bool:
    return not _is_public(value)


def _does_not_open(value: Value) -> bool:
    """True for any value of `public_access` that is not clearly true."""
    return any(leaf not in _OPENS for leaf in _leaves(value))


def _has_value(value: Value) -> bool:
    """True for any value: `no_access: true` and `not_private: false` both restrict."""
    return any(leaf not in ("", "null") for leaf in _leaves(value))


def _is_false(value: Value) -> bool:
    leaves = () if isinstance(value, dict) else _leaves(value)
    return any(leaf in FALSE for leaf in leaves)


def _is_hidden_state(value: Value) -> bool:
    return any(leaf.lstrip("#") in _HIDDEN_STATE for leaf in _leaves(value))


_HIDES: Final = {
    "restriction": _restricts,
    "opening": _does_not_open,
    "denial": _has_value,
    "hide": _restricts,
    "show": _is_false,
    "state": _is_hidden_state,
    "feed": _is_false,
}


def _timed(value: Value, zone: ZoneInfo, kinds: frozenset[Kind]) -> Verdict:
    """Hidden until the latest date, or from the first one on if the key ends the post.

    Always hidden if a value is `true` or not a date.
    """
    dates = []
    for text in _texts(value):
        leaf = word(text)
        if leaf in TRUE:
            return Verdict(hides=True)
        # `expires: 0` may be a number of days.
        if _is_never(leaf) if "end" in kinds else _is_public(leaf):
            continue
        date = date_of(text, zone)
        if not date:
            return Verdict(hides=True, undated=True)
        dates.append(date)
    if "end" in kinds:
        return Verdict(ends=min(dates, default=None))
    return Verdict(until=max(dates, default=None))


def _is_never(leaf: str) -> bool:
    return leaf != "0" and leaf in FALSE | {"", "null", "none", "never"}
