"""Finds the term that a slug of another generator means; several terms may share a slug.

The index has a few octets for each term, because a site may have 100,000.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from feedsvc.core.feeds.feeds import Topic
from feedsvc.core.posts.slugs import hexo_slug, hugo_slug, jekyll_slug, wordpress_slug
from feedsvc.core.redirects.presets import Preset, PresetFeed
from feedsvc.core.text import nfc

MOST_FOUND: Final = 20  # terms of one slug, those with the most entries

# `raw` is the name itself: jekyll-feed and some plugins of Hexo do not make slugs.
_Rule: TypeAlias = Preset | Literal["raw"]

_SLUG: Final[dict[_Rule, Callable[[str], str]]] = {
    "hexo": hexo_slug,
    "jekyll": jekyll_slug,
    "hugo": hugo_slug,
    "wordpress": wordpress_slug,
    "raw": nfc,
}
_KINDS: Final = frozenset(["tag", "category", "author"])
_LEAF: Final = "leaf"  # the last level of a category
# Addresses of these have the whole path of a category, or only its last level.
_WITH_LEAVES: Final = frozenset(["jekyll", "hugo", "wordpress"])
_NUMBER_BITS: Final = 24  # of a row; the other 40 are a hash
_NUMBER: Final = (1 << _NUMBER_BITS) - 1


@dataclass(frozen=True, slots=True)
class Look:
    """One look-up: by which rule, and for which slug of a kind of term."""

    rule: _Rule
    kind: str
    slug: str

    def finds(self, topic: Topic) -> bool:
        """True if the topic has this slug; case does not matter."""
        return (
            self._is_of_kind(topic) and self._slug_of(topic).casefold() == self.slug.casefold()
        )

    def finds_exactly(self, topic: Topic) -> bool:
        """True if the topic has this slug in the same case."""
        return self._slug_of(topic) == self.slug

    def _is_of_kind(self, topic: Topic) -> bool:
        return topic.kind == ("category" if self.kind == _LEAF else self.kind)

    def _slug_of(self, topic: Topic) -> str:
        return slug_of(self.rule, topic.names[-1:] if self.kind == _LEAF else topic.names)


def looks(preset: Preset, old: PresetFeed) -> tuple[Look, ...]:
    """How to look for the term of an old address, the most reliable way first."""
    rules: tuple[_Rule, ...] = (preset, "raw")
    if preset == "jekyll":
        rules = ("raw", preset)
    levels = old.slug.split("/")
    found = [Look(rule, old.kind, old.slug) for rule in rules]
    found.append(Look(preset, old.kind, slug_of(preset, levels)))
    if old.kind == "category" and preset in _WITH_LEAVES:
        found += [Look(rule, _LEAF, levels[-1]) for rule in rules]
    return tuple(dict.fromkeys(look for look in found if look.slug))


def slug_of(rule: _Rule, names: Sequence[str]) -> str:
    """The slug of a name, or the slugs of the levels of a category; empty if one is empty."""
    slugs = [_SLUG[rule](name) for name in names]
    return "/".join(slugs) if all(slugs) else ""


class SlugIndex:
    """The paths of the feeds of terms by slug, in sorted arrays of numbers."""

    def __init__(self, terms: Iterable[tuple[str, Topic]], presets: Iterable[Preset]) -> None:
        """`terms` are paths and topics, those with the most entries first."""
        rules: tuple[_Rule, ...] = ("raw", *presets)
        self._paths: list[str] = []
        rows: list[int] = []
        for path, topic in terms:
            if topic.kind in _KINDS and len(self._paths) <= _NUMBER:
                rows += _rows_of(len(self._paths), topic, rules)
                self._paths.append(path)
        rows.sort()
        self._rows = array("Q", rows)

    def paths(self, look: Look) -> list[str]:
        """The paths of feeds that this look-up may find, those with the most entries first.

        At most `MOST_FOUND`. Compare the topics of these feeds with `finds`: a path may be
        here by a coincidence of hashes.
        """
        first = _row(look.rule, look.kind, look.slug, 0)
        begin = bisect_left(self._rows, first)
        end = min(bisect_left(self._rows, first + _NUMBER + 1), begin + MOST_FOUND)
        return [self._paths[row & _NUMBER] for row in self._rows[begin:end]]

    def similar(self, most: int) -> list[str]:
        """The paths of up to `most` terms that may share a slug with another one."""
        numbers: dict[int, None] = {}
        for row, after in pairwise(self._rows):
            if row >> _NUMBER_BITS == after >> _NUMBER_BITS:
                numbers.update({row & _NUMBER: None, after & _NUMBER: None})
            if len(numbers) >= most:
                break
        return [self._paths[number] for number in numbers][:most]


def _rows_of(number: int, topic: Topic, rules: Iterable[_Rule]) -> Iterator[int]:
    """A row for every look-up that finds this topic."""
    for rule in rules:
        slug = slug_of(rule, topic.names)
        if slug:
            yield _row(rule, topic.kind, slug, number)
        if topic.kind == "category" and (leaf := slug_of(rule, topic.names[-1:])):
            yield _row(rule, _LEAF, leaf, number)


def _row(rule: _Rule, kind: str, slug: str, number: int) -> int:
    key = hash((rule, kind, slug.casefold())) & ((1 << 40) - 1)
    return key << _NUMBER_BITS | number


@dataclass(frozen=True, slots=True)
class SharedSlug:
    """A slug that several terms have. Old addresses with it lead to the first, the largest."""

    preset: Preset
    slug: str
    topics: tuple[Topic, ...]

    def __str__(self) -> str:
        first, *others = (f"{topic.kind} {topic.label!r}" for topic in self.topics)
        return (
            f"{', '.join(others)}: {self.preset} gave the same address ({self.slug!r}) to "
            f"{first}, which has no fewer posts; the old address leads there"
        )


def shared_slugs(
    terms: Iterable[tuple[int, Topic]], presets: Iterable[Preset]
) -> list[SharedSlug]:
    """The slugs that several terms share; each term comes with its number of entries."""
    wanted = tuple(presets)
    ordered = sorted(terms, key=lambda term: (-term[0], term[1].path)) if wanted else []
    shared: list[SharedSlug] = []
    for preset in wanted:
        by_slug: dict[tuple[str, str], list[Topic]] = {}
        for _, topic in ordered:
            slug = slug_of(preset, topic.names) if topic.kind in _KINDS else ""
            if slug:
                by_slug.setdefault((topic.kind, slug), []).append(topic)
        shared += [
            SharedSlug(preset, slug, tuple(_winner_first(preset, slug, topics)))
            for (_, slug), topics in by_slug.items()
            if len(topics) > 1
        ]
    return shared


def _winner_first(preset: Preset, slug: str, topics: list[Topic]) -> list[Topic]:
    """jekyll-feed uses the names themselves, so there a name that is a slug comes first."""
    if preset != "jekyll":
        return topics
    return sorted(topics, key=lambda topic: "/".join(topic.names) != slug)
