"""`/audience`: who reads, as plots with tables beneath them."""

import time
from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Response, request
from werkzeug.exceptions import NotFound

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
from feedsvc.core.text import legal
from feedsvc.settings.settings import Settings
from feedsvc.settings.site import site_of
from feedsvc.store.store import Store
from feedsvc.web.admin.operator_page import operator_page
from feedsvc.web.admin.plots import Line, plot

DAYS: Final = (7, 30, 90, 365)
_USUAL_DAYS: Final = 30
_MOST_ROWS: Final = 50  # of feeds


class AudiencePage:
    """The view of `/audience`, of all feeds or with `?feed=` of one."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store

    def answer(self) -> Response:
        """Answer GET. NotFound for a feed without figures that does not exist."""
        zone = ZoneInfo(self._settings.site.timezone)
        feed, count = request.args.get("feed"), _asked_days()
        if feed is not None and legal(feed) != feed:  # PostgreSQL refuses it
            raise NotFound
        period = Period.until(Day.at(time.time(), zone).name, count, feed)
        report = self._store.audience.report(period)
        if feed is not None and not report.counted_days and not self._exists(feed):
            raise NotFound
        return operator_page(
            "admin/audience.html",
            site_of(self._settings),
            report=report,
            feed=feed,
            feed_name="" if feed is None else _feed_name(feed),
            count=count,
            choices=DAYS,
            plots=_plots(report),
            latest=report.days[-1],
            totals=_totals(report),
            feeds=[_row(each, report) for each in report.feeds[:_MOST_ROWS]],
            products=[
                {**_row(each, report), "kind": kind_of(each.name)} for each in report.products
            ],
            wasting=_wasting(report.products),
            is_counted=self._settings.audience.enabled,
            written_octets=written_octets,
            feed_name_of=_feed_name,
        )

    def _exists(self, feed: str) -> bool:
        with self._store.snapshot() as snapshot:
            return snapshot.feed(feed) is not None


def _asked_days() -> int:
    asked = request.args.get("days", "")
    return int(asked) if asked in map(str, DAYS) else _USUAL_DAYS


def _plots(report: AudienceReport) -> list[dict[str, Any]]:
    """The plots, each with its lines for the legend."""
    days = [each.name for each in report.days]

    def line(name: str, figure: str) -> Line:
        return Line(name, [each[figure] for each in report.days])

    individuals = Line("Individuals", [each.individuals for each in report.days])
    subscribers = Line("Subscribers, as claimed", [each.subscribers for each in report.days])
    polls = [line("Polls", "polls"), line("Answered with 304", "unmodified")]
    octets = [line("Sent", "sent"), line("Of these wasted", "wasted")]
    return [
        _plot("individuals", "Individuals each day", days, [individuals]),
        _plot("subscribers", "Subscribers each day", days, [subscribers]),
        _plot("polls", "Polls each day", days, polls),
        _plot("octets", "Octets sent each day", days, octets, written=written_octets),
    ]


def _plot(
    name: str, title: str, days: list[str], lines: list[Line], **options: Any
) -> dict[str, Any]:
    image = plot(name, title, days, lines, **options)
    return {"name": name, "title": title, "image": image, "lines": lines}


def _totals(report: AudienceReport) -> Figures:
    """All days together. What is counted by day is the mean."""
    names = {name for each in report.days for name in each.values}
    days = report.counted_days
    return Figures(
        "",
        {name: sum(each[name] for each in report.days) for name in names},
        mean(sum(each.individuals for each in report.days), days),
        mean(sum(each.subscribers for each in report.days), days),
        sum(each.pushes for each in report.days),
    )


def _row(each: Figures, report: AudienceReport) -> dict[str, Any]:
    days = report.counted_days
    return {
        "name": each.name,
        "figures": each,
        "individuals": mean(each.individuals, days),
        "subscribers": mean(each.subscribers, days),
    }


def _wasting(products: Sequence[Figures]) -> Figures | None:
    """The product to which most was sent that names no version; None if there is none."""
    most = max(products, key=lambda each: each["wasted"], default=None)
    return most if most and most["wasted"] else None


def _feed_name(feed: str) -> str:
    """How a feed is called on the page: by the address of its page below the site."""
    if feed == OTHERS:
        return "other feeds"
    return f"/{feed}/" if feed else "/"
