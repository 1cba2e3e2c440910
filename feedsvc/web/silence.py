"""Closes connections that wait for nothing good: half-sent bodies, readers that do not read.

granian 2.8 limits the time for a request's headers, and neither that for a body nor that for
taking an answer. The kernel knows of each connection when something last came or went (Linux).
"""

import os
import socket
import stat
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

SILENT_SECONDS: Final = 12.0  # without an octet in either direction
# Without an octet of ours: a body that comes drop by drop is not silent. A request may begin
# when a connection has rested for as long as granian lets it, and has the rest for its body.
UNANSWERED_SECONDS: Final = 17.0
_EVERY: Final = 1.0
_TCP_INFO: Final = struct.Struct("=8x36xIIII")  # see _is_given_up
_FDS: Final = Path("/proc/self/fd")


def close_silent_connections(port: int) -> None:
    """Look after this process's connections to a port from now on, in a thread of its own."""
    if sys.platform == "linux":
        threading.Thread(target=_look_after, args=(port,), name="silence", daemon=True).start()


def _look_after(port: int) -> None:
    while True:
        time.sleep(_EVERY)
        for connection in connections_to(port):
            with connection, suppress(OSError):
                if _is_given_up(connection):
                    connection.shutdown(socket.SHUT_RDWR)


def connections_to(port: int) -> Iterator[socket.socket]:
    """This process's connections to its own port, each behind another descriptor.

    Another, so that it cannot come to mean something else between a look and its consequence.
    """
    for name in [path.name for path in _FDS.iterdir()]:
        with suppress(OSError):
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            found = socket.socket(fileno=os.dup(int(name)))
            if _is_connection_to(port, found):
                yield found
            else:
                found.close()


def _is_connection_to(port: int, found: socket.socket) -> bool:
    return (
        found.family in (socket.AF_INET, socket.AF_INET6)
        and found.type == socket.SOCK_STREAM
        and found.getsockname()[1] == port
        and bool(found.getpeername())  # an OSError for those that listen
    )


def _is_given_up(connection: socket.socket) -> bool:
    """True where it has been silent, or unanswered, for too long: `struct tcp_info` tells.

    In linux/tcp.h eight octets and nine numbers stand before tcpi_last_data_sent,
    tcpi_last_ack_sent, tcpi_last_data_recv and tcpi_last_ack_recv, in milliseconds.
    """
    raw = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
    sent, _, received, _ = _TCP_INFO.unpack(raw)
    silent = min(sent, received) > SILENT_SECONDS * 1000
    return bool(silent or sent > UNANSWERED_SECONDS * 1000)
