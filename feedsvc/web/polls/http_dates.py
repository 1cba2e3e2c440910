"""The `Date` of an answer, written when it is sent: nothing in the answer is dated later."""

import time
from email.utils import formatdate
from functools import lru_cache


def date_now() -> bytes:
    """The present second as HTTP writes it (RFC 9110 §6.6.1)."""
    return _written(int(time.time()))


@lru_cache(maxsize=2)
def _written(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()
