"""When published posts expire, which posts hidden files contain, and which keys hide them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_HIDES = ("hides_key", "hides_title", "hides_body")


def upgrade() -> None:
    op.add_column("files", sa.Column("ends_at", sa.BigInteger))
    op.add_column("files", sa.Column("hidden_by", sa.Text, nullable=False, server_default=""))
    op.add_column("files", sa.Column("hides_key", sa.Text, nullable=False, server_default=""))
    for name in ("hides_title", "hides_body", "hides_date"):
        op.add_column("files", sa.Column(name, sa.String, nullable=False, server_default=""))
    few = {"ends": "ends_at IS NOT NULL", **{name: f"{name} <> ''" for name in _HIDES}}
    for name, condition in few.items():
        where = sa.text(condition)
        column = condition.partition(" ")[0]
        op.create_index(
            f"files_{name}", "files", [column], sqlite_where=where, postgresql_where=where
        )
    # A published post is due when it expires, or at an `updated` in the future.
    op.execute(
        "UPDATE files SET ends_at = due_at "
        "WHERE entry_id IS NOT NULL AND problems NOT LIKE '%future-update%'"
    )
    # The next publish reads these again: hidden posts, and published ones with both dates.
    op.execute(
        "UPDATE files SET size = -1, digest = '' WHERE state = 'draft' "
        "OR (state = 'held' AND wants = '') "
        "OR (entry_id IS NOT NULL AND problems LIKE '%future-update%')"
    )
