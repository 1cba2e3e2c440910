"""The doctor names what an nginx breaks, set up wrongly in several ways, and nothing else."""

from collections.abc import Iterator

import pytest

from tests.support.doctoring import (
    FrontedSite,
    codes,
    found_at,
    fronted_site,
    nginx_rules,
)
from tests.support.proxies import is_installed, nginx_with
from tests.support.running import free_port

pytestmark = pytest.mark.skipif(not is_installed("nginx"), reason="nginx is not installed")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontedSite]:
    with fronted_site(tmp_path_factory.mktemp("site")) as started:
        yield started


def found_with(site: FrontedSite, rules: str) -> list[str]:
    with nginx_with(rules, site.server.port, site.port):
        return codes(found_at(site.url))


_HIDDEN_TYPE = "proxy_hide_header Content-Type; add_header Content-Type"
_TAGGED = "proxy_hide_header ETag; add_header ETag"
_HUB = "location = /hub"


@pytest.mark.parametrize(
    ("code", "rules"),
    [
        ("etag-dropped", "proxy_hide_header ETag;"),
        (
            "etag-dropped",
            'proxy_set_header Accept-Encoding ""; gzip on; gzip_types *; '
            "proxy_hide_header ETag;",
        ),
        ("etag-weakened", f"{_TAGGED} 'W/\"$upstream_http_date\"';"),
        ("etag-weakened", f"{_TAGGED} '\"mine-1\"';"),
        ("etag-weakened", f"{_TAGGED} '$upstream_http_etag-df';"),
        ("no-304", 'proxy_set_header If-None-Match "";'),
        ("no-304", 'proxy_set_header If-Modified-Since "";'),
        ("no-304", 'proxy_set_header If-None-Match ""; proxy_set_header If-Modified-Since "";'),
        (
            "etag-weakened",
            'proxy_set_header If-None-Match ""; proxy_set_header Accept-Encoding "";'
            " gzip on; gzip_types *;",
        ),
        ("media-type", f"{_HIDDEN_TYPE} 'text/html; charset=utf-8';"),
        ("media-type", f"{_HIDDEN_TYPE} text/plain;"),
        ("media-type", f"{_HIDDEN_TYPE} application/octet-stream;"),
        ("media-type", "add_header Content-Type text/plain;"),
        ("media-type", "proxy_hide_header Content-Type; default_type '';"),
        ("compressed-twice", "proxy_hide_header Content-Encoding; gzip on; gzip_types *;"),
        ("content-encoding", "proxy_hide_header Content-Encoding;"),
        ("not-compressed", 'proxy_set_header Accept-Encoding "";'),
        ("not-compressed", "proxy_set_header Accept-Encoding identity;"),
        ("stale", "add_header Age 90000;"),
        ("stale", "expires 30d;"),
        ("stale", "proxy_hide_header Cache-Control; add_header Cache-Control max-age=9999999;"),
        ("link-lost", "proxy_hide_header Link;"),
        ("link-lost", "proxy_hide_header Link; add_header Link '</a.css>; rel=preload';"),
        ("challenge", "if ($http_user_agent !~ Gecko/) { return 403; }"),
        ("challenge", "if ($http_user_agent ~ (Feedly|Miniflux)) { return 444; }"),
        ("challenge", "default_type text/html; return 503 '<html>Just a moment...</html>';"),
    ],
)
def test_a_fault_is_named(site: FrontedSite, code: str, rules: str) -> None:
    assert found_with(site, nginx_rules(rules)) == [code]


@pytest.mark.parametrize(
    ("code", "rules"),
    [
        ("charset", f"{_HIDDEN_TYPE} 'application/xml; charset=iso-8859-1';"),
        ("charset", f"{_HIDDEN_TYPE} text/xml;"),
        ("charset", f"{_HIDDEN_TYPE} application/atom+xml;"),
        ("charset", "add_header Content-Type 'application/atom+xml; charset=utf-8';"),
        ("charset", f"{_HIDDEN_TYPE} 'application/atom+xml; charset=utf-8; charset=gbk';"),
        ("compressed-twice", "add_header Content-Encoding gzip;"),
    ],
)
def test_a_fault_of_one_feed_is_named(site: FrontedSite, code: str, rules: str) -> None:
    with nginx_with(nginx_rules(rules), site.server.port, site.port):
        assert codes(found_at(f"{site.url}/atom.xml")) == [code]


@pytest.mark.parametrize(
    "server",
    [
        f"{_HUB} {{ return 404; }}",
        f"{_HUB} {{ return 405; }}",
        f"{_HUB} {{ return 444; }}",
        f"{_HUB} {{ return 200 'ok'; }}",
        f"{_HUB} {{ return 301 /; }}",
        f"{_HUB} {{ default_type text/html; return 400 '<html>no</html>'; }}",
        f"{_HUB} {{ limit_except GET {{ deny all; }} proxy_pass http://127.0.0.1:8000; }}",
        f"{_HUB} {{ proxy_pass http://127.0.0.1:1; }}",
        f"{_HUB} {{ proxy_pass http://127.0.0.1:8000; proxy_pass_request_body off;"
        " proxy_set_header Content-Length ''; }",
        f"{_HUB} {{ proxy_pass http://127.0.0.1:8000; proxy_set_header Content-Type ''; }}",
    ],
)
def test_a_hub_that_is_not_forwarded_is_named(site: FrontedSite, server: str) -> None:
    assert found_with(site, nginx_rules("", server=server)) == ["hub"]


def test_a_self_link_with_another_port_or_host_is_named(site: FrontedSite) -> None:
    with nginx_with(nginx_rules(""), site.server.port, other := free_port()):
        (found,) = found_at(f"http://127.0.0.1:{other}")
        assert (found.code, found.symptoms[0].came[-14:]) == ("self-link", "(another port)")
        (cure,) = [cure for cure in found.cures if cure.program == "feedsvc"]
        assert f'url = "http://127.0.0.1:{other}"' in cure.lines[0]
        (found,) = found_at(f"http://localhost:{other}/tags/Tea/")
        assert (found.code, found.symptoms[0].came[-14:]) == ("self-link", "(another host)")


def test_a_self_link_with_another_path_is_named(site: FrontedSite) -> None:
    below = "server { listen 443 ssl; location /feeds/ { proxy_pass http://127.0.0.1:8000/; } }"
    with nginx_with(below, site.server.port, site.port):
        (found,) = found_at(f"{site.url}/feeds")
        assert (found.code, found.symptoms[0].came[-14:]) == ("self-link", "(another path)")
