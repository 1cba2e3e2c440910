"""What one publish has changed, in the words in which it is told to others."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from feedsvc.core import addresses
from feedsvc.core.dates import rfc3339
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.text import summary_of

MOST_SUMMARY: Final = 300  # graphemes
MOST_NAMED: Final = 100  # of each kind; the counts tell of all


@dataclass(frozen=True, slots=True)
class Headline:
    """An entry by what a person and a program know it by."""

    id: str
    title: str
    permalink: str
    published: str  # RFC 3339
    summary: str


def headline(entry: Entry) -> Headline:
    """An entry in a headline; a long summary is cut."""
    summary = summary_of(entry.summary, MOST_SUMMARY)
    return Headline(entry.id, entry.title, entry.permalink, rfc3339(entry.published), summary)


@dataclass(frozen=True, slots=True)
class ChangeSummary:
    """The entries that a publish added, changed and withdrew, and the feeds that moved.

    At most MOST_NAMED of each are named, by headline or, feeds, by path; `counts` are those of
    all: of added, changed and withdrawn entries, and of feeds.
    """

    added: tuple[Headline, ...] = ()
    changed: tuple[Headline, ...] = ()
    withdrawn: tuple[Headline, ...] = ()
    feeds: tuple[str, ...] = ()
    counts: tuple[int, int, int, int] = (0, 0, 0, 0)

    def __bool__(self) -> bool:
        """False where nothing has changed."""
        return any(self.counts)

    def to_json(self) -> str:
        """The same as a JSON object, for `from_json`."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The news that `to_json` wrote."""
        found: dict[str, Any] = json.loads(text)
        lines = {
            name: tuple(Headline(**line) for line in found[name])
            for name in ("added", "changed", "withdrawn")
        }
        added, changed, withdrawn, feeds = found["counts"]
        counts = (added, changed, withdrawn, feeds)
        return cls(**lines, feeds=tuple(found["feeds"]), counts=counts)

    def to_dict(self, site_url: str) -> dict[str, Any]:
        """The same for others, whose JSON it becomes: counts, entries, addresses of feeds."""
        kinds = {"added": self.added, "changed": self.changed, "withdrawn": self.withdrawn}
        counts = dict(zip((*kinds, "feeds"), self.counts, strict=True))
        paths = (addresses.document_path(path, "atom") for path in self.feeds)
        topics = [addresses.url(site_url, path) for path in paths]
        return {
            **{
                kind: {"count": counts[kind], "entries": [asdict(line) for line in lines]}
                for kind, lines in kinds.items()
            },
            "feeds": {"count": counts["feeds"], "topics": topics},
        }
