"""What a publish knows of the files it has looked at: one frozen value for each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, NamedTuple

from feedsvc.core.file_records import FileRecord, Stamp, State
from feedsvc.core.ledger.identities import Claim
from feedsvc.core.posts.post import Post
from feedsvc.core.problems import Problem
from feedsvc.publishing.reading.post_problems import Position
from feedsvc.source.left_out import LeftOut

_UNREAD: Final = Stamp(-1, 0, 0, 0)  # no file has this stamp


class Positions(NamedTuple):
    """The positions in a file of what can conflict with other posts."""

    key: Position = (1, 0)
    permalink: Position = (1, 0)
    published: Position = (1, 0)


_FIRST_LINE: Final = Positions()


@lru_cache(maxsize=4096)
def shared_positions(*positions: Position) -> Positions:
    """One value for all posts with the same layout, which saves memory."""
    return Positions(*positions)


def positions_of(post: Post) -> Positions:
    """The positions that the problems of a publish point to."""
    return shared_positions(*map(post.position_of, Positions._fields))


@dataclass(frozen=True, slots=True)
class Finding:
    """All that a publish knows of one file that has changed, but its text.

    `record` is what is to be stored, `previous` what is stored now. A file that is to be
    published has a `claim`; `record` lacks its entry id until the id is decided. The text is
    left out, and the entry is in a Spool, because 100,000 texts do not fit in memory. If it
    shares its slug, `plain` is the path of the post that has the plain slug as its key.
    """

    record: FileRecord
    previous: FileRecord | None = None
    claim: Claim | None = None
    permalink: str = ""
    positions: Positions = _FIRST_LINE
    plain: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look at the folder found.

    `missing` are stored files that are not there. Those whose paths are in `gone` are to be
    withdrawn; the others get a second look. Nobody could read the `unsettled` files yet.
    `listed` counts the files that have the name of a post, `read` those that were read. Only
    paths in `scope` were looked at, unless it is None; stored files in `hidden` are in a folder
    that cannot be read. Nobody writes into a folder that `stands`. The posts of missing files
    in `ended` have expired, or their authors hide them in other files: they are withdrawn. The
    posts of those in `retracted` were taken back: their notices stay.
    For an account, `unchanged` counts the listed files that are as they were, by state, `paths`
    are the other listed files, and `left_out` counts those that are no posts.
    """

    files: tuple[Finding, ...] = ()
    missing: tuple[FileRecord, ...] = ()
    gone: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    unsettled: frozenset[str] = frozenset()
    read: int = 0
    listed: int = 0
    scope: Collection[str] | None = None
    hidden: frozenset[str] = frozenset()
    stands: bool = False
    ended: frozenset[str] = frozenset()
    retracted: frozenset[str] = frozenset()
    paths: Sequence[str] = ()
    unchanged: Mapping[State, int] = field(default_factory=dict)
    left_out: LeftOut | None = None

    def previous(self) -> dict[str, FileRecord]:
        """What is stored of the changed and of the missing files, by path."""
        found = {f.record.path: f.previous for f in self.files if f.previous}
        return found | {record.path: record for record in self.missing}

    def saw(self, path: str) -> bool:
        """True if it is known whether there is a file at this path."""
        return path not in self.hidden and (self.scope is None or path in self.scope)

    def without(self, published: Collection[str]) -> "Findings":
        """The findings without the files of new posts, and of posts whose id is published."""
        files = (
            finding
            for finding in self.files
            if finding.previous
            and not (finding.claim and finding.previous.entry_id in published)
        )
        return replace(self, files=tuple(files))

    def released_ids(self) -> set[str]:
        """The ids of entries whose file no longer publishes anything."""
        return {
            finding.previous.entry_id
            for finding in self.files
            if finding.claim is None
            and finding.previous
            and finding.previous.entry_id
            and finding.record.entry_id is None
        }

    def hidden_ids(self) -> set[str]:
        """The ids of the entries that their authors hide, or that have expired."""
        ended = {r.entry_id for r in self.missing if r.path in self.ended and r.entry_id}
        return self.released_ids() | ended


def unread(record: FileRecord) -> FileRecord:
    """The record, changed so that the next look reads the file whatever its stamp is."""
    return replace(record, stamp=_UNREAD, digest="")
