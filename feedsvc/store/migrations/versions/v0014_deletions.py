"""Retractions, and tombstones of the entries that left the feeds (RFC 6721).

Entries that were withdrawn before get no tombstones. Feeds, ids, dates and digests stay.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "retractions",
        sa.Column("entry_id", sa.Text, primary_key=True),
        sa.Column("notice", sa.Text, nullable=False),
        sa.Column("origin", sa.String, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("undone_at", sa.BigInteger),
    )
    op.create_index("retractions_until", "retractions", ["until"])
    op.create_table(
        "tombstones",
        sa.Column("feed", sa.Integer, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("deleted_at", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("feed", "entry_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("tombstones_entry", "tombstones", ["entry_id"])
    op.create_index("tombstones_deleted_at", "tombstones", ["deleted_at"])
