"""Files of the site itself: its pictures, `/favicon.ico` and `/robots.txt`.

They are looked up last, so that no page, file or redirect of the site is hidden by them.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from flask import Response, redirect
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from feedsvc.core import addresses
from feedsvc.core.media import image_type
from feedsvc.core.site import Site
from feedsvc.web.files import Files

FAVICON: Final = "favicon.ico"
ROBOTS: Final = "robots.txt"
_OWN_ICON: Final = "static/icon.svg"
_MAX_AGE: Final = "public, max-age=3600"  # the settings may change
_AGENT: Final = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*user-agent\s*:", re.IGNORECASE | re.MULTILINE
)
_NOT_FOR_ROBOTS: Final = (
    *("/?q=", "/categories/?q=", "/tags/?q=", "/authors/?q=", "/lang/?q="),
    *("/hooks/", "/hub$"),  # without `$` posts such as `/hubble/` too
)


class SiteFiles:
    """Answers for the files that settings of the site, or conventions of the web, name."""

    def __init__(self, files: Files, robots: str) -> None:
        self._files = files
        self._robots = robots

    def answer(self, path: str, site: Site) -> AnyResponse | None:
        """The file at this decoded path, or a redirect to it; None if there is none."""
        if path == ROBOTS:
            return self._robots_file(site)
        pictures = {addresses.path_at(site.url, each) for each in site.pictures}
        if path != FAVICON and path not in pictures - {None, ""}:
            return None
        try:
            return self._files.of_site(path, image_type(path) or "application/octet-stream")
        except NotFound:
            return _icon_elsewhere(site) if path == FAVICON else None

    def _robots_file(self, site: Site) -> AnyResponse:
        """The file of the folder, if it is one for robots and no post; else by the setting."""
        try:
            return self._files.of_site(ROBOTS, "text/plain; charset=utf-8", _is_for_robots)
        except NotFound:
            pass
        response = Response(
            robots_text(self._robots, site), content_type="text/plain; charset=utf-8"
        )
        response.headers["Cache-Control"] = _MAX_AGE
        return response


def icon_of(site: Site) -> str:
    """The URL that `/favicon.ico` redirects to."""
    own = addresses.url(site.url, _OWN_ICON)
    return own if addresses.path_at(site.url, site.icon) == FAVICON else site.icon or own


def _icon_elsewhere(site: Site) -> AnyResponse:
    """Browsers ask for /favicon.ico whatever the page says."""
    response = redirect(icon_of(site), 302)
    response.headers["Cache-Control"] = _MAX_AGE
    return response


def robots_text(setting: str, site: Site) -> str:
    """`/robots.txt` (RFC 9309) for the setting `server.robots`.

    By default robots may read everything but searches and the addresses of programs.
    """
    root = urlsplit(site.url).path
    if setting == "deny":
        return f"User-agent: *\nDisallow: {root}/\n"
    if setting != "allow":
        return setting.rstrip("\n") + "\n"
    rules = "".join(f"Disallow: {root}{path}\n" for path in _NOT_FOR_ROBOTS)
    return f"User-agent: *\n{rules}"


def _is_for_robots(content: bytes) -> bool:
    return bool(_AGENT.search(content)) and not content.startswith((b"---", b"+++", b"{"))
