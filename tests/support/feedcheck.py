"""One independent checker of feeds, so that every feed of any folder is held to every rule.

It knows the specifications and nothing of the program that wrote the document. A finding names
the broken rule by a number of this module: A for Atom, R for RSS, J for JSON Feed, O for OPML.
`RFC4287` is for details of Atom without a number. An empty list means that it is right.

What one document cannot show is not checked here:
- A7, J10 in part: the proportions of icon, logo and favicon need the picture;
- A10 in part: that an id never changes needs the document of yesterday;
- A13, A14 in part: which edits are significant, and changes of settings, are not in a feed;
- A17 in part: which scheme is for tags, and which for categories, only the site knows;
- A19 in part: an entry's own language, where `xml:lang` has been forgotten;
- K2 in part: that a guid is kept after a new address needs the feed of yesterday;
- R2 in part: whether a post has a summary that the item leaves out;
- R14 in part: agreement with `max-age` needs the response;
- J9 in part: earlier `next_url`s need the earlier pages;
- O2 in part: title, htmlUrl, description and language are only recommended;
- O3 in part: autodiscovery is in a page, not in the OPML.
"""

import html
import itertools
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeAlias
from urllib.parse import unquote, urlsplit

import lxml.etree
import lxml.html


@dataclass(frozen=True)
class Finding:
    """A rule that a document breaks, and where."""

    rule: str
    message: str


Findings: TypeAlias = Iterator[Finding]
Element: TypeAlias = lxml.etree._Element
JsonObject: TypeAlias = dict[str, Any]


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


def check_atom(
    document: bytes, *, self_link: str, content_type: str | None = None, now: datetime
) -> list[Finding]:
    """All that is wrong with an Atom 1.0 feed that is published at `self_link`."""
    findings = [
        *_served_as(content_type, {"application/atom+xml"}, "A20"),
        *_xml_source(document, "A1"),
    ]
    feed = _xml_root(document)
    if feed is not None:
        findings += _atom_namespace(feed)
        findings += _atom_feed(feed, self_link, now)
    return findings


def check_rss(
    document: bytes, *, self_link: str, content_type: str | None = None, now: datetime
) -> list[Finding]:
    """All that is wrong with an RSS 2.0 feed that is published at `self_link`."""
    findings = [
        *_served_as(content_type, {"application/rss+xml", "application/xml"}, "R16"),
        *_xml_source(document, "R1"),
        *_rss_plain_text_in_bytes(document),
    ]
    rss = _xml_root(document)
    if rss is not None:
        findings += _rss_root(rss)
        for channel in rss.findall("channel"):
            findings += _rss_channel(channel, self_link, now)
    return findings


def check_json(
    document: bytes, *, self_link: str, content_type: str | None = None, now: datetime
) -> list[Finding]:
    """All that is wrong with a JSON Feed 1.1 that is published at `self_link`."""
    findings = [
        *_served_as(content_type, {"application/feed+json"}, "J10"),
        *_legal_source(document, "J1"),
    ]
    try:
        feed = _json_object(document)
    except ValueError as error:
        return [*findings, Finding("J1", f"not a JSON object: {error}")]
    findings += _json_feed(feed, self_link)
    for item in _json_items(feed):
        findings += _json_item(item, now)
        if "language" in item and item["language"] == feed.get("language"):
            place = f"item {item.get('id')}"
            findings += [Finding("J6", f"{place} repeats the feed's language")]
    findings += _json_ids(feed)
    findings += _json_extensions(feed)
    findings += _json_characters(feed)
    return findings


def check_opml(document: bytes) -> list[Finding]:
    """All that is wrong with an OPML 2.0 list of feeds."""
    findings = [*_xml_source(document, "O1")]
    opml = _xml_root(document)
    if opml is not None:
        findings += _opml_parts(opml)
        for outline in opml.iter("outline"):
            findings += _opml_outline(outline)
        findings += _opml_dates(opml)
    return findings


def check_same_entries(atom: bytes, rss: bytes, json_feed: bytes) -> list[Finding]:
    """Where three formats of one feed differ in their entries: ids, order, titles, files."""
    feed, channel = _xml_root(atom), _xml_root(rss)
    unreadable = [*_xml_source(atom, "A1"), *_xml_source(rss, "R1")]
    try:
        items = _json_items(_json_object(json_feed))
    except ValueError as error:
        return [*unreadable, Finding("J1", f"not a JSON object: {error}")]
    if feed is None or channel is None:
        return unreadable
    entries = feed.findall(_ATOM + "entry")
    ids = [_text(entry, _ATOM + "id") for entry in entries]
    titles = [_text(entry, _ATOM + "title") for entry in entries]
    files = [_files(entry) for entry in entries]
    rss_items = channel.findall("channel/item")
    return [
        *_same(ids, [_text(item, "guid") for item in rss_items], "R4", "guids of RSS"),
        *_same(ids, [item.get("id") for item in items], "J2", "ids of JSON"),
        *_same(titles, [_text(item, "title") for item in rss_items], "R2", "titles of RSS"),
        *_same(titles, [item.get("title") for item in items], "J3", "titles of JSON"),
        *_same(files, [_files(item) for item in rss_items], "R9", "files of RSS"),
        *_same(files, [_json_files(item) for item in items], "J7", "files of JSON"),
    ]


def _files(entry: Element) -> list[str | None]:
    """The URLs of all that is attached to an entry or item, its lead image among them."""
    links = [link for link in entry.findall(_ATOM + "link") if link.get("rel") == "enclosure"]
    urls = {link.get("href") for link in links}
    urls |= {each.get("url") for each in entry.findall("enclosure")}
    urls |= {each.get("url") for each in entry.findall(_MEDIA + "content")}
    return sorted(filter(None, urls))


def _json_files(item: JsonObject) -> list[str]:
    urls = {str(each.get("url")) for each in _objects(item, "attachments")}
    return sorted(urls | ({str(item["image"])} if "image" in item else set()))


def _same(atom: list[Any], other: list[Any], rule: str, what: str) -> Findings:
    for position, (left, right) in enumerate(itertools.zip_longest(atom, other), 1):
        if left != right:
            yield Finding(rule, f"{what} differ from Atom at {position}: {right!r}, {left!r}")
            return


# --- Bytes, characters and media types ------------------------------------------------------

_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE: Final = re.compile("&#(?:[xX]0*([0-9A-Fa-f]{1,8})|0*([0-9]{1,9}));?")
_DECLARATION: Final = re.compile(
    rb"""<\?xml version=(["'])1\.0\1 encoding=(["'])utf-8\2""", re.IGNORECASE
)
_ANY_ELEMENT: Final = "*"  # leaves out comments and processing instructions


def _served_as(content_type: str | None, allowed: Collection[str], rule: str) -> Findings:
    if content_type is None:
        return
    header = Message()
    header["Content-Type"] = content_type
    if header.get_content_type() not in allowed:
        yield Finding(rule, f"served as {content_type!r}, not {' or '.join(sorted(allowed))}")
    if header.get_content_charset("utf-8") != "utf-8":
        yield Finding(rule, f"served as {content_type!r}, not UTF-8")


