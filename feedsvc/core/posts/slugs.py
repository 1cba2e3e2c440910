"""Makes slugs as other generators make them; CJK characters stay."""

import re
import unicodedata
from itertools import accumulate
from typing import Final

from feedsvc.core.text import nfc, one_line

_HEXO_SPECIAL = re.compile(r"[\s~`!@#$%^&*()\-_+=\[\]{}|\\;:\"'<>,.?/]++")
_PLAIN_LETTERS: Final = (
    {"Ø": "O", "ø": "o", "Æ": "AE", "æ": "ae", "ß": "s", "ẞ": "S", "Ł": "L", "ł": "l"}
    | {"Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "Ŧ": "T", "ŧ": "t", "Œ": "OE", "œ": "oe"}
    | {"ı": "i"}
)
# Letters that WordPress replaces and Hexo does not.
_WORDPRESS_LETTERS: Final = {
    "Þ": "TH",
    "þ": "th",
    "Ð": "D",
    "ð": "d",
    "Ŋ": "N",
    "ŋ": "n",
    "ĸ": "k",
    "ŉ": "n",
} | {"ſ": "s", "ª": "a", "º": "o", "€": "E", "£": ""}
_WORDPRESS_HYPHENS: Final = re.compile(
    r"[\s./\u2013\u2014\u2000-\u200a\u2028\u2029\u202f\xa0-]++"
)
_WORDPRESS_OMITTED: Final = re.compile(
    "[\xa1\xab\xad\xae\xa9\xb0\xb4\xbb\xbf\u02ca\u0300\u0301\u0304\u030c\u0341"
    "\u200b-\u200f\u2018-\u201f\u2022\u2026\u202a-\u202e\u2039\u203a\u2122\ufeff\ufffc]"
    r"|[!-,:-@\[-^`{-~]"
)
_ENTITY: Final = re.compile(r"&[^\s;]++;")
_TAG: Final = re.compile(r"<[a-zA-Z/!][^>]*+>")
_MOST_ENCODED: Final = 200  # octets of a slug of WordPress, percent-encoded
_NOT_IN_SLUGS: Final = re.compile(r"[^\w\s-]")
_PELICAN_HYPHENS: Final = re.compile(r"[-\s]++")
_HYPHENS = re.compile(r"\s*+-\s*+|\s++")


def hexo_slug(words: str) -> str:
    """Like Hexo's `slugize`: no accents, one hyphen for each run of ASCII punctuation."""
    text = nfc(one_line(words))
    if not text.isascii():
        text = text.translate({ord(char): _without_accent(char) for char in set(text)})
    return _HEXO_SPECIAL.sub("-", text).strip("-")


def _without_accent(char: str) -> str:
    if char in _PLAIN_LETTERS:
        return _PLAIN_LETTERS[char]
    if "\uff21" <= char <= "\uff5a":  # full-width
        return unicodedata.normalize("NFKC", char)
    base = unicodedata.normalize("NFD", char)[0]
    return base if base.isascii() and base.isalpha() else char


def _is_letter(char: str) -> bool:
    group = unicodedata.category(char)
    return group[0] in "LM" or group == "Nd"


def jekyll_slug(words: str, kept: str = "") -> str:
    """Like Jekyll's `slugify`: a hyphen for each run that is not letters, digits or `kept`."""
    text = one_line(words)
    others = {ord(char): " " for char in set(text) if not (_is_letter(char) or char in kept)}
    return "-".join(text.translate(others).split())


def hugo_slug(words: str) -> str:
    """Like Hugo's `urlize`: lower case, hyphens for spaces, most punctuation removed."""
    text = one_line(words)
    others = {ord(c): "" for c in set(text) if not (_is_letter(c) or c in " ./\\_#+~-")}
    return _HYPHENS.sub("-", text.translate(others).strip()).lower()


def wordpress_slug(words: str) -> str:
    """Like WordPress' `sanitize_title`, decoded: no accents, lower case, no punctuation.

    Percent-encoded, as in addresses, it has at most 200 octets.
    """
    text = one_line(words)
    if not text.isascii():
        text = nfc(text)
        text = text.translate(
            {ord(char): _without_wordpress_accent(char) for char in set(text)}
        )
        text = text.replace("×", "x")
    text = _shortened(_TAG.sub("", text).lower())
    text = _WORDPRESS_OMITTED.sub("", _ENTITY.sub("", text))
    return _WORDPRESS_HYPHENS.sub("-", text).strip("-")


def _without_wordpress_accent(char: str) -> str:
    if "\uff21" <= char <= "\uff5a":  # full-width letters stay
        return char
    return _WORDPRESS_LETTERS.get(char, _without_accent(char))


def _shortened(text: str) -> str:
    """The first characters, as many as fit percent-encoded."""
    if len(text) * 12 <= _MOST_ENCODED:
        return text
    lengths = accumulate(1 if char.isascii() else 3 * len(char.encode()) for char in text)
    return text[: sum(length <= _MOST_ENCODED for length in lengths)]


def pelican_slug(words: str) -> str:
    """Like Pelican's `slugify`: no accents, lower case, hyphens for spaces, no punctuation.

    Letters that are not Latin stay; Pelican would transliterate them.
    """
    text = unicodedata.normalize("NFKC", _TAG.sub("", one_line(words)))
    text = "".join(char if char.isascii() else _without_accent(char) for char in text)
    return _PELICAN_HYPHENS.sub("-", _NOT_IN_SLUGS.sub("", text).strip()).lower()


def mkdocs_slug(words: str) -> str:
    """Like the slugs of Material for MkDocs: lower case, a hyphen for each space."""
    return _NOT_IN_SLUGS.sub("", nfc(one_line(words))).strip().lower().replace(" ", "-")
