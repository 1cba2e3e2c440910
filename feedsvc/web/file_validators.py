"""Entity tags of files, made of their content: the same on every machine."""

import hashlib
import logging
import os
import threading
from collections import OrderedDict
from typing import Final

AT_ONCE: Final = 32 * 1024 * 1024  # octets; a larger file is read in the background
_MOST_KEPT: Final = 20_000  # tags, about 150 octets each
_PIECE: Final = 1024 * 1024  # octets

Stamp = tuple[int, int, int, int, int]

log = logging.getLogger("feedsvc.web")


class Validators:
    """The entity tags of files. Each is computed once for each change of the file.

    A large file has no tag until a background thread has read it, so that no request waits.
    That thread reads one file at a time. Safe for use by several threads.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._tags: OrderedDict[Stamp, str] = OrderedDict()
        self._lock = threading.Lock()
        self._reading = threading.Lock()

    def tag_of(self, descriptor: int, status: os.stat_result) -> str | None:
        """The strong entity tag of an open file (RFC 9110 §8.8.3), without quotes.

        None while a large file is being read, and if the file changes meanwhile. Does not move
        the position in the file.
        """
        stamp = stamp_of(status)
        with self._lock:
            if stamp in self._tags:
                self._tags.move_to_end(stamp)
                return self._tags[stamp]
        if status.st_size <= self._at_once:
            return self._read(descriptor, stamp)
        if self._reading.acquire(blocking=False):
            try:
                own = os.dup(descriptor)
                threading.Thread(
                    target=self._read_in_background,
                    args=(own, stamp),
                    name="validator",
                    daemon=True,
                ).start()
            except (OSError, RuntimeError):  # out of descriptors or threads: retry later
                self._reading.release()
        return None

    def _read_in_background(self, descriptor: int, stamp: Stamp) -> None:
        try:
            self._read(descriptor, stamp)
        except OSError as error:
            log.warning("cannot read a file of a post: %s", error.strerror)
        finally:
            os.close(descriptor)
            self._reading.release()

    def _read(self, descriptor: int, stamp: Stamp) -> str | None:
        digest = hashlib.sha256()
        at = 0
        while piece := os.pread(descriptor, _PIECE, at):
            digest.update(piece)
            at += len(piece)
        if stamp_of(os.fstat(descriptor)) != stamp or at != stamp[2]:
            return None
        tag = digest.hexdigest()[:32]
        with self._lock:
            self._tags[stamp] = tag
            if len(self._tags) > _MOST_KEPT:
                self._tags.popitem(last=False)
        return tag


def stamp_of(status: os.stat_result) -> Stamp:
    """Identifies one version of a file on this machine."""
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )
