"""Feeds that the author replaced by an alias or gave up: `aliases` and `feeds.gone`."""

from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from feedsvc.core import addresses
from feedsvc.core.rules import Rules
from feedsvc.core.text import nfc, one_line

_KINDS: Final = ("tags", "categories", "authors", "lang")


@lru_cache(maxsize=8)
def successors(rules: Rules) -> dict[str, str]:
    """The new feed path for the feed path of each alias."""
    tags = {
        addresses.tag_path(one_line(alias)): addresses.tag_path(one_line(name))
        for alias, name in rules.tag_aliases
    }
    categories = {
        _category_path(alias): _category_path(name) for alias, name in rules.category_aliases
    }
    return {old: new for old, new in (tags | categories).items() if old != new}


@lru_cache(maxsize=8)
def removed(rules: Rules) -> frozenset[str]:
    """The paths of the feeds that are removed as soon as they have no entries."""
    return frozenset([*successors(rules), *rules.gone])


def feed_path(address: str) -> str | None:
    """The feed path of an address such as `/tags/AI/`; None if no feed can have it."""
    path = nfc(unquote(address)).strip("/")
    kind, _, name = path.partition("/")
    return path if address.startswith("/") and kind in _KINDS and name else None


def _category_path(name: str) -> str:
    return addresses.category_path(tuple(one_line(name).split("/")))
