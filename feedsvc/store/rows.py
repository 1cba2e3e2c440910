"""Rows to values and back: how an Entry, a Topic, a FileRecord or a Target is stored."""

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, astuple
from datetime import datetime
from typing import Any, Final

import zstandard
from sqlalchemy import RowMapping

from feedsvc.core.dates import microseconds
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.feeds import Topic
from feedsvc.core.feeds.link_index import name_of_file
from feedsvc.core.file_records import FileRecord, HiddenPost, Stamp
from feedsvc.core.ledger.identities import Claim
from feedsvc.core.ledger.ledger import LedgerEntry, text_digest
from feedsvc.core.media import Enclosure
from feedsvc.core.people import Person
from feedsvc.core.podcasts.episode import NO_EPISODE, Episode
from feedsvc.core.problems import Problem
from feedsvc.core.websub.subscriptions import Target

SHORTEST: Final = 200  # octets; zstd saves little on fewer
_LEVEL: Final = 3
_MAGIC: Final = b"\x28\xb5\x2f\xfd"  # begins each frame of zstd, and no UTF-8 text
_NAMES_SITE: Final = "{{ site }}"  # before the JSON of `measured`

_own = threading.local()  # neither side of zstandard may be shared by threads


def file_row(record: FileRecord) -> dict[str, Any]:
    """The record as a row of `files`."""
    return {
        "path": record.path,
        **record.stamp._asdict(),
        "digest": record.digest,
        "state": record.state,
        "entry_id": record.entry_id,
        "due_at": record.due_at,
        "missing_since": record.missing_since,
        "key": record.key,
        "wants": record.wants,
        "problems": problems_text(record.problems),
        "measured": _measured_text(record),
        "passed_at": record.passed_at,
        "ends_at": record.ends_at,
        "hidden_by": record.hidden_by,
        "name": name_of_file(record.path),
        **_hidden_columns(record.hides),
    }


def _hidden_columns(post: HiddenPost | None) -> dict[str, str]:
    return {
        "hides_key": post.key if post else "",
        "hides_title": post.title_digest if post else "",
        "hides_body": post.body_digest if post else "",
        "hides_date": _iso(post.published) if post else "",
    }


def _hidden_post(key: str, title: str, body: str, date: str) -> HiddenPost | None:
    if not (key or title or body):
        return None
    return HiddenPost(key, title, body, datetime.fromisoformat(date) if date else None)


def problems_text(problems: tuple[Problem, ...]) -> str:
    """The problems of a file as its row of `files` has them; empty for none."""
    rows = [
        [p.line, p.fault, p.cure, p.refuses, p.code, p.column, p.text]
        + ([p.others] if p.others else [])
        for p in problems
    ]
    return json.dumps(rows, ensure_ascii=False) if rows else ""


# The columns of `files` that a record consists of, in this order.
FILE_COLUMNS: Final = (
    *("path", "size", "mtime_ns", "ctime_ns", "inode", "digest", "state", "entry_id", "key"),
    *("wants", "due_at", "missing_since", "problems", "measured", "passed_at", "ends_at"),
    *("hides_key", "hides_title", "hides_body", "hides_date", "hidden_by"),
)


def file_record(row: Sequence[Any]) -> FileRecord:
    """The record in the FILE_COLUMNS of a row of `files`."""
    # fmt: off
    (
        path, size, mtime_ns, ctime_ns, inode, digest, state, entry_id, key, wants, due_at,
        missing_since, problems, measured, passed_at, ends_at, *hides, hidden_by,
    ) = row
    # fmt: on
    return FileRecord(
        path,
        Stamp(size, mtime_ns, ctime_ns, inode),
        digest,
        state,
        entry_id,
        due_at,
        missing_since,
        problems_of(path, problems) if problems else (),
        key,
        wants,
        measured_of(measured) if measured else (),
        passed_at,
        ends_at,
        _hidden_post(*hides),
        hidden_by,
        measured.startswith(_NAMES_SITE),
    )


