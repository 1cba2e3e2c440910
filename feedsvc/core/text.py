"""Cleans text for feeds: legal characters, plain text of HTML, summaries."""

import html
import re
import unicodedata
from itertools import islice
from typing import Final

import regex

# XML 1.0 §2.2, production 2, "Char", and its complement.
_LEGAL = re.compile("[\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*+")  # faster
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKUP = re.compile(r"<(?:(?P<comment>!--)|(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*+))")
_TAG_END = re.compile(">")
_COMMENT_END = re.compile("-->")
_NOT_TEXT = {  # elements whose content is not text, and their end tags
    name: re.compile(rf"</{name}\s*+>", re.I)
    for name in ("script", "style", "head", "template")
}
_BLOCKS = frozenset(
    ["p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre"]
) | frozenset(["blockquote", "table", "tr", "td", "th", "hr", "figure", "section"])
_SAFE_TAG = re.compile(r"</?([^\s/>]*+)[^>]*+>")
_GRAPHEME = regex.compile(r"\X")
# Characters that are one grapheme each in any context; most texts have no others.
_SIMPLE = re.compile("[\u0020-\u007e\u3001-\u3029\u4e00-\u9fff\uff01-\uff60“”‘’—…]*")
# Not U+3000 between Chinese words, nor the space before a French question mark.
_SPACE = re.compile(r"[ \t\n\r\x85\u2028\u2029]+")
_ANY_SPACE = re.compile(r"\s{2,}|[^\S \u3000]")
_NOT_SEARCHED: Final = re.match("", "")
_SENTENCE_END = re.compile(r"[.!?…](?=\s|$)|[。！？]")


def legal(text: str) -> str:
    """`text` without the characters that XML 1.0 forbids, such as lone surrogates."""
    return text if _LEGAL.fullmatch(text) else _ILLEGAL.sub("", text)


def one_line(text: str) -> str:
    """`text` on one line, stripped, with legal characters only.

    A run of spaces and line ends becomes one space; U+3000 and other spaces stay.
    """
    if text.isprintable() and "  " not in text:  # printable characters are legal
        return text.strip()
    return _SPACE.sub(" ", legal(text)).strip()


def nfc(text: str) -> str:
    """`text` in Unicode NFC; for names and addresses, never for content."""
    return unicodedata.normalize("NFC", text)


class Ahead:
    """Searches ahead in a text, for the ends of tags and the like.

    A text may have many beginnings without an end. To keep the time linear, no part is searched
    twice for one pattern, so its positions must not decrease from call to call.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._matches: dict[str, re.Match[str] | None] = {}

    def next(self, pattern: re.Pattern[str], position: int) -> re.Match[str] | None:
        """The first match of `pattern` that begins at or after `position`."""
        last = self._matches.get(pattern.pattern, _NOT_SEARCHED)
        if last is None or (last is not _NOT_SEARCHED and last.start() >= position):
            return last
        match = self._matches[pattern.pattern] = pattern.search(self._text, position)
        return match


def plain(markup: str) -> str:
    """The text of an HTML fragment on one line, without tags and with entities decoded."""
    pieces: list[str] = []
    ahead, position = Ahead(markup), 0
    while match := _MARKUP.search(markup, position):
        pieces.append(markup[position : match.start()])
        position, replacement = _end_of_markup(ahead, match)
        pieces.append(replacement)
    pieces.append(markup[position:])
    return _spaced(legal(html.unescape("".join(pieces))))


def _spaced(text: str) -> str:
    """`text` stripped, with one space for each run of white space; a single U+3000 stays."""
    if "\u3000" not in text:
        return " ".join(text.split())  # ten times as fast
    return _ANY_SPACE.sub(" ", text).strip()


def words_of(safe: str) -> str:
    """The text of sanitised HTML, in which only tags have `<` and `>`, on one line."""
    pieces = _SAFE_TAG.split(safe)  # text, the name in a tag, text, ...
    pieces[1::2] = [" " if name in _BLOCKS else "" for name in pieces[1::2]]
    return _spaced(legal(html.unescape("".join(pieces))))


def _end_of_markup(ahead: Ahead, match: re.Match[str]) -> tuple[int, str]:
    """The end of a comment, a tag or an element without text, and its replacement."""
    end = ahead.next(_COMMENT_END if match["comment"] else _TAG_END, match.end())
    if end is None:  # it is text
        return match.end(), match[0]
    if match["comment"]:
        return end.end(), ""
    name = match["name"].lower()
    if name in _NOT_TEXT and not match["end"]:
        closing = ahead.next(_NOT_TEXT[name], end.end())
        if closing:
            return closing.end(), " "
    return end.end(), " " if name in _BLOCKS else ""


def summary_of(text: str, most: int) -> str:
    """At most `most` graphemes of plain `text`.

    It ends after the last sentence that ends in its second half, else after a word, with an
    ellipsis. In text without spaces, such as Chinese, any grapheme may be the last.
    """
    if _SIMPLE.fullmatch(text, 0, most + 1):
        graphemes = list(text[: most + 1])
    else:
        graphemes = [match[0] for match in islice(_GRAPHEME.finditer(text), most + 1)]
    if len(graphemes) <= most:
        return text
    head = "".join(graphemes[:most])
    ends = [match.end() for match in _SENTENCE_END.finditer(head)]
    if ends and ends[-1] > len(head) // 2:
        return head[: ends[-1]]
    head = "".join(graphemes[: most - 1])
    space = head.rfind(" ")
    if space > len(head) // 2:
        head = head[:space]
    return head.rstrip(" ,;:，；：、") + "…"
