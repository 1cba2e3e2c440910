"""How many connections a process may have: each takes descriptors, and so does other work."""

import resource
from typing import Final

MOST_CONNECTIONS: Final = 4096  # of one process
_EACH: Final = 2  # the connection, and the file that is sent on it
_SPARE: Final = 256  # for the store, and what Python opens


def allow_descriptors() -> None:
    """Raise this process's limit as far as it may, and as far as it is of use."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _EACH * MOST_CONNECTIONS + _SPARE
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def most_connections() -> int:
    """How many connections leave descriptors for the rest: half of them, if there are few."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return min(MOST_CONNECTIONS, (soft - min(_SPARE, soft // 2)) // _EACH)
