"""The webhook: somebody who knows the secret asks for a rescan."""

import hashlib
import hmac

from flask import Response, abort, request

from feedsvc.store.store import Store

MOST_BYTES = 1_000_000


def rebuild(store: Store, secret: str) -> Response:
    """Answer `POST /hooks/rebuild`.

    202 when the request is kept in the store, so that no crash can lose it; 200 for GitHub's
    ping; 401 without a word where neither GitHub's signature over the raw body nor the bearer
    token is right; 413 for a body above a megabyte. Nothing of the body is parsed.
    """
    if (request.content_length or 0) > MOST_BYTES:
        abort(413)
    body = request.get_data(cache=False)  # no more of it than the app's limit
    if len(body) > MOST_BYTES:
        abort(413)
    if not _is_signed(body, secret) and not _has_token(secret):
        abort(401)
    if request.headers.get("X-GitHub-Event") == "ping":
        return _said(200, "pong")
    store.ask_for_rebuild()
    return _said(202, "a rescan has been asked for")


def _is_signed(body: bytes, secret: str) -> bool:
    """GitHub's way: HMAC-SHA256 of the body, in hex, in X-Hub-Signature-256."""
    given = request.headers.get("X-Hub-Signature-256", "")
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