def _legal_source(document: bytes, rule: str) -> Findings:
    try:
        text = document.decode()
    except UnicodeDecodeError as error:
        yield Finding(rule, f"not UTF-8: {error}")
    else:
        yield from _legal_characters(text, "the document")


def _legal_characters(text: str, place: str) -> Findings:
    if found := _ILLEGAL.search(text):
        yield Finding("X1", f"{place} holds U+{ord(found[0]):04X}, which XML forbids")


def _legal_references(text: str, place: str) -> Findings:
    """`&#8;` is the forbidden character in another dress."""
    for found in _REFERENCE.finditer(text):
        code = int(found[1], 16) if found[1] else int(found[2])
        if code > 0x10FFFF or _ILLEGAL.match(chr(code)):
            yield Finding("X1", f"{place} holds {found[0]}, which XML forbids")


def _xml_source(document: bytes, rule: str) -> Findings:
    yield from _legal_source(document, rule)
    yield from _legal_references(document.decode(errors="replace"), "the document")
    if not _DECLARATION.match(document):
        yield Finding(rule, "does not start with an XML declaration of UTF-8")
    if b"<!DOCTYPE" in document:
        yield Finding(rule, "has a document type, with which entities can be declared")
    if b"<![CDATA[" in document:
        yield Finding("X2", "holds a CDATA section; text is escaped")
    try:
        lxml.etree.fromstring(document, _xml_parser())
    except lxml.etree.XMLSyntaxError as error:
        yield Finding(rule, f"not well-formed XML: {error}")


def _xml_root(document: bytes) -> Element | None:
    try:
        return lxml.etree.fromstring(document, _xml_parser())
    except lxml.etree.XMLSyntaxError:
        return None  # _xml_source has reported it


def _xml_parser() -> Any:
    return lxml.etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


# --- Words that the formats share: addresses, dates, languages, people ----------------------

_SCHEME: Final = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")
_NOT_IN_IRI: Final = re.compile(r'[\x00-\x20\x7f<>"{}|\\^`]|%(?![0-9A-Fa-f]{2})|\s')
_TAG_URI: Final = re.compile(r"tag:[^,\s]+,[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?:\S*")
_RFC3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_RFC822: Final = re.compile(
    f"({'|'.join(_DAYS)}), [0-9]{{1,2}} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    " [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} ([+-][0-9]{4}|GMT)"
)
_LANGUAGE: Final = re.compile(
    "[A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"
    "(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[A-WYZa-wyz0-9](-[A-Za-z0-9]{2,8})+)*"
    "(-[xX](-[A-Za-z0-9]{1,8})+)?"
)
_ADDR_SPEC: Final = re.compile(r"[^\s@()<>\[\],;:\\\"]+@[\w-]+(\.[\w-]+)*")
_CONTACT: Final = re.compile(rf"{_ADDR_SPEC.pattern} \([^()]+\)")
_MEDIA_TYPE: Final = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+( *;.*)?", re.ASCII)
_COUNT: Final = re.compile("[0-9]{1,18}")
_PLAUSIBLE: Final = timedelta(minutes=5)


def _is_iri(value: object) -> bool:
    if not isinstance(value, str) or not _SCHEME.match(value) or _NOT_IN_IRI.search(value):
        return False
    scheme, _, rest = value.partition(":")
    if scheme == "tag":
        return bool(_TAG_URI.fullmatch(value))
    return bool(_host(value)) if scheme.lower() in {"http", "https"} else bool(rest)


def _is_web_address(value: object) -> bool:
    return isinstance(value, str) and _is_iri(value) and value.startswith(("http:", "https:"))


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _rfc3339(value: object) -> datetime | None:
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _rfc822(value: str) -> datetime | None:
    if not _RFC822.fullmatch(value):
        return None
    try:
        # `-0000` means UTC of an unknown place; parsedate_to_datetime would drop the zone.
        instant = parsedate_to_datetime(value.replace("-0000", "+0000"))
    except ValueError:
        return None
    return instant if value.startswith(_DAYS[instant.weekday()]) else None


def _is_language(value: object) -> bool:
    return isinstance(value, str) and bool(_LANGUAGE.fullmatch(value))


def _is_plausible(instant: datetime, now: datetime) -> bool:
    return instant <= now + _PLAUSIBLE


def _in_order(
    published: datetime | None, updated: datetime | None, now: datetime, place: str
) -> Findings:
    if published and updated and updated < published:
        yield Finding("A13", f"{place} was updated before it was published")
    for instant in (published, updated):
        if instant and not _is_plausible(instant, now):
            yield Finding("A21", f"{place} is of the future: {instant.isoformat()}")


def _repeated(values: Iterable[Any]) -> list[Any]:
    return [value for value, times in Counter(values).items() if times > 1]


# --- HTML, wherever a feed carries it -------------------------------------------------------

_URL_ATTRIBUTES: Final = frozenset(
    {"href", "src", "poster", "data", "cite", "action", "background", "formaction", "longdesc"}
)
_RISKY: Final = frozenset({"script", "meta", "link", "object", "embed", "noscript"})
_UNWELCOME: Final = frozenset(
    {"style", "iframe", "form", "frame", "frameset", "applet", "base", "svg"}
)
_PAGE_TAGS: Final = frozenset({"html", "head", "body"})
_VOID: Final = _names("area base br col embed hr img input link meta param source track wbr")
_END_MAY_BE_LEFT_OUT: Final = _names(
    "p li dt dd tr td th thead tbody tfoot colgroup caption option optgroup rt rp"
)
_TAG: Final = re.compile(r"""<(/?)([A-Za-z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>""")
_COMMENT: Final = re.compile("<!--.*?-->", re.DOTALL)
_CSS_URL: Final = re.compile(r"""url\(\s*["']?([^"')]*)""", re.IGNORECASE)
_MARKUP: Final = re.compile(
    r"</[A-Za-z][A-Za-z0-9]*\s*>|<[A-Za-z][A-Za-z0-9]*\s[^<>]*=[^<>]*>|<(?:br|hr)\s*/?>",
    re.IGNORECASE,
)


def _html(markup: str, place: str) -> Findings:
    """What every reader must be able to show inside a DIV of its own page."""
    yield from _html_shape(markup, place)
    yield from _html_safety(markup, place)


def _html_shape(markup: str, place: str) -> Findings:
    names = [found[2].lower() for found in _TAG.finditer(_COMMENT.sub("", markup))]
    if page_tags := _PAGE_TAGS.intersection(names):
        yield Finding("A15", f"{place} is a page, not fit for a DIV: {sorted(page_tags)}")
    if not names and _MARKUP.search(html.unescape(markup)):
        yield Finding("A15", f"{place} is escaped twice")
    for tag in _unpaired_tags(markup):
        yield Finding("A15", f"{place} has {tag} without its partner")


def _unpaired_tags(markup: str) -> Iterator[str]:
    opened: list[str] = []
    for found in _TAG.finditer(_COMMENT.sub("", markup)):
        name = found[2].lower()
        if name in _VOID:
            continue
        if not found[1]:
            opened.append(name)
        elif name not in opened:
            yield f"</{name}>"
        else:
            yield from _left_open(_closed_by(name, opened))
    yield from _left_open(opened)


