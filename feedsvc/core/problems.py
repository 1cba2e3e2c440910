"""Defines the problems of posts, with a fault and a cure for the author."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Span:
    """The time in which a post may be shown; None is an open end."""

    begins: datetime | None = None
    ends: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """True if the post may be shown at `now`."""
        begun = self.begins is None or self.begins <= now
        return begun and (self.ends is None or now < self.ends)


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault in a file of the folder, and its cure.

    `line` and `column` count from 1; 0 means the whole file or line. `code` is the kind of
    fault for programs (docs/problems.md). `text` is the faulty text, cut short. A problem that
    `refuses` keeps the new version of the file out of the feeds; the last published version
    stays, within `span`. Any other problem is a warning. `others` are the paths of other files
    that `fault` names. `warnings` are those about the same file that were found before it was
    refused. Problems with equal position, fault and cure are equal.
    """

    path: str
    line: int
    fault: str
    cure: str
    refuses: bool = True
    code: str = field(default="", compare=False)
    column: int = field(default=0, compare=False)
    text: str = field(default="", compare=False)
    others: tuple[str, ...] = field(default=(), compare=False)
    span: Span = field(default=Span(), compare=False)
    warnings: "tuple[Problem, ...]" = field(default=(), compare=False)

    @property
    def location(self) -> str:
        """The position in the form that editors and compilers use: `tea.md:3:7`."""
        return ":".join([self.path, *(str(n) for n in (self.line, self.column) if n)])

    def __str__(self) -> str:
        return f"{self.location}: {self.fault}; {self.cure}"

    def below(self, root: str) -> "Problem":
        """The problem with its paths below `root`: see path_below."""
        fault = self.fault
        for other in self.others:
            named = rf"(?<= ){re.escape(other)}(?![^ ,;])"
            fault = re.sub(named, lambda _: path_below(root, other), fault, count=1)  # noqa: B023
        return replace(self, path=path_below(root, self.path), fault=fault)

    def to_dict(self) -> dict[str, Any]:
        """The problem as a dict, for JSON."""
        return {
            "path": self.path,
            "line": self.line or None,
            "column": self.column or None,
            "severity": "error" if self.refuses else "warning",
            "code": self.code,
            "fault": self.fault,
            "cure": self.cure,
            "text": self.text,
        }


def path_below(root: str, path: str) -> str:
    """A path of the folder of posts as its reader can open it.

    `root` is the folder as the reader writes it; empty if the reader is in it.
    """
    if root in ("", "."):
        return path
    return root if path == "." else f"{root.rstrip('/')}/{path}"
