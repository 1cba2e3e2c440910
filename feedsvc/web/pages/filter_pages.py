"""The page that builds the address of a filter: each link adds or removes a term."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Response

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import SITE_TOPIC, Kind
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.filters.filter import MOST_ENTRIES, MOST_TERMS, NOT, PARAMETERS, Filter, Term
from feedsvc.core.filters.filter_titles import filter_title
from feedsvc.core.site import Site
from feedsvc.store.snapshot import Snapshot
from feedsvc.web.pages import navigation
from feedsvc.web.pages.discovery import FORMAT_NAMES, OfferedFeed
from feedsvc.web.pages.feed_pages import subscribing
from feedsvc.web.pages.rendering import kept, rendered

_SUGGESTED: Final = 12  # terms of each kind
_POSTS: Final = 10
# What a person can add: the parameter, the kind of the term, and whether it excludes it.
_ADDED: Final[tuple[tuple[str, Kind, bool], ...]] = tuple(
    (prefix + parameter, kind, bool(prefix))
    for prefix in ("", NOT)
    for parameter, kind in PARAMETERS.items()
)
_KEPT_FIELDS: Final = frozenset(parameter for parameter, _, _ in _ADDED)
_ORDER: Final[tuple[Kind, ...]] = ("category", "tag", "author", "language")


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A condition of the filter, and the address of the page without it."""

    label: str
    without: bool
    removed: str


@dataclass(frozen=True, slots=True)
class _Suggestion:
    """A term that a click adds: to have it, or to leave it out."""

    label: str
    added: str
    excluded: str


@dataclass(frozen=True, slots=True)
class FilterForm:
    """What a person has entered, beside the filter: to be shown again if it is wrong."""

    fault: str = ""
    parameter: str = ""
    name: str = ""


def filter_page(
    site: Site,
    snapshot: Snapshot,
    cut: Filter,
    newest: Sequence[Entry],
    form: FilterForm,
    opened: str = "",
) -> Response:
    """The page of a filter, whose terms have their feeds, with its newest entries.

    `opened` is the address of its document, if a browser has opened that.
    """
    is_filter = bool(cut.canonical)
    page = cut.builder_address(site.url)
    documents = {
        name: cut.address(site.url, format_name) for format_name, name in FORMAT_NAMES.items()
    }
    title = filter_title(site, cut)
    line = navigation.FeedLine(title, SITE_TOPIC, page, documents, 0)
    response = rendered(
        "filter.html",
        site,
        _offered(title, cut, site) if is_filter else (),
        cut=cut,
        is_filter=is_filter,
        title=title,
        feed=line,
        opened=opened,
        **subscribing(line),
        chosen=list(_chosen(site, cut)),
        groups=_groups(site, snapshot, cut),
        hidden=[(name, value) for name, value in cut.parameters if name in _KEPT_FIELDS],
        form=form,
        kinds=_ADDED,
        posts=newest[:_POSTS],
        most_entries=MOST_ENTRIES,
        builder=Filter().builder_address(site.url),
    )
    if form.fault:
        response.status_code = 400
        response.headers["Cache-Control"] = "no-store"
        return response
    return response if opened else kept(response)


def _offered(title: str, cut: Filter, site: Site) -> Iterator[OfferedFeed]:
    for format_name, name in FORMAT_NAMES.items():
        media_type = FORMATS[format_name].media_type.partition(";")[0]
        address = cut.address(site.url, format_name)
        yield OfferedFeed(f"{title} ({name})", media_type, address)


def _chosen(site: Site, cut: Filter) -> Iterator[_Chosen]:
    for group in cut.all_of:
        label = " | ".join(term.label for term in group)
        yield _Chosen(label, False, cut.without_group(group).builder_address(site.url))
    for term in cut.none_of:
        yield _Chosen(term.label, True, cut.without_exclusion(term).builder_address(site.url))
    if cut.search:
        label = f"“{cut.search.text}”"
        yield _Chosen(label, False, cut.without_search().builder_address(site.url))


def _groups(
    site: Site, snapshot: Snapshot, cut: Filter
) -> list[tuple[Kind, list[_Suggestion]]]:
    """The largest terms of each kind that are not chosen yet."""
    if len(cut.terms) >= MOST_TERMS:
        return []
    chosen = {term.paths[0] for term in cut.terms}
    groups = []
    for kind in _ORDER:
        records = snapshot.largest_feeds(kind, _SUGGESTED + len(chosen))
        terms = [
            Term(kind, record.topic.names, (record.topic.path,))
            for record in records
            if record.topic.path not in chosen
        ]
        if kind == "language" and len(records) < 2:
            terms = []
        if terms:
            groups.append((kind, [_suggestion(site, cut, t) for t in terms[:_SUGGESTED]]))
    return groups


def _suggestion(site: Site, cut: Filter, term: Term) -> _Suggestion:
    return _Suggestion(
        term.label,
        cut.with_group((term,)).builder_address(site.url),
        cut.with_exclusion(term).builder_address(site.url),
    )
