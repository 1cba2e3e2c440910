"""How a web process learns that something was published: it asks the store, often."""

import logging
import threading
from typing import Final

from feedsvc.errors import StoreError
from feedsvc.store.store import Store
from feedsvc.web.polls.documents import current_digests
from feedsvc.web.polls.shelf import Shelf

INTERVAL: Final = 0.05  # seconds: a new revision is to be seen within twice that

log = logging.getLogger("feedsvc.web")


class Follower:
    """Takes from a shelf's documents their names as soon as the store has later versions."""

    def __init__(self, store: Store, shelf: Shelf) -> None:
        self._store = store
        self._shelf = shelf
        self._mark: tuple[int, int, str] | None = None  # None: not known, look at all
        self._stopping = threading.Event()

    def start(self) -> None:
        """Follow the store in a thread of its own, until `stop`."""
        threading.Thread(target=self._follow, name="follower", daemon=True).start()

    def stop(self) -> None:
        """Ask no more."""
        self._stopping.set()

    def look(self) -> None:
        """Ask once. While the store cannot be asked, what it said last stands."""
        try:
            self._look()
        except StoreError as error:
            if self._mark is not None:
                log.warning("serving what was published last: %s", error)
            self._mark = None

    def _look(self) -> None:
        with self._store.probe(), self._store.snapshot() as snapshot:
            mark = snapshot.fingerprint()
            if mark == self._mark:
                return
            named = self._shelf.begin_generation()
            current = current_digests(snapshot, named)
        for path, digest in named.items():
            if current.get(path) != digest:
                self._shelf.retire(path, digest)
        self._mark = mark

    def _follow(self) -> None:
        while not self._stopping.wait(INTERVAL):
            try:
                self.look()
            except Exception:
                log.exception("the store could not be followed because of a fault in feedsvc")
                self._mark = None
                self._stopping.wait(1)
