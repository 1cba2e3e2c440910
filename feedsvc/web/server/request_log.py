"""Logs requests: those that failed, a sample, or all of them.

A line has neither the query of a request nor any of its headers: both may have secrets. It has
no address of a client.
"""

import logging
import re
import secrets
from typing import Final

from feedsvc.logs import Requests

SAMPLE: Final = 100  # of so many requests, one is logged with `sampled`
HEADER: Final = "x-request-id"

_SANE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,99}")
_LONGEST_PATH: Final = 500

log = logging.getLogger("feedsvc.web.requests")


def request_id(given: str) -> str:
    """The id of a request: the one that a proxy gave it, or else a new one."""
    return given if _SANE.fullmatch(given) else secrets.token_hex(8)


class RequestLog:
    """Which requests of a process are logged. Probes that fail are not errors."""

    def __init__(self, which: Requests, probes: frozenset[str] = frozenset()) -> None:
        self._every = {"errors": 0, "sampled": SAMPLE, "all": 1}[which]
        self._probes = probes
        self._left = 0  # until the next one of the sample

    def may_log(self, path: str, status: int) -> bool:
        """True if a request with this answer is logged, or may be."""
        return bool(self._every) or (status >= 500 and path not in self._probes)

    def note(self, method: str, path: str, status: int, octets: int, seconds: float) -> None:
        """Log a request that was answered, if it is one to log. `path` has no query."""
        if not self.may_log(path, status) or (status < 500 and not self._is_of_sample()):
            return
        path, milliseconds = path[:_LONGEST_PATH], round(seconds * 1000, 1)
        fields = {"method": method, "path": path, "status": status, "octets": octets}
        log.log(
            logging.WARNING if status >= 500 else logging.INFO,
            "%s %s: %d, %d octets in %s ms",
            *(*fields.values(), milliseconds),
            extra={"fields": fields | {"milliseconds": milliseconds}},
        )

    def _is_of_sample(self) -> bool:
        """True once in so many calls, the first time included."""
        self._left = (self._left or self._every) - 1
        return self._left == self._every - 1


ONLY_ERRORS: Final = RequestLog("errors")
