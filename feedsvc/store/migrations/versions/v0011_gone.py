"""An index of the permalinks of withdrawn posts, whose pages are 410."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    is_withdrawn = sa.text("withdrawn_at IS NOT NULL")
    op.create_index(
        "ledger_gone",
        "ledger",
        ["permalink"],
        sqlite_where=is_withdrawn,
        postgresql_where=is_withdrawn,
    )
