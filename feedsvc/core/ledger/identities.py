"""Which entry a post is: it keeps its id when its title, date, slug or file name changes.

Feed readers show an entry again if its id changes (RFC 4287 §4.2.6), and mix up two entries
that share one.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Final, TypeAlias

from feedsvc.core.feeds.entries import new_id
from feedsvc.core.ledger.ledger import (
    LONG_ENOUGH,
    LedgerEntry,
    forgotten_hash,
    local_too,
    text_digest,
)
from feedsvc.core.site import Site

_MOST_SIMILAR: Final = 10  # entries that one post is compared with


@dataclass(frozen=True, slots=True)
class Claim:
    """A post that is to be published: everything that identifies it.

    `published` is the date in its file. `body_digest` and `body_length` are as in LedgerEntry.
    `words_digest` is empty if edits do not move `updated`. The file `is_unedited` if its bytes
    are those of its last version. If it `keeps_updated`, readers keep their `updated`. If its
    front matter takes the post back, `notice` is the reason, which may be empty.
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
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A published entry and the path of its file; the rest is as in LedgerEntry."""

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
class Memory:
    """What the store knows of ids.

    `pinned` is the last id of each key, `published` the entry of each path, `holders` the file
    that has each id now. `missing` are the paths of files that are gone from the folder.
    `remembered` are ledger entries by id, `withdrawn` those whose key no file has. `forgotten`
    are the hashes of ids that must not be given again. `alike` are published entries with the
    texts of claims.
    """

    pinned: Mapping[str, str] = field(default_factory=dict)
    published: Mapping[str, Standing] = field(default_factory=dict)
    missing: Set[str] = frozenset()
    holders: Mapping[str, Holder] = field(default_factory=dict)
    remembered: Mapping[str, LedgerEntry] = field(default_factory=dict)
    withdrawn: Sequence[LedgerEntry] = ()
    forgotten: Set[str] = frozenset()
    alike: Sequence[LedgerEntry] = ()


@dataclass(frozen=True, slots=True)
class Identities:
    """The entry id of each path, and for each twin the path of the file that has the id.

    A twin is a post with an id that another file has: it is not published. `lookalikes` are
    the keys of withdrawn posts that a new post may be, by the path of the new post.
    """

    ids: Mapping[str, str]
    twins: Mapping[str, str]
    lookalikes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def identify(claims: Sequence[Claim], site: Site, memory: Memory) -> Identities:
    """Give each claim an id, and each id to one file.

    A claim gets the first of these ids that exists:

    1. the id that is pinned to its key, unless the post with that id looks different and has
       another key now, or had another one when it was withdrawn, or unless the claim looks like
       the entry of its own path instead;
    2. the id of its own path (the slug changed), unless a pinned key takes this id, or the
       claim has a guid;
    3. the id of a missing file with the same title, date and text (the file was renamed);
    4. the id of the only withdrawn entry with the same title, date and text, if the text is
       long enough to tell (the file was renamed, and both names were absent for a while);
    5. the id of a missing file with the same title and date (it was renamed and edited), unless
       the claim is a copy of a published post;
    6. a new id.

    A post with a guid gets no id by 3, 4 and 5.

    A file counts as missing too if its post has moved to another file, and the file has another
    post now, or one that moved there.

    If the key is only a path, a missing file with the same title and date goes before a pinned
    id that no entry has now, unless the post with this id had the same text.

    Several claims can get the same id. The file that has it keeps it; otherwise the claim with
    the oldest date gets it, and of equal dates the one with the first path.
    """
    by_path = {claim.path: claim for claim in claims}
    left = _left_by_their_posts(claims, memory)
    memory = replace(memory, missing=memory.missing | left) if left else memory
    unclaimed = {
        entry_id: holder
        for entry_id, holder in memory.holders.items()
        if holder.path not in by_path
    }
    published_ids = {entry.entry_id for entry in memory.published.values()}
    current_ids = {*memory.holders, *published_ids}

    by_key = {
        claim.path: entry_id
        for claim in claims
        if (entry_id := memory.pinned.get(claim.key)) is not None
        and not _has_new_key(unclaimed.get(entry_id), claim.key)
        and not _is_another_post(claim, entry_id, memory, by_path, left)
    }
    renamed = _renamed(memory, set(by_key.values()))
    ids = {
        claim.path: by_key[claim.path]
        for claim in claims
        if claim.path in by_key
        and (
            by_key[claim.path] in current_ids
            or not claim.key.startswith("path:")
            or _title_and_date(claim) not in renamed
            or _has_text_of(claim, memory.remembered.get(by_key[claim.path]))
        )
    }

    taken = {*ids.values(), *unclaimed}
    new = [claim for claim in claims if claim.path not in ids]
    absent = by_look(memory.withdrawn)
    ids |= _recognised(new, memory, renamed, absent, taken, left)
    lookalikes = {}
    for claim in new:
        if claim.path not in ids:
            if similar := _free(claim, absent, taken):
                lookalikes[claim.path] = tuple(entry.key for entry in similar)
            ids[claim.path] = _unused_id(claim, site, unclaimed, memory)
            taken.add(ids[claim.path])
    return Identities(ids, _twins(ids, claims, memory.published, unclaimed), lookalikes)


# Digests of title and text, and a date: a moment, or a local time without a zone.
Look: TypeAlias = tuple[str, str, datetime]


def by_look(entries: Sequence[LedgerEntry]) -> dict[Look, list[LedgerEntry]]:
    """The entries by title, text and date."""
    by_look: dict[Look, list[LedgerEntry]] = {}
    for entry in entries:
        dates = (*local_too(entry.published), *local_too(entry.redated))
        for look in {(entry.title_digest, entry.body_digest, date) for date in dates}:
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
    return {
        entry.id: entry
        for date in local_too(claim.published)
        for entry in entries.get((*text, date), ())[:_MOST_SIMILAR]
    }


def _left_by_their_posts(claims: Sequence[Claim], memory: Memory) -> frozenset[str]:
    """The paths of files that are still there, but whose posts have moved to other files.

    Files are renumbered, or swap their names. So they have another title and text than before,
    or no public post; and either the earlier post is in another file now, or the post in them
    comes from one. A post that moves is told by its title, date and text.
    """
    by_path = {claim.path: claim for claim in claims}
    changed = {
        path: entry
        for path, entry in memory.published.items()
        if path not in memory.missing and _has_changed(by_path.get(path), entry)
    }
    if not changed:
        return frozenset()
    arrived = Counter(
        look_of(claim)
        for claim in claims
        if (claim.path in changed or claim.path not in memory.published)
        and claim.body_length >= LONG_ENOUGH
        and not claim.key.startswith("guid:")
    )
    moved = {
        path: look
        for path, entry in memory.published.items()
        if path in changed or path in memory.missing
        for look in _looks_of(entry)
        if arrived[look] == 1
    }
    arriving = set(moved.values())
    return frozenset(
        path
        for path in changed
        if path in moved or ((claim := by_path.get(path)) and look_of(claim) in arriving)
    )


def _has_changed(claim: Claim | None, entry: Standing) -> bool:
    if claim is None:
        return True
    return claim.title != entry.title and claim.body_digest != entry.body_digest


def look_of(claim: Claim) -> tuple[str, datetime, str]:
    """Title, date and text of a post, by which it is recognised in another file."""
    return claim.title, claim.published, claim.body_digest


def _looks_of(entry: Standing) -> Iterator[tuple[str, datetime, str]]:
    yield entry.title, entry.published, entry.body_digest
    if entry.redated:
        yield entry.title, entry.redated, entry.body_digest


# Ids by title, date and text. Those that are taken are dropped once they are first.
_Renamed: TypeAlias = dict[tuple[str, datetime], dict[str, deque[str]]]


def _renamed(memory: Memory, ids_by_key: Set[str]) -> _Renamed:
    """The ids of missing files by title and date, then by text, in the order of their paths.

    `ids_by_key` are left out: the posts with these keys get them.
    """
    free = [
        entry
        for path, entry in sorted(memory.published.items())
        if path in memory.missing and entry.entry_id not in ids_by_key
    ]
    renamed: _Renamed = {}
    # The dates that readers have go before those in the files.
    looks = [(_title_and_date(entry), entry) for entry in free]
    looks += [((entry.title, entry.redated), entry) for entry in free if entry.redated]
    for look, entry in looks:
        ids = renamed.setdefault(look, {}).setdefault(entry.body_digest, deque())
        ids.append(entry.entry_id)
    return renamed


def _recognised(
    claims: Sequence[Claim],
    memory: Memory,
    renamed: _Renamed,
    absent: Mapping[Look, Sequence[LedgerEntry]],
    taken: set[str],
    left: Set[str],
) -> dict[str, str]:
    """The ids of claims by the rules 2 to 5 of `identify`. They are taken then.

    With a new generator, a file often gets a new path and a slug at the same time.
    """
    ids: dict[str, str] = {}
    if not (memory.published or renamed or absent):
        return ids
    copied = by_look(memory.alike)
    without_guid = [claim for claim in claims if not claim.key.startswith("guid:")]

    def at_its_path(claim: Claim) -> str | None:
        entry = memory.published.get(claim.path)
        return entry.entry_id if entry and claim.path not in left else None

    def with_its_text(claim: Claim) -> str | None:
        by_text = renamed.get(_title_and_date(claim), {})
        return _first_free(by_text.get(claim.body_digest, deque()), taken)

    def withdrawn(claim: Claim) -> str | None:
        similar = _free(claim, absent, taken) if claim.body_length >= LONG_ENOUGH else []
        return similar[0].id if len(similar) == 1 else None

    def with_its_title(claim: Claim) -> str | None:
        by_text = renamed.get(_title_and_date(claim), {})
        if by_text and similar_to(claim, copied):
            return None
        while by_text:
            text = next(iter(by_text))
            if entry_id := _first_free(by_text[text], taken):
                return entry_id
            del by_text[text]
        return None

    for candidate in (at_its_path, with_its_text, withdrawn, with_its_title):
        for claim in without_guid:
            if claim.path not in ids:
                entry_id = candidate(claim)
                if entry_id is not None and entry_id not in taken:
                    ids[claim.path] = entry_id
                    taken.add(entry_id)
    return ids


def _first_free(ids: deque[str], taken: Set[str]) -> str | None:
    while ids and ids[0] in taken:
        ids.popleft()
    return ids[0] if ids else None


def _free(
    claim: Claim, absent: Mapping[Look, Sequence[LedgerEntry]], taken: Set[str]
) -> list[LedgerEntry]:
    """The withdrawn entries that look the same, and whose ids are free."""
    return [entry for entry in similar_to(claim, absent).values() if entry.id not in taken]


def _title_and_date(post: Claim | Standing) -> tuple[str, datetime]:
    return post.title, post.published


def _has_new_key(holder: Holder | None, key: str) -> bool:
    """True if another file keeps the id of this key, but under a new key."""
    return holder is not None and holder.key != key


def _is_another_post(
    claim: Claim,
    entry_id: str,
    memory: Memory,
    by_path: Mapping[str, Claim],
    left: Set[str],
) -> bool:
    """True if the post with this id has another key than the claim, and looks different."""
    entry = memory.remembered.get(entry_id)
    own = memory.published.get(claim.path)
    if own and own.entry_id == entry_id:
        return claim.path in left
    if entry is None:
        return False
    if own and _has_own_look(claim, own, entry):
        return True
    holder = memory.holders.get(entry_id)
    holding = by_path.get(holder.path) if holder else None
    if holding and holding.key == claim.key:
        holding = None
    if holding and _has_text_of(holding, entry) and not _has_text_of(claim, entry):
        return True
    if _looks_like(claim, entry):
        return False
    return _looks_like(holding, entry) if holding else entry.key != claim.key


def _has_own_look(claim: Claim, own: Standing, entry: LedgerEntry) -> bool:
    """True if a claim without a guid looks like the entry of its own file, and not like this.

    An equal text tells more than an equal title: several posts may have one title.
    """
    if claim.key.startswith("guid:") or _has_text_of(claim, entry):
        return False
    if claim.body_length >= LONG_ENOUGH and claim.body_digest == own.body_digest:
        return entry.body_digest != "" or not _looks_like(claim, entry)
    return claim.title == own.title and not _looks_like(claim, entry)


def _looks_like(claim: Claim, entry: LedgerEntry) -> bool:
    """True if the title or the text of the entry is that of the claim, or is unknown."""
    if entry.title_digest in ("", text_digest(claim.title)):
        return True
    return claim.body_length >= LONG_ENOUGH and _has_text_of(claim, entry)


def _has_text_of(claim: Claim, entry: LedgerEntry | None) -> bool:
    return entry is not None and entry.body_digest == claim.body_digest != ""


def _unused_id(
    claim: Claim, site: Site, unclaimed: Mapping[str, Holder], memory: Memory
) -> str:
    """A new id; with a hash at its end if the usual id of this key was given or forgotten.

    A guid is what its author chose: only a published post keeps its id from it.
    """
    usual_id = new_id(claim.key, site)
    is_taken = _has_new_key(unclaimed.get(usual_id), claim.key)
    if not claim.key.startswith("guid:"):
        is_taken |= claim.key in memory.pinned or usual_id in memory.remembered
    if not is_taken and not _is_forgotten(usual_id, memory.forgotten):
        return usual_id
    named = f"{claim.title}\x00{claim.published.isoformat()}"
    hashes = (hashlib.sha256((named + "\x00" * n).encode()).hexdigest() for n in count())
    ids = (f"{usual_id}-{each[:8]}" for each in hashes)
    return next(entry_id for entry_id in ids if not _is_forgotten(entry_id, memory.forgotten))


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
    for path in sorted(published.keys() & ids.keys()):
        if published[path].entry_id == ids[path]:
            owners.setdefault(ids[path], path)
    # Few ids have several claims, and only those are sorted.
    counts = Counter(ids.values())
    rivals = [claim for claim in claims if counts[ids[claim.path]] > 1]
    for claim in sorted(rivals, key=lambda claim: (claim.published, claim.path)):
        owners.setdefault(ids[claim.path], claim.path)
    return {path: owner for path, i in ids.items() if (owner := owners.get(i, path)) != path}
