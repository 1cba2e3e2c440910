"""A folder that is suddenly empty: its posts stay published until somebody accepts the loss."""

from typing import Final

from feedsvc.publishing.reading.findings import Findings
from feedsvc.publishing.reading.stored import Stored
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store

HELD_FAULT: Final = "the folder holds no post"
HELD_CURE: Final = (
    "put the posts back (is a volume not mounted?), or withdraw them all with "
    "feedsvc publish --accept"
)
_SAMPLE: Final = 20  # published files; if the folder is not empty, one of them probably exists


def count_held(folder: Folder, store: Store, stored: Stored, findings: Findings) -> int:
    """The number of published posts if the folder has become empty; 0 if it has not."""
    if findings.listed or not any(record.entry_id for record in findings.missing):
        return 0
    if stored.scope is not None:
        with store.snapshot() as snapshot:
            sample = snapshot.first_published(_SAMPLE)
        if folder.survey(sample).stamps or not folder.is_empty():
            return 0
    with store.snapshot() as snapshot:
        return snapshot.count_published()


def held_message(folder: str, posts: int) -> str:
    """The message about an empty folder from which this many posts are published."""
    return (
        f"nothing is published: {folder} holds no post; the feeds keep their {posts} published "
        f"posts; {HELD_CURE}"
    )
