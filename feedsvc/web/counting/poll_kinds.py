"""Which requests are polls, and what is counted of them."""

import re
from typing import Any, Final

from feedsvc.core import addresses
from feedsvc.core.audience.polls import COUNTED, FILTERS, PLAIN, PollKind
from feedsvc.core.clients import client_before
from feedsvc.core.filters.filter import HISTORY
from feedsvc.web.counting.counting import Counting, Tally, shortened

_FORMAT_OF: Final = {name: format_name for format_name, name in addresses.FORMATS.items()}
# The document of a filter, and what a page of its history has.
_FILTER: Final = re.compile(r"feed/(atom|rss|json)\?.*")
_HISTORY: Final = re.compile(f"[?&]{HISTORY}=")
_LONGEST_ADDRESS: Final = 200
_MOST_POLLS: Final = 4096
# Not re.IGNORECASE, with which the search would not skip to the next line.
_AGENT: Final = re.compile(rb"\n[Uu][Ss][Ee][Rr]-[Aa][Gg][Ee][Nn][Tt]:([^\r]*)")


class PollKinds:
    """Finds the tally of a request.

    With `proxies`, the client is the one that the outermost of them reports in `header`.
    """

    def __init__(self, counting: Counting, proxies: int, header: str) -> None:
        self.counting = counting
        self._proxies = proxies
        self._header = header
        self._environ_name = f"HTTP_{header.upper().replace('-', '_')}"
        name = header.lower().encode("latin-1")
        # The headers that a poll is counted by, with their names in the environ.
        self.headers = {b"user-agent": "HTTP_USER_AGENT"}
        if proxies:
            self.headers[name] = self._environ_name
        pattern = rb"\n%b:([^\r]*)" % re.escape(name)
        self._hops = re.compile(pattern, re.IGNORECASE)
        self._polls: dict[tuple[object, ...], PollKind] = {}

    def poll(
        self,
        path: str,
        tag: str,
        sizes: tuple[int, int],
        kind: tuple[str, int],
        environ: dict[str, Any],
    ) -> PollKind | None:
        """The kind of a poll; None if the document is no feed, or a page of its history.

        `path` and `tag` are those of the document; `sizes` the octets of its whole body and of
        those that are sent; `kind` the coding and the status of the answer.
        """
        feed, format_name = _feed_and_format(path)
        if not format_name or kind[1] not in COUNTED:
            return None
        address = path  # of a filter
        if feed != FILTERS:
            address = (environ.get("RAW_URI") or environ["PATH_INFO"]).partition("?")[0]
        address = address[:_LONGEST_ADDRESS]
        is_blind = not ("HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ)
        whole, sent = sizes
        key = (path, tag, sent, kind, address, is_blind)
        kept = self._polls.get(key)
        if kept is None:
            if len(self._polls) >= _MOST_POLLS:
                self._polls.clear()
            coding, status = kind
            more = (sent, max(0, whole - sent), is_blind, address)
            kept = PollKind(feed, format_name, coding or PLAIN, status, *more)
            self._polls[key] = kept
        return kept

    def tally(self, poll: PollKind, environ: dict[str, Any]) -> Tally:
        """The tally of a request."""
        user_agent = shortened(environ.get("HTTP_USER_AGENT", "").encode("latin-1"))
        hops = environ.get(self._environ_name, "") if self._proxies else ""
        return self._tally(poll, user_agent, hops)

    def tally_alike(self, like: Tally, octets: bytes) -> Tally:
        """The tally of a request that is answered like an earlier one. `octets` is all of it.

        If it has the same agent too, so that one comparison is enough, it is the same tally.
        """
        if octets.startswith(like.line, like.position) and not self._proxies:
            return like
        has_agent = b"gent:" in octets or b"GENT:" in octets  # faster than the search
        match = _AGENT.search(octets) if has_agent else None
        user_agent = shortened(match[1]) if match else b""
        if not self._proxies:
            is_same = user_agent == like.user_agent
            found = like if is_same else self.counting.tally(like.poll, user_agent)
            found.position = match.start() if match else 0
            return found
        hops = b",".join(self._hops.findall(octets)).decode("latin-1")
        return self._tally(like.poll, user_agent, hops)

    def _tally(self, poll: PollKind, user_agent: bytes, hops: str) -> Tally:
        client = client_before(self._proxies, self._header, hops) if hops else None
        if client is None:
            return self.counting.tally(poll, user_agent)
        return self.counting.tally_of(poll, user_agent, client)


def _feed_and_format(path: str) -> tuple[str, str]:
    """The feed of a document and its format, which is empty if nobody polls the document."""
    folder, _, name = path.rpartition("/")
    if name in _FORMAT_OF:
        return folder, "" if addresses.archive_page_at(folder) else _FORMAT_OF[name]
    match = _FILTER.fullmatch(path)
    if not match or _HISTORY.search(path):
        return "", ""
    return FILTERS, match[1]
