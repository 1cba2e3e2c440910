"""A folder that is suddenly empty: all its posts are held, however few they are."""

from datetime import datetime
from typing import Final

from feedsvc.core.dates import microseconds
from feedsvc.core.ledger.losses import EMPTY, HeldLoss, LossBook
from feedsvc.publishing.reading.findings import Findings
from feedsvc.publishing.reading.stored import Stored
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store

_SAMPLE: Final = 20  # published files; if the folder is not empty, one of them probably exists


def is_emptied(folder: Folder, store: Store, stored: Stored, findings: Findings) -> bool:
    """True if posts are published from this folder, and it has none any more."""
    if findings.listed or not any(record.entry_id for record in findings.missing):
        return False
    if stored.scope is None:
        return True
    with store.snapshot() as snapshot:
        sample = snapshot.first_published(_SAMPLE)
    return not folder.survey(sample).stamps and folder.is_empty()


def hold_everything(store: Store, stored: Stored, now: datetime) -> LossBook:
    """The book in which every published entry is held. It is not written yet."""
    now_us = microseconds(now)
    since = {loss.entry_id: min(loss.since, now_us) for loss in stored.held}
    with store.snapshot() as snapshot:
        held = tuple(
            HeldLoss(entry_id, "withdrawn", path, title, EMPTY, since.get(entry_id, now_us))
            for path, entry_id, title in snapshot.published_files()
        )
    return LossBook(stored.held, held)
