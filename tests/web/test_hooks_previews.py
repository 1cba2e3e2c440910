"""Previews: what the webhook answers to `?dry_run=1`."""

import json
import socket
import time
from pathlib import Path

import pytest
import requests

from tests.support import calls
from tests.support.calls import SECRET
from tests.support.hooks import BODY, NEW_IDS, answers, call
from tests.support.running import Server, wait_until
from tests.support.writing import PostFolder


def preview_pull(
    server: Server, body: bytes, query: str = "?dry_run=1", **headers: str
) -> requests.Response:
    sent = calls.github(SECRET, body, event="pull_request") | headers
    return call(server, sent, body, query)


def test_a_preview_of_a_pull_request_reports_what_subscribers_would_see(
    following: Server,
) -> None:
    before = following.get("/atom.xml").content
    response = preview_pull(following, calls.pull())
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    result = response.json()
    assert (result["kind"], result["ref"], result["state"]) == (
        "preview",
        "refs/pull/7/head",
        "done",
    )
    report = result["report"]
    assert [entry["title"] for entry in report["added"]["entries"]] == ["@octocat <b>#1</b>"]
    (changed,) = report["changed"]["entries"]
    assert changed["title"] == "Matcha"
    assert changed["permalink"] == f"{following.url}/posts/tea/"
    assert changed["summary"] == "Green, by Matcha."
    assert [entry["title"] for entry in report["withdrawn"]["entries"]] == ["Old"]
    assert f"{following.url}/atom.xml" in report["feeds"]["topics"]
    assert [(p["path"], p["code"]) for p in report["problems"]] == [
        ("posts/broken.md", "no-date")
    ]
    time.sleep(0.5)
    assert following.get("/atom.xml").content == before


def test_a_preview_may_be_markdown(following: Server) -> None:
    response = preview_pull(following, calls.pull(), Accept="text/markdown")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert response.text.startswith(
        "### What subscribers would see\n\n1 added, 1 changed, 1 withdrawn; "
    )
    link = f"{following.url}/posts/nasty/"
    assert f"- [`@octocat <b>#1</b>`](<{link}>): `Green, by" in response.text
    path = response.headers["Location"].removeprefix(following.url)
    later = following.get(path, calls.bearer(SECRET) | {"Accept": "text/markdown"})
    assert later.content == response.content


def test_the_job_of_a_preview_may_be_markdown(following: Server) -> None:
    accepted = preview_pull(following, calls.pull(), Prefer="respond-async")
    assert accepted.status_code == 202
    path = accepted.headers["Location"].removeprefix(following.url)
    wanted = calls.bearer(SECRET) | {"Accept": "text/markdown, application/json;q=0.5"}
    wait_until(lambda: "1 added" in following.get(path, wanted).text, "the comment")


def test_a_preview_respects_prefer_wait(tmp_path: Path, posts: PostFolder) -> None:
    server = Server(
        tmp_path, posts.root, command="web", settings={"FEEDSVC_WEBHOOK__SECRET": SECRET}
    )
    try:
        wait_until(lambda: answers(server), "the server")
        started = time.monotonic()
        response = call(server, calls.bearer(SECRET) | {"Prefer": "wait=1"}, b"", "?dry_run=1")
        assert 1 <= time.monotonic() - started < 4
        assert (response.status_code, response.json()["state"]) == (202, "queued")
        assert response.headers["Location"].endswith(f"/hooks/jobs/{response.json()['job']}")
    finally:
        server.stop()


@pytest.mark.parametrize("state", ["closed", "merged"])
def test_a_closed_pull_request_is_not_previewed(following: Server, state: str) -> None:
    assert preview_pull(following, calls.pull(state=state)).status_code == 204


def test_a_pull_request_for_another_branch_is_not_previewed(following: Server) -> None:
    assert preview_pull(following, calls.pull(branch="drafts")).status_code == 204


def test_a_preview_of_an_unknown_pull_request_fails(following: Server) -> None:
    response = preview_pull(following, calls.pull(999))
    assert (response.status_code, response.json()["state"]) == (422, "failed")
    assert "refs/pull/999/head" in response.json()["error"]


def test_a_preview_fails_if_the_forge_has_no_refs_of_pull_requests(following: Server) -> None:
    body = json.dumps({"pullrequest": {"id": 7, "state": "OPEN"}}).encode()
    headers = calls.bitbucket(SECRET, body) | {"X-Event-Key": "pullrequest:created"}
    assert call(following, headers, body, "?dry_run=1").status_code == 422


def test_a_script_may_request_a_preview_of_a_pull_request(following: Server) -> None:
    response = call(following, calls.bearer(SECRET), calls.pull(), "?dry_run=1")
    assert response.json()["ref"] == "refs/pull/7/head"


def test_a_preview_without_a_pull_request_is_of_the_branch(following: Server) -> None:
    result = call(following, calls.bearer(SECRET), b"", "?dry_run=1").json()
    assert (result["ref"], result["state"]) == ("", "done")
    assert result["report"]["feeds"]["count"] == 0


def test_a_preview_without_a_git_source_is_of_the_folder(server: Server) -> None:
    response = preview_pull(server, calls.pull())
    assert (response.status_code, response.json()["ref"]) == (200, "")


def test_one_id_may_request_a_rebuild_and_a_preview(following: Server) -> None:
    """GitHub sends the same id for an event to each of its webhooks."""
    headers = calls.github(SECRET, BODY, next(NEW_IDS))
    assert call(following, headers).status_code == 202
    previewed = call(following, headers, query="?dry_run=1")
    assert previewed.json()["kind"] == "preview"
    assert call(following, headers, query="?dry_run=1").json() == previewed.json()


@pytest.mark.parametrize("value", ["", "1", "true", "yes", "nonsense"])
def test_dry_run_with_any_other_value_is_a_preview(following: Server, value: str) -> None:
    response = call(following, calls.bearer(SECRET), b"", f"?dry_run={value}")
    assert response.json()["kind"] == "preview"


def test_dry_run_with_a_false_value_is_a_rebuild(following: Server) -> None:
    for query in ("?dry_run=0", "?dry_run=False", "?dry=1"):
        assert call(following, calls.bearer(SECRET), b"", query).status_code == 202


def test_a_waiting_preview_blocks_neither_polls_nor_calls(
    tmp_path: Path, posts: PostFolder
) -> None:
    """There is no watcher, so each preview waits until its time is over."""
    settings = {"FEEDSVC_WEBHOOK__SECRET": SECRET}
    server = Server(tmp_path, posts.root, command="web", settings=settings)
    dry = "POST /hooks/rebuild?dry_run=1 HTTP/1.1\r\nHost: x\r\n"
    wait = f"{dry}Prefer: wait=5\r\nAuthorization: Bearer {SECRET}\r\n\r\n".encode()
    previews = []
    try:
        wait_until(lambda: answers(server), "the server")
        for _ in range(8):
            previews.append(socket.create_connection(("127.0.0.1", server.port)))
            previews[-1].sendall(wait)
        time.sleep(0.5)
        started = time.monotonic()
        assert answers(server)
        assert call(server, calls.github(SECRET, BODY)).status_code == 202
        assert time.monotonic() - started < 2
    finally:
        for connection in previews:
            connection.close()
        server.stop()
