"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "facts",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "files",
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("ctime_ns", sa.BigInteger, nullable=False),
        sa.Column("inode", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("entry_id", sa.Text),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("wants", sa.Text, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("missing_since", sa.BigInteger),
        sa.Column("problems", sa.Text, nullable=False),
    )
    op.create_index("files_entry", "files", ["entry_id"])
    op.create_index("files_wants", "files", ["wants"])
    op.create_index("files_due", "files", ["due_at"])
    op.create_index("files_missing", "files", ["missing_since"])
    op.create_index(
        "files_problems",
        "files",
        ["path"],
        sqlite_where=sa.text("problems <> ''"),
        postgresql_where=sa.text("problems <> ''"),
    )
    op.create_table(
        "identities",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("entry_id", sa.Text, nullable=False),
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("permalink", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("content_html", sa.Text, nullable=False),
        sa.Column("published", sa.String, nullable=False),
        sa.Column("updated", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
    )
    op.create_index("entries_permalink", "entries", ["permalink"])
    op.create_table(
        "feeds",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("path", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("names", sa.Text, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "memberships",
        sa.Column("feed", sa.Integer, sa.ForeignKey("feeds.number"), nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.Column(
            "entry_id",
            sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("feed", "published_at", "entry_id"),
        sqlite_with_rowid=False,
    )
    rebuilds = op.create_table(
        "rebuilds",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("asked", sa.BigInteger, nullable=False),
        sa.Column("begun", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(rebuilds, [{"number": 1, "asked": 0, "begun": 0}])