def _closed_by(name: str, opened: list[str]) -> Iterator[str]:
    """Take off `opened` all that `</name>` ends beside its own element."""
    while (inner := opened.pop()) != name:
        yield inner


def _left_open(names: Iterable[str]) -> Iterator[str]:
    return (f"<{name}>" for name in names if name not in _END_MAY_BE_LEFT_OUT)


def _html_safety(markup: str, place: str) -> Findings:
    yield from _legal_references(markup, place)
    elements = list(_html_elements(markup))
    targets = {element.get("id") for element in elements}
    targets |= {element.get("name") for element in elements if element.tag == "a"}
    for element in elements:
        yield from _html_element(element, targets, place)


def _html_elements(markup: str) -> Iterator[Element]:
    # lxml drops all that follows `</html>`, so these tags go; _html_shape has reported them.
    fragment = _TAG.sub(lambda found: "" if _is_page_tag(found) else found[0], markup)
    legal = _ILLEGAL.sub("", fragment)
    parser = lxml.html.HTMLParser(huge_tree=True)
    root = lxml.html.document_fromstring(f"<div>{legal}</div>", parser)
    yield from root.iter(_ANY_ELEMENT)


def _is_page_tag(found: re.Match[str]) -> bool:
    return found[2].lower() in _PAGE_TAGS


def _html_element(element: Element, targets: set[str | None], place: str) -> Findings:
    if element.tag in _RISKY:
        yield Finding("R12", f"{place} holds <{element.tag}>, a security risk")
    if element.tag in _UNWELCOME:
        yield Finding("X4", f"{place} holds <{element.tag}>")
    for name in element.attrib:
        if name.startswith("on"):
            yield Finding("X4", f"{place} holds the handler {name} on <{element.tag}>")
    if not _leads_to_target(element, targets):
        for address in _html_addresses(element):
            if fault := _address_fault(address):
                yield Finding("R12", f"{place} holds a {fault} address: {address!r}")


def _leads_to_target(element: Element, targets: set[str | None]) -> bool:
    address = element.get("href") or ""
    if element.tag != "a" or not address.startswith("#"):
        return False
    return address[1:] in targets or unquote(address[1:]) in targets


def _html_addresses(element: Element) -> Iterator[str]:
    for name, value in element.attrib.items():
        if name in _URL_ATTRIBUTES or name.endswith(":href"):
            yield value
        elif name in {"srcset", "imagesrcset"}:
            yield from _srcset_addresses(value)
        elif name == "style":
            yield from _CSS_URL.findall(value)


def _srcset_addresses(srcset: str) -> Iterator[str]:
    """As HTML splits it: an address may hold commas, but not end with one."""
    rest = srcset
    while rest := re.sub(r"^[\s,]+", "", rest):
        address = rest.split(maxsplit=1)[0]
        rest = rest[len(address) :]
        if not address.endswith(","):
            rest = rest.partition(",")[2]
        yield address.rstrip(",")


def _address_fault(address: str) -> str | None:
    bare = re.sub(r"[\x00-\x20]", "", address).lower()  # browsers read past these
    scheme = _SCHEME.match(bare)
    if not scheme or (scheme[0] in {"http:", "https:"} and not _host(bare)):
        return "relative"
    if scheme[0] in {"javascript:", "vbscript:", "file:"}:
        return "dangerous"
    if scheme[0] == "data:" and not bare.startswith(
        ("data:image/", "data:audio/", "data:video/")
    ):
        return "dangerous"
    return None


def _plain_text(text: object, rule: str, place: str) -> Findings:
    """`Using <canvas>` is plain text; a closed tag, or one with attributes, is markup."""
    if isinstance(text, str) and (found := _MARKUP.search(text)):
        yield Finding(rule, f"{place} is to be plain text, but holds {found[0]!r}")


# --- XML that Atom, RSS and OPML share ------------------------------------------------------

_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_XML: Final = "{http://www.w3.org/XML/1998/namespace}"
_MEDIA: Final = "{http://search.yahoo.com/mrss/}"
_MEDIUMS: Final = frozenset({"image", "audio", "video", "document", "executable"})


def _text(parent: Element, tag: str) -> str:
    return str(parent.findtext(tag) or "")


def _place(element: Element) -> str:
    """The element's name, and the id that a person would look for."""
    name = lxml.etree.QName(element).localname
    known_by = _text(element, _ATOM + "id") or _text(element, "guid") or _text(element, "title")
    return f"{name} {known_by}".strip()


def _how_many(parent: Element, tag: str, least: int, most: int, rule: str) -> Findings:
    found = len(parent.findall(tag))
    if not least <= found <= most:
        name = tag.rpartition("}")[2]
        yield Finding(rule, f"{_place(parent)} has {found} {name}, not {least} to {most}")


def _known_children(
    parent: Element, namespace: str, known: Collection[str], rule: str
) -> Findings:
    for child in parent.iterchildren("{" + namespace + "}*"):
        name = lxml.etree.QName(child).localname
        if name not in known:
            yield Finding(rule, f"{_place(parent)} holds <{name}>, which does not belong there")


def _media(entry: Element) -> Findings:
    """Media RSS, which an entry of Atom may carry as well as an item of RSS."""
    place = _place(entry)
    yield from _how_many(entry, _MEDIA + "thumbnail", 0, 1, "K1")
    for media in entry.findall(_MEDIA + "content") + entry.findall(_MEDIA + "thumbnail"):
        if not _is_web_address(media.get("url")):
            yield Finding("K1", f"{place} has media at {media.get('url')!r}")
    for content in entry.findall(_MEDIA + "content"):
        if content.get("medium") not in _MEDIUMS:
            yield Finding("K1", f"{place} has media of medium {content.get('medium')!r}")
        if not _MEDIA_TYPE.fullmatch(content.get("type", "a/b")):
            yield Finding("K1", f"{place} has media of type {content.get('type')!r}")
        for name in ("fileSize", "duration"):
            if not _COUNT.fullmatch(content.get(name, "0")):
                yield Finding("K1", f"{place} has media of {name} {content.get(name)!r}")


# --- Atom -----------------------------------------------------------------------------------

_ATOM_FEED: Final = _names(
    "author category contributor entry generator icon id link logo"
    " rights subtitle title updated"
)
_ATOM_ENTRY: Final = _names(
    "author category content contributor id link published rights source summary title updated"
)


def _atom_namespace(feed: Element) -> Findings:
    if feed.tag != _ATOM + "feed":
        yield Finding("A2", f"the root is {feed.tag}, not feed of Atom")
    for element in feed.iter("{}*", _ATOM + "*"):
        if element.prefix or not element.tag.startswith(_ATOM):
            yield Finding("A2", f"{element.tag} is not in Atom as the default namespace")


def _atom_feed(feed: Element, self_link: str, now: datetime) -> Findings:
    for name in ("id", "title", "updated"):
        yield from _how_many(feed, _ATOM + name, 1, 1, "A3")
    for name in ("generator", "icon", "logo", "rights", "subtitle"):
        yield from _how_many(feed, _ATOM + name, 0, 1, "A7")
    yield from _known_children(feed, _ATOM[1:-1], _ATOM_FEED, "RFC4287")
    yield from _atom_pictures(feed)
    yield from _atom_self_link(feed, self_link)
    yield from _atom_shared(feed)
    yield from _atom_authors(feed)
    yield from _atom_languages(feed)
    yield from _atom_ids(feed)
    yield from _atom_feed_updated(feed)
    yield from _history(feed, self_link)
    for entry in feed.findall(_ATOM + "entry"):
        yield from _atom_entry(entry, now)


