"""Authenticates webhook calls by the tokens and signatures that forges send.

Only the secret authenticates a call. Headers that name the sender do not: Gitea and Forgejo
send GitHub's event names. Every secret is compared, even after one has matched.

Standard Webhooks sign the id of a delivery; the other providers do not. Their ids detect a
retry, but not a replay by an attacker, who can change the id of a recorded call. Such a replay
causes one more rescan and nothing else.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import unquote

_SYMMETRIC: Final = "whsec_"
_PUBLIC: Final = "whpk_"
_PRIVATE: Final = "whsk_"
_FEWEST_KEY_BYTES: Final = 24  # Standard Webhooks, "Signature scheme"
_PUBLIC_KEY_BYTES: Final = 32
_MOST_SIGNATURES: Final = 16  # a rotation needs two
_SECONDS_APART: Final = 300  # of the timestamp of Standard Webhooks
_GITEE_MS_APART: Final = 3_600_000

_BARE: Final = re.compile("([0-9a-f]{64})")
_MARKED: Final = re.compile("sha256=([0-9a-f]{64})")  # SHA-1 is not accepted
_SIGNATURES: Final = (  # most specific first: forges also send headers of others
    ("forgejo", "x-forgejo-signature", _BARE),
    ("gitea", "x-gitea-signature", _BARE),
    ("gogs", "x-gogs-signature", _BARE),
    ("github", "x-hub-signature-256", _MARKED),
    ("bitbucket", "x-hub-signature", _MARKED),
)
_IDS: Final = {  # the headers with the id of a delivery, the best first
    "forgejo": ("x-forgejo-delivery",),
    "gitea": ("x-gitea-delivery",),
    "gogs": ("x-gogs-delivery",),
    "github": ("x-github-delivery",),
    "bitbucket": ("x-request-uuid", "x-request-id"),  # proxies set the second
    "gitlab": ("idempotency-key",),  # the event's UUID is shared by events that it triggers
    "gitee": ("x-gitee-timestamp",),  # the only id; its signature covers it
    "standard": ("webhook-id",),
    "bearer": ("idempotency-key",),
}
_TIMESTAMP: Final = re.compile("[0-9]{1,15}")
_PLAIN_ID: Final = re.compile("[!-~]{1,100}")


class Headers(Protocol):
    """The headers of a call. Their names may be in lower case only."""

    def get(self, key: str, default: str, /) -> str:
        """The value of a header, or `default` if it is missing."""


@dataclass(frozen=True, slots=True)
class Authentication:
    """The caller knows a secret."""

    provider: str  # github, gitea, forgejo, gogs, gitlab, bitbucket, gitee, standard, bearer
    message: str  # the id of the delivery, to detect a retry; empty if the caller sends none


def authenticate_by_token(
    headers: Headers, secrets: Sequence[str], now: datetime
) -> Authentication | None:
    """Authenticate by a bearer token, GitLab's or Gitee's token, or Gitee's signature.

    None of them needs the body. None if there is no valid one.
    """
    plain = [secret for secret in secrets if _is_plain(secret)]
    tokens = [secret.encode("utf-8", "surrogatepass").decode("latin-1") for secret in plain]
    if _is_one_of(_bearer_token(headers), tokens):
        return _authentication("bearer", headers)
    if _is_one_of(headers.get("x-gitlab-token", ""), tokens):
        return _authentication("gitlab", headers)
    given = headers.get("x-gitee-token", "")
    if _is_one_of(given, tokens) or _is_signed_by_gitee(given, headers, plain, now):
        return _authentication("gitee", headers)
    return None


def authenticate_by_body(
    headers: Headers, body: bytes, secrets: Sequence[str], now: datetime
) -> Authentication | None:
    """Authenticate by a signature over the raw body. None if there is no valid one."""
    if digests := _digests(headers):
        keys = [_bytes(secret) for secret in secrets if _is_plain(secret)]
        expected = [hmac.new(key, body, hashlib.sha256).hexdigest() for key in keys]
        for provider, digest in digests:
            if _is_one_of(digest, expected):
                return _authentication(provider, headers)
    if _is_standard(headers, body, secrets, now):
        return _authentication("standard", headers)
    return None


def is_signed(headers: Headers) -> bool:
    """True if there is a signature over the body, valid or not: the body must be read."""
    return bool(_digests(headers) or _standard_signatures(headers))


def secret_fault(secret: str) -> str:
    """What is wrong with a secret in a form of Standard Webhooks. "" if nothing is."""
    if _is_public(secret) and len(_public_key(secret)) != _PUBLIC_KEY_BYTES:
        return f"it is not a public key: {_PUBLIC} and the base64 of {_PUBLIC_KEY_BYTES} bytes"
    if secret.startswith(_SYMMETRIC) and not _symmetric_keys([secret]):
        return (
            f"{_SYMMETRIC} must be followed by the base64 of {_FEWEST_KEY_BYTES} or more bytes"
        )
    if secret.startswith(_PRIVATE):
        return f"it is the sender's private key; the public key starts with {_PUBLIC}"
    return ""


def _is_plain(secret: str) -> bool:
    """True if it can be a token or an HMAC key. Everybody may know a public key."""
    return bool(secret) and not _is_public(secret)


def _is_public(secret: str) -> bool:
    return _PUBLIC in secret.lower()  # anywhere, since a blank may come before it


def _is_one_of(given: str, expected: Sequence[str]) -> bool:
    """Compare in constant time: with all of them, and as hashes, which have one length."""
    digest = _hash(given)
    return True in [hmac.compare_digest(digest, _hash(each)) for each in expected]


def _hash(text: str) -> bytes:
    return hashlib.sha256(_bytes(text)).digest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _bearer_token(headers: Headers) -> str:
    """The token (RFC 6750 §2.1). The scheme is case-insensitive (RFC 9110 §11.1)."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _is_signed_by_gitee(
    given: str, headers: Headers, secrets: Sequence[str], now: datetime
) -> bool:
    """Gitee's help, article 4290. Some versions percent-encode the base64."""
    timestamp = headers.get("x-gitee-timestamp", "")
    if not _is_near(timestamp, now.timestamp() * 1000, _GITEE_MS_APART):
        return False
    expected = [_base64_hmac(_bytes(each), _bytes(f"{timestamp}\n{each}")) for each in secrets]
    return _is_one_of(unquote(given), expected)


