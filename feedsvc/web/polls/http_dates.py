"""Writes the `Date` header when an answer is sent, so that no other date in it is later."""

import time
from email.utils import formatdate
from functools import lru_cache


def date_now() -> bytes:
    """The current second in the format of HTTP (RFC 9110 §6.6.1)."""
    return _written(int(time.time()))


@lru_cache(maxsize=2)
def _written(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()