def problems_of(path: str, text: str) -> tuple[Problem, ...]:
    """The problems in a row of `files`."""
    rows = json.loads(text) if text else ()
    return tuple(Problem(path, *row[:7], *map(tuple, row[7:])) for row in rows)


def measured_of(text: str) -> tuple[tuple[str, int | None], ...]:
    """The measured files in a row of `files`: name and octets."""
    rows = text.removeprefix(_NAMES_SITE)
    return tuple((name, octets) for name, octets in json.loads(rows)) if rows else ()


def _measured_text(record: FileRecord) -> str:
    """What an entry depends on besides its file: attached files, and the names of the site."""
    rows = json.dumps(record.measured, ensure_ascii=False) if record.measured else ""
    return f"{_NAMES_SITE}{rows}" if record.names_site else rows


def ledger_row(entry: LedgerEntry) -> dict[str, Any]:
    """The entry of the ledger as a row of `ledger`."""
    earlier = entry.earlier_permalinks
    return {
        **asdict(entry),
        "published": _iso(entry.published),
        "updated": _iso(entry.updated),
        "redated": _iso(entry.redated),
        "adopted_published": _iso(entry.adopted_published),
        "adopted_updated": _iso(entry.adopted_updated),
        "earlier_permalinks": json.dumps(earlier, ensure_ascii=False) if earlier else "",
    }


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def ledger_entry(row: RowMapping | dict[str, Any]) -> LedgerEntry:
    """The entry of the ledger in a row of `ledger`."""
    dates = {
        name: datetime.fromisoformat(row[name]) if row[name] else None
        for name in ("published", "updated", "redated", "adopted_published", "adopted_updated")
    }
    return LedgerEntry(**{**row, **dates, "earlier_permalinks": _earlier_permalinks(row)})


def next_ledger_row(
    entry: Entry, claim: Claim | None, before: RowMapping | None, now: datetime
) -> dict[str, Any]:
    """The row of `ledger` for an entry that is published now; `before` is its row until now.

    Without a claim, what only a claim tells stays as it was.
    """
    row: dict[str, Any] = dict(before) if before else dict(_EMPTY_LEDGER_ROW)
    published = entry.published.isoformat()
    row |= {
        "id": entry.id,
        "published": published,
        "updated": entry.updated.isoformat(),
        "title_digest": text_digest(entry.title),
        "permalink": entry.permalink,
        "withdrawn_at": None,
    }
    if claim:
        dated = claim.published.isoformat()
        row["key"] = claim.key
        row["redated"] = "" if dated == published else dated
        row["body_digest"], row["body_length"] = claim.body_digest, claim.body_length
        row["words_digest"] = claim.words_digest
    if before is None:
        row["first_at"] = microseconds(now)
    elif before["permalink"] not in ("", entry.permalink):
        earlier = [*_earlier_permalinks(before), before["permalink"]]
        kept = dict.fromkeys(each for each in earlier if each != entry.permalink)
        row["earlier_permalinks"] = json.dumps(list(kept), ensure_ascii=False)
    return row


_EMPTY_LEDGER_ROW: Final = ledger_row(LedgerEntry("", ""))


def _earlier_permalinks(row: RowMapping | dict[str, Any]) -> tuple[str, ...]:
    text = row["earlier_permalinks"]
    return tuple(json.loads(text)) if text else ()


def entry_row(number: int, entry: Entry) -> dict[str, Any]:
    """The entry as a row of `entries`."""
    return {
        "number": number,
        "id": entry.id,
        "permalink": entry.permalink,
        "title": entry.title,
        "published": entry.published.isoformat(),
        "updated": entry.updated.isoformat(),
        "language": entry.language,
        "terms": json.dumps(
            [entry.tags, entry.categories, [(a.name, a.uri, a.email) for a in entry.authors]],
            ensure_ascii=False,
        ),
        "digest": entry.digest,
        "more": _more(entry),
    }


def texts_row(number: int, entry: Entry) -> dict[str, Any]:
    """The summary and the content of the entry as a row of `texts`."""
    return {"entry": number, "packed": packed_texts(entry.summary, entry.content_html)}


