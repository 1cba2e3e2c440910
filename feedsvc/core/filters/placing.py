"""Which feeds of a site an entry is in: also those of filters that the settings name.

`feeds.main` keeps entries out of the site's feed. Both depend on the other feeds of an entry,
so a change of them reads no file.
"""

from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import SITE_TOPIC, Topic, topics_of
from feedsvc.core.feeds.renamed_feeds import successors
from feedsvc.core.filters.filter import Filter
from feedsvc.core.filters.parse import QueryFault, parse_filter
from feedsvc.core.rules import Rules
from feedsvc.core.site import Site

_EVERYTHING: Final = Filter()


class _Own(NamedTuple):
    """The filter of the site's feed, and the filters that have a name, by their topics."""

    main: Filter
    named: tuple[tuple[Topic, Filter], ...]


def topics_in(site: Site, entry: Entry) -> tuple[Topic, ...]:
    """The topics whose feeds hold the entry on this site."""
    topics = topics_of(entry)
    if not (site.main or site.filters):
        return topics
    own = _own(site.main, site.filters, site.timezone, site.rules)
    paths = {topic.path for topic in topics}
    if "" in paths and not own.main.holds(paths, entry.published):
        topics = tuple(topic for topic in topics if topic != SITE_TOPIC)
        paths.remove("")
    named = (topic for topic, cut in own.named if cut.holds(paths, entry.published))
    return (*topics, *named)


def named_topics(site: Site) -> tuple[Topic, ...]:
    """The topics of the filters that the settings name, in their order."""
    return tuple(Topic("filter", (name, title)) for name, title, _ in site.filters)


def filters_of(site: Site) -> dict[str, Filter]:
    """The filters in the settings, by the names of the settings."""
    own = _own(site.main, site.filters, site.timezone, site.rules)
    main = {"feeds.main": own.main} if site.main else {}
    return main | {f"filters.{topic.names[0]}": cut for topic, cut in own.named}


def filter_of_setting(query: str, zone: ZoneInfo) -> Filter:
    """The filter of a query in the settings. Raises ValueError with what is wrong with it."""
    parsed = parse_filter(query.removeprefix("?").encode(), zone)
    if isinstance(parsed, QueryFault):
        raise ValueError(str(parsed))
    if parsed.limit is not None:
        raise ValueError("limit is only for addresses; feeds.entries is that of all feeds")
    if parsed.search:
        raise ValueError("q is only for addresses; subscribe to /feed/atom?q=WORDS")
    if parsed.page:
        raise ValueError("archive is only for addresses; leave it out")
    if not parsed.canonical:
        raise ValueError("it asks for nothing; name a term, such as tag=AI, or leave it out")
    return parsed


@lru_cache(maxsize=8)
def _own(
    main: str, named: tuple[tuple[str, str, str], ...], timezone: str, rules: Rules
) -> _Own:
    zone, renamed = ZoneInfo(timezone), successors(rules)

    def settled(query: str) -> Filter:
        cut = filter_of_setting(query, zone)
        return cut.with_paths(
            {
                term: (*term.paths, *(renamed[path] for path in term.paths if path in renamed))
                for term in cut.terms
            }
        )

    return _Own(
        settled(main) if main else _EVERYTHING,
        tuple((Topic("filter", (name, title)), settled(query)) for name, title, query in named),
    )
