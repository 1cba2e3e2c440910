"""The doctor names what Varnish, Caddy and the cache of nginx break, and nothing else.

Each fault is at a feed of its own, so that one process has them all.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import requests

from tests.support.doctoring import FrontedSite, codes, found_at, fronted_site, nginx_rules
from tests.support.proxies import (
    caddy_with,
    documented,
    is_installed,
    nginx_with,
    varnish_with,
)
from tests.support.running import wait_until

needs_caddy = pytest.mark.skipif(not is_installed("Caddy"), reason="Caddy is not installed")
needs_nginx = pytest.mark.skipif(not is_installed("nginx"), reason="nginx is not installed")
needs_varnish = pytest.mark.skipif(
    not is_installed("Varnish"), reason="varnishd is not installed"
)

# The tag of the feed, the fault, and what the rules do with the request, the answer of feedsvc
# and the answer to the client.
_VARNISH: Final = [
    ("dropped", "etag-dropped", "", "unset beresp.http.ETag;", ""),
    (
        *("weak", "etag-weakened"),
        'if (req.http.If-None-Match ~ "^W/") { unset req.http.If-None-Match; }',
        *("", 'set resp.http.ETag = "W/" + resp.http.ETag;'),
    ),
    ("changing", "no-304", "", "", 'set resp.http.ETag = {"""} + req.xid + {"""};'),
    ("tags", "no-304", "unset req.http.If-None-Match;", "", ""),
    ("dates", "no-304", "unset req.http.If-Modified-Since;", "", ""),
    ("type", "media-type", "", 'set beresp.http.Content-Type = "text/html";', ""),
    ("charset", "charset", "", 'set beresp.http.Content-Type = "text/xml";', ""),
    (
        *("twice", "compressed-twice", ""),
        *("unset beresp.http.Content-Encoding; set beresp.do_gzip = true;", ""),
    ),
    ("plain", "not-compressed", "unset req.http.Accept-Encoding;", "", ""),
    ("expires", "stale", "", "", 'set resp.http.Cache-Control = "max-age=2592000";'),
    ("links", "link-lost", "", "", "unset resp.http.Link;"),
    (
        *("wall", "challenge", 'if (req.http.User-Agent ~ "Feedly") { return (synth(403)); }'),
        *("", ""),
    ),
]
_AGED: Final = "aged"  # an hour in the cache, although it may be there for a second
_GRACE: Final = "grace"  # a second, and then while Varnish fetches it


def _rules(number: int) -> str:
    return "".join(
        f'if (bereq.url ~ "^/tags/{row[0]}/") {{ {row[number]} }}\n'
        if number == 3
        else f'if (req.url ~ "^/tags/{row[0]}/") {{ {row[number]} }}\n'
        for row in _VARNISH
        if row[number]
    )


_VCL: Final = f"""
vcl 4.1;
backend default {{ .host = "127.0.0.1"; .port = "8000"; }}
sub vcl_recv {{ {_rules(2)} }}
sub vcl_backend_response {{
    {_rules(3)}
    if (bereq.url ~ "^/tags/({_AGED}|{_GRACE})/") {{
        set beresp.http.Cache-Control = "max-age=1";
        set beresp.ttl = 1s;
        set beresp.grace = 1h;
    }}
    if (bereq.url ~ "^/tags/{_AGED}/") {{ set beresp.ttl = 1h; }}
}}
sub vcl_deliver {{ {_rules(4)} }}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontedSite]:
    tags = [*(row[0] for row in _VARNISH), _AGED, _GRACE, *_CADDY]
    place = tmp_path_factory.mktemp("site")
    settings = {"FEEDSVC_SERVER__MAX_AGES": '{"/tags/kept/": 1}'}
    with fronted_site(place, settings, more_tags=tags) as started:
        yield started


