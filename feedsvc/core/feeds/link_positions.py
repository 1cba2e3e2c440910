"""Finds where in its file each link to another post is, for messages to the author."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Final
from urllib.parse import unquote

from feedsvc.core.feeds.entries import Entry, SourceLink
from feedsvc.core.feeds.link_index import name_of_file, names_of_target
from feedsvc.core.html.post_targets import post_target
from feedsvc.core.html.source_targets import source_target
from feedsvc.core.markdown.code import CodeSpans

_LINK = re.compile(  # a tag, a wiki link, or the target of a link
    r"(?=[{\[\]hH])"  # a character is found fast
    r"(?:\{%[^%\n]{1,2000}+%\}|\{\{[^{}\n]{1,2000}+\}\}|\[\[[^\[\]\n]{1,300}+\]\]"
    r"|(?:\]\(|\]:|(?i:href)[ \t]{0,9}+=)\s*+(?![<\"']?\{[{%])"
    r"(?P<url><[^<>\n]*+>|\"[^\"\n]*+\"|'[^'\n]*+'|[^\s<>\"')]++))"
)
_WORD = re.compile(r"\"([^\"]++)\"|'([^']++)'|([^\s\"'`=<>{}%|\[\]]++)")
_WIKI = re.compile(r"\[\[([^|]++)")
_LINE = re.compile("\n")
_MARKS: Final = {"<": ">", '"': '"', "'": "'"}


def located(entry: Entry, source: str, *, is_html: bool) -> Entry:
    """The entry with the positions of its unresolved links in the text of its file."""
    if entry.unresolved is None:
        return entry
    positions: dict[str, tuple[int, str]] = {}
    for start, text, names in _links(source, is_html=is_html):
        for name in names:
            positions.setdefault(name, (start, text))
    lines = [0, *(match.end() for match in _LINE.finditer(source))]
    links = tuple(_at(link, positions, lines) for link in entry.unresolved.links)
    return replace(entry, unresolved=replace(entry.unresolved, links=links))


def _at(
    link: SourceLink, positions: dict[str, tuple[int, str]], lines: list[int]
) -> SourceLink:
    for name in (f"={unquote(link.written)}", *_names_of_url(link.written)):
        if name in positions:
            start, text = positions[name]
            line = bisect_right(lines, start)
            return SourceLink(link.written, line, start - lines[line - 1] + 1, text)
    return link


def _links(source: str, *, is_html: bool) -> Iterator[tuple[int, str, list[str]]]:
    """What may be a link: its start, its text, and the names that it may have as a target."""
    code = CodeSpans("" if is_html or "`" not in source else source)
    for match in _LINK.finditer(source):
        if code.end_at(match.start()):
            continue
        url = match["url"]
        if url is None:
            yield match.start(), match[0], _names_in_tag(match[0])
            continue
        start = match.start("url")
        if url[0] in _MARKS:
            start, url = start + 1, url[1:].removesuffix(_MARKS[url[0]])
        written = unescape(url)
        yield start, url, [f"={unquote(written)}", *_names_of_url(written)]


def _names_of_url(written: str) -> list[str]:
    target = source_target(written)
    return [*names_of_target(target, "")] if target else []


def _names_in_tag(text: str) -> list[str]:
    wiki = _WIKI.match(text)
    if wiki:
        words = [wiki[1].removesuffix("]]")]
    else:
        words = ["".join(found) for found in _WORD.findall(text)]
    words = [word.strip(" \\") for word in words]
    written = [
        post_target(word, is_rooted=rooted) for word in words for rooted in (False, True)
    ]
    names = [name_of_file(word.partition("#")[0].strip(" /")) for word in words]
    return [*(f"={unquote(each)}" for each in written), *names]
