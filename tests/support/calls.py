"""Headers and payloads of webhook calls, as each forge documents them."""

import base64
import hashlib
import hmac
import json
import time
from typing import Final
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Headers = dict[str, str]

SECRET: Final = "a secret of enough characters"  # noqa: S105 - of the tests' servers
OLD: Final = "an old secret of enough characters"
KEPT: Final = "a secret that stands in a file"
SIGNER: Final = Ed25519PrivateKey.from_private_bytes(b"feedsvc's tests sign with this..")
PUBLIC: Final = SIGNER.public_key().public_bytes_raw()
WHPK: Final = "whpk_" + base64.b64encode(PUBLIC).decode()
WHSEC: Final = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def push(branch: str = "main") -> bytes:
    """The payload of a push; only the branch matters."""
    return json.dumps({"ref": f"refs/heads/{branch}", "after": "0" * 40}).encode()


def pull(number: int = 7, branch: str = "main", state: str = "open") -> bytes:
    """The payload of a pull request of GitHub, Gitea and Gitee."""
    base = {"ref": branch}
    pull_request = {"number": number, "state": state, "base": base}
    return json.dumps(
        {"action": "opened", "number": number, "pull_request": pull_request}
    ).encode()


def hex_hmac(secret: str, body: bytes, algorithm: str = "sha256") -> str:
    return hmac.new(secret.encode(), body, algorithm).hexdigest()


def github(secret: str, body: bytes, name: str = "", event: str = "push") -> Headers:
    return {
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        **({"X-GitHub-Delivery": name} if name else {}),
        "X-Hub-Signature": "sha1=" + hex_hmac(secret, body, "sha1"),
        "X-Hub-Signature-256": "sha256=" + hex_hmac(secret, body),
    }


def github_form(secret: str, body: bytes, name: str = "") -> Headers:
    """GitHub with its default content type."""
    media_type = "application/x-www-form-urlencoded"
    return github(secret, body, name) | {"Content-Type": media_type}


def gitea(secret: str, body: bytes, name: str = "") -> Headers:
    return {
        **github(secret, body, name),
        "X-Gitea-Event": "push",
        "X-Gitea-Delivery": name,
        "X-Gitea-Signature": hex_hmac(secret, body),
        "X-Gogs-Signature": hex_hmac(secret, body),
    }


def forgejo(secret: str, body: bytes, name: str = "") -> Headers:
    """Forgejo, with its own headers only."""
    return {
        "Content-Type": "application/json",
        "X-Forgejo-Event": "push",
        "X-Forgejo-Delivery": name,
        "X-Forgejo-Signature": hex_hmac(secret, body),
    }


def bitbucket(secret: str, body: bytes, name: str = "") -> Headers:
    return {
        "Content-Type": "application/json",
        "X-Event-Key": "repo:refs_changed",
        "X-Request-UUID": name,
        "X-Hub-Signature": "sha256=" + hex_hmac(secret, body),
    }


def gitlab(secret: str, body: bytes, name: str = "") -> Headers:
    """GitLab with a secret token."""
    return {
        "Content-Type": "application/json",
        "X-Gitlab-Event": "Push Hook",
        "X-Gitlab-Token": secret,
        "Idempotency-Key": name,
    }


def gitlab_signed(secret: str, body: bytes, name: str = "") -> Headers:
    """GitLab with a signing token."""
    return {"X-Gitlab-Event": "Push Hook", **standard(secret, body, name)}


def gitee(secret: str, body: bytes, name: str = "") -> Headers:
    """Gitee with a password. Its id is a time in milliseconds."""
    return {
        "Content-Type": "application/json",
        "X-Gitee-Event": "Push Hook",
        "X-Gitee-Token": secret,
        "X-Gitee-Timestamp": name or str(time.time_ns() // 1_000_000),
    }


def gitee_signed(secret: str, body: bytes, name: str = "") -> Headers:
    """Gitee with a signature key."""
    timestamp = name or str(time.time_ns() // 1_000_000)
    signed = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), "sha256")
    token = quote(base64.b64encode(signed).decode())
    return gitee(secret, body, timestamp) | {"X-Gitee-Token": token}


def standard(secret: str, body: bytes, name: str = "", age: int = 0) -> Headers:
    """Standard Webhooks with a symmetric key, next to another signature as in a rotation."""
    name, timestamp = name or "msg_1", str(int(time.time()) - age)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.new(key, f"{name}.{timestamp}.".encode() + body, hashlib.sha256)
    signature = base64.b64encode(signed.digest()).decode()
    return _standard(name, timestamp, f"v1,{'A' * 43}= v1,{signature}")


def standard_ed25519(_secret: str, body: bytes, name: str = "") -> Headers:
    name, timestamp = name or "msg_1", str(int(time.time()))
    signature = SIGNER.sign(f"{name}.{timestamp}.".encode() + body)
    return _standard(name, timestamp, f"v1a,{base64.b64encode(signature).decode()}")


def _standard(name: str, timestamp: str, signature: str) -> Headers:
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature,
    }


def bearer(secret: str, _body: bytes = b"", name: str = "") -> Headers:
    given = {"Idempotency-Key": name} if name else {}
    return {"Authorization": f"Bearer {secret}", **given}
