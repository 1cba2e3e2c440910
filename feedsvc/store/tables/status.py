"""The tables of how publishes went, of what fails, and of what wants attention."""

from sqlalchemy import BigInteger, Column, String, Table, Text

from feedsvc.store.tables.table_list import metadata

# How the publishes of `publishes` went: see PublishRecord. Some have none.
publish_records = Table(
    "publish_records",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("milliseconds", BigInteger, nullable=False),  # that it took
    Column("files_read", BigInteger, nullable=False),
    Column("publisher", String, nullable=False),
)

# What fails since when; a row for each kind of work, until it succeeds again.
failures = Table(
    "failures",
    metadata,
    Column("kind", String, primary_key=True),
    Column("since", BigInteger, nullable=False),  # microseconds since 1970, as all below
    Column("at", BigInteger, nullable=False),  # of the last failure with another text
    Column("fault", Text, nullable=False),
)

# What wants attention, and whether listeners were told.
alarms = Table(
    "alarms",
    metadata,
    Column("code", String, primary_key=True),
    Column("since", BigInteger, nullable=False),  # microseconds since 1970, as all below
    Column("seen_at", BigInteger, nullable=False),
    Column("announced_at", BigInteger),
)
