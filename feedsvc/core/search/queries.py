"""What a visitor looks for: words, phrases, and words that may not occur.

Anything that somebody types is a query. `tea cafe` are two words, `"green tea"` and `CAR-T` are
phrases, `-coffee` is left out; all other characters separate words.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from feedsvc.core.search.tokens import (
    LONGEST_TOKEN,
    is_joined,
    pieces_of_query,
    token_of,
)

MOST_TERMS: Final = 16
MOST_QUERY_CHARACTERS: Final = 200
_MOST_PAIRS: Final = 8  # of one term: they choose the posts whose text is compared

_PART: Final = re.compile(r'(?P<without>-?)"(?P<phrase>[^"]*+)"|(?P<chunk>\S+)')
_QUOTES: Final = str.maketrans("“”„‟″", '"' * 5)
# Behind these a new term begins, without a space: Chinese authors write none.
_STOP: Final = re.compile("[,;!?()\\[\\]{}<>|，。、；：！？（）【】《》「」『』…·]+")


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """A word or a phrase.

    Each of its `tokens` is in a post that has it. The `pieces` follow each other in the text.
    """

    pieces: tuple[str, ...]
    tokens: tuple[str, ...]
    is_exact: bool  # the tokens say enough, and no text has to be read

    @property
    def text(self) -> str:
        """The term as a part of a query."""
        return "-".join(self.pieces)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Posts that have each of the `words`, and none of `without`."""

    words: tuple[SearchTerm, ...]
    without: tuple[SearchTerm, ...] = ()

    @property
    def is_exact(self) -> bool:
        """True if the tokens say enough, and no text has to be read."""
        return all(term.is_exact for term in (*self.words, *self.without))

    @property
    def text(self) -> str:
        """The same query in its only spelling: folded, and in the order of the alphabet."""
        return " ".join(
            (*(term.text for term in self.words), *(f"-{term.text}" for term in self.without))
        )


@dataclass(frozen=True, slots=True)
class SearchFault:
    """Why a text is no query: too `long`, too `many` terms, or `empty` of words to look for."""

    kind: str
    message: str


def search_query(text: str) -> SearchQuery | SearchFault:
    """The query that somebody wrote."""
    if len(text) > MOST_QUERY_CHARACTERS:
        return _too_long(len(text))
    words: dict[SearchTerm, None] = {}
    without: dict[SearchTerm, None] = {}
    for is_without, part in _parts(text.translate(_QUOTES)):
        term = search_term(part)
        if term is not None:
            (without if is_without else words)[term] = None
    if len(words) + len(without) > MOST_TERMS:
        fault = (
            f"a search may have {MOST_TERMS} words, and this has {len(words) + len(without)}"
        )
        return SearchFault("many", f"{fault}; leave some out")
    if not words:
        return SearchFault("empty", "there is no word to look for; write at least one")
    query = SearchQuery(_in_order(words), _in_order(without))
    # Some characters stand for many letters.
    return query if len(query.text) <= MOST_QUERY_CHARACTERS else _too_long(len(query.text))


def _too_long(length: int) -> SearchFault:
    fault = f"a search may have {MOST_QUERY_CHARACTERS} characters, and this has {length}"
    return SearchFault("long", f"{fault}; use fewer words")


def _parts(text: str) -> Iterable[tuple[bool, str]]:
    """Each part of a query, and whether posts may not have it."""
    for match in _PART.finditer(text):
        chunk = match["chunk"]
        if chunk is None:
            yield bool(match["without"]), match["phrase"]
            continue
        is_without = chunk.startswith("-")
        for part in _STOP.split(chunk):
            yield is_without, part


def search_term(text: str) -> SearchTerm | None:
    """The words of a text as one term; None if it has none."""
    pieces = pieces_of_query(text)
    if not pieces:
        return None
    tokens = [token for piece in pieces for token in _tokens_of(piece)]
    is_exact = len(pieces) == 1 and len(pieces[0]) <= (
        2 if is_joined(pieces[0]) else LONGEST_TOKEN
    )
    return SearchTerm(tuple(pieces), tuple(dict.fromkeys(tokens))[: 2 * _MOST_PAIRS], is_exact)


def _tokens_of(piece: str) -> list[str]:
    if not is_joined(piece):
        return [token_of(piece)]
    if len(piece) <= 2:
        return [piece]
    last = len(piece) - 2
    places = [*range(0, last, 2), last]  # with these pairs no character is left out
    return [piece[place : place + 2] for place in places[:_MOST_PAIRS]]


def _in_order(terms: Iterable[SearchTerm]) -> tuple[SearchTerm, ...]:
    return tuple(sorted(terms, key=lambda term: term.pieces))
