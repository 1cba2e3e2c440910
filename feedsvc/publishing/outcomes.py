"""What became of one file of the folder: published, or why not."""

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

from feedsvc.core.dates import from_microseconds, microseconds, rfc3339
from feedsvc.core.file_records import FileRecord, State
from feedsvc.core.posts.post import Draft, NotAPost, Post, Reading
from feedsvc.core.problems import Problem
from feedsvc.source.folder import Folder
from feedsvc.source.left_out import SUFFIX_LIST

Fate: TypeAlias = Literal[
    "published",
    "hidden",
    "expired",
    "waiting",
    "refused",
    "held",
    "being written",
    "no front matter",
    "other suffix",
    "ignored by name",
    "not chosen",
    "link",
]
FATES: Final[tuple[Fate, ...]] = get_args(Fate)  # in the order in which they are shown

CURES: Final[Mapping[Fate, str]] = {
    "no front matter": "begin each post with front matter: a line ---, then title: and date:, "
    "then a line ---",
    "other suffix": f"the names of posts end in one of {SUFFIX_LIST}; or set content.seeds "
    "(source.path with git) to the folder of your posts",
    "ignored by name": "give posts other names: names that begin with _ . or #, that end with "
    "~ or %, and README and templates are ignored",
    "not chosen": "change content.include and content.exclude",
    "link": "copy the files into the folder: links that lead out of it are not followed",
}


class FileOutcome(NamedTuple):
    """What became of one file.

    `detail` is the key that hides it or the code of the problem. `until` is the time that it
    waits for, in microseconds since 1970. A refused file that `keeps` has an earlier version in
    the feeds.
    """

    fate: Fate
    detail: str = ""
    until: int | None = None
    keeps: bool = False


def outcome_of(record: FileRecord | None, *, is_held: bool = False) -> FileOutcome:
    """What became of a file as the store has it; None if it was never read to its end."""
    if is_held:
        return FileOutcome("held")
    if record is None:
        return FileOutcome("being written")
    match record.state:
        case "published":
            return FileOutcome("published")
        case "held":
            return FileOutcome("waiting", until=record.due_at)
        case "no post":
            return FileOutcome("no front matter")
        case "refused":
            return refused(record.problems, keeps=record.entry_id is not None)
        case "draft" if record.passed_at is not None:
            return FileOutcome("expired")
        case "draft":
            return hidden(record.hidden_by)


def outcome_of_state(state: State) -> FileOutcome:
    """What became of a file that is published or no post, which its state tells alone."""
    return FileOutcome("published" if state == "published" else "no front matter")


def outcome_of_reading(reading: Reading, now: datetime) -> FileOutcome:
    """What a first publish would make of a file that is read."""
    match reading:
        case Post(expires=datetime() as expires) if expires <= now:
            return FileOutcome("expired", until=microseconds(expires))
        case Post() if reading.public_from > now:
            return FileOutcome("waiting", until=microseconds(reading.public_from))
        case Post(retracted=str()):
            return hidden("retracted")
        case Post():
            return FileOutcome("published")
        case Draft():
            return hidden(reading.reason)
        case NotAPost():
            return FileOutcome("no front matter")
        case Problem():
            return refused([reading]) if reading.span.holds(now) else hidden("its dates")


def outcome_of_name(path: str, folder: Folder) -> FileOutcome:
    """The outcome of a file that a survey of the folder did not list."""
    reason = folder.why_left_out(path)
    return FileOutcome(*reason) if reason else FileOutcome("link")


def refused(problems: Iterable[Problem], *, keeps: bool = False) -> FileOutcome:
    """The outcome of a file with these problems. The first that refuses it names the code."""
    codes = (problem.code for problem in problems if problem.refuses)
    return FileOutcome("refused", next(codes, ""), keeps=keeps)


def hidden(reason: str) -> FileOutcome:
    """The outcome of a post that is hidden; of several keys, the first one is named."""
    return FileOutcome("hidden", reason.partition(", ")[0][:60])


def sentence_of(outcome: FileOutcome, zone: tzinfo) -> str:
    """What became of one file, and why, as the end of a sentence that begins with its path."""
    match outcome.fate:
        case "published":
            return "would be published"
        case "hidden":
            return f"is hidden by {outcome.detail}" if outcome.detail else "is hidden"
        case "expired":
            return f"has expired{_at(outcome, zone, ' at ')}"
        case "waiting":
            return f"waits{_at(outcome, zone, ' until ')}"
        case "refused":
            return f"is refused ({outcome.detail})"
        case "being written":
            return "is being written; try again"
        case "no front matter":
            return f"is no post: it has no front matter; {CURES['no front matter']}"
        case "other suffix":
            return f"is no post: its suffix is {outcome.detail}; posts end in {SUFFIX_LIST}"
        case "ignored by name":
            return f"is no post: its path is ignored ({outcome.detail}); rename it"
        case "not chosen":
            return f"is no post: {outcome.detail} leaves it out"
        case "link":
            return f"is no post: it is a link that leads out of the folder; {CURES['link']}"
        case "held":
            return "is held; feedsvc status says why"


def _at(outcome: FileOutcome, zone: tzinfo, words: str) -> str:
    if outcome.until is None:
        return ""
    return words + rfc3339(from_microseconds(outcome.until).astimezone(zone))
