"""The doctor says nothing of a set-up that is right."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsvc.errors import Unreachable
from tests.support.commands import environment, forked
from tests.support.doctoring import (
    FrontedSite,
    certificate_in,
    codes,
    found_at,
    fronted_site,
    nginx_rules,
    tls_rules,
)
from tests.support.proxies import (
    caddy_with,
    documented,
    is_installed,
    nginx_with,
    serving_files,
    varnish,
    varnish_with,
)
from tests.support.run import open_folder
from tests.support.running import SITE, free_port, running
from tests.support.writing import PostFolder

needs_nginx = pytest.mark.skipif(not is_installed("nginx"), reason="nginx is not installed")
needs_caddy = pytest.mark.skipif(not is_installed("Caddy"), reason="Caddy is not installed")
needs_varnish = pytest.mark.skipif(
    not is_installed("Varnish"), reason="varnishd is not installed"
)
GZIP = "gzip on; gzip_types *; gzip_proxied any;"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontedSite]:
    with fronted_site(tmp_path_factory.mktemp("site")) as started:
        yield started


@needs_nginx
@pytest.mark.parametrize(
    "rules",
    [
        documented("nginx")[0],
        nginx_rules(""),
        nginx_rules(GZIP),
        nginx_rules(f'{GZIP} proxy_set_header Accept-Encoding "";'),
        "server { listen 443 ssl; location / { proxy_pass http://127.0.0.1:8000; } }",
        nginx_rules("add_header X-Frame-Options deny; add_header Link '</a>; rel=preload';"),
        nginx_rules(
            "proxy_cache a;", http="proxy_cache_path /var/cache/nginx/feeds keys_zone=a:1m;"
        ),
    ],
)
def test_nginx_in_front(site: FrontedSite, rules: str) -> None:
    with nginx_with(rules, site.server.port, site.port):
        for path in ("", "/", "/atom.xml", "/feed.xml", "/feed/", "/tags/Tea/", "/index.xml"):
            assert codes(found_at(f"{site.url}{path}")) == [], path


@needs_caddy
@pytest.mark.parametrize("more", ["", "encode gzip zstd", "encode"])
def test_caddy_in_front(site: FrontedSite, tmp_path: Path, more: str) -> None:
    (rules,) = documented("caddy")
    rules = rules.replace("{\n", f"{{\n{more}\n", 1)
    with caddy_with(tmp_path, rules, site.server.port, site.port):
        assert codes(found_at(site.url)) == []


@needs_caddy
def test_caddy_compresses_by_itself(site: FrontedSite, tmp_path: Path) -> None:
    rules = (
        "example.org {\nencode gzip zstd {\nmatch header Content-Type application/*\n}\n"
        "reverse_proxy 127.0.0.1:8000 {\nheader_up -Accept-Encoding\n"
        "transport http {\ncompression off\n}\n}\n}\n"
    )
    with caddy_with(tmp_path, rules, site.server.port, site.port):
        assert codes(found_at(site.url)) == []


@needs_varnish
def test_varnish_in_front(site: FrontedSite, tmp_path: Path) -> None:
    with varnish(tmp_path, site.server.port, site.port):
        assert codes(found_at(site.url)) == []
        assert codes(found_at(site.url)) == []  # from the cache


@needs_varnish
def test_varnish_with_its_own_rules_stores_gzip_alone(
    site: FrontedSite, tmp_path: Path
) -> None:
    rules = 'vcl 4.1; backend default { .host = "127.0.0.1"; .port = "8000"; }'
    with varnish_with(tmp_path, rules, site.server.port, site.port):
        assert codes(found_at(site.url)) == []
        assert codes(found_at(site.url)) == []


@needs_nginx
@needs_varnish
def test_nginx_before_varnish(site: FrontedSite, tmp_path: Path) -> None:
    with (
        varnish(tmp_path, site.server.port) as port,
        nginx_with(nginx_rules(GZIP), port, site.port),
    ):
        assert codes(found_at(site.url)) == []


def test_feedsvc_itself_at_an_address_of_ipv6(tmp_path: Path, posts: PostFolder) -> None:
    posts.write("tea.md", "Leaves. " * 300)
    port = free_port()
    settings = {
        "FEEDSVC_SITE__URL": f"http://[::1]:{port}/blog",
        "FEEDSVC_SERVER__HOST": "::",
        "FEEDSVC_HUB__ENABLED": "false",
        "FEEDSVC_SERVER__PAGES": "false",
        "FEEDSVC_SERVER__MEDIA_TYPES": "plain",
    }
    with running(tmp_path, posts.root, settings, port):
        assert codes(found_at(f"http://[::1]:{port}/blog/")) == []
        assert codes(found_at(f"http://[0:0::1]:{port}/blog/rss.xml?a=b#c")) == []


@needs_nginx
def test_https_with_a_redirect_from_http(tmp_path: Path, posts: PostFolder) -> None:
    certificate = certificate_in(open_folder())
    posts.write("tea.md", "Leaves. " * 300)
    plain, tls = free_port(), free_port()
    to = f"https://127.0.0.1:{tls}"
    rules = f"server {{ listen 443 ssl; return 301 {to}$request_uri; }}" + tls_rules(
        tls, certificate
    )
    settings = {"FEEDSVC_SITE__URL": to}
    with (
        running(tmp_path, posts.root, settings) as server,
        nginx_with(rules, server.port, plain),
    ):
        for url in (to, f"http://127.0.0.1:{plain}", f"http://127.0.0.1:{plain}/feed/"):
            assert codes(found_at(url, ca=str(certificate))) == []
        with pytest.raises(Unreachable, match="its certificate is not valid: self-signed"):
            found_at(to)


@needs_nginx
def test_the_files_of_an_export(tmp_path: Path) -> None:
    place, port = open_folder(), free_port()
    posts = PostFolder(place / "posts")
    posts.write("tea.md", "Leaves. " * 300, tags="[Tea]")
    environ = {
        **environment(SITE),
        "FEEDSVC_SITE__URL": f"http://127.0.0.1:{port}/blog",
        "FEEDSVC_CONTENT__SEEDS": str(posts.root),
        "FEEDSVC_HUB__ENABLED": "false",
    }
    words = ("export", "--compress", "--nginx", str(place / "rules"), str(place / "public"))
    assert forked(*words, environ=environ, cwd=tmp_path).returncode == 0
    (place / "public").chmod(0o755)
    with serving_files(place / "rules", port):
        assert codes(found_at(f"http://127.0.0.1:{port}/blog")) == []
        assert codes(found_at(f"http://127.0.0.1:{port}/blog/tags/Tea/")) == []
