"""The WebSub hub: accepts requests for subscriptions (W3C WebSub §5)."""

import math
import secrets
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl, quote_plus, urlsplit

from flask import Response, request
from werkzeug.exceptions import (
    MethodNotAllowed,
    NotFound,
    TooManyRequests,
    UnsupportedMediaType,
)

from feedsvc.core import addresses
from feedsvc.core.websub.callback_addresses import (
    LONGEST,
    callback_fault,
    origin,
)
from feedsvc.core.websub.subscriptions import (
    LONGEST_CALLBACK,
    MOST_SECRET_OCTETS,
    MOST_TOKEN_OCTETS,
    UNPROVEN_FOR,
    Intent,
    Mode,
    Target,
    granted_lease,
)
from feedsvc.settings.settings import Settings
from feedsvc.store.store import Store
from feedsvc.web.pages.error_answers import line
from feedsvc.web.polls.rate_limits import Buckets, client
from feedsvc.web.polls.redirects import Served, feed_document
from feedsvc.web.request_bodies import read_body

MOST_BYTES: Final = 16 * 1024
_MOST_FIELDS: Final = 40
_FORM: Final = "application/x-www-form-urlencoded"
_BURST: Final = 1000.0  # requests of a client at once, as when it imports OPML
_PER_SECOND: Final = 20.0
# Characters in the URL of a verification beside callback, topic and token.
_ADDED: Final = 200
_MODES: Final[dict[str, Mode]] = {"subscribe": "subscribe", "unsubscribe": "unsubscribe"}


class Hub:
    """Stores requests as intents. The pusher verifies them."""

    def __init__(self, settings: Settings, store: Store, served: Served) -> None:
        self._settings = settings
        self._store = store
        self._served = served
        self._buckets = Buckets(_BURST, _PER_SECOND)

    def answer(self) -> Response:
        """Answer `POST /hub`: 202 if the request is stored and will be verified.

        400: a parameter is wrong; the body says which. 413, 415: the body is too large or not a
        form. 429: a limit is reached. 404: the hub is disabled. Unknown parameters are ignored.
        """
        if not self._settings.hub.enabled:
            raise NotFound
        if request.method != "POST":
            raise MethodNotAllowed(["POST"])
        server = self._settings.server
        address = client(request.environ, server.proxies, server.proxy_header)
        seconds = self._buckets.wait(address)
        if seconds:
            raise TooManyRequests(retry_after=seconds)
        try:
            intent = self._intent(_form(), address)
        except _Fault as fault:
            return line(400, str(fault))
        most = self._settings.hub.most_subscriptions
        refused = self._store.intents.enqueue(intent, most, intent.asked_at)
        if refused:
            response = line(429, refused)
            response.headers["Retry-After"] = str(self._seconds_until_free(intent))
            return response
        return line(202, "accepted; the hub will verify the request with the callback")

    def _seconds_until_free(self, intent: Intent) -> int:
        """When the client may retry. For a full hub that is a guess."""
        now = datetime.now(UTC)
        free = self._store.intents.retry_at(intent, now) or now + UNPROVEN_FOR
        return max(1, math.ceil((free - now).total_seconds()))

    def _intent(self, form: dict[str, str], client_address: str) -> Intent:
        mode = _MODES.get(form.get("hub.mode", ""))
        if mode is None:
            raise _Fault("hub.mode is neither subscribe nor unsubscribe")
        callback = form.get("hub.callback", "")
        fault = callback_fault(callback, self._settings.hub.networks)
        if len(callback) > LONGEST_CALLBACK:
            fault = f"it is longer than {LONGEST_CALLBACK} characters"
        if fault:
            raise _Fault(f"hub.callback cannot be used: {fault}")
        secret = form.get("hub.secret", "")
        if len(secret.encode()) > MOST_SECRET_OCTETS:
            raise _Fault("hub.secret has 200 bytes or more")
        if "\0" in secret:  # PostgreSQL cannot store it
            raise _Fault("hub.secret contains a NUL")
        requested_lease = form.get("hub.lease_seconds", "") if mode == "subscribe" else ""
        token = form.get("hub.verify_token", "")
        if len(token.encode()) > MOST_TOKEN_OCTETS:
            raise _Fault(f"hub.verify_token has more than {MOST_TOKEN_OCTETS} bytes")
        if "\0" in token:
            raise _Fault("hub.verify_token contains a NUL")
        topic = form.get("hub.topic", "")
        feed_path, format_name, digest = self._topic(topic)
        if len(callback) + len(quote_plus(topic)) + len(quote_plus(token)) > LONGEST - _ADDED:
            raise _Fault("hub.callback and hub.topic together are too long")
        return Intent(
            target=Target(feed_path, format_name, callback, origin(callback).host, topic),
            mode=mode,
            client=client_address,
            secret=secret,
            lease_seconds=granted_lease(_seconds(requested_lease)),
            delivered=digest,
            asked_at=datetime.now(UTC),
            number=secrets.token_hex(12),
            verify_token=token,
        )

    def _topic(self, topic: str) -> tuple[str, str, str]:
        """The feed path, format and digest of a topic."""
        with self._store.snapshot() as snapshot:
            site = snapshot.site()
            path = addresses.path_at(site.url, topic) if site else None
            if site and path is not None:
                query = urlsplit(topic).query
                document = feed_document(path, query, self._served, site, snapshot)
                if document:
                    return document
        raise _Fault("hub.topic is not the URL of a feed of this site")


class _Fault(Exception):  # noqa: N818 - it becomes an answer
    """What is wrong with a request, for the programmer of the client."""


def _form() -> dict[str, str]:
    if request.mimetype != _FORM or request.content_encoding:
        raise UnsupportedMediaType
    try:
        text = read_body(MOST_BYTES).decode()
        fields = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:
        raise _Fault(
            f"the body is not a UTF-8 form with at most {_MOST_FIELDS} fields"
        ) from error
    return dict(reversed(fields))  # if a name occurs twice, the first counts


def _seconds(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise _Fault("hub.lease_seconds is not a number of seconds")
    return int(text)
