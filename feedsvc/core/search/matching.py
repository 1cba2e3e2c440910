"""Compares posts with a query: phrases on the text, and how well a post matches."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from feedsvc.core.search.queries import SearchQuery, SearchTerm
from feedsvc.core.search.tokens import LONGEST_TITLE, MOST_CHARACTERS, is_joined, pieces_of

_USUAL_LENGTH: Final = 4_000  # characters: a word counts less in a longer text
_ENOUGH: Final = 1.2  # as in BM25: the tenth time that a word occurs says little


@dataclass(frozen=True)
class SearchedText:
    """A post as the search compares it: folded words, with a space before and behind each."""

    title: str
    body: str

    @classmethod
    def of(cls, title: str, text: str) -> "SearchedText":
        """That of a title and of the plain text of a post."""
        return cls(_spaced(title[:LONGEST_TITLE]), _spaced(text[:MOST_CHARACTERS]))

    def has(self, term: SearchTerm) -> bool:
        """True if the words of the term follow each other in the title or in the text."""
        words = _spelled(term)
        return words in self.title or words in self.body

    def count(self, term: SearchTerm) -> int:
        """How many times the text has the term."""
        return self.body.count(_spelled(term))

    @cached_property
    def length(self) -> float:
        """How long the text is, compared with a usual one."""
        return len(self.body) / _USUAL_LENGTH


def matches(query: SearchQuery, text: SearchedText) -> bool:
    """True if the post has each phrase of the query, and none that it may not have.

    The tokens of the query are in the post: the index says so.
    """
    return all(term.is_exact or text.has(term) for term in query.words) and not any(
        not term.is_exact and text.has(term) for term in query.without
    )


def rank(query: SearchQuery, text: SearchedText) -> tuple[bool, float]:
    """A greater value for a post that matches better: words in the title come first."""
    in_title = all(_spelled(term) in text.title for term in query.words)
    weights = (
        count / (count + _ENOUGH * (0.25 + 0.75 * text.length))
        for count in map(text.count, query.words)
    )
    return in_title, sum(weights)


def _spaced(text: str) -> str:
    return f" {' '.join(pieces_of(text))} "


def _spelled(term: SearchTerm) -> str:
    """The term as it is in a SearchedText, where `c++` is `c`."""
    words = " ".join(piece.rstrip("+#") for piece in term.pieces)
    before = "" if is_joined(term.pieces[0]) else " "
    behind = "" if is_joined(term.pieces[-1]) else " "
    return f"{before}{words}{behind}"
