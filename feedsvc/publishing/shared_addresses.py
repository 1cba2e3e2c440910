"""Old addresses of other generators that several of our terms may have."""

from collections.abc import Collection

from feedsvc.core.redirects.presets import Preset
from feedsvc.core.redirects.slug_index import shared_slugs
from feedsvc.store.store import Store


def shared_addresses(store: Store, presets: Collection[Preset]) -> list[str]:
    """A line for each slug that several published terms share. Raises StoreError.

    The cost grows with the number of terms, so this is for commands that end.
    """
    if not presets:
        return []
    with store.snapshot() as snapshot:
        counted = ((count, topic) for _, topic, count in snapshot.terms() if count)
        return [str(shared) for shared in shared_slugs(counted, presets)]
