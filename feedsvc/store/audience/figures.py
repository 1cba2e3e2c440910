"""Reads the figures of who reads: added up by day, by feed or by product."""

from collections.abc import Iterator
from typing import Any, Final, Literal, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.audience.batch import ALL
from feedsvc.core.audience.figures import AudienceReport, Figures, Period, audience_report
from feedsvc.core.audience.polls import FIGURES
from feedsvc.store.engine.database import Database
from feedsvc.store.tables.audience import audience, audience_pushes

By: TypeAlias = Literal["day", "feed", "product"]
_SUMS: Final = (*FIGURES, "subscribers")


class AudienceFigures:
    """The stored figures. Every method raises StoreError if the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by(self, by: By, period: Period) -> list[Figures]:
        """The figures of each day, feed or product of a period, by name."""
        with self._database.reading() as connection:
            sums = _sums(connection, by, period)
            individuals = _individuals(connection, by, period)
            pushes = {} if by == "product" else _pushes(connection, by, period)
        names = {*sums, *individuals, *pushes}
        zeros = dict.fromkeys(FIGURES, 0)
        return [
            Figures(
                name,
                {figure: sums.get(name, zeros)[figure] for figure in FIGURES},
                individuals.get(name, 0),
                sums.get(name, {}).get("subscribers", 0),
                pushes.get(name, 0),
            )
            for name in sorted(names)
        ]

    def report(self, period: Period) -> AudienceReport:
        """All figures of a period."""
        return audience_report(
            period,
            self.by("day", period),
            self.by("feed", period),
            self.by("product", period),
        )

    def rows(self, period: Period) -> Iterator[dict[str, str | int]]:
        """The figures of each day, feed and product, as they are stored."""
        table = audience.c
        query = sa.select(audience).where(*_in(audience, period), table.feed != ALL)
        query = query.order_by(table.day, table.feed, table.product)
        with self._database.reading() as connection:
            for row in connection.execute(query).mappings():
                yield dict(row)

    def first_day(self) -> str | None:
        """The first day with figures; None if there is none."""
        with self._database.reading() as connection:
            return connection.execute(sa.select(sa.func.min(audience.c.day))).scalar()


def _sums(connection: Connection, by: By, period: Period) -> dict[str, dict[str, int]]:
    table, name = audience.c, audience.c[by]
    columns = [sa.func.sum(table[each]).label(each) for each in _SUMS]
    query = sa.select(name.label("name"), *columns).where(
        *_in(audience, period), table.feed != ALL
    )
    return {
        row.name: {each: int(row._mapping[each]) for each in _SUMS}
        for row in connection.execute(query.group_by(name))
    }


def _individuals(connection: Connection, by: By, period: Period) -> dict[str, int]:
    """An individual that reads several feeds counts once, unless each feed is asked for."""
    table, name = audience.c, audience.c[by]
    is_whole = period.feed is None and by != "feed"
    chosen = table.feed == ALL if is_whole else table.feed != ALL
    query = sa.select(name, sa.func.sum(table.individuals)).where(
        *_in(audience, period), chosen
    )
    return {name: int(total) for name, total in connection.execute(query.group_by(name))}


def _pushes(connection: Connection, by: By, period: Period) -> dict[str, int]:
    name = audience_pushes.c[by]
    query = sa.select(name, sa.func.sum(audience_pushes.c.pushes))
    query = query.where(*_in(audience_pushes, period)).group_by(name)
    return {name: int(total) for name, total in connection.execute(query)}


def _in(table: sa.Table, period: Period) -> list[sa.ColumnElement[bool]]:
    conditions: list[Any] = [table.c.day.between(period.first, period.last)]
    if period.feed is not None:
        conditions.append(table.c.feed == period.feed)
    return conditions
