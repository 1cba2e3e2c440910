"""The keys that hide a draft. The next publish reads drafts again and stores them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("files", sa.Column("hidden_by", sa.Text, nullable=False, server_default=""))
