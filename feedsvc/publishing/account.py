"""Accounts for every file of the folder: what became of it, in counts that add up."""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from feedsvc.core.dates import from_microseconds, rfc3339
from feedsvc.core.problems import Problem, path_below
from feedsvc.publishing.outcomes import CURES, FATES, Fate, FileOutcome
from feedsvc.source.left_out import LeftOut

NOTHING: Final[Mapping[FileOutcome, int]] = {}
MOST_NAMED: Final = 3  # files of each kind
MOST_DETAILS: Final = 10  # kinds of one fate; the rest is one number
_POSTS: Final[tuple[Fate, ...]] = (
    *("published", "hidden", "expired", "waiting", "refused", "held", "being written"),
)
_REST: Final = "others"


@dataclass(frozen=True, slots=True)
class Detail:
    """How many files have the same detail, and the first of them by path."""

    count: int
    first: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The detail as JSON."""
        return {"count": self.count} | ({"first": [*self.first]} if self.first else {})


@dataclass(frozen=True, slots=True)
class Group:
    """The files with the same fate: how many, and by detail, the most frequent first."""

    count: int
    details: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the files of a folder. Each file is in one group.

    `soonest` are the files that wait for the earliest times. `keeping` counts refused files
    whose earlier version is in the feeds. Files in the `closed` folders are not counted.
    """

    groups: Mapping[Fate, Group] = field(default_factory=dict)
    soonest: tuple[tuple[datetime, str], ...] = ()
    keeping: int = 0
    closed: int = 0

    @property
    def total(self) -> int:
        """How many files there are."""
        return sum(group.count for group in self.groups.values())

    @property
    def has_posts(self) -> bool:
        """True if a file is a post, published or not."""
        return any(fate in self.groups for fate in _POSTS)

    def below(self, root: str) -> "Account":
        """The account with its paths below `root`: see path_below."""

        def shown(group: Group) -> Group:
            details = {
                name: replace(each, first=tuple(path_below(root, path) for path in each.first))
                for name, each in group.details.items()
            }
            return replace(group, details=details)

        return replace(
            self,
            groups={fate: shown(group) for fate, group in self.groups.items()},
            soonest=tuple((until, path_below(root, path)) for until, path in self.soonest),
        )

    def to_dict(self) -> dict[str, Any]:
        """The account as JSON. `total` is the sum of the other counts."""
        groups: dict[str, Any] = {"total": self.total}
        for fate in FATES:
            group = self.groups.get(fate, Group(0))
            value: dict[str, Any] = {"count": group.count}
            if group.details:
                value["by"] = {name: each.to_dict() for name, each in group.details.items()}
            if fate == "waiting":
                value["soonest"] = [
                    {"path": path, "until": rfc3339(until)} for until, path in self.soonest
                ]
            if fate == "refused":
                value["keeping"] = self.keeping
            groups[fate.replace(" ", "_")] = value
        return groups | {"closed_folders": self.closed}


NO_FILES: Final = Account()


def account_of(
    outcomes: Iterable[tuple[str, FileOutcome]],
    left_out: LeftOut | None,
    problems: Iterable[Problem],
    zone: tzinfo = UTC,
    unchanged: Mapping[FileOutcome, int] = NOTHING,
) -> Account:
    """The account of these files, of files that are `left_out`, and of those with `problems`.

    The problems are those of files that are not among the outcomes. Times are in `zone`.
    `unchanged` files are not refused and do not wait, and are counted already.
    """
    left_out = left_out or LeftOut()
    counts: dict[Fate, Counter[str]] = {}
    first: dict[tuple[Fate, str], list[str]] = {}
    waiting: list[tuple[int, str]] = []
    keeping = 0
    unreadable = [
        (problem.path, FileOutcome("refused", problem.code))
        for problem in problems
        if problem.refuses and problem.path not in left_out.closed
    ]
    for paths in (outcomes, unreadable):
        for path, (fate, detail, until, keeps) in paths:
            counts.setdefault(fate, Counter())[detail] += 1
            keeping += keeps
            if fate == "waiting" and until is not None:
                waiting.append((until, path))
            if fate == "refused":
                named = first.setdefault((fate, detail), [])
                if len(named) < MOST_NAMED:
                    named.append(path)
    for (fate, detail, _, _), files in unchanged.items():
        counts.setdefault(fate, Counter())[detail] += files
    for cause, counter in left_out.counts.items():
        counts.setdefault(cause, Counter()).update(counter)
    groups = {fate: _group(fate, counts[fate], first) for fate in FATES if fate in counts}
    soonest = [
        (from_microseconds(until).astimezone(zone), path)
        for until, path in heapq.nsmallest(MOST_NAMED, waiting)
    ]
    return Account(groups, tuple(soonest), keeping, len(left_out.closed))


def _group(
    fate: Fate, counter: Counter[str], first: Mapping[tuple[Fate, str], list[str]]
) -> Group:
    ordered = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    shown, rest = ordered[:MOST_DETAILS], ordered[MOST_DETAILS:]
    details = {
        name: Detail(count, tuple(first.get((fate, name), ()))) for name, count in shown if name
    }
    if rest:
        details[_REST] = Detail(sum(count for _, count in rest))
    return Group(counter.total(), details)


def no_posts(account: Account, folder: str) -> str:
    """The message that a folder has no posts, with the likely cure; empty if it has some."""
    if account.has_posts:
        return ""
    if not account.total:
        if account.closed:
            return f"no files in {folder} can be read; let feedsvc read its folders"
        return f"no files in {folder}; {_WRITE_ONE}"
    most = max(account.groups, key=lambda fate: account.groups[fate].count)
    fault = f"no posts among the {account.total} files in {folder}"
    if account.total == 1:
        fault = f"the only file in {folder} is no post"
    return f"{fault}; {CURES.get(most, _WRITE_ONE)}"


_WRITE_ONE: Final = (
    "write a post there, or set content.seeds (source.path with git) to the folder of your "
    "posts"
)
