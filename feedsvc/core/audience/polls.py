"""What is counted of a poll: a GET of a feed document, answered with 200, 226 or 304."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

COUNTED: Final = (200, 226, 304)  # statuses; others answer no poll
_STATUSES: Final[Mapping[int, str]] = {200: "whole", 226: "deltas", 304: "unmodified"}
PLAIN: Final = "identity"  # the coding of an answer without one
FILTERS: Final = "feed"  # all filters that addresses make up, as one feed
FORMATS: Final = ("atom", "rss", "json")
CODINGS: Final = (PLAIN, "gzip", "br", "zstd")

# The figures of a day, a feed and a product. `blind` are polls that name no version, so that
# they cannot be answered with 304; `wasted` are the octets sent to these.
FIGURES: Final = (
    "polls",
    *_STATUSES.values(),
    "blind",
    *FORMATS,
    *CODINGS,
    "sent",
    "spared",
    "wasted",
)


@dataclass(frozen=True, slots=True, eq=False)
class PollKind:
    """A kind of polls: all that are answered with the same octets, whoever sends them.

    `sent` is the octets of the body. `spared` is what the body has less than the whole
    document without a coding. `address` is the path at which the client polls.
    """

    feed: str
    format: str
    coding: str
    status: int
    sent: int
    spared: int
    is_blind: bool
    address: str = ""

    def figures(self, times: int) -> dict[str, int]:
        """What so many of them add to the figures of a day."""
        figures = {
            "polls": times,
            _STATUSES[self.status]: times,
            self.format: times,
            self.coding: times,
            "sent": self.sent * times,
            "spared": self.spared * times,
        }
        if self.is_blind:
            figures |= {"blind": times, "wasted": self.sent * times}
        return figures
