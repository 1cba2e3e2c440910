"""Reads single lines of front matter that is broken as a whole.

One mistake breaks the whole text, but the other lines may still hide the post or date it. See
`salvaged_hiding_key` in core/posts/visibility.py.
"""

import re
from collections.abc import Iterator
from typing import Final

from feedsvc.core.frontmatter.flat_yaml import NOTHING
from feedsvc.core.frontmatter.source import LONGEST, Field

_CLOSING = re.compile(r"^(?:-{3,}+|\+{3}|;{3,}+|\.{3})[ \t]*+$", re.MULTILINE)
_CLOSING_JSON = re.compile(r"^\}[ \t]*+$", re.MULTILINE)
_LIKE_A_KEY = re.compile(r"[ \t\[\]{}\"'#-]|[\w.@-]++[ \t]*+[:=：]")
_BLANK_LINE = re.compile(r"^[ \t]*+$", re.MULTILINE)
_TABLE = re.compile(r"\[{1,2}([\w.-]++)\]{1,2}[ \t]*+")
_MEANS = re.compile("[:=：]")  # the full-width colon of Chinese keyboards breaks YAML
_COMMENT = re.compile(r"(?:^|[ \t])#.*")
_AROUND: Final = " \t{}\"',"


def salvaged_fields(text: str) -> Iterator[tuple[str, Field]]:
    """The `key: value` lines in what is probably the front matter of a text.

    It ends at its closing line, or at the first blank line if there is none. A key in a table,
    or indented below another key, has that name in front: `extra.draft`. A key that is indented
    below an unknown one is `?.draft`.
    """
    table = key = ""
    deep = 0  # lines with a deeper indent belong to `key`
    top = None
    for number, line in enumerate(_head(text), 1):
        words = line.lstrip()
        indent = len(line) - len(words)
        heading = _TABLE.fullmatch(line)
        if heading:
            table, key = f"{heading[1]}.", ""
        if heading or words[:1] in ("", "-", "#"):
            continue
        if key and indent <= deep:
            key = ""
        parts = [words]
        if words[0] in '{"':  # JSON, perhaps several on one line
            parts = [part for part in words.split(",") if part.strip(_AROUND)]
        for part in parts:
            sides = _MEANS.split(part, maxsplit=1)
            if len(sides) < 2:
                continue
            if top is None and words[0] != "{":
                top = indent
            above = key or ("?" if len(parts) > 1 or indent > (top or 0) else "")
            name, value = sides[0].strip(_AROUND), _value(sides[1])
            yield f"{table}{above and above + '.'}{name}", Field(value, number, 1, 1)
            if not key and (value is None or value[:1] in "|>"):
                key, deep = name, indent


def _head(text: str) -> list[str]:
    start = len(text) - len(text.lstrip())
    most = start + LONGEST
    first_end = text.find("\n", start, most)
    if first_end < 0:
        return [text[:most]]
    closing = _CLOSING_JSON if text[start] == "{" else _CLOSING
    end = closing.search(text, first_end, most) or _BLANK_LINE.search(text, first_end + 1, most)
    return _without_body(text[: end.start() if end else most].split("\n"))


def _without_body(lines: list[str]) -> list[str]:
    """The lines before the body, which begins after a blank line, at a line unlike a key."""
    has_begun = may_end = False
    for number, line in enumerate(lines):
        if not line.strip():
            may_end = has_begun
        elif may_end and not _LIKE_A_KEY.match(line):
            return lines[:number]
        has_begun = has_begun or bool(line.strip())
    return lines


def _value(words: str) -> str | None:
    bare = _COMMENT.sub("", words).strip(_AROUND)
    return None if bare in NOTHING else bare