def _atom_shared(parent: Element) -> Findings:
    """What holds of a feed and of an entry alike."""
    yield from _atom_title(parent)
    yield from _atom_texts(parent)
    yield from _atom_links(parent)
    yield from _atom_people(parent)
    yield from _atom_categories(parent)
    yield from _atom_dates(parent)


def _atom_entry(entry: Element, now: datetime) -> Findings:
    for name in ("id", "title", "updated"):
        yield from _how_many(entry, _ATOM + name, 1, 1, "A8")
    for name in ("content", "summary", "published", "rights", "source"):
        yield from _how_many(entry, _ATOM + name, 0, 1, "A8")
    yield from _known_children(entry, _ATOM[1:-1], _ATOM_ENTRY, "RFC4287")
    yield from _atom_shared(entry)
    yield from _media(entry)
    yield from _atom_readable(entry)
    yield from _atom_content(entry)
    published = _rfc3339(_text(entry, _ATOM + "published"))
    updated = _rfc3339(_text(entry, _ATOM + "updated"))
    yield from _in_order(published, updated, now, _place(entry))


def _atom_pictures(feed: Element) -> Findings:
    for picture in feed.findall(_ATOM + "icon") + feed.findall(_ATOM + "logo"):
        if not _is_iri(picture.text):
            yield Finding("A7", f"{_place(picture)} is not an absolute IRI: {picture.text!r}")


def _atom_self_link(feed: Element, self_link: str) -> Findings:
    found = [link for link in feed.findall(_ATOM + "link") if link.get("rel") == "self"]
    if [link.get("href") for link in found] != [self_link]:
        yield Finding("A5", f"self links are {[link.get('href') for link in found]}")
    for link in found:
        if link.get("type", "application/atom+xml") != "application/atom+xml":
            yield Finding("A5", f"the self link is of type {link.get('type')}")


def _atom_title(parent: Element) -> Findings:
    for title in parent.findall(_ATOM + "title"):
        if title.get("type", "text") != "text" or len(title):
            yield Finding("A16", f"the title of {_place(parent)} is not plain text")
        if not (title.text or "").strip():
            yield Finding("A16", f"the title of {_place(parent)} is empty")
        yield from _plain_text(title.text, "A16", f"the title of {_place(parent)}")


def _atom_texts(parent: Element) -> Findings:
    for name in ("subtitle", "summary", "rights"):
        for element in parent.findall(_ATOM + name):
            yield from _atom_text(element, f"the {name} of {_place(parent)}")


def _atom_text(element: Element, place: str) -> Findings:
    kind = element.get("type", "text")
    if kind not in {"text", "html"} or len(element):
        yield Finding("A15", f"{place} is of type {kind}, or has child elements")
    elif kind == "html":
        yield from _html(element.text or "", place)
    else:
        yield from _plain_text(element.text, "A16", place)


def _atom_links(parent: Element) -> Findings:
    links = parent.findall(_ATOM + "link")
    for link in links:
        if not _is_iri(link.get("href")):
            yield Finding("RFC4287", f"{_place(parent)} links to {link.get('href')!r}")
        if link.get("rel") == "enclosure":
            yield from _atom_enclosure(link, _place(parent))
    for media_type, language in _repeated(
        (link.get("type"), link.get("hreflang")) for link in links if _is_alternate(link)
    ):
        yield Finding(
            "A6", f"{_place(parent)} has two alternate links of {media_type}, {language}"
        )


def _is_alternate(link: Element) -> bool:
    return bool(link.get("rel", "alternate") == "alternate")


def _atom_enclosure(link: Element, place: str) -> Findings:
    if not _MEDIA_TYPE.fullmatch(link.get("type", "")):
        yield Finding("A18", f"{place} has an enclosure of type {link.get('type')!r}")
    if not _COUNT.fullmatch(link.get("length", "0")):  # SHOULD: nobody may know it
        yield Finding("A18", f"{place} has an enclosure of length {link.get('length')!r}")


def _atom_people(parent: Element) -> Findings:
    for person in parent.findall(_ATOM + "author") + parent.findall(_ATOM + "contributor"):
        yield from _how_many(person, _ATOM + "name", 1, 1, "A4")
        yield from _how_many(person, _ATOM + "email", 0, 1, "A4")
        yield from _how_many(person, _ATOM + "uri", 0, 1, "A4")
        for name in person.findall(_ATOM + "name"):
            if not (name.text or "").strip():
                yield Finding("A4", f"{_place(parent)} has an author without a name")
        for email in person.findall(_ATOM + "email"):
            if not _ADDR_SPEC.fullmatch(email.text or ""):
                yield Finding("A4", f"{_place(parent)} has the e-mail {email.text!r}")
        for uri in person.findall(_ATOM + "uri"):
            if not _is_iri(uri.text):
                yield Finding("A4", f"{_place(parent)} has an author at {uri.text!r}")


def _atom_authors(feed: Element) -> Findings:
    if feed.find(_ATOM + "author") is not None:
        return
    entries = feed.findall(_ATOM + "entry")
    for entry in entries:
        if (
            entry.find(_ATOM + "author") is None
            and entry.find(f"{_ATOM}source/{_ATOM}author") is None
        ):
            yield Finding("A4", f"neither the feed nor {_place(entry)} has an author")
    if not entries:
        yield Finding("A4", "the feed has neither an author nor entries with one")


def _atom_categories(parent: Element) -> Findings:
    categories = parent.findall(_ATOM + "category")
    for category in categories:
        term, label = category.get("term", ""), category.get("label", "")
        if re.search(r"\s", term) or not all(term.split("/")):
            yield Finding("A17", f"{_place(parent)} has a category of term {term!r}")
        if not label.strip():
            yield Finding("A17", f"{_place(parent)} has category {term!r} without a label")
        if not _is_web_address(category.get("scheme")):
            yield Finding("A17", f"{_place(parent)} has category {term!r} without a scheme")
    for twice in _repeated((each.get("scheme"), each.get("term")) for each in categories):
        yield Finding("A17", f"{_place(parent)} has a category twice: {twice}")


def _atom_dates(parent: Element) -> Findings:
    for name in ("updated", "published"):
        for element in parent.findall(_ATOM + name):
            if not _rfc3339(element.text):
                yield Finding("A12", f"{name} of {_place(parent)} is {element.text!r}")


def _atom_languages(feed: Element) -> Findings:
    if feed.get(_XML + "lang") is None:
        yield Finding("A19", "the feed has no xml:lang")
    for element in feed.iter(_ANY_ELEMENT):
        language = element.get(_XML + "lang")
        if language is not None and not _is_language(language):
            yield Finding("A19", f"{_place(element)} is in the language {language!r}")
        if element is not feed and language == feed.get(_XML + "lang"):
            yield Finding("A19", f"{_place(element)} repeats the feed's language {language!r}")


