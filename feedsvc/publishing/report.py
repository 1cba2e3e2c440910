"""What one publish did, in the paths of files and feeds, and the problems that remain."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from feedsvc.core.feeds.change_summary import ChangeSummary
from feedsvc.core.problems import Problem
from feedsvc.core.site import Site
from feedsvc.publishing.empty_folder import HELD_CURE, HELD_FAULT
from feedsvc.publishing.reading.findings import Findings
from feedsvc.publishing.reading.stored import Stored
from feedsvc.store.publication import Changes, Publication
from feedsvc.store.snapshot import Snapshot

MOST_PROBLEMS: Final = 100  # in the JSON of a report


@dataclass(frozen=True, slots=True)
class Report:
    """What one publish did, by the paths of files; `feeds` are the paths of changed feeds.

    `problems` are all problems of the files in question, `noticed` those that this publish
    found. The `unsettled` files need another look soon. At `next_due`, the date of a file
    comes. If posts are kept because the folder is empty, `held` is their number and nothing
    was published.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    withdrawn: tuple[str, ...]
    feeds: tuple[str, ...]
    news: ChangeSummary
    problems: tuple[Problem, ...]
    noticed: tuple[Problem, ...]
    unsettled: frozenset[str]
    next_due: datetime | None
    revision: int
    read: int
    held: int = 0

    @property
    def refused(self) -> int:
        """The number of files that are refused."""
        return len({problem.path for problem in self.problems if problem.refuses})

    def to_dict(self, site_url: str) -> dict[str, Any]:
        """The report as a job or a preview returns it in JSON."""
        return {
            **self.news.to_dict(site_url),
            "held": {
                "count": self.held,
                "fault": HELD_FAULT if self.held else "",
                "cure": HELD_CURE if self.held else "",
            },
            "refused": self.refused,
            "problems": [problem.to_dict() for problem in self.problems[:MOST_PROBLEMS]],
        }


def report_on(
    snapshot: Snapshot,
    publication: Publication,
    changes: Changes,
    stored: Stored,
    findings: Findings,
) -> Report:
    """The report on a publication. Its problems are those that remain after it."""
    paths = {r.entry_id: r.path for r in stored.records.values() if r.entry_id}
    paths |= {r.entry_id: r.path for r in publication.files if r.entry_id}

    def paths_of(ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(paths.get(entry_id, entry_id) for entry_id in ids))

    noticed = [p for record in publication.files for p in record.problems]
    looked_at = {record.path for record in publication.files}.union(publication.forgotten)
    problems = noticed
    if stored.scope is None:
        others = [p for p in snapshot.problems() if p.path not in looked_at]
        problems = sorted((*others, *noticed), key=lambda p: (p.path, p.line))
    waiting = {r.path for r in findings.missing}.difference(publication.forgotten)
    return Report(
        added=paths_of(changes.added),
        changed=paths_of(changes.changed),
        withdrawn=paths_of(changes.withdrawn),
        feeds=tuple(changes.feeds),
        news=changes.summary,
        problems=(*findings.problems, *problems),
        noticed=(*findings.problems, *noticed),
        unsettled=frozenset(findings.unsettled.union(waiting, changes.unblocked)),
        next_due=snapshot.next_due(),
        revision=changes.revision,
        read=findings.read,
    )


def report_held(
    snapshot: Snapshot, site: Site, stored: Stored, findings: Findings, held: int
) -> Report:
    """The report on an empty folder from which this many posts stay published."""
    nothing = (Publication(site), Changes(stored.revision))
    looked = Findings(problems=findings.problems)
    return replace(report_on(snapshot, *nothing, stored, looked), held=held)
