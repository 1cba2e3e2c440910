"""Both engines find what a look at every text finds, in the same order."""

from datetime import timedelta
from functools import cache
from random import Random
from typing import Final

import pytest

from feedsvc.core.feeds.deletions.retractions import Retraction
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.search.queries import SearchQuery, SearchTerm, search_query
from feedsvc.core.search.tokens import is_joined, pieces_of, pieces_of_query
from feedsvc.core.text import words_of
from feedsvc.store.publication import Publication
from feedsvc.store.search import searching
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry, at

NOW: Final = at("2026-03-02 08:00")
WORDS: Final = (
    *("tea", "Café", "CAFE", "C++", "c", "CAR-T", "car", "t", "Straße", "strasse", "ёж"),
    *("瑞金", "瑞", "金医", "瑞金医院", "医院", "茶", "한국", "がく", "、", "。", "x" * 70),
)
POSTS: Final = 60
QUERIES: Final = 150


def a_text(random: Random, most: int) -> str:
    words = random.choices(WORDS, k=random.randint(1, most))
    return "".join(word + random.choice(("", " ", " ")) for word in words)


def entries(random: Random) -> list[Entry]:
    return [
        an_entry(
            f"post-{number}",
            title=a_text(random, 3),
            content_html=f"<p>{a_text(random, 9)}</p>",
            published=at(f"2026-01-{random.randint(1, 28):02}"),
        )
        for number in range(POSTS)
    ]


def a_query(random: Random) -> SearchQuery | None:
    terms = (f"{random.choice(('', '', '', '-'))}{a_text(random, 2)}" for _ in range(2))
    found = search_query(" ".join(terms))
    return found if isinstance(found, SearchQuery) else None


@cache
def pieces(entry: Entry) -> tuple[tuple[list[str], ...], frozenset[str]]:
    """The pieces of each text of an entry, and those that a query would have of all of them."""
    texts = (entry.title, words_of(entry.content_html))
    signed = frozenset(piece for text in texts for piece in pieces_of_query(text))
    return tuple(list(pieces_of(text)) for text in texts), signed


def matches(query: SearchQuery, entry: Entry) -> bool:
    """True if an entry matches: each of its pieces is compared with each place."""
    texts, signed = pieces(entry)

    def has(term: SearchTerm) -> bool:
        if len(term.pieces) == 1 and term.pieces[0].endswith(("+", "#")):
            return term.pieces[0] in signed
        return any(_occurs(term.pieces, text) for text in texts)

    def has_signs(term: SearchTerm) -> bool:
        return all(piece in signed for piece in term.pieces if piece.endswith(("+", "#")))

    return all(has(term) and has_signs(term) for term in query.words) and not any(
        map(has, query.without)
    )


def _occurs(pieces: tuple[str, ...], text: list[str]) -> bool:
    wanted, last = [piece.rstrip("+#") for piece in pieces], len(pieces) - 1
    return any(
        all(
            _fits(piece, text[start + place], is_first=place == 0, is_last=place == last)
            for place, piece in enumerate(wanted)
        )
        for start in range(len(text) - len(wanted) + 1)
    )


def _fits(piece: str, other: str, *, is_first: bool, is_last: bool) -> bool:
    if not is_joined(piece):
        return piece == other
    if is_first and is_last:
        return piece in other
    if is_first:
        return other.endswith(piece)
    return other.startswith(piece) if is_last else piece == other


def found(store: Store, path: str, query: SearchQuery, most: int = POSTS) -> list[str]:
    with store.snapshot() as snapshot:
        feed = snapshot.feed(path)
        assert feed
        return [entry.id for entry, _ in snapshot.search.newest(feed.number, query, most)]


def in_order(store: Store, path: str) -> list[Entry]:
    with store.snapshot() as snapshot:
        feed = snapshot.feed(path)
        assert feed
        return snapshot.newest(feed.number, POSTS)


@pytest.mark.parametrize("few", [0, 9, 2_000], ids=["common", "both", "rare"])
def test_a_search_finds_what_a_look_at_every_text_finds(
    either_store: Store, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(searching, "_FEW", few)
    monkeypatch.setattr(searching, "_AT_ONCE", 7)
    random = Random(few)  # noqa: S311 - the same in each run
    either_store.search_indexes.switch(on=True)
    either_store.publish(Publication(a_site(), entries(random)), NOW)
    # Half of them are edited, some of these are retracted, and others are withdrawn.
    gone = tuple(f"tag:example.org,2026:post-{number}" for number in range(50, POSTS))
    edited = entries(random)[:30]
    until = NOW + timedelta(days=30)
    retracted = [
        Retraction(entry.id, a_text(random, 5), "command", NOW, until) for entry in edited[::5]
    ]
    following = Publication(a_site(), edited, withdrawn=gone, retractions=retracted)
    either_store.publish(following, NOW)
    posts = in_order(either_store, "")
    hits = 0
    for query in filter(None, (a_query(random) for _ in range(QUERIES))):
        expected = [entry.id for entry in posts if matches(query, entry)]
        assert found(either_store, "", query) == expected, query.text
        assert found(either_store, "", query, 2) == expected[:2]
        hits += len(expected)
    assert hits > QUERIES


def test_phrases_are_compared_with_a_limited_number_of_texts(
    either_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST_COMPARED", 10)
    monkeypatch.setattr(searching, "_AT_ONCE", 4)
    either_store.search_indexes.switch(on=True)
    texts = ["tea green"] * 9 + ["green tea"] * 2
    posts = [
        an_entry(f"p{n}", content_html=text, published=at(f"2026-01-{28 - n}"))
        for n, text in enumerate(texts)
    ]
    either_store.publish(Publication(a_site(), posts), NOW)
    query = search_query('"green tea"')
    assert isinstance(query, SearchQuery)
    assert found(either_store, "", query) == ["tag:example.org,2026:p9"]
