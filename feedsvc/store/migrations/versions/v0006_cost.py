"""An index of the largest feeds of each kind, which pages show first."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index("feeds_size", "feeds", ["kind", "entries"], if_not_exists=True)
