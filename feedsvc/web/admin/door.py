"""The door of the pages for operators: a bearer token, or a form that sets a cookie."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import Final, Literal, TypedDict
from urllib.parse import parse_qsl, urlsplit

from flask import Response, abort, redirect, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import TooManyRequests, UnsupportedMediaType
from werkzeug.wrappers import Response as AnyResponse

from feedsvc.core.admin.cookies import VALID_FOR, cookie_value, is_valid, key_of
from feedsvc.core.admin.tokens import bearer_token, is_token
from feedsvc.settings.settings import Settings
from feedsvc.settings.site import site_of
from feedsvc.web.pages.error_answers import line, wants_page
from feedsvc.web.pages.rendering import rendered
from feedsvc.web.polls.rate_limits import Buckets, client
from feedsvc.web.request_bodies import read_body

COOKIE: Final = "feedsvc_admin"
BURST: Final = 10.0  # wrong tokens of a client at once

_PER_SECOND: Final = 1 / 6
_MOST_BYTES: Final = 16 * 1024
_FORM: Final = "application/x-www-form-urlencoded"
_OURS: Final = ("same-origin", "none")

View = Callable[[], AnyResponse]


class _Scope(TypedDict):
    """The attributes of the cookie. It has no age: it ends with the browser's session."""

    path: str
    secure: bool
    httponly: bool
    samesite: Literal["Strict"]


class Door:
    """Lets operators through to a page, and nobody else.

    A client that has sent too many wrong tokens gets 429 for each further token, also for the
    right one: otherwise the limit would not slow down somebody who guesses. Its cookies stay
    valid.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tokens = settings.admin.tokens
        self._buckets = Buckets(BURST, _PER_SECOND)

    def guarded(self, page: View) -> View:
        """A view that shows `page` to operators, and a form to others."""

        def view() -> AnyResponse:
            if request.method == "POST":
                return self._answer_form()
            if self._is_open():
                return page()
            return self._refusal()

        return view

    def _is_open(self) -> bool:
        """True if this request has a right token or a valid cookie.

        401 or 429 if its token is wrong, even if it also has a cookie.
        """
        token = bearer_token(request.headers.get("Authorization", ""))
        if token is not None:
            return self._accepts(token)
        return self._has_cookie()

    def _has_cookie(self) -> bool:
        value = request.cookies.get(COOKIE, "")
        return bool(value) and is_valid(value, self._keys, datetime.now(UTC))

    def _accepts(self, token: str) -> bool:
        server = self._settings.server
        address = client(request.environ, server.proxies, server.proxy_header)
        seconds = self._buckets.wait(address)
        if seconds:
            raise TooManyRequests(retry_after=seconds)
        if not is_token(token, self._tokens):
            return False
        self._buckets.give_back(address)
        return True

    def _answer_form(self) -> AnyResponse:
        """Answer a POST: with `token` somebody signs in, with `leave` somebody signs out.

        The answer redirects to the same address, which is never that of the request's query.
        """
        # Other sites must not use up a visitor's wrong tokens. They send no cookie.
        if request.headers.get("Sec-Fetch-Site", "none") not in _OURS:
            abort(403)
        fields = _fields()
        back = redirect(f"{self._root}{request.path}", 303)
        if "leave" in fields:
            back.delete_cookie(COOKIE, **self._cookie_scope)
            return back
        if not self._accepts(fields.get("token", "").strip()):
            return self._refusal(is_wrong=True)
        value = cookie_value(self._keys[0], secrets.token_bytes(16), datetime.now(UTC))
        back.set_cookie(COOKIE, value, **self._cookie_scope)
        return back

    def _refusal(self, *, is_wrong: bool = False) -> Response:
        """401 with the form for browsers, or with a line for programs."""
        if wants_page() or request.method == "POST":
            site = site_of(self._settings)
            hours = int(VALID_FOR.total_seconds() / 3600)
            response = rendered("admin/door.html", site, is_wrong=is_wrong, hours=hours)
        else:
            response = line(401, "401 Unauthorized: send a token of [admin] as a bearer token")
        response.status_code = 401
        response.www_authenticate = WWWAuthenticate("bearer")
        return response

    @cached_property
    def _keys(self) -> list[bytes]:
        return [key_of(token) for token in self._tokens]

    @property
    def _root(self) -> str:
        return urlsplit(self._settings.site.url).path

    @property
    def _cookie_scope(self) -> _Scope:
        is_https = self._settings.site.url.startswith("https:") or _came_by_https()
        return {
            "path": self._root or "/",
            "secure": is_https,
            "httponly": True,
            "samesite": "Strict",
        }


def _fields() -> dict[str, str]:
    if request.mimetype != _FORM or request.content_encoding:
        raise UnsupportedMediaType
    text = read_body(_MOST_BYTES).decode("utf-8", "replace")
    return dict(parse_qsl(text, keep_blank_values=True))


def _came_by_https() -> bool:
    """True if a proxy says so. A client that says so itself only restricts its own cookie."""
    said = request.headers.get("X-Forwarded-Proto", "")
    forwarded = request.headers.get("Forwarded", "")
    return said.strip().lower() == "https" or "proto=https" in forwarded.lower()
