"""A column for the fields that few entries have; a feed for each language."""

import json

import sqlalchemy as sa
from alembic import op

from feedsvc.core.languages import language_tag

revision = "0002"
down_revision = "0001"

_RESPELL = sa.text("UPDATE entries SET language = :tag WHERE language = :language")
_NEW_FEED = sa.text(
    "INSERT INTO feeds (path, kind, names, entries, digest, changed_at) "
    "SELECT :path, 'language', :names, "
    "(SELECT COUNT(*) FROM entries WHERE language = :language), '', changed_at "
    "FROM feeds WHERE path = ''"
)
_MEMBERSHIPS = sa.text(
    "INSERT INTO memberships (feed, published_at, entry_id) "
    "SELECT (SELECT number FROM feeds WHERE path = :path), "
    "memberships.published_at, memberships.entry_id "
    "FROM memberships "
    "JOIN feeds ON feeds.number = memberships.feed AND feeds.path = '' "
    "JOIN entries ON entries.id = memberships.entry_id AND entries.language = :language"
)


def upgrade() -> None:
    op.add_column("entries", sa.Column("more", sa.Text, nullable=False, server_default=""))
    # A publish removes an entry from the feeds that its row names, so the feed of its language
    # must exist. The next publish reads every post again and sets missing languages.
    connection = op.get_bind()
    languages = (
        connection.execute(sa.text("SELECT DISTINCT language FROM entries")).scalars().all()
    )
    for language in filter(None, languages):
        respelt = {"tag": language_tag(language), "language": language}
        connection.execute(_RESPELL, respelt)
    for tag in sorted(set(map(language_tag, filter(None, languages)))):
        feed = {"path": f"lang/{tag}", "names": json.dumps([tag]), "language": tag}
        connection.execute(_NEW_FEED, feed)
        connection.execute(_MEMBERSHIPS, {"path": feed["path"], "language": tag})
