"""Listeners: their names in the store, which reveal no URL, and the kinds of messages."""

import hashlib
from typing import Final, Literal, TypeAlias, get_args

ListenerKind: TypeAlias = Literal["hub", "notify"]
MessageKind: TypeAlias = Literal["published", "held", "attention"]  # for notify URLs

MESSAGE_KINDS: Final[tuple[MessageKind, ...]] = get_args(MessageKind)


def listener_name(kind: ListenerKind, url: str) -> str:
    """The name of an outside hub or a notify URL."""
    return hashlib.sha256(f"{kind}\n{url}".encode()).hexdigest()[:40]
