"""The measured files beside a post, and their published lengths."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("files", sa.Column("measured", sa.Text, nullable=False, server_default=""))
    some = sa.text("measured <> ''")
    op.create_index(
        "files_measured", "files", ["path"], sqlite_where=some, postgresql_where=some
    )
    # The next publish reads every post again and stores what it measures.
    op.execute("DELETE FROM facts WHERE name = 'renderer'")
