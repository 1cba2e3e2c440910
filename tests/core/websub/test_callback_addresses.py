"""Which callbacks are allowed, by their text and by their addresses."""

from ipaddress import ip_address, ip_network

import pytest

from feedsvc.core.websub.callback_addresses import (
    callback_fault,
    connection_fault,
    is_public,
    origin,
)

PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.215.14 100.63.255.255 100.128.0.0
126.255.255.255 128.0.0.1 168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0
172.15.255.255 172.32.0.0 192.0.1.0 192.88.98.255 192.167.255.255 192.169.0.0 198.17.255.255
198.20.0.0 203.0.112.255 203.0.114.0 223.255.255.255 2000::1 2001:200::1 2001:4860:4860::8888
2001:db7::1 2001:db9::1 2003::1 2606:4700::1111 2a00:1450:4001::200e 3ffd::1 3fff:1000::1
"""
NOT_PUBLIC = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.0 100.100.100.200 100.127.255.255 127.0.0.1
127.1.2.3 127.255.255.255 168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1
172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255
198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255 :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8
::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::8.8.8.8 64:ff9b:1::1 64:ff9b:1:ffff::a00:1
100::1 100:0:0:1::1 2001::1 2001:0:7f00:1:: 2001:1::1 2001:2::1 2001:3::1 2001:10::1
2001:20::1 2001:2f::1 2001:30::1 2001:db8::1 2002:7f00:1::1 2002:808:808::1 3ffe::1 3fff::1
3fff:fff::1 4000::1 5f00::1 8000::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 fe80::1%eth0 febf::1
fec0::1 feff::1 ff02::1 ff0e::1 2600:1f18::5efe:10.0.0.1 2600:1f18::200:5efe:10.0.0.1
"""
INTRANET = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize("text", PUBLIC.split())
def test_a_public_address_is_allowed(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", NOT_PUBLIC.split())
def test_an_address_that_may_be_in_our_network_is_refused(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "https://example.org/callback?topic=a%20b&x[]=1",
        "HTTPS://Example.ORG:443/",
        "http://sub_domain.xn--fiq228c.example:8080/~me/;x=(1)",
        "http://example.org?token=1@2",
        "http://93.184.215.14/",
        "https://[2606:4700::1111]:8443/",
        "http://1.2.3.4.example/",
        "http://0x7f.example/",
        "http://localhost.example.org/",
        "http://example.org/" + "a" * (8192 - 19),
    ],
)
def test_a_callback_on_the_web_is_accepted(url: str) -> None:
    assert callback_fault(url) == ""


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "neither http nor https"),
        ("example.org/x", "neither http nor https"),
        ("ftp://example.org/", "neither http nor https"),
        ("file:///etc/passwd", "neither http nor https"),
        ("gopher://example.org/", "neither http nor https"),
        ("http:example.org", "neither http nor https"),
        ("http:/example.org", "neither http nor https"),
        ("http://", "not a valid URL"),
        ("http:///x", "not a valid URL"),
        ("http://:80/", "not a valid URL"),
        ("http://?x", "not a valid URL"),
        ("http://me@example.org/", "user name"),
        ("http://me:secret@example.org/", "user name"),
        ("http://example.org@127.0.0.1/", "user name"),
        ("http://example.org#@127.0.0.1/", "fragment"),
        ("http://example.org/#x", "fragment"),
        ("http://example.org\\@127.0.0.1/", "user name"),
        ("http://127.0.0.1\\.example.org/", "not a valid URL"),
        ("http://example.org/a\\b", "not a valid URL"),
        ("http://example.org/" + "a" * (8193 - 19), "longer than 8192"),
        ("http://example.org/\n", "printable ASCII"),
        ("http://example.org/\r\nHost: x", "printable ASCII"),
        ("http://exam\tple.org/", "printable ASCII"),
        ("http://example.org\0.evil/", "printable ASCII"),
        (" http://example.org/", "neither http nor https"),
        ("http://example.org/a b", "not a valid URL"),
        ("http://１２７.０.０.１/", "printable ASCII"),
        ("http://127。0。0。1/", "printable ASCII"),
        ("http://ⓛocalhost/", "printable ASCII"),
        ("http://bücher.example/", "printable ASCII"),
        ("http://%31%32%37.0.0.1/", "not a valid URL"),
        ("http://example.org:/", "not a valid URL"),
        ("http://example.org:x/", "not a valid URL"),
        ("http://example.org:0/", "not between 1 and 65535"),
        ("http://example.org:65536/", "not between 1 and 65535"),
        ("http://example.org:22/", "port 22 is not one of"),
        ("http://93.184.215.14:6379/", "port 6379 is not one of"),
        ("http://127.0.0.1/", "127.0.0.1 is not a public address"),
        ("http://10.1.2.3:8080/", "10.1.2.3 is not a public address"),
        ("http://169.254.169.254/latest/", "169.254.169.254 is not"),
        ("http://[::1]/", "::1 is not a public address"),
        ("http://[::ffff:127.0.0.1]/", "is not a public address"),
        ("http://[0:0:0:0:0:ffff:7f00:1]/", "is not a public address"),
        ("http://[64:ff9b::7f00:1]/", "is not a public address"),
        ("http://[fe80::1%25eth0]/", "not a valid URL"),
        ("http://[v1.x]/", "not a valid URL"),
        ("http://[::1/", "not a valid URL"),
        ("http://[1.2.3]/", "its host is not an address"),
        ("http://[127.0.0.1]/", "its host is not an address"),
        ("http://2130706433/", "unusual form"),
        ("http://0x7f000001/", "unusual form"),
        ("http://0x/", "unusual form"),
        ("http://0x7f.1/", "unusual form"),
        ("http://0177.0.0.1/", "unusual form"),
        ("http://127.0.0.01/", "unusual form"),
        ("http://127.1/", "unusual form"),
        ("http://127.0.0.1.1/", "unusual form"),
        ("http://0X7F.0.0.0X1/", "unusual form"),
        ("http://127.0.0.1./", "ends with a dot"),
        ("http://2130706433./", "ends with a dot"),
        ("http://localhost./", "ends with a dot"),
        ("http://example.org./", "ends with a dot"),
        ("http://example..org/", "its host is not a name"),
        ("http://.example.org/", "its host is not a name"),
        ("http://-a.example/", "its host is not a name"),
        (f"http://{'a' * 64}.example/", "its host is not a name"),
        (f"http://{'a.' * 130}example/", "its host is not a name"),
        ("http://localhost/", "private network"),
        ("http://LOCALHOST/", "private network"),
        ("http://a.localhost/", "private network"),
        ("http://printer.local/", "private network"),
        ("http://metadata.google.internal/", "private network"),
        ("http://router.home.arpa/", "private network"),
        ("http://redis/", "private network"),
    ],
)
def test_any_other_callback_is_refused_by_its_text(url: str, fault: str) -> None:
    assert fault in callback_fault(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://10.1.2.3:9000/",
        "http://[fd00::1]:9000/",
        "http://reader:9000/",
        "http://a.internal/",
    ],
)
def test_an_allowed_network_may_use_any_port_and_name(url: str) -> None:
    assert callback_fault(url, INTRANET) == ""
    assert callback_fault(url) != ""


