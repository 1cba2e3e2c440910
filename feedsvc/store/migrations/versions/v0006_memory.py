"""Passed dates, topics as clients sent them, running watchers, an index of feed sizes."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("files", sa.Column("passed_at", sa.BigInteger))
    # The next publish reads every post again and stores the dates.
    op.execute("DELETE FROM facts WHERE name = 'renderer'")
    # An empty topic is the self link of the feed. Earlier versions accepted no other topic.
    for table in ("subscriptions", "intents"):
        op.add_column(table, sa.Column("topic", sa.Text, nullable=False, server_default=""))
    op.add_column(
        "intents", sa.Column("verify_token", sa.Text, nullable=False, server_default="")
    )
    op.create_table(
        "watchers",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("alive_at", sa.BigInteger, nullable=False),
    )
    op.add_column("jobs", sa.Column("watcher", sa.String, nullable=False, server_default=""))
    op.create_index("feeds_size", "feeds", ["kind", "entries"], if_not_exists=True)