def _atom_ids(feed: Element) -> Findings:
    # A10: that an id never changes cannot be seen in one document.
    ids = [element.text or "" for element in feed.findall(_ATOM + "id")]
    ids += [element.text or "" for element in feed.findall(f"{_ATOM}entry/{_ATOM}id")]
    for identity in ids:
        if not _is_iri(identity):
            yield Finding("A10", f"the id {identity!r} is not an absolute IRI")
    for identity in _repeated(ids):
        yield Finding("A11", f"the id {identity!r} stands twice")


def _atom_feed_updated(feed: Element) -> Findings:
    feed_updated = _rfc3339(_text(feed, _ATOM + "updated"))
    instants = [
        _rfc3339(_text(entry, _ATOM + "updated")) for entry in feed.findall(_ATOM + "entry")
    ]
    newest = max((instant for instant in instants if instant), default=feed_updated)
    if feed_updated and newest != feed_updated:
        yield Finding("A14", f"the feed was updated {feed_updated}, its newest entry {newest}")


def _atom_readable(entry: Element) -> Findings:
    content = entry.find(_ATOM + "content")
    if content is None and not _alternates(entry):
        yield Finding("A9", f"{_place(entry)} has neither content nor an alternate link")
    if content is not None and content.get("src") and entry.find(_ATOM + "summary") is None:
        yield Finding("A9", f"{_place(entry)} has its content elsewhere, and no summary")


def _alternates(entry: Element) -> list[str | None]:
    return [link.get("href") for link in entry.findall(_ATOM + "link") if _is_alternate(link)]


def _atom_content(entry: Element) -> Findings:
    place = f"the content of {_place(entry)}"
    for content in entry.findall(_ATOM + "content"):
        if content.get(_XML + "base") not in _alternates(entry):
            yield Finding("A19", f"{place} has the base {content.get(_XML + 'base')!r}")
        if content.get("src"):
            continue
        if content.get("type") != "html" or len(content):
            yield Finding("A15", f"{place} is of type {content.get('type')}, or has children")
        yield from _html(content.text or "", place)


# --- RSS ------------------------------------------------------------------------------------

_DC: Final = "{http://purl.org/dc/elements/1.1/}"
_ENCODED: Final = "{http://purl.org/rss/1.0/modules/content/}encoded"
_ITUNES: Final = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
_PODCAST: Final = "{https://podcastindex.org/namespace/1.0}"
_UUID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SYNDICATION: Final = "{http://purl.org/rss/1.0/modules/syndication/}"
_RSS_CHANNEL: Final = _names(
    "title link description language copyright managingEditor webMaster pubDate lastBuildDate"
    " category generator docs cloud ttl image rating textInput skipHours skipDays item"
)
_RSS_ITEM: Final = _names(
    "title link description author category comments enclosure guid pubDate source"
)
_PLAIN_TEXT_SOURCE: Final = re.compile(
    r"""<((?:\w+:)?(?:title|description|category|creator|author|copyright))"""
    r"""(?:\s(?:"[^"]*"|'[^']*'|[^>"'])*)?(?<!/)>(.*?)</\1\s*>""",
    re.DOTALL,
)
_AMPERSAND_OR_LESS: Final = re.compile("&(?:amp|lt|#0*38|#0*60|#[xX]0*26|#[xX]0*3[cC]);")
_MINUTES: Final = {
    "hourly": 60,
    "daily": 1440,
    "weekly": 10_080,
    "monthly": 43_200,
    "yearly": 525_600,
}
_WEEKDAYS: Final = _names("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")


def _rss_plain_text_in_bytes(document: bytes) -> Findings:
    """A parser hides how `&` and `<` were written, but readers differ in how they take it."""
    for found in _PLAIN_TEXT_SOURCE.finditer(document.decode(errors="replace")):
        spelt = set(_AMPERSAND_OR_LESS.findall(found[2])) - {"&#x26;", "&#x3C;"}
        if spelt:
            yield Finding("R11", f"<{found[1]}> has {sorted(spelt)}, not &#x26; and &#x3C;")


def _rss_root(rss: Element) -> Findings:
    if rss.tag != "rss" or rss.get("version") != "2.0":
        yield Finding("R1", f"the root is {rss.tag} {rss.get('version')}, not rss 2.0")
    yield from _how_many(rss, "channel", 1, 1, "R1")
    for element in rss.iter(_DC + "language"):
        yield Finding("R15", f"dc:language {element.text!r} stands beside language")


def _rss_channel(channel: Element, self_link: str, now: datetime) -> Findings:
    for name in ("title", "link", "description"):
        if not _text(channel, name).strip():
            yield Finding("R1", f"the channel has no {name}")
    yield from _rss_children(channel, _RSS_CHANNEL, "R1", {"item", "category"})
    yield from _rss_self_link(channel, self_link)
    yield from _rss_link(channel, self_link)
    yield from _rss_dates(channel, now)
    yield from _rss_contacts(channel)
    yield from _rss_categories(channel)
    yield from _rss_image(channel)
    yield from _rss_schedule(channel)
    yield from _rss_language(channel)
    yield from _rss_last_build(channel)
    yield from _rss_podcast(channel)
    yield from _rss_guids_unique(channel)
    yield from _rss_plain_text(channel)
    yield from _history(channel, self_link)
    for item in channel.findall("item"):
        yield from _rss_item(item, self_link, now)


def _rss_item(item: Element, self_link: str, now: datetime) -> Findings:
    if not _text(item, "title").strip() and not _text(item, "description").strip():
        yield Finding("R2", f"{_place(item)} has neither title nor description")
    counted_elsewhere = {"category", "guid", "enclosure", "description"}
    yield from _rss_children(item, _RSS_ITEM, "R2", counted_elsewhere)
    yield from _rss_link(item, self_link)
    yield from _rss_guid(item)
    yield from _rss_dates(item, now)
    yield from _rss_contacts(item)
    yield from _rss_creators(item)
    yield from _rss_enclosure(item)
    yield from _media(item)
    yield from _rss_categories(item)
    yield from _rss_texts(item)
    yield from _rss_plain_text(item)


_FH: Final = "{http://purl.org/syndication/history/1.0}"
_PAGING: Final = ("prev-archive", "next-archive", "current")


def _history(feed: Element, self_link: str) -> Findings:
    """RFC 5005: what a feed or channel says of its history."""
    marks = sorted(str(mark.tag).removeprefix(_FH) for mark in feed.iter(f"{_FH}*"))
    if marks not in ([], ["archive"], ["complete"]):
        yield Finding("RFC5005", f"the feed says {marks}")
    if len(marks) != len(feed.findall(f"{_FH}*")) or any(map(len, feed.findall(f"{_FH}*"))):
        yield Finding("RFC5005", "a mark of the history is not an empty child of the feed")
    links = [(link.get("rel"), link.get("href")) for link in feed.findall(_ATOM + "link")]
    found = [(rel, href) for rel, href in links if rel in _PAGING]
    if len({rel for rel, _ in found}) < len(found):
        yield Finding("RFC5005", f"a relation occurs twice: {found}")
    if any(href == self_link or not _is_web_address(href) for _, href in found):
        yield Finding("RFC5005", f"the links are {found}")
    if "complete" in marks and found:
        yield Finding("RFC5005", f"a complete feed has the links {found}")
    if ("archive" in marks) != ("current" in dict(found)):
        yield Finding("RFC5005", "an archive page and no other document has a current one")
    if "archive" not in marks and "next-archive" in dict(found):
        yield Finding("RFC5005", "the subscription document has a newer one")


