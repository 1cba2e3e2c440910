"""How deep HTML is nested, before the sanitiser sees it: it takes minutes over what is deep.

This follows the rules by which a browser builds its tree (HTML, 13.2.6) as far as they decide
how many elements are open at once. Where it cannot know, it counts more rather than fewer.
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
_MOST_TAGS: Final = 200_000  # what 5 MB of Markdown can make would take a minute
_MOST_TABLES: Final = 10_000
_LONGEST_TAG: Final = 20_000  # where it has many attributes, each is compared with each
_MOST_ATTRIBUTES: Final = 1_000
_FORMATTING: Final = frozenset(
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike"]
) | frozenset(["strong", "tt", "u"])
_ONE: Final = frozenset(["a", "nobr"])  # which HTML never nests
# A start tag of one of these ends the one before it, or nothing can be in it: it cannot nest.
_FLAT: Final = (
    frozenset(["area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li"])
    | frozenset(["link", "meta", "option", "p", "param", "source", "tbody", "td", "tfoot"])
    | frozenset(["th", "thead", "tr", "track", "wbr", "caption", "colgroup"])
)
_IN_TABLES: Final = frozenset(["caption", "tbody", "td", "tfoot", "th", "thead", "tr"])
# No end tag reaches out of one of these: HTML calls it a scope.
_SCOPES: Final = frozenset(["applet", "marquee", "object", "select", "table", "template"])
# An end tag such as </span> reaches out of none of these.
_SPECIAL: Final = (
    _SCOPES
    | frozenset(["address", "article", "aside", "blockquote", "button", "center", "details"])
    | frozenset(["dir", "div", "dl", "fieldset", "figcaption", "figure", "footer", "form"])
    | frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "listing", "main"])
    | frozenset(["menu", "nav", "ol", "pre", "search", "section", "summary", "ul"])
)


def check_depth(rough: str) -> None:
    """Raises TooDeepError for HTML that would keep the sanitiser busy for long."""
    if rough.count("<") > _MOST_TAGS:
        raise TooDeepError(f"the HTML has more than {_MOST_TAGS:,} tags")
    if len(rough) <= _LONGEST_TAG and rough.count("<") <= _MOST_OPEN:
        return
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
    """The elements that are open, the outermost first; formatting is counted by itself."""

    names: list[str] = field(default_factory=list)
    # How often each name is open: since the last scope, and since the last special element.
    scopes: list[dict[str, int]] = field(default_factory=lambda: [{}])
    near: list[dict[str, int]] = field(default_factory=lambda: [{}])
    formatting: int = 0
    most_formatting: int = 0

    @property
    def depth(self) -> int:
        return len(self.names) + self.formatting

    def start(self, name: str) -> None:
        if name in _FORMATTING:
            if name not in _ONE or not self.scopes[-1].get(name):  # or it ends the one before
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
                if other in _FORMATTING:  # it stays open behind the element
                    self.scopes[-1][other] = self.scopes[-1].get(other, 0) + count
        if name in _SPECIAL:
            self.scopes[-1][name] -= 1
            self.near.pop()
        else:
            self.near[-1][name] -= 1
        return name

    def _back_to_table(self) -> None:
        """A new row or cell ends whatever is open in the one before it."""
        if "table" in self.names and not self._in_other_scope():
            while self.names[-1] != "table":
                self._pop()

    def _in_other_scope(self) -> bool:
        inner = next(name for name in reversed(self.names) if name in _SCOPES)
        return inner != "table"
