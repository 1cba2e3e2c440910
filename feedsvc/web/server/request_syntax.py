"""Rules of RFC 9112 that the HTTP parser does not check: request line, Host, codings."""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Final, NamedTuple
from urllib.parse import quote_from_bytes


class Refusal(NamedTuple):
    """The status and the text of an answer that closes the connection."""

    status: int
    text: str


class RequestLine(NamedTuple):
    """A request line.

    `octets` is the line for the parser: the target in origin-form (or `*`) and in ASCII, the
    version 1.0 or 1.1. It is empty if the line is malformed. `refusal` is None if the line is
    accepted.
    """

    octets: bytes
    method: bytes = b""
    is_of_1_0: bool = False
    has_authority: bool = False
    refusal: Refusal | None = None


# Other methods get 501. CONNECT is one of them: this is not a proxy (RFC 9110 §9.3.6).
METHODS: Final = frozenset(
    b"ACL BIND CHECKOUT COPY DELETE GET HEAD LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MOVE "
    b"NOTIFY OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH "
    b"SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE".split()
)

_TOKEN: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_LINE: Final = re.compile(rb"(%b) ([!-~\x80-\xff]+) HTTP/([0-9])\.([0-9])\r\n" % _TOKEN)
_ABSOLUTE: Final = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE)
_NOT_IN_A_LINE: Final = re.compile(rb"[^\r -~\x80-\xff]")
# A host is a reg-name or an IP-literal (RFC 3986 §3.2.2), without a zone.
_HOST: Final = re.compile(
    rb"(?:\[([0-9A-Fa-f:.]+)\]|\[[vV][0-9A-Fa-f]+\.[\w\-.~!$&'()*+,;=:]+\]"
    rb"|(?:[\w\-.~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+)(?::([0-9]*))?"
)
_MOST_PORT: Final = 65535
_QUOTED: Final = re.compile(rb'"(?:[^"\\]|\\.)*"')
_CODING: Final = re.compile(rb"(%b)[ \t]*(;.*)?" % _TOKEN, re.DOTALL)
# Results for short lines and hosts are cached, because most requests repeat them.
_SHORT: Final = 200  # octets
_CACHED: Final = 1024
_ASCII: Final = bytes(range(128))

# A GET that the parser reads as we do: a target in ASCII, and no header that is folded,
# has no name, or has control characters.
_PLAIN: Final = re.compile(
    rb"GET /[!-~]*+ HTTP/1\.1\r\n(?:%b:[\t -~\x80-\xff]*+\r\n)++\r\n" % _TOKEN
)
_LONGEST_PLAIN: Final = 1000  # octets
_MOST_PLAIN_LINES: Final = 50

_BAD_LINE: Final = Refusal(400, "The request line is malformed (RFC 9112, section 3).")
_BAD_TARGET: Final = Refusal(400, "The request target is malformed (RFC 9112, section 3.2).")
_BAD_VERSION: Final = Refusal(505, "This server speaks HTTP/1.0 and HTTP/1.1.")
_BAD_METHOD: Final = Refusal(501, "This server does not know the request method.")
_NO_HOST: Final = Refusal(400, "The Host header is missing (RFC 9112, section 3.2).")
_HOSTS: Final = Refusal(400, "There is more than one Host header (RFC 9112, section 3.2).")
_BAD_HOST: Final = Refusal(400, "The Host header is malformed (RFC 9112, section 3.2).")
_BAD_CODING: Final = Refusal(
    400, "The Transfer-Encoding header does not end with one chunked (RFC 9112, section 6.3)."
)
_UNKNOWN_CODING: Final = Refusal(501, "The only transfer coding of this server is chunked.")


def search_for_headers(names: Iterable[bytes]) -> re.Pattern[bytes]:
    """A pattern that finds the header fields with these names, in any case."""
    letters = b"|".join(b"".join(map(_in_any_case, name)) for name in sorted(names))
    return re.compile(rb"\r\n((?:%b):[^\r]*+)" % letters)


def _in_any_case(octet: int) -> bytes:
    """A pattern. With re.IGNORECASE, the search would not skip to the next line."""
    letter = b"%c" % octet
    return (
        b"[%b%b]" % (letter.upper(), letter.lower()) if letter.isalpha() else re.escape(letter)
    )


