"""Compares posts with a query: phrases on the text, and how well a post matches."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from feedsvc.core.search.queries import SearchQuery, SearchTerm
from feedsvc.core.search.tokens import (
    JOINED,
    LONGEST_TITLE,
    MOST_CHARACTERS,
    folded,
    is_joined,
)

if TYPE_CHECKING:
    import regex

_USUAL_LENGTH: Final = 3_000  # characters: a word counts less in a longer text
_ENOUGH: Final = 1.2  # as in BM25: the tenth time that a word occurs says little
_LETTER: Final = r"[\p{L}\p{N}\p{M}]"
_BETWEEN: Final = r"[^\p{L}\p{N}\p{M}]"
_OF_WORD: Final = rf"[[\p{{L}}\p{{N}}\p{{M}}]--[{JOINED}]]"  # and not of a joined piece


@dataclass(frozen=True, slots=True)
class SearchedText:
    """A post as a search compares it: its title and its text, folded."""

    title: str
    body: str

    @classmethod
    def of(cls, title: str, text: str) -> "SearchedText":
        """That of a title and of the plain text of a post."""
        return cls(folded(title)[:LONGEST_TITLE], folded(text)[:MOST_CHARACTERS])

    def has(self, term: SearchTerm) -> bool:
        """True if the words of the term follow each other in the title or in the text."""
        search = _pattern(term.pieces).search
        return search(self.body) is not None or search(self.title) is not None

    def count(self, term: SearchTerm) -> int:
        """How many times the text has the term."""
        return len(_pattern(term.pieces).findall(self.body))


def matches(query: SearchQuery, text: SearchedText) -> bool:
    """True if the post has each phrase of the query, and none that it may not have.

    The tokens of the query are in the post: the index says so.
    """
    return all(term.is_exact or text.has(term) for term in query.words) and not any(
        not term.is_exact and text.has(term) for term in query.without
    )


def rank(query: SearchQuery, text: SearchedText) -> tuple[bool, float]:
    """A greater value for a post that matches better: words in the title come first."""
    in_title = all(_pattern(term.pieces).search(text.title) for term in query.words)
    much = _ENOUGH * (0.25 + 0.75 * len(text.body) / _USUAL_LENGTH)
    counts = map(text.count, query.words)
    return in_title, sum(count / (count + much) for count in counts)


@lru_cache(maxsize=256)
def _pattern(pieces: tuple[str, ...]) -> "regex.Pattern[str]":
    """Finds the pieces of a term in a folded text, where `c++` is `c`."""
    import regex  # here, because most commands search nothing

    words = [piece.rstrip("+#") for piece in pieces]
    parts = [regex.escape(words[0])]
    for before, word in pairwise(words):
        touch = is_joined(before) != is_joined(word)  # as in `用CAR`
        parts.append(f"{_BETWEEN}{'*+' if touch else '++'}{regex.escape(word)}")
    start = "" if is_joined(words[0]) else f"(?<!{_OF_WORD})"
    end = "" if is_joined(words[-1]) else f"(?!{_OF_WORD})"
    return regex.compile(f"{start}{''.join(parts)}{end}", regex.VERSION1)
