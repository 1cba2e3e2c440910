"""Asks everything that the doctor needs to know about an address.

Readers ask before the browser does: a cache that stores what it must not would otherwise keep
the browser's page, and give it to readers.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

import lxml.html

from feedsvc.core.addresses import FORMATS
from feedsvc.core.doctor.agents import BROWSER, READERS, PollingAgent
from feedsvc.core.doctor.decoding import decoded
from feedsvc.core.doctor.exchanges import (
    Examination,
    Exchange,
    ExpectedDocument,
    Poll,
    Visit,
)
from feedsvc.core.doctor.freshness import seems_stale
from feedsvc.core.doctor.links import header_links, is_same, leads_here, moved
from feedsvc.core.doctor.refusals import is_feed, is_wall, refuses, what_came
from feedsvc.core.doctor.served_feed import ServedFeed, served_feed
from feedsvc.core.doctor.validators import has_changed
from feedsvc.errors import Unreachable
from feedsvc.push.examining.visiting import Visitor

_PAUSES: Final = (0.5, 1.5)  # seconds in which a cache may refresh what it has
_FEED_NAMES: Final = (".xml", ".json", ".atom", ".rss", ".rdf")
_FEED_TYPES: Final = ("application/atom+xml", "application/rss+xml", "application/feed+json")
_NOBODYS_TAG: Final = '"feedsvc-doctor"'

Expect = Callable[[ServedFeed], ExpectedDocument | None]


class _Examiner:
    """The questions about one address. `expect` says what the store knows of a document."""

    def __init__(self, visitor: Visitor, expect: Expect) -> None:
        self._visitor = visitor
        self._expect = expect
        self._unanswered: dict[str, Exchange] = {}  # what came to readers that are kept waiting

    def visit(self, url: str, named_at: str = "") -> Visit:
        """Ask for a document as each reader and as a browser."""
        polls = tuple(self._poll(reader, url, named_at) for reader in READERS)
        visit = Visit(polls, datetime.now(UTC))
        first = next((poll.first for poll in polls if is_feed(poll.first)), None)
        if first is None:
            return replace(visit, browser=self._visitor.get(BROWSER, url, named_at=named_at))
        agent = _agent_of(first)
        feed = served_feed(decoded(first).body)
        visit = replace(
            visit,
            expected=self._expect(feed) if feed else None,
            past_caches=self._get(agent, _past_caches(first.url)),
            unknown_tag=self._get(agent, first.url, If_None_Match=_NOBODYS_TAG),
            at_self=self._at_self(agent, first, feed),
        )
        return replace(
            visit, again=self._again(visit), browser=self._visitor.get(BROWSER, first.url)
        )

    def hubs(self, visits: Iterable[Visit]) -> dict[str, Exchange]:
        """Ask each hub that the documents name."""
        asked: dict[str, Exchange] = {}
        for visit in visits:
            for poll in visit.polls:
                feed = served_feed(decoded(poll.first).body)
                if feed is None:
                    continue
                for hub in (*feed.hubs, *header_links(poll.first).get("hub", ())):
                    if hub not in asked:
                        address = hub
                        if not leads_here(feed.self_link, visit, poll.first):
                            address = moved(hub, feed.self_link, poll.first.url)
                        asked[hub] = self._visitor.subscribe(address, poll.first.url)
        return asked

    def _get(self, agent: PollingAgent, url: str, **sent: str) -> Exchange:
        headers = {name.replace("_", "-"): value for name, value in sent.items()}
        return self._visitor.get(agent, url, headers)

    def _poll(self, reader: PollingAgent, url: str, named_at: str) -> Poll:
        """A document and its conditional requests; once more if it changed meanwhile."""
        poll = self._poll_once(reader, url, named_at)
        return self._poll_once(reader, url, named_at) if has_changed(poll) else poll

    def _poll_once(self, reader: PollingAgent, url: str, named_at: str) -> Poll:
        first = self._first(reader, url, named_at)
        if not is_feed(first):
            return Poll(first)
        poll = Poll(first)
        if tag := first.header("ETag"):
            poll = replace(poll, by_tag=self._get(reader, first.url, If_None_Match=tag))
        if date := first.header("Last-Modified"):
            poll = replace(poll, by_date=self._get(reader, first.url, If_Modified_Since=date))
        if tag and poll.by_tag and poll.by_tag.status != 304:
            poll = replace(poll, by_any=self._get(reader, first.url, If_None_Match="*"))
        return poll

    def _first(self, reader: PollingAgent, url: str, named_at: str) -> Exchange:
        """The document. A failure is asked about once more; silence takes too long for that."""
        if reader.name in self._unanswered:
            return replace(self._unanswered[reader.name], url=url)
        first = self._visitor.get(reader, url, named_at=named_at)
        if first.status >= 500 or (not first.status and not first.is_silent):
            first = self._visitor.get(reader, url, named_at=named_at)
        if first.is_silent:
            self._unanswered[reader.name] = first
        return first

    def _at_self(
        self, agent: PollingAgent, first: Exchange, feed: ServedFeed | None
    ) -> Exchange | None:
        if feed is None or not feed.self_link or is_same(feed.self_link, first.url):
            return None
        return self._visitor.get(agent, feed.self_link, named_at=first.url)

    def _again(self, visit: Visit) -> Exchange | None:
        """The same request a moment later, as long as a cache gives what is too old."""
        again = None
        for pause in _PAUSES:
            old = seems_stale(replace(visit, polls=(Poll(again),)) if again else visit)
            if old is None:
                return again
            time.sleep(pause)
            again = self._get(_agent_of(old), old.url)
        return again


def examine(url: str, visitor: Visitor, expect: Expect = lambda _: None) -> Examination:
    """Ask at the address of a feed, or for the three feeds below the address of a site.

    Raises Unreachable if there is no feed, and nobody in front refuses readers.
    """
    examiner = _Examiner(visitor, expect)
    probe = _probed(url, visitor)
    visits = _visits(url, probe, examiner)
    firsts = [poll.first for visit in visits for poll in visit.polls]
    if not any(map(is_feed, firsts)):
        if not any(map(is_wall, firsts)):
            raise Unreachable(_nothing_there(url, firsts[0]))
        return Examination(tuple(visits[:1]))
    kept = [v for v in visits if any(is_feed(p.first) or refuses(p.first) for p in v.polls)]
    return Examination(tuple(kept), examiner.hubs(kept))


def _probed(url: str, visitor: Visitor) -> Exchange:
    """What is at the address. Raises Unreachable if nobody gets an answer."""
    probe = visitor.get(READERS[-1], url)
    if not probe.status and not visitor.get(BROWSER, url).status:
        raise Unreachable(f"this address cannot be examined: {probe.fault}")
    return probe


def _visits(url: str, probe: Exchange, examiner: _Examiner) -> list[Visit]:
    """The visits of the feed at an address, or of those of the site there."""
    if is_feed(probe) or urlsplit(url).path.endswith(_FEED_NAMES):
        return [examiner.visit(url)]
    base = url.partition("?")[0].rstrip("/")
    visits = [examiner.visit(f"{base}/{name}") for name in FORMATS.values()]
    if any(is_feed(poll.first) for visit in visits for poll in visit.polls):
        return visits
    return [examiner.visit(feed, probe.url) for feed in _offered(probe)] or visits


def _offered(page: Exchange) -> list[str]:
    """The feeds that a page offers: the first of each format."""
    body = decoded(page).body
    if page.status != 200 or not body.strip():
        return []
    links: dict[str, str] = {}
    for link in lxml.html.fromstring(body).iter("link"):
        kind = link.get("type", "").lower()
        if link.get("rel") == "alternate" and kind in _FEED_TYPES and link.get("href"):
            links.setdefault(kind, urljoin(page.url, link.get("href")))
    return list(links.values())


def _nothing_there(url: str, first: Exchange) -> str:
    answer = f"{first.url} answers {what_came(first)}" if first.status else first.fault
    return f"{url} has no feed: {answer}; give the address of a site or a feed"


def _agent_of(exchange: Exchange) -> PollingAgent:
    return next(reader for reader in READERS if reader.name == exchange.agent)


def _past_caches(url: str) -> str:
    """The address with a query string of its own, which feedsvc ignores."""
    joint = "&" if urlsplit(url).query else "?"
    return f"{url}{joint}feedsvc-doctor={time.time_ns()}"
