"""The command that shows who reads: audience."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click

from feedsvc.cli.options import settings_from, settings_options
from feedsvc.cli.output.tables import Row, print_json, print_table
from feedsvc.cli.pushing import feed_and_format
from feedsvc.cli.wiring import store_to_list
from feedsvc.core.audience.batch import OTHERS
from feedsvc.core.audience.days import Day
from feedsvc.core.audience.figures import (
    AudienceReport,
    Figures,
    Period,
    kind_of,
    mean,
    written_octets,
)
from feedsvc.core.audience.polls import FIGURES
from feedsvc.errors import FeedsvcError
from feedsvc.store.store import Store

MOST_DAYS: Final = 731
_MOST_LINES: Final = 20  # of each table for people
_COMMON: Final = ("individuals", "subscribers", "polls", "304", "sent", "spared", "wasted")


@click.command()
@settings_options
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=30,
    show_default=True,
    help="How many days, up to today.",
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    help="table for people, json for programs, csv for spreadsheets.",
)
@click.argument("feed", required=False)
def audience(
    config: Path | None, seeds: Path | None, days: int, format_name: str, feed: str | None
) -> None:
    """Show who reads: subscribers, readers and polls.

    FEED is the address of a feed or its path, such as tags/tea; / is the feed of the site.
    Without it, all feeds are added up.
    """
    settings = settings_from(config, seeds)
    store = store_to_list(settings)
    today = Day.at(time.time(), ZoneInfo(settings.site.timezone)).name
    path = None if feed is None else feed_and_format(settings.site.url, feed)[0]
    period = Period.until(today, days, path)
    if path is not None:
        _require_feed(store, period, feed or "")
    if format_name == "csv":
        names = ("day", "feed", "product", *FIGURES, "individuals", "subscribers")
        rows = ([row[name] for name in names] for row in store.audience.rows(period))
        print_table(names, rows, "csv")
        return
    report = store.audience.report(period)
    if format_name == "json":
        print_json(report.to_dict())
    else:
        _print_report(report)


def _require_feed(store: Store, period: Period, feed: str) -> None:
    """Raise FeedsvcError if there is no such feed, and there was none in the period."""
    with store.snapshot() as snapshot:
        if snapshot.feed(period.feed or "") or store.audience.by("day", period):
            return
    raise FeedsvcError(f"there is no feed {feed!r}; feedsvc feeds lists their addresses")


def _print_report(report: AudienceReport) -> None:
    days = report.counted_days
    if not days:
        click.echo("no polls were counted in this period", err=True)
        return
    print_table(("day", *_COMMON, "pushes"), _day_rows(report))
    if report.period.feed is None:
        click.echo()
        print_table(("feed", *_COMMON, "pushes"), _rows(report.feeds, days))
    click.echo()
    rows = ([*row[:-1], kind_of(str(row[0]))] for row in _rows(report.products, days))
    print_table(("product", *_COMMON, "kind"), rows)


def _day_rows(report: AudienceReport) -> Iterator[Row]:
    for each in report.days:
        if each["polls"] or each.pushes:
            yield _row(each, 1)


def _rows(figures: Sequence[Figures], days: int) -> Iterator[Row]:
    """The first rows, of feeds with their addresses below the site."""
    for each in figures[:_MOST_LINES]:
        yield _row(each, days)
    left = len(figures) - _MOST_LINES
    if left > 0:
        yield [f"... and {left} more", *[""] * (len(_COMMON) + 1)]


def _row(each: Figures, days: int) -> list[str | int]:
    name = {"": "/", OTHERS: "other feeds"}.get(each.name, each.name)
    return [
        name,
        mean(each.individuals, days),
        mean(each.subscribers, days),
        each["polls"],
        f"{each.unmodified_percent} %",
        written_octets(each["sent"]),
        written_octets(each["spared"]),
        written_octets(each["wasted"]),
        each.pushes,
    ]
