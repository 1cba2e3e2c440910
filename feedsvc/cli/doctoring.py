"""The command that finds what a proxy or a CDN breaks on the way to readers: doctor."""

import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click

from feedsvc.cli.options import settings_from, settings_options
from feedsvc.cli.output.tables import print_json
from feedsvc.cli.wiring import limits_of
from feedsvc.core import addresses
from feedsvc.core.doctor.agents import BROWSER, READERS
from feedsvc.core.doctor.diagnosis import Diagnosis, diagnoses
from feedsvc.core.doctor.exchanges import Examination, ExpectedDocument
from feedsvc.core.doctor.proxies import proxies_of
from feedsvc.core.doctor.served_feed import ServedFeed
from feedsvc.core.feeds.feeds import entity_tag
from feedsvc.errors import SettingsError, StoreError
from feedsvc.logs import printable
from feedsvc.push.examining.examine import examine
from feedsvc.push.examining.visiting import Visitor
from feedsvc.settings.settings import Settings
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.store import Store


@click.command()
@settings_options
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json"]),
    default="text",
    help="text for people, json for programs.",
)
@click.option(
    "--ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the certificates to trust, of a private authority.",
)
@click.argument("url", required=False)
def doctor(
    config: Path | None, seeds: Path | None, format_name: str, ca: Path | None, url: str | None
) -> None:
    """Find what a proxy or CDN breaks on the way to readers.

    Fetches URL as Feedly, Miniflux, NetNewsWire and a browser would, and prints each fault with
    its cure. URL is the public address of the site or of a feed. Default: site.url. Ends with 0
    if nothing is wrong, with 1 if something is, and with 2 if there is no feed to examine.
    """
    settings = _settings_or_none(config, seeds, url)
    address = url or (settings.site.url if settings else "")
    with closing(Visitor(certificates=str(ca or ""))) as visitor:
        examination = examine(address, visitor, _expecting(settings))
    found = diagnoses(examination)
    if format_name == "json":
        print_json(_as_dict(address, examination, found))
    else:
        _print(address, examination, found)
    if found:
        sys.exit(1)


def _settings_or_none(
    config: Path | None, seeds: Path | None, url: str | None
) -> Settings | None:
    """The settings. With a URL the command also works on a machine without them."""
    try:
        return settings_from(config, seeds)
    except SettingsError:
        if url is None or config:
            raise
        return None


def _expecting(
    settings: Settings | None,
) -> Callable[[ServedFeed], ExpectedDocument | None]:
    """What the store here says about a document of this site; nothing, if there is no store."""

    def expected(feed: ServedFeed) -> ExpectedDocument | None:
        path = addresses.path_at(settings.site.url, feed.self_link) if settings else None
        if settings is None or path is None:
            return None
        try:
            with (
                closing(
                    Store(
                        settings.store.url,
                        upgrade=False,
                        reads=True,
                        limits=limits_of(settings),
                    )
                ) as store,
                store.snapshot() as snapshot,
            ):
                return _in_store(path, feed, snapshot, settings)
        except StoreError as error:
            click.echo(f"not compared with the store: {error}", err=True)
            return None

    return expected


def _in_store(
    path: str, feed: ServedFeed, snapshot: Snapshot, settings: Settings
) -> ExpectedDocument | None:
    feed_path = path.rpartition("/")[0]
    record = snapshot.feed(feed_path)
    if record is None:
        return None
    server = settings.server
    max_age = server.max_ages.get(feed_path, server.max_age)
    return ExpectedDocument(
        entity_tag(record.digest, feed.format),
        record.changed_at,
        max(max_age, server.shared_max_age),
    )


def _as_dict(
    address: str, examination: Examination, found: list[Diagnosis]
) -> dict[str, object]:
    return {
        "address": address,
        "feeds": _feeds(examination),
        "proxies": list(proxies_of(examination.exchanges)),
        "findings": [diagnosis.to_dict() for diagnosis in found],
    }


def _feeds(examination: Examination) -> list[str]:
    return [visit.polls[0].first.url for visit in examination.visits]


def _print(address: str, examination: Examination, found: list[Diagnosis]) -> None:
    through = ", ".join(proxies_of(examination.exchanges))
    plural = "s" if len(found) > 1 else ""
    verdict = f"{len(found)} fault{plural}" if found else "nothing is wrong"
    click.echo(printable(f"{address}{through and f' through {through}'}: {verdict}"))
    for diagnosis in found:
        click.echo(f"\n{diagnosis.code}: {diagnosis.title}")
        for (method, url, came), names in diagnosis.asked.items():
            click.echo(printable(f"  asked: {method} {url} as {', '.join(names)}"))
            click.echo(printable(f"  came: {came}"))
        click.echo(f"  why: {diagnosis.why}")
        for cure in diagnosis.cures:
            for line in cure.lines:
                click.echo(printable(f"  {cure.program}: {line}"))
    if not found:
        names = [agent.name for agent in (*READERS, BROWSER)]
        click.echo(f"fetched as {', '.join(names)}:")
        for feed in _feeds(examination):
            click.echo(printable(f"  {feed}"))
