"""What is known of a file of the folder: how it looked, and what came of it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from feedsvc.core.problems import Problem

State: TypeAlias = Literal["published", "draft", "held", "refused", "no post"]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the file system says of a file: it has changed when any of these has (F9)."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file when it was last read; `digest` is of its bytes.

    `entry_id` is of the entry that it has in the feeds, `key` the key that it has it under;
    where another file has its key, that is the key which it `wants`. It is to be read again at
    `due_at`, though nothing has changed; it has not been there since `missing_since`. Both are
    microseconds since 1970. `measured` are attached files, as the post names them, with the
    octets that were announced of each.

    `passed_at` is a date in the post that has come, in microseconds since 1970: for a published
    post the one that it waited for, for an expired post its expiry. While the clock is behind
    that date (it was put back), the date still counts as passed.
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
