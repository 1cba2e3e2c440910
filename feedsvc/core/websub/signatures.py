"""What we sign, so that who hears it can tell that it is from us."""

import base64
import hashlib
import hmac
from datetime import datetime


def hub_signature(secret: str, body: bytes) -> str:
    """`X-Hub-Signature` of a body that is delivered (WebSub §8): SHA-256, in hex."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def message_headers(secret: str, message: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of a message of Standard Webhooks, signed with a `whsec_` secret.

    `message` names it for good, whenever it is sent again.
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
