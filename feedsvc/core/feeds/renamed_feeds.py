"""Feeds that went away on purpose: those of names that mean another now, and those given up."""

from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from feedsvc.core import addresses
from feedsvc.core.rules import Rules
from feedsvc.core.text import nfc, one_line

_KINDS: Final = ("tags", "categories", "authors", "lang")


@lru_cache(maxsize=8)
def successors(rules: Rules) -> dict[str, str]:
    """The path of the feed that stands for each feed whose name means another by an alias."""
    tags = {
        addresses.tag_path(one_line(name)): addresses.tag_path(one_line(meant))
        for name, meant in rules.tag_aliases
    }
    categories = {
        _category_path(name): _category_path(to) for name, to in rules.category_aliases
    }
    return {old: new for old, new in (tags | categories).items() if old != new}


@lru_cache(maxsize=8)
def removed(rules: Rules) -> frozenset[str]:
    """The paths of the feeds that end when no entry is in them any more."""
    return frozenset([*successors(rules), *rules.gone])


def feed_path(address: str) -> str | None:
    """The path of the feed at an address such as `/tags/AI/`; None where none can be there."""
    path = nfc(unquote(address)).strip("/")
    kind, _, name = path.partition("/")
    return path if address.startswith("/") and kind in _KINDS and name else None


def _category_path(name: str) -> str:
    return addresses.category_path(tuple(one_line(name).split("/")))
