"""Links between posts in the store: what they depend on, and which must be resolved again."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from feedsvc.core.feeds.entries import Entry, SourceLink, Unresolved
from feedsvc.core.feeds.link_index import (
    Linkable,
    LinkIndex,
    feed_linkable,
    keys_of_file,
    names_of_feed,
)
from feedsvc.core.feeds.linked_entries import LinkedEntry, linked_entry, names_to_look_up
from feedsvc.core.file_records import FileRecord
from feedsvc.core.site import Site
from feedsvc.store.bulk import insert_rows, upsert
from feedsvc.store.chunks import chunks
from feedsvc.store.rows import entry_of, pack, topic_of, unpack
from feedsvc.store.schema import WHOLE_ENTRIES, entries, feeds, files, link_keys, unresolved


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """What a link to a file leads to: compared before and after a publish."""

    entry_id: str | None
    permalink: str | None


class PostLinks:
    """The links of one publish. `permalinks` are those of the posts that it writes, by id."""

    def __init__(
        self, connection: Connection, site: Site, permalinks: Mapping[str, str]
    ) -> None:
        self._connection = connection
        self._site = site
        self._permalinks = permalinks
        self._feeds: dict[str, list[Linkable]] | None = None
        some = sa.select(sa.literal(1)).select_from(unresolved).limit(1)
        self.exist = connection.execute(some).first() is not None
        self.resolved_ids: set[str] = set()

    def resolve(self, put: Sequence[Entry], paths: Mapping[str, str]) -> list[LinkedEntry]:
        """The entries with resolved links; `paths` are those of their files, by id."""
        linking = [entry for entry in put if entry.unresolved]
        if not linking:
            return [LinkedEntry(entry, (), ()) for entry in put]
        names = {n for e in linking for n in names_to_look_up(e, paths.get(e.id, ""))}
        index = self._index(names)
        self.resolved_ids.update(entry.id for entry in linking)
        return [linked_entry(entry, paths.get(entry.id, ""), index) for entry in put]

    def _index(self, names: Collection[str]) -> LinkIndex:
        found: list[Linkable] = []
        columns = (files.c.path, files.c.entry_id, entries.c.permalink)
        joined = sa.select(*columns).outerjoin(entries, entries.c.id == files.c.entry_id)
        for chunk in chunks(sorted(name for name in names if "/" not in name)):
            for row in self._connection.execute(joined.where(files.c.name.in_(chunk))):
                url = self._permalinks.get(row.entry_id or "", row.permalink or "")
                found.append(Linkable(row.path, url))
        lists = self._feeds_by_name() if any("/" in name for name in names) else {}
        return LinkIndex(self._site, found, lists)

    def _feeds_by_name(self) -> Mapping[str, Sequence[Linkable]]:
        """The feeds with entries, as they were before this publish unless `see_feeds` ran."""
        if self._feeds is None:
            self.see_feeds({})
        return self._feeds or {}

    def see_feeds(self, growth: Mapping[int, int]) -> None:
        """Read the feeds that have entries once each has grown; `growth` is by number."""
        self._feeds = {}
        for row in self._connection.execute(sa.select(feeds)).mappings():
            if row["entries"] + growth.get(row["number"], 0) > 0:
                topic = topic_of(row)
                linkable = feed_linkable(self._site, topic)
                for name in names_of_feed(topic, self._site.rules):
                    self._feeds.setdefault(name, []).append(linkable)

    def write(self, linked: Iterable[LinkedEntry], paths: Mapping[str, str]) -> None:
        """Write what these entries depend on, in place of what the store has."""
        every = [*linked]
        self.delete([each.entry.id for each in every])
        rows, keys = [], []
        for each in every:
            source = each.entry.unresolved
            if source is None:
                continue
            entry_id = each.entry.id
            links = json.dumps([astuple(link) for link in source.links], ensure_ascii=False)
            row = {"entry_id": entry_id, "path": paths.get(entry_id, ""), "links": links}
            rows.append(row | {"packed": pack(source.content_html)})
            keys += [{"key": key, "entry_id": entry_id} for key in each.keys]
        insert_rows(self._connection, unresolved, rows)
        upsert(self._connection, link_keys, keys)
        self.exist = self.exist or bool(rows)

    def delete(self, ids: Collection[str]) -> None:
        """Forget the links of these entries."""
        if self.exist and ids:
            for table in (unresolved, link_keys):
                self._connection.execute(sa.delete(table).where(table.c.entry_id.in_(ids)))

    def rename(self, ids: Mapping[str, str]) -> None:
        """Give the links of entries to the new ids; `ids` has these by the present ones."""
        for table in (unresolved, link_keys) if self.exist and ids else ():
            query = sa.select(table).where(table.c.entry_id.in_(ids))
            rows = [dict(row) for row in self._connection.execute(query).mappings()]
            self._connection.execute(sa.delete(table).where(table.c.entry_id.in_(ids)))
            renamed = [row | {"entry_id": ids[row["entry_id"]]} for row in rows]
            insert_rows(self._connection, table, renamed)

    # Which entries must be resolved again.

    def targets(self, paths: Iterable[str]) -> dict[str, LinkedFile]:
        """What links to these files lead to, by path, as the store has it now."""
        found: dict[str, LinkedFile] = {}
        columns = (files.c.path, files.c.entry_id, entries.c.permalink)
        joined = sa.select(*columns).outerjoin(entries, entries.c.id == files.c.entry_id)
        for chunk in chunks(paths) if self.exist else ():
            for row in self._connection.execute(joined.where(files.c.path.in_(chunk))):
                found[row.path] = LinkedFile(row.entry_id, row.permalink)
        return found

    def changed_keys(
        self,
        before: Mapping[str, LinkedFile],
        records: Iterable[FileRecord],
        forgotten: Iterable[str],
    ) -> set[str]:
        """The keys of links that may lead elsewhere, now that these files are recorded."""
        permalinks = {each.entry_id: each.permalink for each in before.values()}
        paths = [path for path in forgotten if path in before]
        for record in records:
            entry_id = record.entry_id
            permalink = self._permalinks.get(entry_id or "", permalinks.get(entry_id))
            if before.get(record.path) != LinkedFile(entry_id, permalink):
                paths.append(record.path)
        return {key for path in paths for key in keys_of_file(path)}

    def dependants(self, keys: Iterable[str]) -> set[str]:
        """The ids of the entries whose links depend on any of these keys."""
        ids: set[str] = set()
        for chunk in chunks(sorted(keys)) if self.exist else ():
            query = sa.select(link_keys.c.entry_id).where(link_keys.c.key.in_(chunk))
            ids.update(self._connection.execute(query).scalars())
        return ids

    def every_id(self) -> set[str]:
        """The ids of all entries with links."""
        return set(self._connection.execute(sa.select(unresolved.c.entry_id)).scalars())

    def read(self, ids: Iterable[str]) -> Iterator[dict[int, tuple[str, Entry]]]:
        """These entries as published, unresolved, in parts: path and entry, by number."""
        columns = (unresolved.c.path, unresolved.c.packed.label("source"), unresolved.c.links)
        query = WHOLE_ENTRIES.add_columns(*columns).join(
            unresolved, unresolved.c.entry_id == entries.c.id
        )
        for chunk in chunks(sorted(ids)):
            rows = self._connection.execute(query.where(entries.c.id.in_(chunk))).mappings()
            yield {row["number"]: (row["path"], _unresolved_entry(row)) for row in rows}


def _unresolved_entry(row: Any) -> Entry:
    links = tuple(SourceLink(*values) for values in json.loads(row["links"]))
    return replace(entry_of(row), unresolved=Unresolved(unpack(row["source"]), links))
