"""The tokens that open the pages of operators."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Final

FEWEST_CHARACTERS: Final = 16

_SENDABLE: Final = re.compile("[!-~]+(?: [!-~]+)*")  # what a header carries unchanged
_FEWEST_DIFFERENT: Final = 6
_PLACEHOLDER: Final = re.compile(
    r"[<{\[].*[>}\]]|\$.*|(change|replace)[-_. ]?(me|this|it).*|your[-_. ].*|32 random .*",
    re.IGNORECASE,
)


def token_fault(token: str) -> str:
    """What is wrong with a token of the settings; "" if nothing is."""
    if len(token) < FEWEST_CHARACTERS:
        return f"it is shorter than {FEWEST_CHARACTERS} characters"
    if _PLACEHOLDER.fullmatch(token):
        return "it is a placeholder; write 32 random characters, as openssl rand -hex 16 prints"
    if not _SENDABLE.fullmatch(token):
        return "a header cannot carry it; use ASCII characters, and no blank at an end"
    if len(set(token)) < _FEWEST_DIFFERENT:
        return (
            f"it has fewer than {_FEWEST_DIFFERENT} different characters; anybody may guess it"
        )
    return ""


def is_token(given: str, tokens: Sequence[str]) -> bool:
    """True if `given` is one of the tokens. The time that it takes shows nothing of them."""
    digest = _digest(given)
    return True in [hmac.compare_digest(digest, _digest(each)) for each in tokens]


def bearer_token(authorization: str) -> str | None:
    """The token of an Authorization header (RFC 6750 §2.1); None if its scheme is another.

    A proxy in front may pass on the credentials of its own check.
    """
    scheme, _, token = authorization.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
