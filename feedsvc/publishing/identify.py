"""Find out which stored entry each post is, and which posts have the same permalink."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from feedsvc.core.feeds.entries import new_id
from feedsvc.core.file_records import FileRecord
from feedsvc.core.ledger.identities import (
    Holder,
    Identities,
    Memory,
    Standing,
    by_look,
    identify,
    look_of,
    similar_to,
)
from feedsvc.core.ledger.ledger import LedgerEntry
from feedsvc.core.site import Site
from feedsvc.publishing.reading.findings import Finding, Findings
from feedsvc.store.chunks import chunks
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.store import Store


@dataclass(frozen=True, slots=True)
class Identified:
    """The entry ids of posts, and what the store has of these entries and their pages."""

    identities: Identities
    standing: Mapping[str, Standing]  # by entry id
    # By permalink: the stored files of the entries there, if not all of them are read again.
    pages: Mapping[str, list[str]]
    returning: Mapping[str, LedgerEntry] = field(default_factory=dict)  # withdrawn, by entry id
    adopted: Mapping[str, LedgerEntry] = field(default_factory=dict)  # by entry id; few have it
    before: Mapping[str, Standing] = field(default_factory=dict)  # by path, of these files
    known: frozenset[str] = frozenset()  # ids that were published before, now or earlier
    originals: Mapping[str, FileRecord] = field(default_factory=dict)  # of copies, by path

    def title_of(self, path: str) -> str:
        """The title under which a file has published its entry; empty if it is unknown."""
        standing = self.before.get(path)
        return standing.title if standing else ""


def identify_posts(store: Store, site: Site, findings: Findings) -> Identified:
    """Look up the entries of all posts that were found, and give each post its entry id."""
    posts = [finding for finding in findings.files if finding.claim]
    claims = [finding.claim for finding in posts if finding.claim]
    with store.snapshot() as snapshot:
        if snapshot.has_no_ledger():
            # Of a first publish nothing is known, and sets of its 100,000 posts are large.
            originals = {} if findings.stands else _originals(snapshot, posts, findings, ())
            return Identified(identify(claims, site, Memory()), {}, {}, originals=originals)
    previous = [
        finding.previous
        for finding in findings.files
        if finding.previous and (finding.claim or finding.record.entry_id is None)
    ]
    paths_by_id = {r.entry_id: r.path for r in (*previous, *findings.missing) if r.entry_id}
    missing = {record.path for record in findings.missing}
    released = findings.released_ids()
    with store.snapshot() as snapshot:
        before = {s.path: s for s in snapshot.standing(paths_by_id)}
        pinned = snapshot.pinned([claim.key for claim in claims])
        wanted = (new_id(claim.key, site) for claim in claims)
        holders = {
            entry_id: holder
            for entry_id, holder in snapshot.holders({*pinned.values(), *wanted}).items()
            if holder.path not in missing and entry_id not in released
        }
        strangers = [claim for claim in claims if claim.path not in before]
        unknown = {claim.body_digest for claim in strangers if claim.body_length}
        texts = {claim.body_digest for claim in strangers}
        alike = [*snapshot.published_like(texts)]
        read = {claim.path for claim in claims} | missing if strangers else missing
        withdrawn = [*snapshot.withdrawn(unknown, read)]
        moved_on = {
            entry_id
            for claim in claims
            for entry_id in (pinned.get(claim.key, new_id(claim.key, site)),)
            if entry_id not in holders or holders[entry_id] != Holder(claim.path, claim.key)
        }
        remembered = snapshot.remembered(moved_on)
        forgotten = snapshot.forgotten()
        known_ids = (pinned, before, missing, holders, remembered, withdrawn, forgotten, alike)
        identities = identify(claims, site, Memory(*known_ids))
        ids = {entry_id: path for path, entry_id in identities.ids.items()}
        # Most posts are in the file in which they were, so what was read of them is known.
        standing = {s.entry_id: s for s in before.values() if ids.get(s.entry_id) == s.path}
        others = {entry_id: ids[entry_id] for entry_id in ids.keys() - standing.keys()}
        standing |= {s.entry_id: s for s in snapshot.standing(others)}
        known = {*standing, *pinned.values(), *(entry.id for entry in withdrawn)} & ids.keys()
        returning = snapshot.remembered(known - standing.keys())
        pages = _pages_of_others(snapshot, posts, missing)
        adopted = snapshot.adopted(ids)
        new = [
            finding
            for finding in posts
            if finding.claim
            and not (finding.previous and finding.previous.entry_id)
            and identities.ids[finding.claim.path] not in known
        ]
        originals = {} if findings.stands else _originals(snapshot, new, findings, alike)
    return Identified(
        identities,
        standing,
        pages,
        returning,
        adopted,
        before,
        frozenset(known),
        originals,
    )


def _pages_of_others(
    snapshot: Snapshot, posts: Sequence[Finding], missing: Set[str]
) -> dict[str, list[str]]:
    """The pages of these posts that a stored file has which is neither read nor missing."""
    read = {finding.claim.path for finding in posts if finding.claim} | missing
    pages: dict[str, list[str]] = {}
    for some in chunks({finding.permalink for finding in posts}):
        found = snapshot.read_at(some)
        pages |= {page: paths for page, paths in found.items() if not read.issuperset(paths)}
    return pages


def _originals(
    snapshot: Snapshot,
    new: Sequence[Finding],
    findings: Findings,
    published_alike: Sequence[LedgerEntry],
) -> dict[str, FileRecord]:
    """The published file that each new post is a copy of, by path: it looks the same.

    A post that shares its slug with a published file may be a copy that was edited.
    """
    if not new or not snapshot.revision():
        return {}
    claims = [finding.claim for finding in new if finding.claim]
    alike = by_look(published_alike)
    similar = {claim.path: [*similar_to(claim, alike)] for claim in claims}
    holders = snapshot.holders({i for ids in similar.values() for i in ids})
    gone = {record.path for record in findings.missing}
    gone |= {f.record.path for f in findings.files if not f.claim and not f.record.entry_id}
    paths = {finding.claim.path: finding.plain for finding in new if finding.claim}
    for path, ids in similar.items():
        found = (holders[entry_id].path for entry_id in ids if entry_id in holders)
        paths[path] = next((each for each in found if each not in gone), paths[path])
    stored = snapshot.files({path for path in paths.values() if path})
    read = {finding.record.path: finding.record.stamp for finding in findings.files}
    originals = {
        path: replace(stored[original], stamp=read.get(original, stored[original].stamp))
        for path, original in paths.items()
        if original in stored and stored[original].entry_id
    }
    # A post that has just taken over the entry of a missing file can have copies too.
    others = {claim.path for claim in claims}
    old = {
        look_of(f.claim): replace(f.record, key=f.claim.key)
        for f in findings.files
        if f.claim and f.claim.path not in others
    }
    for claim in claims:
        original = old.get(look_of(claim))
        if original and claim.path not in originals and not claim.key.startswith("guid:"):
            originals[claim.path] = original
    # Of new posts that look the same, the first one is the original of the others.
    first: dict[tuple[str, datetime, str], FileRecord] = {}
    records = {finding.record.path: finding.record for finding in new}
    for claim in claims:
        if claim.path in originals or claim.key.startswith("guid:"):
            continue
        record = replace(records[claim.path], key=claim.key)
        if (one := first.setdefault(look_of(claim), record)) is not record:
            originals[claim.path] = one
    return originals
