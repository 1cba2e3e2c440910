"""Reading the bodies of requests, few at a time, so that threads are left to answer polls."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from flask import abort, request
from werkzeug.exceptions import BadRequest, ServiceUnavailable

MOST_WAITING: Final = 2  # requests that are waited for at a time, in each process

_waiting = threading.BoundedSemaphore(MOST_WAITING)


def read_body(most: int) -> bytes:
    """The raw body of this request; 413 above `most` octets, 503 while others are waited for.

    400 where less has come than was announced: to granian a cut body is a whole one. It has to
    be read here: granian 2.8 comes to a stop where one thread answers a request whose body
    another is reading. A caller that falls silent is cut off (silence.py).
    """
    if (request.content_length or 0) > most:
        abort(413)
    with place_to_wait() as has_place:
        if not has_place:
            raise ServiceUnavailable(retry_after=1)
        try:
            read = request.get_data(cache=False)  # no more of it than the app's limit
        except OSError as error:  # the connection was closed
            raise BadRequest from error
    if len(read) > most:
        abort(413)
    if request.content_length not in (None, len(read)):
        abort(400)
    return read


@contextmanager
def slot(semaphore: threading.BoundedSemaphore) -> Iterator[bool]:
    """One of the places, if any is free."""
    has_slot = semaphore.acquire(blocking=False)
    try:
        yield has_slot
    finally:
        if has_slot:
            semaphore.release()


def place_to_wait() -> AbstractContextManager[bool]:
    """One of the places for requests that hold a thread, whatever they wait for."""
    return slot(_waiting)
