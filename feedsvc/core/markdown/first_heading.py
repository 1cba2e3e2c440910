"""The first heading of a body, which is the title of a post without a `title`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from feedsvc.core.html.hidden import without_closed
from feedsvc.core.markdown.code import code_spans
from feedsvc.core.markdown.inline_text import words_of_free_links
from feedsvc.core.markdown.markdown import html_of
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
    text_start = len(body) - len(body.lstrip())
    paragraph: re.Match[str] | None = None  # the previous line, if it is a one-line paragraph
    is_after_blank = True
    for line, code in _lines(body):
        if code and code[0] < line.start():  # code ends a paragraph
            paragraph, is_after_blank = None, True
            continue
        heading = (
            (_underlined(paragraph, line, text_start) if paragraph else None)
            or _atx(line, text_start)
            or _html_h1(body, line, code, ahead)
        )
        if heading:
            return heading
        text = line[0].rstrip("\n")
        is_paragraph = is_after_blank and text.strip() and not _NO_PARAGRAPH.match(text)
        paragraph, is_after_blank = line if is_paragraph else None, not text.strip()
    return None


def _lines(body: str) -> Iterator[tuple[re.Match[str], tuple[int, int] | None]]:
    """Each line, and the first code that ends after the start of the line."""
    spans = code_spans(body)
    code = next(spans, None)
    for line in _LINE.finditer(body):
        while code and code[1] <= line.start():
            code = next(spans, None)
        yield line, code


def _underlined(
    paragraph: re.Match[str], line: re.Match[str], text_start: int
) -> Heading | None:
    text = line[0].rstrip("\n")
    is_title = "=" in text or paragraph.start() <= text_start
    if not is_title or not _UNDERLINE.fullmatch(text):
        return None
    return Heading(
        paragraph.start(), line.start() + len(text), _plain_text(paragraph[0], line.string)
    )


def _atx(line: re.Match[str], text_start: int) -> Heading | None:
    text = line[0].rstrip("\n")
    atx = _ATX.match(text)
    if atx is None or (len(atx[1]) > 1 and line.start() > text_start):
        return None
    return Heading(line.start(), line.start() + len(text), _plain_text(atx[2], line.string))


def _html_h1(
    body: str, line: re.Match[str], code: tuple[int, int] | None, ahead: Ahead
) -> Heading | None:
    h1 = _H1.search(line[0])
    start = line.start() + h1.start() if h1 else -1
    if h1 is None or (code and code[0] <= start < code[1]):
        return None
    opened = ahead.next(_TAG_END, start)
    closed = ahead.next(_H1_END, opened.end()) if opened else None
    if opened is None or closed is None:
        return None
    return Heading(
        start, closed.end(), plain(without_closed(body[opened.end() : closed.start()]))
    )


def _plain_text(text: str, body: str) -> str:
    """The text of a heading without markup and without closing `#` characters."""
    text = text.rstrip()
    bare = text.rstrip("#")
    if bare.endswith((" ", "\t")):
        text = bare.rstrip()
    html = without_closed(html_of(f"# {text[:_LONGEST]}"))
    return plain(words_of_free_links(html, body) if "[[" in html else html)
