"""Tags of other generators in a body: Hexo's and Jekyll's `{% %}`, Hugo's and Zola's `{{ }}`.

Those that are known become Markdown, any other is removed and named (REQUIREMENTS X5): a reader
never sees one raw. So do the marks of `feedsvc.core.marks`, callouts and tables of contents.
Fenced and inline code is left as it stands.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from feedsvc.core.markdown.dialect_marks import shown_mark
from feedsvc.core.markdown.generator_tags import shown_block, shown_tag
from feedsvc.core.text import Ahead

_OPENER = re.compile(
    r"(?<=\n\n)(?P<indented>(?: {4}|\t)[^\n]*+(?:\n(?: {4}|\t)[^\n]*+)*+)"
    r"|^ {0,3}(?P<fence>`{3,}+|~{3,}+)|(?P<ticks>`++)|(?P<tag>\{%|\{\{)"
    r"|^(?P<contents>[ ]{0,3}(?:\[TOC\]|\[\[_?TOC_?\]\]|@\[TOC\](?:\([^()\n]*+\))?)[ \t]*+$"
    r"|(?:[*+-]|1\.)[ \t][^\n]*+\n[ \t]*+\{:[ \t]*+toc[^{}\n]*+\})"
    r"|^(?P<callout>(?:[ ]{0,3}>)++[ ]?)\[!(?P<kind>[\w-]++)\][+-]?(?P<title>.*+)"
    r"|(?P<mark>\{:|!?\[\[|%%|\\{1,2}[(\[])",
    re.MULTILINE | re.IGNORECASE,
)
_ITEM = re.compile(r"[ \t]|[*+-][ \t]|\d{1,9}[.)][ \t]|\[\^")  # or a line inside one
_ANY: Final = ("{%", "{{", "{:", "[[", "%%", "[!", "\\(", "\\[", "[toc]", "[TOC]")
_FENCE_END = re.compile(r"^ {0,3}(`{3,}+|~{3,}+)[ \t]*+$", re.MULTILINE)
_TICKS = re.compile("`++")
_BLANK_LINE = re.compile(r"\n[ \t]*+\n")
_HEXO = re.compile(r"\{%-?+\s*+([A-Za-z_]\w*+)")
_HEXO_END = re.compile(r"%\}")
_HUGO = re.compile(r"\{\{[<%]\s*+(/?+\s*+[A-Za-z_][\w./-]*+)")
_LIQUID = re.compile(r"\{\{-?+\s*+((?:site|page)\.[\w.-]++)(?=\s|\||-?\})")
_LIQUID_PATH = re.compile(
    r"\{\{-?+\s*+(?=[\"'][^\"'\n{}]*+[\"']\s*+\|\s*+(?:relative|absolute)_url\b)()"
)
_ZOLA = re.compile(r"\{\{-?+\s*+([A-Za-z_]\w*+)\((?=\s*+(?:\)|[A-Za-z_]\w*+\s*+=))")
_LIQUID_END = re.compile(r"-?\}\}")
_HUGO_END = re.compile(r"[>%]\}\}")
_ENDS: Final = {
    name: re.compile(rf"\{{%-?+\s*+end{name}\s*+-?%\}}")
    for name in (
        *("raw", "codeblock", "code", "blockquote", "quote", "pullquote"),
        *("highlight", "comment", "cq", "centerquote"),
    )
}
_HUGO_ENDS: Final = {
    name: re.compile(rf"\{{\{{[<%]\s*+/\s*+{name}\s*+[>%]\}}\}}")
    for name in ("highlight", "raw", "rawhtml", "quote", "blockquote")
}
_BARE_WORD = re.compile(r"[^ \t\r\n]+")
_MOST_OPENERS: Final = 100_000  # in one body; what stands behind so many stays as it is
_MOST_WORDS: Final = 2_000  # characters of one tag behind its name; with more it is no tag


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    words: str
    end: int


@dataclass(frozen=True, slots=True)
class _Found:
    """Something that ends at `end`; None is shown for what stays as it is."""

    end: int
    instead: str | None = None
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class _Kind:
    """Tags of one generator: how they begin, what their name is, how they end."""

    mark: str
    forms: tuple[re.Pattern[str], ...]
    end: re.Pattern[str]


_KINDS: Final = (
    _Kind("{%", (_HEXO,), _HEXO_END),
    _Kind("{{<", (_HUGO,), _HUGO_END),
    _Kind("{{%", (_HUGO,), _HUGO_END),
    _Kind("{{", (_LIQUID, _LIQUID_PATH, _ZOLA), _LIQUID_END),
)


@dataclass(frozen=True, slots=True)
class Removed:
    """A tag that is left out since nobody knows it; line and column count from 0."""

    line: int
    column: int
    name: str
    text: str


class _Scan:
    """One walk through a body, from its start to its end; no part is looked at twice."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._ahead = Ahead(body)

    @cached_property
    def _runs(self) -> dict[int, list[int]]:
        """Where the runs of backticks begin, by their length."""
        runs: dict[int, list[int]] = {}
        for run in _TICKS.finditer(self._body):
            runs.setdefault(len(run[0]), []).append(run.start())
        return runs

    def code_end(self, opener: re.Match[str]) -> int | None:
        """Where the code ends that the fence or the backticks begin; None if it is none."""
        fence = opener["fence"]
        if fence:
            line_end = self._body.find("\n", opener.end())
            line_end = len(self._body) if line_end < 0 else line_end
            if fence[0] == "~" or "`" not in self._body[opener.end() : line_end]:
                return self._fence_end(fence, line_end)
        return self._run_end(len(opener[0].lstrip(" ")), opener.end())

    def _fence_end(self, fence: str, position: int) -> int:
        for closing in _FENCE_END.finditer(self._body, position):
            if closing[1].startswith(fence):
                return closing.end()
        return len(self._body)  # CommonMark: what is never closed ends with the document

    def _run_end(self, length: int, position: int) -> int | None:
        starts = self._runs[length]
        n = bisect_left(starts, position)
        if n == len(starts):
            return None
        blank = self._ahead.next(_BLANK_LINE, position)
        # Three ticks may be a fence inside a list or a quotation; fewer end with a paragraph.
        if length < 3 and blank and blank.start() < starts[n]:
            return None
        return starts[n] + length

    def tag(self, start: int) -> _Tag | None:
        """The tag that begins at `start`, if one does; it stands on one line."""
        kind = next(kind for kind in _KINDS if self._body.startswith(kind.mark, start))
        opening = next(
            filter(None, (form.match(self._body, start) for form in kind.forms)), None
        )
        if opening is None:
            return None
        closing = self._ahead.next(kind.end, opening.end())
        if closing is None or closing.start() - opening.end() > _MOST_WORDS:
            return None
        words = self._body[opening.end() : closing.start()]
        if "\n" in words:
            return None
        if kind.mark == "{%":
            words = words.removesuffix("-")
        else:
            words = words.rstrip().removesuffix("/")
            words = words.removesuffix(")") if opening[0].endswith("(") else words
        return _Tag(opening[1].lstrip("/ "), words, closing.end())

    def inside(self, tag: _Tag, start: int) -> re.Match[str] | None:
        """The end tag of the block that `tag` at `start` begins, if it begins one."""
        if self._body.startswith("{%", start):
            pattern = _ENDS.get(tag.name)
        else:
            pattern = _HUGO_ENDS.get(tag.name)
        return self._ahead.next(pattern, tag.end) if pattern else None

    def found(self, opener: re.Match[str]) -> _Found:
        """What stands for that which begins with the opener, and where it ends."""
        start = opener.start()
        if opener["tag"]:
            return self._found_tag(start) or _Found(opener.end())
        if opener["indented"]:
            return _Found(start + 1 if self._in_list(start) else opener.end())
        if opener["contents"]:
            return _Found(opener.end(), "")
        if opener["callout"]:
            return _Found(opener.end(), _callout(opener))
        if opener["mark"]:
            mark = shown_mark(self._body, start, self._ahead)
            return _Found(mark[1], mark[0]) if mark else _Found(opener.end())
        return _Found(self.code_end(opener) or opener.end())

    def _in_list(self, start: int) -> bool:
        """True where what is indented behind a blank line belongs to an item: no code."""
        line_start = self._body.rfind("\n", 0, start - 2) + 1
        return _ITEM.match(self._body, line_start) is not None

    def _found_tag(self, start: int) -> _Found | None:
        tag = self.tag(start)
        if tag is None:
            return None
        closing = self.inside(tag, start)
        if closing:
            inside = self._body[tag.end : closing.start()]
            return _Found(closing.end(), shown_block(tag.name, tag.words, inside))
        instead = shown_tag(tag.name, tag.words)
        return _Found(tag.end, instead or "", tag.name if instead is None else "")


