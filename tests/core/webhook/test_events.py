"""Events, from payloads as the forges document them, and from malformed ones."""

import json
import re
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.core.webhook.events import Event, event_of

UNKNOWN = Event("unknown")
MAIN = Event("push", frozenset(["main"]))
FORM = {"content-type": "application/x-www-form-urlencoded"}


def event(headers: dict[str, str], payload: object = None) -> Event:
    return event_of(headers, json.dumps(payload).encode())


def cloud(*changes: object) -> object:
    """A push to Bitbucket Cloud."""
    return {"push": {"changes": changes}, "repository": {"name": "posts"}}


def branch(name: str, kind: str = "branch") -> object:
    return {"type": kind, "name": name, "target": {"hash": "1cdcd81"}}


def server(*refs: object) -> object:
    """A push to Bitbucket Data Center."""
    changes = [{"ref": {"id": ref, "type": "BRANCH"}, "refId": ref} for ref in refs]
    return {"eventKey": "repo:refs_changed", "changes": changes}


PUSHES = {
    "GitHub": ({"x-github-event": "push"}, {"ref": "refs/heads/main", "deleted": False}),
    "Gitea": (
        {"x-gitea-event": "push", "x-github-event": "push"},
        {"ref": "refs/heads/main", "before": "28e1879"},
    ),
    "Forgejo": ({"x-forgejo-event": "push"}, {"ref": "refs/heads/main"}),
    "Gogs": ({"x-gogs-event": "push"}, {"ref": "refs/heads/main"}),
    "GitLab": (
        {"x-gitlab-event": "Push Hook"},
        {"object_kind": "push", "ref": "refs/heads/main"},
    ),
    "GitLab's system": (
        {"x-gitlab-event": "System Hook"},
        {"event_name": "push", "ref": "refs/heads/main"},
    ),
    "Gitee": (
        {"x-gitee-event": "Push Hook"},
        {"hook_name": "push_hooks", "ref": "refs/heads/main"},
    ),
    "Bitbucket Cloud": (
        {"x-event-key": "repo:push"},
        cloud({"new": branch("main"), "old": branch("main")}),
    ),
    "Bitbucket Cloud, a branch deleted": (
        {"x-event-key": "repo:push"},
        cloud({"new": None, "old": branch("main")}),
    ),
    "Bitbucket Data Center": ({"x-event-key": "repo:refs_changed"}, server("refs/heads/main")),
    "a script": ({}, {"ref": "refs/heads/main"}),
}


@pytest.mark.parametrize("forge", PUSHES)
def test_a_push_names_its_branch(forge: str) -> None:
    assert event(*PUSHES[forge]) == MAIN


def test_a_branch_may_have_slashes_and_non_ascii_letters() -> None:
    pushed = event({"x-github-event": "push"}, {"ref": "refs/heads/文章/refs/heads/x"})
    assert pushed.branches == frozenset(["文章/refs/heads/x"])


def test_a_push_may_change_several_branches() -> None:
    both = frozenset(["main", "drafts"])
    two = cloud({"new": branch("main")}, {"new": branch("drafts")}, {"new": branch("1", "tag")})
    assert event({"x-event-key": "repo:push"}, two).branches == both
    moved = server("refs/heads/main", "refs/heads/drafts", "refs/tags/1")
    assert event({"x-event-key": "repo:refs_changed"}, moved).branches == both


TAGS = {
    "GitHub": ({"x-github-event": "push"}, {"ref": "refs/tags/main"}),
    "GitLab": ({"x-gitlab-event": "Tag Push Hook"}, {"ref": "refs/tags/main"}),
    "Bitbucket Cloud": (
        {"x-event-key": "repo:push"},
        cloud({"new": branch("main", "tag"), "old": None}),
    ),
    "Bitbucket Data Center": ({"x-event-key": "repo:refs_changed"}, server("refs/tags/main")),
}


@pytest.mark.parametrize("forge", TAGS)
def test_a_tag_is_not_a_branch(forge: str) -> None:
    assert event(*TAGS[forge]) == Event("push", frozenset())


