"""The cookie of a browser in which somebody has typed a token.

It proves that without the token itself: it is an end and a random number, signed with a key
that is derived from the token. So every process and machine with the same settings accepts it,
and no longer when the token is replaced.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

VALID_FOR: Final = timedelta(hours=12)

_CLOCKS_APART: Final = timedelta(minutes=5)  # of the machines that share the settings
_SALT: Final = b"feedsvc: cookies of operators"
_ROUNDS: Final = 100_000  # a token that a person made up cannot be tried out fast on a cookie
_FORM: Final = re.compile(r"([0-9]{1,12}\.[0-9a-f]{32})\.([0-9a-f]{64})")


def key_of(token: str) -> bytes:
    """The key of the cookies for a token. This takes about 50 ms: keep it."""
    return hashlib.pbkdf2_hmac("sha256", token.encode(), _SALT, _ROUNDS)


def cookie_value(key: bytes, nonce: bytes, now: datetime) -> str:
    """The value of a new cookie. `nonce` is 16 random octets."""
    signed = f"{int((now + VALID_FOR).timestamp())}.{nonce.hex()}"
    return f"{signed}.{_signature(key, signed)}"


def is_valid(value: str, keys: Sequence[bytes], now: datetime) -> bool:
    """True if one of the keys signed this value, and it has not ended."""
    match = _FORM.fullmatch(value)
    if not match:
        return False
    signed, signature = match.groups()
    left = int(signed.partition(".")[0]) - now.timestamp()
    is_signed = True in [hmac.compare_digest(signature, _signature(k, signed)) for k in keys]
    return is_signed and 0 < left <= (VALID_FOR + _CLOCKS_APART).total_seconds()


def _signature(key: bytes, signed: str) -> str:
    return hmac.new(key, signed.encode(), hashlib.sha256).hexdigest()
