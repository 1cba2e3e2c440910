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

SCHEMA_VERSION: Final = "0006"

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
    Column("measured", Text, nullable=False, server_default=""),  # JSON; empty for most
    Column("passed_at", BigInteger),  # microseconds since 1970; see FileRecord
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
    Index(
        "files_measured",
        "path",
        sqlite_where=text("measured <> ''"),
        postgresql_where=text("measured <> ''"),
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

# Where the files are found that an entry shows and that lie beside its post.
attachments = Table(
    "attachments",
    metadata,
    Column("path", Text, nullable=False),  # decoded, on the site
    Column("entry_id", Text, nullable=False),
    PrimaryKeyConstraint("path", "entry_id"),
    Index("attachments_entry", "entry_id"),
    sqlite_with_rowid=False,
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
    # The number of the publish in which its digest moved last.
    Column("moved_in", BigInteger, nullable=False, server_default="0"),
    Index("feeds_moved_in", "moved_in"),
    Index("feeds_size", "kind", "entries"),
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

# What each publish changed; the last of them only.
publishes = Table(
    "publishes",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),  # microseconds since 1970, as all below
    Column("news", Text, nullable=False),  # JSON
)

# What was asked for from outside: to look at the folder again, or to say what that would do.
jobs = Table(
    "jobs",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("ref", Text, nullable=False),  # of a preview: what of the repository it is about
    Column("state", String, nullable=False),
    Column("calls", Integer, nullable=False),  # how many it answers
    Column("asked_at", BigInteger, nullable=False),
    Column("begun_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
    Column("report", Text, nullable=False),  # JSON; empty until it has ended
    Column("watcher", String, nullable=False, server_default=""),  # that has begun it
    Index("jobs_state", "state"),
)

# The watchers that run, each with its configured folder or repository.
watchers = Table(
    "watchers",
    metadata,
    Column("name", String, primary_key=True),  # at random, for each process
    Column("folder", Text, nullable=False),
    Column("alive_at", BigInteger, nullable=False),  # by the database's clock
)

# The calls that were heard, so that one that comes twice is heard once.
messages = Table(
    "messages",
    metadata,
    Column("message", Text, primary_key=True),
    Column("job", String, nullable=False),
    Column("heard_at", BigInteger, nullable=False),
    Index("messages_heard_at", "heard_at"),
)

# Who is sent what changes (W3C WebSub). A subscription whose `delivered` is not the digest of
# its feed is due.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("name", String, primary_key=True),  # a hash of topic and callback
    Column("feed_path", Text, nullable=False),
    Column("format", String, nullable=False),
    Column("callback", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("client", String, nullable=False),  # the address that asked
    Column("secret", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("lease_ends_at", BigInteger, nullable=False),
    Column("delivered", String, nullable=False),  # a digest of the feed; empty: not known
    Column("delivered_at", BigInteger),
    Column("attempts", Integer, nullable=False),  # that failed, one after another
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("claimed_until", BigInteger, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("topic", Text, nullable=False, server_default=""),  # as sent; empty: the self link
    Index("subscriptions_feed", "feed_path"),
    Index("subscriptions_client", "client"),
    Index("subscriptions_host", "host"),
)

# What somebody wants of a subscription, until its callback has said that it does want it.
# Those that were refused, or asked for anew, stay a while without a next attempt: they count
# against their host.
intents = Table(
    "intents",
    metadata,
    Column("number", String, primary_key=True),  # at random
    Column("name", String, nullable=False),  # as that of the subscription
    Column("mode", String, nullable=False),
    Column("feed_path", Text, nullable=False),
    Column("format", String, nullable=False),
    Column("callback", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("client", String, nullable=False),
    Column("secret", Text, nullable=False),
    Column("lease_seconds", BigInteger, nullable=False),
    Column("delivered", String, nullable=False),  # the feed's digest when it was asked for
    Column("asked_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", BigInteger),
    Column("claimed_until", BigInteger, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("topic", Text, nullable=False, server_default=""),  # as that of the subscription
    Column("verify_token", Text, nullable=False, server_default=""),
    Index("intents_name", "name"),
    Index("intents_next_attempt_at", "next_attempt_at"),
    Index("intents_host", "host"),
    Index("intents_client", "client"),
)

# Outside hubs and URLs to notify, each by a hash: up to which publish they have been told.
listeners = Table(
    "listeners",
    metadata,
    Column("name", String, primary_key=True),
    Column("told", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("claimed_until", BigInteger, nullable=False),
    Column("last_error", Text, nullable=False),
)
