"""Prints tables: for people, as JSON, or as CSV. A value is never broken in two lines."""

import csv
import io
import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias, TypeVar

import click

from feedsvc.core.dates import rfc3339
from feedsvc.logs import json_escaped, printable, takes_utf_8

Cell: TypeAlias = str | int | datetime | None
Row: TypeAlias = Sequence[Cell]

_F = TypeVar("_F", bound=Callable[..., Any])
_WIDEST: Final = 60  # columns of a terminal; a longer value moves the rest of its line
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")


def format_option(function: _F) -> _F:
    """The option `--format` of a command that prints a table."""
    return click.option(
        "--format",
        "format_name",
        type=click.Choice(["text", "json", "csv"]),
        default="text",
        help="text for people, json for programs, csv for spreadsheets.",
    )(function)


def print_table(
    headings: Sequence[str], rows: Iterable[Row], format_name: str = "text"
) -> None:
    """Print rows in a format of `format_option`.

    As text, they are aligned below headings on a terminal; elsewhere, tabs are between the
    fields. In JSON and CSV, a time is that of RFC 3339.
    """
    match format_name:
        case "json":
            _print_json(headings, rows)
        case "csv":
            _print_csv(headings, rows)
        case _:
            _print_text(headings, [[_as_text(cell) for cell in row] for row in rows])


def utc(when: datetime | None) -> str:
    """A time in UTC with seconds; empty if there is none."""
    return f"{when:%Y-%m-%d %H:%M:%S}Z" if when else ""


def _as_text(cell: Cell) -> str:
    if cell is None or isinstance(cell, datetime):
        return utc(cell)
    return printable(str(cell))


def _print_text(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """The terminal wraps a line that is too long, and copies it as one line."""
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(row))
        return
    table = [headings, *rows]
    widths = [min(max(map(_width, column)), _WIDEST) for column in zip(*table, strict=True)]
    for row in table:
        cells = (cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    """How many columns of a terminal a text takes: two for a Chinese character."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def _print_json(headings: Sequence[str], rows: Iterable[Row]) -> None:
    names = [heading.replace(" ", "_") for heading in headings]
    print_json([dict(zip(names, map(_for_programs, row), strict=True)) for row in rows])


def print_json(value: object) -> None:
    """Print a value as JSON. Characters that could control a terminal are escaped."""
    text = json.dumps(value, ensure_ascii=not takes_utf_8(sys.stdout), indent=2)
    click.echo("\n".join(map(json_escaped, text.split("\n"))))


def _for_programs(cell: Cell) -> str | int | None:
    return rfc3339(cell) if isinstance(cell, datetime) else cell


def _print_csv(headings: Sequence[str], rows: Iterable[Row]) -> None:
    """RFC 4180, with a line of headings. No text is read as a formula by a spreadsheet."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(heading.replace(" ", "_") for heading in headings)
    writer.writerows(map(_for_spreadsheets, row) for row in rows)
    click.echo(lines.getvalue(), nl=False)


def _for_spreadsheets(cell: Cell) -> str | int | None:
    plain = _for_programs(cell)
    if not isinstance(plain, str):
        return plain
    text = printable(plain)
    return f"'{text}" if plain.lstrip().startswith(_FORMULA) else text
