"""The webhook's door: who is let in, who is not, and that nobody learns why."""

import hashlib
import hmac

import pytest
import requests

from tests.http.conftest import SECRET
from tests.running import Server

BODY = b'{"ref": "refs/heads/main"}'


def signature(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def call(server: Server, body: bytes = BODY, /, **headers: str) -> requests.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.ask("POST", "/hooks/rebuild", headers=sent, data=body)


def test_a_signed_call_is_accepted(server: Server) -> None:
    response = call(server, X_Hub_Signature_256=signature(BODY), X_GitHub_Event="push")
    assert (response.status_code, response.headers["Cache-Control"]) == (202, "no-store")


def test_a_bearer_token_is_accepted(server: Server) -> None:
    assert call(server, b"", Authorization=f"Bearer {SECRET}").status_code == 202
    assert call(server, b"", Authorization=f"bearer  {SECRET} ").status_code == 202


def test_a_signed_ping_is_answered(server: Server) -> None:
    response = call(server, X_Hub_Signature_256=signature(BODY), X_GitHub_Event="ping")
    assert response.status_code == 200


REFUSED = {
    "nothing": {},
    "another secret": {"X_Hub_Signature_256": signature(BODY, "x" * 20)},
    "another body": {"X_Hub_Signature_256": signature(b"other")},
    "a cut signature": {"X_Hub_Signature_256": signature(BODY)[:-1]},
    "no scheme": {"X_Hub_Signature_256": signature(BODY).removeprefix("sha256=")},
    "upper case": {"X_Hub_Signature_256": signature(BODY).upper()},
    "SHA-1": {
        "X_Hub_Signature": "sha1=" + hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()
    },
    "not ASCII": {"X_Hub_Signature_256": "sha256=é"},
    "a wrong token": {"Authorization": "Bearer nothing of the kind"},
    "a basic login": {"Authorization": f"Basic {SECRET}"},
    "a token alone": {"Authorization": SECRET},
    "an unsigned ping": {"X_GitHub_Event": "ping"},
}


@pytest.mark.parametrize("how", REFUSED)
def test_a_call_without_proof_is_refused_without_a_word(server: Server, how: str) -> None:
    response = call(server, BODY, **REFUSED[how])
    assert (response.status_code, response.text) == (401, "401 Unauthorized\n")


def test_the_secret_in_the_query_opens_nothing(server: Server) -> None:
    response = server.ask("POST", f"/hooks/rebuild?token={SECRET}&secret={SECRET}")
    assert response.status_code == 401


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_above_a_megabyte_is_too_large(server: Server, *, chunked: bool) -> None:
    body = b"x" * 1_000_001
    headers = {"X-Hub-Signature-256": signature(body)}
    sent: object = iter([body[:500_000], body[500_000:]]) if chunked else body
    response = server.ask("POST", "/hooks/rebuild", headers=headers, data=sent)
    assert response.status_code == 413


def test_a_body_of_a_megabyte_is_not(server: Server) -> None:
    body = b"x" * 1_000_000
    assert call(server, body, X_Hub_Signature_256=signature(body)).status_code == 202


def test_nonsense_with_a_right_signature_asks_for_a_rescan_all_the_same(
    server: Server,
) -> None:
    for body in (b"", b"\xff\x00", b"[" * 100_000, b'{"a":' + b"9" * 5000):
        assert call(server, body, X_Hub_Signature_256=signature(body)).status_code == 202


def test_only_post_is_heard(server: Server) -> None:
    response = server.get("/hooks/rebuild")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_the_secret_is_in_no_log(server: Server) -> None:
    call(server, Authorization=f"Bearer {SECRET}")
    assert SECRET not in server.log