def _is_near(timestamp: str, now: float, most_apart: int) -> bool:
    return bool(_TIMESTAMP.fullmatch(timestamp)) and abs(int(timestamp) - now) <= most_apart


def _base64_hmac(key: bytes, text: bytes) -> str:
    return base64.b64encode(hmac.digest(key, text, "sha256")).decode()


def _digests(headers: Headers) -> list[tuple[str, str]]:
    """The hex signatures of a call, each with its provider."""
    matches = [
        (provider, pattern.fullmatch(headers.get(name, "")))
        for provider, name, pattern in _SIGNATURES
    ]
    return [(provider, match[1]) for provider, match in matches if match]


def _standard_signatures(headers: Headers) -> list[str]:
    given = headers.get("webhook-signature", "").split()
    signatures = [each for each in given if each.startswith(("v1,", "v1a,"))]
    return signatures[:_MOST_SIGNATURES]


def _is_standard(headers: Headers, body: bytes, secrets: Sequence[str], now: datetime) -> bool:
    """Standard Webhooks 1.0.0. GitLab's signing token is the same."""
    name, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (name and name.isascii() and _is_near(timestamp, now.timestamp(), _SECONDS_APART)):
        return False
    signed = b".".join([name.encode(), timestamp.encode(), body])
    given = _standard_signatures(headers)
    expected = [f"v1,{_base64_hmac(key, signed)}" for key in _symmetric_keys(secrets)]
    public = [_public_key(secret) for secret in secrets if _is_public(secret)]
    return any(
        [_is_one_of(each, expected) for each in given]
        + [_verifies(key, each, signed) for each in given for key in public]
    )


def _symmetric_keys(secrets: Sequence[str]) -> list[bytes]:
    """The keys of the `whsec_` secrets. Keys that are short enough to guess are left out."""
    coded = [each.removeprefix(_SYMMETRIC) for each in secrets if each.startswith(_SYMMETRIC)]
    return [key for key in map(_decoded, coded) if len(key) >= _FEWEST_KEY_BYTES]


def _public_key(secret: str) -> bytes:
    return _decoded(secret.strip().removeprefix(_PUBLIC))


def _decoded(text: str) -> bytes:
    """Decode base64. Returns no bytes if it is not valid."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _verifies(key: bytes, signature: str, signed: bytes) -> bool:
    # Not at the top: every command reads the settings, which check secrets with this module.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        public = Ed25519PublicKey.from_public_bytes(key)
        public.verify(_decoded(signature.removeprefix("v1a,")), signed)
    except (ValueError, InvalidSignature):  # not an Ed25519 key; not its signature
        return False
    return True


def _authentication(provider: str, headers: Headers) -> Authentication:
    given = next(filter(None, (headers.get(name, "") for name in _IDS[provider])), "")
    if given and not _PLAIN_ID.fullmatch(given):
        given = _hash(given).hex()
    return Authentication(provider, given and f"{provider}:{given}")
