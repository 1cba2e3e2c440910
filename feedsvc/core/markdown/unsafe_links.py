"""Finds links and pictures that feedsvc.core.html.links drops because of their scheme.

Their words stay, but the address is lost, so the author is told.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from typing import Final, TypeAlias

from feedsvc.core.html.links import absolute, absolute_file, absolute_picture
from feedsvc.core.html.scanner import attributes_of, tags
from feedsvc.core.html.source_targets import source_target
from feedsvc.core.markdown.code import CodeSpans

# `[words](target)` and `[label]: target`. Most targets begin with https:// or name a path.
_MARKDOWN = re.compile(
    r"\](?P<open>[(:])\s*+(?!https?://|[/#.])"
    r"(?:<(?P<wrapped>[^<>\n]*+)>|(?P<bare>[^\s()<>]++))"
)
_HTML = re.compile(
    r"<[a-z][^<>]*?\s(?:href|src)\s*+=\s*+[\"']?\s*+(?!https?://|[/#.\"'{>])", re.I
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:")
_CONTROLS = re.compile(r"[\x00-\x20]+")
_AUTOLINK = re.compile(r"<((?:javascript|vbscript|data|file):[^\s<>]*+)>", re.I)
_LONGEST_WORDS: Final = 300
_AddressOf: TypeAlias = Callable[[str, str], str | None]
_PAGE: Final = "https://host.invalid/"


def unsafe_links(body: str, *, is_html: bool = False) -> Iterator[tuple[int, int, str]]:
    """The line, the column and the target of each link that is dropped, except in code.

    Line and column count from 0.
    """
    has_tags, found = "<" in body, dict[int, str]()
    if has_tags and not is_html:
        found = {link.start(1): link[1] for link in _AUTOLINK.finditer(body)}
    if has_tags:
        found.update(_in_html(body))
    if not is_html and "]" in body:
        found.update(_in_markdown(body))
    if not found:
        return
    code = CodeSpans("" if is_html else body)
    line, line_start, counted = 0, 0, 0
    for start, target in sorted(found.items()):
        if code.end_at(start):
            continue
        line += body.count("\n", counted, start)
        line_start = max(line_start, body.rfind("\n", counted, start) + 1)
        counted = start
        yield line, start - line_start, target


def _in_markdown(body: str) -> Iterator[tuple[int, str]]:
    for link in _MARKDOWN.finditer(body):
        target = link["wrapped"] or link["bare"] or ""
        if not (":" in target or "&" in target):
            continue
        start = link.start("wrapped") if link["wrapped"] else link.start("bare")
        if link["open"] == ":" and not _begins_line(body, link.start()):
            continue
        is_picture = _is_picture(body, link.start())
        if _is_lost(target, absolute_picture if is_picture else absolute):
            yield start, target


def _begins_line(body: str, end: int) -> bool:
    """True if `[label` before `end` begins its line, so that it may define a reference."""
    line = body[max(body.rfind("\n", 0, end) + 1, end - _LONGEST_WORDS) : end]
    return line.lstrip(" ").startswith("[") and not line.lstrip(" ").startswith("[^")


def _is_picture(body: str, end: int) -> bool:
    start = body.rfind("[", max(0, end - _LONGEST_WORDS), end)
    return start > 0 and body[start - 1] == "!" and "]" not in body[start:end]


def _in_html(body: str) -> Iterator[tuple[int, str]]:
    if not _HTML.search(body):
        return
    for tag in tags(body):
        attributes = attributes_of(tag["inside"])
        for name in ("href", "src"):
            address_of = absolute if name == "href" else absolute_file
            if tag["name"].lower() == "img":
                address_of = absolute_picture
            if name not in attributes or _is_placeholder(attributes):
                continue
            if _is_lost(attributes[name], address_of):
                yield tag.start(), attributes[name]


def _is_placeholder(attributes: Mapping[str, str]) -> bool:
    """True if a script would replace the `src`, as for pictures that are loaded late."""
    is_data = attributes.get("src", "").lstrip()[:5].lower() == "data:"
    return is_data and any(name.startswith("data-") for name in attributes)


def _is_lost(target: str, address_of: _AddressOf) -> bool:
    """True if an address has a scheme that is not allowed, also if it is disguised."""
    bare = _CONTROLS.sub("", unescape(target))
    if not _SCHEME.match(bare) or (address_of is absolute and source_target(bare)):
        return False
    return address_of(_PAGE, bare) is None
