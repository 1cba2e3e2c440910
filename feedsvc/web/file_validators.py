"""Entity tags of files: of their content, so that every machine with the same file agrees."""

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
    """The entity tags of files, each made of the content once per change of the file.

    A large file has none until a thread has read it, one file at a time, so that no request
    waits for that. For any number of threads.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._known: OrderedDict[Stamp, str] = OrderedDict()
        self._lock = threading.Lock()
        self._reading = threading.Lock()

    def tag_of(self, descriptor: int, status: os.stat_result) -> str | None:
        """The strong entity tag of an open file (RFC 9110 §8.8.3), without quotes.

        None while a large file is being read, and if the file changes meanwhile. The position
        in the file stays where it is.
        """
        stamp = stamp_of(status)
        with self._lock:
            if stamp in self._known:
                self._known.move_to_end(stamp)
                return self._known[stamp]
        if status.st_size <= self._at_once:
            return self._read(descriptor, stamp)
        if self._reading.acquire(blocking=False):
            try:
                own = os.dup(descriptor)
                threading.Thread(
                    target=self._read_apart, args=(own, stamp), name="validator", daemon=True
                ).start()
            except (OSError, RuntimeError):  # no descriptor or no thread is left: try later
                self._reading.release()
        return None

    def _read_apart(self, descriptor: int, stamp: Stamp) -> None:
        try:
            self._read(descriptor, stamp)
        except OSError as error:
            log.warning("a file of a post cannot be read: %s", error.strerror)
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
            self._known[stamp] = tag
            if len(self._known) > _MOST_KEPT:
                self._known.popitem(last=False)
        return tag


def stamp_of(status: os.stat_result) -> Stamp:
    """What tells one state of a file from others on this machine."""
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )
