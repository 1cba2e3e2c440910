"""The webhook's door: who is let in, who is not, and that nobody learns why."""

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from feedsvc.store.store import Store
from tests.support import calls
from tests.support.origins import Origin, command_lines
from tests.support.running import (
    Server,
    running,
    wait_until,
)
from tests.support.writing import PostFolder
from tests.web.conftest import SECRET

OLD, KEPT = "an old secret of enough characters", "a secret that stands in a file"
EVERY_SECRET = (SECRET, OLD, KEPT, calls.WHSEC, calls.WHPK)
BODY = calls.push()


def post(title: str) -> str:
    return f"---\ntitle: {title}\ndate: 2026-03-01 09:30:00\n---\nGreen, by {title}.\n"


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """A repository of posts with a pull request."""
    origin = Origin(tmp_path_factory.mktemp("forge") / "posts.git")
    posts = {"posts/tea.md": post("Tea"), "posts/old.md": post("Old")}
    base = origin.push({**posts, "README.md": "# Mine"})
    nasty = {"posts/nasty.md": post('"@octocat <b>#1</b>"'), "posts/tea.md": post("Matcha")}
    broken = {"posts/broken.md": "---\ntitle: No date\n---\n"}
    proposed = origin.push(nasty | broken, "theirs", onto=base)
    origin.git("update-ref", "refs/pull/7/head", proposed)
    origin.git("update-ref", "refs/pull-requests/7/from", proposed)
    return origin


