"""Addresses of the server on its own machine."""

from pathlib import Path

import pytest

from feedsvc.settings.load import load_settings
from feedsvc.settings.local_addresses import (
    is_local,
    is_loopback,
    local_site_url,
    local_url,
    with_port_in_url,
)
from feedsvc.settings.settings import Settings
from feedsvc.settings.site import site_of
from tests.support.configuring import SITE


def settings(url: str, port: int, host: str = "127.0.0.1") -> Settings:
    environ = {
        "FEEDSVC_SITE__URL": url,
        "FEEDSVC_SERVER__PORT": str(port),
        "FEEDSVC_SERVER__HOST": host,
    }
    return load_settings(Path("/dev/null"), SITE | environ)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("0.0.0.0", False),  # noqa: S104 - it is refused
        ("::", False),
        ("192.168.0.1", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_for_certain(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("url", "port", "followed"),
    [
        ("http://127.0.0.1:8000", 8100, "http://127.0.0.1:8100"),
        ("http://127.0.0.1", 8100, "http://127.0.0.1:8100"),
        ("http://localhost:4000/blog", 8100, "http://localhost:8100/blog"),
        ("http://[::1]:8000", 8100, "http://[::1]:8100"),
        ("http://127.0.0.1:8000", 80, "http://127.0.0.1"),
        ("https://example.org", 8100, "https://example.org"),
        ("http://example.org:8000", 8100, "http://example.org:8000"),
        ("http://192.168.0.1:8000", 8100, "http://192.168.0.1:8000"),
        ("https://localhost", 8100, "https://localhost"),  # a proxy speaks TLS here
    ],
)
def test_a_loopback_url_follows_the_port(url: str, port: int, followed: str) -> None:
    before = settings(url, port)
    after = with_port_in_url(before)
    assert after.site.url == followed
    assert site_of(after).tag_authority == site_of(before).tag_authority


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104 - nothing listens
        ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"),
        ("localhost", "http://localhost:8000"),
    ],
)
def test_this_machine_reaches_a_server_that_listens_everywhere(host: str, url: str) -> None:
    assert local_url(settings("https://example.org", 8000, host).server) == url


def test_the_path_of_the_site_is_part_of_its_local_address() -> None:
    assert local_site_url(settings("https://a.org/blog", 8000)) == "http://127.0.0.1:8000/blog"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000/blog", True),
        ("http://127.0.0.1:8001", False),
        ("https://127.0.0.1:8000", False),
        ("http://example.org:8000", False),
    ],
)
def test_a_url_is_local_if_this_server_answers_it_here(url: str, expected: bool) -> None:
    assert is_local(settings(url, 8000)) is expected
