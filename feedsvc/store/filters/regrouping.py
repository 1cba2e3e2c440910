"""Moves entries in and out of the feeds that settings decide, without reading a file.

These are the site's feed, which `feeds.main` limits, and those of `[filters]`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.dates import microseconds
from feedsvc.core.feeds.feeds import SITE_TOPIC, Topic
from feedsvc.core.filters.placing import named_topics, topics_in
from feedsvc.core.site import Site
from feedsvc.store.rows import entry_of
from feedsvc.store.schema import ENTRIES_WITHOUT_TEXTS, entries, feeds, memberships

_AT_ONCE: Final = 500  # entries

_Membership: TypeAlias = tuple[int, int, int]  # feed, microseconds since 1970, entry


def feeds_of_settings(connection: Connection, site: Site) -> dict[str, int]:
    """The numbers of the feeds that settings decide, also of filters that were removed.

    A filter that has a new title gets it. Those of `site` must exist.
    """
    titles = {topic.path: topic for topic in named_topics(site)}
    is_decided = sa.or_(feeds.c.kind == "filter", feeds.c.path == SITE_TOPIC.path)
    numbers: dict[str, int] = {}
    for row in connection.execute(sa.select(feeds).where(is_decided)).mappings().all():
        numbers[row["path"]] = row["number"]
        topic = titles.get(row["path"])
        if topic and (names := _names(topic)) != row["names"]:
            renaming = sa.update(feeds).where(feeds.c.number == row["number"])
            connection.execute(renaming.values(names=names))
    return numbers


def regrouped(
    connection: Connection, site: Site, numbers: Mapping[str, int]
) -> Iterator[tuple[set[_Membership], set[_Membership], dict[int, str]]]:
    """The memberships of these feeds as they are and as they should be, and ids of entries.

    `numbers` are those of feeds by path. All entries are compared, some at a time.
    """
    last = 0
    while True:
        query = ENTRIES_WITHOUT_TEXTS.where(entries.c.number > last)
        query = query.order_by(entries.c.number).limit(_AT_ONCE)
        rows = connection.execute(query).mappings().all()
        if not rows:
            return
        last = rows[-1]["number"]
        chunk = {row["number"]: entry_of(row) for row in rows}
        dates = {number: microseconds(entry.placed_at) for number, entry in chunk.items()}
        wanted = {
            (numbers[topic.path], dates[number], number)
            for number, entry in chunk.items()
            for topic in topics_in(site, entry)
            if topic.path in numbers
        }
        present = sa.select(memberships.c.feed, memberships.c.published_at, memberships.c.entry)
        present = present.where(
            memberships.c.feed.in_(numbers.values()),
            memberships.c.published_at.in_(set(dates.values())),
        )
        found = {
            (feed, at, entry)
            for feed, at, entry in connection.execute(present)
            if entry in chunk
        }
        yield found, wanted, {number: entry.id for number, entry in chunk.items()}


def _names(topic: Topic) -> str:
    return json.dumps(topic.names, ensure_ascii=False)
