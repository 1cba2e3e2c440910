"""The tables of the store; migrations/ builds them."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

SCHEMA_VERSION: Final = "0002"

metadata = MetaData()

# One row for each fact about the whole: revision, site, scanned, opml_digest, opml_changed_at.
facts = Table(
    "facts",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

# What every file of the folder was when it was last read, and what came of it.
files = Table(
    "files",
    metadata,
    Column("path", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("ctime_ns", BigInteger, nullable=False),
    Column("inode", BigInteger, nullable=False),
    Column("digest", String, nullable=False),
    Column("state", String, nullable=False),
    Column("entry_id", Text),  # of the entry that it has published
    Column("key", Text, nullable=False),  # under which it has published it
    Column("wants", Text, nullable=False),  # the key that another file has
    Column("due_at", BigInteger),  # microseconds since 1970: then it is to be read again
    Column("missing_since", BigInteger),  # microseconds since 1970
    Column("problems", Text, nullable=False),  # JSON
    Index("files_entry", "entry_id"),
    Index("files_wants", "wants"),
    Index("files_due", "due_at"),
    Index("files_missing", "missing_since"),
    Index(
        "files_problems",
        "path",
        sqlite_where=text("problems <> ''"),
        postgresql_where=text("problems <> ''"),
    ),
)

# The id of every key that was ever published; never deleted from.
identities = Table(
    "identities",
    metadata,
    Column("key", Text, primary_key=True),
    Column("entry_id", Text, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("permalink", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content_html", Text, nullable=False),
    Column("published", String, nullable=False),  # ISO 8601 with the author's offset
    Column("updated", String, nullable=False),
    Column("language", String, nullable=False),
    Column("terms", Text, nullable=False),  # JSON: tags, categories, authors
    Column("digest", String, nullable=False),
    Column("more", Text, nullable=False, server_default=""),  # JSON; empty for most
    Index("entries_permalink", "permalink"),
)

feeds = Table(
    "feeds",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("path", Text, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("names", Text, nullable=False),  # JSON
    Column("entries", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("changed_at", BigInteger, nullable=False),  # seconds since 1970
)

# Which feed holds which entry; its key is the order of a feed, read from its end.
memberships = Table(
    "memberships",
    metadata,
    Column("feed", Integer, ForeignKey("feeds.number"), nullable=False),
    Column("published_at", BigInteger, nullable=False),  # microseconds since 1970
    # Two entries of one date come in the order of their ids: everywhere that of their bytes.
    Column("entry_id", Text().with_variant(Text(collation="C"), "postgresql"), nullable=False),
    PrimaryKeyConstraint("feed", "published_at", "entry_id"),
    sqlite_with_rowid=False,
)

# One row: how often a rescan was asked for, and the last of them that has begun.
rebuilds = Table(
    "rebuilds",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("asked", BigInteger, nullable=False),
    Column("begun", BigInteger, nullable=False),
)
