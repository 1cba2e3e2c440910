"""Cleans text for feeds: legal characters, plain text of HTML, summaries."""

import html
import re
import unicodedata
from functools import cache
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import regex

# Punctuation of Chinese ends a URL in a text: authors write no space behind it.
CHINESE_STOPS: Final = "，。、；：！？…（）「」『』【】《》〈〉“”‘’\u3000"
# XML 1.0 §2.2, production 2, "Char", and its complement.
_LEGAL = re.compile("[\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*+")  # faster
_ILLEGAL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MARKUP = re.compile(r"<(?:(?P<comment>!--)|(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*+))")
_TAG_END = re.compile(">")
_COMMENT_END = re.compile("-->")
_NOT_TEXT = {  # elements whose content is not text, and their end tags
    name: re.compile(rf"</{name}\s*+>", re.I)
    for name in ("script", "style", "head", "template")
}
BLOCKS: Final = (  # elements whose text is not one word with the text beside them
    frozenset(["p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre"])
    | frozenset(["blockquote", "table", "tr", "td", "th", "hr", "figure", "section"])
    | frozenset(["figcaption", "caption", "dl", "dt", "dd", "details", "summary"])
)
_SAFE_TAG = re.compile(r"</?([^\s/>]*+)[^>]*+>")
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(sorted(BLOCKS))})(?:[\s/][^>]*+)?>")
_TAG = re.compile(r"<[^>]*+>")
_GRAPHEME: Final = r"\X"
# Characters that are one grapheme each in any context; most texts have no others.
_SIMPLE = re.compile("[\u0020-\u007e\u3001-\u3029\u4e00-\u9fff\uff01-\uff60“”‘’—…]*")
# Not U+3000 between Chinese words, nor the space before a French question mark.
_SPACE = re.compile(r"[ \t\n\r\x85\u2028\u2029]+")
_ANY_SPACE = re.compile(r"\s{2,}|[^\S \u3000]")
_NOT_SEARCHED: Final = re.match("", "")
# With the quotation marks and brackets that close behind it.
_SENTENCE_END = re.compile(
    r"(?<![.!?…])(?P<latin>[.!?…]++)[\"'”’»)\]]*+(?=\s|\Z)|[。！？｡।॥؟۔።]++[”’」』）》】〉]*+"
)
_NEXT = re.compile(r"\s*+[\"'“‘«(\[]*+([^\W_])")
# Before a full stop that ends no sentence. Those that precede small letters or digits, such as
# "etc." and "No.", need no list; neither do single letters and words with a stop, as in "e.g.".
_ABBREVIATIONS: Final = frozenset(
    (  # noqa: SIM905 - a list would take fifty lines
        "mr mrs ms dr drs prof st ste mt ft rev fr sr jr gov sen gen lt sgt capt cmdr vs al "
        "inc ltd corp co bros dept univ jan feb mar apr jun jul aug sep sept oct nov dec "
        "ex bzw usw vgl nr abb hr hrn tel evtl ggf sog zzgl mio mrd mme mlle mgr "
        "sra srta ud uds pág núm sig dott bijv enz dhr mevr "
        "г гг ул рис стр им св проф акад тыс млн млрд руб"
    ).split()
)
_LAST_WORD = re.compile(r"[^\W_]++(?:[.’'-][^\W_]++)*+\Z")
_LONGEST_WORD: Final = 40
_IN_WORD = re.compile(r"[0-9A-Za-z.,:/@%_-]")


@cache
def unicode_pattern(text: str) -> "regex.Pattern[str]":
    """A pattern with what only the module `regex` has, such as `\\p{L}` and `\\X`.

    It is compiled, and the module imported, when it is first used: most commands read no post.
    """
    import regex

    return regex.compile(text, regex.VERSION1)


def legal(text: str) -> str:
    """`text` without the characters that XML 1.0 forbids, such as lone surrogates."""
    return text if _LEGAL.fullmatch(text) else _ILLEGAL.sub("", text)


class AnyOf:
    """Tells quickly whether a text has one of some parts, none of them empty.

    One character is found 20 times as fast as two. So the parts that begin with a character
    are looked for, all at once, only in a text that has it.
    """

    def __init__(self, *parts: str) -> None:
        self._searches = [
            (first, re.compile("|".join(map(re.escape, group))).search)
            for first, group in groupby(sorted(parts), key=itemgetter(0))
        ]

    def is_in(self, text: str) -> bool:
        """True if one of the parts is in the text."""
        for first, search in self._searches:  # noqa: SIM110 - a generator is slower
            if first in text and search(text):
                return True
        return False


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
    pieces[1::2] = [" " if name in BLOCKS else "" for name in pieces[1::2]]
    return _spaced(legal(html.unescape("".join(pieces))))


def bare_text(safe: str) -> str:
    """As `words_of`, but with white space as it is: in half the time."""
    return html.unescape(_TAG.sub("", _BLOCK_TAG.sub(" ", safe)))


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
    return end.end(), " " if name in BLOCKS else ""


def summary_of(text: str, most: int) -> str:
    """At most `most` graphemes of plain `text`.

    It ends after the last sentence that ends in its second half, else after a word, with an
    ellipsis. In text without spaces, such as Chinese, any grapheme may be the last, but none
    inside a number or a Latin word.
    """
    if _SIMPLE.fullmatch(text, 0, most + 1):
        if len(text) <= most:
            return text
        length, shorter = most, most - 1
    else:
        graphemes = [
            match[0] for match in islice(unicode_pattern(_GRAPHEME).finditer(text), most + 1)
        ]
        if len(graphemes) <= most:
            return text
        length = sum(map(len, graphemes[:most]))
        shorter = length - len(graphemes[most - 1])
    end = _last_sentence_end(text, length)
    return text[:end] if end else f"{_head_of_words(text, shorter)}…"


def _last_sentence_end(text: str, length: int) -> int:
    """Where the last sentence of the second half of `length` characters ends; 0 if nowhere."""
    for end in reversed([*_SENTENCE_END.finditer(text, 0, length + 1)]):
        if end.end() <= length // 2:
            break
        if end.end() <= length and _ends_sentence(text, end):
            return end.end()
    return 0


def _ends_sentence(text: str, end: re.Match[str]) -> bool:
    """False for the full stop of `Feb.`, `e.g.`, `J.` or `3.`, and before a small letter."""
    if not end["latin"]:
        return True
    following = _NEXT.match(text, end.end())
    begins = following[1] if following else ""
    if begins.islower():
        return False
    if end["latin"] != ".":
        return True
    match = _LAST_WORD.search(text[max(0, end.start() - _LONGEST_WORD) : end.start()])
    word = match[0].casefold() if match else ""
    is_ordinal = word.isdigit() and len(word) < 3
    is_abbreviation = len(word) == 1 or "." in word or word in _ABBREVIATIONS
    return not (begins.isdigit() or is_ordinal or is_abbreviation)


def _head_of_words(text: str, length: int) -> str:
    """At most `length` characters of `text`, up to a word that an ellipsis may follow."""
    head = text[:length]
    space = head.rfind(" ")
    if space > length // 2:
        head = head[:space]
        # "on Feb." without its 14: it would look like the end of a sentence.
        while head.endswith((".", "!", "?")) and head.rfind(" ") > length // 2:
            head = head[: head.rfind(" ")]
    elif _IN_WORD.match(text, length):
        start, least = length, max(length // 2, length - _LONGEST_WORD)
        while start > least and _IN_WORD.match(head, start - 1):
            start -= 1
        head = head[:start] if start > least else head
    return head.rstrip(" ,;:，；：、")
