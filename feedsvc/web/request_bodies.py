"""The bodies of requests: read before Flask is asked, so that no thread waits for them."""

from typing import Final

from flask import abort, request
from werkzeug.exceptions import ServiceUnavailable

MOST_BODY_OCTETS: Final = 1_000_000  # of one request

# Under this key of the environ stands why a body was not read: 413, or 503 while others are.
UNREAD: Final = "feedsvc.unread"


def read_body(most: int) -> bytes:
    """The raw body of this request; 413 above `most` octets, 503 where too many are read."""
    unread = request.environ.get(UNREAD)
    if unread == 503:
        raise ServiceUnavailable(retry_after=1)
    if unread or (request.content_length or 0) > most:
        abort(413)
    read = request.get_data(cache=False)  # no more of it than the app's limit
    if len(read) > most:
        abort(413)
    return read
