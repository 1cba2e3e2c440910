"""Jobs of the webhook, subscriptions of the hub, and listeners."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.drop_table("rebuilds")
    op.add_column(
        "feeds", sa.Column("moved_in", sa.BigInteger, nullable=False, server_default="0")
    )
    op.create_index("feeds_moved_in", "feeds", ["moved_in"])
    op.create_table(
        "publishes",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("news", sa.Text, nullable=False),
    )
    op.create_table(
        "jobs",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("begun_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
    )
    op.create_index("jobs_state", "jobs", ["state"])
    op.create_table(
        "messages",
        sa.Column("message", sa.Text, primary_key=True),
        sa.Column("job", sa.String, nullable=False),
        sa.Column("heard_at", sa.BigInteger, nullable=False),
    )
    op.create_index("messages_heard_at", "messages", ["heard_at"])
    op.create_table(
        "subscriptions",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("feed_path", sa.Text, nullable=False),
        sa.Column("format", sa.String, nullable=False),
        sa.Column("callback", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("client", sa.String, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("lease_ends_at", sa.BigInteger, nullable=False),
        sa.Column("delivered", sa.String, nullable=False),
        sa.Column("delivered_at", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger, nullable=False),
        sa.Column("claimed_until", sa.BigInteger, nullable=False),
        sa.Column("last_error", sa.Text, nullable=False),
    )
    op.create_index("subscriptions_feed", "subscriptions", ["feed_path"])
    op.create_index("subscriptions_client", "subscriptions", ["client"])
    op.create_index("subscriptions_host", "subscriptions", ["host"])
    op.create_table(
        "intents",
        sa.Column("number", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("mode", sa.String, nullable=False),
        sa.Column("feed_path", sa.Text, nullable=False),
        sa.Column("format", sa.String, nullable=False),
        sa.Column("callback", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("client", sa.String, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("lease_seconds", sa.BigInteger, nullable=False),
        sa.Column("delivered", sa.String, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger),
        sa.Column("claimed_until", sa.BigInteger, nullable=False),
        sa.Column("last_error", sa.Text, nullable=False),
    )
    op.create_index("intents_name", "intents", ["name"])
    op.create_index("intents_next_attempt_at", "intents", ["next_attempt_at"])
    op.create_index("intents_host", "intents", ["host"])
    op.create_index("intents_client", "intents", ["client"])
    op.create_table(
        "listeners",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("told", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger, nullable=False),
        sa.Column("claimed_until", sa.BigInteger, nullable=False),
        sa.Column("last_error", sa.Text, nullable=False),
    )
