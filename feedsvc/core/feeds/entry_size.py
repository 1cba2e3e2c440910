"""How many octets an entry adds to a feed document, so that no feed exceeds `max_bytes`.

The answer is an upper bound for Atom, RSS and JSON. Rendering the entry would give the exact
number, but takes far longer.
"""

from dataclasses import astuple
from html import escape
from typing import Final

from feedsvc.core import addresses
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.site import Site

MARKUP: Final = 2_500  # octets of markup around a feed or an entry, at most
_TERM_MARKUP: Final = 150  # octets of markup around a category or an author, at most
_FILE_MARKUP: Final = 300  # octets of markup and numbers of an enclosure or image, at most


def entry_size(entry: Entry, site: Site) -> int:
    """An upper bound of the octets that an entry adds to its largest document."""
    labels = [(addresses.tag_path(tag), tag) for tag in entry.tags]
    labels += [(addresses.category_path(c), "/".join(c)) for c in entry.categories]
    texts = [
        *(entry.content_html, entry.title),
        escape(entry.summary, quote=False),  # RSS escapes it twice
        *(entry.id, entry.permalink, entry.permalink, entry.language),
        *(entry.image, entry.image),  # once as content, once as thumbnail
        *(label for _, label in labels),
        *(part for author in entry.authors for part in astuple(author)),
        *(part for each in entry.enclosures for part in (each.href, each.media_type)),
    ]
    links = sum(len(addresses.url(site.url, path)) for path, _ in labels)
    markup = MARKUP + _TERM_MARKUP * (len(labels) + len(entry.authors))
    markup += _FILE_MARKUP * (len(entry.enclosures) + bool(entry.image))
    return markup + links + _escaped_size("".join(texts))


def _escaped_size(text: str) -> int:
    """The octets of a text in XML or in JSON, whichever needs more for each character."""
    size = len(text.encode()) + 5 * sum(map(text.count, '<&"'))
    return size + 4 * text.count("\r") + 3 * text.count(">") + sum(map(text.count, "\n\t\\"))
