"""Prints tables, reports and progress, for a terminal or for a program."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from feedsvc.cli.output.accounts import print_account
from feedsvc.cli.output.tables import print_json
from feedsvc.core.problems import path_below
from feedsvc.logs import printable
from feedsvc.source.folder import shown_path

# Only a terminal needs rich, and `check` prints no report: what they import takes time.
if TYPE_CHECKING:
    from feedsvc.core.webhook.jobs import Job
    from feedsvc.publishing.report import Report
    from feedsvc.settings.settings import Settings


def print_explanation(rows: list[tuple[str, str, str]]) -> None:
    """Print each field of a post: its name, its value, and the key it was read from."""
    for name, value, origin in rows:
        origin = f"  ({printable(origin)})" if origin else ""
        click.echo(f"{name:<10}  {printable(value)}{origin}")


def print_job(job: "Job", root: str) -> None:
    """Print a job and its report. The paths of the report are shown below `root`."""
    fields = job.to_dict()
    report: dict[str, Any] = fields.pop("report") or {}
    for key, value in fields.items():
        if value not in (None, ""):
            click.echo(f"{key}: {printable(str(value))}")
    for word in ("added", "changed", "withdrawn"):
        if word in report:
            click.echo(f"{word}: {report[word]['count']}")
            for entry in report[word]["entries"]:
                click.echo(f"  {printable(entry['title'])}  {printable(entry['permalink'])}")
    if report:
        click.echo(f"feeds changed: {report['feeds']['count']}")
        held = report.get("held", {"count": 0})  # jobs of an earlier feedsvc do not have it
        if held["count"]:
            click.echo(f"held: {held['count']} ({held['fault']}; {held['cure']})")
            for loss in held.get("entries", ()):
                click.echo(f"  {printable(path_below(root, loss['path']))}")
        click.echo(f"problems: {len(report['problems'])}")
        for problem in report["problems"]:
            path = path_below(root, problem["path"])
            parts = (path, problem["line"], problem["column"])
            location = ":".join(str(part) for part in parts if part)
            click.echo(printable(f"  {location}: {problem['fault']}; {problem['cure']}"))


@contextmanager
def progress_of(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal; elsewhere, a line for every 5,000 done."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
        return

    def line(done: int, total: int) -> None:
        if done and done % 5000 == 0:
            click.echo(f"{what}: {done} of {total}", err=True)

    yield line


def print_report(reports: "list[Report]", folder: str) -> None:
    """Print what successive publishes did, the problems that remain, and the account.

    `folder` is the name of the folder of posts in messages.
    """
    for word in ("added", "changed", "withdrawn"):
        paths = [path for report in reports for path in getattr(report, word)]
        click.echo(f"{word}: {len(paths)}")
        _print_first(paths, len(paths))
    click.echo(f"feeds changed: {len({path for report in reports for path in report.feeds})}")
    click.echo(f"files read: {sum(report.read for report in reports)}")
    held = reports[-1].held_set
    if held:
        click.echo(f"held: {held.count}")
        _print_first([loss.path for loss in held.first], held.count)
    hidden = [path for report in reports for path in report.newly_hidden]
    if hidden:
        click.echo(f"hidden by a rule that is new in this version: {len(hidden)}")
        _print_first(hidden, len(hidden))
    print_problems(reports[-1])
    if reports[-1].account:
        print_account(reports[-1].account, "" if held.is_emptied else folder)


def print_outlook(report: "Report") -> None:
    """Print what subscribers would see, by kind."""
    kinds = {kind: [e.path for e in seen] for kind, seen in report.outlook.kinds().items()}
    click.echo("subscribers would see")
    for kind, paths in kinds.items():
        click.echo(f"{kind}: {len(paths)}")
        _print_first(paths, len(paths))
    click.echo(f"held: {report.held}")


def _print_first(paths: Sequence[str], count: int) -> None:
    for path in paths[:20]:
        click.echo(f"  {printable(path)}")
    if count > len(paths[:20]):
        click.echo(f"  ... and {count - len(paths[:20])} more")


def print_outlook_as_json(report: "Report") -> None:
    """Print what subscribers would see, what is held, and the problems, as one JSON object."""
    whole = report.outlook.to_dict() | {
        "held": report.held_set.to_dict(),
        "newly_hidden": list(report.newly_hidden),
        "feeds": {"count": len(report.feeds), "paths": list(report.feeds)},
        "refused": report.refused,
        "problems": [problem.to_dict() for problem in report.problems],
        "files": report.account and report.account.to_dict(),
    }
    print_json(whole)


def print_problems(report: "Report") -> None:
    """Print the problems of a report, one per line."""
    click.echo(f"problems: {len(report.problems)}")
    for problem in report.problems:
        click.echo(f"  {printable(str(problem))}")


def print_restricted(report: "Report") -> None:
    """Print the posts that a key such as `members_only` hides, grouped by key."""
    paths_of: dict[str, set[str]] = {}
    for problem in report.problems:
        if problem.code == "restricted":
            paths_of.setdefault(problem.text, set()).add(problem.path)
    click.echo(f"hidden by a key that restricts them: {len(set().union(*paths_of.values()))}")
    for key, paths in sorted(paths_of.items()):
        click.echo(f"  {printable(key)}: {len(paths)}")
        for path in sorted(paths):
            withdrawn = "  (would be withdrawn)" if path in report.withdrawn else ""
            click.echo(f"    {printable(path)}{withdrawn}")


def shown_source(settings: "Settings") -> str:
    """The source of posts in messages. The URL of a repository may hold a password."""
    source = settings.source
    if source.git:
        return f"the branch {source.branch} of a repository"
    return shown_path(settings.content.seeds)
