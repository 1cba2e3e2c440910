"""Signatures that prove to a receiver that feedsvc sent a request."""

import base64
import hashlib
import hmac
from datetime import datetime


def hub_signature(secret: str, body: bytes) -> str:
    """The `X-Hub-Signature` of a delivery (WebSub §8): HMAC-SHA256 in hex."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def message_headers(secret: str, message: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of a message (Standard Webhooks), signed with a `whsec_` secret.

    `message` is its id, which a retry must keep.
    """
    timestamp = str(int(now.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join((message.encode(), timestamp.encode(), body))
    signature = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return {
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }
