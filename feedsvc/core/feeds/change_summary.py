"""The changes of one publish, for messages to people and programs outside feedsvc."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from feedsvc.core import addresses
from feedsvc.core.dates import rfc3339
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.text import summary_of

MOST_SUMMARY: Final = 300  # graphemes
MOST_NAMED: Final = 100  # of each kind; the counts include the rest


@dataclass(frozen=True, slots=True)
class Headline:
    """The part of an entry that identifies it to a person and to a program."""

    id: str
    title: str
    permalink: str
    published: str  # RFC 3339
    summary: str


def headline(entry: Entry) -> Headline:
    """The headline of an entry. A long summary is shortened."""
    summary = summary_of(entry.summary, MOST_SUMMARY)
    return Headline(entry.id, entry.title, entry.permalink, rfc3339(entry.published), summary)


@dataclass(frozen=True, slots=True)
class ChangeSummary:
    """The entries that a publish added, changed or withdrew, and the feeds that changed.

    Each list holds at most MOST_NAMED values: headlines of entries, paths of feeds. `counts`
    holds the full numbers of added, changed and withdrawn entries and of changed feeds.
    """

    added: tuple[Headline, ...] = ()
    changed: tuple[Headline, ...] = ()
    withdrawn: tuple[Headline, ...] = ()
    feeds: tuple[str, ...] = ()
    counts: tuple[int, int, int, int] = (0, 0, 0, 0)

    def __bool__(self) -> bool:
        """False if nothing changed."""
        return any(self.counts)

    def to_json(self) -> str:
        """The summary as JSON text, which `from_json` reads."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The summary that `to_json` wrote."""
        stored: dict[str, Any] = json.loads(text)
        headlines = {
            name: tuple(Headline(**fields) for fields in stored[name])
            for name in ("added", "changed", "withdrawn")
        }
        added, changed, withdrawn, feeds = stored["counts"]
        counts = (added, changed, withdrawn, feeds)
        return cls(**headlines, feeds=tuple(stored["feeds"]), counts=counts)

    def to_dict(self, site_url: str) -> dict[str, Any]:
        """The summary for a public JSON document: counts, entries and the URLs of feeds."""
        kinds = {"added": self.added, "changed": self.changed, "withdrawn": self.withdrawn}
        counts = dict(zip((*kinds, "feeds"), self.counts, strict=True))
        paths = (addresses.document_path(path, "atom") for path in self.feeds)
        topics = [addresses.url(site_url, path) for path in paths]
        return {
            **{
                kind: {"count": counts[kind], "entries": [asdict(each) for each in headlines]}
                for kind, headlines in kinds.items()
            },
            "feeds": {"count": counts["feeds"], "topics": topics},
        }
