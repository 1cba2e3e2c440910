"""The addresses, beside those of feeds, at which something of a retracted post was served."""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core import addresses
from feedsvc.core.dates import microseconds
from feedsvc.core.feeds.archives.paging import page_of
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.filters.placing import topics_in
from feedsvc.core.site import Site
from feedsvc.store.schema import attachments, feeds, memberships


def pages_of(
    connection: Connection, site: Site, entries: Iterable[tuple[int, Entry]]
) -> Iterator[str]:
    """The decoded paths of the pages, files and archive pages of these entries.

    Each entry has the number of its row, and is as the store has it still.
    """
    for number, entry in entries:
        page = addresses.path_at(site.url, entry.permalink)
        if page:
            yield page
        of_entry = sa.select(attachments.c.path).where(attachments.c.entry_id == entry.id)
        yield from connection.execute(of_entry).scalars()
        member = memberships.c
        query = sa.select(feeds.c.path, member.number).join_from(
            feeds, memberships, member.feed == feeds.c.number
        )
        query = query.where(
            feeds.c.path.in_([topic.path for topic in topics_in(site, entry)]),
            member.published_at == microseconds(entry.placed_at),
            member.entry == number,
        )
        for path, membership in connection.execute(query):
            folder = addresses.archive_path(path, page_of(membership or 1))
            for format_name in addresses.FORMATS:
                yield addresses.document_path(folder, format_name)
