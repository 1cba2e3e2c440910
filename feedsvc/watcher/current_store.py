"""The store that the watcher uses, which is replaced if its file is damaged or removed."""

from feedsvc.store.engine.limits import Limits
from feedsvc.store.store import Store, open_sound_store, open_store


class CurrentStore:
    """Holds the store, so that all threads of the watcher use its replacement."""

    def __init__(self, url: str, limits: Limits) -> None:
        self.store: Store = open_store(url, limits)
        self._url = url
        self._limits = limits

    def replace(self) -> None:
        """Open a sound store in its place. Raises FeedsvcError if that is not possible."""
        self.store.close()
        self.store = open_sound_store(self._url, self._limits)
