"""Which feeds show a post, and how much of it: the keys `feed` and `feeds`."""

import re
from dataclasses import dataclass
from typing import Final

from feedsvc.core.addresses import raw_name_path
from feedsvc.core.frontmatter import Value
from feedsvc.core.meanings import Fields, Found, shown
from feedsvc.core.privacy import truth

_KINDS: Final = ("site", "tags", "categories", "authors", "languages")
_FOLDERS: Final = ("tags/", "categories/", "authors/", "lang/")
_DOCUMENT = re.compile(r"/(?:atom\.xml|rss\.xml|feed\.json)\Z")


@dataclass(frozen=True, slots=True)
class Showing:
    """`content` is `full`, `summary` or not said; `feeds` are as in Entry, None for all."""

    content: str = ""
    feeds: tuple[str, ...] | None = None


def how_shown(fields: Fields) -> Showing | None:
    """What the post says of it; None where that cannot be read, which hides the post.

    `feed: true | false | full | summary`, jekyll-feed's `feed: {excerpt_only: true}`, and
    `feeds: [site, tags, tags/AI]`.
    """
    content, feeds = "", _feeds(fields)
    for found in fields.all("feed"):
        word = _word(found.value)
        fields.note("feed", found)
        if word in ("full", "summary"):
            content = word
        elif truth(word) is False:
            feeds = ()
        elif truth(word) is None:
            fault = f"{found.name}: {found.shown} is not known, so it hides the post"
            fields.warn("flag", fault, "write feed: true, false, full or summary", found)
            return None
    return Showing(content, feeds)


def _word(value: Value) -> str:
    if isinstance(value, dict):
        only = truth(value.get("excerpt_only")) if len(value) == 1 else None
        return {True: "summary", False: "full", None: "?"}[only]
    return value.strip().lower() if isinstance(value, str) else "?"


def _feeds(fields: Fields) -> tuple[str, ...] | None:
    for found in fields.all("feeds"):
        members = found.value if isinstance(found.value, list) else [found.value]
        if len(members) == 1 and truth(members[0]) is not None:
            return None if truth(members[0]) else ()
        fields.note("feeds", found)
        paths = [path for member in members for path in _paths(fields, found, member)]
        return tuple(dict.fromkeys(paths))
    return None


def _paths(fields: Fields, found: Found, member: Value) -> list[str]:
    """The feeds that a word means: an address may be written as it is or as it is encoded."""
    words = member.strip().strip("/") if isinstance(member, str) else ""
    path = _DOCUMENT.sub("", words)
    if path in _KINDS:
        return [path]
    if path.startswith(_FOLDERS):
        return [path, raw_name_path(path) or path]
    fault = f"{found.name}: {shown(words)} is no feed and is left out"
    cure = "write site, tags, categories, authors, languages or an address such as tags/AI"
    fields.warn("feeds", fault, cure, found)
    return []
