"""Admonitions, folded blocks and tabs of site generators become quotations and `<details>`.

Python-Markdown's `!!!`, `???` and `===`, the `:::` of Docusaurus, VuePress and pandoc, MyST's
directives, pymdownx's `///`, Obsidian's `ad-note` and kramdown's `{: .note }`. Lines that only
look similar stay unchanged.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from feedsvc.core.markdown.admonitions.directives import (
    Directive,
    directive_of_bangs,
    directive_of_colons,
    directive_of_fence,
    directive_of_slashes,
    language_of_fence,
    title_of_class,
    with_options,
)
from feedsvc.core.text import AnyOf

_MARK_LINE = re.compile(
    r"^[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)?+"
    r"(?::::|///|!!!|\?\?\?|===[+!]{0,2}+[ \t]++[\"“]|\{:|(?:`{3}|~{3})[`~]*+(?:\{|ad-))",
    re.MULTILINE,
)
_ANY: Final = AnyOf(":::", "!!!", "???", "===", "{:", "```{", "~~~{", "///", "```ad-", "~~~ad-")
_STARTS: Final = (":::", "!!!", "???", "===", "{:")
_QUOTED = re.compile(r"[ \t]*+> ?")
_FENCE = re.compile(r"(`{3,}+|~{3,}+)[ \t]*+(.*)")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)]|:|\[\^[^\]\n]{1,60}+\]:)(?:[ \t]++|$)")
_RAW = re.compile(r"<(?:(pre|script|style|textarea)\b|!--)", re.IGNORECASE)
_OPTION = re.compile(
    r":[\w-]++:(?=[ \t]|$).*|(?:title|collapse|icon|color|type|open|attrs):(?=[ \t]|$).*"
)
_HEADING = re.compile(r"#{1,6}[ \t]++([^\n]*?)(?:[ \t]++#++)?[ \t]*+")
_TAB = re.compile(r"@tab(?::active)?+[ \t]++([^#]*+).*")
_CLASSES = re.compile(r"\{:[ \t]*+([^{}\n]*+)\}")
_NO_PARAGRAPH: Final = ("#", "```", "~~~", "<")
_DEEPEST: Final = 12  # blocks in blocks; further ones lose their marks
_DEEPEST_QUOTE: Final = 5


@dataclass(frozen=True, slots=True)
class _Block:
    """An open block: how its lines are written, and what ends it.

    Its lines begin at `column`; `bars` stand before them. It ends at a line that is indented
    less than `least`, at a line that is its `closer` or a longer one, or at a blank line if it
    `is_paragraph`. Then `end` is written.
    """

    column: int = 0
    bars: str = ""
    least: int = 0
    closer: str = ""
    end: str = ""
    is_paragraph: bool = False
    is_dropped: bool = False
    has_tabs: bool = False
    item: int = 0  # where the text of the list item begins that it is in


def with_admonitions(markdown: str, generator: str = "") -> str:
    """Markdown whose admonitions are quotations or `<details>`, each with its title.

    The title is strong text on a line of its own. Code stays unchanged. `generator` is that of
    the rules.
    """
    if not _ANY.is_in(markdown) or not _MARK_LINE.search(markdown):
        return markdown
    return "\n".join(_Walk(markdown.split("\n"), generator).lines())


def is_admonition_mark(body: str, start: int, end: int) -> bool:
    """True if kramdown's attributes stand on their own line and mark an admonition."""
    if body[end : end + 1] not in ("", "\n") or title_of_class(body[start:end]) is None:
        return False
    return not body[body.rfind("\n", 0, start) + 1 : start].strip()