def _rss_children(
    parent: Element, known: Collection[str], rule: str, many: Collection[str]
) -> Findings:
    yield from _known_children(parent, "", known, rule)
    for name in _repeated(child.tag for child in parent.iterchildren("{}*")):
        if name not in many:
            yield Finding(rule, f"{_place(parent)} has more than one {name}")


def _rss_self_link(channel: Element, self_link: str) -> Findings:
    found = [
        (link.get("href"), link.get("type"))
        for link in channel.findall(_ATOM + "link")
        if link.get("rel") == "self"
    ]
    if found != [(self_link, "application/rss+xml")]:
        yield Finding("R6", f"self links are {found}")


def _rss_link(parent: Element, self_link: str) -> Findings:
    link = _text(parent, "link")
    if not _is_web_address(link):
        yield Finding("R5", f"{_place(parent)} links to {link!r}")
    if link in {self_link, *_rss_hubs(parent)}:
        yield Finding("R5", f"{_place(parent)} links to the feed or its hub, {link}")


def _rss_hubs(parent: Element) -> list[str | None]:
    links = parent.getroottree().iter(_ATOM + "link")
    return [link.get("href") for link in links if link.get("rel") == "hub"]


def _rss_dates(parent: Element, now: datetime) -> Findings:
    for element in parent.findall("pubDate") + parent.findall("lastBuildDate"):
        instant = _rfc822(element.text or "")
        if instant is None:
            yield Finding("R3", f"{element.tag} of {_place(parent)} is {element.text!r}")
        elif not _is_plausible(instant, now):
            yield Finding("A21", f"{element.tag} of {_place(parent)} is {element.text}")


def _rss_last_build(channel: Element) -> Findings:
    """`updated` is never before `published`, so the newest pubDate is a lower bound of A14."""
    built = _rfc822(_text(channel, "lastBuildDate"))
    instants = [_rfc822(_text(item, "pubDate")) for item in channel.findall("item")]
    newest = max((instant for instant in instants if instant), default=built)
    if built and newest and built < newest:
        yield Finding("A14", f"lastBuildDate {built} is before the newest item, {newest}")


def _rss_contacts(parent: Element) -> Findings:
    for name in ("author", "managingEditor", "webMaster"):
        for person in parent.findall(name):
            if not _CONTACT.fullmatch(person.text or ""):
                yield Finding("R8", f"{name} of {_place(parent)} is {person.text!r}")


def _rss_creators(item: Element) -> Findings:
    creators = item.findall(_DC + "creator")
    if creators and item.find("author") is not None:
        yield Finding("R8", f"{_place(item)} has both author and dc:creator")
    for creator in creators:
        if not (creator.text or "").strip():
            yield Finding("R8", f"{_place(item)} has an empty dc:creator")


def _rss_guid(item: Element) -> Findings:
    yield from _how_many(item, "guid", 1, 1, "R4")
    for guid in item.findall("guid"):
        if not (guid.text or "").strip():
            yield Finding("R4", f"{_place(item)} has an empty guid")
        if set(guid.attrib) - {"isPermaLink"}:
            yield Finding("R4", f"the guid of {_place(item)} has {sorted(guid.attrib)}")
        permalink = guid.get("isPermaLink", "true")
        if permalink != "false" and (permalink != "true" or guid.text != _text(item, "link")):
            yield Finding("R4", f"{_place(item)}: isPermaLink is {permalink!r}")


def _rss_guids_unique(channel: Element) -> Findings:
    for guid in _repeated(guid.text for guid in channel.findall("item/guid")):
        yield Finding("R4", f"the guid {guid!r} stands twice")


def _rss_enclosure(item: Element) -> Findings:
    yield from _how_many(item, "enclosure", 0, 1, "R9")
    for enclosure in item.findall("enclosure"):
        if not _is_web_address(enclosure.get("url")):
            yield Finding("R9", f"{_place(item)} encloses {enclosure.get('url')!r}")
        if not _COUNT.fullmatch(enclosure.get("length", "")):
            yield Finding("R9", f"{_place(item)} encloses {enclosure.get('length')!r} bytes")
        if not _MEDIA_TYPE.fullmatch(enclosure.get("type", "")):
            yield Finding("R9", f"{_place(item)} encloses a {enclosure.get('type')!r}")
    yield from _how_many(item, _ITUNES + "duration", 0, len(item.findall("enclosure")), "R9")
    for duration in item.findall(_ITUNES + "duration"):
        if not _COUNT.fullmatch(duration.text or ""):
            yield Finding("R9", f"{_place(item)} takes {duration.text!r}, not seconds")


def _rss_podcast(channel: Element) -> Findings:
    yield from _how_many(channel, _PODCAST + "guid", 0, 1, "K2")
    guid = _text(channel, _PODCAST + "guid")
    if guid and not (_UUID.fullmatch(guid) and guid[14] == "5"):
        yield Finding("K2", f"podcast:guid is {guid!r}, not a UUID of version 5")
    audio = [e for e in channel.findall("item/enclosure") if "audio/" in e.get("type", "")]
    if audio and not guid:
        yield Finding("K2", "the feed holds audio, but has no podcast:guid")


def _rss_categories(parent: Element) -> Findings:
    categories = parent.findall("category")
    for category in categories:
        names = (category.text or "").split("/")
        is_path = (category.get("domain") or "").endswith("/categories/")
        if not all(name.strip() for name in (names if is_path else [category.text or ""])):
            yield Finding("R10", f"{_place(parent)} has the category {category.text!r}")
        if not _is_web_address(category.get("domain")):
            yield Finding("R10", f"category {category.text!r} has no domain")
    for twice in _repeated((each.get("domain"), each.text) for each in categories):
        yield Finding("R10", f"{_place(parent)} has a category twice: {twice}")


def _rss_plain_text(parent: Element) -> Findings:
    for name in ("title", "category", "description", _DC + "creator"):
        for element in parent.findall(name):
            if len(element):
                yield Finding("R11", f"{_place(parent)} has elements inside {name}")
            if name != "description":
                yield from _plain_text(element.text, "R11", f"{name} of {_place(parent)}")


def _rss_texts(item: Element) -> Findings:
    yield from _how_many(item, "description", 0, 1, "R7")
    yield from _how_many(item, _ENCODED, 0, 1, "R7")
    description, encoded = item.find("description"), item.find(_ENCODED)
    if encoded is None:
        yield from _html(_text(item, "description"), f"the description of {_place(item)}")
        return
    if description is None or item.index(description) > item.index(encoded):
        yield Finding("R7", f"{_place(item)} has content:encoded before a description")
    elif description.text == encoded.text:
        yield Finding("R7", f"{_place(item)} has its whole content as its summary too")
    # A reader takes the summary for HTML, but it may be text: it has no shape to be checked.
    yield from _html_safety(_text(item, "description"), f"the description of {_place(item)}")
    yield from _html(_text(item, _ENCODED), f"content:encoded of {_place(item)}")


