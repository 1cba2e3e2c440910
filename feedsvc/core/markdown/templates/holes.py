"""Removes the places of unknown values from a body, and links that would lead nowhere.

Until then a place is marked by U+FFFF. XML forbids it, so it is in no text of an author.
"""

import re
from typing import Final

from feedsvc.core.text import CHINESE_STOPS

HOLE: Final = "\uffff"
# Sanitising drops a link to it and keeps the words: its scheme is none that feeds may have.
NO_TARGET: Final = "unknown:"

_IN_URL: Final = rf"[^\s()<>{HOLE}]{{0,2000}}+{HOLE}[^\s()<>]{{0,2000}}+"
_BARE: Final = rf"[^\s<>()\[\]*`|{CHINESE_STOPS}"
_IN_BARE_URL: Final = rf"{_BARE}{HOLE}]{{0,300}}+{HOLE}{_BARE}]{{0,300}}+"
_PLACE = re.compile(
    rf"!?\[(?P<words>[^\[\]\n]{{0,300}}+)\]\(<?{_IN_URL}>?(?:[ \t]++\"[^\"\n]{{0,300}}+\")?\)"
    rf"|(?P<link>\]\([ \t]*+<?+){_IN_URL}(?=>?(?:[ \t]++[\"'(][^\n]{{0,300}}?)?[ \t]*+\))"
    rf"|^(?P<definition>[ \t>]{{0,20}}+\[(?!\^)[^\[\]\n]{{1,300}}+\]:[ \t]*+<?+){_IN_URL}"
    r"(?=>?[ \t]*+(?:[\"'(][^\n]*+)?$)"
    rf"|\[{HOLE}\]\((?P<wordless>https?://[^\s()<>{HOLE}]{{1,2000}}+)\)"
    r"|\b(?:href|src|srcset|poster|cite|data-[a-z-]{1,20}+)[ \t]*+=[ \t]*+(?:"
    rf"\"[^\"<>{HOLE}]{{0,2000}}+{HOLE}[^\"]{{0,2000}}+\""
    rf"|'[^'<>{HOLE}]{{0,2000}}+{HOLE}[^']{{0,2000}}+'|[^\s\"'>{HOLE}]{{0,300}}+{HOLE}[^\s>]*+)"
    rf"|<[^\s<>{HOLE}]{{0,2000}}+{HOLE}[^\s<>]{{0,2000}}+>"
    rf"|(?:https?://|www\.)(?P<bare>{_IN_BARE_URL})|{HOLE}",
    re.MULTILINE,
)
_SENTENCE_END: Final = ".,;:!?"


def without_holes(markdown: str) -> str:
    """The body without marked places; a link with one keeps its words, a picture its `alt`."""
    return _PLACE.sub(_replacement, markdown)


def _replacement(place: re.Match[str]) -> str:
    before = place["link"] or place["definition"]
    if before:
        return before + NO_TARGET
    if place["wordless"]:
        return f"<{place['wordless']}>"
    if place["bare"]:
        return place["bare"][len(place["bare"].rstrip(_SENTENCE_END)) :]
    return (place["words"] or "").replace(HOLE, "")
