"""The webhook: who knows the secret asks for a rebuild, or for what one would change."""

import json
import re
import threading
import time
from datetime import UTC, datetime
from typing import Final

from flask import Response, abort, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import MethodNotAllowed, Unauthorized

from feedsvc.core import addresses
from feedsvc.core.webhook.authentication import (
    Authentication,
    authenticate_by_body,
    authenticate_by_token,
    is_signed,
)
from feedsvc.core.webhook.events import Event, event_of
from feedsvc.core.webhook.jobs import Job
from feedsvc.core.webhook.pull_request_comment import as_markdown
from feedsvc.settings.settings import Settings
from feedsvc.store.store import Store
from feedsvc.web.pages.error_answers import line
from feedsvc.web.request_bodies import MOST_BODY_OCTETS, read_body

MOST_SECONDS: Final = 8.0  # that a call waits for its preview; GitHub hangs up after 10

_LOOK_EVERY: Final = 0.1
_JSON: Final = "application/json"
_MARKDOWN: Final = "text/markdown"
_PREFERENCE: Final = re.compile(r"\bwait\s*=\s*\"?([0-9]{1,4})\b", re.I)  # RFC 7240, 4.3

_previewing = threading.BoundedSemaphore(1)  # so that threads are left to answer polls


class Hooks:
    """The views below /hooks/, which are not there as long as there is no secret.

    Of a payload nothing gets further than `event_of`: it can only say "look again".
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self._secrets = settings.webhook.secrets
        self._branch = settings.source.branch if settings.source.git else None
        self._site_url = settings.site.url
        self._store = store

    def rebuild(self) -> Response:
        """Answer `POST /hooks/rebuild`.

        202 when the request is kept in the store, so that no crash can lose it; 200 for a
        message that was heard before, and for a ping; 204 for an event that changes nothing
        here; 401 without a word where there is no proof; 413 for a body above a megabyte, 415
        for a coded one; 503 while too many other bodies are waited for. With `?dry_run=1` see
        `_preview`.
        """
        self._be_there()
        if request.method != "POST":
            raise MethodNotAllowed(["POST"])
        _refuse_unreadable()
        is_preview = request.args.get("dry_run", "0").lower() not in ("0", "false", "no")
        proof, body = self._proven(is_preview)
        event = event_of(request.headers, body)
        if event.kind == "ping":
            return line(200, "pong")
        if not self._concerns_us(event, is_preview):
            return _nothing()
        if is_preview:
            return self._preview(proof, event)
        message = proof.message and f"rebuild {proof.message}"
        job, is_new = self._store.jobs.enqueue(datetime.now(UTC), message=message)
        told = json.dumps({"job": job.name, "state": job.state})
        return self._at(job, _answer(f"{told}\n", 202 if is_new else 200, _JSON))

    def job(self, name: str) -> Response:
        """Answer `GET /hooks/jobs/<name>`, for who has a token."""
        self._be_there()
        proof = authenticate_by_token(request.headers, self._secrets, datetime.now(UTC))
        if proof is None or proof.provider != "bearer":
            raise _stranger()
        job = self._store.jobs.named(name)
        return self._shown(job, 200) if job else line(404, "404 Not Found")

    def _be_there(self) -> None:
        if not self._secrets:
            abort(404)

    def _proven(self, is_preview: bool) -> tuple[Authentication, bytes]:
        """Who vouches for this call, and its body where that has to be read."""
        now = datetime.now(UTC)
        proof = authenticate_by_token(request.headers, self._secrets, now)
        if proof is None:
            body = read_body(MOST_BODY_OCTETS) if is_signed(request.headers) else b""
            proof = authenticate_by_body(request.headers, body, self._secrets, now)
            if proof is None:
                raise _stranger()
            return proof, body
        # Only the body of a forge's event says which branch it is about. A script's call with
        # a token means "look", whatever its body is.
        is_told = proof.provider != "bearer" or is_preview
        return proof, read_body(
            MOST_BODY_OCTETS
        ) if is_told and self._branch is not None else b""

    def _concerns_us(self, event: Event, is_preview: bool) -> bool:
        if event.kind == "other" or (event.kind == "pull" and not is_preview):
            return False
        named = event.branches
        return self._branch is None or named is None or self._branch in named

    def _preview(self, proof: Authentication, event: Event) -> Response:
        """What subscribers would see, once it is known; nothing is published.

        200 with the job and its report, 422 where it could not be made, 202 where it takes
        longer than the caller waits.
        """
        ref = event.pull if self._branch is not None else ""
        if event.kind == "pull" and self._branch is not None and not ref:
            return line(422, "this forge has no refs of pull requests that could be fetched")
        message = proof.message and f"preview {proof.message}"
        asked, _ = self._store.jobs.enqueue(
            datetime.now(UTC), message=message, kind="preview", ref=ref
        )
        job = self._ended(asked)
        status = {"done": 200, "failed": 422}.get(job.state, 202)
        return self._at(job, self._shown(job, status))

    def _ended(self, job: Job) -> Job:
        """The job when it has ended, or as it is when the caller has waited long enough."""
        until = time.monotonic() + _patience()
        if not _previewing.acquire(blocking=False):
            return job
        try:
            while job.state not in ("done", "failed"):
                left = until - time.monotonic()
                if left <= 0:
                    break
                time.sleep(min(left, _LOOK_EVERY))
                job = self._store.jobs.named(job.name) or job
        finally:
            _previewing.release()
        return job

    def _at(self, job: Job, response: Response) -> Response:
        """The answer, with the address of the job."""
        path = f"{addresses.JOBS_PATH}{job.name}"
        response.headers["Location"] = addresses.url(self._site_url, path)
        return response

    def _shown(self, job: Job, status: int) -> Response:
        liked = request.accept_mimetypes.best_match((_JSON, _MARKDOWN), _JSON)
        if liked == _MARKDOWN:
            text = as_markdown(job, self._site_url)
            return _answer(text, status, f"{_MARKDOWN}; charset=utf-8")
        return _answer(json.dumps(job.to_dict(), ensure_ascii=False) + "\n", status, _JSON)


def _refuse_unreadable() -> None:
    if (request.content_length or 0) > MOST_BODY_OCTETS:
        abort(413)
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        abort(415)  # a megabyte of it may be a gigabyte


def _stranger() -> Unauthorized:
    return Unauthorized(www_authenticate=WWWAuthenticate("bearer"))


def _patience() -> float:
    """For how many seconds this call waits: what it prefers, and no more than we bear."""
    preferred = ",".join(request.headers.getlist("Prefer"))
    if "respond-async" in preferred.lower():
        return 0
    seconds = _PREFERENCE.search(preferred)
    return min(float(seconds[1]), MOST_SECONDS) if seconds else MOST_SECONDS


def _answer(text: str, status: int, content_type: str) -> Response:
    response = Response(text, status, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    return response


def _nothing() -> Response:
    response = _answer("", 204, "")
    del response.headers["Content-Type"]
    return response