def _rss_image(channel: Element) -> Findings:
    for image in channel.findall("image"):
        if not _is_web_address(_text(image, "url")):
            yield Finding("R13", f"the image is at {_text(image, 'url')!r}")
        for name in ("title", "link"):
            if _text(image, name) != _text(channel, name):
                yield Finding("R13", f"the image's {name} is not the channel's")
        for name, most in (("width", 144), ("height", 400)):
            size = _text(image, name) or "1"
            if not _COUNT.fullmatch(size) or not 1 <= int(size) <= most:
                yield Finding("R13", f"the image's {name} is {size}, not 1 to {most}")


def _rss_schedule(channel: Element) -> Findings:
    for ttl in channel.findall("ttl"):
        if not _COUNT.fullmatch(ttl.text or "") or int(ttl.text) == 0:
            yield Finding("R14", f"ttl is {ttl.text!r}, not minutes")
        elif (period := _syndication_minutes(channel)) is not None and period != int(ttl.text):
            yield Finding("R14", f"ttl is {ttl.text} minutes, sy: says {period:g}")
    hours = [hour.text or "" for hour in channel.findall("skipHours/hour")]
    if _repeated(hours) or not all(_COUNT.fullmatch(hour) and int(hour) < 24 for hour in hours):
        yield Finding("R14", f"skipHours are {hours}")
    days = [day.text or "" for day in channel.findall("skipDays/day")]
    if _repeated(days) or not _WEEKDAYS.issuperset(days):
        yield Finding("R14", f"skipDays are {days}")


def _syndication_minutes(channel: Element) -> float | None:
    period = _text(channel, _SYNDICATION + "updatePeriod")
    frequency = _text(channel, _SYNDICATION + "updateFrequency")
    if not period and not frequency:
        return None
    times = int(frequency) if _COUNT.fullmatch(frequency) else 1
    return _MINUTES.get(period, _MINUTES["daily"]) / (times or 1)


def _rss_language(channel: Element) -> Findings:
    if not _is_language(_text(channel, "language")):
        yield Finding("R15", f"the language is {_text(channel, 'language')!r}")


# --- JSON Feed ------------------------------------------------------------------------------

_JSON_FEED: Final = _names(
    "version title home_page_url feed_url description user_comment next_url icon favicon"
    " authors author language expired hubs items"
)
_JSON_ITEM: Final = _names(
    "id url external_url title content_html content_text summary image banner_image"
    " date_published date_modified authors author tags language attachments"
)
_JSON_AUTHOR: Final = frozenset({"name", "url", "avatar"})
_JSON_ATTACHMENT: Final = frozenset(
    {"url", "mime_type", "title", "size_in_bytes", "duration_in_seconds"}
)
_JSON_HUB: Final = frozenset({"type", "url"})
_EXTENSION: Final = re.compile(r"_[A-Za-z][^.]*")


def _json_object(document: bytes) -> JsonObject:
    feed = json.loads(
        document.decode(), object_pairs_hook=_without_repeats, parse_constant=_no_constant
    )
    if not isinstance(feed, dict):
        raise ValueError("the document is not an object")
    return feed


def _without_repeats(pairs: list[tuple[str, Any]]) -> JsonObject:
    if twice := _repeated(key for key, _ in pairs):
        raise ValueError(f"keys stand twice: {twice}")
    return dict(pairs)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _objects(parent: JsonObject, key: str) -> list[JsonObject]:
    """The objects of an array; `_array` reports all that is something else."""
    found = parent.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _json_items(feed: JsonObject) -> list[JsonObject]:
    return _objects(feed, "items")


def _array(parent: JsonObject, key: str, of: type, rule: str, place: str) -> Findings:
    found = parent.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, of) for each in found):
        yield Finding(rule, f"{key} of {place} is not an array of {of.__name__}")