def test_an_allowed_network_does_not_allow_another() -> None:
    assert callback_fault("http://127.0.0.1/", INTRANET) == "127.0.0.1 is not a public address"
    assert "port 9000" in callback_fault("http://93.184.215.14:9000/", INTRANET)


@pytest.mark.parametrize(
    ("addresses", "port", "fault"),
    [
        ("93.184.215.14 2606:4700::1111", 443, ""),
        ("93.184.215.14 127.0.0.1", 443, "127.0.0.1 is not a public address"),
        ("10.0.0.1 93.184.215.14", 443, ""),
        ("10.0.0.1 fd00::1", 9000, ""),
        ("10.0.0.1 93.184.215.14", 9000, "port 9000 is not one of 80, 443, 8008, 8080, 8443"),
        ("64:ff9b::a00:1", 80, "64:ff9b::a00:1 is not a public address"),
        ("", 9000, "port 9000 is not one of 80, 443, 8008, 8080, 8443"),
    ],
)
def test_every_address_of_a_host_must_be_allowed(addresses: str, port: int, fault: str) -> None:
    parsed = [ip_address(text) for text in addresses.split()]
    assert connection_fault(parsed, port, INTRANET) == fault


def test_a_url_is_parsed_into_its_parts() -> None:
    server = origin("HTTP://Example.org?q=1")
    assert (server.scheme, server.host, server.port, server.target) == (
        *("http", "example.org", 80, "/?q=1"),
    )
    assert str(server) == "http://example.org:80"
    assert str(origin("https://[2606:4700:0::1111]/secret")) == "https://[2606:4700::1111]:443"


@pytest.mark.parametrize("port", [1, 80, 65535])
def test_a_port_is_from_1_to_65535(port: int) -> None:
    assert origin(f"http://reader.example:{port}/").port == port
