"""Makes slugs as Hexo, Jekyll and Hugo make them; CJK characters stay."""

import re
import unicodedata
from typing import Final

from feedsvc.core.text import nfc, one_line

_HEXO_SPECIAL = re.compile(r"[\s~`!@#$%^&*()\-_+=\[\]{}|\\;:\"'<>,.?/]++")
_PLAIN_LETTERS: Final = (
    {"Ø": "O", "ø": "o", "Æ": "AE", "æ": "ae", "ß": "s", "ẞ": "S", "Ł": "L", "ł": "l"}
    | {"Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "Ŧ": "T", "ŧ": "t", "Œ": "OE", "œ": "oe"}
    | {"ı": "i"}
)
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
