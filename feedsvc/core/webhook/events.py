"""Reads the event of a call: which branches were pushed, or which pull request changed.

Payloads are read after authentication, but are not trusted. Only names of branches leave this
module, and those are only compared: the branch and path to fetch come from the settings, and
the ref of a pull request is built here from a number.
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

    `unknown`: the call names no event, or its payload cannot be read. `other`: an event that
    changes no file, or a pull request that was closed. `branches` are the pushed branches, or
    the target branch of a pull request. None means unknown, so it may be any branch. A push of
    tags has an empty set.
    """

    kind: Kind
    branches: frozenset[str] | None = None
    pull: str = ""  # the ref of a pull request, if the forge has such refs


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
    "system hook": "unknown",  # GitLab's; the payload names the event
}
_PULLS: Final = (  # the keys of its number, the keys of its target branch, and its ref
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
    """The event of an authenticated call. Raises nothing, whatever the body is."""
    name = next(filter(None, (headers.get(header, "") for header in _HEADERS)), "")
    kind: Kind = _KINDS.get(name.lower(), "other") if name else "unknown"
    if kind not in _READERS:
        return Event(kind)
    payload = _payload(headers, body)
    events = (read(payload) for read in _READERS[kind])
    return next(filter(None, events), Event("unknown"))


def _payload(headers: Headers, body: bytes) -> object:
    """The JSON of a call. None if it cannot be read."""
    try:
        media_type = headers.get("content-type", "").lower()
        if media_type.startswith("application/x-www-form-urlencoded"):
            form = body.decode("ascii")
            fields = parse_qs(form, errors="strict", max_num_fields=_MOST_FIELDS)
            return json.loads(fields.get("payload", [""])[0])
        return json.loads(body)
    except (
        ValueError,
        RecursionError,
    ):  # not JSON, or a number of 5,000 digits; nested too deeply
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
    """The ref of a change in a payload of Bitbucket. Empty if it cannot be read."""
    match change:
        case {"ref": {"id": str(ref)}}:  # Data Center
            return ref
        case (
            {"new": {"type": str(kind), "name": str(name)}}
            | {"old": {"type": str(kind), "name": str(name)}}  # a deleted ref has no "new"
        ):
            return f"{_BRANCHES}{name}" if kind == "branch" else f"refs/tags/{name}"
        case _:
            return ""


def _pull(payload: object) -> Event | None:
    for number_at, branch_at, ref in _PULLS:
        number, branch = _at(payload, number_at), _at(payload, branch_at)
        if (
            type(number) is int and 0 < number <= _HIGHEST_NUMBER
        ):  # True is an int, but not a number
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