def essence(request: bytes, headers: re.Pattern[bytes]) -> bytes:
    """The request line of a plain GET and the header fields that the pattern finds.

    It is empty if this is not a whole GET without any doubt about its syntax.
    """
    if (
        len(request) > _LONGEST_PLAIN
        or request.count(b"\n") > _MOST_PLAIN_LINES
        or not _PLAIN.fullmatch(request)
    ):
        return b""
    return b"\n".join([request[: request.find(b"\r")], *headers.findall(request)])


def may_begin_line(octets: bytes) -> bool:
    """False if a request line cannot contain these octets."""
    return not _NOT_IN_A_LINE.search(octets)


def request_line(line: bytes) -> RequestLine:
    """Read a request line that includes its CRLF (RFC 9112 §3).

    A later minor version of HTTP/1 is read as 1.1 (RFC 9110 §2.5). Octets outside ASCII are
    percent-encoded, because some clients send `/tags/茶/` unencoded.
    """
    return _short_line(line) if len(line) <= _SHORT else _read_line(line)


def _read_line(line: bytes) -> RequestLine:
    match = _LINE.fullmatch(line)
    if not match:
        return RequestLine(b"", refusal=_BAD_LINE)
    method, target, major, minor = match.groups()
    if major != b"1":
        readable = method if method in METHODS else b"GET"
        return RequestLine(b"%b / HTTP/1.1\r\n" % readable, method, refusal=_BAD_VERSION)
    if method not in METHODS:
        return RequestLine(b"GET / HTTP/1.1\r\n", method, refusal=_BAD_METHOD)
    if target.startswith(b"/") and minor in b"01" and line.isascii():
        return RequestLine(line, method, minor == b"0")
    has_authority = False
    if not target.startswith(b"/") and (target != b"*" or method != b"OPTIONS"):
        absolute = _ABSOLUTE.fullmatch(target)
        if not absolute or not is_host(absolute[1]):
            return RequestLine(b"", method, refusal=_BAD_TARGET)
        has_authority = True
        target = absolute[2] if absolute[2].startswith(b"/") else b"/" + absolute[2]
    target = quote_from_bytes(target, _ASCII).encode()
    is_of_1_0 = minor == b"0"
    octets = b"%b %b HTTP/1.%d\r\n" % (method, target, not is_of_1_0)
    return RequestLine(octets, method, is_of_1_0, has_authority)


_short_line = lru_cache(_CACHED)(_read_line)


def is_host(octets: bytes) -> bool:
    """True for a host, with or without a port (RFC 9110 §7.2). An empty one is not a host."""
    return _is_short_host(octets) if len(octets) <= _SHORT else _is_host(octets)


def _is_host(octets: bytes) -> bool:
    match = _HOST.fullmatch(octets)
    if not match:
        return False
    address, port = match.groups()
    if address:
        try:
            IPv6Address(address.decode())
        except ValueError:
            return False
    digits = (port or b"").lstrip(b"0")
    return len(digits) <= len(str(_MOST_PORT)) and int(digits or b"0") <= _MOST_PORT


_is_short_host = lru_cache(_CACHED)(_is_host)


def host_refusal(hosts: list[bytes], line: RequestLine) -> Refusal | None:
    """The refusal of a request with this line and these `Host` values (RFC 9112 §3.2), if any.

    The value may be empty if the target has no authority.
    """
    if len(hosts) != 1:
        if hosts:
            return _HOSTS
        return None if line.is_of_1_0 else _NO_HOST
    host = hosts[0]
    if is_host(host):
        return None
    host = host.rstrip(b" \t")  # the parser keeps trailing whitespace
    return None if is_host(host) or (not host and not line.has_authority) else _BAD_HOST


def coding_refusal(lines: list[bytes]) -> Refusal | None:
    """The refusal of these `Transfer-Encoding` values (RFC 9112 §6.1, §6.3), if any."""
    listed = _QUOTED.sub(b"", b",".join(lines)).split(b",")
    codings = [coding for coding in (one.strip(b" \t") for one in listed) if coding]
    matches = [_CODING.fullmatch(coding) for coding in codings]
    names = [match[1].lower() for match in matches if match]
    is_framed = names and names[-1] == codings[-1].lower() == b"chunked"
    if not is_framed or names.count(b"chunked") > 1 or len(names) < len(codings):
        return _BAD_CODING
    return _UNKNOWN_CODING if len(names) > 1 else None
