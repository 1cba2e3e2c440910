"""The commands of the ledger: export, import, forget."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

import click

from feedsvc.cli.options import settings_from, settings_options
from feedsvc.cli.wiring import (
    ledger_file_of,
    limits_of,
    purge_now,
    source_to_read,
    store_to_list,
)
from feedsvc.core.ledger.ledger import forgotten_hash
from feedsvc.core.problems import path_below
from feedsvc.errors import FeedsvcError, StoreError
from feedsvc.logs import printable
from feedsvc.settings.settings import Settings
from feedsvc.store.engine.urls import file_of
from feedsvc.store.ledger_files import import_ledger, replace_file, write_ledger
from feedsvc.store.publication import Changes
from feedsvc.store.store import Store

_STDIO: Final = Path("-")
_MOST_WARNINGS: Final = 100


@click.group()
def ledger() -> None:
    """Export or import the ids of all posts, or forget a post."""


@ledger.command("export")
@settings_options
@click.argument("file", default=_STDIO, type=click.Path(dir_okay=False, path_type=Path))
def export_ledger(config: Path | None, seeds: Path | None, file: Path) -> None:
    """Write the ledger to FILE, or to stdout, as JSON lines.

    Each line is a JSON object; they are ordered by id. FILE is replaced atomically, and only if
    its bytes differ.
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
    """Add the posts of FILE to the ledger.

    `feedsvc ledger export` wrote FILE. An empty store takes everything. Where the store has a
    post already, the store wins, and contradictions are reported. If a line cannot be read,
    nothing is imported and the command ends with 2. FILE may be - for stdin.
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
    """Remove the post with this id for good.

    It is removed from the feeds, the store and the ledger. Delete its file first. Only hashes
    of its id, its keys and its permalinks stay, so that the id is never used again. This cannot
    be undone.
    """
    settings = settings_from(config, seeds)
    ledger_file = ledger_file_of(settings)
    with closing(Store(settings.store.url, limits=limits_of(settings))) as store:
        with store.lock(wait=True):
            _refuse_published(entry_id, settings, store)
            with store.snapshot() as snapshot:
                namesakes = snapshot.at_same_permalink(entry_id)
            changes = store.forget(entry_id, datetime.now(UTC))
            if changes is None:
                changes = _retried(entry_id, store)
            is_erased = _erase(store)
        is_written = ledger_file.write(store) if ledger_file else True
    click.echo(f"forgotten: {printable(entry_id)}\nfeeds changed: {len(changes.feeds)}")
    for namesake in namesakes:
        click.echo(
            f"feedsvc: {printable(namesake)} has the same permalink; if it is an earlier entry "
            "of this post, forget it too",
            err=True,
        )
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
    if not (is_erased and is_written and is_purged):
        sys.exit(1)


def _retried(entry_id: str, store: Store) -> Changes:
    """No changes if the post is forgotten already; FeedsvcError if no post has this id."""
    if later := store.adoptions.later_id(entry_id):
        raise FeedsvcError(
            f"the post with the id {entry_id} has the id {later} since an adoption; run "
            f"feedsvc ledger forget {later}"
        )
    with store.snapshot() as snapshot:
        if forgotten_hash(entry_id) in snapshot.forgotten():
            return Changes()
    raise FeedsvcError(
        f"the ledger has no post with the id {entry_id!r}; feedsvc ledger export lists all ids"
    )


def _erase(store: Store) -> bool:
    """Remove the deleted bytes from the store's file; False if that failed: it is printed."""
    try:
        store.erase_deleted()
    except StoreError as error:
        click.echo(
            "feedsvc: the store has forgotten it, but the deleted bytes are still in the file: "
            f"{printable(str(error))}; then run this command again",
            err=True,
        )
        return False
    return True


def _refuse_published(entry_id: str, settings: Settings, store: Store) -> None:
    """Raise FeedsvcError if a file in the folder publishes the post.

    Or would do so, if its retraction were forgotten.
    """
    with store.snapshot() as snapshot:
        hidden = snapshot.retractions.hidden_files(entry_id)
        paths = [*snapshot.published_from(entry_id), *hidden]
    if not paths:
        return
    source = source_to_read(settings)
    folder = source.folder_to_read()
    survey = folder.survey(paths)
    for path in paths:
        if path in survey.stamps or survey.hides(path):
            does = "would publish the text of" if path in hidden else "still publishes"
            raise FeedsvcError(
                f"{path_below(source.shown_root, path)} {does} {entry_id}; delete it first, "
                "then run this command again"
            )


def _copies(settings: Settings) -> list[Path]:
    """Copies of the store and of the ledger file that feedsvc has made beside them.

    Those with a dot are the rest of a copy that was interrupted.
    """
    found: set[Path] = set()
    store = file_of(settings.store.url)
    if store:
        names = (f"{store.name}.before-*", f"{store.name}.damaged-*", f".{store.name}.*")
        found |= {path for name in names for path in store.parent.glob(name)}
    if settings.ledger.file:
        file = Path(os.path.realpath(settings.ledger.file))
        found |= set(file.parent.glob(f".{file.name}.*.new"))
    return sorted(path for path in found if not path.name.endswith(("-wal", "-shm", ".lock")))
