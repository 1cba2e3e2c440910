"""What operators look at: how publishes went, failures that last, and what wants attention.

Two small indexes count the files that are not published, and the subscriptions that fail.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_INDEXES: Final = (
    ("files_unpublished", "files", ["state", "hidden_by", "path"], "state <> 'published'"),
    ("subscriptions_failing", "subscriptions", ["attempts"], "attempts > 0"),
)


def upgrade() -> None:
    op.create_table(
        "publish_records",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("milliseconds", sa.BigInteger, nullable=False),
        sa.Column("files_read", sa.BigInteger, nullable=False),
        sa.Column("publisher", sa.String, nullable=False),
    )
    op.create_table(
        "failures",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("fault", sa.Text, nullable=False),
    )
    op.create_table(
        "alarms",
        sa.Column("code", sa.String, primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("announced_at", sa.BigInteger),
    )
    for name, table, columns, condition in _INDEXES:
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
