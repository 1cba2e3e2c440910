"""A folder in which suddenly no public post is left: all of them are held, however few."""

from datetime import datetime
from typing import Final

from feedsvc.core.dates import microseconds
from feedsvc.core.ledger.losses import EMPTY, HeldLoss, LossBook
from feedsvc.publishing.decide import released_keys
from feedsvc.publishing.reading.findings import Findings
from feedsvc.publishing.reading.stored import Stored
from feedsvc.source.folder import Folder
from feedsvc.store.publication import Publication
from feedsvc.store.store import Store

_SAMPLE: Final = 20  # published files; if the folder is not empty, one of them probably exists


def may_be_emptied(folder: Folder, store: Store, stored: Stored, findings: Findings) -> bool:
    """True if only a look at the whole folder can tell whether a public post is left."""
    lost = {record.path for record in findings.missing if record.entry_id}
    if stored.scope is None or not lost:
        return False
    with store.snapshot() as snapshot:
        sample = snapshot.first_published(_SAMPLE + len(lost), is_there=True)
    others = [path for path in sample if path not in lost]
    return not folder.survey(others[:_SAMPLE]).stamps


def is_emptied(store: Store, stored: Stored, findings: Findings) -> bool:
    """True if posts are lost, and no file of the folder is a public post.

    If the folder has other files, lost posts get a second look: one may be on its way. They do
    not if there are new settings, which must not take effect first.
    """
    if stored.scope is not None or any(finding.claim for finding in findings.files):
        return False
    is_certain = findings.listed == 0 or stored.has_new_settings
    missing = [r for r in findings.missing if r.entry_id and r.path not in findings.ended]
    lost = {
        record.path
        for record in missing
        if is_certain or record.path in findings.gone or record.path in stored.emptied_since
    }
    if not lost:
        return False
    previous = [f.previous for f in findings.files if f.record.entry_id is None]
    withdrawn = {record.path for record in previous if record and record.entry_id}
    with store.snapshot() as snapshot:
        return snapshot.count_published() == len(lost | withdrawn | findings.ended)


def hold_everything(
    store: Store, stored: Stored, findings: Findings, now: datetime
) -> Publication:
    """The publication that holds every entry, except those that have expired or are hidden.

    Nothing else is published: new settings wait too.
    """
    now_us = microseconds(now)
    since = {loss.entry_id: min(loss.since, now_us) for loss in stored.held}
    ended = [record for record in findings.missing if record.path in findings.ended]
    withdrawn = findings.hidden_ids()
    records = [finding.record for finding in findings.files]
    forgotten = [record.path for record in ended]
    with store.snapshot() as snapshot:
        site = snapshot.site()
        held = tuple(
            HeldLoss(entry_id, "withdrawn", path, title, EMPTY, since.get(entry_id, now_us))
            for path, entry_id, title in snapshot.published_files()
            if entry_id not in withdrawn
        )
    assert site is not None, "posts are published"  # noqa: S101
    return Publication(
        site,
        withdrawn=sorted(withdrawn),
        files=records,
        forgotten=forgotten,
        released=released_keys(findings.previous(), records, forgotten),
        losses=LossBook(stored.held, held),
        is_partial=True,
        unnamed=withdrawn,
    )
