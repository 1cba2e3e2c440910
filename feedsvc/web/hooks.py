"""The webhook: callers that know a secret request a rebuild or a preview."""

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

MOST_SECONDS: Final = 8.0  # that a call waits for its preview; GitHub times out after 10

_LOOK_EVERY: Final = 0.1  # seconds
_JSON: Final = "application/json"
_MARKDOWN: Final = "text/markdown"
_SET_NAME: Final = re.compile(r"[0-9a-f]{4,64}|\*")
_PREFERENCE: Final = re.compile(r"\bwait\s*=\s*\"?([0-9]{1,4})\b", re.I)  # RFC 7240 §4.3

_previewing = threading.BoundedSemaphore(1)  # so that other threads can answer polls


class Hooks:
    """The views below /hooks/. They answer 404 if no secret is set.

    A payload is only read by `event_of`, so a call can request a rescan and nothing else.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self._secrets = settings.webhook.secrets
        self._branch = settings.source.branch if settings.source.git else None
        self._site_url = settings.site.url
        self._store = store

    def rebuild(self) -> Response:
        """Answer `POST /hooks/rebuild`.

        202: the request is in the store, and a crash cannot lose it. 200: a ping, or a retry of
        an earlier delivery. 204: an event that changes nothing here. 401: no valid token or
        signature; the answer does not say why. 413: the body is larger than a megabyte. 415: it
        has a content coding. 503: too many other bodies are being read. With `?accept=NAME` the
        rebuild or the preview accepts the held set of this name. For `?dry_run=1` see
        `_preview`.
        """
        self._require_secrets()
        if request.method != "POST":
            raise MethodNotAllowed(["POST"])
        _require_readable_body()
        is_preview = request.args.get("dry_run", "0").lower() not in ("0", "false", "no")
        authentication, body = self._authenticate(is_preview)
        event = event_of(request.headers, body)
        if event.kind == "ping":
            return line(200, "pong")
        if not self._is_relevant(event, is_preview):
            return _no_content()
        accept = request.args.get("accept", "").strip()
        if accept and not _SET_NAME.fullmatch(accept):
            return line(400, "accept is not the name of a held set, such as 3f1d0c6f6b0a")
        if is_preview:
            return self._preview(authentication, event, accept)
        message = authentication.message and f"rebuild {authentication.message}"
        job, is_new = self._store.jobs.enqueue(
            datetime.now(UTC), message=message, accept=accept
        )
        body_json = json.dumps({"job": job.name, "state": job.state})
        response = _answer(f"{body_json}\n", 202 if is_new else 200, _JSON)
        return self._with_location(response, job)

    def job(self, name: str) -> Response:
        """Answer `GET /hooks/jobs/<name>`, for callers with a bearer token."""
        self._require_secrets()
        now = datetime.now(UTC)
        authentication = authenticate_by_token(request.headers, self._secrets, now)
        if authentication is None or authentication.provider != "bearer":
            raise _unauthorized()
        job = self._store.jobs.named(name)
        return self._job_answer(job, 200) if job else line(404, "404 Not Found")

    def _require_secrets(self) -> None:
        if not self._secrets:
            abort(404)

    def _authenticate(self, is_preview: bool) -> tuple[Authentication, bytes]:
        """Authenticate this call. Returns its body too, empty if it does not matter."""
        now = datetime.now(UTC)
        authentication = authenticate_by_token(request.headers, self._secrets, now)
        if authentication is None:
            body = read_body(MOST_BODY_OCTETS) if is_signed(request.headers) else b""
            authentication = authenticate_by_body(request.headers, body, self._secrets, now)
            if authentication is None:
                raise _unauthorized()
            return authentication, body
        # The body of a forge's event names its branch. A script that sends a bearer token
        # requests a rescan, whatever the body is.
        names_branch = authentication.provider != "bearer" or is_preview
        must_read = names_branch and self._branch is not None
        return authentication, read_body(MOST_BODY_OCTETS) if must_read else b""

    def _is_relevant(self, event: Event, is_preview: bool) -> bool:
        if event.kind == "other" or (event.kind == "pull" and not is_preview):
            return False
        branches = event.branches
        return self._branch is None or branches is None or self._branch in branches

    def _preview(self, authentication: Authentication, event: Event, accept: str) -> Response:
        """Answer with what subscribers would see. Nothing is published.

        200: the job with its report. 422: the preview failed. 202: it takes longer than the
        caller waits.
        """
        ref = event.pull if self._branch is not None else ""
        if event.kind == "pull" and self._branch is not None and not ref:
            return line(
                422, "this forge has no refs for pull requests, so they cannot be fetched"
            )
        message = authentication.message and f"preview {authentication.message}"
        queued, _ = self._store.jobs.enqueue(
            datetime.now(UTC), message=message, kind="preview", ref=ref, accept=accept
        )
        job = self._wait_for(queued)
        status = {"done": 200, "failed": 422}.get(job.state, 202)
        return self._with_location(self._job_answer(job, status), job)

    def _wait_for(self, job: Job) -> Job:
        """Wait until the job has ended, or for as long as the caller waits."""
        until = time.monotonic() + _seconds_to_wait()
        if not _previewing.acquire(blocking=False):
            return job
        try:
            while job.ended_at is None:
                left = until - time.monotonic()
                if left <= 0:
                    break
                time.sleep(min(left, _LOOK_EVERY))
                job = self._store.jobs.named(job.name) or job
        finally:
            _previewing.release()
        return job

    def _with_location(self, response: Response, job: Job) -> Response:
        """Add the URL of the job to an answer."""
        path = f"{addresses.JOBS_PATH}{job.name}"
        response.headers["Location"] = addresses.url(self._site_url, path)
        return response

    def _job_answer(self, job: Job, status: int) -> Response:
        media_type = request.accept_mimetypes.best_match((_JSON, _MARKDOWN), _JSON)
        if media_type == _MARKDOWN:
            text = as_markdown(job, self._site_url)
            return _answer(text, status, f"{_MARKDOWN}; charset=utf-8")
        return _answer(json.dumps(job.to_dict(), ensure_ascii=False) + "\n", status, _JSON)


def _require_readable_body() -> None:
    if (request.content_length or 0) > MOST_BODY_OCTETS:
        abort(413)
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        abort(415)  # a megabyte may decode to a gigabyte


def _unauthorized() -> Unauthorized:
    return Unauthorized(www_authenticate=WWWAuthenticate("bearer"))


def _seconds_to_wait() -> float:
    """How long this call waits for its preview: as it prefers, up to MOST_SECONDS."""
    preferred = ",".join(request.headers.getlist("Prefer"))
    if "respond-async" in preferred.lower():
        return 0
    seconds = _PREFERENCE.search(preferred)
    return min(float(seconds[1]), MOST_SECONDS) if seconds else MOST_SECONDS


def _answer(text: str, status: int, content_type: str) -> Response:
    response = Response(text, status, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    return response


def _no_content() -> Response:
    response = _answer("", 204, "")
    del response.headers["Content-Type"]
    return response
