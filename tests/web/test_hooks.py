"""The webhook: authentication, bodies and events, over real sockets."""

import gzip
import json
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.support import calls
from tests.support.calls import KEPT, OLD, SECRET
from tests.support.hooks import BODY, NEW_IDS, call, job
from tests.support.running import Server, running, wait_until
from tests.support.writing import PostFolder

# Calls that are accepted.

DATA_CENTER = json.dumps({"changes": [{"ref": {"id": "refs/heads/main"}}]}).encode()
Sign = Callable[[str, bytes, str], calls.Headers]
PROVIDERS: dict[str, tuple[Sign, str, bytes]] = {
    "GitHub": (calls.github, SECRET, BODY),
    "GitHub, a form": (calls.github_form, SECRET, urlencode({"payload": BODY}).encode()),
    "Gitea": (calls.gitea, SECRET, BODY),
    "Forgejo": (calls.forgejo, SECRET, BODY),
    "Bitbucket": (calls.bitbucket, SECRET, DATA_CENTER),
    "GitLab": (calls.gitlab, SECRET, BODY),
    "GitLab's signing token": (calls.gitlab_signed, calls.WHSEC, BODY),
    "Gitee": (calls.gitee, SECRET, BODY),
    "Gitee's signature": (calls.gitee_signed, SECRET, BODY),
    "Standard Webhooks": (calls.standard, calls.WHSEC, BODY),
    "Standard Webhooks, ed25519": (calls.standard_ed25519, calls.WHPK, BODY),
    "a bearer": (calls.bearer, SECRET, b""),
}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_authenticated_call_is_accepted_once(following: Server, provider: str) -> None:
    sign, secret, body = PROVIDERS[provider]
    headers = sign(secret, body, next(NEW_IDS))
    first = call(following, headers, body)
    assert (first.status_code, first.headers["Cache-Control"]) == (202, "no-store")
    assert first.headers["Location"].startswith(f"{following.url}/hooks/jobs/")
    assert first.headers["Content-Type"] == "application/json"
    name = first.headers["Location"].rpartition("/")[2]
    assert first.json() == {"job": name, "state": "queued"}
    retry = call(following, headers, body)
    assert (retry.status_code, retry.json()["job"]) == (200, name)
    assert retry.headers["Location"] == first.headers["Location"]


@pytest.mark.parametrize("secret", [OLD, SECRET, KEPT])
def test_each_of_several_secrets_is_accepted(following: Server, secret: str) -> None:
    assert call(following, calls.github(secret, BODY)).status_code == 202
    assert call(following, calls.bearer(secret), b"").status_code == 202


def test_a_bearer_token_may_have_blanks_around_it(server: Server) -> None:
    headers = {"Authorization": f"bearer  {SECRET} "}
    assert call(server, headers, b"").status_code == 202


def test_the_job_of_a_call_ends(following: Server) -> None:
    response = call(following, calls.github(SECRET, BODY))
    wait_until(lambda: job(following, response)["state"] == "done", "the job's end")
    result = job(following, response)
    assert (result["kind"], result["error"], result["attempts"]) == ("rebuild", "", 0)
    assert result["asked_at"] <= result["begun_at"] <= result["ended_at"]
    assert result["report"]["added"] == {"count": 0, "entries": []}


# Calls that are refused.

REFUSED: dict[str, calls.Headers] = {
    "no headers": {},
    "a signature over another body": calls.github(SECRET, b"other"),
    "a truncated signature": {
        "X-Hub-Signature-256": f"sha256={calls.hex_hmac(SECRET, BODY)[:-1]}"
    },
    "no scheme": {"X-Hub-Signature-256": calls.hex_hmac(SECRET, BODY)},
    "upper case": {"X-Hub-Signature-256": f"SHA256={calls.hex_hmac(SECRET, BODY).upper()}"},
    "SHA-1": {"X-Hub-Signature": f"sha1={calls.hex_hmac(SECRET, BODY, 'sha1')}"},
    "not ASCII": {"X-Hub-Signature-256": "sha256=é"},
    "a wrong token": {"Authorization": "Bearer nothing of the kind"},
    "a basic login": {"Authorization": f"Basic {SECRET}"},
    "a token alone": {"Authorization": SECRET},
    "an unsigned ping": {"X-GitHub-Event": "ping"},
    "a public key as a token": calls.bearer(calls.WHPK),
    "a public key as a secret": calls.github(calls.WHPK, BODY),
    "Gitee's of yesterday": calls.gitee_signed(SECRET, BODY, "1790000000000"),
}


@pytest.mark.parametrize("how", REFUSED)
def test_a_call_without_valid_token_or_signature_gets_401(following: Server, how: str) -> None:
    response = call(following, REFUSED[how])
    assert (response.status_code, response.text) == (401, "401 Unauthorized\n")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("age", [-400, 400])
def test_an_old_or_future_signature_is_refused(following: Server, age: int) -> None:
    assert call(following, calls.standard(calls.WHSEC, BODY, "msg_x", age)).status_code == 401


def test_a_signature_covers_the_id(following: Server) -> None:
    headers = calls.standard(calls.WHSEC, BODY, "msg_y")
    assert call(following, headers | {"webhook-id": "msg_z"}).status_code == 401
    assert call(following, headers).status_code == 202


@pytest.mark.parametrize("provider", sorted(PROVIDERS.keys() - {"Standard Webhooks, ed25519"}))
def test_a_wrong_secret_opens_nothing(following: Server, provider: str) -> None:
    sign, secret, body = PROVIDERS[provider]
    wrong = secret[:-4] + "AAA=" if secret == calls.WHSEC else f"{secret}."
    assert call(following, sign(wrong, body, next(NEW_IDS)), body).status_code == 401


