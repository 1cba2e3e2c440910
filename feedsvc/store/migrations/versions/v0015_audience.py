"""Figures of who reads, and counters."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_FIGURES = (
    *("polls", "whole", "deltas", "unmodified", "blind", "atom", "rss", "json", "identity"),
    *("gzip", "br", "zstd", "sent", "spared", "wasted", "individuals", "subscribers"),
)
_ROW = ("day", "feed", "product")


def _number(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=default)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _row() -> tuple[sa.Column[str], ...]:
    return _word("day"), _text("feed"), _word("product")


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def upgrade() -> None:
    op.create_table(
        "audience",
        *_row(),
        *(_number(name, "0") for name in _FIGURES),
        sa.PrimaryKeyConstraint(*_ROW),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audience_pushes",
        _word("day"),
        _text("feed"),
        _number("pushes"),
        sa.PrimaryKeyConstraint("day", "feed"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audience_days", sa.Column("day", sa.String, primary_key=True), _word("key")
    )
    op.create_table(
        "audience_sketches",
        *_row(),
        sa.Column("packed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint(*_ROW),
    )
    op.create_table(
        "audience_claims",
        *_row(),
        _text("source"),
        _number("subscribers"),
        sa.PrimaryKeyConstraint(*_ROW, "source"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "counters",
        _word("name"),
        _text("labels"),
        _number("value"),
        sa.PrimaryKeyConstraint("name", "labels"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "processes",
        sa.Column("name", sa.String, primary_key=True),
        _word("kind"),
        _number("flushed"),
        _number("memory"),
        _number("alive_at"),
    )
