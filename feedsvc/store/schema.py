"""The tables of the store; migrations/ creates them."""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    collate,
    literal,
    or_,
    select,
    text,
)

from feedsvc.store.tables.table_list import metadata as metadata

SCHEMA_VERSION: Final = "0016"


# One row for each fact about the store: revision, site, renderer, held (count and name of the
# held set), opml_digest, opml_changed_at, naming (if the files that name the site are marked).
facts = Table(
    "facts",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

# Each file of the folder as it was last read, and the result.
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
    Column("entry_id", Text),  # of its published entry
    Column("key", Text, nullable=False),  # of its published entry, or of its last one
    Column("wants", Text, nullable=False),  # a key that another file has
    Column("due_at", BigInteger),  # microseconds since 1970: when to read it again
    Column("missing_since", BigInteger),  # microseconds since 1970
    Column("problems", Text, nullable=False),  # JSON
    # JSON, after a mark if the file names the site; empty for most.
    Column("measured", Text, nullable=False, server_default=""),
    Column("passed_at", BigInteger),  # microseconds since 1970; see FileRecord
    Column("ends_at", BigInteger),  # microseconds since 1970: when its published entry expires
    # The post that a hidden file contains, see HiddenPost; empty for other files.
    Column("hides_key", Text, nullable=False, server_default=""),
    Column("hides_title", String, nullable=False, server_default=""),  # digest
    Column("hides_body", String, nullable=False, server_default=""),  # digest
    Column("hides_date", String, nullable=False, server_default=""),  # as in `entries`
    # The keys that hide a draft; empty until a store of schema 0007 has read it again.
    Column("hidden_by", Text, nullable=False, server_default=""),
    # By which links find it; empty until a store of schema 0008 has read it again.
    Column("name", Text, nullable=False, server_default=""),
    Index("files_entry", "entry_id"),
    Index("files_name", "name"),
    # On PostgreSQL these have the same conditions (see the migrations). Naming it here would
    # import that dialect, which takes 100 ms.
    *(
        Index(f"files_{name}", column, sqlite_where=text(f"{column} IS NOT NULL"))
        for name, column in (
            ("due", "due_at"),
            ("missing", "missing_since"),
            ("ends", "ends_at"),
        )
    ),
    *(
        Index(
            f"files_{column}",
            column,
            sqlite_where=text(f"{column} <> ''"),
        )
        for column in ("wants", "hides_key", "hides_title", "hides_body")
    ),
    Index(
        "files_problems",
        "path",
        sqlite_where=text("problems <> ''"),
    ),
    Index(
        "files_measured",
        "path",
        sqlite_where=text("measured <> ''"),
    ),
    Index(
        "files_unpublished",
        *("state", "hidden_by", "path"),
        sqlite_where=text("state <> 'published'"),
    ),
)

WANTS_A_KEY: Final = text("wants <> ''")  # exactly as in the index on it

# The entry id of every key that was ever published. Rows are never deleted.
identities = Table(
    "identities",
    metadata,
    Column("key", Text, primary_key=True),
    Column("entry_id", Text, nullable=False),
    sqlite_with_rowid=False,
)

# What is published, without long texts: searches for titles read these rows.
entries = Table(
    "entries",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # the publish gives it
    Column("id", Text, nullable=False, unique=True),
    Column("permalink", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("published", String, nullable=False),  # ISO 8601 with the author's offset
    Column("updated", String, nullable=False),
    Column("language", String, nullable=False),
    Column("terms", Text, nullable=False),  # JSON: tags, categories, authors
    Column("digest", String, nullable=False),
    Column("more", Text, nullable=False, server_default=""),  # JSON; empty for most
    Index("entries_permalink", "permalink"),
)

# The summary and the content of each entry.
texts = Table(
    "texts",
    metadata,
    Column("entry", Integer, primary_key=True, autoincrement=False),  # number
    Column("packed", LargeBinary, nullable=False),  # see rows.packed_texts
)

# Entries with all that a subscriber reads.
WHOLE_ENTRIES: Final = select(entries, texts.c.packed).join_from(
    entries, texts, texts.c.entry == entries.c.number
)

# The same without the texts, for whoever needs only the feeds of entries.
ENTRIES_WITHOUT_TEXTS: Final = select(entries, literal(b"", LargeBinary).label("packed"))

# One row if the search index is on. Its own tables are in search/search_tables.py.
search_index = Table(
    "search_index",
    metadata,
    Column("version", Text, primary_key=True),  # of the tokens
    Column("next_entry", Integer),  # the first number that is not in it yet; NULL if complete
)

# Each entry that was ever published, for good. The row of a withdrawn entry has no title, no
# path and no text: only digests. Its earlier keys are in `identities`.
ledger = Table(
    "ledger",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False),  # that it has now, or had last; empty if unknown
    Column("published", String, nullable=False),  # as in `entries`; empty if unknown
    Column("updated", String, nullable=False),
    Column("redated", String, nullable=False),  # the date in its file; empty if as published
    Column(
        "first_at", BigInteger, nullable=False
    ),  # microseconds; 0: before there was a ledger
    Column("title_digest", String, nullable=False),
    Column("body_digest", String, nullable=False),  # of the text in the file
    Column("body_length", Integer, nullable=False),  # characters
    Column("words_digest", String, nullable=False),  # at the last edit that moved `updated`
    Column("permalink", Text, nullable=False),
    Column("earlier_permalinks", Text, nullable=False),  # JSON; empty for most
    Column("rss_guid", Text, nullable=False),  # an adopted id that is no IRI; empty for most
    Column("withdrawn_at", BigInteger),  # microseconds since 1970
    # The dates of an adopted feed, as `published`; empty for most.
    Column("adopted_published", String, nullable=False, server_default=""),
    Column("adopted_updated", String, nullable=False, server_default=""),
    Index("ledger_body", "body_digest"),
    Index("ledger_key", "key"),
    # Which addresses are gone; few posts are withdrawn.
    Index(
        "ledger_gone",
        "permalink",
        sqlite_where=text("withdrawn_at IS NOT NULL"),
    ),
)

