"""Room for large answers: granian 2.8 copies a body, and keeps it until its reader has it all.

The kernel knows which readers are behind (Linux). Elsewhere there is always room.
"""

import fcntl
import struct
import sys
import termios
import threading
import time
from contextlib import suppress
from typing import Final

from feedsvc.web.silence import connections_to

MOST_BEHIND: Final = 32  # readers that may keep a large answer waiting, of one process
LARGE: Final = 256 * 1024  # octets
_BETWEEN_LOOKS: Final = 0.2  # seconds; a look takes some milliseconds for a thousand of them
_COUNT: Final = struct.Struct("i")


class Room:
    """How many large answers of this process may be on their way from its port."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._lock = threading.Lock()
        self._behind = 0  # when it was last looked
        self._given = 0  # since then
        self._looked_at = float("-inf")

    def take(self) -> bool:
        """Take room for one large answer; False where too many readers are behind."""
        if sys.platform != "linux":
            return True
        with self._lock:
            now = time.monotonic()
            is_short = self._behind + self._given >= MOST_BEHIND
            if is_short and now - self._looked_at >= _BETWEEN_LOOKS:
                self._behind, self._given, self._looked_at = _behind(self._port), 0, now
            if self._behind + self._given >= MOST_BEHIND:
                return False
            self._given += 1
            return True


def _behind(port: int) -> int:
    """How many of this process's connections to its port have not taken all we sent."""
    count = 0
    for connection in connections_to(port):
        with connection, suppress(OSError):
            waiting = fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(_COUNT.size))
            count += _COUNT.unpack(waiting)[0] > 0
    return count
