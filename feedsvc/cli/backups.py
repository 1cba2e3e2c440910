"""The commands that copy the store and put a copy back: backup, restore."""

from datetime import UTC, datetime
from pathlib import Path

import click

from feedsvc.cli.options import settings_from, settings_options
from feedsvc.store.backups import back_up
from feedsvc.store.backups import restore as restore_store


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
