"""How many octets an entry adds to a feed document, so that no feed exceeds `max_bytes`.

The answer is an upper bound for Atom, RSS and JSON. Rendering the entry would give the exact
number, but takes far longer.
"""

from html import escape
from typing import Final

from feedsvc.core import addresses
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.licences.licences import licence_address, licence_name
from feedsvc.core.site import Site

MARKUP: Final = 2_500  # octets of markup around a feed or an entry, at most
_TERM_MARKUP: Final = 150  # octets of markup around a category or an author, at most
_FILE_MARKUP: Final = 300  # octets of markup and numbers of an enclosure or image, at most
_MOST_ESCAPED: Final = 6  # octets of one character, such as `&quot;`
_ESCAPED: Final = b'<>&"\r\n\t\\'  # that XML or JSON escapes
_MOST_IN_URL: Final = 12  # octets of one character in a URL: four bytes, each `~XX` or `%XX`


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
        *(part for a in entry.authors for part in (a.name, a.uri, a.email)),
        *(part for each in entry.enclosures for part in (each.href, each.media_type)),
        *_licence_texts(entry),
        *_episode_texts(entry),
    ]
    links = sum(len(addresses.url(site.url, path)) for path, _ in labels)
    markup = MARKUP + _TERM_MARKUP * (len(labels) + len(entry.authors))
    markup += _FILE_MARKUP * _files(entry)
    return markup + links + _escaped_size("".join(texts))


def head_size(site: Site) -> int:
    """An upper bound of the octets that pictures, licence and rights add to a document."""
    pictures = (site.icon, site.logo) * 2
    shown = (*pictures, licence_address(site.license), licence_name(site.license))
    markup = _FILE_MARKUP * sum(map(bool, (site.icon, site.logo, site.license, site.rights)))
    return markup + _escaped_size("".join((*shown, site.rights)))


def show_size(site: Site) -> int:
    """An upper bound of the octets that the tags of a podcast add to a document."""
    show = site.podcast
    pictures = (show.image, site.icon, site.logo)
    people = (show.author, site.author, show.email) * 2
    return 6 * _FILE_MARKUP + _escaped_size("".join((*show.category, *pictures, *people)))


def _licence_texts(entry: Entry) -> tuple[str, ...]:
    if not entry.license:
        return ()
    return licence_address(entry.license), licence_name(entry.license)


def _episode_texts(entry: Entry) -> tuple[str, ...]:
    if not entry.has_audio:
        return ()
    of = entry.episode
    numbers = (str(of.season), str(of.number))
    named = ((t.href, t.media_type, t.language) for t in of.transcripts)
    return (*numbers, of.image, *(text for row in named for text in row))


def _files(entry: Entry) -> int:
    """How many elements with an address or with numbers an entry has, besides its content."""
    files = len(entry.enclosures) + bool(entry.image) + bool(entry.license)
    return files + 2 * entry.has_audio + len(entry.episode.transcripts)


def most_size(entry: Entry, site: Site) -> int:
    """A number that `entry_size` never exceeds. It takes less than half the time."""
    labels = [*entry.tags, *map("/".join, entry.categories)]
    texts = (
        *(entry.title, entry.id, entry.permalink, entry.permalink),
        *(entry.language, entry.image, entry.image, *labels),
        *(part for a in entry.authors for part in (a.name, a.uri, a.email)),
        *(part for each in entry.enclosures for part in (each.href, each.media_type)),
        *_licence_texts(entry),
        *_episode_texts(entry),
    )
    characters = sum(map(len, texts)) + _MOST_ESCAPED * len(entry.summary)
    links = (len(site.url) + 20) * len(labels) + _MOST_IN_URL * sum(map(len, labels))
    markup = MARKUP + _TERM_MARKUP * (len(labels) + len(entry.authors))
    markup += _FILE_MARKUP * _files(entry)
    content = entry.content_html.encode()
    escaped = len(content) - len(content.translate(None, _ESCAPED))
    rest = links + _MOST_ESCAPED * characters
    return markup + rest + len(content) + (_MOST_ESCAPED - 1) * escaped


def _escaped_size(text: str) -> int:
    """The octets of a text in XML or in JSON, whichever needs more for each character."""
    octets = text.encode()  # in which characters are counted faster than in a str
    size = len(octets) + 5 * sum(map(octets.count, (b"<", b"&", b'"')))
    size += 4 * octets.count(b"\r") + 3 * octets.count(b">")
    return size + sum(map(octets.count, (b"\n", b"\t", b"\\")))
