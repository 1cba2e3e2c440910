"""The HTTP headers of the documents of feeds that every server can send."""

from typing import Final

from feedsvc.core import addresses
from feedsvc.core.feeds.formats import FORMATS, plain_type
from feedsvc.core.feeds.opml import OPML_MEDIA_TYPE
from feedsvc.settings.settings import ServerSettings

_LONGEST_OF_PAGES: Final = 3600  # seconds for which a cache need not revalidate a page
_MEDIA_TYPES: Final = {
    name: FORMATS[format_name].media_type for format_name, name in addresses.FORMATS.items()
}


def feed_headers(path: str, server: ServerSettings) -> tuple[tuple[str, str], ...]:
    """The headers of the document at a path such as `tags/AI/atom.xml`."""
    folder, _, name = path.rpartition("/")
    feed_path, page = addresses.archive_page_at(folder) or (folder, 0)
    media_type = _MEDIA_TYPES.get(name, OPML_MEDIA_TYPE)
    if server.media_types == "plain":
        media_type = plain_type(media_type)
    max_age = server.max_ages.get(feed_path, server.max_age)
    return (
        ("Access-Control-Allow-Origin", "*"),
        (
            "Cache-Control",
            archive_cache_control(max_age)
            if page
            else cache_control(max_age, server.shared_max_age),
        ),
        ("Content-Type", media_type),
        ("X-Content-Type-Options", "nosniff"),
    )


def cache_control(max_age: int, shared_max_age: int) -> str:
    """How long caches may keep a document of a feed (RFC 9111, RFC 5861)."""
    shared = f", s-maxage={shared_max_age}" if shared_max_age else ""
    stale = "stale-while-revalidate=86400, stale-if-error=604800"
    return f"public, max-age={max_age}{shared}, {stale}"


def archive_cache_control(max_age: int) -> str:
    """How long caches may keep an archive page.

    An author may hide a post that only this page has: then no purge names the page.
    """
    return f"public, max-age={min(max_age, _LONGEST_OF_PAGES)}, must-revalidate"
