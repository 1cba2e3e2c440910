"""The ledger of all entries, held and published losses, adoptions."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("published", sa.String, nullable=False),
        sa.Column("updated", sa.String, nullable=False),
        sa.Column("redated", sa.String, nullable=False),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("title_digest", sa.String, nullable=False),
        sa.Column("body_digest", sa.String, nullable=False),
        sa.Column("body_length", sa.Integer, nullable=False),
        sa.Column("words_digest", sa.String, nullable=False),
        sa.Column("permalink", sa.Text, nullable=False),
        sa.Column("earlier_permalinks", sa.Text, nullable=False),
        sa.Column("rss_guid", sa.Text, nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger),
        sa.Column("adopted_published", sa.String, nullable=False, server_default=""),
        sa.Column("adopted_updated", sa.String, nullable=False, server_default=""),
    )
    op.create_index("ledger_body", "ledger", ["body_digest"])
    op.create_index("ledger_key", "ledger", ["key"])
    op.create_table("forgotten", sa.Column("hash", sa.String, primary_key=True))
    op.create_table(
        "held",
        sa.Column("entry_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "losses",
        sa.Column("entry_id", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("feeds", sa.Text, nullable=False),
    )
    op.create_table(
        "adoptions",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", "key"),
        sqlite_with_rowid=False,
    )
    op.add_column("jobs", sa.Column("accept", sa.String, nullable=False, server_default=""))
    _fill()
    # The next publish reads every post again and stores the digests.
    op.execute("DELETE FROM facts WHERE name = 'renderer'")


def _fill() -> None:
    """Write what earlier versions kept: published entries, and the keys of withdrawn ones."""
    op.execute(
        "INSERT INTO ledger "
        "SELECT entries.id, COALESCE(MAX(files.key), ''), entries.published, entries.updated, "
        "'', 0, '', '', 0, '', entries.permalink, '', '', NULL, '', '' "
        "FROM entries LEFT JOIN files ON files.entry_id = entries.id "
        "GROUP BY entries.id, entries.published, entries.updated, entries.permalink"
    )
    op.execute(
        "INSERT INTO ledger "
        "SELECT entry_id, MIN(key), '', '', '', 0, '', '', 0, '', '', '', '', 0, '', '' "
        "FROM identities WHERE entry_id NOT IN (SELECT id FROM entries) GROUP BY entry_id"
    )
