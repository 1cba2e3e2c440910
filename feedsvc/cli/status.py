"""The command that shows the state of the store: status."""

from pathlib import Path
from typing import Any

import click

from feedsvc.cli.options import settings_from, settings_options
from feedsvc.cli.output.tables import print_json, utc
from feedsvc.cli.wiring import limits_of
from feedsvc.core.dates import from_microseconds, rfc3339
from feedsvc.core.ledger.losses import HeldSet, held_set
from feedsvc.logs import printable
from feedsvc.source.opening import source_of
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.store import store_to_try


@click.command()
@settings_options
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json"]),
    default="text",
    help="text for people, json for programs.",
)
def status(config: Path | None, seeds: Path | None, format_name: str) -> None:
    """Show the last publish, what is published, and what is held.

    Reads the store and changes nothing, even if an older feedsvc wrote it or there is none.
    """
    settings = settings_from(config, seeds)
    with (
        store_to_try(settings.store.url, limits_of(settings), reads=True) as store,
        store.snapshot() as snapshot,
    ):
        root = source_of(settings).shown_root
        facts, held = _facts(snapshot), held_set(snapshot.held()).below(root)
    if format_name == "json":
        print_json(facts | {"held": held.to_dict()})
        return
    for name, value in facts.items():
        click.echo(f"{name.replace('_', ' ')}: {'never' if value is None else value}")
    _print_held(held)


def _facts(snapshot: Snapshot) -> dict[str, Any]:
    at = snapshot.last_published_at()
    return {
        "last_publish": rfc3339(at) if at else None,
        "revision": snapshot.revision(),
        "posts": snapshot.count_published(),
        "feeds": sum(snapshot.feed_counts().values()),
        "problems": len(snapshot.problems()),
    }


def _print_held(held: HeldSet) -> None:
    """Print the set that is held, or that there is none."""
    click.echo(f"held: {held.count}")
    if not held:
        return
    kinds = ", ".join(f"{count} {kind}" for kind, count in held.kinds.items())
    click.echo(f"  set: {held.name} ({kinds})")
    since = min(loss.since for loss in held.first)
    click.echo(f"  since: {utc(from_microseconds(since))}")
    groups = f" ({', '.join(held.groups)})" if held.groups else ""
    click.echo(printable(f"  why: {held.fault}{groups}"))
    for loss in held.first:
        click.echo(printable(f"    {loss.path}: {loss.title}"))
    if held.count > len(held.first):
        click.echo(f"    ... and {held.count - len(held.first)} more")
    click.echo(f"  to let them go: {held.command}")
