"""The command that publishes once and ends, which export does first too."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

import click

from feedsvc.cli.options import (
    folder_argument,
    settings_from,
    settings_options,
)
from feedsvc.cli.output.printing import (
    print_outlook,
    print_outlook_as_json,
    print_report,
    print_restricted,
    progress_of,
    shown_source,
)
from feedsvc.cli.wiring import (
    guard_of,
    ledger_file_of,
    limits_of,
    source_to_read,
    warn_unkept,
)
from feedsvc.errors import StoreError, StoreLocked
from feedsvc.logs import printable
from feedsvc.publishing.guarding.holding import WHATEVER
from feedsvc.publishing.publish import preview, publish
from feedsvc.publishing.report import Report, held_message
from feedsvc.publishing.shared_addresses import shared_addresses
from feedsvc.publishing.shared_store import refuse_other_folder
from feedsvc.settings.settings import Settings
from feedsvc.settings.site import site_of
from feedsvc.store.operating.lasting_failures import FAILURE_KINDS
from feedsvc.store.store import Store, on_sound_store, open_sound_store, store_to_try
from feedsvc.watcher.ledger_file import LedgerFile

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
@folder_argument
def publish_command(
    config: Path | None,
    seeds: Path | None,
    dry_run: bool,
    accept: str,
    format_name: str,
    folder: Path | None,
) -> None:
    """Scan the folder once, publish, and report.

    Many posts that would be withdrawn or get new ids at once are held: they stay published
    until their files are back, or --accept lets them go. FOLDER is as for serve. Ends with 1 if
    a post was refused, and with 3 while something is held.
    """
    if format_name == "json" and not dry_run:
        raise click.UsageError("--format json needs --dry-run")
    settings = settings_from(config, seeds, folder)
    shared: list[str] = []
    if dry_run and format_name == "json":
        report = _rehearse(settings, accept=accept)
        print_outlook_as_json(report)
        exit_after(report, settings)
        return
    if dry_run:
        reports = [_rehearse(settings, accept=accept)]
    else:

        def published(store: Store) -> tuple[list[Report], list[str]]:
            reports = publish_settled(settings, store, accept=accept)
            return reports, shared_addresses(store, settings.redirects.presets)

        how = (settings.store.url, limits_of(settings))
        reports, shared = on_sound_store(*how, published)
    print_report(reports, shown_source(settings))
    if shared:
        click.echo(f"old addresses that several names share: {len(shared)}")
    for line in shared:
        click.echo(f"  {printable(line)}")
    if dry_run:
        print_outlook(reports[-1])
        print_restricted(reports[-1])
    exit_after(reports[-1], settings)


def publish_try(settings: Settings) -> None:
    """Publish into the store of a try, which is empty."""
    with closing(open_sound_store(settings.store.url, limits_of(settings))) as store:
        publish_settled(settings, store, accept="")


def publish_settled(settings: Settings, store: Store, *, accept: str) -> list[Report]:
    """Publish until no file is being written and no file has just vanished."""
    source, site = source_to_read(settings), site_of(settings)
    ledger_file = ledger_file_of(settings)
    warn_unkept(ledger_file)
    refuse_other_folder(source, store)
    source.update()
    if ledger_file:
        ledger_file.fill(store)
    # Before the first publish, which then writes the index too.
    store.search_indexes.switch(on=settings.search.full_text)
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
    with suppress(StoreError):  # all is published
        store.failures.end(FAILURE_KINDS)
    if settings.search.full_text:
        _build_index(store)
    return [report.below(source.shown_root) for report in reports]


def _build_index(store: Store) -> None:
    """Write to the search index what was published before it was switched on."""
    with progress_of("Indexing posts") as progress:
        while built := store.search_indexes.build_some():
            progress(*built)


def _rehearse(settings: Settings, *, accept: str) -> Report:
    """The report of a publish that writes nothing."""
    source, site = source_to_read(settings), site_of(settings)
    ledger_file = ledger_file_of(settings)
    with (
        store_to_try(settings.store.url, limits_of(settings)) as published,
        _filled(published, ledger_file) as store,
        source.proposed("") as folder,
    ):
        how = {"accept": accept, "guard": guard_of(settings), "accounts": True}
        report = _when_unlocked(
            lambda: preview(folder, store, site, datetime.now(UTC), **how)  # type: ignore[arg-type]
        )
    return report.below(source.shown_root)


@contextmanager
def _filled(store: Store, ledger_file: LedgerFile | None) -> Iterator[Store]:
    """The store; if a publish would first read the ledger file into it, a temporary one."""
    with store.snapshot() as snapshot:
        is_new = snapshot.has_no_ledger()
    if ledger_file is None or not is_new:
        yield store
        return
    with (
        TemporaryDirectory(prefix="feedsvc-") as temporary,
        closing(Store(f"sqlite:///{temporary}/filled.sqlite3")) as filled,
    ):
        ledger_file.fill(filled)
        yield filled


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


def exit_after(report: Report, settings: Settings, *, failed: bool = False) -> None:
    """End with 3 if posts are held, with 1 if a post was refused or something else failed."""
    if report.held:
        message = held_message(report.held_set, shown_source(settings))
        click.echo(f"feedsvc: {printable(message)}", err=True)
        sys.exit(3)
    if report.refused or failed:
        sys.exit(1)
