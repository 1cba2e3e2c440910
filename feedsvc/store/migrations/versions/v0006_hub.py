"""The topic of a subscription as the subscriber wrote it, and `hub.verify_token`."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # Empty is the self link of the feed, which is what earlier versions accepted and sent.
    for table in ("subscriptions", "intents"):
        op.add_column(table, sa.Column("topic", sa.Text, nullable=False, server_default=""))
    op.add_column(
        "intents", sa.Column("verify_token", sa.Text, nullable=False, server_default="")
    )