def code_spans(body: str) -> Iterator[tuple[int, int]]:
    """Where each fenced block and each inline code of a Markdown body begins and ends."""
    scan, position = _Scan(body), 0
    while opener := _OPENER.search(body, position):
        end = scan.code_end(opener) if opener["fence"] or opener["ticks"] else None
        position = end or opener.end()
        if end:
            yield opener.start(), end


def without_shortcodes(body: str) -> tuple[str, tuple[Removed, ...]]:
    """The body with known tags as Markdown, and each tag that was removed."""
    if not any(mark[0] in body and mark in body for mark in _ANY):  # one letter is found fast
        return body, ()
    removed: list[Removed] = []
    pieces: list[str] = []
    scan, done, position, line, line_start, counted = _Scan(body), 0, 0, 0, 0, 0
    for _ in range(_MOST_OPENERS):
        opener = _OPENER.search(body, position)
        if opener is None:
            break
        start, found = opener.start(), scan.found(opener)
        position = found.end
        if found.instead is None:
            continue
        pieces += [body[done:start], found.instead]
        done = position
        if found.unknown:
            lines = body.count("\n", counted, start)
            line += lines
            line_start = body.rfind("\n", counted, start) + 1 if lines else line_start
            counted = start
            text = body[start : found.end]
            removed.append(Removed(line, start - line_start, found.unknown, text))
    pieces.append(body[done:])
    return "".join(pieces), tuple(removed)


def _callout(callout: re.Match[str]) -> str:
    """The first line of a callout as a title of its own in the quotation."""
    title = callout["title"].strip() or callout["kind"].capitalize()
    bars = callout["callout"]
    return f"{bars}**{title}**\n{bars}"
