"""A User-Agent to the program that sent it, and to the subscribers that it claims."""

import re
from dataclasses import dataclass
from typing import Final

from feedsvc.core.audience.products import OTHER, PRODUCTS, Product

LONGEST_AGENT: Final = 512  # characters that are read
MOST_SUBSCRIBERS: Final = 100_000_000  # a larger claim is nonsense, and counts as none
_LONGEST_SOURCE: Final = 64

_NUMBER: Final = r"(\d{1,3}(?:[,.'’]\d{3})+|\d+)"
# `12 subscribers`, `1 subscriber`, `1,234 subscribers`, `2 readers`, `15 subscriber(s)`. Not
# `Reader 3 Reader/2.0`: a single reader or user is one.
_BEFORE: Final = re.compile(
    rf"(?<![\w.,/-]){_NUMBER}[\s_+]+(?:subscriber(?:s|\(s\))?|readers|users|subs)\b"
    r"|(?<![\w.,/-])(1)[\s_+]+(?:reader|user)(?=\s*[;,)]|\s*\Z)",
    re.IGNORECASE | re.ASCII,
)
# `subscribers=12`, `subscribers: 12`, `Subscriber Count: 12`, `users 2; views 169`.
_AFTER: Final = re.compile(
    r"\b(?:subscribers?|readers|users|subs)(?:[\s_-]+count)?(?:\s*[:=]\s*|[\s_+]+)"
    rf"{_NUMBER}(?![\w.-]|,\d)",
    re.IGNORECASE | re.ASCII,
)
# `feed-id=abc`, `feed-id:123`, `feedId: 8375`.
_FEED_ID: Final = re.compile(r"\bfeed[-_ ]?id\s*[:=]\s*([\w-]+)", re.IGNORECASE | re.ASCII)
_TOKEN: Final = re.compile(r"[^\s/;(]+")


@dataclass(frozen=True, slots=True)
class Agent:
    """A program, as its User-Agent describes it.

    `subscribers` is None if it claims none. `source` distinguishes several feeds that one
    aggregator keeps for the same address: its feed id, or the name of an unknown program.
    """

    product: Product
    subscribers: int | None = None
    source: str = ""

    @property
    def is_individual(self) -> bool:
        """True if a client with this agent is one reader."""
        return self.subscribers is None and self.product.kind.is_individual


def agent_of(user_agent: str) -> Agent:
    """The agent of a User-Agent header, which may be empty, long or no text at all."""
    text = user_agent[:LONGEST_AGENT]
    product = _product(text.lower())
    subscribers = _subscribers(text)
    if subscribers is None:
        return Agent(product)
    return Agent(product, subscribers, _source(text, product))


def _product(text: str) -> Product:
    for product in PRODUCTS:
        for mark in product.marks:
            if mark in text:
                return product
    return OTHER


def _subscribers(text: str) -> int | None:
    match = _BEFORE.search(text) or _AFTER.search(text)
    if not match:
        return None
    digits = re.sub(r"\D", "", next(filter(None, match.groups())))
    # The length first: Python refuses to read thousands of digits.
    count = int(digits) if len(digits) <= len(str(MOST_SUBSCRIBERS)) else MOST_SUBSCRIBERS + 1
    return count if count <= MOST_SUBSCRIBERS else None


def _source(text: str, product: Product) -> str:
    feed_id = _FEED_ID.search(text)
    if feed_id:
        return f"feed {feed_id[1][:_LONGEST_SOURCE]}"
    if product is OTHER:
        name = _TOKEN.search(text)
        return f"agent {name[0][:_LONGEST_SOURCE]}" if name else ""
    return ""
