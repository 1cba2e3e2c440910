"""Defines what the store keeps about each file: its stamp, state and problems."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from feedsvc.core.problems import Problem

State: TypeAlias = Literal["published", "draft", "held", "refused", "no post"]


class Stamp(NamedTuple):
    """File system metadata: a file has changed if any of these has."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class HiddenPost:
    """The post in a file that is hidden, as far as it can be read.

    `key` and `published` are what its post would have. The digests are those of LedgerEntry;
    `body_digest` is empty if the text is too short to recognise a post.
    """

    key: str
    title_digest: str
    body_digest: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file as it was last read; `digest` is a hash of its bytes.

    `entry_id` is the id of its entry in the feeds. `key` is the key of that entry, or of the
    last one if the post is hidden now. If another
    file has the key of this one, `wants` is that key. The file is read again at `due_at` even
    if it has not changed. It is missing since `missing_since`. `measured` are the attached
    files, as the post names them, and the length in octets that the feeds give for each.

    `passed_at` is a date in the post that has passed: the release of a published post, or the
    expiry of an expired one. It counts as passed even if the clock is set back. A published
    post expires at `ends_at`. A file that its author hides has the post in `hides`, and the
    keys that hide it in `hidden_by`. It is read again when the title, the subtitle or the email
    of the site changes if it `names_site`. All times are in microseconds since 1970.
    """

    path: str
    stamp: Stamp
    digest: str
    state: State
    entry_id: str | None = None
    due_at: int | None = None
    missing_since: int | None = None
    problems: tuple[Problem, ...] = ()
    key: str = ""
    wants: str = ""
    measured: tuple[tuple[str, int | None], ...] = ()
    passed_at: int | None = None
    ends_at: int | None = None
    hides: HiddenPost | None = None
    hidden_by: str = ""
    names_site: bool = False