def packed_texts(summary: str, content_html: str) -> bytes:
    """Both texts together: most summaries are words of the content, and add few octets."""
    return pack(f"{summary}\x00{content_html}")  # a text of XML has no NUL


def content_of(packed: bytes) -> str:
    """The content in a row of `texts`."""
    return unpack(packed).partition("\x00")[2]


def _more(entry: Entry) -> str:
    """The fields that few entries have, in one column (JSON); empty for most entries."""
    more = {
        "enclosures": [astuple(enclosure) for enclosure in entry.enclosures],
        "image": entry.image,
        "content": entry.content,
        "rss_guid": entry.rss_guid,
        "license": entry.license,
        "episode": entry.episode != NO_EPISODE and entry.episode.to_dict(),
        "notice": entry.is_notice,
    }
    present: dict[str, Any] = {name: value for name, value in more.items() if value}
    if entry.feeds is not None:  # an empty tuple means: in no feed
        present["feeds"] = entry.feeds
    return json.dumps(present, ensure_ascii=False) if present else ""


def entry_of(row: RowMapping) -> Entry:
    """The entry in a row of WHOLE_ENTRIES; without texts if `packed` is empty."""
    summary, _, content_html = unpack(row["packed"]).partition("\x00")
    tags, categories, authors = json.loads(row["terms"])
    more = json.loads(row["more"]) if row["more"] else {}
    feeds = more.get("feeds")
    return Entry(
        id=row["id"],
        permalink=row["permalink"],
        title=row["title"],
        summary=summary,
        content_html=content_html,
        published=datetime.fromisoformat(row["published"]),
        updated=datetime.fromisoformat(row["updated"]),
        language=row["language"],
        tags=tuple(tags),
        categories=tuple(tuple(names) for names in categories),
        authors=tuple(map(_person, authors)),
        enclosures=tuple(Enclosure(*fields) for fields in more.get("enclosures", ())),
        image=more.get("image", ""),
        feeds=None if feeds is None else tuple(feeds),
        content=more.get("content", ""),
        rss_guid=more.get("rss_guid", ""),
        license=more.get("license", ""),
        episode=Episode.from_dict(more["episode"]) if "episode" in more else NO_EPISODE,
        is_notice=more.get("notice", False),
    )


def _person(author: str | list[str]) -> Person:
    """An author in a row; before schema 0002 it was only a name."""
    return Person(author) if isinstance(author, str) else Person(*author)


def topic_of(row: RowMapping) -> Topic:
    """The topic in a row of `feeds`."""
    return Topic(row["kind"], tuple(json.loads(row["names"])))


def target_row(target: Target) -> dict[str, Any]:
    """The target as columns of `subscriptions` and `intents`."""
    return {
        "name": target.name,
        "feed_path": target.feed_path,
        "format": target.format,
        "callback": target.callback,
        "host": target.host,
        "topic": target.topic,
    }


def target_of(row: RowMapping) -> Target:
    """The target in a row of `subscriptions` or `intents`."""
    names = ("feed_path", "format", "callback", "host", "topic")
    return Target(*(row[name] for name in names))


def pack(text: str) -> bytes:
    """The text in as few octets as possible."""
    plain = text.encode()
    if len(plain) < SHORTEST:
        return plain
    packed: bytes = _compressor().compress(plain)
    return packed if len(packed) < len(plain) else plain


def unpack(packed: bytes) -> str:
    """The text that was packed."""
    if packed.startswith(_MAGIC):
        packed = _decompressor().decompress(packed)
    return bytes(packed).decode()


def _compressor() -> zstandard.ZstdCompressor:
    if not hasattr(_own, "compressor"):
        _own.compressor = zstandard.ZstdCompressor(level=_LEVEL)
    compressor: zstandard.ZstdCompressor = _own.compressor
    return compressor


def _decompressor() -> zstandard.ZstdDecompressor:
    if not hasattr(_own, "decompressor"):
        _own.decompressor = zstandard.ZstdDecompressor()
    decompressor: zstandard.ZstdDecompressor = _own.decompressor
    return decompressor
