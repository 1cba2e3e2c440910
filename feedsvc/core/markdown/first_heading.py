"""The first heading of a body, which is the title of a post without a `title`."""

import re
from dataclasses import dataclass
from typing import Final

from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.markdown.shortcodes import code_spans
from feedsvc.core.text import Ahead, plain

_LINE = re.compile(r"[^\n]*+\n?")
_LONGEST: Final = 2_000  # characters of a heading that is used as a title
_ATX = re.compile(r" {0,3}(#{1,6})[ \t]++(\S.*+)")
_H1 = re.compile(r"<h1(?=[\s/>])", re.IGNORECASE)
_TAG_END = re.compile(">")
_H1_END = re.compile("</h1>", re.IGNORECASE)
_UNDERLINE = re.compile(r" {0,3}(?:=++|--++)[ \t]*+")
_NO_PARAGRAPH = re.compile(
    r"\s|[-*+>#<|=]|\d+[.)]"
)  # a line that begins like this is no paragraph


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its span in the body and its plain text."""

    start: int
    end: int
    words: str


def first_heading(body: str) -> Heading | None:
    """The title heading: the first one of level 1, or one of any level at the start.

    It is written as `# text`, as underlined text or as `<h1>`, outside of code. A later
    heading of a lower level belongs to a section, so it is no title.
    """
    ahead = Ahead(body)
    start_of_text = len(body) - len(body.lstrip())
    alone: re.Match[str] | None = None  # the previous line, if it is a one-line paragraph
    blank = True
    spans = code_spans(body)
    code = next(spans, None)
    for line in _LINE.finditer(body):
        while code and code[1] <= line.start():
            code = next(spans, None)
        if code and code[0] < line.start():
            blank, alone = True, None  # a fence ends a paragraph
            continue
        text = line[0].rstrip("\n")
        underline = _UNDERLINE.fullmatch(text) if alone else None
        if alone and underline and ("=" in text or alone.start() <= start_of_text):
            end = line.start() + len(text)
            return Heading(alone.start(), end, _atx_words(alone[0]))
        first = blank and text.strip() and not _NO_PARAGRAPH.match(text)
        blank, alone = not text.strip(), line if first else None
        atx = _ATX.match(text)
        if atx and (len(atx[1]) == 1 or line.start() <= start_of_text):
            words = _atx_words(atx[2])
            return Heading(line.start(), line.start() + len(text), words)
        h1 = _H1.search(text)
        start = line.start() + h1.start() if h1 else -1
        if h1 and not (code and code[0] <= start < code[1]):
            opened = ahead.next(_TAG_END, start)
            closed = ahead.next(_H1_END, opened.end()) if opened else None
            if opened and closed:
                words = plain(body[opened.end() : closed.start()])
                return Heading(start, closed.end(), words)
    return None


def _atx_words(text: str) -> str:
    text = text.rstrip()
    bare = text.rstrip("#")
    if bare.endswith((" ", "\t")):
        text = bare.rstrip()
    return plain(html_of(f"# {text[:_LONGEST]}"))
