"""The doctor names what an nginx breaks, set up wrongly in several ways, and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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
from tests.support.proxies import is_installed, nginx_with, serving_files
from tests.support.run import open_folder
from tests.support.running import SITE, free_port, running
from tests.support.writing import PostFolder

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
    "rules",
    [
        "proxy_hide_header ETag;",
        "proxy_hide_header Link;",
        "proxy_hide_header Content-Encoding;",
        'proxy_set_header If-None-Match "";',
        'proxy_set_header If-Modified-Since "";',
        'proxy_set_header Accept-Encoding "";',
    ],
)
def test_the_lines_of_a_cure_cure_it(site: FrontedSite, rules: str) -> None:
    with nginx_with(nginx_rules(rules), site.server.port, site.port):
        (found,) = found_at(site.url)
    (cure,) = found.cures
    lines = "\n".join(line for line in cure.lines if not line.startswith("#"))
    assert found_with(site, nginx_rules(f"{rules}\n{lines}\n")) == []


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


def test_a_self_link_with_another_scheme_is_named(site: FrontedSite) -> None:
    certificate = certificate_in(open_folder())
    rules = tls_rules(site.port, certificate)
    with nginx_with(nginx_rules("") + rules, site.server.port, free_port()):
        (found,) = found_at(f"https://127.0.0.1:{site.port}", ca=str(certificate))
        assert (found.code, found.symptoms[0].came[-16:]) == ("self-link", "(another scheme)")


def test_a_wall_that_redirects_to_its_challenge_is_named(site: FrontedSite) -> None:
    server = (
        "location = /challenge { default_type text/html; return 200 '<html>Robot?</html>'; }"
    )
    rules = nginx_rules("if ($http_cookie = '') { return 302 /challenge; }", server=server)
    assert found_with(site, rules) == ["challenge"]


def test_a_hub_elsewhere_that_is_dead_is_named(tmp_path: Path, posts: PostFolder) -> None:
    posts.write("tea.md", "Leaves. " * 300)
    settings = {"FEEDSVC_HUB__OTHERS": '["http://127.0.0.1:1/", "https://hub.invalid/"]'}
    with running(tmp_path, posts.root, settings) as server:
        (found,) = found_at(server.url)
    assert found.code == "hub"
    assert [symptom.came.partition(": ")[0] for symptom in found.symptoms] == [
        *("http://127.0.0.1:1/", "https://hub.invalid/")
    ]


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("etag-dropped", ("gzip_static on;", "gzip_static on; etag off;")),
        ("no-304", ("gzip_static on;", "gzip_static on; if_modified_since off;")),
        ("not-compressed", ("gzip_static on;", "")),
        ("charset", ("charset utf-8;", "charset off;")),
    ],
)
def test_a_fault_of_an_exported_folder_is_named(
    exported: tuple[Path, int], code: str, change: tuple[str, str]
) -> None:
    rules, port = exported
    wrong = open_folder()
    for file in rules.iterdir():
        (wrong / file.name).write_text(file.read_text().replace(*change))
    with serving_files(wrong, port):
        assert codes(found_at(f"http://127.0.0.1:{port}")) == [code]


@pytest.fixture(scope="module")
def exported() -> tuple[Path, int]:
    """The rules of an exported site, and the port at which it should be."""
    place, port = open_folder(), free_port()
    PostFolder(place / "posts").write("tea.md", "Leaves. " * 300)
    environ = {
        **environment(SITE),
        "FEEDSVC_SITE__URL": f"http://127.0.0.1:{port}",
        "FEEDSVC_CONTENT__SEEDS": str(place / "posts"),
        "FEEDSVC_HUB__ENABLED": "false",
    }
    words = ("export", "--compress", "--nginx", str(place / "rules"), str(place / "public"))
    assert forked(*words, environ=environ, cwd=place).returncode == 0
    (place / "public").chmod(0o755)
    return place / "rules", port
