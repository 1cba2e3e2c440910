"""The command that shows the state of the site: status."""

from datetime import UTC, datetime
from pathlib import Path

import click

from feedsvc.cli.options import settings_from, settings_options
from feedsvc.cli.output.status_text import status_lines
from feedsvc.cli.output.tables import print_json
from feedsvc.cli.wiring import limits_of
from feedsvc.core.admin.attention import attention_of, status_as_json
from feedsvc.core.admin.status import Status, Surroundings
from feedsvc.errors import StoreError
from feedsvc.logs import printable
from feedsvc.source.surroundings import surroundings_of
from feedsvc.store.engine.limits import Limits
from feedsvc.store.operating.overview import status_without_store
from feedsvc.store.store import store_to_try

_WANTS_ATTENTION = 1  # the exit code


@click.command()
@settings_options
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json"]),
    default="text",
    help="text for people, json for programs.",
)
@click.pass_context
def status(
    context: click.Context, config: Path | None, seeds: Path | None, format_name: str
) -> None:
    """Show what is published, what fails, and what wants attention.

    Reads the store and changes nothing, even if an older feedsvc wrote it or there is none.
    Ends with 1 while something wants attention.
    """
    settings = settings_from(config, seeds)
    around = surroundings_of(settings)
    found = _status(around, limits_of(settings)).below(around.root)
    attention = attention_of(found)
    if format_name == "json":
        print_json(status_as_json(found))
    else:
        for line in status_lines(found, attention):
            click.echo(printable(line))
    if attention:
        context.exit(_WANTS_ATTENTION)


def _status(around: Surroundings, limits: Limits) -> Status:
    now = datetime.now(UTC)
    try:
        with store_to_try(around.store_url, limits, reads=True) as store:
            return store.status(around, now)
    except StoreError as error:
        return status_without_store(around, str(error), now)
