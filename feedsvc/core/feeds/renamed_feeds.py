"""Feeds that the author renamed or gave up: `aliases`, `redirects.tags` and `feeds.gone`."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from feedsvc.core import addresses
from feedsvc.core.rules import Rules
from feedsvc.core.text import nfc, one_line

_KINDS: Final = ("tags", "categories", "authors", "lang", "filters")


@lru_cache(maxsize=8)
def successors(rules: Rules) -> dict[str, str]:
    """The new feed path for the old feed path of each alias and each redirected tag.

    A feed that is renamed twice has the last name. Names in a circle have no successor.
    """
    tags = {
        addresses.tag_path(one_line(alias)): addresses.tag_path(one_line(name))
        for alias, name in (*rules.tag_aliases, *rules.tag_redirects)
    }
    categories = {
        _category_path(alias): _category_path(name) for alias, name in rules.category_aliases
    }
    renamed = tags | categories
    last = last_names(renamed)
    return {old: last[old] for old in renamed if last.get(old, old) != old}


def last_names(renamed: Mapping[str, str]) -> dict[str, str]:
    """Where each old name leads in the end; without the names that lead into a circle."""
    last: dict[str, str] = {}
    circles: set[str] = set()
    for old in renamed:
        way = dict[str, None]()
        name = old
        while name in renamed and name not in way and name not in last and name not in circles:
            way[name] = None
            name = renamed[name]
        if name in way or name in circles:
            circles.update(way)
        else:
            end = last.get(name, name)
            last.update(dict.fromkeys(way, end))
    return last


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
