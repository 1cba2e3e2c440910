"""Who is who: which entry a file's post is, whatever became of its title, date or place."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from feedsvc.core.entries import new_id
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
    missing: Collection[str],
    holders: Mapping[str, str],
) -> Identities:
    """Give each claim its id, and each id one file.

    `pinned` has the id of every key ever published, `before` what each file had published,
    `missing` the files that are gone, `holders` the file of each id whose file does not claim
    anew. In this order a claim gets: the id pinned to its key; the id that its file had (a slug
    was changed), unless somebody's key says otherwise or a guid asks for another; the id of a
    missing file with the same title and date (it was renamed); a new id. Of several files with
    one id, the one that has it keeps it, else the first in the order of paths gets it.
    """
    ids = {claim.path: pinned[claim.key] for claim in claims if claim.key in pinned}
    taken = set(ids.values())
    gone = {
        (old.title, old.published): old.entry_id
        for path, old in sorted(before.items(), reverse=True)
        if path in missing and old.entry_id not in taken
    }
    for claim in claims:
        if claim.path in ids:
            continue
        found = _known_otherwise(claim, before, gone, taken) or new_id(claim.key, site)
        ids[claim.path] = found
        taken.add(found)
    return _without_twins(ids, before, holders)


def _known_otherwise(
    claim: Claim,
    before: Mapping[str, Standing],
    gone: Mapping[tuple[str, datetime], str],
    taken: Collection[str],
) -> str | None:
    if claim.key.startswith("guid:"):
        return None
    old = before.get(claim.path)
    if old and old.entry_id not in taken:
        return old.entry_id
    if claim.key.startswith("path:"):
        renamed = gone.get((claim.title, claim.published))
        if renamed not in taken:
            return renamed
    return None


def _without_twins(
    ids: Mapping[str, str], before: Mapping[str, Standing], holders: Mapping[str, str]
) -> Identities:
    owners = {entry_id: path for entry_id, path in holders.items() if path not in ids}
    for path, entry_id in sorted(ids.items()):
        had = before.get(path)
        if had and had.entry_id == entry_id:
            owners.setdefault(entry_id, path)
    for path, entry_id in sorted(ids.items()):
        owners.setdefault(entry_id, path)
    twins = {path: owners[i] for path, i in ids.items() if owners[i] != path}
    return Identities(ids, twins)