class _Walk:
    """One walk through the lines of a text, with a stack of open blocks."""

    def __init__(self, lines: Sequence[str], generator: str, depth: int = 0) -> None:
        self._source = lines
        self._generator = generator
        self._depth = depth
        self._next = _next_texts(lines)
        self._last_closers = {
            text[0]: number
            for number, line in enumerate(lines)
            if (text := line.strip())[:3] in (":::", "///") and not text.strip(text[0])
        }
        self._out: list[str] = []
        self._blocks = [_Block()]
        self._fence = ""  # what ends the code that is open
        self._item = 0  # the column of the text of the list item
        self._fence_item = 0  # and of the one that the code is in
        self._paragraph: int | None = None  # where the lines since the last blank one begin
        self._at = 0

    def lines(self) -> list[str]:
        """The lines, translated."""
        while self._at < len(self._source):
            self._at += 1
            self._line(self._source[self._at - 1])
        self._close(1)
        return self._out

    def _line(self, line: str) -> None:
        text, indent = line.strip(), _indent(line)
        if not text:
            if self._blocks[-1].is_paragraph:
                self._close(len(self._blocks) - 1)
            self._blank()
            return
        self._close_outdented(indent)
        if indent < self._fence_item:  # the list item ends, and its code with it
            self._fence, self._fence_item = "", 0
        if self._fence:
            if _ends_code(self._fence, text, indent - self._fence_item):
                self._fence, self._fence_item = "", 0
        elif indent < self._item + 4:  # else it is code
            self._item = min(self._item, indent)
            if self._opens(text, indent) or self._closes(text) or self._begins(line):
                return
        self._write(line)

    def _opens(self, text: str, indent: int) -> bool:
        """True if the line opens a block, which is done then."""
        if text.startswith(":::"):
            rest = text.lstrip(":")
            is_closed = self._last_closers.get(":", -1) >= self._at
            found = directive_of_colons(rest.strip(), is_closed=is_closed)
            closer = text[: len(text) - len(rest)]
            return found is not None and self._open(found, indent, closer)
        if text.startswith(("!!!", "???", "===")):
            below = self._next[self._at]
            is_last = below == len(self._source)
            has_content = not is_last and _indent(self._source[below]) >= indent + 4
            found = directive_of_bangs(text, self._generator, has_content=has_content)
            return found is not None and self._open(found, indent)
        if text.startswith("///"):
            rest = text.lstrip("/")
            is_closed = self._last_closers.get("/", -1) >= self._at
            found = directive_of_slashes(rest.strip()) if is_closed else None
            return found is not None and self._open(found, indent, text[: -len(rest)])
        if text.startswith("{:"):
            return self._mark(text, indent)
        fence = _FENCE.fullmatch(text)
        found = directive_of_fence(fence[2]) if fence else None
        return fence is not None and found is not None and self._open(found, indent, fence[1])

    def _closes(self, text: str) -> bool:
        """True for a line that closes a block, and for colons that close none."""
        mark = text[0]
        if mark not in ":/`~" or text.strip(mark) or len(text) < 3:
            return False
        closers = {block.closer: n for n, block in enumerate(self._blocks) if block.closer}
        fits = [
            number
            for closer, number in closers.items()
            if closer[0] == mark and (mark == ":" or len(closer) <= len(text))
        ]
        if fits:
            self._close(closers[text] if text in closers else max(fits))
        elif mark == ":":
            self._blank()
        return mark == ":" or bool(fits)

    def _begins(self, line: str) -> bool:
        """Note what begins on a line that is no mark; true if the line is written by then."""
        text, indent = line.strip(), _indent(line)
        if fence := _FENCE.fullmatch(text):
            is_code = fence[1][0] == "~" or "`" not in fence[2]
            self._fence, self._fence_item = (fence[1], self._item) if is_code else ("", 0)
            language = language_of_fence(fence[2])
            if language is not None:
                self._at += len(self._options())
                self._write(" " * indent + fence[1] + language)
                return True
        elif raw := _RAW.match(text):
            end = f"</{raw[1].lower()}>" if raw[1] else "-->"
            self._fence = "" if end in text.lower() else end
        elif text.startswith(">") and self._depth < _DEEPEST_QUOTE:
            return self._quotation(line)
        elif self._blocks[-1].has_tabs and (tab := _TAB.fullmatch(text)):
            self._write_title(Directive("plain", tab[1]))
            return True
        elif item := _ITEM.match(text):
            self._item = indent + min(item.end(), 4)
            if text.startswith(_STARTS, item.end()):
                self._write(" " * indent + item[0].rstrip())
                self._line(" " * self._item + text[item.end() :])
                return True
        return False

    def _quotation(self, line: str) -> bool:
        """Translate the lines of a quotation like a text of its own, if it has a mark."""
        indent, lines = _indent(line), [line]
        for below in self._source[self._at :]:
            if _indent(below) != indent or not below.lstrip().startswith(">"):
                break
            lines.append(below)
        self._at += len(lines) - 1
        inner = [_QUOTED.sub("", each, count=1) for each in lines]
        if any(map(_MARK_LINE.match, inner)):
            inner = _Walk(inner, self._generator, self._depth + 1).lines()
            lines = [" " * indent + f"> {each}".rstrip(" ") for each in inner]
        for each in lines:
            self._write(each)
        return True

    def _open(
        self, directive: Directive, indent: int, closer: str = "", *, is_paragraph: bool = False
    ) -> bool:
        """Open a block. It ends at its closer, or else where its indentation ends."""
        directive = self._complete(directive)
        self._blank()
        if len(self._blocks) > _DEEPEST:
            return bool(closer)
        outer = self._blocks[-1]
        bars = outer.bars + " " * (indent - outer.column)
        column, least = (indent, self._item) if closer else (indent + 4, indent + 4)
        if is_paragraph:
            column, least = indent, 0
        block = _Block(
            column,
            f"{bars}> " if directive.form == "quote" else bars,
            least,
            closer,
            f"{bars}</details>" if directive.is_folded else "",
            is_paragraph,
            outer.is_dropped or directive.form == "dropped",
            directive.has_tabs,
            self._item,
        )
        self._blocks.append(block)
        self._item = column
        self._write_title(directive)
        if directive.text:
            self._emit(directive.text)
            if directive.has_options:
                self._blank()
            else:
                self._close(len(self._blocks) - 1)
        return True

    def _write_title(self, directive: Directive) -> None:
        title = f"<strong>{directive.title}</strong>" if directive.title else ""
        if directive.is_folded:
            self._emit("<details>" if directive.form == "details" else "<details open>")
            self._blank()
        if directive.is_folded and title:
            for line in ("<summary>", title, "</summary>"):
                self._emit(line)
                self._blank()
        elif title:
            self._blank()
            self._emit(title)
            self._blank()

    def _complete(self, directive: Directive) -> Directive:
        """The directive with what the lines below it say."""
        if directive.has_options:
            options = self._options()
            self._at += len(options)
            return with_options(directive, options)
        below = self._next[self._at]
        if directive.may_begin_with_title and below < len(self._source):
            heading = _HEADING.fullmatch(self._source[below].strip())
            if heading:
                self._at = below + 1
                return replace(directive, title=heading[1])
        return directive

    def _options(self) -> Sequence[str]:
        """The lines from here on that are options of a directive."""
        end = self._at
        while end < len(self._source) and _OPTION.fullmatch(self._source[end].strip()):
            end += 1
        return self._source[self._at : end]

    def _mark(self, text: str, indent: int) -> bool:
        """kramdown's attributes mark the block above, or else the block below."""
        title = title_of_class(text)
        if title is None or not _CLASSES.fullmatch(text):
            return False
        if self._paragraph is not None:
            self._quote_written(self._paragraph, title)
            return True
        below = self._source[self._at].strip() if self._at < len(self._source) else ""
        if below.startswith(">"):
            if "-title" in text:
                self._at += 1
                title = below.lstrip("> ")
            if title:
                self._emit(f"> <strong>{title}</strong>")
                self._emit(">")
        elif below and not below.startswith(_NO_PARAGRAPH):
            self._open(Directive("quote", title), indent, is_paragraph=True)
        return True

    def _quote_written(self, start: int, title: str) -> None:
        """Make the block that was just written a quotation with this title."""
        bars = self._blocks[-1].bars
        written = [line[len(bars) :] for line in self._out[start:]]
        if written[0].startswith(_NO_PARAGRAPH):
            return
        if not written[0].startswith(">"):
            written = [f"> {line}" for line in written]
        named = [f"> <strong>{title}</strong>", ">"] if title else []
        self._out[start:] = [bars + line for line in (*named, *written)]
        self._blank()

    def _close_outdented(self, indent: int) -> None:
        for number, block in enumerate(self._blocks):
            if indent < block.least:
                self._close(number)
                return

    def _close(self, number: int) -> None:
        """Close the block with this number, and those in it."""
        while len(self._blocks) > number:
            if self._fence.startswith(("`", "~")):
                while self._out[-1] == self._blocks[-1].bars.rstrip(" "):
                    self._out.pop()
                self._emit(self._fence)
            self._fence, self._fence_item = "", 0
            self._blank()
            block = self._blocks.pop()
            if block.end and not block.is_dropped:
                self._out.append(block.end)
            self._item = block.item
            self._blank()

    def _blank(self) -> None:
        self._paragraph = None
        if not self._blocks[-1].is_dropped:
            self._out.append(self._blocks[-1].bars.rstrip(" "))

    def _emit(self, text: str) -> None:
        if not self._blocks[-1].is_dropped:
            self._out.append(self._blocks[-1].bars + text)

    def _write(self, line: str) -> None:
        if self._paragraph is None:
            self._paragraph = len(self._out)
        self._emit(_dedented(line, self._blocks[-1].column))


def _indent(line: str) -> int:
    space = line[: len(line) - len(line.lstrip(" \t"))]
    return len(space.expandtabs(4)) if "\t" in space else len(space)


def _dedented(line: str, columns: int) -> str:
    """The line without so many columns of the space before it."""
    if not columns:
        return line
    text = line.lstrip(" \t")
    space = line[: len(line) - len(text)]
    if "\t" in space[:columns]:
        space = space.expandtabs(4)
    return space[columns:] + text


def _next_texts(lines: Sequence[str]) -> list[int]:
    """For each line the number of the first one from there on that is not blank."""
    following, after = [len(lines)] * (len(lines) + 1), len(lines)
    for number in range(len(lines) - 1, -1, -1):
        after = number if lines[number].strip() else after
        following[number] = after
    return following


def _ends_code(fence: str, text: str, indent: int) -> bool:
    if fence[0] in "`~":
        return indent < 4 and text.startswith(fence) and not text.strip(fence[0])
    return fence in text.lower()
