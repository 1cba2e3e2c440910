"""The commands that read the posts once and end: publish, check, export."""

import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

import click

from feedsvc.cli.check_formats import FORMATS, path_in_repository
from feedsvc.cli.printing import (
    print_explanation,
    print_outlook,
    print_outlook_as_json,
    print_problems,
    print_report,
    print_restricted,
    progress_of,
    shown_source,
)
from feedsvc.cli.wiring import (
    guard_of,
    ledger_file_of,
    limits_of,
    settings_from,
    settings_options,
    source_to_read,
    warn_unkept,
)
from feedsvc.errors import StoreLocked
from feedsvc.logs import printable
from feedsvc.publishing.check import check as check_folder
from feedsvc.publishing.check import explain_file
from feedsvc.publishing.export import export
from feedsvc.publishing.holding import WHATEVER
from feedsvc.publishing.publish import preview, publish
from feedsvc.publishing.report import Report, held_message
from feedsvc.publishing.shared_addresses import shared_addresses
from feedsvc.publishing.shared_store import refuse_other_folder
from feedsvc.settings.settings import Settings
from feedsvc.settings.site import site_of
from feedsvc.source.folder import Folder, shown_path
from feedsvc.store.store import Store, open_sound_store, store_to_try

_SETTLE_SECONDS: Final = 10
_LOCKED_SECONDS: Final = 5  # as long as a watcher beside this command may publish
_T = TypeVar("_T")


@click.command("publish")
@settings_options
@click.option("--dry-run", is_flag=True, help="Report what would be published; write nothing.")
@click.option(
    "--accept",
    metavar="[NAME]",
    is_flag=False,
    flag_value=WHATEVER,
    default="",
    help="Let the losses through that are held as NAME, or all that are due now.",
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json"]),
    default="text",
    help="With --dry-run: text for people, json for programs.",
)
def publish_command(
    config: Path | None, seeds: Path | None, dry_run: bool, accept: str, format_name: str
) -> None:
    """Scan the folder once, publish, and report.

    Many posts that would be withdrawn or get new ids at once are held: they stay published
    until their files are back, or --accept lets them go. Ends with 1 if a post was refused, and
    with 3 while something is held.
    """
    if format_name == "json" and not dry_run:
        raise click.UsageError("--format json needs --dry-run")
    settings = settings_from(config, seeds)
    shared: list[str] = []
    if dry_run and format_name == "json":
        report = _rehearse(settings, accept=accept)
        print_outlook_as_json(report)
        _exit_after(report, settings)
        return
    if dry_run:
        reports = [_rehearse(settings, accept=accept)]
    else:
        with closing(open_sound_store(settings.store.url, limits_of(settings))) as store:
            reports = _publish_settled(settings, store, accept=accept)
            shared = shared_addresses(store, settings.redirects.presets)
    print_report(reports, shown_source(settings))
    if shared:
        click.echo(f"old addresses that several names share: {len(shared)}")
    for line in shared:
        click.echo(f"  {printable(line)}")
    if dry_run:
        print_outlook(reports[-1])
        print_restricted(reports[-1])
    _exit_after(reports[-1], settings)


@click.command()
@settings_options
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    default="text",
    help="text for people, json for programs, github for the checks of a pull request.",
)
@click.option("--explain", is_flag=True, help="Show how each field of one post is read.")
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
def check(
    config: Path | None, seeds: Path | None, format_name: str, explain: bool, path: Path | None
) -> None:
    """Read posts as publish does and print every problem; write nothing.

    PATH is a post or a folder of posts. Default: the folder of the settings. Ends with 0 if
    there are no problems or only warnings, with 1 if a post would be refused, and with 2 if
    nothing could be checked.
    """
    settings = settings_from(config, seeds)
    checked = _to_check(settings, path)
    content, site = settings.content, site_of(settings)
    folder = Folder(checked.root, 0, content.include, content.exclude)
    if explain:
        if checked.only is None:
            raise click.UsageError("--explain needs the PATH of a post")
        (only,) = checked.only
        print_explanation(explain_file(folder, site, only, checked.shown_root))
        return
    found = check_folder(folder, site, checked.only, settings.redirects.presets)
    shown_root = checked.shown_root
    if format_name == "github" and not settings.source.git:
        shown_root = path_in_repository(shown_root)
    named = "" if checked.only else checked.shown_root or shown_source(settings)
    for line in FORMATS[format_name](found.below(shown_root), named, site.zone):
        click.echo(printable(line))
    if any(problem.refuses for problem in found.problems):
        sys.exit(1)


