"""How long a copy of a published post waits until it is a post of its own."""

from typing import Final

COPY_WAIT: Final = 60_000_000  # microseconds for which both files must have been unchanged


def stands_from(changed_at: int, due_at: int | None, now: int) -> int:
    """When a copy becomes a post of its own, if neither file changes. Times in microseconds.

    `changed_at` is the last change of either file, `due_at` what this function returned at the
    last look, if there was one. If the last change is later than `now`, the clock of one of the
    machines is wrong, or was set back: then the wait begins at the first look.
    """
    if changed_at <= now:
        return changed_at + COPY_WAIT
    if due_at is not None and not is_impossible(due_at, now):
        return due_at
    return now + COPY_WAIT


def is_impossible(due_at: int, now: int) -> bool:
    """True if a copy cannot wait so long: the clock was set back since."""
    return due_at > now + COPY_WAIT
