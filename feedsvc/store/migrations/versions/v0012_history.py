"""Numbers of memberships, from which archive pages are made (RFC 5005).

Memberships that exist get their numbers in the order of publication; of equal dates, the lesser
id comes first. Feeds, ids, dates and digests stay. Some indexes become smaller.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_FEW: Final = {  # indexes of files that had all of them, although few files have a value
    "due": ("due_at", "due_at IS NOT NULL"),
    "missing": ("missing_since", "missing_since IS NOT NULL"),
    "wants": ("wants", "wants <> ''"),
}


def upgrade() -> None:
    op.add_column("memberships", sa.Column("number", sa.Integer))
    numbered = sa.Column("numbered", sa.Integer, nullable=False, server_default="0")
    op.add_column("feeds", numbered)
    is_numbered = sa.text("number IS NOT NULL")
    op.create_index(
        "memberships_number",
        "memberships",
        ["feed", "number"],
        unique=True,
        sqlite_where=is_numbered,
        postgresql_where=is_numbered,
    )
    collation = 'COLLATE "C"' if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(
        "UPDATE memberships SET number = placed.place FROM ("  # noqa: S608
        "SELECT feed, published_at, entry, row_number() OVER "
        f"(PARTITION BY feed ORDER BY published_at, id {collation}) AS place "
        "FROM memberships JOIN entries ON entries.number = entry"
        ") AS placed WHERE memberships.feed = placed.feed "
        "AND memberships.published_at = placed.published_at "
        "AND memberships.entry = placed.entry"
    )
    op.execute(
        "UPDATE feeds SET numbered = "
        "(SELECT count(*) FROM memberships WHERE memberships.feed = feeds.number)"
    )
    for name, (column, condition) in _FEW.items():
        where = sa.text(condition)
        op.drop_index(f"files_{name}", "files")
        op.create_index(
            f"files_{name}", "files", [column], sqlite_where=where, postgresql_where=where
        )
