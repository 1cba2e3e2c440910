"""A page in the visitor's language: its template, its headers and its coding."""

from collections.abc import Iterable
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Response, current_app, render_template, request

from feedsvc.core import addresses
from feedsvc.core.dates import rfc3339
from feedsvc.core.feeds.feeds import Topic, license_link
from feedsvc.core.licences.licences import NO_LICENCE, licence_address, licence_name
from feedsvc.core.media import image_type
from feedsvc.core.site import Site
from feedsvc.web.pages import navigation
from feedsvc.web.pages.catalogues import catalogue_for
from feedsvc.web.pages.discovery import OfferedFeed, offered_feeds
from feedsvc.web.polls.codings import CODINGS, coding_for
from feedsvc.web.polls.documents import conditions

# The style attributes of posts are clean (core/html/styles.py).
_CSP: Final = (
    "default-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; script-src 'self'; "
    "img-src http: https:; media-src http: https:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
FEW: Final = 10  # rows of a list that needs no filter


def rendered(
    template: str,
    site: Site,
    offered: Iterable[Topic | OfferedFeed] = (),
    licence: str = "",
    **values: Any,
) -> Response:
    """A page in the visitor's language, with a policy that permits only our files and media.

    It offers the feeds `offered` to feed readers, and then the site's feed. `licence` is that
    of its content, if that is not the site's.
    """
    catalogue = catalogue_for(request.accept_languages, site.language)
    values = {
        "has_pages": True,
        "searches": not current_app.config.get("STATIC_FILES"),  # a search needs a server
        "full_text": current_app.config.get("FULL_TEXT", False),
        "site": site,
        # A relative address: `'self'` of the policy is the host of the request.
        "root": urlsplit(site.url).path,
        "say": catalogue.say,
        "mark": lambda text: text,  # search results mark words
        "language": catalogue.language,
        "folders": navigation.FOLDERS,
        "few": FEW,
        "offered": offered_feeds(site, offered),
        "touch_icon": _touch_icon(site),
        "licence_address": licence_address,
        "licence_name": licence_name,
        "no_licence": NO_LICENCE,
        "opml": addresses.url(site.url, addresses.OPML_PATH),
        "rfc3339": rfc3339,
        "in_zone": partial(navigation.in_zone, site),
        **values,
    }
    body = render_template(template, **values).encode()
    coding = coding_for(request.headers.get("Accept-Encoding", ""), len(body))
    response = Response(CODINGS[coding](body) if coding else body)
    if coding:
        response.headers["Content-Encoding"] = coding
    response.headers["Content-Type"] = "text/html; charset=utf-8"
    response.headers["Content-Security-Policy"] = _CSP
    # For privacy, and because many hosts refuse images that other sites embed.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Vary"] = "Accept-Encoding, Accept-Language"
    if link := license_link(licence or site.license):
        response.headers["Link"] = link
    return response


def _touch_icon(site: Site) -> str:
    """The icon for home screens of phones, which show no SVG and no small `.ico`."""
    kind = image_type(site.icon)
    return "" if kind in ("image/svg+xml", "image/vnd.microsoft.icon") else site.icon


def kept(response: Response) -> Response:
    """A page that a cache may store for a minute and then revalidate."""
    response.headers["Cache-Control"] = "public, max-age=60"
    response.add_etag()
    response.make_conditional(conditions())
    return response


def refusal_page(site: Site, status: int, **values: Any) -> Response:
    """The page of an error, with links to other pages."""
    response = rendered("refusal.html", site, status=status, **values)
    response.status_code = status
    return response
