"""What a call says happened. It can only say "look again", and at which branch or pull request.

No text of a payload leaves here but names of branches, and those are for comparing: a branch
or a path that is fetched comes from the settings, and the ref of a pull request is made here of
a number. Payloads are read after the call is proven, and even then believed to be nonsense.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import parse_qs

from feedsvc.core.webhook.authentication import Headers

Kind = Literal["ping", "push", "pull", "other", "unknown"]


@dataclass(frozen=True, slots=True)
class Event:
    """What happened in a repository.

    `unknown` is a call that names no event, or whose payload cannot be read. `other` is an
    event that changes no file, or of a pull request that has ended. `branches` are those that
    a push moved, or the one that a pull request is meant for; None where none is named, so
    that it may be any. A push of tags has no branch at all.
    """

    kind: Kind
    branches: frozenset[str] | None = None
    pull: str = ""  # the ref of a pull request, where the forge has such refs


_HEADERS: Final = (
    "x-forgejo-event",
    "x-gitea-event",
    "x-gogs-event",
    "x-github-event",
    "x-gitlab-event",
    "x-gitee-event",
    "x-event-key",
)
_KINDS: Final[dict[str, Kind]] = {
    "ping": "ping",
    "diagnostics:ping": "ping",  # Bitbucket Data Center
    "push": "push",
    "push hook": "push",  # GitLab and Gitee
    "tag push hook": "push",
    "repo:push": "push",  # Bitbucket Cloud
    "repo:refs_changed": "push",  # Bitbucket Data Center
    "pull_request": "pull",
    "merge request hook": "pull",
    "pullrequest:created": "pull",  # Bitbucket Cloud
    "pullrequest:updated": "pull",
    "pr:opened": "pull",  # Bitbucket Data Center
    "pr:modified": "pull",
    "pr:from_ref_updated": "pull",
    "pr:to_ref_updated": "pull",
    "system hook": "unknown",  # GitLab's; the payload says what it is
}
_PULLS: Final = (  # where its number stands, where the branch it is meant for, and its ref
    (("pull_request", "number"), ("pull_request", "base", "ref"), "refs/pull/{}/head"),
    (
        ("object_attributes", "iid"),
        ("object_attributes", "target_branch"),
        "refs/merge-requests/{}/head",
    ),
    (("pullRequest", "id"), ("pullRequest", "toRef", "id"), "refs/pull-requests/{}/from"),
    (("pullrequest", "id"), ("pullrequest", "destination", "branch", "name"), ""),
)
_ENDED: Final = ("closed", "merged", "declined", "superseded")
_MOST_FIELDS: Final = 10
_HIGHEST_NUMBER: Final = 999_999_999
_BRANCHES: Final = "refs/heads/"


def event_of(headers: Headers, body: bytes) -> Event:
    """What a proven call says happened. It raises nothing, whatever the body is."""
    name = next(filter(None, (headers.get(header, "") for header in _HEADERS)), "")
    kind: Kind = _KINDS.get(name.lower(), "other") if name else "unknown"
    if kind not in _READERS:
        return Event(kind)
    payload = _payload(headers, body)
    found = (read(payload) for read in _READERS[kind])
    return next(filter(None, found), Event("unknown"))


def _payload(headers: Headers, body: bytes) -> object:
    """The JSON of a call; None where there is none that can be read."""
    try:
        media_type = headers.get("content-type", "").lower()
        if media_type.startswith("application/x-www-form-urlencoded"):
            form = body.decode("ascii")
            fields = parse_qs(form, errors="strict", max_num_fields=_MOST_FIELDS)
            return json.loads(fields.get("payload", [""])[0])
        return json.loads(body)
    except (ValueError, RecursionError):  # no JSON, a number of 5,000 digits; nested too deep
        return None


def _push(payload: object) -> Event | None:
    match payload:
        case {"ref": str(ref)}:
            refs = [ref]
        case {"push": {"changes": list(changes)}} | {"changes": list(changes)}:
            refs = [_changed_ref(change) for change in changes]
        case _:
            return None
    if not refs or not all(ref.startswith("refs/") for ref in refs):
        return None
    branches = [ref.removeprefix(_BRANCHES) for ref in refs if ref.startswith(_BRANCHES)]
    return Event("push", frozenset(branches))


def _changed_ref(change: object) -> str:
    """The ref that one of Bitbucket's changes moved; empty where it cannot be read."""
    match change:
        case {"ref": {"id": str(ref)}}:  # Data Center
            return ref
        case (
            {"new": {"type": str(kind), "name": str(name)}}
            | {"old": {"type": str(kind), "name": str(name)}}  # it was deleted: there is no new
        ):
            return f"{_BRANCHES}{name}" if kind == "branch" else f"refs/tags/{name}"
        case _:
            return ""


def _pull(payload: object) -> Event | None:
    for number_at, branch_at, ref in _PULLS:
        number, branch = _at(payload, number_at), _at(payload, branch_at)
        if type(number) is int and 0 < number <= _HIGHEST_NUMBER:  # True is no number
            if str(_at(payload, (*number_at[:-1], "state"))).lower() in _ENDED:
                return Event("other")
            named = isinstance(branch, str) and branch.removeprefix(_BRANCHES)
            return Event("pull", frozenset([named]) if named else None, ref.format(number))
    return None


def _at(payload: object, keys: tuple[str, ...]) -> object:
    for key in keys:
        payload = payload.get(key) if isinstance(payload, dict) else None
    return payload


_READERS: Final[dict[Kind, tuple[Callable[[object], Event | None], ...]]] = {
    "push": (_push,),
    "pull": (_pull,),
    "unknown": (_push, _pull),
}
