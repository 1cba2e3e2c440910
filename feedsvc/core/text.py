"""Text that any feed can carry: legal characters, plain words, summaries that end well."""

import html
import re
import unicodedata
from itertools import islice

import regex

# XML 1.0, production 2 "Char" (REQUIREMENTS X1); a class of what is *not* allowed.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_TEXT = re.compile(r"<(script|style|head|template)\b[^>]*>.*?</\1\s*>", re.S | re.I)
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|br|li|ul|ol|h[1-6]|pre|blockquote|table|tr|td|th|hr|figure|section)\b[^>]*>",
    re.I,
)
_TAG = re.compile(r"<!--.*?-->|</?[a-zA-Z][^>]*>", re.S)
_CONTROLS = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r")
_RARE = re.compile(b"\xed[\xa0-\xbf]|\xef\xbf[\xbe\xbf]")  # surrogates, U+FFFE, U+FFFF
_GRAPHEME = regex.compile(r"\X")
# Characters that are a grapheme each, whatever stands beside them: most of all text.
_SIMPLE = re.compile("[\u0020-\u007e\u3001-\u3029\u4e00-\u9fff\uff01-\uff60“”‘’—…]*")
_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[.!?…](?=\s|$)|[。！？]")


def legal(text: str) -> str:
    """`text` without the characters that XML 1.0 forbids (lone surrogates among them)."""
    encoded = text.encode("utf-8", "surrogatepass")
    # Hardly any text has one; to see that in bytes takes a tenth of the time.
    if len(encoded.translate(None, _CONTROLS)) == len(encoded) and not _RARE.search(encoded):
        return text
    return _ILLEGAL.sub("", text)


def one_line(text: str) -> str:
    """`text` on one line: legal characters, runs of white space one space, none at the ends."""
    if text.isprintable() and "  " not in text:  # then all its characters are legal
        return text.strip()
    return _SPACE.sub(" ", legal(text)).strip()


def nfc(text: str) -> str:
    """`text` in Unicode's composed form: for names and addresses only, never for content."""
    return unicodedata.normalize("NFC", text)


def plain(markup: str) -> str:
    """The words of an HTML fragment on one line, tags left out and entities decoded."""
    words = _NOT_TEXT.sub(" ", markup)
    words = _TAG.sub("", _BLOCK_TAG.sub(" ", words))
    return one_line(html.unescape(words))


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
