"""The door: a bearer token, or a form that sets a cookie; 404 if there is no token."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from feedsvc.core.admin.cookies import cookie_value, key_of
from feedsvc.store.store import Store
from feedsvc.web.admin.door import BURST, COOKIE
from feedsvc.web.polls.replay import Replay
from feedsvc.web.polls.shelf import Shelf
from tests.support.asking import ask
from tests.support.operators import BEARER, BROWSER, TOKEN, Site

FORM = "application/x-www-form-urlencoded"
OTHER = "another-token-of-the-site"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path_factory.mktemp('door')}/feedsvc.sqlite3")
    yield made
    made.close()


@pytest.fixture
def site(store: Store) -> Site:
    return Site(store, ADMIN__TOKEN=TOKEN)


def sign_in(visitor: FlaskClient, token: str = TOKEN, **headers: str) -> TestResponse:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return visitor.post("/status", data={"token": token}, headers=sent)


# No token.


@pytest.mark.parametrize("headers", [{}, BEARER, BROWSER, {"Cookie": f"{COOKIE}=1.2.3"}])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT"])
def test_without_a_token_the_address_is_as_unknown_as_any(
    store: Store, method: str, headers: dict[str, str]
) -> None:
    visitor = Site(store).visitor(keeps=False)

    def answer(path: str) -> tuple[Any, ...]:
        got = visitor.open(path, method=method, headers=headers)
        return got.status, sorted(got.headers), got.text.replace(path, "")

    assert answer("/status") == answer("/unknown")


# A bearer token.


def test_a_bearer_token_opens_the_door(site: Site) -> None:
    got = site.visitor().get("/status", headers=BEARER)
    assert got.status_code == 200
    assert "Set-Cookie" not in got.headers


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"Cookie": f"{COOKIE}={TOKEN}"},
        {"X-Token": TOKEN},
    ],
)
def test_anything_else_does_not(site: Site, headers: dict[str, str]) -> None:
    got = site.visitor(keeps=False).get(f"/status?token={TOKEN}", headers=headers)
    assert got.status_code == 401
    assert got.headers["WWW-Authenticate"] == "Bearer"
    assert got.text.startswith("401 Unauthorized: ")


def test_a_wrong_token_is_refused_even_with_a_cookie(site: Site) -> None:
    visitor = site.visitor()
    sign_in(visitor)
    assert visitor.get("/status").status_code == 200
    got = visitor.get("/status", headers={"Authorization": "Bearer wrong"})
    assert got.status_code == 401


def test_the_credentials_of_a_proxy_in_front_do_not_count(site: Site) -> None:
    visitor = site.visitor()
    sign_in(visitor)
    headers = {"Authorization": "Basic bGk6dGVh"}
    assert visitor.get("/status", headers=headers).status_code == 200


def test_each_of_several_tokens_opens_it(store: Store, tmp_path: Path) -> None:
    kept = tmp_path / "token"
    kept.write_text(f"{OTHER}\n")
    site = Site(store, ADMIN__TOKEN=TOKEN, ADMIN__TOKEN_FILE=str(kept))
    for token in (TOKEN, OTHER):
        headers = {"Authorization": f"Bearer {token}"}
        assert site.visitor().get("/status", headers=headers).status_code == 200


# The form.


def test_a_browser_gets_a_form(site: Site) -> None:
    got = site.visitor().get("/status", headers=BROWSER)
    assert got.status_code == 401
    assert '<form class="door" method="post">' in got.text
    assert "form-action 'self'" in got.headers["Content-Security-Policy"]


def test_the_form_sets_a_cookie_that_opens_the_door(site: Site) -> None:
    visitor = site.visitor()
    got = sign_in(visitor)
    assert (got.status_code, got.headers["Location"]) == (303, "/status")
    cookie = got.headers["Set-Cookie"]
    assert set(cookie.split("; ")[1:]) == {"HttpOnly", "Path=/", "SameSite=Strict"}
    assert TOKEN not in cookie
    assert visitor.get("/status").status_code == 200
    assert site.visitor().get("/status").status_code == 401


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("https://example.org", {}),
        ("http://example.org", {"X_Forwarded_Proto": "https"}),
        ("http://example.org", {"Forwarded": "for=192.0.2.60;proto=https"}),
    ],
)
def test_behind_https_the_cookie_is_secure(
    store: Store, url: str, headers: dict[str, str]
) -> None:
    site = Site(store, ADMIN__TOKEN=TOKEN, SITE__URL=url)
    cookie = sign_in(site.visitor(), **headers).headers["Set-Cookie"]
    assert "Secure" in cookie.split("; ")


def test_every_process_accepts_the_cookie_and_none_with_another_token(store: Store) -> None:
    now = datetime.now(UTC)
    value = cookie_value(key_of(TOKEN), bytes(16), now)
    old = cookie_value(key_of(TOKEN), bytes(16), now - timedelta(days=1))
    for token, given, status in ((TOKEN, value, 200), (TOKEN, old, 401), (OTHER, value, 401)):
        visitor = Site(store, ADMIN__TOKEN=token).visitor(keeps=False)
        got = visitor.get("/status", headers={"Cookie": f"{COOKIE}={given}"})
        assert got.status_code == status


def test_a_wrong_token_in_the_form_says_so(site: Site) -> None:
    got = sign_in(site.visitor(), "wrong")
    assert got.status_code == 401
    assert "This is not a token of this site." in got.text
    assert "Set-Cookie" not in got.headers
    assert "wrong" not in got.text


def test_the_way_out_removes_the_cookie(site: Site) -> None:
    visitor = site.visitor()
    sign_in(visitor)
    got = visitor.post("/status", data={"leave": "1"})
    assert (got.status_code, got.headers["Location"]) == (303, "/status")
    assert "Max-Age=0" in got.headers["Set-Cookie"]
    assert visitor.get("/status").status_code == 401


@pytest.mark.parametrize("other", ["cross-site", "same-site"])
def test_the_form_of_another_site_is_refused(site: Site, other: str) -> None:
    assert sign_in(site.visitor(), Sec_Fetch_Site=other).status_code == 403
    assert sign_in(site.visitor(), Sec_Fetch_Site="same-origin").status_code == 303


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"json": {"token": TOKEN}}, 415),
        ({"data": {"token": "x" * 20_000}}, 413),
        ({"data": b"token=%ff%00&token=", "content_type": FORM}, 401),
        ({"data": b"\xff", "content_type": FORM}, 401),
        ({"data": {}}, 415),
    ],
)
def test_a_body_that_is_no_form_of_ours_is_refused(
    site: Site, sent: dict[str, Any], status: int
) -> None:
    assert site.visitor().post("/status", **sent).status_code == status


def test_the_answer_leads_nowhere_else(site: Site) -> None:
    visitor = site.visitor()
    for path in ("/status?next=https://evil.example/", "/status?next=//evil.example"):
        got = visitor.post(path, data={"token": TOKEN}, headers={"Host": "evil.example"})
        assert got.headers["Location"] == "/status"


# Limits.


def test_wrong_tokens_are_limited_for_each_client(site: Site) -> None:
    stranger = site.visitor("198.51.100.7")
    statuses = [
        stranger.get("/status", headers={"Authorization": f"Bearer {n}"}).status_code
        for n in range(int(BURST) + 3)
    ]
    assert statuses == [401] * int(BURST) + [429] * 3
    got = sign_in(stranger)
    assert got.status_code == 429  # the right token too, or guessing would go on
    assert 1 <= int(got.headers["Retry-After"]) <= 6
    assert sign_in(site.visitor("198.51.100.8")).status_code == 303


def test_right_tokens_and_cookies_are_not_limited(site: Site) -> None:
    visitor = site.visitor()
    for _ in range(int(BURST) * 2):
        assert visitor.get("/status", headers=BEARER).status_code == 200
    sign_in(visitor)
    for _ in range(int(BURST) + 1):
        visitor.get("/status", headers={"Authorization": "Bearer wrong"})
    assert visitor.get("/status", headers=BEARER).status_code == 429
    assert visitor.get("/status").status_code == 200


def test_the_client_is_the_one_in_front_of_our_proxies(store: Store) -> None:
    site = Site(store, ADMIN__TOKEN=TOKEN, SERVER__PROXIES="1")
    proxy = site.visitor("127.0.0.1")
    for _ in range(int(BURST) + 1):
        headers = {"Authorization": "Bearer x", "X-Forwarded-For": "198.51.100.7"}
        proxy.get("/status", headers=headers)
    limited, free = (
        proxy.get("/status", headers=BEARER | {"X-Forwarded-For": f"198.51.100.{n}"})
        for n in (7, 8)
    )
    assert (limited.status_code, free.status_code) == (429, 200)


# What every answer has.


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", BEARER, 200),
        ("HEAD", BEARER, 200),
        ("GET", {}, 401),
        ("GET", BROWSER, 401),
        ("OPTIONS", {}, 204),
        ("POST", {}, 415),
        ("POST", {"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_no_answer_is_for_caches_robots_or_other_sites(
    store: Store, method: str, headers: dict[str, str], status: int
) -> None:
    settings = {"SERVER__CACHE_KEYS": "Surrogate-Key", "SERVER__SHARED_MAX_AGE": "86400"}
    site = Site(store, ADMIN__TOKEN=TOKEN, **settings)
    got = site.visitor().open("/status", method=method, headers=headers)
    assert got.status_code == status
    assert got.headers["Cache-Control"] == "no-store"
    assert got.headers["X-Robots-Tag"] == "noindex, nofollow"
    unwanted = ("Access-Control", "Surrogate", "ETag", "Last-Modified")
    assert [name for name, _ in got.headers if name.startswith(unwanted)] == []


def test_options_lists_the_methods(site: Site) -> None:
    got = site.visitor().options("/status")
    assert got.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert site.visitor().put("/status", headers=BEARER).status_code == 405


def test_the_fast_path_stores_no_answer(site: Site) -> None:
    shelf = Shelf(10_000_000)
    replay = Replay(site.app, shelf)
    assert ask(replay, "/status", Authorization=f"Bearer {TOKEN}").status.startswith("200")
    assert shelf.at_target("/status") is None
    assert ask(replay, "/status").status.startswith("401")


def test_a_site_below_a_path_keeps_the_cookie_there(store: Store) -> None:
    site = Site(store, ADMIN__TOKEN=TOKEN, SITE__URL="https://example.org/茶")
    visitor = site.visitor()
    got = visitor.post("/茶/status", data={"token": TOKEN})
    assert got.headers["Location"] == "/%E8%8C%B6/status"
    assert "Path=/%E8%8C%B6" in got.headers["Set-Cookie"].split("; ")
    assert "/%E8%8C%B6/static/admin.css" in visitor.get("/status", headers=BROWSER).text


@pytest.mark.parametrize("path", ["/status/", "/Status", "/status/x", "/x/status"])
def test_addresses_beside_it_are_those_of_the_site(site: Site, path: str) -> None:
    assert site.visitor().get(path, headers=BEARER).status_code in (404, 503)
