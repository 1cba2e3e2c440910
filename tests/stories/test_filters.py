"""Filters while posts come, change and go: a client that follows the history misses nothing."""

import json
import random
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.site import Site
from feedsvc.settings.site import site_of
from feedsvc.store.publication import Publication
from tests.support.archive_client import ArchiveClient
from tests.support.asking import URL, Front, Publisher, ask
from tests.support.builders import an_entry

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
QUERIES: Final[dict[str, Callable[[set[str]], bool]]] = {
    "tag=a&tag=b": lambda tags: {"a", "b"} <= tags,
    "tag=a&not-tag=b": lambda tags: "a" in tags and "b" not in tags,
    "tag=b|c&not-tag=a": lambda tags: bool(tags & {"b", "c"}) and "a" not in tags,
    "not-tag=c": lambda tags: "c" not in tags,
}
NAMED: Final = "tag=a&not-tag=b"


class Posts:
    """Posts that change at random, and what is published of them."""

    def __init__(self, publisher: Publisher, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - of a test
        self._store = publisher.store
        self._site: Site = site_of(publisher.settings)
        self._count = 0
        self.entries: dict[str, Entry] = {}

    def change(self, added: int) -> None:
        """Publish new posts, also with old dates; edit, redate and withdraw some."""
        chosen = self._random.sample(sorted(self.entries), min(30, len(self.entries)))
        edited, gone = chosen[:20], chosen[20:]
        new = [self._new() for _ in range(added)]
        for number, entry_id in enumerate(edited):
            entry = self.entries[entry_id]
            date = self._date() if number % 2 else entry.published
            updated = max(entry.updated, date) + timedelta(days=400 + self._count)
            new.append(replace(entry, published=date, updated=updated, tags=self._tags()))
        self._store.publish(Publication(self._site, new, withdrawn=gone), START)
        self.entries |= {entry.id: entry for entry in new}
        for entry_id in gone:
            del self.entries[entry_id]

    def _new(self) -> Entry:
        self._count += 1
        date = self._date()
        return an_entry(f"{self._count:04}", published=date, updated=date, tags=self._tags())

    def _date(self) -> datetime:
        return START + timedelta(days=self._random.randrange(60))

    def _tags(self) -> tuple[str, ...]:
        return tuple(tag for tag in "abc" if self._random.random() < 0.6)


@pytest.mark.parametrize("format_name", ["atom", "json"])
def test_the_history_of_a_filter_has_every_post_of_it_at_any_time(
    tmp_path: Path, format_name: str
) -> None:
    settings = {"FILTERS": json.dumps({"named": {"title": "Named", "query": NAMED}})}
    publisher = Publisher(tmp_path, f"sqlite:///{tmp_path}/store.sqlite3", **settings)
    with closing(publisher.store):
        front, posts = Front(publisher), Posts(publisher, 7)

        def get(address: str) -> bytes:
            answer = ask(front.replay, address.removeprefix(URL))
            assert answer.status == "200 OK", address
            return answer.body

        documents_of = f"feed/{format_name}"
        addresses = {f"{documents_of}?{q.replace('|', '%7C')}": q for q in QUERIES}
        name = {"atom": "atom.xml", "json": "feed.json"}[format_name]
        addresses[f"filters/named/{name}"] = NAMED
        for added in (180, 5, 1, 60):
            posts.change(added)
            front.follower.check()
            for address, query in addresses.items():
                client = ArchiveClient(get, f"{URL}/{address}")
                documents = client.visit()
                wanted = {
                    entry.id
                    for entry in posts.entries.values()
                    if QUERIES[query](set(entry.tags))
                }
                assert set(client.kept) == wanted, (added, address)
                assert len(documents) > 1
