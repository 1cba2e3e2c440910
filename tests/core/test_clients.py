"""Clients by address, and by the headers of proxies."""

import time

import pytest

from feedsvc.core.clients import client_at, client_before


@pytest.mark.parametrize(
    ("address", "client"),
    [
        *[
            (a, "1.2.3.4")
            for a in ("1.2.3.4", " 1.2.3.4 ", "1.2.3.4:5678", "1.2.3.4:", "1.2.3.4:_x")
        ],
        *[(a, "1.2.3.4") for a in ("::ffff:1.2.3.4", "[::ffff:1.2.3.4]:80", "::FFFF:102:304")],
        *[(a, "2001:db8::/64") for a in ("2001:db8::1", "[2001:db8::1]", "[2001:DB8::2:1]:80")],
        *[
            (a, "2001:db8::/64")
            for a in ("2001:db8:0:0:ffff::1", "2001:0db8::", "[2001:db8::]:_p")
        ],
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("[fe80::1%25eth0]:80", "fe80::/64"),
        ("::1", "::/64"),
        *[
            (a, None)
            for a in ("", "unknown", "_hidden", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4")
        ],
        *[
            (a, None)
            for a in (
                "[1.2.3.4]x",
                "[::1",
                "::1]",
                "x",
                "1.2.3.4 5.6.7.8",
                "1:2",
                "茶",
                "[::g]",
            )
        ],
    ],
)
def test_a_client_is_an_ipv4_address_or_an_ipv6_network(
    address: str, client: str | None
) -> None:
    assert client_at(address) == client


@pytest.mark.parametrize(
    ("proxies", "value", "client"),
    [
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "9.9.9.9, 1.2.3.4:80", "1.2.3.4"),
        (2, "9.9.9.9, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (2, "1.2.3.4", None),
        (1, "", None),
        (1, "1.2.3.4, unknown", None),
        (1, "1.2.3.4,", None),
        (0, "1.2.3.4", None),
    ],
)
def test_the_client_is_the_peer_of_our_outermost_proxy(
    proxies: int, value: str, client: str | None
) -> None:
    assert client_before(proxies, "X-Forwarded-For", value) == client


@pytest.mark.parametrize(
    ("proxies", "value", "client"),
    [
        (1, "for=1.2.3.4", "1.2.3.4"),
        (1, "For=1.2.3.4", "1.2.3.4"),
        (1, 'for="1.2.3.4:80"', "1.2.3.4"),
        (1, 'for="[2001:db8::1]:80"', "2001:db8::/64"),
        (1, r'for="\1.2.3.4"', "1.2.3.4"),
        (1, "by=9.9.9.9; for=1.2.3.4;proto=https", "1.2.3.4"),
        (1, 'for=9.9.9.9;host="a,b;for=8.8.8.8", for=1.2.3.4', "1.2.3.4"),
        (2, "for=9.9.9.9, for=1.2.3.4 ,for=10.0.0.1", "1.2.3.4"),
        (1, "for=1.2.3.4;", "1.2.3.4"),
        (2, "for=1.2.3.4, proto=http", "1.2.3.4"),
        *[(1, value, None) for value in ("", "for=unknown", "for=_x", "proto=http", "1.2.3.4")],
        *[
            (1, value, None)
            for value in ("for", "for=", "for=1.2.3.4 x", "for = 1.2.3.4", "for=[::1]")
        ],
        (1, "for=1.2.3.4;for=9.9.9.9", None),
        (2, "for=1.2.3.4", None),
    ],
)
def test_the_header_of_rfc_7239_is_parsed(proxies: int, value: str, client: str | None) -> None:
    assert client_before(proxies, "forwarded", value) == client


@pytest.mark.parametrize("begun", ['x="', 'for=8.8.8.8, x="', 'for="8.8.8.8', '"', 'x="\\'])
@pytest.mark.parametrize(
    "added", ["for=1.2.3.4", 'for="[2001:db8::1]:80"', "for=1.2.3.4, for=9.9.9.9"]
)
def test_a_client_cannot_hide_the_proxys_part_in_quotes(begun: str, added: str) -> None:
    for proxies in (1, 2):
        assert client_before(proxies, "Forwarded", f"{begun}, {added}") is None


@pytest.mark.parametrize(
    "value",
    ['x="' + "\\" * 60_000, " " * 60_000 + "x", "a=b;" * 15_000 + "(", "for=1;" * 9_000],
)
def test_a_long_header_is_parsed_fast(value: str) -> None:
    begun = time.process_time()
    assert client_before(1, "Forwarded", value) is None
    assert client_before(1, "X-Forwarded-For", value) is None
    assert client_at(value) is None
    assert time.process_time() - begun < 1
