"""Who is who: which entry a file's post is, whatever became of its title, date or place."""

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from feedsvc.core.feeds.entries import new_id
from feedsvc.core.site import Site


@dataclass(frozen=True, slots=True)
class Claim:
    """A post that wants to be published: what tells who it is."""

    path: str
    key: str
    title: str
    published: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry as it is published now, and the file that it came from."""

    path: str
    entry_id: str
    title: str
    published: datetime
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """The file that has an entry in the feeds now, and the key that it has it under."""

    path: str
    key: str


@dataclass(frozen=True, slots=True)
class Identities:
    """The verdict: an entry id by path; for a twin, by path, the file that has this id."""

    ids: Mapping[str, str]
    twins: Mapping[str, str]


def identify(
    claims: Sequence[Claim],
    site: Site,
    pinned: Mapping[str, str],
    before: Mapping[str, Standing],
    missing: Set[str],
    holders: Mapping[str, Holder],
) -> Identities:
    """Give each claim its id, and each id one file.

    `pinned` has the id that each key had last, `before` what each file had published, `missing`
    the files that are gone, `holders` who has an id now. In this order a claim gets: the id
    pinned to its key, unless another file has taken that id along under a new key; the id that
    its file had (a slug was changed), unless somebody's key says otherwise or a guid asks for
    another; the id of a missing file with the same title and date (it was renamed); a new id.
    Of several files with one key, the one that has the id keeps it, else the oldest by its date
    gets it, of two of one date the first in the order of paths.
    """
    claiming = {claim.path for claim in claims}
    pinned_ids = set(pinned.values())
    staying = {
        entry_id: holder for entry_id, holder in holders.items() if holder.path not in claiming
    }
    live = {*holders, *(old.entry_id for old in before.values())}
    gone = {
        (old.title, old.published): old.entry_id
        for path, old in sorted(before.items(), reverse=True)
        if path in missing and old.entry_id not in pinned_ids
    }
    ids: dict[str, str] = {}
    for claim in claims:
        found = pinned.get(claim.key)
        if found is None or _left_behind(claim, staying.get(found)):
            continue
        if found in live or not _renamed(claim, gone):
            ids[claim.path] = found
    taken = {*ids.values(), *staying}
    for claim in claims:
        if claim.path not in ids:
            ids[claim.path] = _known_otherwise(claim, before, gone, taken) or _fresh_id(
                claim, site, staying
            )
            taken.add(ids[claim.path])
    return _without_twins(ids, claims, before, staying)


def _left_behind(claim: Claim, holder: Holder | None) -> bool:
    """True where the id of the claim's key went along with a file that has a new key now."""
    return holder is not None and holder.key != claim.key


def _renamed(claim: Claim, gone: Mapping[tuple[str, datetime], str]) -> str | None:
    """The id of a missing file of this title and date, for a post that only its path names."""
    return gone.get((claim.title, claim.published)) if claim.key.startswith("path:") else None


def _known_otherwise(
    claim: Claim,
    before: Mapping[str, Standing],
    gone: Mapping[tuple[str, datetime], str],
    taken: Set[str],
) -> str | None:
    if claim.key.startswith("guid:"):
        return None
    old = before.get(claim.path)
    if old and old.entry_id not in taken:
        return old.entry_id
    # Whoever changes the generator may move a file and give it a slug, both at once.
    renamed = gone.get((claim.title, claim.published))
    return renamed if renamed not in taken else None


def _fresh_id(claim: Claim, site: Site, staying: Mapping[str, Holder]) -> str:
    """A new id; where the natural one went along with another file, a hash is behind it."""
    natural = new_id(claim.key, site)
    if not _left_behind(claim, staying.get(natural)):
        return natural
    seen = f"{claim.title}\x00{claim.published.isoformat()}"
    return f"{natural}-{hashlib.sha256(seen.encode()).hexdigest()[:8]}"


def _without_twins(
    ids: Mapping[str, str],
    claims: Sequence[Claim],
    before: Mapping[str, Standing],
    staying: Mapping[str, Holder],
) -> Identities:
    owners = {entry_id: holder.path for entry_id, holder in staying.items()}
    for path, entry_id in sorted(ids.items()):
        had = before.get(path)
        if had and had.entry_id == entry_id:
            owners.setdefault(entry_id, path)
    for claim in sorted(claims, key=lambda claim: (claim.published, claim.path)):
        owners.setdefault(ids[claim.path], claim.path)
    twins = {path: owners[i] for path, i in ids.items() if owners[i] != path}
    return Identities(ids, twins)
