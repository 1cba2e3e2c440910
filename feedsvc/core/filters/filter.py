"""What a filter asks for: terms that its entries have or have not, and since when."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias
from urllib.parse import quote

from feedsvc.core import addresses
from feedsvc.core.feeds.feeds import Kind, Topic
from feedsvc.core.search.queries import SearchQuery

# The kind of feeds that each parameter names; with `not-` before it, it excludes them.
PARAMETERS: Final[dict[str, Kind]] = {
    "tag": "tag",
    "category": "category",
    "author": "author",
    "lang": "language",
}
NOT: Final = "not-"
SEARCH: Final = "q"
HISTORY: Final = "archive"  # in links between documents; nobody writes it
MOST_TERMS: Final = 16
MOST_ENTRIES: Final = 200  # that a document may ask for
FILTER_PATHS: Final = {f"feed/{format_name}": format_name for format_name in addresses.FORMATS}
BUILDER_PATH: Final = "filter"  # of the page that builds addresses of filters

_PARAMETER_OF: Final = {kind: parameter for parameter, kind in PARAMETERS.items()}
_KINDS: Final = tuple(PARAMETERS.values())
_SAFE: Final = "/~:"


@dataclass(frozen=True, slots=True)
class Term:
    """A tag, category, author or language: its names, and the path of its feed.

    Until somebody has looked into the store it may have several paths: a value may be written
    as a name or as in an address.
    """

    kind: Kind
    names: tuple[str, ...]
    paths: tuple[str, ...]

    @property
    def label(self) -> str:
        """The name for people."""
        return Topic(self.kind, self.names).label

    @property
    def parameter(self) -> str:
        """The name of the parameter for terms of this kind."""
        return _PARAMETER_OF[self.kind]

    @property
    def value(self) -> str:
        """The value of the parameter, as in the address of the feed: `C~23`."""
        return self.paths[0].partition("/")[2]


Group: TypeAlias = tuple[Term, ...]  # of which an entry has at least one
Page: TypeAlias = tuple[str, int]  # the path of a feed, and one of its archive pages


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice of entries, and how a document shows them.

    An entry has a term of each group in `all_of`, none of `none_of`, and was published at
    `since` or later. Without `all_of` it is in the site's feed. `since_text` is `since` as it
    is written in addresses. `limit` is None if the settings say how many entries a document
    has. A document with a `page` has those entries that this archive page has. With a `search`
    an entry also has these words in its title or text.
    """

    all_of: tuple[Group, ...] = ()
    none_of: Group = ()
    since: datetime | None = None
    since_text: str = ""
    limit: int | None = None
    only_summaries: bool = False
    page: Page | None = None
    search: SearchQuery | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        """All terms, in their order."""
        return (*(term for group in self.all_of for term in group), *self.none_of)

    @property
    def chains(self) -> tuple[tuple[str, ...], ...]:
        """The feeds whose archive pages together have all entries, in each possible way."""
        return tuple(tuple(term.paths[0] for term in group) for group in self.all_of) or (
            ("",),
        )

    def holds(self, paths: Set[str], published: datetime) -> bool:
        """True for an entry in the feeds at these paths that was published then.

        A `search` needs texts: the settings refuse it.
        """
        if self.since and published < self.since:
            return False
        if not self.all_of and "" not in paths:
            return False
        return all(_has_one(group, paths) for group in self.all_of) and not _has_one(
            self.none_of, paths
        )

    def with_paths(self, paths: Mapping[Term, tuple[str, ...]]) -> "Filter":
        """The same filter with these paths of its terms."""
        return self.with_terms({term: replace(term, paths=p) for term, p in paths.items()})

    def with_terms(self, terms: Mapping[Term, Term]) -> "Filter":
        """The same filter with other terms, each once, in the order of addresses."""
        groups = {
            tuple(sorted({terms.get(term, term) for term in group}, key=_order))
            for group in self.all_of
        }
        none_of = {terms.get(term, term) for term in self.none_of}
        return replace(
            self,
            all_of=tuple(sorted(groups, key=lambda group: [*map(_order, group)])),
            none_of=tuple(sorted(none_of, key=_order)),
        )

    def with_group(self, group: Group) -> "Filter":
        """The filter whose entries also have one of these terms."""
        return replace(self, all_of=(*self.all_of, group)).with_terms({})

    def without_group(self, group: Group) -> "Filter":
        """The filter whose entries need have none of these terms."""
        return replace(self, all_of=tuple(each for each in self.all_of if each != group))

    def with_exclusion(self, term: Term) -> "Filter":
        """The filter whose entries do not have this term."""
        return replace(self, none_of=(*self.none_of, term)).with_terms({})

    def without_exclusion(self, term: Term) -> "Filter":
        """The filter whose entries may have this term."""
        return replace(self, none_of=tuple(each for each in self.none_of if each != term))

    def at_page(self, page: Page | None) -> "Filter":
        """The filter of an archive page, which has all its entries; None: of the newest."""
        return replace(self, page=page, limit=None) if page else replace(self, page=None)

    @property
    def identity(self) -> str:
        """The query that says which entries it has, without how a document shows them."""
        return _query([*self._terms(), *_present(since=self.since_text)])

    @property
    def canonical(self) -> str:
        """The one query that stands in addresses: all others redirect to it."""
        return _query(self.parameters)

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of this query with their values, which are not encoded."""
        page = "/".join(filter(None, (self.page[0], str(self.page[1])))) if self.page else ""
        shown = _present(
            since=self.since_text,
            limit="" if self.limit is None else str(self.limit),
            content="summary" if self.only_summaries else "",
            **{HISTORY: page},
        )
        return [*self._terms(), *shown]

    def _terms(self) -> Iterable[tuple[str, str]]:
        for parameter, kind in PARAMETERS.items():
            groups = [group for group in self.all_of if group[0].kind == kind]
            yield from ((parameter, "|".join(t.value for t in group)) for group in groups)
            without = [term for term in self.none_of if term.kind == kind]
            yield from ((NOT + parameter, term.value) for term in without)
        if self.search:
            yield SEARCH, self.search.text

    def without_search(self) -> "Filter":
        """The filter whose entries may have any words."""
        return replace(self, search=None)

    def address(self, site_url: str, format_name: str) -> str:
        """The URL of its document in a format; of the site's feed if it asks for nothing."""
        if not self.canonical:
            return addresses.url(site_url, addresses.document_path("", format_name))
        return f"{addresses.url(site_url, f'feed/{format_name}')}{_question(self.canonical)}"

    def builder_address(self, site_url: str) -> str:
        """The URL of the page on which a person can change it."""
        shown = replace(self, page=None).canonical
        return f"{addresses.url(site_url, BUILDER_PATH)}/{_question(shown)}"


def _question(query: str) -> str:
    return f"?{query}" if query else ""


def _order(term: Term) -> tuple[int, str]:
    return _KINDS.index(term.kind), term.paths[0]


def _has_one(terms: Group, paths: Set[str]) -> bool:
    return any(path in paths for term in terms for path in term.paths)


def _present(**parameters: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in parameters.items() if value]


def _query(parameters: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{name}={quote(value, safe=_SAFE)}" for name, value in parameters)
