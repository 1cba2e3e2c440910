"""Find out which stored entry each post is, and which posts have the same permalink."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from feedsvc.core.adopting.adopted_entries import as_adopted
from feedsvc.core.feeds.entries import Entry, new_id
from feedsvc.core.feeds.identities import Identities, Standing, identify
from feedsvc.core.feeds.ledger import LedgerEntry
from feedsvc.core.site import Site
from feedsvc.publishing.reading.findings import Findings
from feedsvc.store.store import Store


@dataclass(frozen=True, slots=True)
class Identified:
    """The entry ids of posts, and what the store has of these entries and their pages."""

    identities: Identities
    standing: Mapping[str, Standing]  # by entry id
    pages: Mapping[str, list[str]]  # by permalink: the stored files of the entries there
    adopted: Mapping[str, LedgerEntry] = field(default_factory=dict)  # by entry id; few have it

    def with_adopted(self, entry: Entry) -> Entry:
        """The entry with what its post took over from another feed."""
        remembered = self.adopted.get(entry.id)
        return as_adopted(entry, remembered) if remembered else entry


def identify_posts(store: Store, site: Site, findings: Findings) -> Identified:
    """Look up the entries of all posts that were found, and give each post its entry id."""
    posts = [finding for finding in findings.files if finding.claim]
    claims = [finding.claim for finding in posts if finding.claim]
    previous = [finding.previous for finding in posts if finding.previous]
    paths_by_id = {r.entry_id: r.path for r in (*previous, *findings.missing) if r.entry_id}
    missing = {record.path for record in findings.missing}
    released = findings.released_ids()
    with store.snapshot() as snapshot:
        before = {s.path: s for s in snapshot.standing(paths_by_id)}
        pinned = snapshot.pinned([claim.key for claim in claims])
        wanted = {*pinned.values(), *(new_id(claim.key, site) for claim in claims)}
        holders = {
            entry_id: holder
            for entry_id, holder in snapshot.holders(wanted).items()
            if holder.path not in missing and entry_id not in released
        }
        identities = identify(claims, site, pinned, before, missing, holders)
        ids = {entry_id: path for path, entry_id in identities.ids.items()}
        standing = {s.entry_id: s for s in snapshot.standing(ids)}
        pages = snapshot.read_at({finding.permalink for finding in posts})
        adopted = snapshot.adopted(ids)
    return Identified(identities, standing, pages, adopted)
