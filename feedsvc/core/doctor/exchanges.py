"""What the doctor asked, and what came back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

SILENCE: Final = "no complete answer within"  # what the client says


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, and its answer as it came: the body in its content coding.

    `status` is 0 if no answer came; then `fault` says why. `url` is the address after
    redirects, and `sent` has the headers beside those of every request of the agent.
    """

    agent: str
    url: str
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    sent: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    fault: str = ""

    @property
    def is_silent(self) -> bool:
        """True if the server accepted the request, or not even that, and let it wait."""
        return not self.status and SILENCE in self.fault

    def lines(self, name: str) -> list[str]:
        """The values of all headers with this name, as they came."""
        return [value.strip() for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name: str) -> str:
        """The value of this header, with commas between several; empty if it is missing."""
        return ", ".join(self.lines(name))


@dataclass(frozen=True, slots=True)
class Poll:
    """What an agent got at an address: first the document, then answers to conditions.

    `by_tag` repeats the `ETag` that came, `by_date` the `Last-Modified`. `by_any` asks
    `If-None-Match: *`, only if `by_tag` was no 304.
    """

    first: Exchange
    by_tag: Exchange | None = None
    by_date: Exchange | None = None
    by_any: Exchange | None = None

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All exchanges of this poll."""
        asked = (self.first, self.by_tag, self.by_date, self.by_any)
        return tuple(each for each in asked if each)


@dataclass(frozen=True, slots=True)
class ExpectedDocument:
    """What the store and the settings say about a document.

    `lifetime` is the longest time, in seconds, for which a cache may keep it.
    """

    tag: str
    changed_at: datetime
    lifetime: int


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything that was asked at the address of one document.

    `again` is the first request once more, a moment later, if an answer was too old.
    `past_caches` has a query string that no cache knows yet. `unknown_tag` asks with a tag that
    no version has. `at_self` is what the self link answers, if it is another address.
    `expected` is what the store says.
    """

    polls: tuple[Poll, ...]
    asked_at: datetime
    expected: ExpectedDocument | None = None
    browser: Exchange | None = None
    again: Exchange | None = None
    past_caches: Exchange | None = None
    unknown_tag: Exchange | None = None
    at_self: Exchange | None = None

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All exchanges of this visit but that of the self link."""
        others = (self.browser, self.again, self.past_caches, self.unknown_tag)
        polled = (each for poll in self.polls for each in poll.exchanges)
        return (*polled, *(each for each in others if each))


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything that was asked: at each document, and of each hub that they name.

    `hubs` has the answer of each hub, by the URL that the documents have.
    """

    visits: tuple[Visit, ...]
    hubs: Mapping[str, Exchange] = field(default_factory=dict)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All exchanges with the server that was examined."""
        return tuple(each for visit in self.visits for each in visit.exchanges)


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that is wrong with one exchange. `code` is that of its fault."""

    code: str
    exchange: Exchange
    came: str
