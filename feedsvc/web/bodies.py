"""Reading the bodies of requests, few at a time, so that threads are left to answer polls."""

import threading
from typing import Final

from flask import abort, request
from werkzeug.exceptions import BadRequest, ServiceUnavailable

MOST_WAITING: Final = 2  # bodies at a time, in each process

_waiting = threading.BoundedSemaphore(MOST_WAITING)


def body(most: int) -> bytes:
    """The raw body of this request; 413 above `most` octets, 503 while others are waited for.

    It has to be read here: granian 2.8 comes to a stop where one thread answers a request
    whose body another is reading. A caller that falls silent is cut off (silence.py).
    """
    if (request.content_length or 0) > most:
        abort(413)
    if not _waiting.acquire(blocking=False):
        raise ServiceUnavailable(retry_after=1)
    try:
        read = request.get_data(cache=False)  # no more of it than the app's limit
    except OSError as error:  # the connection was closed
        raise BadRequest from error
    finally:
        _waiting.release()
    if len(read) > most:
        abort(413)
    return read
