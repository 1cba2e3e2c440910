"""Downloads a document that the operator names, such as a feed to adopt."""

import zlib
from typing import Final
from urllib.parse import quote, urldefrag, urljoin

from feedsvc.errors import Unreachable
from feedsvc.push.outgoing import Outgoing

_MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_SECONDS: Final = 120.0  # for each request
_URL_CHARS: Final = "/~:?#[]@!$&'()*+,;=%"


def download(url: str, most: int, seconds: float = _SECONDS) -> tuple[bytes, str]:
    """The document at a URL, and its address after up to five redirects.

    Addresses in private networks are allowed. Raises Unreachable, also if the document has more
    than `most` octets.
    """
    outgoing = Outgoing(anywhere=True, limit=seconds, most_body=most + 1)
    address = url
    try:
        for _ in range(_MOST_REDIRECTS + 1):
            answer = outgoing.get(urldefrag(quote(address, safe=_URL_CHARS)).url)
            if answer.status not in _REDIRECTS or not answer.location:
                if answer.status != 200:
                    raise Unreachable(f"{url} answers {answer.status}; check the address")
                body = _decoded(url, answer.body, answer.coding, most)
                return body, address
            address = _next(url, address, answer.location)
    finally:
        outgoing.close()
    raise Unreachable(
        f"{url} redirects more than {_MOST_REDIRECTS} times; give the last address"
    )


def _next(url: str, address: str, location: str) -> str:
    try:
        target = urljoin(address, location)
    except ValueError:
        target = ""
    if not target.startswith(("http://", "https://")):
        raise Unreachable(f"{url} redirects to what is no web address")
    return target


def _decoded(url: str, body: bytes, coding: str, most: int) -> bytes:
    """The body without its content coding: some servers send gzip to everybody."""
    coding = coding.strip().lower()
    if coding in ("gzip", "x-gzip"):
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, most + 1)
        except zlib.error as error:
            raise Unreachable(f"{url}: its answer is no gzip") from error
    elif coding not in ("", "identity"):
        raise Unreachable(f"{url} sends {coding[:20]!r}; save the feed and give the file")
    if len(body) > most:
        raise Unreachable(f"{url} has more than {most // 2**20} MB; give a shorter feed")
    return body
