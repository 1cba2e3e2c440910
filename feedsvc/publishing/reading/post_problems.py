"""Problems of posts that appear only when a post is published: conflicts with others, dates."""

from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from feedsvc.core.dates import rfc3339
from feedsvc.core.posts.slug_keys import shared_key
from feedsvc.core.problems import Problem

Position: TypeAlias = tuple[int, int]  # line and column


def twin_problem(path: str, owner: str, key: str, position: Position) -> Problem:
    """The problem of a post whose key another post already has."""
    fault = f"it has the same key (guid, slug, or name of the file) as {owner}"
    line, column = position
    text = key.partition(":")[2]
    cure = "give it its own"
    problem = Problem(path, line, fault, cure, code="twin", column=column, text=text)
    return replace(problem, others=(owner,))


def copy_warning(path: str, original: str) -> Problem:
    """The warning about a copy of a published post, which waits."""
    fault = f"it is a copy of {original} and waits until both are unchanged for a minute"
    cure = "delete one of them, or wait: then it is a post of its own"
    return replace(_warning(path, "copy", fault, cure, (1, 0)), others=(original,))


def shared_slug_warning(
    path: str, other: str, key: str, position: Position, *, waits: bool = False
) -> Problem:
    """The warning about a post that is published although another one has its slug.

    `key` is the key that it has therefore. If it `waits`, it may be a copy.
    """
    fault = f"it has the same slug as {other}, so its key is {key.partition(':')[2]}"
    if waits:
        fault += "; it waits until both are unchanged for a minute, because it may be a copy"
    text = shared_key(key).partition(":")[2]
    warning = _warning(path, "twin", fault, "give it its own", position, text)
    return replace(warning, others=(other,))


def one_page_problem(path: str, other: str, permalink: str, position: Position) -> Problem:
    """The warning about a post that has the permalink of another post."""
    fault = f"its permalink is {permalink}, which is also the permalink of {other}"
    cure = "give it a permalink or a slug of its own"
    warning = _warning(path, "one-page", fault, cure, position, permalink)
    return replace(warning, others=(other,))


def first_date_warning(path: str, first_date: datetime, position: Position) -> Problem:
    """The warning about a published post whose author has changed its date."""
    fault = f"its date was {rfc3339(first_date)} when it was published; readers keep that date"
    cure = "to publish it as a new entry, save it with draft: true for a minute"
    return _warning(path, "first-date", fault, cure, position)


def lookalike_warning(path: str, keys: tuple[str, ...], position: Position) -> Problem:
    """The warning about a new post that may be one of the withdrawn posts with these keys."""
    kind, _, name = keys[0].partition(":")
    old = f"{keys[0]}" if len(keys) == 1 else f"{keys[0]} and {len(keys) - 1} more"
    fault = f"it is a new entry, but a withdrawn post has the same title, date and text: {old}"
    same = f"move it back to {name}" if kind == "path" else f"write {kind}: {name}"
    cure = f"if it is that post, {same}; otherwise leave it as it is"
    return _warning(path, "lookalike", fault, cure, position)


def future_update_warning(path: str, updated: datetime, position: Position) -> Problem:
    """The warning about an `updated` that is later than the clock."""
    fault = f"updated: {rfc3339(updated)} is in the future and has no effect until then"
    return _warning(path, "future-update", fault, "write the date of the edit", position)


def expired_before_warning(path: str, expires: datetime, position: Position) -> Problem:
    """The warning about a post that expired before the clock was put back."""
    fault = f"it expired at {rfc3339(expires)}, before the clock was put back; it stays hidden"
    cure = "to show it again, change the date of its expiry"
    return _warning(path, "expired-before", fault, cure, position)


def retracted_copy_warning(path: str, entry_id: str, position: Position) -> Problem:
    """The warning about a new post with the text of a post that was taken back."""
    fault = f"it has the text of {entry_id}, which was retracted, so it is not published"
    cure = "to publish it, edit its text, or undo the retraction with feedsvc retract --undo"
    return _warning(path, "retracted-copy", fault, cure, position)


def lost_front_matter_problem(path: str) -> Problem:
    """The problem of a published post that no longer has front matter."""
    fault, cure = "its front matter is gone", "put it back, or delete the file"
    return Problem(path, 1, fault, cure, code="front-matter-gone")


def _warning(
    path: str, code: str, fault: str, cure: str, position: Position, text: str = ""
) -> Problem:
    line, column = position
    return Problem(path, line, fault, cure, False, code, column, text)
