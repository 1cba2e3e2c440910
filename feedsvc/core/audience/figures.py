"""Figures of who reads, added up over a period, and the report of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from feedsvc.core.audience.agents import agent_of
from feedsvc.core.audience.products import PRODUCTS


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the site, and the path of a feed; None for all feeds."""

    first: str
    last: str
    feed: str | None = None

    @classmethod
    def until(cls, last: str, days: int, feed: str | None = None) -> Self:
        """So many days up to the last one."""
        first = date.fromisoformat(last) - timedelta(days=days - 1)
        return cls(first.isoformat(), last, feed)

    def days(self) -> list[str]:
        """Each day."""
        first, last = date.fromisoformat(self.first), date.fromisoformat(self.last)
        return [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a day, a feed or a product; `values` has those of FIGURES.

    `individuals` and `subscribers` are added up over the days of the period.
    """

    name: str
    values: Mapping[str, int]
    individuals: int = 0
    subscribers: int = 0
    pushes: int = 0

    def __getitem__(self, figure: str) -> int:
        return self.values.get(figure, 0)

    @property
    def unmodified_percent(self) -> int:
        """How many of 100 polls were answered with 304."""
        return percent(self["unmodified"], self["polls"])

    def to_dict(self, days: int, key: str) -> dict[str, Any]:
        """The figures for JSON. What is counted by day is the mean of so many days."""
        return {
            key: self.name,
            "individuals": mean(self.individuals, days),
            "subscribers": mean(self.subscribers, days),
            "pushes": self.pushes,
            **self.values,
        }


@dataclass(frozen=True, slots=True)
class AudienceReport:
    """The figures of a period by day, by feed (most polls first) and by product (likewise)."""

    period: Period
    days: Sequence[Figures]
    feeds: Sequence[Figures]
    products: Sequence[Figures]

    @property
    def counted_days(self) -> int:
        """The days with polls, of which means are taken."""
        return sum(each["polls"] > 0 for each in self.days)

    def to_dict(self) -> dict[str, Any]:
        """The report for JSON."""
        return {
            "first": self.period.first,
            "last": self.period.last,
            "feed": self.period.feed,
            "days_with_polls": self.counted_days,
            "days": [each.to_dict(1, "day") for each in self.days],
            "feeds": [each.to_dict(self.counted_days, "feed") for each in self.feeds],
            "products": [
                {**each.to_dict(self.counted_days, "product"), "kind": kind_of(each.name)}
                for each in self.products
            ],
        }


def audience_report(
    period: Period,
    days: Sequence[Figures],
    feeds: Sequence[Figures],
    products: Sequence[Figures],
) -> AudienceReport:
    """The report of a period, with each of its days."""
    by_day = {each.name: each for each in days}
    nothing = [Figures(day, {}) for day in period.days() if day not in by_day]
    return AudienceReport(
        period,
        sorted([*days, *nothing], key=lambda each: each.name),
        sorted(feeds, key=lambda each: (-each["polls"], each.name)),
        sorted(products, key=lambda each: (-each["polls"], each.name)),
    )


def kind_of(product: str) -> str:
    """What a product of the table is."""
    kinds = {each.name: each.kind.value for each in PRODUCTS}
    return kinds.get(product, agent_of("").product.kind.value)


def mean(total: int, days: int) -> int:
    """A mean, rounded half up; 0 without days."""
    return (2 * total + days) // (2 * days) if days else 0


def percent(part: int, whole: int) -> int:
    """A share in percent, rounded half up; 100 only if nothing is missing."""
    rounded = mean(100 * part, whole)
    return min(rounded, 99) if part < whole else rounded


def written_octets(count: int) -> str:
    """A number of octets, such as `1.2 MB`."""
    if count < 1000:
        return f"{count} B"
    value = float(count)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 999.5:
            return f"{value:.3g} {unit}"
    return f"{value / 1000:.3g} TB"
