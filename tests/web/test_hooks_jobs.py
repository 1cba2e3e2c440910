"""Jobs of the webhook, and what its calls leave in logs and store."""

import json

import pytest
import requests

from feedsvc.store.store import Store
from tests.support import calls
from tests.support.calls import KEPT, OLD, SECRET
from tests.support.hooks import BODY, EVERY_SECRET, call, job
from tests.support.origins import command_lines
from tests.support.running import Server, wait_until


@pytest.fixture(scope="module")
def job_path(following: Server) -> str:
    """The path of a job."""
    response = call(following, calls.bearer(SECRET), b"")
    return response.headers["Location"].removeprefix(following.url)


@pytest.mark.parametrize("secret", [SECRET, OLD, KEPT])
def test_a_job_is_shown_to_callers_with_a_bearer_token(
    following: Server, job_path: str, secret: str
) -> None:
    response = following.get(job_path, calls.bearer(secret))
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert response.headers["Content-Type"] == "application/json"
    assert job_path.endswith(response.json()["job"])


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
def test_a_job_is_not_shown_to_other_callers(
    following: Server, job_path: str, headers: calls.Headers
) -> None:
    for path in (job_path, "/hooks/jobs/unknown"):
        response = following.get(path, headers)
        assert (response.status_code, response.text) == (401, "401 Unauthorized\n")
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["unknown", "a" * 999, "茶", "%27", "a%20b"])
def test_an_unknown_job_is_not_found(following: Server, name: str) -> None:
    response = following.get(f"/hooks/jobs/{name}", calls.bearer(SECRET))
    assert (response.status_code, response.headers["Cache-Control"]) == (404, "no-store")


def test_a_job_answers_get_head_and_options(following: Server, job_path: str) -> None:
    whole = following.get(job_path, calls.bearer(SECRET))
    head = following.ask("HEAD", job_path, calls.bearer(SECRET))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]
    assert following.ask("HEAD", job_path).status_code == 401
    assert following.ask("OPTIONS", job_path).headers["Allow"] == "GET, HEAD, OPTIONS"
    refused = following.ask("DELETE", job_path, calls.bearer(SECRET))
    assert refused.status_code == 405
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
def test_a_rebuild_answers_only_post(server: Server, method: str) -> None:
    response = server.ask(method, "/hooks/rebuild", calls.bearer(SECRET))
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_a_call_adds_at_most_a_hundred_octets_to_the_log(server: Server) -> None:
    before = server.log_file.stat().st_size
    accepted = []
    with requests.Session() as session:
        for number in range(100):
            for secret, expected in ((SECRET, 202), ("x", 401)):
                headers = calls.github(secret, BODY, f"log-{number}")
                url = f"{server.url}/hooks/rebuild"
                response = session.post(url, headers=headers, data=BODY, timeout=10)
                assert response.status_code == expected
                accepted += [response] if expected == 202 else []
    wait_until(lambda: job(server, accepted[-1])["state"] == "done", "the rebuild")
    assert server.log_file.stat().st_size - before < 200 * 100


def test_no_secret_is_in_an_answer_the_log_the_store_or_a_command_line(
    following: Server,
) -> None:
    texts = [*command_lines()]
    for secret in EVERY_SECRET:
        for query in ("", "?dry_run=1"):
            for headers in (calls.bearer(secret), calls.github(secret, BODY)):
                response = call(following, headers, BODY, query)
                accepted = {401} if secret == calls.WHPK else {200, 202}
                assert response.status_code in accepted
                texts.append(f"{response.headers} {response.text}")
                if "Location" in response.headers:
                    texts.append(json.dumps(job(following, response)))
    texts += [following.log, *command_lines()]
    store = Store(f"sqlite:///{following.log_file.parent}/var/feedsvc.sqlite3")
    texts += [repr(each) for each in store.jobs.newest(99)]
    store.close()
    assert [secret for secret in EVERY_SECRET if any(secret in text for text in texts)] == []
