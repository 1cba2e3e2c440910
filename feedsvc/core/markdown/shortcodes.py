"""Tags of site generators in a body: `{% %}` of Hexo and Jekyll, `{{ }}` of Hugo and Zola.

Known tags become Markdown. Unknown tags are removed and reported, so that subscribers never see
their source. The same walk translates the marks of `dialect_marks`, callouts and tables of
contents. Fenced code and inline code stay unchanged.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from feedsvc.core.markdown.dialect_marks import markdown_of_mark
from feedsvc.core.markdown.generator_tags import (
    is_target_of_link,
    loses_target,
    markdown_of_block,
    markdown_of_tag,
)
from feedsvc.core.markdown.post_targets import in_its_place
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
_ITEM = re.compile(r"[ \t]|[*+-][ \t]|\d{1,9}[.)][ \t]|\[\^")  # also its further lines
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
_MOST_OPENERS: Final = 100_000  # in one body; the text after them stays unchanged
_MOST_WORDS: Final = 2_000  # characters after the name of a tag; a longer one is no tag


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    words: str
    end: int


@dataclass(frozen=True, slots=True)
class _Replacement:
    """The replacement of the text up to `end`; None leaves that text unchanged.

    `reported_tag` is the name of a tag that is unknown, or whose target is lost.
    """

    end: int
    text: str | None = None
    reported_tag: str = ""
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class _Kind:
    """The tags of one generator: opening mark, forms of the name, closing mark."""

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
class RemovedTag:
    """A tag that was removed: an unknown one, or a known one whose target is unknown.

    Line and column count from 0.
    """

    line: int
    column: int
    name: str
    text: str
    is_known: bool = False


class _Scan:
    """One walk through a body from start to end. It looks at no part twice."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._ahead = Ahead(body)

    @cached_property
    def _runs(self) -> dict[int, list[int]]:
        """The positions of runs of backticks by their length."""
        runs: dict[int, list[int]] = {}
        for run in _TICKS.finditer(self._body):
            runs.setdefault(len(run[0]), []).append(run.start())
        return runs

    def code_end(self, opener: re.Match[str]) -> int | None:
        """The end of the code that a fence or backticks begin; None if they begin no code."""
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
        return len(self._body)  # CommonMark: an unclosed fence ends with the document

    def _run_end(self, length: int, position: int) -> int | None:
        starts = self._runs[length]
        n = bisect_left(starts, position)
        if n == len(starts):
            return None
        blank = self._ahead.next(_BLANK_LINE, position)
        # Three backticks can be a fence in a list or quotation; fewer end in their paragraph.
        if length < 3 and blank and blank.start() < starts[n]:
            return None
        return starts[n] + length

    def tag(self, start: int) -> _Tag | None:
        """The tag that begins at `start`, or None. A tag never spans lines."""
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

    def end_tag(self, tag: _Tag, start: int) -> re.Match[str] | None:
        """The end tag of the block that `tag` at `start` begins, or None if it begins none."""
        if self._body.startswith("{%", start):
            pattern = _ENDS.get(tag.name)
        else:
            pattern = _HUGO_ENDS.get(tag.name)
        return self._ahead.next(pattern, tag.end) if pattern else None

    def replacement(self, opener: re.Match[str]) -> _Replacement:
        """The replacement of the tag, mark or code that begins with the opener."""
        start = opener.start()
        if opener["tag"]:
            return self._tag_replacement(start) or _Replacement(opener.end())
        if opener["indented"]:
            return _Replacement(start + 1 if self._in_list(start) else opener.end())
        if opener["contents"]:
            return _Replacement(opener.end(), "")
        if opener["callout"]:
            return _Replacement(opener.end(), _callout(opener))
        if opener["mark"]:
            mark = markdown_of_mark(self._body, start, self._ahead)
            return _Replacement(mark[1], mark[0]) if mark else _Replacement(opener.end())
        return _Replacement(self.code_end(opener) or opener.end())

    def _in_list(self, start: int) -> bool:
        """True if indented text after a blank line belongs to a list item, so is no code."""
        line_start = self._body.rfind("\n", 0, start - 2) + 1
        return _ITEM.match(self._body, line_start) is not None

    def _tag_replacement(self, start: int) -> _Replacement | None:
        tag = self.tag(start)
        if tag is None:
            return None
        closing = self.end_tag(tag, start)
        if closing:
            content = self._body[tag.end : closing.start()]
            block = markdown_of_block(tag.name, tag.words, content)
            return _Replacement(closing.end(), block)
        markdown = markdown_of_tag(tag.name, tag.words)
        if markdown is None:
            return _Replacement(tag.end, "", tag.name)
        if markdown and is_target_of_link(tag.name, markdown):
            markdown = in_its_place(markdown, tag.words.strip(" \"'"), self._body, start)
        is_lost = loses_target(tag.name, markdown)
        return _Replacement(tag.end, markdown, tag.name if is_lost else "", is_known=is_lost)


def code_spans(body: str) -> Iterator[tuple[int, int]]:
    """The start and the end of each fenced block and each inline code in a Markdown body."""
    scan, position = _Scan(body), 0
    while opener := _OPENER.search(body, position):
        end = scan.code_end(opener) if opener["fence"] or opener["ticks"] else None
        position = end or opener.end()
        if end:
            yield opener.start(), end


def without_shortcodes(body: str) -> tuple[str, tuple[RemovedTag, ...]]:
    """The body with known tags as Markdown, and the tags to report."""
    if not any(mark[0] in body and mark in body for mark in _ANY):  # a character is found fast
        return body, ()
    removed: list[RemovedTag] = []
    pieces: list[str] = []
    scan, done, position, line, line_start, counted = _Scan(body), 0, 0, 0, 0, 0
    for _ in range(_MOST_OPENERS):
        opener = _OPENER.search(body, position)
        if opener is None:
            break
        start, replacement = opener.start(), scan.replacement(opener)
        position = replacement.end
        if replacement.text is None:
            continue
        pieces += [body[done:start], replacement.text]
        done = position
        if replacement.reported_tag:
            lines = body.count("\n", counted, start)
            line += lines
            line_start = body.rfind("\n", counted, start) + 1 if lines else line_start
            counted = start
            text = body[start : replacement.end]
            name, is_known = replacement.reported_tag, replacement.is_known
            removed.append(RemovedTag(line, start - line_start, name, text, is_known))
    pieces.append(body[done:])
    return "".join(pieces), tuple(removed)


def _callout(callout: re.Match[str]) -> str:
    """The first line of a callout as a title line in the quotation."""
    title = callout["title"].strip() or callout["kind"].capitalize()
    bars = callout["callout"]
    return f"{bars}**{title}**\n{bars}"
