"""Which date of its author a post has passed, so that no clock takes that back."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("files", sa.Column("passed_at", sa.BigInteger))
    # The next publish reads every post again and stores the dates.
    op.execute("DELETE FROM facts WHERE name = 'renderer'")
