"""Finds the code in a Markdown body: fenced blocks, indented blocks and inline code."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Final

from feedsvc.core.text import Ahead

# What can begin code, for patterns with the flag MULTILINE.
OPENERS: Final = (
    r"(?<=\n\n)(?P<indented>(?: {4}|\t)[^\n]*+(?:\n(?: {4}|\t)[^\n]*+)*+)"
    r"|^ {0,3}(?P<fence>`{3,}+|~{3,}+)|(?P<ticks>`++)"
)
_OPENER = re.compile(rf"(?=[ \t`~])(?:{OPENERS})", re.MULTILINE)
_ITEM = re.compile(r"[ \t]|[*+-][ \t]|\d{1,9}[.)][ \t]|\[\^")  # also its further lines
_FENCE_END = re.compile(r"^ {0,3}(`{3,}+|~{3,}+)[ \t]*+$", re.MULTILINE)
_TICKS = re.compile("`++")
_BLANK_LINE = re.compile(r"\n[ \t]*+\n")


class CodeEnds:
    """Where the code of one body ends. The positions must not decrease: see Ahead."""

    def __init__(self, body: str, ahead: Ahead) -> None:
        self._body = body
        self._ahead = ahead

    def end_of(self, opener: re.Match[str]) -> int | None:
        """The end of the code that one of the OPENERS begins; None if it begins no code."""
        if opener["indented"]:
            return None if self.is_in_list(opener.start()) else opener.end()
        fence = opener["fence"]
        if fence:
            line_end = self._body.find("\n", opener.end())
            line_end = len(self._body) if line_end < 0 else line_end
            if fence[0] == "~" or "`" not in self._body[opener.end() : line_end]:
                return self._fence_end(fence, line_end)
        return self._run_end(len(opener[0].lstrip(" ")), opener.end())

    def is_in_list(self, start: int) -> bool:
        """True if indented text after a blank line belongs to a list item, so is no code."""
        line_start = self._body.rfind("\n", 0, start - 2) + 1
        return _ITEM.match(self._body, line_start) is not None

    @cached_property
    def _runs(self) -> dict[int, list[int]]:
        """The positions of runs of backticks by their length."""
        runs: dict[int, list[int]] = {}
        for run in _TICKS.finditer(self._body):
            runs.setdefault(len(run[0]), []).append(run.start())
        return runs

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


def code_spans(body: str) -> Iterator[tuple[int, int]]:
    """The start and the end of each code block and each inline code in a Markdown body."""
    ends, position = CodeEnds(body, Ahead(body)), 0
    while opener := _OPENER.search(body, position):
        end = ends.end_of(opener)
        position = end or (opener.start() + 1 if opener["indented"] else opener.end())
        if end:
            yield opener.start(), end


class CodeSpans:
    """The code of a body, by position."""

    def __init__(self, body: str) -> None:
        self._spans = [*code_spans(body)]
        self._starts = [start for start, _ in self._spans]

    def end_at(self, position: int) -> int:
        """The end of the code that the position is in; 0 if it is in none."""
        n = bisect_right(self._starts, position)
        return self._spans[n - 1][1] if n and position < self._spans[n - 1][1] else 0


def outside_code(pattern: re.Pattern[str], body: str) -> Iterator[re.Match[str]]:
    """Each match of the pattern, except in code."""
    position = 0
    for start, end in [*code_spans(body), (len(body), len(body))]:
        yield from pattern.finditer(body, position, start)
        position = end


def sub_outside_code(
    pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str], body: str
) -> str:
    """The body with each match of the pattern replaced, except in code."""
    pieces: list[str] = []
    done = 0
    for match in outside_code(pattern, body):
        pieces += [body[done : match.start()], replacement(match)]
        done = match.end()
    return "".join([*pieces, body[done:]])
