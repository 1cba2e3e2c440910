"""Finds the tags and comments of rough HTML in the same way as a browser.

A quoted `>` does not end a tag, and comments contain no tags, so a search for `<` and `>` is
not enough. A tag or comment without an end reaches to the end of the text; therefore no part
of the text is read twice.
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
# The content of these elements is text: it ends only at their own end tag.
RAW: Final = frozenset(
    ["iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"]
)
_NEVER_SHOWN: Final = frozenset(["script", "style"])  # not even without an end tag
_VOID: Final = frozenset(["audio", "embed", "img", "plaintext", "source", "video"])
_MOST_TAGS: Final = 100_000  # tags that are looked at one by one
_WITH_ATTRIBUTES = re.compile(
    r"<(?:dialog|datalist|template)"  # these mean something without any attribute
    rf"""|<[a-z][^{_WS}<>/]*+[{_WS}/](?:[^"'>]|"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))*+"""
)
_HALF_OPEN = re.compile(r"<[/!?-]*$")


class TooDeepError(ValueError):
    """HTML that is so deep, or so unusual, that sanitising it would take minutes."""


def tags(rough: str) -> Iterator[re.Match[str]]:
    """Each tag outside of comments, with the groups `end` ("/" or ""), `name`, `inside`."""
    return (token for token in _TOKEN.finditer(rough) if token["name"])


def opened_tags(lowered: str) -> str:
    """The start tags with attributes of rough HTML in small letters, and perhaps more.

    It is short, so that searching in it for the signs of rare elements is fast.
    """
    return " ".join(_WITH_ATTRIBUTES.findall(lowered))


def attributes_of(inside: str) -> dict[str, str]:
    """The attributes of a tag, with entities decoded. The first of two equal names counts."""
    attributes: dict[str, str] = {}
    for name, double_quoted, single_quoted, unquoted in _ATTRIBUTE.findall(inside):
        value = html.unescape(double_quoted or single_quoted or unquoted)
        attributes.setdefault(name.lower(), value)
    return attributes


def start_tag(name: str, attributes: Mapping[str, str]) -> str:
    """A start tag with these attributes, escaped."""
    written = "".join(f' {key}="{html.escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>"


@dataclass(frozen=True, slots=True)
class Element:
    """An element from `start` to `end` of a text; its content is from `opened` to `closed`.

    An element without an end tag consists of its start tag.
    """

    text: str
    name: str
    attributes: dict[str, str]
    start: int
    opened: int
    closed: int
    end: int

    @property
    def inner_html(self) -> str:
        """The content between the start tag and the end tag."""
        return self.text[self.opened : self.closed]

    def has_class(self, *names: str) -> bool:
        """True if its class attribute contains one of the names."""
        return not set(names).isdisjoint(self.attributes.get("class", "").split())


Rewriter: TypeAlias = Callable[[Element], str | None]


@dataclass(slots=True)
class _Token:
    start: int
    opened: int
    name: str
    is_end: bool
    inside: str
    closed: int  # equal to `opened` if the element has no end
    end: int
    end_token: int | None = None  # the index of the token that ends it


def rewritten(rough: str, rewriters: Mapping[str, Rewriter]) -> str:
    """`rough` with each element of these names replaced by the result of its rewriter.

    If a rewriter returns None, the tag stays and the content is searched next. The result of a
    rewriter is not searched. Raises TooDeepError if there are too many elements.
    """
    tokens = _tokens(rough, frozenset(rewriters))
    pieces: list[str] = []
    done = 0
    for token in tokens:
        if token.start < done or token.is_end:
            continue
        attributes = attributes_of(token.inside)
        ends = tokens[token.end_token] if token.end_token is not None else None
        closed, end = (ends.start, ends.opened) if ends else (token.closed, token.end)
        element = Element(rough, token.name, attributes, token.start, token.opened, closed, end)
        replacement = rewriters[token.name](element)
        if replacement is not None:
            before = rough[done : token.start]
            # Otherwise `<` and the text after the element could form a tag.
            joint = " " if _HALF_OPEN.search(before[-4:]) else ""
            pieces += [before, joint, replacement]
            done = end
    return "".join(pieces) + rough[done:]


def _tokens(rough: str, names: frozenset[str]) -> list[_Token]:
    """The tags of these names in order. A start tag knows its end tag."""
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
                tokens[opened[name].pop()].end_token = len(tokens)
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
    """Matches everything up to the next tag of one of the names, and that tag."""
    not_named = rf"(?!</?(?:{'|'.join(sorted(names))})(?:[{_WS}/>]|\Z))"
    # Without groups: Python 3.11 raises SystemError for a group in a possessive repetition.
    other = re.sub(r"\?P<\w+>", "?:", _TAG)
    skipped = rf"(?:[^<]++|{not_named}(?:{_COMMENT}|{_BOGUS}|{other}|<))*+"
    return re.compile(f"{skipped}(?P<tag>{_TAG})?", re.I)


@lru_cache(maxsize=len(RAW))
def _raw_end(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}(?=[{_WS}/>]){_INSIDE}(?:>|\Z)", re.I)
