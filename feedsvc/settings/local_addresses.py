"""The addresses of the server on its own machine, and a `site.url` that is one of them."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from feedsvc.settings.settings import ServerSettings, Settings

_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing listens here


def is_loopback(host: str) -> bool:
    """True if a host, without brackets, is this machine for certain."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def local_url(server: ServerSettings) -> str:
    """The address at which this machine reaches the server, without a slash at the end."""
    host = _EVERYWHERE.get(server.host, server.host)
    return f"http://{_netloc(host, server.port)}"


def local_site_url(settings: Settings) -> str:
    """The address at which this machine reaches the site, also if `site.url` has a path."""
    return local_url(settings.server) + urlsplit(settings.site.url).path


def is_local(settings: Settings) -> bool:
    """True if `site.url` is a local address of this server."""
    parts = urlsplit(settings.site.url)
    is_here = parts.scheme == "http" and is_loopback(parts.hostname or "")
    return is_here and (parts.port or 80) == settings.server.port


def with_port_in_url(settings: Settings) -> Settings:
    """The settings with `server.port` in `site.url`, if that is a loopback address over http.

    Ids stay: they are made from `site.tag_authority`.
    """
    parts = urlsplit(settings.site.url)
    host = parts.hostname or ""
    if parts.scheme != "http" or not is_loopback(host):
        return settings
    url = f"http://{_netloc(host, settings.server.port)}{parts.path}"
    site = settings.site.model_copy(update={"url": url})
    return settings.model_copy(update={"site": site})


def _netloc(host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port == 80 else f"{shown}:{port}"