PULLS = {
    "GitHub": (
        {"x-github-event": "pull_request"},
        {"number": 5, "pull_request": {"number": 5, "base": {"ref": "main"}}},
        "refs/pull/5/head",
    ),
    "Gitea": (
        {"x-gitea-event": "pull_request", "x-gitea-event-type": "pull_request_sync"},
        {"number": 5, "pull_request": {"number": 5, "base": {"ref": "main"}}},
        "refs/pull/5/head",
    ),
    "Gitee": (
        {"x-gitee-event": "Merge Request Hook"},
        {"iid": 5, "pull_request": {"number": 5, "base": {"ref": "main", "label": "main"}}},
        "refs/pull/5/head",
    ),
    "GitLab": (
        {"x-gitlab-event": "Merge Request Hook"},
        {
            "object_kind": "merge_request",
            "object_attributes": {"id": 99, "iid": 5, "target_branch": "main"},
            "changes": {},
        },
        "refs/merge-requests/5/head",
    ),
    "GitLab's system": (
        {"x-gitlab-event": "System Hook"},
        {"object_attributes": {"iid": 5, "target_branch": "main"}},
        "refs/merge-requests/5/head",
    ),
    "Bitbucket Cloud, which has no such refs": (
        {"x-event-key": "pullrequest:updated"},
        {"pullrequest": {"id": 5, "destination": {"branch": {"name": "main"}}}},
        "",
    ),
    "Bitbucket Data Center": (
        {"x-event-key": "pr:from_ref_updated"},
        {"pullRequest": {"id": 5, "toRef": {"id": "refs/heads/main"}}},
        "refs/pull-requests/5/from",
    ),
}


@pytest.mark.parametrize("forge", PULLS)
def test_a_pull_request_names_its_ref_and_its_target_branch(forge: str) -> None:
    headers, payload, ref = PULLS[forge]
    assert event(headers, payload) == Event("pull", frozenset(["main"]), ref)


STATES = {
    "GitHub, open": ("x-github-event", "pull_request", "pull_request", "open", False),
    "GitHub, closed": ("x-github-event", "pull_request", "pull_request", "closed", True),
    "GitLab, opened": (
        *("x-gitlab-event", "Merge Request Hook", "object_attributes", "opened", False),
    ),
    "GitLab, merged": (
        *("x-gitlab-event", "Merge Request Hook", "object_attributes", "merged", True),
    ),
    "Bitbucket, open": ("x-event-key", "pr:modified", "pullRequest", "OPEN", False),
    "Bitbucket, declined": ("x-event-key", "pr:modified", "pullRequest", "DECLINED", True),
}


@pytest.mark.parametrize("how", STATES)
def test_a_closed_pull_request_changes_nothing(how: str) -> None:
    header, name, key, state, has_ended = STATES[how]
    numbers = {"number": 5, "iid": 5, "id": 5}
    result = event({header: name}, {key: numbers | {"state": state}})
    assert result.kind == ("other" if has_ended else "pull")


@pytest.mark.parametrize("state", [None, 5, ["closed"], {"closed": True}, "locked"])
def test_a_pull_request_in_an_unknown_state_counts_as_open(state: object) -> None:
    payload = {"pull_request": {"number": 5, "state": state}}
    assert event({"x-github-event": "pull_request"}, payload).kind == "pull"


@pytest.mark.parametrize("base", [{}, {"ref": 5}, {"ref": ""}, "main", None])
def test_a_pull_request_may_name_no_branch(base: object) -> None:
    payload = {"pull_request": {"number": 5, "base": base}}
    result = event({"x-github-event": "pull_request"}, payload)
    assert result == Event("pull", None, "refs/pull/5/head")


NO_NUMBERS = [0, -1, 10**9, 10**100, 5.0, True, None, "5", "5/head;id", "--upload-pack=id", [5]]


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_no_ref_is_built_from_anything_but_a_number(number: object) -> None:
    for headers, payload in (
        ({"x-github-event": "pull_request"}, {"pull_request": {"number": number}}),
        ({"x-gitlab-event": "Merge Request Hook"}, {"object_attributes": {"iid": number}}),
        ({"x-event-key": "pr:opened"}, {"pullRequest": {"id": number}}),
        ({}, {"pull_request": {"number": number}}),
    ):
        assert event(headers, payload) == UNKNOWN


def test_the_highest_number_has_nine_digits() -> None:
    payload = {"pull_request": {"number": 999_999_999}}
    assert event({"x-github-event": "pull_request"}, payload).pull == "refs/pull/999999999/head"


@pytest.mark.parametrize(
    "headers", [{"x-github-event": "ping"}, {"x-event-key": "diagnostics:ping"}]
)
def test_a_ping_needs_no_payload(headers: dict[str, str]) -> None:
    assert event(headers, {"zen": "Keep it logically awesome."}) == Event("ping")
    assert event_of(headers, b"\xff") == Event("ping")


@pytest.mark.parametrize(
    "headers",
    [
        {"x-github-event": "issues"},
        {"x-gitlab-event": "Note Hook"},
        {"x-event-key": "pullrequest:comment_created"},
        {"x-gitee-event": "Issue Hook"},
    ],
)
def test_an_event_that_changes_no_file_is_other(headers: dict[str, str]) -> None:
    assert event(headers, {"ref": "refs/heads/main"}) == Event("other")


