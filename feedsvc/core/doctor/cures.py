"""What to change in the configuration of each proxy, by the code of a fault.

`{site}` stands for what `site.url` should be, `{hub}` for the path of the hub. `#` begins a
comment: what to remove, or where to click.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from feedsvc.core.doctor.proxies import APACHE, CADDY, CLOUDFLARE, FEEDSVC, NGINX, VARNISH

_FEEDS: Final = r"/(atom\.xml|rss\.xml|feed\.json|opml\.xml)$"
_ADDRESS: Final = "127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Cure:
    """Lines for the configuration of one program."""

    program: str
    lines: tuple[str, ...]


_CURES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "etag-dropped": {
        NGINX: (
            "proxy_pass_header ETag;  # and remove proxy_hide_header ETag",
            "etag on;  # for files",
        ),
        CADDY: ("# remove: header -ETag, header_down -ETag",),
        VARNISH: ("# remove: unset resp.http.ETag, unset beresp.http.ETag",),
        CLOUDFLARE: ("# Caching > Cache Rules: Respect strong ETags = on",),
        APACHE: ("FileETag MTime Size", "# remove: Header unset ETag"),
    },
    "etag-weakened": {
        NGINX: (
            "gzip off;  # feedsvc has compressed already",
            "proxy_pass_header ETag;  # and remove proxy_hide_header and add_header ETag",
            "proxy_set_header If-None-Match $http_if_none_match;",
        ),
        CADDY: ("# remove: encode, header ETag, header_down ETag, header_up If-None-Match",),
        VARNISH: (
            "# start varnishd with: -p http_gzip_support=off",
            "# remove: set resp.http.ETag, set beresp.http.ETag, unset req.http.If-None-Match",
        ),
        CLOUDFLARE: ("# Caching > Cache Rules: Respect strong ETags = on",),
        APACHE: ("DeflateAlterETag NoChange", "BrotliAlterETag NoChange"),
    },
    "no-304": {
        NGINX: (
            "proxy_set_header If-None-Match $http_if_none_match;",
            "proxy_set_header If-Modified-Since $http_if_modified_since;",
            "if_modified_since exact;  # and not: off",
        ),
        CADDY: ("# remove: header_up -If-None-Match, header_up -If-Modified-Since",),
        VARNISH: (
            "# remove: unset req.http.If-None-Match, unset req.http.If-Modified-Since",
            "# and the same for bereq where the request is passed",
        ),
        CLOUDFLARE: ("# Rules > Transform Rules: remove no request header of feeds",),
        APACHE: ("# remove: RequestHeader unset If-None-Match / If-Modified-Since",),
    },
    "media-type": {
        NGINX: (
            "proxy_pass_header Content-Type;  # and remove add_header Content-Type",
            "# for files: feedsvc export --nginx writes the rules with the types",
        ),
        CADDY: (
            "# remove: header Content-Type, header_down Content-Type",
            '# for files: header */atom.xml Content-Type "application/atom+xml; charset=utf-8"',
        ),
        VARNISH: ("# remove: set resp.http.Content-Type, set beresp.http.Content-Type",),
        CLOUDFLARE: ("# Rules > Transform Rules: change no Content-Type of feeds",),
        APACHE: (
            "# remove: ForceType, Header set Content-Type",
            "# for files: AddType 'application/atom+xml; charset=utf-8' .xml",
        ),
    },
    "charset": {
        NGINX: (
            "proxy_pass_header Content-Type;  # and remove add_header Content-Type",
            "# instead of another charset: charset off;",
            "# for files: charset utf-8; charset_types *;",
        ),
        CADDY: ("# remove: header Content-Type, header_down Content-Type",),
        VARNISH: ("# remove: set resp.http.Content-Type, set beresp.http.Content-Type",),
        CLOUDFLARE: ("# Rules > Transform Rules: change no Content-Type of feeds",),
        APACHE: ("AddDefaultCharset Off", "AddCharset utf-8 .xml .json"),
    },
    "compressed-twice": {
        NGINX: (
            "gzip off;  # feedsvc has compressed already",
            "proxy_pass_header Content-Encoding;  # and remove proxy_hide_header, add_header",
        ),
        CADDY: ("# remove: encode, header_down -Content-Encoding",),
        VARNISH: ("# remove: set beresp.do_gzip, unset beresp.http.Content-Encoding",),
        CLOUDFLARE: ("# Rules > Compression Rules: off for feeds",),
        APACHE: ('SetEnvIf Request_URI "\\.(xml|json)$" no-gzip no-brotli',),
    },
    "content-encoding": {
        NGINX: (
            "proxy_pass_header Content-Encoding;  # and remove proxy_hide_header, add_header",
            "proxy_pass_header Vary;  # and remove proxy_ignore_headers Vary",
        ),
        CADDY: ("# remove: header_down Content-Encoding, header_down -Vary",),
        VARNISH: ("# remove: set or unset of Content-Encoding, and unset beresp.http.Vary",),
        CLOUDFLARE: ("# Caching > Cache Rules: respect Vary, or bypass the cache for feeds",),
        APACHE: ("Header merge Vary Accept-Encoding", "# remove: Header set Content-Encoding"),
    },
    "not-compressed": {
        NGINX: (
            "proxy_set_header Accept-Encoding $http_accept_encoding;",
            "gzip_static on;  # for files of feedsvc export --compress",
        ),
        CADDY: (
            "# remove: header_up -Accept-Encoding, header_up Accept-Encoding",
            "# for files: file_server { precompressed br zstd gzip }",
        ),
        VARNISH: (
            "# start varnishd with: -p http_gzip_support=off",
            "# remove: unset req.http.Accept-Encoding, set beresp.do_gunzip",
        ),
        CLOUDFLARE: ("# Rules > Compression Rules: Default (Brotli, gzip) for feeds",),
        APACHE: (
            "# remove: RequestHeader unset Accept-Encoding",
            "# for files: AddOutputFilterByType DEFLATE application/atom+xml"
            " application/rss+xml application/feed+json",
        ),
    },
    "stale": {
        NGINX: (
            "expires off;",
            "# remove: proxy_ignore_headers Cache-Control, proxy_cache_valid, add_header Age",
            "proxy_set_header If-None-Match $http_if_none_match;  # and no other value",
        ),
        CADDY: ("# remove: header Cache-Control, header_down Cache-Control",),
        VARNISH: ("# remove: set beresp.ttl, set beresp.grace, set resp.http.Cache-Control",),
        CLOUDFLARE: (
            "# Caching > Cache Rules: Edge TTL = use the cache-control header,"
            " Browser TTL = respect origin",
        ),
        APACHE: ("ExpiresActive Off", "CacheIgnoreCacheControl Off"),
    },
    "link-lost": {
        NGINX: ("proxy_pass_header Link;  # and remove proxy_hide_header Link",),
        CADDY: ("# remove: header -Link, header_down -Link",),
        VARNISH: ("# remove: unset resp.http.Link, unset beresp.http.Link",),
        CLOUDFLARE: ("# Rules > Transform Rules: remove no Link of feeds",),
        APACHE: ("# remove: Header unset Link, Header set Link",),
    },
    "self-link": {
        FEEDSVC: ('[site] url = "{site}"  # or give the doctor the public address',),
        NGINX: ("sub_filter_once off;  # and remove sub_filter: feedsvc writes its own links",),
    },
    "challenge": {
        NGINX: (
            f"location ~ {_FEEDS} {{ proxy_pass http://{_ADDRESS}; }}"
            "  # without the rule that refuses: if, deny, limit_req, auth_basic",
        ),
        CADDY: (
            f"@feeds path_regexp {_FEEDS}",
            f"handle @feeds {{ reverse_proxy {_ADDRESS} }}  # before the rule that refuses",
        ),
        VARNISH: (
            f'if (req.url ~ "{_FEEDS}") {{ return (hash); }}  # before the rule that refuses',
        ),
        CLOUDFLARE: (
            "# Security > WAF > Custom rules: Skip all, and Super Bot Fight Mode, when",
            '# ends_with(http.request.uri.path, "/atom.xml") or'
            ' ends_with(http.request.uri.path, "/rss.xml") or'
            ' ends_with(http.request.uri.path, "/feed.json")',
            "# Security > Bots: Bot Fight Mode = off (rules cannot skip it)",
        ),
        APACHE: (
            f'<LocationMatch "{_FEEDS}">',
            "  SecRuleEngine Off",
            "  Require all granted",
            "</LocationMatch>",
        ),
    },
    "hub": {
        FEEDSVC: ("# hub.others names hubs that do not answer, or site.url is private",),
        NGINX: (f"location = {{hub}} {{ proxy_pass http://{_ADDRESS}; }}  # for every method",),
        CADDY: (f"reverse_proxy {{hub}} {_ADDRESS}",),
        VARNISH: ('if (req.url == "{hub}") { return (pass); }  # before other rules',),
        CLOUDFLARE: (
            '# Security > WAF > Custom rules: Skip, when http.request.uri.path eq "{hub}"',
        ),
        APACHE: (f'ProxyPass "{{hub}}" "http://{_ADDRESS}{{hub}}"',),
    },
}


def cures(
    code: str, proxies: Collection[str], *, site: str = "", hub: str = "/hub"
) -> tuple[Cure, ...]:
    """The cures of a fault: for these proxies, or for all that are known if there is none."""
    known = _CURES[code]
    wanted = {FEEDSVC, *proxies} if any(proxy in known for proxy in proxies) else set(known)
    return tuple(
        Cure(program, tuple(_filled(line, site, hub) for line in lines))
        for program, lines in known.items()
        if program in wanted
    )


def _filled(line: str, site: str, hub: str) -> str:
    return line.replace("{site}", site).replace("{hub}", hub)
