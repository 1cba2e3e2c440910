"""The files beside posts that entries show."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("path", "entry_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("attachments_entry", "attachments", ["entry_id"])
    # The next publish reads every post again and stores the files that it shows.
    op.execute("DELETE FROM facts WHERE name = 'renderer'")
