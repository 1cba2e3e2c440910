"""The state of the search index. The index itself is created when it is switched on."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "search_index",
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("next_entry", sa.Integer),
    )
