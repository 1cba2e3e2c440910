"""The commands of the ledger: export, import, forget."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

import click

from feedsvc.cli.wiring import (
    ledger_file_of,
    limits_of,
    purge_now,
    settings_from,
    settings_options,
    source_to_read,
    store_to_list,
)
from feedsvc.core.problems import path_below
from feedsvc.errors import FeedsvcError
from feedsvc.logs import printable
from feedsvc.settings.settings import Settings
from feedsvc.store.engine.urls import file_of
from feedsvc.store.ledger_files import import_ledger, replace_file, write_ledger
from feedsvc.store.store import Store

_STDIO: Final = Path("-")
_MOST_WARNINGS: Final = 100


@click.group()
def ledger() -> None:
    """What feedsvc remembers of every post that it has ever published."""


@ledger.command("export")
@settings_options
@click.argument("file", default=_STDIO, type=click.Path(dir_okay=False, path_type=Path))
def export_ledger(config: Path | None, seeds: Path | None, file: Path) -> None:
    """Write the ledger to FILE, or to stdout: a JSON object on each line, by id.

    FILE is replaced atomically, and only if its bytes differ.
    """
    with (
        closing(store_to_list(settings_from(config, seeds))) as store,
        store.snapshot() as snapshot,
    ):
        if file == _STDIO:
            write_ledger(snapshot, sys.stdout.buffer)
        else:
            replace_file(snapshot, file)


@ledger.command("import")
@settings_options
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def import_command(config: Path | None, seeds: Path | None, file: Path) -> None:
    """Add the posts of FILE, which `feedsvc ledger export` wrote, to the ledger.

    An empty store takes everything. Where the store has a post already, the store wins, and
    contradictions are reported. If a line cannot be read, nothing is imported and the command
    ends with 2. FILE may be - for stdin.
    """
    settings = settings_from(config, seeds)
    with (
        _opened(file) as source,
        closing(Store(settings.store.url, limits=limits_of(settings))) as store,
        store.lock(wait=True),
    ):
        merged = import_ledger(store, source, str(file), datetime.now(UTC))
    click.echo(f"added: {merged.added}\nknown before: {merged.known}")
    for warning in merged.warnings[:_MOST_WARNINGS]:
        click.echo(f"warning: {printable(warning)}", err=True)
    if len(merged.warnings) > _MOST_WARNINGS:
        click.echo(f"... and {len(merged.warnings) - _MOST_WARNINGS} more warnings", err=True)


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if file == _STDIO:
        yield sys.stdin.buffer
        return
    with file.open("rb") as source:
        yield source


@ledger.command()
@settings_options
@click.argument("entry_id", metavar="ID")
def forget(config: Path | None, seeds: Path | None, entry_id: str) -> None:
    """Remove the post with this id for good: from the feeds, the store and the ledger.

    Delete its file first. Only hashes of its id, its keys and its permalinks stay, so that the
    id is never used again. This cannot be undone.
    """
    settings = settings_from(config, seeds)
    ledger_file = ledger_file_of(settings)
    with closing(Store(settings.store.url, limits=limits_of(settings))) as store:
        with store.lock(wait=True):
            _refuse_published(entry_id, settings, store)
            changes = store.forget(entry_id, datetime.now(UTC))
        if changes is None:
            raise FeedsvcError(
                f"the ledger has no post with the id {entry_id!r}; feedsvc ledger export lists "
                "all ids"
            )
        is_written = ledger_file.write(store) if ledger_file else True
    click.echo(f"forgotten: {printable(entry_id)}\nfeeds changed: {len(changes.feeds)}")
    is_purged = purge_now(settings, changes.feeds)
    for copy in _copies(settings):
        click.echo(f"feedsvc: it may still be in {copy}; delete this copy", err=True)
    if not is_purged:
        click.echo(
            "feedsvc: the cache of server.purge was not purged; purge it by hand", err=True
        )
    if ledger_file and not ledger_file.is_kept:
        click.echo(
            f"feedsvc: it may still be in {ledger_file.file}, which is not kept up to date",
            err=True,
        )
    if not (is_written and is_purged):
        sys.exit(1)


def _refuse_published(entry_id: str, settings: Settings, store: Store) -> None:
    """Raise FeedsvcError if a file in the folder publishes the post."""
    with store.snapshot() as snapshot:
        paths = snapshot.published_from(entry_id)
    if not paths:
        return
    source = source_to_read(settings)
    folder = source.folder_to_read()
    survey = folder.survey(paths)
    for path in paths:
        if path in survey.stamps or survey.hides(path):
            raise FeedsvcError(
                f"{path_below(source.shown_root, path)} still publishes {entry_id}; delete it "
                "first, then run this command again"
            )


def _copies(settings: Settings) -> list[Path]:
    """Copies of the store that feedsvc has made beside it."""
    store = file_of(settings.store.url)
    if store is None:
        return []
    patterns = (f"{store.name}.before-*", f"{store.name}.damaged-*")
    found = {path for pattern in patterns for path in store.parent.glob(pattern)}
    return sorted(path for path in found if not path.name.endswith(("-wal", "-shm")))