@pytest.fixture(scope="module")
def following(origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that follows the branch main of that repository, and has every secret."""
    place = tmp_path_factory.mktemp("following")
    (place / "secrets").write_text(f"{KEPT}\n{calls.WHPK}\n")
    settings = {
        "FEEDSVC_SOURCE__GIT": origin.url,
        "FEEDSVC_SOURCE__PATH": "posts",
        "FEEDSVC_WATCHER__INTERVAL": "3600",
        "FEEDSVC_WEBHOOK__SECRET": json.dumps([OLD, SECRET, calls.WHSEC]),
        "FEEDSVC_WEBHOOK__SECRET_FILE": str(place / "secrets"),
    }
    with running(place, place, settings) as started:
        yield started


def call(
    server: Server, headers: calls.Headers, body: bytes = BODY, query: str = ""
) -> requests.Response:
    return server.ask("POST", f"/hooks/rebuild{query}", headers, body)


def job(server: Server, response: requests.Response) -> Any:
    path = response.headers["Location"].removeprefix(server.url)
    return server.get(path, calls.bearer(SECRET)).json()


# Who is let in.

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


def names() -> Iterator[str]:
    """Names of deliveries; times in milliseconds, for Gitee has no others."""
    now = time.time_ns() // 1_000_000
    return (str(now + number) for number in range(10_000))


NAMES = names()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_proven_call_is_accepted_and_heard_once(following: Server, provider: str) -> None:
    sign, secret, body = PROVIDERS[provider]
    headers = sign(secret, body, next(NAMES))
    first = call(following, headers, body)
    assert (first.status_code, first.headers["Cache-Control"]) == (202, "no-store")
    assert first.headers["Location"].startswith(f"{following.url}/hooks/jobs/")
    assert first.headers["Content-Type"] == "application/json"
    name = first.headers["Location"].rpartition("/")[2]
    assert first.json() == {"job": name, "state": "queued"}
    again = call(following, headers, body)
    assert (again.status_code, again.json()["job"]) == (200, name)
    assert again.headers["Location"] == first.headers["Location"]


@pytest.mark.parametrize("secret", [OLD, SECRET, KEPT])
def test_each_of_several_secrets_opens_the_door(following: Server, secret: str) -> None:
    assert call(following, calls.github(secret, BODY)).status_code == 202
    assert call(following, calls.bearer(secret), b"").status_code == 202


def test_a_token_may_be_written_loosely(server: Server) -> None:
    headers = {"Authorization": f"bearer  {SECRET} "}
    assert call(server, headers, b"").status_code == 202


def test_the_job_of_a_call_is_done_in_the_end(following: Server) -> None:
    answered = call(following, calls.github(SECRET, BODY))
    wait_until(lambda: job(following, answered)["state"] == "done", "the job's end")
    told = job(following, answered)
    assert (told["kind"], told["error"], told["attempts"]) == ("rebuild", "", 0)
    assert told["asked_at"] <= told["begun_at"] <= told["ended_at"]
    assert told["report"]["added"] == {"count": 0, "entries": []}


# Who is not.

REFUSED: dict[str, calls.Headers] = {
    "nothing": {},
    "another body": calls.github(SECRET, b"other"),
    "a cut signature": {"X-Hub-Signature-256": f"sha256={calls.hex_hmac(SECRET, BODY)[:-1]}"},
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
def test_a_call_without_proof_is_refused_without_a_word(following: Server, how: str) -> None:
    response = call(following, REFUSED[how])
    assert (response.status_code, response.text) == (401, "401 Unauthorized\n")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("age", [-400, 400])
def test_a_signature_that_is_not_of_now_is_refused(following: Server, age: int) -> None:
    assert call(following, calls.standard(calls.WHSEC, BODY, "msg_x", age)).status_code == 401


def test_a_signature_is_of_the_id_of_its_message(following: Server) -> None:
    headers = calls.standard(calls.WHSEC, BODY, "msg_y")
    assert call(following, headers | {"webhook-id": "msg_z"}).status_code == 401
    assert call(following, headers).status_code == 202


@pytest.mark.parametrize("provider", sorted(PROVIDERS.keys() - {"Standard Webhooks, ed25519"}))
def test_a_foreign_secret_opens_nothing(following: Server, provider: str) -> None:
    sign, secret, body = PROVIDERS[provider]
    foreign = secret[:-4] + "AAA=" if secret == calls.WHSEC else f"{secret}."
    assert call(following, sign(foreign, body, next(NAMES)), body).status_code == 401


def test_the_secret_in_the_query_opens_nothing(server: Server) -> None:
    response = server.ask("POST", f"/hooks/rebuild?token={SECRET}&secret={SECRET}")
    assert response.status_code == 401


def test_a_browser_is_refused_on_a_page(server: Server) -> None:
    response = call(server, {"Accept": "text/html"})
    assert response.status_code == 401
    assert response.headers["Content-Type"].startswith("text/html")


def test_without_a_secret_nothing_is_there(tmp_path: Path, posts: PostFolder) -> None:
    with running(tmp_path, posts.root) as server:
        for headers in ({}, calls.bearer(""), calls.github("", BODY)):
            assert call(server, headers).status_code == 404
            assert server.get("/hooks/rebuild", headers).status_code == 404
            assert server.get("/hooks/jobs/x", headers).status_code == 404


# What is not read.


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_above_a_megabyte_is_too_large(server: Server, *, chunked: bool) -> None:
    body = b"x" * 1_000_001
    sent: object = iter([body[:500_000], body[500_000:]]) if chunked else body
    headers = calls.github(SECRET, body)
    assert server.ask("POST", "/hooks/rebuild", headers, sent).status_code == 413


def test_a_body_of_a_megabyte_is_not(server: Server) -> None:
    body = b"x" * 1_000_000
    assert call(server, calls.github(SECRET, body), body).status_code == 202


@pytest.mark.parametrize("coding", ["gzip", "br", "GZIP", "identity, gzip", "x", ""])
def test_a_coded_body_is_not_decoded(server: Server, coding: str) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    for headers in (calls.github(SECRET, bomb), calls.bearer(SECRET)):
        assert call(server, headers | {"Content-Encoding": coding}, bomb).status_code == 415


def test_a_body_may_say_that_it_is_not_coded(server: Server) -> None:
    headers = calls.github(SECRET, BODY) | {"Content-Encoding": "identity"}
    assert call(server, headers).status_code == 202


@pytest.mark.parametrize("length", ["1" + "0" * 18, "1000001", "9" * 400, "-1", "5x", "1e3"])
def test_a_length_that_is_too_large_or_none_is_refused_at_once(
    server: Server, length: str
) -> None:
    signature = calls.github(SECRET, BODY)["X-Hub-Signature-256"]
    head = f"POST /hooks/rebuild HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
        connection.sendall(f"{head}X-Hub-Signature-256: {signature}\r\n\r\n{{}}".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 4")


def test_half_a_body_is_no_call(server: Server) -> None:
    signature = calls.github(SECRET, b"{}")["X-Hub-Signature-256"]
    head = "POST /hooks/rebuild HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
        connection.sendall(f"{head}X-Hub-Signature-256: {signature}\r\n\r\n{{}}".encode())
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(100)
    assert not answer or answer.startswith(b"HTTP/1.1 4")


NONSENSE = {
    "nothing": b"",
    "no text": b"\xff\x00",
    "lists, 100,000 deep": b"[" * 100_000,
    "a number of 5,000 digits": b'{"ref":' + b"9" * 5000 + b"}",
    "wrong kinds": b'{"ref": {"ref": []}, "changes": 5, "pull_request": [1]}',
    "half a character": b'{"ref": "refs/heads/\\ud800"}',
}


@pytest.mark.parametrize("what", NONSENSE)
@pytest.mark.parametrize("event", ["push", "pull_request", "", "\xff" * 99])
def test_nonsense_with_a_right_signature_is_never_a_fault(
    following: Server, what: str, event: str
) -> None:
    body = NONSENSE[what]
    headers = calls.github(SECRET, body) | {"X-GitHub-Event": event.encode("latin-1")}
    response = call(following, headers, body)  # type: ignore[arg-type]  # octets on the wire
    assert response.status_code in (202, 204)


# What it is about.


def test_a_ping_is_answered_and_sets_nothing_off(server: Server) -> None:
    response = call(server, calls.github(SECRET, BODY, event="ping"))
    assert (response.status_code, response.text) == (200, "pong\n")
    assert "Location" not in response.headers


NOT_OURS = {
    "another branch": (calls.github, calls.push("drafts")),
    "a branch that begins like ours": (calls.github, calls.push("main/2")),
    "a tag": (calls.github, json.dumps({"ref": "refs/tags/main"}).encode()),
    "another branch, by GitLab's token": (calls.gitlab, calls.push("drafts")),
    "another branch, by Gitee's password": (calls.gitee, calls.push("drafts")),
}


@pytest.mark.parametrize("what", NOT_OURS)
def test_an_event_of_another_branch_changes_nothing(following: Server, what: str) -> None:
    sign, body = NOT_OURS[what]
    response = call(following, sign(SECRET, body), body)
    assert (response.status_code, response.content) == (204, b"")
    assert "Location" not in response.headers


@pytest.mark.parametrize("event", ["issues", "pull_request", "star"])
def test_an_event_that_is_no_push_changes_nothing(
    server: Server, following: Server, event: str
) -> None:
    for asked in (server, following):
        response = call(asked, calls.github(SECRET, calls.pull(), event=event), calls.pull())
        assert response.status_code == 204


def test_without_a_repository_of_ours_every_push_means_look(server: Server) -> None:
    body = calls.push("drafts")
    assert call(server, calls.github(SECRET, body), body).status_code == 202


# Jobs.


@pytest.fixture(scope="module")
def known(following: Server) -> str:
    """The path of a job."""
    answered = call(following, calls.bearer(SECRET), b"")
    return answered.headers["Location"].removeprefix(following.url)


@pytest.mark.parametrize("secret", [SECRET, OLD, KEPT])
def test_a_job_is_shown_to_who_has_a_token(following: Server, known: str, secret: str) -> None:
    response = following.get(known, calls.bearer(secret))
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert response.headers["Content-Type"] == "application/json"
    assert known.endswith(response.json()["job"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        calls.bearer("a secret of enough character"),
        calls.bearer(calls.WHPK),
        {"Authorization": f"Basic {SECRET}"},
        calls.gitlab(SECRET, b""),
        calls.gitee_signed(SECRET, b""),
        calls.github(SECRET, b""),
    ],
)
def test_a_job_is_shown_to_nobody_else(
    following: Server, known: str, headers: calls.Headers
) -> None:
    for path in (known, "/hooks/jobs/unknown"):
        response = following.get(path, headers)
        assert (response.status_code, response.text) == (401, "401 Unauthorized\n")
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["unknown", "a" * 999, "茶", "%27", "a%20b"])
def test_a_job_that_is_not_known_is_not_found(following: Server, name: str) -> None:
    response = following.get(f"/hooks/jobs/{name}", calls.bearer(SECRET))
    assert (response.status_code, response.headers["Cache-Control"]) == (404, "no-store")


def test_a_job_has_the_methods_of_what_is_read(following: Server, known: str) -> None:
    whole = following.get(known, calls.bearer(SECRET))
    head = following.ask("HEAD", known, calls.bearer(SECRET))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]
    assert following.ask("HEAD", known).status_code == 401
    assert following.ask("OPTIONS", known).headers["Allow"] == "GET, HEAD, OPTIONS"
    refused = following.ask("DELETE", known, calls.bearer(SECRET))
    assert refused.status_code == 405
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
def test_a_rebuild_is_asked_for_by_post_alone(server: Server, method: str) -> None:
    response = server.ask(method, "/hooks/rebuild", calls.bearer(SECRET))
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


# Dry runs.


def pulled(
    server: Server, body: bytes, query: str = "?dry_run=1", **headers: str
) -> requests.Response:
    sent = calls.github(SECRET, body, event="pull_request") | headers
    return call(server, sent, body, query)


def test_a_dry_run_of_a_pull_request_tells_what_subscribers_would_see(
    following: Server,
) -> None:
    before = following.get("/atom.xml").content
    response = pulled(following, calls.pull())
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    told = response.json()
    assert (told["kind"], told["ref"], told["state"]) == ("preview", "refs/pull/7/head", "done")
    report = told["report"]
    assert [entry["title"] for entry in report["added"]["entries"]] == ["@octocat <b>#1</b>"]
    (changed,) = report["changed"]["entries"]
    assert changed["title"] == "Matcha"
    assert changed["permalink"] == f"{following.url}/posts/tea/"
    assert changed["summary"] == "Green, by Matcha."
    assert [entry["title"] for entry in report["withdrawn"]["entries"]] == ["Old"]
    assert f"{following.url}/atom.xml" in report["feeds"]["topics"]
    assert [(p["path"], p["code"]) for p in report["problems"]] == [("broken.md", "no-date")]
    time.sleep(0.5)
    assert following.get("/atom.xml").content == before


def test_a_dry_run_can_be_a_comment(following: Server) -> None:
    response = pulled(following, calls.pull(), Accept="text/markdown")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert response.text.startswith(
        "### What subscribers would see\n\n1 added, 1 changed, 1 withdrawn; "
    )
    link = f"{following.url}/posts/nasty/"
    assert f"- [`@octocat <b>#1</b>`](<{link}>): `Green, by" in response.text
    path = response.headers["Location"].removeprefix(following.url)
    again = following.get(path, calls.bearer(SECRET) | {"Accept": "text/markdown"})
    assert again.content == response.content


def test_the_job_of_a_dry_run_can_be_a_comment_later(following: Server) -> None:
    asked = pulled(following, calls.pull(), Prefer="respond-async")
    assert asked.status_code == 202
    path = asked.headers["Location"].removeprefix(following.url)
    wanted = calls.bearer(SECRET) | {"Accept": "text/markdown, application/json;q=0.5"}
    wait_until(lambda: "1 added" in following.get(path, wanted).text, "the comment")


def test_a_dry_run_waits_no_longer_than_it_is_told(tmp_path: Path, posts: PostFolder) -> None:
    server = Server(
        tmp_path, posts.root, command="web", settings={"FEEDSVC_WEBHOOK__SECRET": SECRET}
    )
    try:
        wait_until(lambda: _answers(server), "the server")
        started = time.monotonic()
        response = call(server, calls.bearer(SECRET) | {"Prefer": "wait=1"}, b"", "?dry_run=1")
        assert 1 <= time.monotonic() - started < 4
        assert (response.status_code, response.json()["state"]) == (202, "queued")
        assert response.headers["Location"].endswith(f"/hooks/jobs/{response.json()['job']}")
    finally:
        server.stop()


def _answers(server: Server) -> bool:
    try:
        return server.get("/healthz").status_code == 200
    except requests.ConnectionError:
        return False


@pytest.mark.parametrize("state", ["closed", "merged"])
def test_a_pull_request_that_has_ended_is_not_previewed(following: Server, state: str) -> None:
    assert pulled(following, calls.pull(state=state)).status_code == 204


def test_a_pull_request_for_another_branch_is_not_previewed(following: Server) -> None:
    assert pulled(following, calls.pull(branch="drafts")).status_code == 204


def test_a_pull_request_that_is_not_there_cannot_be_previewed(following: Server) -> None:
    response = pulled(following, calls.pull(999))
    assert (response.status_code, response.json()["state"]) == (422, "failed")
    assert "refs/pull/999/head" in response.json()["error"]


def test_a_pull_request_of_a_forge_without_refs_cannot_be_previewed(following: Server) -> None:
    body = json.dumps({"pullrequest": {"id": 7, "state": "OPEN"}}).encode()
    headers = calls.bitbucket(SECRET, body) | {"X-Event-Key": "pullrequest:created"}
    assert call(following, headers, body, "?dry_run=1").status_code == 422


def test_a_script_may_ask_for_a_preview_of_a_pull_request(following: Server) -> None:
    response = call(following, calls.bearer(SECRET), calls.pull(), "?dry_run=1")
    assert response.json()["ref"] == "refs/pull/7/head"


def test_a_dry_run_of_nothing_named_is_of_the_branch(following: Server) -> None:
    told = call(following, calls.bearer(SECRET), b"", "?dry_run=1").json()
    assert (told["ref"], told["state"]) == ("", "done")
    assert told["report"]["feeds"]["count"] == 0


def test_a_dry_run_without_a_repository_is_of_the_folder(server: Server) -> None:
    response = pulled(server, calls.pull())
    assert (response.status_code, response.json()["ref"]) == (200, "")


def test_a_delivery_may_be_a_rebuild_here_and_a_dry_run_there(following: Server) -> None:
    """GitHub gives an event one name, whichever of its hooks hears of it."""
    headers = calls.github(SECRET, BODY, next(NAMES))
    assert call(following, headers).status_code == 202
    previewed = call(following, headers, query="?dry_run=1")
    assert previewed.json()["kind"] == "preview"
    assert call(following, headers, query="?dry_run=1").json() == previewed.json()


@pytest.mark.parametrize("value", ["", "1", "true", "yes", "nonsense"])
def test_what_may_be_meant_as_a_dry_run_is_one(following: Server, value: str) -> None:
    response = call(following, calls.bearer(SECRET), b"", f"?dry_run={value}")
    assert response.json()["kind"] == "preview"


def test_what_says_that_it_is_no_dry_run_is_none(following: Server) -> None:
    for query in ("?dry_run=0", "?dry_run=False", "?dry=1"):
        assert call(following, calls.bearer(SECRET), b"", query).status_code == 202


def test_a_preview_holds_up_neither_polls_nor_calls(tmp_path: Path, posts: PostFolder) -> None:
    """Only a watcher carries it out, and here is none: it is waited for in vain."""
    settings = {"FEEDSVC_WEBHOOK__SECRET": SECRET}
    server = Server(tmp_path, posts.root, command="web", settings=settings)
    dry = "POST /hooks/rebuild?dry_run=1 HTTP/1.1\r\nHost: x\r\n"
    wait = f"{dry}Prefer: wait=5\r\nAuthorization: Bearer {SECRET}\r\n\r\n".encode()
    crowd = []
    try:
        wait_until(lambda: _answers(server), "the server")
        for _ in range(8):
            crowd.append(socket.create_connection(("127.0.0.1", server.port)))
            crowd[-1].sendall(wait)
        time.sleep(0.5)
        started = time.monotonic()
        assert _answers(server)
        assert call(server, calls.github(SECRET, BODY)).status_code == 202
        assert time.monotonic() - started < 2
    finally:
        for connection in crowd:
            connection.close()
        server.stop()


# What is left behind.


def test_calls_leave_next_to_nothing_in_the_log(server: Server) -> None:
    before = server.log_file.stat().st_size
    session = requests.Session()
    for number in range(100):
        for headers in (calls.github(SECRET, BODY, f"log-{number}"), calls.github("x", BODY)):
            session.post(f"{server.url}/hooks/rebuild", headers=headers, data=BODY, timeout=10)
    session.close()
    time.sleep(3)  # the rebuild begins after two seconds
    assert server.log_file.stat().st_size - before < 200 * 100


def test_a_secret_is_nowhere_to_be_seen(following: Server) -> None:
    seen = [*command_lines()]
    for secret in EVERY_SECRET:
        for query in ("", "?dry_run=1"):
            for headers in (calls.bearer(secret), calls.github(secret, BODY)):
                response = call(following, headers, BODY, query)
                seen.append(f"{response.headers} {response.text}")
                if "Location" in response.headers:
                    seen.append(json.dumps(job(following, response)))
    seen += [following.log, *command_lines()]
    store = Store(f"sqlite:///{following.log_file.parent}/var/feedsvc.sqlite3")
    seen += [repr(each) for each in store.jobs.newest(99)]
    store.close()
    assert [secret for secret in EVERY_SECRET if any(secret in text for text in seen)] == []
