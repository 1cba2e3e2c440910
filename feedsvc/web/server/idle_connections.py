"""Closes connections that wait for nothing good: half-sent requests, readers that do not read.

The kernel knows of each connection when something last came or went (Linux).
"""

import asyncio
import socket
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

SILENT_SECONDS: Final = 12  # without an octet in either direction
# Without an octet of ours: what comes drop by drop is not silent. A request may begin when a
# connection has rested for as long as it may, and has the rest for its headers and its body.
UNANSWERED_SECONDS: Final = 17
# Without an octet of ours where more of an answer is ready: a player that has enough for now
# does not read, and the window of a proxy may open once in half a minute.
UNREAD_SECONDS: Final = 60
_TCP_INFO: Final = struct.Struct("=8x36xIIII")  # see _is_given_up


def close_silent(transports: Iterable[asyncio.Transport]) -> None:
    """Close those on which nothing has moved for too long; to be called often."""
    if sys.platform != "linux":
        return
    for transport in transports:
        connection = transport.get_extra_info("socket")
        with suppress(OSError):
            if connection and _is_given_up(connection, transport.get_write_buffer_size() > 0):
                transport.abort()


def _is_given_up(connection: socket.socket, has_more: bool) -> bool:
    """True where nothing has moved, or been answered, for too long: `struct tcp_info` tells.

    In linux/tcp.h eight octets and nine numbers stand before tcpi_last_data_sent,
    tcpi_last_ack_sent, tcpi_last_data_recv and tcpi_last_ack_recv, in milliseconds.
    """
    raw = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
    sent, _, received, _ = _TCP_INFO.unpack(raw)
    if has_more:
        return bool(sent > UNREAD_SECONDS * 1000)
    silent = min(sent, received) > SILENT_SECONDS * 1000
    return bool(silent or sent > UNANSWERED_SECONDS * 1000)
