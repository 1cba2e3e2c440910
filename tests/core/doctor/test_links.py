"""Addresses that are the same, the bases of two addresses, and addresses in ASCII."""

import pytest

from feedsvc.core.doctor.links import bases, is_same, leads_here, moved, quoted, same_origin
from tests.support.exchanges import URL, answer, visit


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("http://a/x", "HTTP://A:80/x", True),
        ("https://a", "https://a:443/", True),
        ("http://a/%E8%8C%B6", "http://a/茶", True),
        ("http://[::1]/", "http://[0:0::1]/", True),
        ("http://例子.中国/", "http://xn--fsqu00a.xn--fiqs8s/", True),
        ("http://a/x", "http://a/X", False),
        ("http://a/", "https://a/", False),
        ("http://a/", "http://a:81/", False),
        ("http://[a", "http://[a", False),
        ("http://a:b/", "http://a:b/", False),
        ("ftp://a/", "ftp://a/", False),
        (f"http://{'é' * 99}/", "http://a/", False),
    ],
)
def test_equivalent_addresses_are_the_same(first: str, second: str, expected: bool) -> None:
    assert is_same(first, second) == expected
    assert same_origin(first, f"{second}?more") == expected or first.endswith("x")


@pytest.mark.parametrize(
    ("own", "address", "expected"),
    [
        ("http://a/blog/tags/x/atom.xml", "http://b/tags/x/atom.xml", ("http://a/blog/", "http://b/")),
        ("http://a/atom.xml", "http://b/atom.xml", ("http://a/", "http://b/")),
        ("http://a/atom.xml", "http://b/feed.xml", ("http://a/", "http://b/")),
        ("http://a/x/atom.xml", "http://b/feed", ("http://a/x/", "http://b/")),
        ("http://a", "http://b", ("http://a/", "http://b/")),
        ("http://a/x/1/atom.xml", "http://b/y/1/atom.xml", ("http://a/x/", "http://b/y/")),
    ],
)  # fmt: skip
def test_two_addresses_share_an_end(own: str, address: str, expected: tuple[str, str]) -> None:
    assert bases(own, address) == expected


def test_a_self_link_leads_here_or_elsewhere() -> None:
    first = answer()
    assert leads_here(URL, visit(first), first)
    assert not leads_here("https://example.org/", visit(first), first)


def test_a_hub_moves_with_the_site_and_others_stay() -> None:
    own, address = "http://a/blog/atom.xml", "https://b/atom.xml"
    assert moved("http://a/blog/hub", own, address) == "https://b/hub"
    assert moved("http://hub/", own, address) == "http://hub/"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://例子.中国:8000/茶?a=茶#x", "http://xn--fsqu00a.xn--fiqs8s:8000/%E8%8C%B6?a=%E8%8C%B6"),
        ("http://[::1]:80/a~b%2F", "http://[::1]:80/a~b%2F"),
        ("https://a", "https://a"),
    ],
)  # fmt: skip
def test_addresses_are_sent_in_ascii(url: str, expected: str) -> None:
    assert quoted(url) == expected
