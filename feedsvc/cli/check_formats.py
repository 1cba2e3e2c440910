"""Formats the problems that `feedsvc check` prints: as text, as JSON, for GitHub."""

import json
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import Final

from feedsvc.core.problems import Problem


def as_text(problems: Iterable[Problem], root: str) -> list[str]:
    """A line for each problem: path, line, column, fault and cure. Editors can follow it."""
    return [f"{_below(root, p.location)}: {p.fault}; {p.cure} [{p.code}]" for p in problems]


def as_json(problems: Iterable[Problem], root: str) -> list[str]:
    """The lines of a JSON array with an object for each problem."""
    rows = [p.to_dict() | {"path": _below(root, p.path)} for p in problems]
    lines = json.dumps(rows, ensure_ascii=False, indent=2).split("\n")
    return ["".join(map(_json_char, line)) for line in lines]


def _json_char(char: str) -> str:
    """The character, or its JSON escape if it could control a terminal."""
    return char if char.isprintable() else json.dumps(char)[1:-1]


def as_github(problems: Iterable[Problem], root: str) -> list[str]:
    """A workflow command for each problem. GitHub shows it at the line of the file."""
    lines = []
    for p in problems:
        properties = [f"file={_escaped(_below(root, p.path), ':,')}"]
        properties += [f"line={p.line}"] if p.line else []
        properties += [f"col={p.column}"] if p.column else []
        properties += [f"title={p.code}"]
        kind = "error" if p.refuses else "warning"
        message = _escaped(f"{p.fault}; {p.cure}", "")
        lines.append(f"::{kind} {','.join(properties)}::{message}")
    return lines


def _escaped(text: str, more: str) -> str:
    for char in "%\r\n" + more:
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def _below(root: str, path: str) -> str:
    return str(PurePosixPath(root) / path)


FORMATS: Final[dict[str, Callable[[Iterable[Problem], str], list[str]]]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
}
