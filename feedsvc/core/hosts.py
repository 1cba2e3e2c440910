"""Checks hosts in URLs; refuses those that two programs may read differently."""

import re
from ipaddress import IPv4Address, IPv6Address
from typing import Final

_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# If the last label matches, resolvers read the host as an IPv4 address.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")


def plain_host(host: str) -> str:
    """The host without brackets. Raises ValueError if it is neither a name nor an IP address.

    `host` is ASCII in lower case; an IPv6 address is in brackets.
    """
    if host.startswith("["):
        try:
            return str(IPv6Address(host[1:-1]))
        except ValueError:
            raise ValueError("its host is not an address") from None
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(IPv4Address(host))
        except ValueError:
            # 2130706433, 0x7f.1 and 0177.0.0.1 are 127.0.0.1 to a resolver.
            raise ValueError("its host is an address in an unusual form") from None
    if host.endswith("."):
        raise ValueError("its host ends with a dot")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError("its host is not a name")
    return host
