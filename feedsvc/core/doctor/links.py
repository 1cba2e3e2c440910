"""The self link of a document, and the `Link` header that has it too."""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit

from feedsvc.core.doctor.decoding import decoded
from feedsvc.core.doctor.exchanges import Exchange, Symptom, Visit
from feedsvc.core.doctor.served_feed import ServedFeed, served_feed
from feedsvc.core.doctor.validators import is_our_tag

_LINK: Final = re.compile(r"<([^>]*)>((?:\s*;[^<]*)?)")
_REL: Final = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,]*))", re.IGNORECASE)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_SAFE: Final = "/~:@!$&'()*+,;=%?"
_OF_ORIGIN: Final = 3  # the parts between slashes of `http://a`


def header_links(exchange: Exchange) -> dict[str, list[str]]:
    """The targets of the `Link` headers by their relation (RFC 8288)."""
    links: dict[str, list[str]] = {}
    for target, parameters in _LINK.findall(exchange.header("Link")):
        found = _REL.search(parameters)
        for relation in (found[1] or found[2]).split() if found else ():
            links.setdefault(relation.lower(), []).append(target.strip())
    return links


def link_symptoms(visit: Visit) -> list[Symptom]:
    """What is wrong with the self links and the `Link` headers of a document."""
    symptoms = []
    for poll in visit.polls:
        feed = served_feed(decoded(poll.first).body)
        if feed is None:
            continue
        named = header_links(poll.first)
        lost = _lost(feed, named)
        if lost and _has_link_headers(poll.first):
            came = f"Link: {poll.first.header('Link') or 'none'}; {' and '.join(lost)} missing"
            symptoms.append(Symptom("link-lost", poll.first, came))
        for own in (feed.self_link, *named.get("self", ())):
            if part := _other_part(own, visit, poll.first):
                came = f"self link: {own} (another {part})"
                symptoms.append(Symptom("self-link", poll.first, came))
                break
    return symptoms


def _lost(feed: ServedFeed, named: dict[str, list[str]]) -> list[str]:
    relations = {"hub": set(feed.hubs), "self": {feed.self_link} - {""}}
    return [
        f'rel="{relation}"'
        for relation, urls in relations.items()
        if urls
        and not ({*map(_normal, urls)} <= {*map(_normal, named.get(relation, ()))})
        and (relation == "hub" or not named.get("self"))
    ]


def _has_link_headers(exchange: Exchange) -> bool:
    """True if feedsvc itself answers, which sends `Link`. Web servers send files without it."""
    is_delta = "a-im" in exchange.header("Vary").lower()
    names_it = "link" in exchange.header("Access-Control-Expose-Headers").lower()
    return is_delta or names_it or is_our_tag(exchange) or bool(header_links(exchange))


def _other_part(own: str, visit: Visit, first: Exchange) -> str:
    """Which part of a self link is not that of the address; empty if it leads here."""
    here = _parts(first.url)
    there = _parts(own)
    if not own or here == there:
        return ""
    if there is None or here is None:
        return "form than an address"
    for name, ours, theirs in zip(("scheme", "host", "port", "path"), here, there, strict=True):
        if ours != theirs and not (name == "path" and _is_alias(own, visit)):
            return name
    return ""


def leads_here(own: str, visit: Visit, first: Exchange) -> bool:
    """True if a self link leads to the address of a document, or to a right one of it."""
    return not _other_part(own, visit, first)


def _is_alias(own: str, visit: Visit) -> bool:
    """True if the feed is at its self link too: `/feed.xml` has the bytes of `/atom.xml`."""
    answer = visit.at_self
    if answer is None or answer.status != 200:
        return False
    feed = served_feed(decoded(answer).body)
    return feed is not None and is_same(feed.self_link, own)


def is_same(first: str, second: str) -> bool:
    """True if two URLs are equivalent (RFC 3986 §6.2); a query does not matter."""
    parts = _parts(first)
    return parts is not None and parts == _parts(second)


def same_origin(first: str, second: str) -> bool:
    """True if two URLs have the same scheme, host and port."""
    parts, others = _parts(first), _parts(second)
    return parts is not None and others is not None and parts[:3] == others[:3]


def _normal(url: str) -> object:
    return _parts(url) or url


def _parts(url: str) -> tuple[str, str, int, bytes] | None:
    try:
        split = urlsplit(url)
        port = split.port or _DEFAULT_PORTS[split.scheme]
    except (ValueError, KeyError):
        return None
    return split.scheme, _host(split), port, unquote_to_bytes(split.path or "/")


def _host(split: SplitResult) -> str:
    """The host in ASCII; an IPv6 address in its usual spelling, without brackets."""
    host = (split.hostname or "").rstrip(".")
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


def bases(own: str, address: str) -> tuple[str, str]:
    """What a self link and an address begin with, before the path that they share.

    `http://a/blog/tags/x/atom.xml` and `http://b/tags/x/atom.xml` begin with `http://a/blog/`
    and `http://b/`.
    """
    ours, theirs = own.split("/"), address.split("/")
    shares_nothing = ours[-1] != theirs[-1]
    while len(ours) > _OF_ORIGIN and len(theirs) > _OF_ORIGIN:
        if ours[-1] != theirs[-1] and not shares_nothing:
            break
        ours.pop()
        theirs.pop()
        if shares_nothing:
            break
    return "/".join([*ours, ""]), "/".join([*theirs, ""])


def moved(url: str, own: str, address: str) -> str:
    """A URL of the site as it would be if the self link led to the address."""
    base, right_base = bases(own, address)
    return right_base + url.removeprefix(base) if url.startswith(base) else url


def quoted(url: str) -> str:
    """A URL in ASCII, with its host in IDNA. Raises ValueError."""
    split = urlsplit(url)
    host = _host(split)
    host = f"[{host}]" if ":" in host else host
    port = f":{split.port}" if split.port else ""
    path = quote(split.path, safe=_SAFE)
    query = f"?{quote(split.query, safe=_SAFE)}" if split.query else ""
    return f"{split.scheme}://{host}{port}{path}{query}"
