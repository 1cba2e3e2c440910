"""Splits the text of a file into front matter fields, with positions, and the body.

The beginning of the file shows the dialect: YAML (Hexo, Jekyll, Hugo, Obsidian), TOML (Hugo,
Zola), JSON (Hugo, Hexo, 11ty) or Pelican's headers. Handlers of python-frontmatter detect the
opening line. Fixes to python-frontmatter 1.3.0: the body keeps the indent of its first line; an
opening line without a closing one is refused, not ignored; more than three dashes, and Hexo's
form without an opening line, are accepted.
"""

import re
from collections.abc import Callable
from typing import Final

from frontmatter.default_handlers import BaseHandler

from feedsvc.core.frontmatter.header_dialect import header_fields
from feedsvc.core.frontmatter.json_dialect import json_fields, json_object
from feedsvc.core.frontmatter.source import (
    LONGEST,
    Field,
    FrontMatter,
    FrontMatterText,
)
from feedsvc.core.frontmatter.toml_dialect import toml_fields
from feedsvc.core.frontmatter.yaml_dialect import yaml_fields
from feedsvc.core.rules import Dialect
from feedsvc.errors import FrontMatterError

_BLANK_LINES = re.compile(r"(?:[ \t]*+\n)*+[\u200b\u2060\ufeff]*+")  # and invisible characters
_CLOSING_LINE = re.compile(r"^(?:-{3,}+|(?P<json>;{3,}+))[ \t]*+$", re.MULTILINE)
_OBJECT = re.compile(r'\{(?:\s*+["}]|[ \t]*+$)', re.MULTILINE)  # not {{< or {% or {: .class}
_REST_OF_LINE = re.compile(r"[ \t]*+(?:\n|\Z)")
# Without such a key, a lone `---` is a rule or underlines a heading.
_OF_A_POST = re.compile(
    r"^(?:title|date|updated|published|tags?|category|categories|layout|draft|permalink|author"
    r"|slug|urlname|abbrlink)[ \t]*+:",
    re.MULTILINE,
)
_THREE: Final = {"---": "three dashes", "+++": "three pluses", ";;;": "three semicolons"}
_ONE_WORD = re.compile(r"\S++")


class _Marked(BaseHandler):
    """A python-frontmatter handler for one pair of delimiter lines, with our own splitting."""

    def __init__(
        self,
        dialect: Dialect,
        opening: str,
        closing: str,
        read: Callable[[FrontMatterText], dict[str, Field]],
    ) -> None:
        super().__init__(fm_boundary=re.compile(opening + r"[ \t]*+$", re.MULTILINE))
        self.dialect = dialect
        self._closing = re.compile(rf"\n(?:{closing})[ \t]*+$", re.MULTILINE)
        self._read = read

    def split(self, text: str, line: int = 1) -> tuple[str, str]:
        assert self.FM_BOUNDARY is not None  # noqa: S101 - set above; the parent's type is wider
        opening = self.FM_BOUNDARY.match(text)
        assert opening  # noqa: S101 - detected before
        for closing in self._closing.finditer(text, opening.end(), opening.end() + LONGEST):
            if closing[1] in (None, opening[1]):
                source = text[opening.end() + 1 : closing.start() + 1]
                return source, text[closing.end() + 1 :]
        raise FrontMatterText(opening[0], line).fault(
            0,
            "the front matter is never closed"
            if len(text) < LONGEST
            else f"the front matter is not closed within {LONGEST} characters",
            f"end it with a line of {_THREE.get(opening[1], 'the same length')}",
        )

    def fields(self, source: FrontMatterText) -> dict[str, Field]:
        return self._read(source)


_MARKED: Final = (
    _Marked("yaml", r"(-{3,}+)[ \t]*+(?:yaml)?", r"(-{3,}+)|\.{3}", yaml_fields),
    _Marked("toml", r"(\+{3})", r"(\+{3})", toml_fields),
    _Marked("json", r"(;{3,}+)", r"(;{3,}+)", json_fields),
    _Marked("json", r"(-{3,}+)[ \t]*+json", r"(-{3,}+)", json_fields),
    _Marked("toml", r"(-{3,}+)[ \t]*+toml", r"(-{3,}+)", toml_fields),
)


def read_front_matter(text: str, dialect: Dialect = "auto") -> FrontMatter | None:
    """The front matter of a text with `\n` line ends, or None if it has none.

    It begins at the first line that is not blank. Only `dialect` is tried; `auto` tries all.
    Raises FrontMatterError if front matter begins but cannot be read.
    """
    blank = _BLANK_LINES.match(text)
    start = blank.end() if blank else 0
    head = text[start:]
    line = text.count("\n", 0, start) + 1
    for marked in _MARKED:
        if dialect in ("auto", marked.dialect) and marked.detect(head):
            between, body = marked.split(head, line)
            source = FrontMatterText(between, line + 1)
            fields = marked.fields(source)
            body_line = line + between.count("\n") + 2
            return FrontMatter(fields, body, body_line, marked.dialect, tuple(source.repeated))
    if dialect in ("auto", "json") and _OBJECT.match(head):
        source = FrontMatterText(head[:LONGEST], line)
        fields, end = json_object(source, 0)
        rest = _REST_OF_LINE.match(head, end)
        return _front_matter("json", fields, head, rest.end() if rest else end, source)
    return _unopened(head, line, dialect)


def _unopened(head: str, line: int, dialect: Dialect) -> FrontMatter | None:
    """Front matter without an opening line: Hexo's, which has a closing line, or headers.

    A text that is neither is probably not a post. But a text that begins with the key of a post
    is refused, because skipping it would lose a post silently.
    """
    fault: FrontMatterError | None = None
    try:
        front = _closed_only(head, line, dialect)
    except FrontMatterError as error:
        front, fault = None, error
    if front is None and dialect in ("auto", "headers"):
        source = FrontMatterText(head[: LONGEST + 1], line)
        headers = header_fields(source)
        front = headers and _front_matter("headers", headers[0], head, headers[1], source)
    if front is None and fault and (_OF_A_POST.match(head) or head[0] == '"'):
        raise fault
    return front


def _closed_only(head: str, line: int, dialect: Dialect) -> FrontMatter | None:
    """Front matter with only a closing line, which Hexo allows; None if there is none."""
    closing = _CLOSING_LINE.search(head, 0, LONGEST)
    if not closing:
        return None
    source = FrontMatterText(head[: closing.start()], line)
    body, body_line = head[closing.end() + 1 :], line + source.text.count("\n") + 1
    if closing["json"]:
        if dialect not in ("auto", "json") or head[0] != '"':
            return None
        fields = json_fields(source)
        return FrontMatter(fields, body, body_line, "json", tuple(source.repeated))
    if dialect not in ("auto", "yaml") or not _OF_A_POST.search(source.text):
        return None
    fields = yaml_fields(source)
    if not all(_ONE_WORD.fullmatch(key) for key in fields):
        return None  # `Part 1: Tea` is a heading
    return FrontMatter(fields, body, body_line, "yaml", tuple(source.repeated))


def _front_matter(
    dialect: Dialect, fields: dict[str, Field], head: str, end: int, source: FrontMatterText
) -> FrontMatter:
    """The front matter of `head`, of which `source` is the beginning; the body is at `end`."""
    line = source.line + head.count("\n", 0, end)
    return FrontMatter(fields, head[end:], line, dialect, tuple(source.repeated))
