"""Finds links to the source files of other posts, whose addresses feedsvc does not know.

feedsvc.core.html.links drops them and keeps their words.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from feedsvc.core.markdown.shortcodes import code_spans

# As feedsvc.core.html.links reads them: Pelican's `{filename}tea.md`, Zola's `@/tea.md`.
_TARGET = re.compile(
    r"(?:\{|%7B)(?:filename|tag|category|author|index|archives)(?:\}|%7D)[^\s()<>\"']*+"
    r"|@/[^\n()<>\"'@]*?\.md[^\s()<>\"']*+",
    re.IGNORECASE,
)
_BEFORE: Final = ("](", "]:", "href=", "src=", "cite=", "poster=")
_LOOK_BACK: Final = 10  # characters between one of these and the target
_MARKS: Final = ("@/", "{", "%7B", "%7b")


def source_links(body: str, *, is_html: bool = False) -> Iterator[tuple[int, int, str]]:
    """The line, the column and the text of each target, except in code of Markdown.

    Line and column count from 0.
    """
    if not any(mark in body for mark in _MARKS):
        return
    targets = [target for target in _TARGET.finditer(body) if _is_linked(body, target.start())]
    spans = [] if is_html or not targets else [*code_spans(body)]
    starts = [start for start, _ in spans]
    line, line_start, counted = 0, 0, 0
    for target in targets:
        start = target.start()
        n = bisect_right(starts, start)
        if n and start < spans[n - 1][1]:
            continue
        line += body.count("\n", counted, start)
        line_start = max(line_start, body.rfind("\n", counted, start) + 1)
        counted = start
        yield line, start - line_start, target[0]


def _is_linked(body: str, start: int) -> bool:
    before = body[max(0, start - _LOOK_BACK) : start].rstrip("< \t\"'").lower()
    return before.endswith(_BEFORE)
