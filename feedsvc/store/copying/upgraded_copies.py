"""A copy of an older store with the current schema, for a dry run before an upgrade."""

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from feedsvc.store.chunks import chunks
from feedsvc.store.engine.database import Database

# The tables that a publish reads and writes. Subscriptions and their secrets stay out.
_TABLES: Final = (
    "facts",
    "identities",
    "files",
    "entries",
    "texts",
    "unresolved",
    "link_keys",
    "attachments",
    "feeds",
    "memberships",
    "ledger",
    "forgotten",
    "held",
    "losses",
    "publishes",
    "publish_records",
    "failures",
)


def copy_upgraded(url: str, file: Path) -> None:
    """Copy the published rows of the store at `url` into a new SQLite store and upgrade it.

    The store at `url` is read in one transaction and is not changed, since an older feedsvc may
    be using it. Raises StoreError.
    """
    old = Database(url, as_found=True, reads=True)
    new = Database(f"sqlite:///{file}", as_found=True)
    try:
        with old.reading() as source:
            new.migrate(old.version())
            inspector = sa.inspect(source)
            with new.writing() as target:
                for name in filter(inspector.has_table, _TABLES):
                    _copy(name, source, target)
        new.migrate(keeps_copy=False)
    finally:
        old.close()
        new.close()


def _copy(name: str, source: sa.Connection, target: sa.Connection) -> None:
    old = sa.Table(name, sa.MetaData(), autoload_with=source)
    new = sa.Table(name, sa.MetaData(), autoload_with=target)
    rows = source.execution_options(yield_per=500).execute(sa.select(old)).mappings()
    for chunk in chunks(rows):
        target.execute(sa.insert(new), [dict(row) for row in chunk])
