"""Find the posts that share a slug with others, and the key that each of them gets."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from feedsvc.core.file_records import FileRecord
from feedsvc.core.ledger.identities import Claim
from feedsvc.core.ledger.ledger import text_digest
from feedsvc.core.ledger.shared_slugs import Look, own_keys, possible_keys
from feedsvc.core.posts.slug_keys import place_in, shared_key
from feedsvc.publishing.reading.findings import Finding
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.store import Store


def shared_slugs(
    store: Store, files: Sequence[Finding], missing: Collection[FileRecord]
) -> Iterator[tuple[int, str, str]]:
    """The findings of posts whose slug another post has as its key.

    Each is its number in `files`, the key that it gets, and the path of the other post, which
    is empty if no post has the slug as its key now.
    """
    had = {
        finding.record.path: finding.previous.key
        for finding in files
        if finding.previous and (finding.previous.entry_id or place_in(finding.previous.key))
    }
    numbers = _open_claims(files, had, least=_least(store, had))
    claims = [claim for finding in files if (claim := finding.claim) and claim.path in numbers]
    if not claims:
        return
    gone = {record.path for record in missing}
    gone |= {f.record.path for f in files if f.claim or f.record.entry_id is None}
    with store.snapshot() as snapshot:
        pinned = snapshot.pinned({key for claim in claims for key in possible_keys(claim)})
        owners = {
            holder.key: holder.path
            for holder in snapshot.holders(set(pinned.values())).values()
            if holder.path not in gone
        }
        formers = _formers(snapshot, claims, missing, pinned, had)
    keys = own_keys(claims, had, pinned, owners, formers)
    plain = owners | {key: path for path, key in keys.items()}
    for claim in claims:
        key = keys[claim.path]
        if place_in(key) or claim.key != key:
            yield numbers[claim.path], key, plain.get(shared_key(key), "")


def _least(store: Store, had: Mapping[str, str]) -> int:
    """How many posts with a slug are needed so that one may get another key.

    Before the first publish no other post has the slug, now or earlier.
    """
    if had:
        return 1
    with store.snapshot() as snapshot:
        return 2 if snapshot.has_no_ledger() else 1


def _open_claims(
    files: Sequence[Finding], had: Mapping[str, str], *, least: int
) -> dict[str, int]:
    """The numbers of posts with a slug by path, but not of those that keep their plain key.

    Only slugs of at least so many posts count.
    """
    counts = Counter(shared for _, _, shared in _with_slugs(files))
    is_open = {
        shared
        for _, path, shared in _with_slugs(files)
        if counts[shared] >= least and had.get(path) != shared
    }
    return {path: n for n, path, shared in _with_slugs(files) if shared in is_open}


def _with_slugs(files: Sequence[Finding]) -> Iterator[tuple[int, str, str]]:
    """The posts with a slug: number, path, and the key that posts with the slug share."""
    for number, finding in enumerate(files):
        claim = finding.claim
        if claim and claim.key.startswith("slug:"):
            yield number, claim.path, shared_key(claim.key)


def _formers(
    snapshot: Snapshot,
    claims: Collection[Claim],
    missing: Collection[FileRecord],
    pinned: Collection[str],
    had: Collection[str],
) -> dict[Look, list[str]]:
    """The keys of missing files and of withdrawn entries, by what their posts looked like."""
    formers: dict[Look, list[str]] = {}
    slugs = {shared_key(claim.key) for claim in claims}
    records = {r.entry_id: r for r in missing if r.entry_id and shared_key(r.key) in slugs}
    for standing in snapshot.standing({i: r.path for i, r in records.items()}):
        key = records[standing.entry_id].key
        for date in {standing.published, standing.redated or standing.published}:
            formers.setdefault((shared_key(key), standing.title, date, ""), []).append(key)
    back = [c for c in claims if c.path not in had and shared_key(c.key) in pinned]
    titles = {(c.body_digest, text_digest(c.title)): c.title for c in back if c.body_length}
    for entry in snapshot.withdrawn({digest for digest, _ in titles}):
        title = titles.get((entry.body_digest, entry.title_digest))
        for moment in {entry.published, entry.redated}:
            if title is not None and moment is not None:
                look = (shared_key(entry.key), title, moment, entry.body_digest)
                formers.setdefault(look, []).append(entry.key)
    return formers
