"""The commands that copy the store and put a copy back: backup, restore, store copy."""

from datetime import UTC, datetime
from pathlib import Path

import click

from feedsvc.cli.options import settings_from, settings_options
from feedsvc.store.copying.backups import back_up
from feedsvc.store.copying.backups import restore as restore_store
from feedsvc.store.copying.store_copies import copy_store
from feedsvc.store.engine.urls import display_name, parse_url


@click.command()
@settings_options
@click.argument("file", type=click.Path(path_type=Path))
def backup(config: Path | None, seeds: Path | None, file: Path) -> None:
    """Copy a SQLite store to FILE, also while feedsvc runs.

    FILE must not exist. Only its owner may read it, because it has the secrets of
    subscriptions. For PostgreSQL use pg_dump.
    """
    back_up(settings_from(config, seeds).store.url, file)
    click.echo(f"copied the store to {file}")


@click.command()
@settings_options
@click.argument("file", type=click.Path(path_type=Path))
def restore(config: Path | None, seeds: Path | None, file: Path) -> None:
    """Replace the store with FILE, a copy by `feedsvc backup`.

    Stop feedsvc first. The present store is kept beside it under another name.
    """
    aside = restore_store(settings_from(config, seeds).store.url, file, datetime.now(UTC))
    click.echo(f"restored the store from {file}")
    if aside:
        click.echo(f"the store until now is kept as {aside}")


@click.group()
def store() -> None:
    """Copy a store into an empty one, on either engine."""


@store.command()
@click.argument("from_url")
@click.argument("to_url")
def copy(from_url: str, to_url: str) -> None:
    """Copy all that a store has into an empty one, also to another engine.

    Both are URLs as in store.url: sqlite:///PATH or postgresql+psycopg://USER@HOST/DATABASE.
    The store at FROM_URL stays as it is. Stop feedsvc first: what FROM_URL gets after this
    command is not in the copy. Put a password into PGPASSWORD or ~/.pgpass, not into a URL.
    """
    copied = copy_store(from_url, to_url)
    source, target = (display_name(parse_url(url)) for url in (from_url, to_url))
    click.echo(f"copied {copied.rows} rows from {source} to {target}")
    for folder in copied.watched:
        click.echo(
            f"feedsvc: a watcher of {folder} still publishes into {source}, and what it "
            "publishes now is not in the copy; stop it and copy again into an empty store",
            err=True,
        )