def test_a_secret_in_the_query_is_refused(server: Server) -> None:
    response = server.ask("POST", f"/hooks/rebuild?token={SECRET}&secret={SECRET}")
    assert response.status_code == 401


def test_a_browser_gets_an_error_page(server: Server) -> None:
    response = call(server, {"Accept": "text/html"})
    assert response.status_code == 401
    assert response.headers["Content-Type"].startswith("text/html")


def test_without_a_secret_the_webhook_does_not_exist(tmp_path: Path, posts: PostFolder) -> None:
    with running(tmp_path, posts.root) as server:
        for headers in ({}, calls.bearer(""), calls.github("", BODY)):
            assert call(server, headers).status_code == 404
            assert server.get("/hooks/rebuild", headers).status_code == 404
            assert server.get("/hooks/jobs/x", headers).status_code == 404


# Bodies.


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_above_a_megabyte_is_too_large(server: Server, *, chunked: bool) -> None:
    body = b"x" * 1_000_001
    sent: object = iter([body[:500_000], body[500_000:]]) if chunked else body
    headers = calls.github(SECRET, body)
    assert server.ask("POST", "/hooks/rebuild", headers, sent).status_code == 413


def test_a_body_of_a_megabyte_is_accepted(server: Server) -> None:
    body = b"x" * 1_000_000
    assert call(server, calls.github(SECRET, body), body).status_code == 202


@pytest.mark.parametrize("coding", ["gzip", "br", "GZIP", "identity, gzip", "x", ""])
def test_a_coded_body_is_not_decoded(server: Server, coding: str) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    for headers in (calls.github(SECRET, bomb), calls.bearer(SECRET)):
        assert call(server, headers | {"Content-Encoding": coding}, bomb).status_code == 415


def test_an_identity_coding_is_accepted(server: Server) -> None:
    headers = calls.github(SECRET, BODY) | {"Content-Encoding": "identity"}
    assert call(server, headers).status_code == 202


@pytest.mark.parametrize("length", ["1" + "0" * 18, "1000001", "9" * 400, "-1", "5x", "1e3"])
def test_a_wrong_content_length_is_refused_at_once(server: Server, length: str) -> None:
    signature = calls.github(SECRET, BODY)["X-Hub-Signature-256"]
    head = f"POST /hooks/rebuild HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
        connection.sendall(f"{head}X-Hub-Signature-256: {signature}\r\n\r\n{{}}".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 4")


def test_an_incomplete_body_is_refused(server: Server) -> None:
    signature = calls.github(SECRET, b"{}")["X-Hub-Signature-256"]
    head = "POST /hooks/rebuild HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
        connection.sendall(f"{head}X-Hub-Signature-256: {signature}\r\n\r\n{{}}".encode())
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(100)
    assert not answer or answer.startswith(b"HTTP/1.1 4")


MALFORMED = {
    "nothing": b"",
    "no text": b"\xff\x00",
    "lists, 100,000 deep": b"[" * 100_000,
    "a number of 5,000 digits": b'{"ref":' + b"9" * 5000 + b"}",
    "wrong kinds": b'{"ref": {"ref": []}, "changes": 5, "pull_request": [1]}',
    "half a character": b'{"ref": "refs/heads/\\ud800"}',
}


@pytest.mark.parametrize("what", MALFORMED)
@pytest.mark.parametrize("event", ["push", "pull_request", "", "\xff" * 99])
def test_a_malformed_payload_is_no_server_error(
    following: Server, what: str, event: str
) -> None:
    body = MALFORMED[what]
    headers = calls.github(SECRET, body) | {"X-GitHub-Event": event.encode("latin-1")}
    response = call(following, headers, body)  # type: ignore[arg-type]  # octets on the wire
    assert response.status_code in (202, 204)


# Events.


def test_a_ping_is_answered_and_starts_no_job(server: Server) -> None:
    response = call(server, calls.github(SECRET, BODY, event="ping"))
    assert (response.status_code, response.text) == (200, "pong\n")
    assert "Location" not in response.headers


OTHER_BRANCHES = {
    "another branch": (calls.github, calls.push("drafts")),
    "a branch that starts with the same name": (calls.github, calls.push("main/2")),
    "a tag": (calls.github, json.dumps({"ref": "refs/tags/main"}).encode()),
    "another branch, by GitLab's token": (calls.gitlab, calls.push("drafts")),
    "another branch, by Gitee's password": (calls.gitee, calls.push("drafts")),
}


@pytest.mark.parametrize("what", OTHER_BRANCHES)
def test_an_event_of_another_branch_is_ignored(following: Server, what: str) -> None:
    sign, body = OTHER_BRANCHES[what]
    response = call(following, sign(SECRET, body), body)
    assert (response.status_code, response.content) == (204, b"")
    assert "Location" not in response.headers


@pytest.mark.parametrize("event", ["issues", "pull_request", "star"])
def test_an_event_that_is_not_a_push_is_ignored(
    server: Server, following: Server, event: str
) -> None:
    for each in (server, following):
        response = call(each, calls.github(SECRET, calls.pull(), event=event), calls.pull())
        assert response.status_code == 204


def test_without_a_git_source_every_push_is_accepted(server: Server) -> None:
    body = calls.push("drafts")
    assert call(server, calls.github(SECRET, body), body).status_code == 202