@needs_nginx
def test_an_old_version_in_a_cache_that_tells_no_age(site: FrontedSite) -> None:
    """nginx sends no Age. The new version has been there for longer than it may be kept."""
    feed = f"{site.url}/tags/kept/atom.xml"
    rules = nginx_rules(
        "proxy_cache a; proxy_ignore_headers Cache-Control; proxy_cache_valid 200 1h;",
        http="proxy_cache_path /var/cache/nginx/feeds keys_zone=a:1m;",
    )
    site.posts.write("kept.md", "Old. " * 300, tags="[kept]")
    wait_until(lambda: site.server.get("/tags/kept/atom.xml").status_code == 200, "the feed")
    with nginx_with(rules, site.server.port, site.port):
        assert codes(found_at(feed)) == []
        site.posts.write("kept.md", "New. " * 300, tags="[kept]")
        wait_until(lambda: b"New" in site.server.get("/tags/kept/atom.xml").content, "it")
        time.sleep(6)  # its date may be a second ahead
        assert codes(found_at(feed)) == ["stale"]


@needs_varnish
def test_each_fault_of_varnish_is_named(site: FrontedSite, tmp_path: Path) -> None:
    with varnish_with(tmp_path, _VCL, site.server.port, site.port):
        for tag in (_AGED, _GRACE):
            requests.get(f"{site.url}/tags/{tag}/atom.xml", timeout=5)
        for tag, code, *_ in _VARNISH:
            assert codes(found_at(f"{site.url}/tags/{tag}/atom.xml")) == [code], tag
        time.sleep(2.5)
        assert codes(found_at(f"{site.url}/tags/{_AGED}/atom.xml")) == ["stale"]
        assert codes(found_at(f"{site.url}/tags/{_GRACE}/atom.xml")) == []
        (found,) = found_at(f"{site.url}/tags/links/")
        assert [cure.program for cure in found.cures] == ["Varnish"]


@needs_varnish
def test_varnish_that_decompresses_for_a_coding_it_does_not_know(
    site: FrontedSite, tmp_path: Path
) -> None:
    """The rules of the documentation need the parameter that it names."""
    (rules,) = documented("vcl")
    with varnish_with(tmp_path, rules, site.server.port, site.port):
        assert codes(found_at(site.url)) == ["not-compressed"]


_CADDY: Final = {
    "c-dropped": ("etag-dropped", "header_down -ETag"),
    "c-weak": (
        "etag-weakened",
        'header_down ETag "(.*)" "W/$1" \n header_up If-None-Match "^W/.*" none',
    ),
    "c-tags": ("no-304", "header_up -If-None-Match"),
    "c-dates": ("no-304", "header_up -If-Modified-Since"),
    "c-type": ("media-type", "header_down Content-Type application/octet-stream"),
    "c-charset": ("charset", 'header_down Content-Type "(.*);.*" "$1"'),
    "c-plain": ("not-compressed", "header_up Accept-Encoding identity"),
    "c-coding": ("content-encoding", "header_down -Content-Encoding"),
    "c-named": (
        "content-encoding",
        "header_up Accept-Encoding identity\n header_down Content-Encoding gzip",
    ),
    "c-expires": ("stale", "header_down Cache-Control max-age=2592000"),
    "c-links": ("link-lost", "header_down -Link"),
}


@needs_caddy
def test_each_fault_of_caddy_is_named(site: FrontedSite, tmp_path: Path) -> None:
    transport = "transport http {\ncompression off\n}"
    handles = "".join(
        f"handle /tags/{tag}/* {{\nreverse_proxy 127.0.0.1:8000 {{\n"
        f"{rule}\n{transport}\n}}\n}}\n"
        for tag, (_, rule) in _CADDY.items()
    )
    rest = "handle {\nreverse_proxy 127.0.0.1:8000\n}\n"
    with caddy_with(
        tmp_path, f"example.org {{\n{handles}{rest}}}\n", site.server.port, site.port
    ):
        for tag, (code, _) in _CADDY.items():
            (found, *others) = found_at(f"{site.url}/tags/{tag}/atom.xml")
            assert (found.code, others) == (code, []), tag
            assert [cure.program for cure in found.cures] == ["Caddy"]
