"""Closes idle connections: half-sent requests, and clients that do not read their answer.

The Linux kernel records when data was last sent and received on each connection.
"""

import asyncio
import socket
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

IDLE_SECONDS: Final = 12  # no data in either direction
# We have sent no data: a client that sends octet by octet is not idle. A client may begin a
# request just before IDLE_SECONDS, and has the difference to send its headers and its body.
UNANSWERED_SECONDS: Final = 17
# We have sent no data although more of an answer is ready. A media player stops reading while
# its buffer is full, and the window of a proxy may open only every 30 seconds.
UNREAD_SECONDS: Final = 60
_TCP_INFO: Final = struct.Struct("=8x36xIIII")  # see _is_idle


def close_idle(transports: Iterable[asyncio.Transport]) -> None:
    """Close the connections that are idle for too long. The server calls this every second."""
    if sys.platform != "linux":
        return
    for transport in transports:
        connection = transport.get_extra_info("socket")
        with suppress(OSError):
            if connection and _is_idle(connection, transport.get_write_buffer_size() > 0):
                transport.abort()


def _is_idle(connection: socket.socket, has_more: bool) -> bool:
    """True if the connection is over its time limit, according to `struct tcp_info`.

    In linux/tcp.h, eight octets and nine numbers precede tcpi_last_data_sent,
    tcpi_last_ack_sent, tcpi_last_data_recv and tcpi_last_ack_recv (milliseconds).
    """
    raw = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
    sent, _, received, _ = _TCP_INFO.unpack(raw)
    if has_more:
        return bool(sent > UNREAD_SECONDS * 1000)
    is_silent = min(sent, received) > IDLE_SECONDS * 1000
    return bool(is_silent or sent > UNANSWERED_SECONDS * 1000)
