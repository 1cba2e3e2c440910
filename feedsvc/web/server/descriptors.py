"""Limits the connections of a process, so that file descriptors remain for the store."""

import resource
from typing import Final

MOST_CONNECTIONS: Final = 4096  # of one process
_PER_CONNECTION: Final = 2  # the socket, and the file that is sent on it
_RESERVED: Final = 256  # for the store, and for files that Python opens


def raise_descriptor_limit() -> None:
    """Raise the soft limit of this process to what it needs, or to the hard limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = _PER_CONNECTION * MOST_CONNECTIONS + _RESERVED
    allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def most_connections() -> int:
    """The number of connections that this process may hold open.

    At least half of the descriptors remain for other work if there are few.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return min(MOST_CONNECTIONS, (soft - min(_RESERVED, soft // 2)) // _PER_CONNECTION)
