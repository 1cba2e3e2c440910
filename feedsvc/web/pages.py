"""Plain pages for people: what feeds there are, and a post to read."""

from collections.abc import Iterable
from typing import Any

from flask import Response, render_template

from feedsvc.core import addresses
from feedsvc.core.dates import rfc3339
from feedsvc.core.entries import Entry
from feedsvc.core.feeds import Topic, topics_of
from feedsvc.core.site import Site
from feedsvc.store.snapshot import FeedRecord
from feedsvc.web.feeds import conditions

_CSP = (
    "default-src 'none'; style-src 'self'; img-src http: https:; media-src http: https:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_GROUPS = (
    ("category", "Categories"),
    ("tag", "Tags"),
    ("author", "Authors"),
    ("language", "Languages"),
)


def index_page(site: Site, feeds: Iterable[FeedRecord], newest: list[Entry]) -> Response:
    """The list of all feeds, and the newest posts."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for record in feeds:
        links = {
            format_name: addresses.url(
                site.url, addresses.document_path(record.topic.path, format_name)
            )
            for format_name in addresses.FORMATS
        }
        row = {"label": record.topic.label, "entries": record.entries, "links": links}
        rows.setdefault(record.topic.kind, []).append(row)
    groups = [(title, rows[kind]) for kind, title in _GROUPS if kind in rows]
    return _page("index.html", site, groups=groups, newest=newest)


def post_page(site: Site, entry: Entry) -> Response:
    """One post, to be read; it links to those feeds of its terms that hold it."""
    holding = set(topics_of(entry))
    terms = [
        *(("/".join(names), Topic("category", names)) for names in entry.categories),
        *((tag, Topic("tag", (tag,))) for tag in entry.tags),
    ]
    feeds = [(label, addresses.url(site.url, t.path)) for label, t in terms if t in holding]
    return _page("post.html", site, entry=entry, feeds=feeds)


def _page(template: str, site: Site, **values: Any) -> Response:
    discovered = [
        ("application/atom+xml", addresses.url(site.url, addresses.FORMATS["atom"])),
        ("application/rss+xml", addresses.url(site.url, addresses.FORMATS["rss"])),
        ("application/feed+json", addresses.url(site.url, addresses.FORMATS["json"])),
    ]
    opml = addresses.url(site.url, addresses.OPML_PATH)
    values |= {"site": site, "discovered": discovered, "opml": opml, "rfc3339": rfc3339}
    text = render_template(template, **values)
    response = Response(text, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _CSP
    response.headers["Cache-Control"] = "public, max-age=60"
    response.add_etag()
    response.make_conditional(conditions())
    return response
