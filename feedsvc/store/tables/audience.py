"""The tables of who reads, and of counters. No row has an address of a client."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from feedsvc.core.audience.polls import FIGURES
from feedsvc.store.tables.table_list import metadata

_OF_A_ROW: Final = ("day", "feed", "product")


def _row_columns() -> tuple[Column[str], Column[str], Column[str]]:
    """The key of figures: see DayRow."""
    return (
        Column("day", String, nullable=False),  # the date in the zone of the site
        Column("feed", Text, nullable=False),  # its path
        Column("product", String, nullable=False),
    )


# The figures of each day, feed and product.
audience = Table(
    "audience",
    metadata,
    *_row_columns(),
    *(Column(name, BigInteger, nullable=False, server_default="0") for name in FIGURES),
    Column("individuals", BigInteger, nullable=False, server_default="0"),
    Column("subscribers", BigInteger, nullable=False, server_default="0"),  # as claimed
    PrimaryKeyConstraint(*_OF_A_ROW),
    sqlite_with_rowid=False,
)

# How many deliveries of WebSub of each feed were accepted on a day.
audience_pushes = Table(
    "audience_pushes",
    metadata,
    Column("day", String, nullable=False),
    Column("feed", Text, nullable=False),
    Column("pushes", BigInteger, nullable=False),
    PrimaryKeyConstraint("day", "feed"),
    sqlite_with_rowid=False,
)

# Days that have not ended, each with the random key of its hashes. These rows, and those of the
# two tables below, are deleted when the day has ended.
audience_days = Table(
    "audience_days",
    metadata,
    Column("day", String, primary_key=True),
    Column("key", String, nullable=False),  # hexadecimal
)

audience_sketches = Table(
    "audience_sketches",
    metadata,
    *_row_columns(),
    Column("packed", LargeBinary, nullable=False),  # see Sketch
    PrimaryKeyConstraint(*_OF_A_ROW),
)

# The highest number of subscribers that each source of a product has claimed.
audience_claims = Table(
    "audience_claims",
    metadata,
    *_row_columns(),
    Column("source", Text, nullable=False),  # a feed id, or the address that is polled
    Column("subscribers", BigInteger, nullable=False),
    PrimaryKeyConstraint(*_OF_A_ROW, "source"),
    sqlite_with_rowid=False,
)

# Counters of the metrics, which never decrease.
counters = Table(
    "counters",
    metadata,
    Column("name", String, nullable=False),
    Column("labels", Text, nullable=False),  # JSON: the values of its labels
    Column("value", BigInteger, nullable=False),
    PrimaryKeyConstraint("name", "labels"),
    sqlite_with_rowid=False,
)

# The processes that have flushed counts lately.
processes = Table(
    "processes",
    metadata,
    Column("name", String, primary_key=True),  # random
    Column("kind", String, nullable=False),
    Column("flushed", BigInteger, nullable=False),  # the number of its last batch
    Column("memory", BigInteger, nullable=False),  # octets
    Column("alive_at", BigInteger, nullable=False),  # microseconds since 1970
)
