"""Hosts in URLs that every program reads in the same way."""

import pytest

from feedsvc.core.hosts import plain_host


@pytest.mark.parametrize(
    ("host", "plain"),
    [
        ("example.org", "example.org"),
        ("a-b_c.example", "a-b_c.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("[2001:db8:0::1]", "2001:db8::1"),
        (f"{'a' * 63}.org", f"{'a' * 63}.org"),
        (".".join(["a" * 62] * 4) + ".b", ".".join(["a" * 62] * 4) + ".b"),
    ],
)
def test_a_plain_host_is_returned_without_brackets(host: str, plain: str) -> None:
    assert plain_host(host) == plain


@pytest.mark.parametrize(
    ("host", "fault"),
    [
        ("[::1::2]", "its host is not an address"),
        ("2130706433", "unusual form"),
        ("0x7f.1", "unusual form"),
        ("127.1", "unusual form"),
        ("1.2.3.999", "unusual form"),
        ("example.org.", "ends with a dot"),
        ("", "its host is not a name"),
        ("a..b", "its host is not a name"),
        ("-a.org", "its host is not a name"),
        ("a-.org", "its host is not a name"),
        (f"{'a' * 64}.org", "its host is not a name"),
        (".".join(["a" * 62] * 4) + ".bb" + "b" * 6, "its host is not a name"),
    ],
)
def test_an_unusual_host_is_refused_with_its_fault(host: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        plain_host(host)
