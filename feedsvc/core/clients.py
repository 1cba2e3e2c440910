"""Who a client is, for limits: an address, out of what a proxy says of it."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

FORWARDED: Final = "forwarded"
_PREFIX: Final = 64  # of an IPv6 address: so many bits are one customer's

_PORT: Final = r"(?::[\w.-]*)?"  # RFC 7239 §6.3 allows a name as well
_ADDRESS: Final = re.compile(
    rf"\[([0-9A-Fa-f:.]+)(?:%[^\]]*)?\]{_PORT}|([0-9.]+){_PORT}|([0-9A-Fa-f:.]+)(?:%.*)?"
)
_NAME: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_PAIR: Final = rf'({_NAME})=(?:({_NAME})|"((?:[^"\\]|\\.)*)")'
_PARAMETER: Final = re.compile(rf"[ \t]*(?:{_PAIR}[ \t]*)?([,;]|\Z)")


def client_at(address: str) -> str | None:
    """The client at an address, with or without a port; None if this is no address.

    An IPv4 address, also where IPv6 maps it, is one client, and the /64 of an IPv6 address.
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
    """The client that the outermost of so many proxies saw, as this header has it.

    The header is `Forwarded` (RFC 7239), or a list of addresses to which each proxy adds one.
    None if it has no address in that place: it was not written by our proxies.
    """
    hops = _forwarded(value) if header.lower() == FORWARDED else value.split(",")
    return client_at(hops[-proxies]) if 0 < proxies <= len(hops) else None


def _forwarded(value: str) -> list[str]:
    """The `for` of each element. None of them if the header is malformed.

    A client could otherwise open a quotation that swallows what our proxy adds.
    """
    hops = [""]
    place = 0
    while place <= len(value):
        match = _PARAMETER.match(value, place)
        if not match:
            return []
        name, token, quoted, end = match.groups()
        if name and name.lower() == "for":
            if hops[-1]:
                return []
            hops[-1] = token or re.sub(r"\\(.)", r"\1", quoted)
        if end == ",":
            hops.append("")
        place = match.end() + (not end)
    return hops