# A hash for each id, key and permalink of a post that was removed for good.
forgotten = Table("forgotten", metadata, Column("hash", String, primary_key=True))

# Losses that wait for somebody to accept them. Their entries are still published.
held = Table(
    "held",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("kind", String, nullable=False),
    Column("path", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("reason", Text, nullable=False),  # see HeldLoss
    Column("since", BigInteger, nullable=False),  # microseconds since 1970
)

# Losses that were published since the last hour without one.
losses = Table(
    "losses",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),  # microseconds since 1970
    Column("groups", Text, nullable=False),  # JSON: its feeds and its top-level folder
)

# What each adoption of another feed changed, so that it can be undone.
adoptions = Table(
    "adoptions",
    metadata,
    Column("number", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("entry_id", Text, nullable=False),  # that was adopted
    Column("before", Text, nullable=False),  # JSON: the id and the ledger row until then
    PrimaryKeyConstraint("number", "key"),
    sqlite_with_rowid=False,
)

# The posts that were taken back: see Retraction. A row stays when its retraction has ended or
# was undone.
retractions = Table(
    "retractions",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("notice", Text, nullable=False),
    Column("origin", String, nullable=False),  # command or file
    Column("since", BigInteger, nullable=False),  # microseconds since 1970, as the next two
    Column("until", BigInteger, nullable=False),
    Column("undone_at", BigInteger),
    Index("retractions_until", "until"),
)

# The entries that left all feeds of late, by the feeds that had them (RFC 6721). A feed keeps
# its newest ones. `number` is that of the membership.
tombstones = Table(
    "tombstones",
    metadata,
    Column("feed", Integer, nullable=False),  # number, as in `memberships`
    Column("entry_id", Text, nullable=False),
    Column("deleted_at", BigInteger, nullable=False),  # seconds since 1970
    Column("number", Integer, nullable=False),
    PrimaryKeyConstraint("feed", "entry_id"),
    Index("tombstones_entry", "entry_id"),
    Index("tombstones_deleted_at", "deleted_at"),
    sqlite_with_rowid=False,
)

# The files beside a post that its entry shows.
attachments = Table(
    "attachments",
    metadata,
    Column("path", Text, nullable=False),  # the decoded path of its URL
    Column("entry_id", Text, nullable=False),
    PrimaryKeyConstraint("path", "entry_id"),
    Index("attachments_entry", "entry_id"),
    sqlite_with_rowid=False,
)

# The content of entries with links to other posts, before these links were resolved.
unresolved = Table(
    "unresolved",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("path", Text, nullable=False),  # of its file, at which its links begin
    Column("packed", LargeBinary, nullable=False),  # see rows.pack
    Column("links", Text, nullable=False),  # JSON, see SourceLink
)

# What the links of an entry depend on: see link_index.keys_of_file and names_of_feed.
link_keys = Table(
    "link_keys",
    metadata,
    Column("key", Text, nullable=False),
    Column("entry_id", Text, nullable=False),
    PrimaryKeyConstraint("key", "entry_id"),
    Index("link_keys_entry", "entry_id"),
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
    # The number of the last publish that changed its digest.
    Column("moved_in", BigInteger, nullable=False, server_default="0"),
    # The highest number of a membership that it ever had. It never decreases.
    Column("numbered", Integer, nullable=False, server_default="0"),
    Index("feeds_moved_in", "moved_in"),
    Index("feeds_size", "kind", "entries"),
)

# The site's feed is listed even if it is empty. Other empty feeds are only served.
IS_LISTED: Final = or_(feeds.c.entries > 0, feeds.c.kind == "site")

# Which feed contains which entry. The primary key, read backwards, is the order of a feed, but
# entries with equal dates are ordered by their ids. The number is given for good: archive pages
# are ranges of it. Only within the migration that added it, it may be missing.
memberships = Table(
    "memberships",
    metadata,
    Column("feed", Integer, nullable=False),  # number; no foreign key: see the migration
    Column("published_at", BigInteger, nullable=False),  # microseconds since 1970
    Column("entry", Integer, nullable=False),  # number
    Column("number", Integer),
    PrimaryKeyConstraint("feed", "published_at", "entry"),
    Index(
        "memberships_number",
        "feed",
        "number",
        unique=True,
        sqlite_where=text("number IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)


def feed_order(dialect: str) -> tuple[ColumnElement[Any], ...]:
    """The order of a feed, newest first: of equal dates, the greater id comes first."""
    return memberships.c.published_at.desc(), by_octets(entries.c.id, dialect).desc()


def by_octets(column: Column[str], dialect: str) -> ColumnElement[str]:
    """A column that is compared by its octets on either engine, as SQLite does by itself."""
    return collate(column, "C") if dialect == "postgresql" else column


# What each publish changed; only the last publishes are kept.
publishes = Table(
    "publishes",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),  # microseconds since 1970, as all below
    Column("news", Text, nullable=False),  # JSON
)

# Other rows are messages for listeners that are about no publish.
IS_PUBLISH: Final = publishes.c.news.not_like('{"attention"%')

# Requests of webhook clients: to publish the folder, or to preview a publish.
jobs = Table(
    "jobs",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("ref", Text, nullable=False),  # of a preview: the git ref
    Column("state", String, nullable=False),
    Column("calls", Integer, nullable=False),  # how many calls it answers
    Column("asked_at", BigInteger, nullable=False),
    Column("begun_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
    Column("report", Text, nullable=False),  # JSON; empty until the job has ended
    Column("watcher", String, nullable=False, server_default=""),  # that has begun it
    # The held set that it accepts, "*" for whatever is held; empty for none.
    Column("accept", String, nullable=False, server_default=""),
    Index("jobs_state", "state"),
)

# The running watchers, each with its configured folder or repository.
watchers = Table(
    "watchers",
    metadata,
    Column("name", String, primary_key=True),  # random, one for each process
    Column("folder", Text, nullable=False),
    Column("alive_at", BigInteger, nullable=False),  # by the database's clock
)

# The names of received calls, so that a call that is sent twice counts once.
messages = Table(
    "messages",
    metadata,
    Column("message", Text, primary_key=True),
    Column("job", String, nullable=False),
    Column("heard_at", BigInteger, nullable=False),
    Index("messages_heard_at", "heard_at"),
)

# Who gets which feed (W3C WebSub). A delivery is due if `delivered` is not the digest of the
# feed.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("name", String, primary_key=True),  # a hash of topic and callback
    Column("feed_path", Text, nullable=False),
    Column("format", String, nullable=False),
    Column("callback", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("client", String, nullable=False),  # the IP address of the client that requested it
    Column("secret", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("lease_ends_at", BigInteger, nullable=False),
    Column("delivered", String, nullable=False),  # a digest of the feed; empty if unknown
    Column("delivered_at", BigInteger),
    Column("attempts", Integer, nullable=False),  # failures in a row
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("claimed_until", BigInteger, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("topic", Text, nullable=False, server_default=""),  # as sent; empty: the self link
    Index("subscriptions_feed", "feed_path"),
    Index("subscriptions_client", "client"),
    Index("subscriptions_host", "host"),
    Index("subscriptions_failing", "attempts", sqlite_where=text("attempts > 0")),
)

# Requests to subscribe or unsubscribe, until the callback has confirmed them. Intents that
# were refused or replaced stay for a while without a next attempt: they count against their
# host and client.
intents = Table(
    "intents",
    metadata,
    Column("number", String, primary_key=True),  # random
    Column("name", String, nullable=False),  # as in `subscriptions`
    Column("mode", String, nullable=False),
    Column("feed_path", Text, nullable=False),
    Column("format", String, nullable=False),
    Column("callback", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("client", String, nullable=False),
    Column("secret", Text, nullable=False),
    Column("lease_seconds", BigInteger, nullable=False),
    Column("delivered", String, nullable=False),  # the feed's digest at the time of the request
    Column("asked_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", BigInteger),
    Column("claimed_until", BigInteger, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("topic", Text, nullable=False, server_default=""),  # as in `subscriptions`
    Column("verify_token", Text, nullable=False, server_default=""),
    Index("intents_name", "name"),
    Index("intents_next_attempt_at", "next_attempt_at"),
    Index("intents_host", "host"),
    Index("intents_client", "client"),
)

# Outside hubs and notify URLs, each by a hash.
listeners = Table(
    "listeners",
    metadata,
    Column("name", String, primary_key=True),
    Column("told", BigInteger, nullable=False),  # the last publish it was notified of
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("claimed_until", BigInteger, nullable=False),
    Column("last_error", Text, nullable=False),
)