def _is_filled(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _json_feed(feed: JsonObject, self_link: str) -> Findings:
    if next(iter(feed), None) != "version":
        yield Finding("J1", f"the first key is {next(iter(feed), None)!r}, not version")
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield Finding("J1", f"the version is {feed.get('version')!r}")
    if not _is_filled(feed.get("title")):
        yield Finding("J1", "the feed has no title")
    if not _is_web_address(feed.get("home_page_url")):
        yield Finding("J1", f"the home page is at {feed.get('home_page_url')!r}")
    if feed.get("feed_url") != self_link:
        yield Finding("J1", f"feed_url is {feed.get('feed_url')!r}")
    if "items" not in feed:
        yield Finding("J2", "the feed has no items")
    yield from _array(feed, "items", dict, "J2", "the feed")
    for key in ("title", "description", "user_comment"):
        yield from _json_plain_text(feed, key, "the feed")
    if "language" not in feed:
        yield Finding("J6", "the feed has no language")
    yield from _json_shared(feed, "the feed")
    yield from _json_icons(feed)
    yield from _json_hubs(feed)
    yield from _json_paging(feed, self_link)


def _json_shared(parent: JsonObject, place: str) -> Findings:
    """What holds of a feed and of an item alike."""
    yield from _json_authors(parent, place)
    if "language" in parent and not _is_language(parent["language"]):
        yield Finding("J6", f"{place} is in the language {parent['language']!r}")


def _json_plain_text(parent: JsonObject, key: str, place: str) -> Findings:
    if key in parent and not isinstance(parent[key], str):
        yield Finding("J3", f"{key} of {place} is not a string")
    yield from _plain_text(parent.get(key), "J3", f"{key} of {place}")


def _json_icons(feed: JsonObject) -> Findings:
    for key in ("icon", "favicon"):
        if key in feed and not _is_web_address(feed[key]):
            yield Finding("J10", f"the {key} is at {feed[key]!r}")


def _json_hubs(feed: JsonObject) -> Findings:
    yield from _array(feed, "hubs", dict, "J8", "the feed")
    for hub in _objects(feed, "hubs"):
        if not _is_filled(hub.get("type")) or not _is_web_address(hub.get("url")):
            yield Finding("J8", f"a hub is {hub}")
        yield from _json_known(hub, _JSON_HUB, "a hub")


def _json_paging(feed: JsonObject, self_link: str) -> Findings:
    next_url = feed.get("next_url")
    if "next_url" in feed and (next_url == self_link or not _is_web_address(next_url)):
        yield Finding("J9", f"the next page is at {next_url!r}")
    if not isinstance(feed.get("expired", False), bool):
        yield Finding("J9", f"expired is {feed['expired']!r}, not a boolean")


def _json_ids(feed: JsonObject) -> Findings:
    ids = [str(item.get("id")) for item in _json_items(feed)]
    for identity in _repeated(ids):
        yield Finding("A11", f"the id {identity!r} stands twice")


def _json_item(item: JsonObject, now: datetime) -> Findings:
    place = f"item {item.get('id')}"
    if not _is_filled(item.get("id")):
        yield Finding("J2", f"{place} has no id that is a string")
    elif not _is_iri(item["id"]):
        yield Finding("A10", f"the id {item['id']!r} is not an absolute IRI")
    yield from _json_item_addresses(item, place)
    for key in ("title", "summary"):
        yield from _json_plain_text(item, key, place)
    yield from _json_content(item, place)
    yield from _json_dates(item, now, place)
    yield from _json_shared(item, place)
    yield from _json_tags(item, place)
    yield from _json_attachments(item, place)


def _json_item_addresses(item: JsonObject, place: str) -> Findings:
    if not _is_web_address(item.get("url")):
        yield Finding("J2", f"{place} is at {item.get('url')!r}")
    for key in ("external_url", "image", "banner_image"):
        if key in item and not _is_web_address(item[key]):
            yield Finding("J2", f"{key} of {place} is {item[key]!r}")


def _json_content(item: JsonObject, place: str) -> Findings:
    contents = [item[key] for key in ("content_html", "content_text") if key in item]
    if not contents or not all(isinstance(content, str) for content in contents):
        yield Finding("J3", f"{place} has neither content_html nor content_text as a string")
    if isinstance(item.get("content_html"), str):
        yield from _html(item["content_html"], f"content_html of {place}")


def _json_dates(item: JsonObject, now: datetime, place: str) -> Findings:
    for key in ("date_published", "date_modified"):
        if key in item and not _rfc3339(item[key]):
            yield Finding("J4", f"{key} of {place} is {item[key]!r}")
    published = _rfc3339(item.get("date_published"))
    yield from _in_order(published, _rfc3339(item.get("date_modified")), now, place)


def _json_authors(parent: JsonObject, place: str) -> Findings:
    if "author" in parent:
        yield Finding("J5", f"{place} has author; in version 1.1 it is authors")
    yield from _array(parent, "authors", dict, "J5", place)
    for author in _objects(parent, "authors"):
        if not any(_is_filled(author.get(key)) for key in _JSON_AUTHOR):
            yield Finding("J5", f"{place} has an author without name, url and avatar")
        for key in ("url", "avatar"):
            if key in author and not _is_iri(author[key]):
                yield Finding("J5", f"{key} of an author of {place} is {author[key]!r}")
        yield from _json_plain_text(author, "name", f"an author of {place}")
        yield from _json_known(author, _JSON_AUTHOR, f"an author of {place}")


def _json_tags(item: JsonObject, place: str) -> Findings:
    yield from _array(item, "tags", str, "J6", place)
    tags = item.get("tags")
    if isinstance(tags, list):
        if not all(_is_filled(tag) for tag in tags if isinstance(tag, str)):
            yield Finding("J6", f"{place} has an empty tag")
        for tag in _repeated(str(tag) for tag in tags):
            yield Finding("J6", f"{place} has the tag {tag!r} twice")
        for tag in tags:
            yield from _plain_text(tag, "J3", f"a tag of {place}")


def _json_attachments(item: JsonObject, place: str) -> Findings:
    yield from _array(item, "attachments", dict, "J7", place)
    for attachment in _objects(item, "attachments"):
        if not _is_web_address(attachment.get("url")):
            yield Finding("J7", f"{place} has an attachment at {attachment.get('url')!r}")
        if not _MEDIA_TYPE.fullmatch(str(attachment.get("mime_type", ""))):
            yield Finding("J7", f"{place} has a {attachment.get('mime_type')!r} attached")
        for key in ("size_in_bytes", "duration_in_seconds"):
            if not _is_amount(attachment.get(key, 0)):
                yield Finding("J7", f"{key} of {place} is {attachment[key]!r}")
        yield from _json_known(attachment, _JSON_ATTACHMENT, f"an attachment of {place}")


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _json_known(parent: JsonObject, known: Collection[str], place: str) -> Findings:
    for key in sorted(parent.keys() - known):
        if not _EXTENSION.fullmatch(key):
            yield Finding("J10", f"{place} has the unknown key {key!r}")


def _json_extensions(feed: JsonObject) -> Findings:
    yield from _json_known(feed, _JSON_FEED, "the feed")
    for item in _json_items(feed):
        yield from _json_known(item, _JSON_ITEM, f"item {item.get('id')}")
    abouts: Counter[str] = Counter()
    for name, extension in _extensions(feed):
        if "." in "".join(_keys(extension)):
            yield Finding("J10", f"the extension {name} has a name with a dot")
        abouts[name] += isinstance(extension, dict) and "about" in extension
    for name, times in abouts.items():
        if times != 1:
            yield Finding("J10", f"the extension {name} says {times} times what it is about")


def _extensions(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key.startswith("_"):
                yield key, inner
            else:
                yield from _extensions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _extensions(inner)


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _json_characters(value: object) -> Findings:
    """JSON may write any character as `\\u0008`; XML formats of the same feed could not."""
    if isinstance(value, str):
        yield from _legal_characters(value, repr(value[:40]))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _json_characters(key)
            yield from _json_characters(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _json_characters(inner)


# --- OPML -----------------------------------------------------------------------------------


def _opml_parts(opml: Element) -> Findings:
    if opml.tag != "opml" or opml.get("version") != "2.0":
        yield Finding("O1", f"the root is {opml.tag} {opml.get('version')}, not opml 2.0")
    yield from _how_many(opml, "head", 1, 1, "O1")
    yield from _how_many(opml, "body", 1, 1, "O1")
    if opml.find("body/outline") is None:
        yield Finding("O1", "the body has no outline")
    for name in _repeated(child.tag for child in opml.iterfind("head/*")):
        yield Finding("O1", f"the head has more than one {name}")


def _opml_outline(outline: Element) -> Findings:
    text = outline.get("text", "")
    if not text.strip():
        yield Finding("O2", f"an outline has no text: {dict(outline.attrib)}")
    if len(outline):
        yield from _opml_category(outline)
    else:
        yield from _opml_feed(outline)
    if outline.get("created") is not None and not _rfc822(outline.get("created")):
        yield Finding("O3", f"outline {text!r} was created {outline.get('created')!r}")


def _opml_category(outline: Element) -> Findings:
    if outline.get("xmlUrl") is not None or outline.get("type") == "rss":
        yield Finding("O3", f"outline {outline.get('text')!r} is a category and a feed")


def _opml_feed(outline: Element) -> Findings:
    text = outline.get("text")
    if outline.get("type") != "rss":
        yield Finding("O2", f"outline {text!r} is of type {outline.get('type')!r}, not rss")
    if not _is_web_address(outline.get("xmlUrl")):
        yield Finding("O2", f"outline {text!r} has its feed at {outline.get('xmlUrl')!r}")
    if "htmlUrl" in outline.attrib and not _is_web_address(outline.get("htmlUrl")):
        yield Finding("O2", f"outline {text!r} has its page at {outline.get('htmlUrl')!r}")
    if "language" in outline.attrib and not _is_language(outline.get("language")):
        yield Finding("O2", f"outline {text!r} is in {outline.get('language')!r}")


def _opml_dates(opml: Element) -> Findings:
    for name in ("dateCreated", "dateModified"):
        for element in opml.iterfind(f"head/{name}"):
            if not _rfc822(element.text or ""):
                yield Finding("O3", f"{name} is {element.text!r}")
