"""Who vouches for a call: the tokens and signatures that forges send with a webhook.

A call is proven by the secret, never by what it says of its sender: Gitea and Forgejo call
their events GitHub's. Each secret is tried in the same way, whether or not another was right.

The id of a delivery is part of what Standard Webhooks sign, but stands beside what the others
do. There it recognises a delivery that was sent again; somebody who recorded one can give it
another id. All that this gains is one more look at the folder.
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

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_SYMMETRIC: Final = "whsec_"
_PUBLIC: Final = "whpk_"
_PRIVATE: Final = "whsk_"
_FEWEST_KEY_BYTES: Final = 24  # Standard Webhooks, "Signature scheme"
_PUBLIC_KEY_BYTES: Final = 32
_MOST_SIGNATURES: Final = 16  # a rotation needs two
_SECONDS_APART: Final = 300
_GITEE_MS_APART: Final = 3_600_000

_BARE: Final = re.compile("([0-9a-f]{64})")
_MARKED: Final = re.compile("sha256=([0-9a-f]{64})")  # no other hash: SHA-1 proves nothing
_SIGNATURES: Final = (  # the closest first, for a forge also sends what its models send
    ("forgejo", "x-forgejo-signature", _BARE),
    ("gitea", "x-gitea-signature", _BARE),
    ("gogs", "x-gogs-signature", _BARE),
    ("github", "x-hub-signature-256", _MARKED),
    ("bitbucket", "x-hub-signature", _MARKED),
)
_IDS: Final = {  # the headers that name a delivery, the best first
    "forgejo": ("x-forgejo-delivery",),
    "gitea": ("x-gitea-delivery",),
    "gogs": ("x-gogs-delivery",),
    "github": ("x-github-delivery",),
    "bitbucket": ("x-request-uuid", "x-request-id"),  # proxies set the second themselves
    "gitlab": ("idempotency-key",),  # an event's UUID is that of what it sets off too
    "gitee": ("x-gitee-timestamp",),  # all that names it, and what its signature is over
    "standard": ("webhook-id",),
    "bearer": ("idempotency-key",),
}
_TIMESTAMP: Final = re.compile("[0-9]{1,15}")
_KEPT_AS_IT_IS: Final = re.compile("[!-~]{1,100}")


class Headers(Protocol):
    """The headers of a call, by name, in any case or in small letters."""

    def get(self, key: str, default: str, /) -> str:
        """The value of a header, or else `default`."""


@dataclass(frozen=True, slots=True)
class Authentication:
    """That a call comes from somebody who knows a secret."""

    provider: str  # github, gitea, forgejo, gogs, gitlab, bitbucket, gitee, standard, bearer
    message: str  # what names the delivery, to hear it once; empty where the caller names none


def authenticate_by_token(
    headers: Headers, secrets: Sequence[str], now: datetime
) -> Authentication | None:
    """The proof that needs no body: a bearer token, GitLab's, Gitee's, or Gitee's signature."""
    plain = [secret for secret in secrets if _is_plain(secret)]
    tokens = [secret.encode("utf-8", "surrogatepass").decode("latin-1") for secret in plain]
    if _is_one_of(_bearer_token(headers), tokens):
        return _proof("bearer", headers)
    if _is_one_of(headers.get("x-gitlab-token", ""), tokens):
        return _proof("gitlab", headers)
    given = headers.get("x-gitee-token", "")
    if _is_one_of(given, tokens) or _is_signed_by_gitee(given, headers, plain, now):
        return _proof("gitee", headers)
    return None


def authenticate_by_body(
    headers: Headers, body: bytes, secrets: Sequence[str], now: datetime
) -> Authentication | None:
    """The proof that is a signature over the body, as it came."""
    if given := _digests(headers):
        keys = [_bytes(secret) for secret in secrets if _is_plain(secret)]
        right = [hmac.new(key, body, hashlib.sha256).hexdigest() for key in keys]
        for provider, digest in given:
            if _is_one_of(digest, right):
                return _proof(provider, headers)
    if _is_standard(headers, body, secrets, now):
        return _proof("standard", headers)
    return None


def is_signed(headers: Headers) -> bool:
    """True where there is a signature over the body, right or wrong: it has to be read."""
    return bool(_digests(headers) or _standard_signatures(headers))


