"""Links between posts: the names of files, and what entries with such links depend on."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("files", sa.Column("name", sa.Text, nullable=False, server_default=""))
    op.create_index("files_name", "files", ["name"])
    op.create_table(
        "unresolved",
        sa.Column("entry_id", sa.Text, primary_key=True),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("content_html", sa.Text, nullable=False),
        sa.Column("links", sa.Text, nullable=False),
    )
    op.create_table(
        "link_keys",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", "entry_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("link_keys_entry", "link_keys", ["entry_id"])
    # The version of the renderer has changed too: the next publish reads every post again, and
    # writes the names and the links.
