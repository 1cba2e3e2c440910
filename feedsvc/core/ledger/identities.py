"""Which entry a post is: it keeps its id when its title, date, slug or file name changes.

Feed readers show an entry again if its id changes (RFC 4287 §4.2.6), and mix up two entries
that share one.
"""

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Final, TypeAlias

from feedsvc.core.feeds.entries import new_id
from feedsvc.core.ledger.ledger import LONG_ENOUGH, LedgerEntry, forgotten_hash, text_digest
from feedsvc.core.site import Site

_MOST_SIMILAR: Final = 10  # entries that one post is compared with


@dataclass(frozen=True, slots=True)
class Claim:
    """A post that is to be published: everything that identifies it.

    `published` is the date in its file. `body_digest` and `body_length` are as in LedgerEntry.
    `words_digest` is empty if edits do not move `updated`. The file `is_unedited` if its bytes
    are those of its last version. If it `keeps_updated`, readers keep their `updated`.
    """

    path: str
    key: str
    title: str
    published: datetime
    body_digest: str = ""
    body_length: int = 0
    words_digest: str = ""
    is_unedited: bool = False
    keeps_updated: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A published entry and its file; `redated` and `body_digest` are as in LedgerEntry."""

    path: str
    entry_id: str
    title: str
    published: datetime
    updated: datetime | None = None
    redated: datetime | None = None
    body_digest: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """The file that has an entry id in the store, and the key of its post there."""

    path: str
    key: str


@dataclass(frozen=True, slots=True)
class Identities:
    """The entry id of each path, and for each twin the path of the file that has the id.

    A twin is a post with an id that another file has: it is not published. `lookalikes` are
    the keys of withdrawn posts that a new post may be, by the path of the new post.
    """

    ids: Mapping[str, str]
    twins: Mapping[str, str]
    lookalikes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def identify(
    claims: Sequence[Claim],
    site: Site,
    pinned: Mapping[str, str],
    published: Mapping[str, Standing],
    missing: Set[str],
    holders: Mapping[str, Holder],
    withdrawn: Sequence[LedgerEntry] = (),
    forgotten: Set[str] = frozenset(),
) -> Identities:
    """Give each claim an id, and each id to one file.

    From the store come `pinned` (the last id of each key), `published` (the entry of each
    path), `holders` (the file that has each id now) and `withdrawn` (entries whose key no file
    has). `missing` are the paths of files that are gone from the folder. `forgotten` are the
    hashes of ids that must not be given again.

    A claim gets the first of these ids that exists:

    1. the id that is pinned to its key, unless another file keeps that id under a new key;
    2. the id of its own path (the slug changed), unless a pinned key takes this id, or the
       claim has a guid;
    3. the id of a missing file with the same title and date (the file was renamed);
    4. the id of the only withdrawn entry with the same title, date and text, if the text is
       long enough to tell (the file was renamed, and both names were absent for a while);
    5. a new id.

    A post with a guid gets no id by 3 and 4.

    If the key is only a path, a missing file goes before a pinned id that no entry has now.

    Several claims can get the same id. The file that has it keeps it; otherwise the claim with
    the oldest date gets it, and of equal dates the one with the first path.
    """
    claimed_paths = {claim.path for claim in claims}
    unclaimed = {
        entry_id: holder
        for entry_id, holder in holders.items()
        if holder.path not in claimed_paths
    }
    renamed = _renamed_ids(published, missing, set(pinned.values()))
    current_ids = {*holders, *(entry.entry_id for entry in published.values())}

    ids: dict[str, str] = {}
    for claim in claims:
        pinned_id = pinned.get(claim.key)
        if pinned_id is None or _has_new_key(unclaimed.get(pinned_id), claim.key):
            continue
        is_rename = claim.key.startswith("path:") and _title_and_date(claim) in renamed
        if pinned_id in current_ids or not is_rename:
            ids[claim.path] = pinned_id

    taken = {*ids.values(), *unclaimed}
    lookalikes: dict[str, tuple[str, ...]] = {}
    absent = by_look(withdrawn)
    for claim in claims:
        if claim.path not in ids:
            entry_id = _earlier_id(claim, published, renamed, taken)
            if entry_id is None:
                similar = [e for e in similar_to(claim, absent).values() if e.id not in taken]
                if len(similar) == 1 and claim.body_length >= LONG_ENOUGH:
                    entry_id = similar[0].id
                elif similar:
                    lookalikes[claim.path] = tuple(entry.key for entry in similar)
            ids[claim.path] = entry_id or _unused_id(claim, site, unclaimed, forgotten)
            taken.add(ids[claim.path])
    return Identities(ids, _twins(ids, claims, published, unclaimed), lookalikes)


# Digests of title and text, and a date: a moment, or a local time without a zone.
Look: TypeAlias = tuple[str, str, datetime]


def by_look(entries: Sequence[LedgerEntry]) -> dict[Look, list[LedgerEntry]]:
    """The entries by title, text and date."""
    by_look: dict[Look, list[LedgerEntry]] = {}
    for entry in entries:
        dates = [date for date in (entry.published, entry.redated) if date]
        for look in {
            (entry.title_digest, entry.body_digest, date)
            for date in (*dates, *(date.replace(tzinfo=None) for date in dates))
        }:
            by_look.setdefault(look, []).append(entry)
    return by_look


def similar_to(
    claim: Claim, entries: Mapping[Look, Sequence[LedgerEntry]]
) -> dict[str, LedgerEntry]:
    """The first few of the entries with the same title, date and text, by id.

    Equal local times are one date: a new time zone of the site moves the moment.
    """
    if not entries or claim.key.startswith("guid:"):
        return {}
    text = text_digest(claim.title), claim.body_digest
    dates = claim.published, claim.published.replace(tzinfo=None)
    return {
        entry.id: entry
        for date in dates
        for entry in entries.get((*text, date), ())[:_MOST_SIMILAR]
    }


def _renamed_ids(
    published: Mapping[str, Standing], missing: Set[str], pinned_ids: Set[str]
) -> dict[tuple[str, datetime], str]:
    """The ids of missing files by title and date; of equal ones, that of the first path.

    A pinned id is left out: the post with its key gets it.
    """
    free = [
        entry
        for path, entry in sorted(published.items(), reverse=True)
        if path in missing and entry.entry_id not in pinned_ids
    ]
    redated = {(e.title, e.redated): e.entry_id for e in free if e.redated}
    return redated | {_title_and_date(entry): entry.entry_id for entry in free}


def _title_and_date(post: Claim | Standing) -> tuple[str, datetime]:
    return post.title, post.published


def _has_new_key(holder: Holder | None, key: str) -> bool:
    """True if another file keeps the id of this key, but under a new key."""
    return holder is not None and holder.key != key


def _earlier_id(
    claim: Claim,
    published: Mapping[str, Standing],
    renamed: Mapping[tuple[str, datetime], str],
    taken: Set[str],
) -> str | None:
    """The free id of the same path, or of a missing file that looks the same."""
    if claim.key.startswith("guid:"):
        return None
    entry = published.get(claim.path)
    if entry and entry.entry_id not in taken:
        return entry.entry_id
    # With a new generator, a file often gets a new path and a slug at the same time.
    renamed_id = renamed.get(_title_and_date(claim))
    return renamed_id if renamed_id not in taken else None


def _unused_id(
    claim: Claim, site: Site, unclaimed: Mapping[str, Holder], forgotten: Set[str]
) -> str:
    """A new id; with a hash at its end if the usual id of this key is taken or forgotten."""
    usual_id = new_id(claim.key, site)
    is_taken = _has_new_key(unclaimed.get(usual_id), claim.key)
    if not is_taken and not _is_forgotten(usual_id, forgotten):
        return usual_id
    named = f"{claim.title}\x00{claim.published.isoformat()}"
    hashes = (hashlib.sha256((named + "\x00" * n).encode()).hexdigest() for n in count())
    ids = (f"{usual_id}-{each[:8]}" for each in hashes)
    return next(entry_id for entry_id in ids if not _is_forgotten(entry_id, forgotten))


def _is_forgotten(entry_id: str, forgotten: Set[str]) -> bool:
    return bool(forgotten) and forgotten_hash(entry_id) in forgotten


def _twins(
    ids: Mapping[str, str],
    claims: Sequence[Claim],
    published: Mapping[str, Standing],
    unclaimed: Mapping[str, Holder],
) -> dict[str, str]:
    """For each path whose id another file has, the path of that file."""
    owners = {entry_id: holder.path for entry_id, holder in unclaimed.items()}
    for path, entry_id in sorted(ids.items()):
        entry = published.get(path)
        if entry and entry.entry_id == entry_id:
            owners.setdefault(entry_id, path)
    for claim in sorted(claims, key=lambda claim: (claim.published, claim.path)):
        owners.setdefault(ids[claim.path], claim.path)
    return {path: owners[i] for path, i in ids.items() if owners[i] != path}
