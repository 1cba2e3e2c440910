"""Which addresses a stranger may have us call: the web, and nothing inside our own network.

A callback is chosen by whoever subscribes, so it may name our database as well as their server.
`callback_fault` judges what is written, before any look-up; `connection_fault` judges what the
name leads to, and is asked again for each connection.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from feedsvc.core.hosts import plain_host

Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]

PORTS: Final = frozenset([80, 443, 8008, 8080, 8443])
LONGEST: Final = 8192  # characters: a callback, and what is added to it

# What http.client, urllib3 and a resolver could each read in their own way does not match.
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>(?:[/?][!$-;=?-Z\[\]_a-z~]*)?)",
    re.IGNORECASE,
)
_PRIVATE_NAMES: Final = frozenset(["localhost", "localdomain", "local", "internal", "arpa"])

# The special-purpose registries of IANA, and more: Python's `is_global` knows too few of them.
_NO_PUBLIC_IPV4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared with a provider; Alibaba's metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's metadata, though it looks public
        "169.254.0.0/16",  # link-local; the metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocols; Oracle's metadata
        "192.0.2.0/24",  # documentation, as are 198.51.100 and 203.0.113
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
# Only these are given out. IPv4 in IPv6 (::, ::ffff:0:0, 64:ff9b::), site-local, unique local,
# link-local, multicast, segment routing (5f00::) and all that is reserved lie outside of it.
_PUBLIC_IPV6: Final = IPv6Network("2000::/3")
_NO_PUBLIC_IPV6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: IPv4 in IPv6
        "3ffe::/16",  # once a test network
        "3fff::/20",  # documentation
    )
)
_ISATAP: Final = frozenset([0x0000_5EFE, 0x0200_5EFE])  # IPv4 in the lower half of IPv6


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a URL leads: `host` in small letters, without brackets; `target`: path, query."""

    scheme: str
    host: str
    port: int
    target: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def address(self) -> Address | None:
        """The address, where the host is one and not a name."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None


def is_public(address: Address) -> bool:
    """Whether the address belongs to the internet, and to nothing that could be near us."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NO_PUBLIC_IPV4)
    if (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP:
        return False
    return address in _PUBLIC_IPV6 and not any(address in net for net in _NO_PUBLIC_IPV6)


@lru_cache(maxsize=1024)
def origin(url: str) -> Origin:
    """Where this URL leads; ValueError with the fault where it is not a plain one.

    Plain is: http or https, in ASCII, with a host, without userinfo and fragment, and read
    alike by every program.
    """
    if len(url) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    if not url.isascii() or not url.isprintable():
        raise ValueError("it has characters outside of printable ASCII")
    scheme, _, rest = url.partition("://")
    if scheme.lower() not in ("http", "https"):
        raise ValueError("it is neither http nor https")
    if "@" in re.split("[/?#]", rest, maxsplit=1)[0]:
        raise ValueError("it has a user name in it")
    if "#" in rest:
        raise ValueError("it has a fragment")
    match = _URL.fullmatch(url)
    if match is None:
        raise ValueError("it is not the URL of a host")
    host = match["host"].lower()
    port = int(match["port"] or (443 if scheme.lower() == "https" else 80))
    if not 0 < port < 65536:
        raise ValueError("its port is no port")
    target = match["target"]
    target = target if target.startswith("/") else f"/{target}"
    return Origin(scheme.lower(), plain_host(host), port, target)


def callback_fault(url: str, allowed: Networks = ()) -> str:
    """What is wrong with this callback, as far as its text tells; "" where nothing is.

    Names and ports that only a network of one's own has are refused here where no network is
    allowed. Where some are, only the address tells, and `connection_fault` decides.
    """
    try:
        place = origin(url)
    except ValueError as fault:
        return str(fault)
    address = place.address
    if address is not None:
        return connection_fault((address,), place.port, allowed)
    if allowed:
        return ""
    labels = place.host.split(".")
    if len(labels) == 1 or labels[-1] in _PRIVATE_NAMES:
        return "its host is a name of a private network"
    return _port_fault(place.port)


def connection_fault(addresses: Sequence[Address], port: int, allowed: Networks = ()) -> str:
    """What forbids to connect to a name with these addresses; "" where nothing does.

    One address that is neither public nor in an allowed network is enough. Ports other than
    those of the web are for allowed networks.
    """
    strangers = [a for a in addresses if not any(a in network for network in allowed)]
    for address in strangers:
        if not is_public(address):
            return f"{address} is not a public address"
    return _port_fault(port) if strangers or not addresses else ""


def _port_fault(port: int) -> str:
    if port in PORTS:
        return ""
    return f"port {port} is none of {', '.join(map(str, sorted(PORTS)))}"
