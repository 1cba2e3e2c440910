"""Gives all markers between a summary and the rest one form that Markdown leaves alone.

CommonMark takes a line that begins with a comment for HTML, so the text behind `<!-- more -->`
on the same line would not be Markdown. Such text goes on a line of its own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from feedsvc.core.markdown.code import CodeSpans

MORE: Final = "<!-- more -->"

_NAMES: Final = (
    r"(?:more|truncate|excerpt|end[ _-]?excerpt|excerpt[ _-]?end|read[ _-]?more"
    r"|(?:teaser_end|end_teaser)(?::[^<>\n]{0,300}?)?|pelican_end_summary)"
)
# The comments of Hexo, Hugo, Jekyll, Zola, Docusaurus, 11ty, Nikola and Pelican. Only WordPress
# has words behind `more`, and then no space before it.
_COMMENT: Final = rf"<!--\s*+{_NAMES}\s*+-->|<!--more[ \t]++[^<>\n]{{1,300}}?-->"
MARKER: Final = re.compile(_COMMENT, re.IGNORECASE)
_MARKER_OR_MDX = re.compile(
    rf"{_COMMENT}|\{{/\*[ \t]*+(?:truncate|more)[ \t]*+\*/\}}", re.IGNORECASE
)
_CUT_OF_PUBL = re.compile(r"^\.{5}$", re.MULTILINE)
# A line may begin inside quotations and list items.
_BEFORE = re.compile(r" {0,3}(?:>[ \t]*+)*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)*+")
_NOT_QUOTED = re.compile(r"[^>\s]")
_REST = re.compile(r"[ \t]*+(?=\S)")


@dataclass(frozen=True, slots=True)
class _Marker:
    start: int
    end: int
    is_own: bool = False


def with_more_markers(
    body: str,
    separator: str = "",
    *,
    is_html: bool = False,
    is_publ: bool = False,
    is_only: bool = False,
) -> str:
    """The body with a comment for each marker, and the text behind it on its own line.

    `separator` is the marker that the post names. If `is_only`, no other counts, as in Jekyll.
    If `is_publ`, a line of five dots is a marker. Code stays unchanged.
    """
    markers = _markers(body, separator.strip(), is_publ=is_publ)
    if not any(each.is_own or _changes(body, each) for each in markers):
        return body
    if not is_html:
        markers = [*_outside_code(body, markers)]
    own = next((each for each in markers if each.is_own), None)
    pieces: list[str] = []
    done = 0
    for each in markers:
        if each.start < done or (each.is_own and each is not own):
            continue
        counts = each is own or own is None or not is_only
        text = _replacement(body, each, is_html=is_html) if counts else ""
        pieces += [body[done : each.start], text]
        done = each.end
    return "".join([*pieces, body[done:]])


def _markers(body: str, separator: str, *, is_publ: bool) -> list[_Marker]:
    """All markers in order. A separator that is no comment is a line of its own."""
    found: list[_Marker] = []
    if "<!--" in body or "{/*" in body:
        found = [_Marker(*each.span()) for each in _MARKER_OR_MDX.finditer(body)]
    if separator and separator in body:
        is_comment = separator.startswith("<")
        around = ("", "") if is_comment else (r"^[ \t]*+", r"[ \t]*+$")
        own = re.compile(re.escape(separator).join(around), re.MULTILINE)
        found += [_Marker(*each.span(), is_own=True) for each in own.finditer(body)]
    if is_publ and "....." in body:
        found += [_Marker(*each.span()) for each in _CUT_OF_PUBL.finditer(body)][:1]
    return sorted(found, key=lambda each: (each.start, not each.is_own))


def _changes(body: str, marker: _Marker) -> bool:
    """True unless Markdown reads the marker and the text behind it as meant."""
    is_comment = MARKER.fullmatch(body, marker.start, marker.end)
    return not is_comment or _line_before(body, marker) is not None


def _line_before(body: str, marker: _Marker) -> str | None:
    """The marks of quotations and lists before a marker with text behind it; None otherwise."""
    if not _REST.match(body, marker.end):
        return None
    before = _BEFORE.match(body, body.rfind("\n", 0, marker.start) + 1, marker.start)
    return before[0] if before and before.end() == marker.start else None


def _outside_code(body: str, markers: list[_Marker]) -> Iterator[_Marker]:
    code = CodeSpans(body)
    for each in markers:
        indent = body[body.rfind("\n", 0, each.start) + 1 : each.start]
        if not code.end_at(each.start) and not indent.startswith(("    ", "\t")):
            yield each


def _replacement(body: str, marker: _Marker, *, is_html: bool) -> str:
    text = body[marker.start : marker.end]
    shown = text if MARKER.fullmatch(text) else MORE
    before = None if is_html else _line_before(body, marker)
    if before is None:
        return shown
    before = _NOT_QUOTED.sub(" ", before)  # the number of a list item is not repeated
    return f"{shown}\n{before.rstrip()}\n{before}"
