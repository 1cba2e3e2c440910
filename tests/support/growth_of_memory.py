"""Made-up ledgers, old feeds and old addresses, to count how their rules grow."""

import json
from collections.abc import Callable
from functools import partial
from typing import Final

from feedsvc.core.adopting.matches import PublishedPost
from feedsvc.core.adopting.old_entries import OldEntry, OldFeed
from feedsvc.core.adopting.plan import plan
from feedsvc.core.adopting.read_feed import read_feed
from feedsvc.core.feeds.feeds import (
    Topic,
)
from feedsvc.core.ledger.ledger import LedgerEntry
from feedsvc.core.ledger.ledger_lines import (
    ForgottenHash,
    LedgerLine,
    LedgerRecord,
    line_of,
    read_ledger,
)
from feedsvc.core.ledger.losses import HeldLoss, LossBook, group_names, held_set
from feedsvc.core.redirects.presets import PRESETS, PresetFeed, old_feeds
from feedsvc.core.redirects.slug_index import SlugIndex, looks
from tests.support.builders import at
from tests.support.growth import (
    Case,
    again,
    texts,
)

DAY: Final = at("2026-03-01")


def a_ledger(count: int) -> Callable[[], object]:
    ids = [f"tag:x:{number}" for number in range(count)]
    records = [LedgerRecord(LedgerEntry(i, f"slug:{i}"), (f"path:{i}",)) for i in ids]
    lines: list[LedgerLine] = [*records, *(ForgottenHash(f"{n:064}") for n in range(count))]

    def written_and_read() -> object:
        read = read_ledger((line_of(line).encode() for line in lines), "x")
        return [line.keys for line in read if isinstance(line, LedgerRecord)]

    return written_and_read


def some_terms(count: int) -> list[tuple[str, Topic]]:
    names = (f"{name}{mark}" for name in texts("t", count) for mark in "#!")
    topics = [Topic("category", ("above", name)) for name in names]
    return [(topic.path, topic) for topic in topics]


def a_search(terms: list[tuple[str, Topic]]) -> list[list[str]]:
    index = SlugIndex(terms, PRESETS)
    ways = looks("wordpress", PresetFeed("category", "above/t1", "rss"))
    return [index.similar(10), *map(index.paths, ways)]


def some_old_addresses(levels: list[str]) -> list[object]:
    path = "/".join(["category", *levels[:200], "feed"])
    queries = ("", "feed=rss2&category_name=a/b")
    found = [old_feeds(preset, path, query) for preset in PRESETS for query in queries]
    return [found, old_feeds("wordpress", "", queries[1])]


def adopting(*, by: str) -> Case:
    """Two feeds of a site: half of the posts are in them, and many entries are no post."""

    def case(count: int) -> Callable[[], object]:
        count += 12  # a rule needs five entries
        ids, titles, links = (texts(prefix, count) for prefix in ("tag:x:", "t", "https://x/"))
        posts = [
            PublishedPost(i, str(n), f"{n}.md", title, (link,), DAY, DAY)
            for n, (i, title, link) in enumerate(zip(ids, titles, links, strict=True))
        ]
        half = list(zip(again(titles), again(links), strict=True))[: count // 2]
        named = [
            OldEntry(link, link, title, DAY)
            if by == "link"
            else OldEntry(title, "", title, DAY)
            for title, link in half
        ]
        others = [OldEntry(f"urn:{text}", "", text, DAY) for text in texts("other", count)]
        feeds = [OldFeed("a", (*named, *others)), OldFeed("b", (*others, *named))]
        used = dict.fromkeys(texts("tag:y:", count), "a")
        return partial(plan, feeds, posts, used, DAY, forgotten=set(texts("f", count)))

    return case


def old_rss(count: int) -> Callable[[], object]:
    items = "".join(
        f"<item><title>{text}</title><guid>{text}</guid><link>/{text}</link></item>"
        for text in texts("t", count)
    )
    head = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "b">]>'
    document = f'{head}<rss version="2.0"><channel>{items}</channel></rss>'
    return partial(read_feed, "old.xml", document.encode())


def old_json(count: int) -> Callable[[], object]:
    items = [{"id": text, "date_published": "2020-01-01"} for text in texts("t", count)]
    return partial(read_feed, "old.json", json.dumps({"items": items}).encode())


def held_losses(count: int) -> Callable[[], object]:
    ids = texts("tag:", count)
    losses = tuple(HeldLoss(i, "withdrawn", f"p{i}", "Tea", f"folder {i}", 1) for i in ids)
    book = LossBook(losses, losses[1:])

    def summary() -> object:
        return held_set(losses).to_dict(), bool(book), book.announces(), group_names("a/b", ids)

    return summary
