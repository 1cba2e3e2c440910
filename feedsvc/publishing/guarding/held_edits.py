"""Edits of posts that are held with a new id: readers see them in the old entry."""

from dataclasses import replace

from feedsvc.core.site import Site
from feedsvc.publishing.guarding.guard import Hold
from feedsvc.publishing.identify import Identified, identify_posts
from feedsvc.publishing.reading.findings import Finding, Findings
from feedsvc.store.store import Store


def under_earlier_keys(
    store: Store, site: Site, findings: Findings, identified: Identified, hold: Hold
) -> tuple[Findings, Identified, Hold]:
    """What is found, under the earlier keys of posts that are held with a new id.

    So the old entry stays and is edited, until somebody accepts the new id. This is done only
    for files that still have the title or the text of the entry: otherwise it may be another
    post.
    """
    edits = {
        finding.record.path: previous.entry_id
        for finding in findings.files
        if finding.record.path in hold.paths
        and (previous := finding.previous)
        and previous.entry_id
        and previous.key
        and _is_same_post(finding, identified)
    }
    if not edits:
        return findings, identified, hold
    files = tuple(_renamed(f) if f.record.path in edits else f for f in findings.files)
    again = replace(findings, files=files)
    identified = identify_posts(store, site, again)
    ids, twins = identified.identities.ids, identified.identities.twins
    edited = {path for path, i in edits.items() if ids[path] == i and path not in twins}
    return again, identified, replace(hold, paths=hold.paths - edited)


def _is_same_post(finding: Finding, identified: Identified) -> bool:
    claim, before = finding.claim, identified.before.get(finding.record.path)
    if claim is None or before is None:
        return False
    has_same_text = claim.body_length > 0 and claim.body_digest == before.body_digest
    return claim.title == before.title or has_same_text


def _renamed(finding: Finding) -> Finding:
    """The finding with the earlier key of its post."""
    if finding.claim is None or finding.previous is None:
        return finding
    return replace(finding, claim=replace(finding.claim, key=finding.previous.key))