def test_a_form_has_the_payload_in_a_field() -> None:
    payload = json.dumps({"ref": "refs/heads/文章 & +"}, ensure_ascii=False)
    body = urlencode({"payload": payload, "x": "1"}).encode()
    headers = FORM | {"x-github-event": "push"}
    result = Event("push", frozenset(["文章 & +"]))
    assert event_of(headers, body) == result
    with_charset = {"content-type": "Application/X-WWW-Form-Urlencoded; charset=utf-8"}
    assert event_of(headers | with_charset, body) == result


MALFORMED = {
    "nothing": b"",
    "no JSON": b"ref: refs/heads/main",
    "no UTF-8": b'{"ref": "refs/heads/\xff"}',
    "half of it": b'{"ref": "refs/heads/main"',
    "lists, 100,000 deep": b"[" * 100_000,
    "objects, 100,000 deep": b'{"ref":' * 100_000,
    "closed lists, 100,000 deep": b'{"ref": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a number of 5,000 digits": b'{"ref": ' + b"9" * 5_000 + b"}",
    "a number of 5,000 digits beside": b'{"ref": "refs/heads/main", "n": '
    + b"9" * 5_000
    + b"}",
    "a text": b'"refs/heads/main"',
    "a list": b'["refs/heads/main"]',
    "null": b"null",
    "NaN": b"NaN",
    "a number for a ref": b'{"ref": 5}',
    "an object for a ref": b'{"ref": {"ref": "refs/heads/main"}}',
    "a bare name": b'{"ref": "main"}',
    "no changes": b'{"changes": []}',
    "no list of changes": b'{"changes": {"0": 1}}',
    "a number for a change": b'{"changes": [5]}',
    "one change that cannot be read": b'{"changes": [{"ref": {"id": "refs/heads/a"}}, {}]}',
    "a name for a ref": b'{"changes": [{"ref": "refs/heads/main"}]}',
    "a number for a name": b'{"push": {"changes": [{"new": {"type": "branch", "name": 5}}]}}',
    "wrong all the way": b'{"push": 5, "pull_request": 5, "object_attributes": []}',
}


@pytest.mark.parametrize("what", MALFORMED)
@pytest.mark.parametrize("named", ["", "push", "pull_request"])
def test_a_malformed_payload_is_unknown(what: str, named: str) -> None:
    assert event_of({"x-github-event": named}, MALFORMED[what]) == UNKNOWN
    assert event_of(FORM | {"x-github-event": named}, MALFORMED[what]) == UNKNOWN
    in_a_form = urlencode({"payload": MALFORMED[what]}).encode()
    assert event_of(FORM | {"x-github-event": named}, in_a_form) == UNKNOWN


def test_a_form_with_too_many_fields_is_unknown() -> None:
    payload = b"payload=%7B%22ref%22:%22refs/heads/main%22%7D"
    assert event_of(FORM, payload + b"&a=b" * 9) == MAIN
    assert event_of(FORM, payload + b"&a=b" * 10) == UNKNOWN


def test_a_payload_is_read_as_the_event_in_the_header() -> None:
    assert event({"x-github-event": "push"}, PULLS["GitHub"][1]) == UNKNOWN
    assert event({"x-github-event": "pull_request"}, PUSHES["GitHub"][1]) == UNKNOWN


ANY = st.text(st.characters())
KEYS = st.sampled_from(
    ["ref", "push", "changes", "new", "old", "type", "name", "id", "number", "iid", "base"]
) | st.sampled_from(
    ["pull_request", "pullRequest", "pullrequest", "object_attributes", "target_branch"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY | st.just("refs/heads/main"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
)
NAMES = st.sampled_from(["", "push", "pull_request", "System Hook", "pr:opened", "ping"]) | ANY
REF = re.compile(
    r"(refs/(pull/\d{1,9}/head|merge-requests/\d{1,9}/head|"
    r"pull-requests/\d{1,9}/from))?"
)


@given(
    body=st.binary() | JSON.map(lambda value: json.dumps(value).encode()),
    name=NAMES,
    media_type=st.sampled_from(["application/json", FORM["content-type"]]) | ANY,
)
def test_any_call_has_an_event(body: bytes, name: str, media_type: str) -> None:
    result = event_of({"x-github-event": name, "content-type": media_type}, body)
    assert result.kind in ("ping", "push", "pull", "other", "unknown")
    assert REF.fullmatch(result.pull)
    assert result.kind == "pull" or not result.pull
