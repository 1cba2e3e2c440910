"""Text that any feed can carry: legal characters, plain words, summaries that end well."""

import html
import re
import unicodedata
from itertools import islice
from typing import Final

import regex

# XML 1.0, production 2 "Char" (REQUIREMENTS X1); a class of what is *not* allowed.
_LEGAL = re.compile(
    "[\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*+"
)  # the faster test
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKUP = re.compile(r"<(?:(?P<comment>!--)|(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*+))")
_TAG_END = re.compile(">")
_COMMENT_END = re.compile("-->")
_NOT_TEXT = {  # whose content is no text, and where each ends
    name: re.compile(rf"</{name}\s*+>", re.I)
    for name in ("script", "style", "head", "template")
}
_BLOCKS = frozenset(
    ["p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre"]
) | frozenset(["blockquote", "table", "tr", "td", "th", "hr", "figure", "section"])
_SAFE_TAG = re.compile(r"</?([^\s/>]*+)[^>]*+>")
_GRAPHEME = regex.compile(r"\X")
# Characters that are a grapheme each, whatever stands beside them: most of all text.
_SIMPLE = re.compile("[\u0020-\u007e\u3001-\u3029\u4e00-\u9fff\uff01-\uff60“”‘’—…]*")
# Not the wide space between Chinese words, nor the one before a French question mark.
_SPACE = re.compile(r"[ \t\n\r\x85\u2028\u2029]+")
_ANY_SPACE = re.compile(r"\s{2,}|[^\S \u3000]")
_NOT_ASKED: Final = re.match("", "")
_SENTENCE_END = re.compile(r"[.!?…](?=\s|$)|[。！？]")


def legal(text: str) -> str:
    """`text` without the characters that XML 1.0 forbids (lone surrogates among them)."""
    return text if _LEGAL.fullmatch(text) else _ILLEGAL.sub("", text)


def one_line(text: str) -> str:
    """`text` on one line: legal characters, runs of spaces and line ends one space.

    There is no white space at its ends; U+3000 and other spaces within stay as written.
    """
    if text.isprintable() and "  " not in text:  # then all its characters are legal
        return text.strip()
    return _SPACE.sub(" ", legal(text)).strip()


def nfc(text: str) -> str:
    """`text` in Unicode's composed form: for names and addresses only, never for content."""
    return unicodedata.normalize("NFC", text)


class Ahead:
    """Looks ahead in a text for what ends something.

    A text may hold many beginnings without an end, so no part of it is searched twice: the
    positions asked for, of one pattern, must not go back.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: dict[str, re.Match[str] | None] = {}

    def next(self, pattern: re.Pattern[str], position: int) -> re.Match[str] | None:
        """The first match of `pattern` that begins at `position` or behind it."""
        known = self._found.get(pattern.pattern, _NOT_ASKED)
        if known is None or (known is not _NOT_ASKED and known.start() >= position):
            return known
        found = self._found[pattern.pattern] = pattern.search(self._text, position)
        return found


def plain(markup: str) -> str:
    """The words of an HTML fragment on one line, tags left out and entities decoded."""
    pieces: list[str] = []
    ahead, position = Ahead(markup), 0
    while found := _MARKUP.search(markup, position):
        pieces.append(markup[position : found.start()])
        end, instead = _end_of_markup(ahead, found)
        pieces.append(instead)
        position = end
    pieces.append(markup[position:])
    return _spaced(legal(html.unescape("".join(pieces))))


def _spaced(text: str) -> str:
    """Runs of white space one space, none at the ends; a single U+3000 stays."""
    if "\u3000" not in text:
        return " ".join(text.split())  # ten times as fast
    return _ANY_SPACE.sub(" ", text).strip()


def words_of(safe: str) -> str:
    """The words of sanitised HTML, in which `<` and `>` are of tags only, on one line."""
    pieces = _SAFE_TAG.split(safe)  # text, the name in a tag, text, ...
    pieces[1::2] = [" " if name in _BLOCKS else "" for name in pieces[1::2]]
    return _spaced(legal(html.unescape("".join(pieces))))


def _end_of_markup(ahead: Ahead, found: re.Match[str]) -> tuple[int, str]:
    """Where a comment, a tag or an element without text ends, and what stands for it."""
    end = ahead.next(_COMMENT_END if found["comment"] else _TAG_END, found.end())
    if end is None:  # it is text
        return found.end(), found[0]
    if found["comment"]:
        return end.end(), ""
    name = found["name"].lower()
    if name in _NOT_TEXT and not found["end"]:
        closing = ahead.next(_NOT_TEXT[name], end.end())
        if closing:
            return closing.end(), " "
    return end.end(), " " if name in _BLOCKS else ""


def summary_of(text: str, most: int) -> str:
    """At most `most` graphemes of plain `text`.

    It ends behind a sentence where one ends in the second half of what fits, else behind a
    word with an ellipsis. Chinese has no spaces, so there any grapheme may be the last.
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
