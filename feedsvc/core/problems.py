"""What is wrong with a post, said so that its author can mend it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Span:
    """When a post may be shown: from `begins` on and until `ends`, where these are known."""

    begins: datetime | None = None
    ends: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """True while the post may be shown."""
        begun = self.begins is None or self.begins <= now
        return begun and (self.ends is None or now < self.ends)


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault in a file of the folder, and its cure.

    `line` and `column` count from 1; 0 is the whole file or line. `code` names the kind of
    fault for machines (docs/problems.md), `text` is what offends, as the author wrote it, cut
    short. A problem that `refuses` keeps the file's text out of the feeds, and what the file
    last had published stays, within the `span` that can still be read; any other is a warning.
    Two that read alike are equal.
    """

    path: str
    line: int
    fault: str
    cure: str
    refuses: bool = True
    code: str = field(default="", compare=False)
    column: int = field(default=0, compare=False)
    text: str = field(default="", compare=False)
    span: Span = field(default=Span(), compare=False)

    @property
    def location(self) -> str:
        """Where it is, as editors and compilers write it: `tea.md:3:7`."""
        return ":".join([self.path, *(str(n) for n in (self.line, self.column) if n)])

    def __str__(self) -> str:
        return f"{self.location}: {self.fault}; {self.cure}"

    def to_dict(self) -> dict[str, Any]:
        """The same for programs, whose JSON it becomes."""
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
