"""Which watchers are alive, and which of them carries out a job."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "watchers",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("alive_at", sa.BigInteger, nullable=False),
    )
    op.add_column("jobs", sa.Column("watcher", sa.String, nullable=False, server_default=""))
