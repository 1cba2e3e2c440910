"""Texts to the tokens of the search index, which both database engines keep whole.

A token is a folded word, or, in scripts that are written without spaces between words, a
character and each pair of neighbours: so `瑞金` and `医` are found without a dictionary. The
tokens have only letters, digits and characters beyond ASCII.
"""

import re
import unicodedata
from array import array
from collections.abc import Callable
from functools import cache
from typing import Final

from feedsvc.core.text import unicode_pattern

VERSION: Final = (
    f"1, Unicode {unicodedata.unidata_version}"  # an index of another one is rebuilt
)
IN_TITLE: Final = "§"  # before a token of the title
MOST_CHARACTERS: Final = 80_000  # of a text: a tsvector has up to 1 MB
LONGEST_TITLE: Final = 1_000
LONGEST_TOKEN: Final = 64

# Han with 々〆〇, kana, Thai, Lao, Myanmar, Khmer; and Hangul, whose words have endings.
JOINED: Final = (
    r"\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff"
    r"\uf900-\ufaff\uac00-\ud7af\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3\U00020000-\U000323af"
)
# Compiled when they are first used, because most commands search nothing.
_compiled: Final[Callable[[str], re.Pattern[str]]] = cache(re.compile)
_RUN: Final = f"[{JOINED}]+"
_WORD: Final = r"[\p{L}\p{N}\p{M}]+"
_PIECE: Final = rf"(?:[{JOINED}]++|[[\p{{L}}\p{{N}}\p{{M}}]--[{JOINED}]]++)"
_SIGN: Final = rf"(?:\+\+?|#)(?![+#]|[^\W{JOINED}])"  # as in C++ and F#
_SIGNED: Final = rf"[^\W_{JOINED}]+{_SIGN}"
_PIECE_OF_QUERY: Final = rf"{_PIECE}(?:{_SIGN})?"
_SIGNS: Final = str.maketrans("+#", "＋＃")
_LONG: Final = re.compile(rf"( [^ ]{{{LONGEST_TOKEN}}})[^ ]+")
# Accents, vowel points of Hebrew and Arabic, and characters that nobody sees.
_DROPPED: Final = re.compile(
    "[\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u200b-\u200f\u202a-\u202e\u2060-\u2064\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]+"
)
_PLAIN_LETTERS: Final = {  # that Unicode does not decompose
    **{"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "ŧ": "t"},
    **{"æ": "ae", "œ": "oe", "þ": "th", "ð": "d"},
}
_PLAIN: Final = re.compile(f"[{''.join(_PLAIN_LETTERS)}]")
_ASCII_WORDS: Final = str.maketrans(
    {chr(code): chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
)


def folded(text: str) -> str:
    """`text` without differences of case, accents and forms: `Café` is `cafe`."""
    if text.isascii():
        return text.lower()
    plain = _DROPPED.sub("", unicodedata.normalize("NFKD", text).casefold())
    plain = _PLAIN.sub(lambda match: _PLAIN_LETTERS[match[0]], plain)
    return unicodedata.normalize("NFKC", plain)  # Hangul and kana are whole again


def pieces_of(text: str) -> list[str]:
    """The folded words of a text in order; what is written without spaces is one piece."""
    if text.isascii():
        return text.translate(_ASCII_WORDS).split()
    return unicode_pattern(_PIECE).findall(folded(text))


def is_joined(piece: str) -> bool:
    """True for a piece of a script that is written without spaces between words."""
    return _compiled(_RUN).match(piece) is not None


def token_of(word: str) -> str:
    """The token of a folded word: `c++` has a token of its own besides that of `c`."""
    return word.translate(_SIGNS)[:LONGEST_TOKEN]


def pieces_of_query(text: str) -> list[str]:
    """As `pieces_of`, but words keep the plus signs or the `#` behind them: `c++`."""
    return unicode_pattern(_PIECE_OF_QUERY).findall(folded(text))


def index_text(title: str, text: str) -> str:
    """All tokens of a post, with spaces between them. Some occur several times.

    Those of the title are there twice, the second time with a mark.
    """
    of_title = _tokens(title[:LONGEST_TITLE])
    marked = (f"{IN_TITLE}{token}" for token in dict.fromkeys(of_title.split()))
    return " ".join((of_title, *marked, _tokens(text)))


def _tokens(text: str) -> str:
    words = folded(text)[:MOST_CHARACTERS]
    signed = "".join(f" {token_of(word)}" for word in _signed_words(words))
    if words.isascii():
        return _LONG.sub(r"\1", f" {words.translate(_ASCII_WORDS)}{signed}")
    run = _compiled(_RUN)
    runs = run.findall(words)
    word = unicode_pattern(_WORD)
    others = " ".join(word.findall(run.sub(" ", words) if runs else words))
    others = _LONG.sub(r"\1", f" {others}{signed}")
    if not runs:
        return others
    joined = " ".join(runs)
    return f"{_pairs(joined)} {' '.join(set(joined))}{others}"


def _signed_words(words: str) -> list[str]:
    """The words with plus signs or `#` behind them, such as `c++`."""
    return _compiled(_SIGNED).findall(words) if "+" in words or "#" in words else []


def _pairs(runs: str) -> str:
    """Each character with the next one, and a space between the pairs.

    In one pass over an array, which takes a tenth of the time of a loop.
    """
    count = len(runs)
    characters = array("I", runs.encode("utf-32-le"))
    pairs = array("I", b"\x20\0\0\0" * (3 * count))
    pairs[0::3] = characters
    pairs[1:-2:3] = characters[1:]
    return pairs.tobytes().decode("utf-32-le")
