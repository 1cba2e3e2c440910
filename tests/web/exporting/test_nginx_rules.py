"""The rules of nginx as texts. `tests/stories/test_exported_site.py` asks a real nginx."""

import re

import pytest

from feedsvc.core.file_records import Stamp
from feedsvc.publishing.exporting.manifest import Headers, Listed
from feedsvc.web.exporting.moved_addresses import Elsewhere
from feedsvc.web.exporting.nginx_rules import NginxRules

HTML = (("Content-Type", "text/html; charset=utf-8"),)


def _file(path: str, address: str | None, headers: Headers = HTML) -> Listed:
    return Listed(path, "source", "digest", Stamp(1, 1, 1, 1), headers, address)


def _rules(url: str, *files: Listed) -> NginxRules:
    return NginxRules(url, "/srv/public", files, Elsewhere())


def test_a_location_has_no_variables() -> None:
    server = _rules("https://example.org/$a;b").of_server(lambda _: True)
    assert 'location = "/$a;b" {' in server
    assert 'location ^~ "/$a;b/" {' in server


@pytest.mark.parametrize(
    "sent",
    ["/~u/%E7%AC%94/x%2F/", "/%7eu/%e7%ac%94/x%2F/", "/~u/笔/x%2F/", "/~u/%E7%AC%94/x%2F/?q"],
)
def test_the_base_of_the_site_may_be_sent_in_any_form(sent: str) -> None:
    http = _rules("https://example.org/~u/%E7%AC%94").of_http()
    pattern = re.search(r'map \$request_uri \$feedsvc_sent {\n.*\n +"~\(\?s\)(.*)" "', http)
    assert pattern is not None
    found = re.match(pattern[1].replace("\\\\", "\\").replace("(?<", "(?P<"), sent)
    assert found is not None
    assert found["feedsvc_raw"] == "/x%2F/"


def test_compressed_files_are_sent_with_vary_also_to_proxies() -> None:
    twin = _file("index.html.gz", None)
    server = _rules("https://example.org", _file("index.html", ""), twin).of_server(
        lambda _: True
    )
    assert "gzip_static on;\n    gzip_vary on;\n    gzip_proxied any;" in server
    assert "gzip" not in _rules("https://example.org", _file("index.html", "")).of_server(
        lambda _: True
    )


@pytest.mark.parametrize("name", [".hid", "end.", "a.b.", "..a", "plain", "v1.2"])
def test_every_file_has_the_class_of_its_headers(name: str) -> None:
    http = _rules("https://example.org", _file(name, name)).of_http()
    classes = re.search(r"map \$feedsvc_file \$feedsvc_class {\n(.*?)}", http, re.DOTALL)
    assert classes is not None
    patterns = re.findall(r'"~\(\?s\)(.*)" "c0"', classes[1])
    decoded = [each.replace("\\\\", "\\").replace(r"\z", r"\Z") for each in patterns]
    assert any(re.search(each, f"/{name}") for each in decoded)
