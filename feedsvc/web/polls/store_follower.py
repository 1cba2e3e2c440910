"""Follows the store, so that a web process sees each publish within 100 ms."""

import logging
import threading
from typing import Final

from feedsvc.errors import StoreError
from feedsvc.store.store import Store
from feedsvc.web.polls.documents import current_digests
from feedsvc.web.polls.shelf import Shelf

INTERVAL: Final = 0.05  # seconds

log = logging.getLogger("feedsvc.web")


class Follower:
    """Retires the documents of a shelf as soon as the store has later versions."""

    def __init__(self, store: Store, shelf: Shelf) -> None:
        self._store = store
        self._shelf = shelf
        self._mark: tuple[int, int, str] | None = None  # None: compare every document
        self._stopping = threading.Event()

    def start(self) -> None:
        """Follow the store in a thread until `stop`."""
        threading.Thread(target=self._follow, name="follower", daemon=True).start()

    def stop(self) -> None:
        """Stop following."""
        self._stopping.set()

    def check(self) -> None:
        """Compare the shelf with the store once. If the store fails, change nothing."""
        try:
            self._check()
        except StoreError as error:
            if self._mark is not None:
                log.warning("serving the last published versions: %s", error)
            self._mark = None

    def _check(self) -> None:
        with self._store.probe(), self._store.snapshot() as snapshot:
            mark = snapshot.fingerprint()
            if mark == self._mark:
                return
            served = self._shelf.begin_generation()
            current = current_digests(snapshot, served)
        for path, digest in served.items():
            if current.get(path) != digest:
                self._shelf.retire(path, digest)
        self._mark = mark

    def _follow(self) -> None:
        while not self._stopping.wait(INTERVAL):
            try:
                self.check()
            except Exception:
                log.exception("cannot follow the store because of a bug in feedsvc")
                self._mark = None
                self._stopping.wait(1)
