"""Request bodies. The server reads them before it calls Flask: no thread waits for a client."""

from typing import Final

from flask import abort, request
from werkzeug.exceptions import ServiceUnavailable

MOST_BODY_OCTETS: Final = 1_000_000  # of one request

# The environ key for the reason why a body was not read: 413, or 503 if the server is busy
# reading other requests.
UNREAD: Final = "feedsvc.unread"


def read_body(most: int) -> bytes:
    """The raw body of this request.

    413 if it is longer than `most` octets, 503 if the server is busy reading other requests.
    """
    unread = request.environ.get(UNREAD)
    if unread == 503:
        raise ServiceUnavailable(retry_after=1)
    if unread or (request.content_length or 0) > most:
        abort(413)
    body = request.get_data(cache=False)  # Flask reads at most MAX_CONTENT_LENGTH
    if len(body) > most:
        abort(413)
    return body
