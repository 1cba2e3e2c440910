"""The feed of a filter: its id, its title, its links, and when its documents change."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from feedsvc.core.feeds.archives.paging import NO_PAGING, Paging
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import (
    RENDERER_VERSION,
    SITE_TOPIC,
    Feed,
    fitting_entries,
    podcast_mark,
    shortened_entries,
)
from feedsvc.core.filters.filter import Filter, Page
from feedsvc.core.filters.filter_titles import filter_title
from feedsvc.core.languages import language_tag
from feedsvc.core.site import Site

_WORDS_OF_TITLE: Final = 300  # octets of a title that are no names


@dataclass(frozen=True, slots=True)
class Around:
    """The archive pages before and after a document in the history of a filter."""

    older: Page | None = None
    newer: Page | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilteredFeed(Feed):
    """The feed of a filter. Its topic is that of the site, of which it is a cut."""

    cut: Filter
    around: Around = Around()

    @property
    def id(self) -> str:
        """A permanent URI that depends on which entries the filter has, and on nothing else.

        How many of them a document shows, and how much of each, may differ, as between formats.
        """
        identity = self.cut.identity
        query = f"?{identity}" if identity else ""
        return f"tag:{self.site.tag_authority}:feed:filter{query}"

    @property
    def title(self) -> str:
        """The filter in words, and the site: `AI and CAR-T, without diary - Site`."""
        return filter_title(self.site, self.cut)

    @property
    def language(self) -> str:
        """The only language of its entries, else that of the site."""
        groups = [group for group in self.cut.all_of if group[0].kind == "language"]
        if len(groups) == 1 and len(groups[0]) == 1:
            return groups[0][0].names[0]
        return language_tag(self.site.language)

    @property
    def home_page(self) -> str:
        """The page on which a person can change the filter, if the site has pages."""
        if self.site.pages:
            return self.cut.builder_address(self.site.url)
        return f"{self.site.url}/"

    def self_link(self, format_name: str) -> str:
        """The URL of this document in a format."""
        return self.cut.address(self.site.url, format_name)

    def current_link(self, format_name: str) -> str:
        """The URL of the document with the newest entries."""
        return self.cut.at_page(None).address(self.site.url, format_name)

    def history_links(self, format_name: str) -> Iterator[tuple[str, str]]:
        """The links to the other documents of the filter, by relation (RFC 5005 §4)."""
        if self.cut.page:
            yield "current", self.current_link(format_name)
        for relation, page in (
            ("prev-archive", self.around.older),
            ("next-archive", self.around.newer),
        ):
            if page:
                address = self.cut.at_page(page).address(self.site.url, format_name)
                yield relation, address


def filtered_feed(
    site: Site, cut: Filter, newest: Sequence[Entry], around: Around, *, is_cut: bool
) -> FilteredFeed:
    """The feed of a filter with its newest entries; it `is_cut` if there are more."""
    site = _site_of(site, len(newest))
    entries = tuple(fitting_entries(site, _content(site, cut), _address(site, cut), newest))
    if not is_cut and len(entries) == len(newest):
        return FilteredFeed(site, SITE_TOPIC, entries, Paging(is_complete=True), cut=cut)
    return FilteredFeed(site, SITE_TOPIC, entries, NO_PAGING, cut=cut, around=around)


def filtered_page(
    site: Site, cut: Filter, entries: Sequence[Entry], around: Around
) -> FilteredFeed:
    """The archive page of a filter with all its entries."""
    site = _site_of(site, len(entries))
    shown = tuple(shortened_entries(site, _content(site, cut), _address(site, cut), entries))
    page = cut.page[1] if cut.page else 0
    return FilteredFeed(site, SITE_TOPIC, shown, Paging(page=page), cut=cut, around=around)


def filter_digest(
    site: Site, cut: Filter, entry_digests: Iterable[str], around: Around, *, is_cut: bool
) -> str:
    """A hash of everything that the documents of a filter are rendered from."""
    digests = tuple(entry_digests)
    links = [f"{path}/{page}" for path, page in filter(None, (around.older, around.newer))]
    rendered_from = [
        RENDERER_VERSION,
        _site_of(site, 0).digest,
        "filter",
        cut.canonical,
        filter_title(site, cut),
        "",
        *digests,
        "",
        "cut" if is_cut else "",
        "newer" if around.newer else "",
        *links,
        *podcast_mark(site, digests),
    ]
    return hashlib.sha256("\x00".join(rendered_from).encode()).hexdigest()


def _site_of(site: Site, entries: int) -> Site:
    """The site as documents of a filter show it: without hubs, which push none of them."""
    return replace(site, hubs=(), entries=entries)


def _content(site: Site, cut: Filter) -> str:
    """`summary` if the address asks for it, or the settings of the site or of a term do.

    An address never shows more of an entry than the feeds that have it.
    """
    contents = dict(site.contents)
    asked = (contents.get(path) for chain in cut.chains for path in chain)
    return "summary" if cut.only_summaries or "summary" in asked else site.content


def _address(site: Site, cut: Filter) -> str:
    """A text that is as long as the address of a document, and no shorter than its title."""
    return cut.address(site.url, "atom") + " " * _WORDS_OF_TITLE
