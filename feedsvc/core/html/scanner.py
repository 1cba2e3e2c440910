"""Where the tags and comments of rough HTML begin and end, as a browser reads them.

A quoted `>` ends no tag, and a tag in a comment is none: whoever looks for `<` and `>` alone is
easily misled. What never ends reaches to the end of the text, so no part is read twice.
"""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from feedsvc.core.text import Ahead

_WS: Final = r" \t\n\f\r"
_COMMENT: Final = r"<!--(?:-?>|[\s\S]*?(?:--!?>|\Z))"
_BOGUS: Final = r"<(?:[!?]|/(?=[^a-zA-Z>]))[^>]*+(?:>|\Z)"
_VALUE: Final = rf""""[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^{_WS}>"'][^{_WS}>]*+|(?=>)"""
_INSIDE: Final = (
    rf"(?:[{_WS}/]++|[^{_WS}/>][^{_WS}/>=]*+(?:[{_WS}]*+=[{_WS}]*+(?:{_VALUE}))?+)*+"
)
_NAME: Final = rf"[a-zA-Z][^{_WS}/>]*+"
_TAG: Final = rf"<(?P<end>/?)(?P<name>{_NAME})(?P<inside>{_INSIDE})(?:>|\Z)"
_TOKEN = re.compile(f"{_COMMENT}|{_BOGUS}|{_TAG}")
_ATTRIBUTE = re.compile(
    rf"""([^{_WS}/>][^{_WS}/>=]*+)"""
    rf"""(?:[{_WS}]*+=[{_WS}]*+(?:"([^"]*+)"?|'([^']*+)'?|([^{_WS}>"'][^{_WS}>]*+)|\Z))?+"""
)
# A browser reads what is in these as text, up to their end tag and whatever it holds.
RAW: Final = frozenset(
    ["iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"]
)
_NEVER_SHOWN: Final = frozenset(["script", "style"])  # not even where no end tag ends it
_VOID: Final = frozenset(["audio", "embed", "img", "plaintext", "source", "video"])
_MOST_TAGS: Final = 100_000  # of those that are looked at one by one
_HALF_OPEN = re.compile(r"<[/!?-]*$")


class TooDeepError(ValueError):
    """HTML that is nested, or otherwise made, so that making it safe would take minutes."""


def tags(rough: str) -> Iterator[re.Match[str]]:
    """Each tag with its groups `end` ("/" or ""), `name` and `inside`; none of a comment."""
    return (token for token in _TOKEN.finditer(rough) if token["name"])


def attributes_of(inside: str) -> dict[str, str]:
    """The attributes between a tag's name and its `>`, entities decoded; the first counts."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(inside):
        found.setdefault(name.lower(), html.unescape(double or single or bare))
    return found


def start_tag(name: str, attributes: Mapping[str, str]) -> str:
    """A start tag with these attributes."""
    written = "".join(f' {key}="{html.escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>"


@dataclass(frozen=True, slots=True)
class Element:
    """An element in its text: from `start` to `end`, what it holds from `opened` to `closed`.

    An element that nothing ends is its start tag alone.
    """

    text: str
    name: str
    attributes: dict[str, str]
    start: int
    opened: int
    closed: int
    end: int

    @property
    def holds(self) -> str:
        """What stands between its two tags."""
        return self.text[self.opened : self.closed]

    def has_class(self, *names: str) -> bool:
        """True where its class attribute holds one of the names."""
        return not set(names).isdisjoint(self.attributes.get("class", "").split())


Rewriter: TypeAlias = Callable[[Element], str | None]


@dataclass(slots=True)
class _Token:
    start: int
    opened: int
    name: str
    is_end: bool
    inside: str
    closed: int  # from here on only what is known to be ended differs from `opened`
    end: int
    partner: int | None = None  # which of the tokens ends it


def rewritten(rough: str, rewriters: Mapping[str, Rewriter]) -> str:
    """`rough` with each element of these names as its rewriter wants it.

    None leaves the tag as it is, and what it holds is looked at next. Nothing that comes out of
    a rewriter is looked at again. Raises TooDeepError where there are too many of them.
    """
    tokens = _tokens(rough, frozenset(rewriters))
    pieces: list[str] = []
    done = 0
    for token in tokens:
        if token.start < done or token.is_end:
            continue
        attributes = attributes_of(token.inside)
        ends = tokens[token.partner] if token.partner is not None else None
        closed, end = (ends.start, ends.opened) if ends else (token.closed, token.end)
        element = Element(rough, token.name, attributes, token.start, token.opened, closed, end)
        instead = rewriters[token.name](element)
        if instead is not None:
            before = rough[done : token.start]
            # Or `<` and what follows the element would become a tag together.
            joint = " " if _HALF_OPEN.search(before[-4:]) else ""
            pieces += [before, joint, instead]
            done = end
    return "".join(pieces) + rough[done:]


def _tokens(rough: str, names: frozenset[str]) -> list[_Token]:
    """The tags of these names in their order; those of one element know each other."""
    pattern = _pattern(names)
    tokens: list[_Token] = []
    opened: dict[str, list[int]] = {name: [] for name in names}
    ahead, position = Ahead(rough), 0
    while (tag := pattern.match(rough, position)) and tag["name"]:
        name, position = tag["name"].lower(), tag.end()
        start, is_end = tag.start("tag"), bool(tag["end"])
        token = _Token(start, position, name, is_end, tag["inside"], position, position)
        if token.is_end:
            if opened[name]:
                tokens[opened[name].pop()].partner = len(tokens)
        elif name in RAW:
            closing = ahead.next(_raw_end(name), position)
            if closing:
                token.closed, token.end = closing.span()
            elif name in _NEVER_SHOWN:
                token.closed = token.end = len(rough)
            position = token.end
        elif name not in _VOID:
            opened[name].append(len(tokens))
        tokens.append(token)
        if len(tokens) > _MOST_TAGS:
            raise TooDeepError(f"more than {_MOST_TAGS} of its tags have to be replaced")
    return tokens


@lru_cache(maxsize=64)
def _pattern(names: frozenset[str]) -> re.Pattern[str]:
    """All up to the next tag of one of the names, and that tag."""
    one = rf"(?!</?(?:{'|'.join(sorted(names))})(?:[{_WS}/>]|\Z))"
    other = _TAG.replace("?P<end>", "").replace("?P<name>", "").replace("?P<inside>", "")
    skipped = rf"(?:[^<]++|{one}(?:{_COMMENT}|{_BOGUS}|{other}|<))*+"
    return re.compile(f"{skipped}(?P<tag>{_TAG})?", re.I)


@lru_cache(maxsize=len(RAW))
def _raw_end(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}(?=[{_WS}/>]){_INSIDE}(?:>|\Z)", re.I)
