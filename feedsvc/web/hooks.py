"""The webhook: somebody who knows the secret asks for a rescan."""

import hashlib
import hmac
import threading
from datetime import UTC, datetime
from typing import Final

from flask import Response, abort, request
from werkzeug.exceptions import BadRequest, ServiceUnavailable

from feedsvc.store.store import Store

MOST_BYTES: Final = 1_000_000
MOST_WAITING: Final = 2  # bodies at a time, in each process

_waiting = threading.BoundedSemaphore(MOST_WAITING)


def rebuild(store: Store, secret: str) -> Response:
    """Answer `POST /hooks/rebuild`.

    202 when the request is kept in the store, so that no crash can lose it; 200 for GitHub's
    ping; 401 without a word where neither GitHub's signature over the raw body nor the bearer
    token is right; 413 for a body above a megabyte; 503 while too many others are
    waited for. Nothing of the body is parsed.
    """
    if (request.content_length or 0) > MOST_BYTES:
        abort(413)
    if not _has_token(secret):
        signature = request.headers.get("X-Hub-Signature-256")
        if signature is None or not _is_signed(_body(), signature, secret):
            abort(401)
    if request.headers.get("X-GitHub-Event") == "ping":
        return _said(200, "pong")
    store.jobs.ask(datetime.now(UTC))
    return _said(202, "a rescan has been asked for")


def _body() -> bytes:
    """The body. Few are waited for at a time, so that threads are left to answer polls.

    It has to be read here: granian 2.8 comes to a stop where one thread answers a request
    whose body another is reading. A caller that falls silent is cut off (silence.py).
    """
    if not _waiting.acquire(blocking=False):
        raise ServiceUnavailable(retry_after=1)
    try:
        body = request.get_data(cache=False)  # no more of it than the app's limit
    except OSError as error:  # the connection was closed
        raise BadRequest from error
    finally:
        _waiting.release()
    if len(body) > MOST_BYTES:
        abort(413)
    return body


def _is_signed(body: bytes, given: str, secret: str) -> bool:
    """GitHub's way: HMAC-SHA256 of the body, in hex, in X-Hub-Signature-256."""
    right = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())


def _has_token(secret: str) -> bool:
    """RFC 6750 §2.1: `Authorization: Bearer` and the secret."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(token.strip().encode("utf-8", "replace"), secret.encode())
    return same and scheme.lower() == "bearer"


def _said(status: int, text: str) -> Response:
    response = Response(text + "\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