def secret_fault(secret: str) -> str:
    """What is wrong with a secret that says it is a key of Standard Webhooks, or nothing."""
    if _is_public(secret) and len(_public_key(secret)) != _PUBLIC_KEY_BYTES:
        return f"it is no public key: the base64 of {_PUBLIC_KEY_BYTES} bytes follows {_PUBLIC}"
    if secret.startswith(_SYMMETRIC) and not _symmetric_keys([secret]):
        return f"the base64 of {_FEWEST_KEY_BYTES} bytes or more has to follow {_SYMMETRIC}"
    if secret.startswith(_PRIVATE):
        return f"it is the sender's private key; the public one begins with {_PUBLIC}"
    return ""


def _is_plain(secret: str) -> bool:
    """True for what only two know. A public key is no token, and no key of an HMAC."""
    return bool(secret) and not _is_public(secret)


def _is_public(secret: str) -> bool:
    return _PUBLIC in secret.lower()  # wherever it stands: a blank before it hides nothing


def _is_one_of(given: str, right: Sequence[str]) -> bool:
    """Takes as long for any of them, and for none. Hashes hide how long each is."""
    digest = _hash(given)
    return True in [hmac.compare_digest(digest, _hash(one)) for one in right]  # all of them


def _hash(text: str) -> bytes:
    return hashlib.sha256(_bytes(text)).digest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _bearer_token(headers: Headers) -> str:
    """RFC 6750, 2.1; the name of the scheme is in any case (RFC 9110, 11.1)."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _is_signed_by_gitee(
    given: str, headers: Headers, secrets: Sequence[str], now: datetime
) -> bool:
    """Gitee's help, article 4290: base64, which some versions write as in a URL."""
    timestamp = headers.get("x-gitee-timestamp", "")
    if not _is_near(timestamp, now.timestamp() * 1000, _GITEE_MS_APART):
        return False
    right = [_base64_hmac(_bytes(one), _bytes(f"{timestamp}\n{one}")) for one in secrets]
    return _is_one_of(unquote(given), right)


def _is_near(timestamp: str, now: float, most_apart: int) -> bool:
    return bool(_TIMESTAMP.fullmatch(timestamp)) and abs(int(timestamp) - now) <= most_apart


def _base64_hmac(key: bytes, text: bytes) -> str:
    return base64.b64encode(hmac.digest(key, text, "sha256")).decode()


def _digests(headers: Headers) -> list[tuple[str, str]]:
    """The signatures in hex of a call, each with the provider that signs so."""
    found = [
        (provider, pattern.fullmatch(headers.get(name, "")))
        for provider, name, pattern in _SIGNATURES
    ]
    return [(provider, match[1]) for provider, match in found if match]


def _standard_signatures(headers: Headers) -> list[str]:
    given = headers.get("webhook-signature", "").split()
    return [one for one in given if one.startswith(("v1,", "v1a,"))][:_MOST_SIGNATURES]


def _is_standard(headers: Headers, body: bytes, secrets: Sequence[str], now: datetime) -> bool:
    """Standard Webhooks 1.0.0; GitLab's signing token is the same."""
    name, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (name and name.isascii() and _is_near(timestamp, now.timestamp(), _SECONDS_APART)):
        return False
    signed = b".".join([name.encode(), timestamp.encode(), body])
    given = _standard_signatures(headers)
    right = [f"v1,{_base64_hmac(key, signed)}" for key in _symmetric_keys(secrets)]
    public = [_public_key(secret) for secret in secrets if _is_public(secret)]
    return any(
        [_is_one_of(one, right) for one in given]
        + [_verifies(key, one, signed) for one in given for key in public]
    )


def _symmetric_keys(secrets: Sequence[str]) -> list[bytes]:
    """Without those that are so short that they can be guessed, the empty one first of all."""
    coded = [one.removeprefix(_SYMMETRIC) for one in secrets if one.startswith(_SYMMETRIC)]
    return [key for key in map(_decoded, coded) if len(key) >= _FEWEST_KEY_BYTES]


def _public_key(secret: str) -> bytes:
    return _decoded(secret.strip().removeprefix(_PUBLIC))


def _decoded(text: str) -> bytes:
    """The bytes that base64 stands for; none where it is not base64."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _verifies(key: bytes, signature: str, signed: bytes) -> bool:
    try:
        public = Ed25519PublicKey.from_public_bytes(key)
        public.verify(_decoded(signature.removeprefix("v1a,")), signed)
    except (ValueError, InvalidSignature):  # no key of this kind; not its signature
        return False
    return True


def _proof(provider: str, headers: Headers) -> Authentication:
    given = next(filter(None, (headers.get(name, "") for name in _IDS[provider])), "")
    if given and not _KEPT_AS_IT_IS.fullmatch(given):
        given = _hash(given).hex()
    return Authentication(provider, given and f"{provider}:{given}")
