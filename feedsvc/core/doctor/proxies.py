"""Which proxies and CDNs an answer came through, by the headers that they add."""

import re
from collections.abc import Iterable
from typing import Final

from feedsvc.core.doctor.exchanges import Exchange

NGINX: Final = "nginx"
VARNISH: Final = "Varnish"
CADDY: Final = "Caddy"
CLOUDFLARE: Final = "Cloudflare"
APACHE: Final = "Apache"
FEEDSVC: Final = "feedsvc"  # for faults of its own settings

# The header, and what its value has. LiteSpeed reads the same rules as Apache.
_SIGNS: Final = (
    (NGINX, "Server", "nginx|openresty|tengine|angie"),
    (APACHE, "Server", "apache|litespeed"),
    (CADDY, "Server", "caddy"),
    (CADDY, "Via", "caddy"),
    (VARNISH, "X-Varnish", "."),
    (VARNISH, "Via", "varnish"),
    (VARNISH, "Server", "varnish"),
    (CLOUDFLARE, "Server", "cloudflare"),
    (CLOUDFLARE, "CF-Ray", "."),
    (CLOUDFLARE, "CF-Cache-Status", "."),
)


def proxies_of(exchanges: Iterable[Exchange]) -> tuple[str, ...]:
    """The proxies that these answers came through, in the order of our table."""
    found = [
        proxy
        for exchange in exchanges
        for proxy, header, value in _SIGNS
        if re.search(value, exchange.header(header), re.IGNORECASE)
    ]
    return tuple(proxy for proxy in dict.fromkeys(row[0] for row in _SIGNS) if proxy in found)
