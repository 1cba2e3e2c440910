"""Identifies clients for rate limits, by their address or by what a proxy reports."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

FORWARDED: Final = "forwarded"
_PREFIX: Final = 64  # bits of an IPv6 address that one customer has

_PORT: Final = r"(?::[\w.-]*)?"  # RFC 7239 §6.3 allows a name too
_ADDRESS: Final = re.compile(
    rf"\[([0-9A-Fa-f:.]+)(?:%[^\]]*)?\]{_PORT}|([0-9.]+){_PORT}|([0-9A-Fa-f:.]+)(?:%.*)?"
)
_NAME: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_PAIR: Final = rf'({_NAME})=(?:({_NAME})|"((?:[^"\\]|\\.)*)")'
_PARAMETER: Final = re.compile(rf"[ \t]*(?:{_PAIR}[ \t]*)?([,;]|\Z)")


def client_at(address: str) -> str | None:
    """The client at an address, with or without a port; None if it is not an address.

    A client is an IPv4 address (also one mapped to IPv6) or the /64 network of an IPv6 address.
    """
    match = _ADDRESS.fullmatch(address.strip())
    if not match:
        return None
    try:
        ip: IPv4Address | IPv6Address | None = ip_address(match[1] or match[2] or match[3])
    except ValueError:
        return None
    if isinstance(ip, IPv6Address) and not ip.ipv4_mapped:
        return str(IPv6Network((int(ip), _PREFIX), strict=False))
    return str(ip.ipv4_mapped if isinstance(ip, IPv6Address) else ip)


def client_before(proxies: int, header: str, value: str) -> str | None:
    """The client in front of our `proxies` proxies, from the value of a header.

    The header is `Forwarded` (RFC 7239) or a list of addresses; each proxy appends one. None if
    there is no address at that position: our proxies did not write the header.
    """
    hops = _forwarded(value) if header.lower() == FORWARDED else value.split(",")
    return client_at(hops[-proxies]) if 0 < proxies <= len(hops) else None


def _forwarded(value: str) -> list[str]:
    """The `for` of each element; empty if the header is malformed.

    Otherwise a client could open a quoted string that hides what our proxy appends.
    """
    hops = [""]
    position = 0
    while position <= len(value):
        match = _PARAMETER.match(value, position)
        if not match:
            return []
        name, token, quoted, end = match.groups()
        if name and name.lower() == "for":
            if hops[-1]:
                return []
            hops[-1] = token or re.sub(r"\\(.)", r"\1", quoted)
        if end == ",":
            hops.append("")
        position = match.end() + (not end)
    return hops
