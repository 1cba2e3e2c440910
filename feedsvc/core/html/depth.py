"""Refuses HTML that is nested so deeply that the sanitiser would need minutes for it.

It follows the tree construction of the HTML standard (section 13.2.6) as far as that decides
how many elements are open. If it cannot know, it counts too many rather than too few.
"""

from dataclasses import dataclass, field
from typing import Final

from feedsvc.core.html.scanner import (
    TooDeepError,
    attributes_of,
    tags,
)

_DEEPEST: Final = 400
_MOST_OPEN: Final = 50
_MOST_TAGS: Final = 200_000  # 5 MB of Markdown can make so many that nh3 needs a minute
_MOST_TABLES: Final = 10_000
_LONGEST_TAG: Final = 20_000  # nh3 compares each attribute of a tag with each other
_MOST_ATTRIBUTES: Final = 1_000
_FORMATTING: Final = frozenset(
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike"]
) | frozenset(["strong", "tt", "u"])
_ONE: Final = frozenset(["a", "nobr"])  # HTML never nests these
# These cannot nest: a start tag ends the previous element, or the element is void.
_FLAT: Final = (
    frozenset(["area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li"])
    | frozenset(["link", "meta", "option", "p", "param", "source", "tbody", "td", "tfoot"])
    | frozenset(["th", "thead", "tr", "track", "wbr", "caption", "colgroup"])
)
_IN_TABLES: Final = frozenset(["caption", "tbody", "td", "tfoot", "th", "thead", "tr"])
# No end tag inside one of these ends an element outside it: "scope" in the HTML standard.
_SCOPES: Final = frozenset(["applet", "marquee", "object", "select", "table", "template"])
# An end tag such as </span> inside one of these ends no element outside it: "special".
_SPECIAL: Final = (
    _SCOPES
    | frozenset(["address", "article", "aside", "blockquote", "button", "center", "details"])
    | frozenset(["dir", "div", "dl", "fieldset", "figcaption", "figure", "footer", "form"])
    | frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "listing", "main"])
    | frozenset(["menu", "nav", "ol", "pre", "search", "section", "summary", "ul"])
)


def check_depth(rough: str) -> None:
    """Raise TooDeepError for HTML that the sanitiser could not clean in a short time."""
    most_tags = rough.count("<")
    if most_tags > _MOST_TAGS:
        raise TooDeepError(f"the HTML has more than {_MOST_TAGS:,} tags")
    if len(rough) <= _LONGEST_TAG and most_tags - rough.count("</") <= _MOST_OPEN:
        return  # even if none of the start tags is ended
    opened, tables = _Open(), 0
    for tag in tags(rough):
        name, inside = tag["name"].lower(), tag["inside"]
        if len(inside) > _LONGEST_TAG and len(attributes_of(inside)) > _MOST_ATTRIBUTES:
            raise TooDeepError(f"a tag has more than {_MOST_ATTRIBUTES} attributes")
        if tag["end"]:
            opened.end(name)
            continue
        tables += name == "table"
        opened.start(name)
        if opened.depth > _DEEPEST:
            raise TooDeepError(f"the HTML is nested more than {_DEEPEST} deep")
    if opened.most_formatting > _MOST_OPEN:
        raise TooDeepError(f"more than {_MOST_OPEN} tags such as <b> are open at once")
    if tables > _MOST_TABLES:
        raise TooDeepError(f"there are more than {_MOST_TABLES} tables")


@dataclass(slots=True)
class _Open:
    """The open elements, outermost first. Formatting elements are only counted."""

    names: list[str] = field(default_factory=list)
    # How often each name is open, within each open scope and each open special element.
    scopes: list[dict[str, int]] = field(default_factory=lambda: [{}])
    near: list[dict[str, int]] = field(default_factory=lambda: [{}])
    formatting: int = 0
    most_formatting: int = 0

    @property
    def depth(self) -> int:
        return len(self.names) + self.formatting

    def start(self, name: str) -> None:
        if name in _FORMATTING:
            if name not in _ONE or not self.scopes[-1].get(name):  # ends the previous one
                self._format(name, 1)
        elif name in _IN_TABLES:
            self._back_to_table()
        elif name not in _FLAT:
            self._open(name)

    def end(self, name: str) -> None:
        if name in _FORMATTING:
            if self.scopes[-1].get(name):
                self._format(name, -1)
        elif name in _SCOPES:
            if name in self.names:
                self._close(name)
        elif name in _SPECIAL:
            if self.scopes[-1].get(name):
                self._close(name)
        elif self.near[-1].get(name):
            self._close(name)

    def _format(self, name: str, step: int) -> None:
        self.scopes[-1][name] = self.scopes[-1].get(name, 0) + step
        self.formatting += step
        self.most_formatting = max(self.most_formatting, self.formatting)

    def _open(self, name: str) -> None:
        self.names.append(name)
        if name in _SPECIAL:
            self.scopes[-1][name] = self.scopes[-1].get(name, 0) + 1
            self.near.append({})
        else:
            self.near[-1][name] = self.near[-1].get(name, 0) + 1
        if name in _SCOPES:
            self.scopes.append({})

    def _close(self, name: str) -> None:
        while self._pop() != name:
            pass

    def _pop(self) -> str:
        name = self.names.pop()
        if name in _SCOPES:
            for other, count in self.scopes.pop().items():
                if other in _FORMATTING:  # it stays open after the element
                    self.scopes[-1][other] = self.scopes[-1].get(other, 0) + count
        if name in _SPECIAL:
            self.scopes[-1][name] -= 1
            self.near.pop()
        else:
            self.near[-1][name] -= 1
        return name

    def _back_to_table(self) -> None:
        """A new row or cell closes everything that is open in the previous one."""
        if "table" in self.names and not self._in_other_scope():
            while self.names[-1] != "table":
                self._pop()

    def _in_other_scope(self) -> bool:
        inner = next(name for name in reversed(self.names) if name in _SCOPES)
        return inner != "table"
