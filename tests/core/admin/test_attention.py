"""What wants attention, and what does not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from feedsvc.core.admin.attention import attention_of, status_as_json
from feedsvc.core.admin.status import (
    Disk,
    Failure,
    JobLine,
    PostCounts,
    PublishLine,
    Receiver,
    Status,
    StoreState,
    Subscribers,
    WatcherState,
)
from feedsvc.core.ledger.losses import MANY, HeldLoss, held_set
from tests.support.builders import at

NOW = at("2026-11-29T12:00:00Z")
STORE = StoreState("sqlite:///tea.sqlite3", "SQLite", 1_000_000)
QUIET = Status(NOW, {"feedsvc": "1"}, STORE, last_publish=NOW - timedelta(hours=2))
WATCHER = WatcherState("a1", "/posts")


def publish_by(who: str) -> PublishLine:
    return PublishLine(1, NOW, {}, (), by=who)


def a_failure(kind: str, seconds: int) -> Failure:
    return Failure(kind, NOW - timedelta(seconds=seconds), "no route to host")


def a_job(state: str, hours: float = 1, kind: str = "rebuild") -> JobLine:
    ended = None if state == "queued" else NOW - timedelta(hours=hours)
    return JobLine("f00d", kind, state, NOW, ended, 10, "no route to host")


def a_receiver(attempts: int, kind: str = "notify") -> Receiver:
    return Receiver(
        kind, "n1", "https://ci.example.org:443", "", attempts, None, "it answered 500"
    )


def held() -> Any:
    return held_set([HeldLoss("tag:1", "withdrawn", "a.md", "Tea", MANY, 0)])


WANTED: dict[str, tuple[str, dict[str, Any]]] = {
    "a store that cannot be used": (
        "store-unreachable",
        {"store": replace(STORE, fault="no route to host")},
    ),
    "a store that cannot be written": (
        "store-read-only",
        {
            "store": replace(STORE, can_write=False),
            "publishes": (publish_by("watcher"),),
            "watchers": (WATCHER,),
        },
    ),
    "a watcher that is gone": ("no-watcher", {"publishes": (publish_by("watcher"),)}),
    "a watcher that is gone, after posts were held": (
        "no-watcher",
        {"publishes": (publish_by(""), publish_by("watcher"))},
    ),
    "a fetch that fails for a minute": ("fetch-fails", {"failures": (a_failure("fetch", 60),)}),
    "a folder that is gone": ("folder-fails", {"failures": (a_failure("folder", 60),)}),
    "a publish that fails": ("publish-fails", {"failures": (a_failure("publish", 9999),)}),
    "posts that are held": ("posts-held", {"held": held()}),
    "a file that is refused": ("posts-refused", {"posts": PostCounts(refused=1)}),
    "a job that failed": ("job-failed", {"jobs": (a_job("failed"),)}),
    "a job that failed, and another that waits": (
        "job-failed",
        {"jobs": (a_job("queued"), a_job("failed"))},
    ),
    "a listener that fails often": ("listeners-fail", {"listeners": (a_receiver(3),)}),
    "deliveries that fail for long": (
        "deliveries-fail",
        {"subscribers": Subscribers(3, 3, 2)},
    ),
    "a disk that is nearly full": (
        "disk-low",
        {"disks": (Disk("posts", "/p", 10**8, 10**11),)},
    ),
    "a disk on which the store cannot be copied": (
        "disk-low",
        {
            "store": replace(STORE, size=10**10),
            "disks": (Disk("store", "/s", 9 * 10**9, 10**12),),
        },
    ),
}
UNWANTED: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a site that is published by hand": {"publishes": (publish_by("command"),)},
    "a watcher that is gone, after a publish by hand": {
        "publishes": (publish_by("command"), publish_by("watcher"))
    },
    "a watcher that is alive": {
        "publishes": (publish_by("watcher"),),
        "watchers": (WATCHER,),
    },
    "a copy of a store that nobody publishes into": {"store": replace(STORE, can_write=False)},
    "a failure that may end by itself": {"failures": (a_failure("folder", 59),)},
    "a failure of a kind that a later feedsvc knows": {"failures": (a_failure("tea", 9999),)},
    "posts that are hidden, and warnings": {
        "posts": PostCounts(hidden={"draft": 5}, with_problems=2)
    },
    "a job that succeeded after one that failed": {"jobs": (a_job("done"), a_job("failed"))},
    "a job that failed before the last publish": {"jobs": (a_job("failed", 3),)},
    "a job that failed long ago": {"jobs": (a_job("failed", 25),), "last_publish": None},
    "a preview that failed": {"jobs": (a_job("failed", kind="preview"),)},
    "a listener that failed twice": {"listeners": (a_receiver(2),)},
    "some subscribers that are gone": {"subscribers": Subscribers(4, 3, 2)},
    "a store that is smaller than what is free": {
        "disks": (Disk("store", "/s", 9 * 10**8, 10**12),)
    },
}


@pytest.mark.parametrize("what", WANTED)
def test_it_wants_attention(what: str) -> None:
    code, facts = WANTED[what]
    assert [each.code for each in attention_of(replace(QUIET, **facts))] == [code]


@pytest.mark.parametrize("what", UNWANTED)
def test_it_wants_nothing(what: str) -> None:
    assert attention_of(replace(QUIET, **UNWANTED[what])) == ()


def test_a_sentence_names_the_fault_and_the_cure_the_command() -> None:
    status = replace(QUIET, held=held(), failures=(a_failure("fetch", 90),))
    fetch, loss = attention_of(status)
    assert fetch.sentence == "the repository of posts cannot be fetched: no route to host"
    assert loss.sentence.startswith("1 post is held and stay published: so many posts")
    assert f"feedsvc publish --accept {status.held.name}" in loss.cure


def test_several_listeners_are_named() -> None:
    listeners = (a_receiver(9), a_receiver(4, "hub"), a_receiver(0))
    (found,) = attention_of(replace(QUIET, listeners=listeners))
    assert found.sentence == (
        "notify https://ci.example.org:443, hub https://ci.example.org:443 do not accept "
        "messages: it answered 500"
    )


def test_of_each_code_there_is_one() -> None:
    facts: dict[str, Any] = {}
    for _, more in WANTED.values():
        facts |= more
    codes = [each.code for each in attention_of(replace(QUIET, **facts))]
    assert len(codes) == len(set(codes)) > 5


def test_programs_get_the_same_list() -> None:
    told = status_as_json(replace(QUIET, held=held()))
    assert [each["code"] for each in told["attention"]] == ["posts-held"]
    assert set(told["attention"][0]) == {"code", "sentence", "cure"}
    assert told["held"]["count"] == 1
