"""Formats what `feedsvc check` prints: as text, as JSON, for GitHub."""

import json
from collections.abc import Callable, Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final

from feedsvc.cli.output.accounts import account_lines
from feedsvc.logs import json_escaped
from feedsvc.publishing.account import no_posts
from feedsvc.publishing.check import Checked
from feedsvc.publishing.outcomes import sentence_of


def as_text(checked: Checked, folder: str, zone: tzinfo) -> Iterator[str]:
    """A line for each problem, which editors can follow; then what became of the files.

    A line has path, line, column, fault, cure and code. `folder` is empty if one file was
    checked.
    """
    for p in checked.problems:
        yield f"{p.location}: {p.fault}; {p.cure} [{p.code}]"
    if folder:
        yield from account_lines(checked.account)
        yield from filter(None, [no_posts(checked.account, folder)])
        return
    for path, outcome in checked.outcomes.items():
        yield f"{path} {sentence_of(outcome, zone)}"


def as_json(checked: Checked, folder: str, zone: tzinfo) -> Iterator[str]:
    """The lines of a JSON object: the problems, and what became of the files."""
    whole: dict[str, Any] = {
        "problems": [problem.to_dict() for problem in checked.problems],
        "files": checked.account.to_dict(),
    }
    if not folder:
        whole["file"] = [
            {"path": path, "fate": outcome.fate, "why": sentence_of(outcome, zone)}
            for path, outcome in checked.outcomes.items()
        ]
    text = json.dumps(whole, ensure_ascii=False, indent=2)
    return map(json_escaped, text.split("\n"))


def as_github(checked: Checked, _folder: str, _zone: tzinfo) -> Iterator[str]:
    """A workflow command for each problem. GitHub shows it at the line of the file."""
    for p in checked.problems:
        properties = [f"file={_escaped(p.path, ':,')}"]
        properties += [f"line={p.line}"] if p.line else []
        properties += [f"col={p.column}"] if p.column else []
        properties += [f"title={p.code}"]
        kind = "error" if p.refuses else "warning"
        message = _escaped(f"{p.fault}; {p.cure}", "")
        yield f"::{kind} {','.join(properties)}::{message}"


def _escaped(text: str, more: str) -> str:
    for char in "%\r\n" + more:
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def path_in_repository(folder: str) -> str:
    """A folder as GitHub writes it: relative to the root of the repository around it.

    The repository is that of the current folder, or else that of the folder itself. Links are
    not followed: they are files of the repository. Without a repository, the folder as it is.
    """
    absolute = Path.cwd() / folder
    for start in (Path.cwd(), absolute):
        for root in (start, *start.parents):
            if (root / ".git").exists() and absolute.is_relative_to(root):
                return absolute.relative_to(root).as_posix()
    return folder


FORMATS: Final[dict[str, Callable[[Checked, str, tzinfo], Iterator[str]]]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
}