@dataclass(frozen=True, slots=True)
class _ToCheck:
    """The folder to check, how messages name it, and the path of one post in it, if any."""

    root: Path
    shown_root: str
    only: set[str] | None = None


def _to_check(settings: Settings, path: Path | None) -> _ToCheck:
    """What to check; by default the folder of the settings.

    A post below the folder of posts is read as a part of that folder.
    """
    if path and path.is_dir():
        return _ToCheck(path, path.as_posix())
    if settings.source.git:
        source = source_to_read(settings)
        posts, shown_root = source.folder.root, source.shown_root
    else:
        posts = settings.content.seeds
        shown_root = shown_path(posts)
    if path is None:
        return _ToCheck(posts, shown_root)
    real = path.parent.resolve() / path.name
    if not real.is_relative_to(posts.resolve()):
        posts, shown_root = path.parent, path.parent.as_posix()
    return _ToCheck(posts, shown_root, {real.relative_to(posts.resolve()).as_posix()})


@click.command("export")
@settings_options
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def export_command(config: Path | None, seeds: Path | None, directory: Path) -> None:
    """Publish, then write every feed as a file below DIRECTORY.

    Ends as publish does. Posts that are held are in the files.
    """
    settings = settings_from(config, seeds)
    store = open_sound_store(settings.store.url, limits_of(settings))
    reports = _publish_settled(settings, store, accept="")
    with progress_of("Writing feeds") as progress:
        written, total = export(store, directory, settings.feeds.aliases, progress)
    click.echo(f"{written} of {total} files written below {directory}")
    if reports[-1].refused:
        print_problems(reports[-1])
    _exit_after(reports[-1], settings)


def _publish_settled(settings: Settings, store: Store, *, accept: str) -> list[Report]:
    """Publish until no file is being written and no file has just vanished."""
    source, site = source_to_read(settings), site_of(settings)
    ledger_file = ledger_file_of(settings)
    warn_unkept(ledger_file)
    refuse_other_folder(source, store)
    source.update()
    if ledger_file:
        ledger_file.fill(store)
    until = time.monotonic() + _SETTLE_SECONDS
    reports: list[Report] = []
    with progress_of("Reading posts") as progress:

        def publish_once() -> Report:
            folder = source.folder_to_read()
            if reports:
                time.sleep(max(folder.quiet, 0.1))
            now = datetime.now(UTC)
            shown = None if reports else progress
            # A set is accepted once; the files that have just vanished get a second look.
            accepted = accept if accept == WHATEVER or not reports else ""
            return publish(
                *(folder, store, site, now),
                progress=shown,
                accept=accepted,
                guard=guard_of(settings),
                accounts=True,
            )

        while not reports or (reports[-1].unsettled and time.monotonic() < until):
            reports.append(_when_unlocked(publish_once))
    if ledger_file:
        ledger_file.write(store)
    return [report.below(source.shown_root) for report in reports]


def _rehearse(settings: Settings, *, accept: str) -> Report:
    """The report of a publish that writes nothing."""
    source, site = source_to_read(settings), site_of(settings)
    with (
        store_to_try(settings.store.url, limits_of(settings)) as store,
        source.proposed("") as folder,
    ):
        how = {"accept": accept, "guard": guard_of(settings), "accounts": True}
        report = _when_unlocked(
            lambda: preview(folder, store, site, datetime.now(UTC), **how)  # type: ignore[arg-type]
        )
    return report.below(source.shown_root)


def _when_unlocked(work: Callable[[], _T]) -> _T:
    """What `work` returns. Tries again for a while if another process is publishing."""
    until = time.monotonic() + _LOCKED_SECONDS
    while True:
        try:
            return work()
        except StoreLocked:
            if time.monotonic() > until:
                raise
        time.sleep(0.05)


def _exit_after(report: Report, settings: Settings) -> None:
    """End with 3 if posts are held, with 1 if a post was refused."""
    if report.held:
        message = held_message(report.held_set, shown_source(settings))
        click.echo(f"feedsvc: {printable(message)}", err=True)
        sys.exit(3)
    if report.refused:
        sys.exit(1)
