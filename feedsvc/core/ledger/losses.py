"""Losses: entries that would leave the feeds because of their files, and sets that are held."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from feedsvc.core.problems import path_below

LossKind: TypeAlias = Literal["withdrawn", "re-identified"]

MOST_SHOWN: Final = 10  # losses of a set that are named
EMPTY: Final = "empty"  # the reason if the folder has no post
MANY: Final = "many"  # the reason if too many entries would be lost; else the name of a group


@dataclass(frozen=True, slots=True)
class Loss:
    """A published entry that would leave the feeds: its file is gone, or has another id now.

    `path` is the file that published it.
    """

    entry_id: str
    kind: LossKind
    path: str
    title: str


@dataclass(frozen=True, slots=True)
class HeldLoss(Loss):
    """A loss that waits for somebody to accept it; the entry is still published.

    `reason` is EMPTY, MANY, or the name of the feed or folder that would lose every entry.
    `since` is in microseconds since 1970.
    """

    reason: str
    since: int


@dataclass(frozen=True, slots=True)
class PublishedLoss:
    """A loss that was published, with the groups that had the entry: see `group_names`."""

    entry_id: str
    at: int  # microseconds since 1970
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LossBook:
    """What a publish writes of losses: those held `before` it and after it, and published ones.

    If it `forgets`, losses that were published earlier no longer count.
    """

    before: tuple[HeldLoss, ...] = ()
    held: tuple[HeldLoss, ...] = ()
    published: tuple[PublishedLoss, ...] = ()
    forgets: bool = False

    def __bool__(self) -> bool:
        """False if there is nothing to write."""
        return bool(self.published or self.forgets or set(self.before) != set(self.held))

    def announces(self) -> bool:
        """True if something is held that was not held before."""
        return not members_of(self.held) <= members_of(self.before)


@dataclass(frozen=True, slots=True)
class HeldSet:
    """The losses that are held, in short; the first of them by path. False if there is none.

    The name is a digest of the ids and kinds, so it changes with the set.
    """

    name: str = ""
    count: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    first: tuple[HeldLoss, ...] = ()
    groups: tuple[str, ...] = ()  # feeds and folders that would lose every entry
    is_emptied: bool = False  # the folder has no post

    def __bool__(self) -> bool:
        return self.count > 0

    @property
    def fault(self) -> str:
        """Why they are held. It has no name or text of an author."""
        if not self:
            return ""
        if self.is_emptied:
            return "the folder holds no public post"
        what = " or ".join(_WORDS[kind] for kind in sorted(self.kinds, reverse=True))
        if self.groups:
            return f"all posts of a feed or a folder would {what}"
        return f"so many posts would {what} at once"

    @property
    def command(self) -> str:
        """The command that lets them through; empty if nothing is held."""
        return f"feedsvc publish --accept {self.name}" if self else ""

    @property
    def cure(self) -> str:
        """What to do about them."""
        if not self:
            return ""
        return (
            "put the posts back as they were (is a volume not mounted?), or let them go with "
            f"{self.command}"
        )

    def below(self, root: str) -> "HeldSet":
        """The set with its paths below `root`: see path_below."""
        first = tuple(replace(loss, path=path_below(root, loss.path)) for loss in self.first)
        groups = (
            folder_group(path_below(root, group.removeprefix(_FOLDER)))
            if group.startswith(_FOLDER)
            else group
            for group in self.groups
        )
        return replace(self, first=first, groups=tuple(groups))

    def to_dict(self) -> dict[str, Any]:
        """The set as JSON, for reports and messages."""
        return {
            "name": self.name,
            "count": self.count,
            "kinds": dict(self.kinds),
            "entries": [
                {"id": each.entry_id, "kind": each.kind, "path": each.path, "title": each.title}
                for each in self.first
            ],
            "groups": list(self.groups),
            "fault": self.fault,
            "cure": self.cure,
            "command": self.command,
        }


_FOLDER: Final = "folder "
_WORDS: Final = {"withdrawn": "be withdrawn", "re-identified": "get new ids"}


def held_set(losses: Iterable[HeldLoss]) -> HeldSet:
    """The set of these losses."""
    held = sorted(losses, key=lambda loss: (loss.path, loss.entry_id))
    if not held:
        return HeldSet()
    members = "\n".join(f"{i}\t{kind}" for i, kind in sorted(members_of(held)))
    reasons = dict.fromkeys(loss.reason for loss in held)
    groups = () if MANY in reasons else tuple(r for r in reasons if r != EMPTY)
    return HeldSet(
        hashlib.sha256(members.encode()).hexdigest()[:12],
        len(held),
        Counter(loss.kind for loss in held),
        tuple(held[:MOST_SHOWN]),
        groups[:MOST_SHOWN],
        EMPTY in reasons,
    )


def group_names(path: str, feed_paths: Iterable[str]) -> tuple[str, ...]:
    """The groups of an entry: its feeds, and the top-level folder of its file if it has one."""
    folder, slash, _ = path.partition("/")
    feeds = [feed_group(feed_path) for feed_path in feed_paths]
    return (*feeds, folder_group(folder)) if slash else tuple(feeds)


def feed_group(feed_path: str) -> str:
    """The name of the group of all entries of a feed."""
    return f"feed /{feed_path}"


def folder_group(folder: str) -> str:
    """The name of the group of all entries from a top-level folder."""
    return f"{_FOLDER}{folder}"


def members_of(losses: Iterable[Loss]) -> frozenset[tuple[str, str]]:
    """The ids and kinds of these losses, which identify a set."""
    return frozenset((loss.entry_id, loss.kind) for loss in losses)
