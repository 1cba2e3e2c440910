"""What one publish did, in the paths of files and feeds, and the problems that remain."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from feedsvc.core.dates import microseconds
from feedsvc.core.feeds.change_summary import ChangeSummary
from feedsvc.core.ledger.losses import HeldSet, held_set
from feedsvc.core.problems import Problem, path_below
from feedsvc.publishing.account import Account, account_of
from feedsvc.publishing.guarding.guard import NOTHING_HELD, Hold
from feedsvc.publishing.outcomes import outcome_of, outcome_of_state
from feedsvc.publishing.outlook import MOST_ENTRIES, Outlook, outlook
from feedsvc.publishing.reading.findings import Finding, Findings
from feedsvc.publishing.reading.stored import Stored
from feedsvc.store.publication import Changes, Publication
from feedsvc.store.snapshot import Snapshot

MOST_PROBLEMS: Final = 100  # in the JSON of a report


@dataclass(frozen=True, slots=True)
class Report:
    """What one publish did, by the paths of files; `feeds` are the paths of changed feeds.

    `problems` are all problems of the files in question, `noticed` those that this publish
    found. The `unsettled` files need another look soon. At `next_due`, the date of a file
    comes. `held_set` are the losses that wait for somebody to accept them; if the folder is
    empty, nothing was published. `outlook` is what subscribers see. Nobody has changed the
    `newly_hidden` files: a rule of this version of feedsvc hides them. The `account` is of
    every file in the folder, on demand. `pages` are as in Changes. `number` is that of the
    publish; 0 if it changed nothing. Paths of files are relative to the folder: see `below`.
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
    held_set: HeldSet = field(default_factory=HeldSet)
    outlook: Outlook = field(default_factory=Outlook)
    newly_hidden: tuple[str, ...] = ()
    account: Account | None = None
    pages: tuple[str, ...] = ()
    number: int = 0

    def below(self, root: str) -> "Report":
        """The report for readers: its paths begin with `root`, as they write the folder.

        Only `unsettled` is still relative to the folder.
        """
        if root in ("", "."):
            return self

        def paths(relative: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(path_below(root, path) for path in relative)

        def problems(relative: tuple[Problem, ...]) -> tuple[Problem, ...]:
            return tuple(problem.below(root) for problem in relative)

        return replace(
            self,
            added=paths(self.added),
            changed=paths(self.changed),
            withdrawn=paths(self.withdrawn),
            problems=problems(self.problems),
            noticed=problems(self.noticed),
            held_set=self.held_set.below(root),
            outlook=self.outlook.below(root),
            newly_hidden=paths(self.newly_hidden),
            account=self.account and self.account.below(root),
        )

    def after(self, feeds: Collection[str]) -> "Report":
        """The report if these feeds were changed just before."""
        return replace(self, feeds=tuple(dict.fromkeys((*self.feeds, *feeds))))

    @property
    def held(self) -> int:
        """The number of losses that are held."""
        return self.held_set.count

    @property
    def refused(self) -> int:
        """The number of files that are refused."""
        return len({problem.path for problem in self.problems if problem.refuses})

    def to_dict(self, site_url: str) -> dict[str, Any]:
        """The report as a job or a preview returns it in JSON."""
        return {
            **self.news.to_dict(site_url),
            "outlook": self.outlook.to_dict(MOST_ENTRIES),
            "held": self.held_set.to_dict(),
            "newly_hidden": list(self.newly_hidden[:MOST_ENTRIES]),
            "refused": self.refused,
            "problems": [problem.to_dict() for problem in self.problems[:MOST_PROBLEMS]],
        }


def report_on(
    snapshot: Snapshot,
    publication: Publication,
    changes: Changes,
    stored: Stored,
    findings: Findings,
    now: datetime,
    hold: Hold = NOTHING_HELD,
    known: Collection[str] = (),
) -> Report:
    """The report on a publication. Its problems are those that remain after it.

    `known` are the ids of posts that were published before.
    """
    recorded = (*findings.previous().values(), *publication.files)
    paths = {record.entry_id: record.path for record in recorded if record.entry_id}
    paths |= changes.paths

    def title_of(entry_id: str) -> str:
        claim = publication.claims.get(entry_id)
        return claim.title if claim else changes.titles.get(entry_id, "")

    def paths_of(ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(paths.get(entry_id, entry_id) for entry_id in ids))

    noticed = [p for problems in _found(publication, changes) for p in problems]
    problems = noticed
    if stored.scope is None:
        others = _others(snapshot.problems(), publication, changes)
        problems = sorted((*others, *noticed), key=lambda p: (p.path, p.line))
    waiting = {r.path for r in findings.missing if r.entry_id not in hold.entries}
    waiting = waiting.difference(publication.forgotten).union(hold.postponed)
    return Report(
        added=paths_of(changes.added),
        changed=paths_of(changes.changed),
        withdrawn=paths_of(changes.withdrawn),
        feeds=tuple(changes.feeds),
        news=changes.summary,
        problems=(*findings.problems, *problems),
        noticed=(*findings.problems, *noticed),
        unsettled=frozenset(findings.unsettled.union(waiting, changes.unblocked)),
        next_due=snapshot.next_due(microseconds(now)),
        revision=changes.revision,
        read=findings.read,
        held_set=held_set(hold.book.held),
        outlook=outlook(changes, hold, known, paths, title_of),
        newly_hidden=newly_hidden(findings.files, stored),
        pages=tuple(changes.pages),
        account=_account(snapshot, publication, findings, hold),
        number=changes.number,
    )


def _found(publication: Publication, changes: Changes) -> Iterator[tuple[Problem, ...]]:
    """The problems of each file that was recorded, also of those whose links lead elsewhere."""
    again = dict(changes.problems)
    for record in publication.files:
        yield again.pop(record.path, record.problems)
    yield from again.values()


def _others(
    stored: Collection[Problem], publication: Publication, changes: Changes
) -> Iterator[Problem]:
    """The stored problems of the other files."""
    paths = {problem.path for problem in stored} - changes.problems.keys()
    paths.difference_update(record.path for record in publication.files)
    paths.difference_update(publication.forgotten)
    return (problem for problem in stored if problem.path in paths)


def _account(
    snapshot: Snapshot, publication: Publication, findings: Findings, hold: Hold
) -> Account | None:
    """The account of the folder; None unless the findings counted all files."""
    if findings.left_out is None:
        return None
    now = {record.path: record for record in publication.files}
    held = {loss.path for loss in hold.book.held if loss.kind == "re-identified"} | hold.paths
    now |= snapshot.files([path for path in findings.paths if path not in now])
    outcomes = (
        (path, outcome_of(now.get(path), is_held=path in held)) for path in findings.paths
    )
    unchanged = {outcome_of_state(state): n for state, n in findings.unchanged.items()}
    others = (findings.left_out, findings.problems, publication.site.zone)
    return account_of(outcomes, *others, unchanged)


def newly_hidden(found: Iterable[Finding], stored: Stored) -> tuple[str, ...]:
    """The published files that nobody has changed, and that this feedsvc hides.

    An expired post is not one of them.
    """
    if not stored.is_upgrade:
        return ()
    return tuple(
        sorted(
            f.record.path
            for f in found
            if f.previous
            and f.previous.entry_id
            and f.record.entry_id is None
            and f.claim is None
            and f.record.passed_at is None
            and f.record.digest == f.previous.digest != ""
        )
    )


def held_message(held: HeldSet, source: str) -> str:
    """The message about a set that is held, for the posts of this source."""
    if held.is_emptied:
        start = f"nothing is published: {source} holds no public post; "
        return f"{start}the feeds keep their {held.count} published posts; {held.cure}"
    groups = f" ({', '.join(held.groups)})" if held.groups else ""
    names = [loss.path for loss in held.first]
    rest = f" and {held.count - len(names)} more" if held.count > len(names) else ""
    return (
        f"{held.count} posts are held as {held.name} and stay published: {held.fault}{groups}: "
        f"{', '.join(names)}{rest}; {held.cure}"
    )
