"""Marks the words of a search in names, titles and texts."""

from collections.abc import Iterable, Sequence
from typing import Final

import regex
from markupsafe import Markup

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.search.queries import SearchTerm
from feedsvc.core.search.tokens import JOINED, folded, is_joined
from feedsvc.core.text import summary_of, words_of

_SEARCHED: Final = 20_000  # characters of a post's HTML
_BEFORE: Final = 40  # graphemes before the first word
_LENGTH: Final = 160  # graphemes in all
_LONGEST_WORD: Final = 20  # that is left out rather than cut; Chinese text has no spaces
_GRAPHEMES = regex.compile(r"\X")


class Marker:
    """Puts `<mark>` around some words, in texts that are escaped."""

    def __init__(self, words: Sequence[str]) -> None:
        longest_first = sorted(words, key=len, reverse=True)
        # A letter is marked with its accents.
        any_word = f"(?:{'|'.join(map(regex.escape, longest_first))})\\p{{M}}*+"
        self._words = regex.compile(any_word, regex.IGNORECASE)

    def _compared(self, text: str) -> str:
        """What the words are looked for in: as many characters as the text has."""
        return text

    def marked(self, text: str) -> Markup:
        """The text as HTML with its words marked."""
        pieces, done = [], 0
        for match in self._words.finditer(self._compared(text)):
            start, end = match.span()
            pieces += [Markup.escape(text[done:start])]
            pieces += [Markup("<mark>{}</mark>").format(text[start:end])]
            done = end
        return Markup("").join([*pieces, Markup.escape(text[done:])])

    def snippet(self, entry: Entry) -> Markup:
        """The text around the first word in the beginning of a post; empty without one."""
        for text in (words_of(_beginning(entry.content_html)), entry.summary):
            match = self._words.search(self._compared(text))
            if match:
                return self.marked(_around(text, match.start()))
        return Markup("")


class FoldedMarker(Marker):
    """Marks the words of a search in the index: whole words, without case and accents."""

    def __init__(self, terms: Iterable[SearchTerm]) -> None:
        pieces = {piece for term in terms for piece in term.pieces}
        longest_first = sorted(pieces, key=lambda piece: (-len(piece), piece))
        self._words = regex.compile("|".join(map(_pattern_of, longest_first)), regex.VERSION1)

    def _compared(self, text: str) -> str:
        return text.translate(_FOLDED)


def _pattern_of(piece: str) -> str:
    literal = regex.escape(piece)
    if is_joined(piece):
        return literal
    # Neighbours that are written without spaces are not part of the word.
    letter = rf"[[\p{{L}}\p{{N}}]--[{JOINED}]]"
    return rf"(?<!{letter}){literal}\p{{M}}*+(?!{letter})"


class _Folded(dict[int, str]):
    """Each character folded, if that is one character; so positions stay."""

    def __missing__(self, code: int) -> str:
        plain = folded(chr(code))
        self[code] = plain if len(plain) == 1 else chr(code)
        return self[code]


_FOLDED: Final = _Folded()


def _beginning(content: str) -> str:
    """The first characters of safe HTML, without half a tag."""
    head = content[:_SEARCHED]
    return head[: head.rfind("<")] if head.rfind("<") > head.rfind(">") else head


def _around(text: str, position: int) -> str:
    """Some words of a text with the character at this position."""
    before = [
        match[0] for match in _GRAPHEMES.finditer(text[max(0, position - 200) : position])
    ]
    start = position - sum(map(len, before[-_BEFORE:]))
    if start == 0:
        return summary_of(text, _LENGTH)
    space = text.find(" ", start, min(position, start + _LONGEST_WORD))
    start = space + 1 if space >= 0 else start
    return f"…{summary_of(text[start:], _LENGTH)}"
