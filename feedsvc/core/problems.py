"""What is wrong with a post, said so that its author can mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault in a file of the folder, and its cure; `line` counts from 1, 0 is the whole file.

    A problem that `refuses` keeps the file's text out of the feeds, and what the file last had
    published stays; any other is a warning.
    """

    path: str
    line: int
    fault: str
    cure: str
    refuses: bool = True

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.fault}; {self.cure}"
