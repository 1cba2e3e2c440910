"""The status as JSON, and with the paths that people write."""

import json
from dataclasses import replace
from datetime import timedelta

from feedsvc.core.admin.status import (
    Connections,
    Disk,
    Failure,
    JobLine,
    PostCounts,
    PublishLine,
    Receiver,
    Status,
    StoreState,
    Subscribers,
    Surroundings,
    WatcherState,
)
from feedsvc.core.ledger.losses import MANY, HeldLoss, held_set
from feedsvc.core.problems import Problem
from tests.support.builders import at

NOW = at("2026-11-29T12:00:00Z")
RECEIVER = Receiver("subscription", "n1", "https://r.example.org/cb", "t", 0, NOW, "")
STATUS = Status(
    at=NOW,
    versions={"feedsvc": "1.0"},
    store=StoreState("sqlite:///tea.sqlite3", "SQLite", 5),
    disks=(Disk("store", "var", 5, 9),),
    last_publish=NOW,
    revision=7,
    feeds=4,
    posts=PostCounts(published=3, hidden={"draft": 2, "private": 1}, refused=1),
    problem_count=1,
    problems=(Problem("tea.md", 3, "no date", "write one"),),
    held=held_set([HeldLoss("tag:1", "withdrawn", "a.md", "Tea", MANY, 0)]),
    publishes=(PublishLine(7, NOW, {"added": 1}, ("added: Tea",), 0.5, 2, "watcher"),),
    failures=(Failure("fetch", NOW, "no route"),),
    jobs=(JobLine("f00d", "rebuild", "done", NOW, NOW + timedelta(seconds=1), 1, ""),),
    subscribers=Subscribers(1, 0, 0, (RECEIVER,)),
    listeners=(replace(RECEIVER, kind="hub", delivered_at=None),),
    watchers=(WatcherState("a1", "/posts", 2.5),),
)


def test_the_json_has_every_fact() -> None:
    told = json.loads(json.dumps(STATUS.with_connections(Connections(2, 9)).to_dict()))
    assert (told["posts"], told["feeds"], told["problems"], told["revision"]) == (3, 4, 1, 7)
    assert told["last_publish"] == told["at"] == "2026-11-29T12:00:00Z"
    assert told["states"]["hidden"] == {"count": 3, "by": {"draft": 2, "private": 1}}
    assert told["first_problems"][0]["cure"] == "write one"
    assert told["publishes"][0] == {
        "number": 7,
        "at": "2026-11-29T12:00:00Z",
        "counts": {"added": 1},
        "posts": ["added: Tea"],
        "took": 0.5,
        "read": 2,
        "by": "watcher",
        "held": 0,
    }
    assert told["failures"] == [
        {"kind": "fetch", "since": "2026-11-29T12:00:00Z", "fault": "no route"}
    ]
    assert told["jobs"][0]["ended_at"] == "2026-11-29T12:00:01Z"
    assert told["subscriptions"]["first"][0]["delivered_at"] == "2026-11-29T12:00:00Z"
    assert told["listeners"][0]["delivered_at"] is None
    assert told["watchers"] == [{"name": "a1", "folder": "/posts", "seconds": 2.5}]
    assert told["connections"] == {"open": 2, "limit": 9}
    assert told["disks"] == [{"what": "store", "path": "var", "free": 5, "total": 9}]


def test_what_is_unknown_is_null() -> None:
    told = Status(NOW, {}, StoreState("x", fault="no route")).to_dict()
    assert told["last_publish"] is told["connections"] is told["store"]["size"] is None
    job = JobLine("f00d", "rebuild", "queued", NOW, None, 0, "")
    assert job.to_dict()["ended_at"] is None


def test_paths_are_shown_below_the_folder() -> None:
    shown = STATUS.below("posts")
    assert shown.problems[0].path == "posts/tea.md"
    assert shown.held.first[0].path == "posts/a.md"


def test_the_text_of_the_surroundings_hides_the_url_of_the_store() -> None:
    around = Surroundings("postgresql://li:hunter2@host/x", "posts", "posts", "https://x")
    assert "hunter2" not in repr(around)
