"""The log of publishes: what is logged, and how often."""

import logging
from dataclasses import replace

import pytest

from feedsvc.core.feeds.change_summary import ChangeSummary
from feedsvc.core.ledger.losses import HeldSet
from feedsvc.core.problems import Problem
from feedsvc.publishing.account import account_of
from feedsvc.publishing.outcomes import FileOutcome
from feedsvc.publishing.report import Report
from feedsvc.source.left_out import LeftOut, Reason
from feedsvc.watcher.report_log import ReportLog

REFUSED = Problem("tea.md", 3, "date: 'soon' is not a date", "write 2026-03-01", True)
WARNING = Problem("pots.md", 0, "lang: '??' is not a language", "write zh-CN", False)


def report(
    *noticed: Problem,
    standing: tuple[Problem, ...] = (),
    added: int = 0,
    held: int = 0,
    feeds: tuple[str, ...] = (),
) -> Report:
    return Report(
        added=("tea.md",) * added,
        changed=(),
        withdrawn=(),
        feeds=("", "tags/Tea") if added else feeds,
        news=ChangeSummary(),
        problems=(*noticed, *standing),
        noticed=noticed,
        unsettled=frozenset(),
        next_due=None,
        revision=1,
        read=0,
        held_set=HeldSet("3f1d0c6f", held, is_emptied=True) if held else HeldSet(),
    )


def levels(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.levelname for record in caplog.records]


@pytest.fixture(autouse=True)
def _info(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "feedsvc.watcher")


def test_a_publish_without_changes_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    ReportLog().log_report(report(), "posts", is_whole=True)
    assert caplog.messages == []


def test_a_publish_with_changes_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    ReportLog().log_report(report(added=1), "posts", is_whole=True)
    assert caplog.messages == [
        "published: 1 added, 0 changed, 0 withdrawn; 2 feeds changed",
    ]


def test_a_publish_that_changes_only_feeds_is_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """For instance a new title of the site."""
    ReportLog().log_report(report(feeds=("", "tags/Tea")), "posts", is_whole=True)
    assert caplog.messages == [
        "published: 0 added, 0 changed, 0 withdrawn; 2 feeds changed",
    ]


def test_a_refused_post_is_an_error_and_other_problems_are_warnings(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ReportLog().log_report(report(REFUSED, WARNING), "posts", is_whole=True)
    assert levels(caplog) == ["ERROR", "WARNING"]
    assert caplog.messages == [str(REFUSED), str(WARNING)]


def test_a_problem_that_stays_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    log = ReportLog()
    log.log_report(report(REFUSED), "posts", is_whole=True)
    log.log_report(report(standing=(REFUSED,)), "posts", is_whole=True)
    log.log_report(report(REFUSED), "posts", is_whole=False)
    assert caplog.messages == [str(REFUSED)]


def test_a_problem_that_comes_back_is_logged_again(caplog: pytest.LogCaptureFixture) -> None:
    log = ReportLog()
    log.log_report(report(REFUSED), "posts", is_whole=True)
    log.log_report(report(), "posts", is_whole=True)
    log.log_report(report(REFUSED), "posts", is_whole=True)
    assert caplog.messages == [str(REFUSED)] * 2


def test_a_fault_is_logged_again_after_a_publish_that_succeeded(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = ReportLog()
    for _ in range(2):
        log.log_once(logging.ERROR, "publish failed")
        log.log_once(logging.ERROR, "publish failed")
        log.log_report(report(), "posts", is_whole=True)
    assert caplog.messages == ["publish failed"] * 2


def test_an_empty_folder_is_logged_once_until_there_are_posts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = ReportLog()
    for held in (3, 3, 0, 3):
        log.log_report(report(held=held), "posts", is_whole=True)
    assert levels(caplog) == ["ERROR", "ERROR"]


# A folder without posts.


def without_posts(files: int) -> Report:
    left_out = LeftOut()
    left_out.add(Reason("other suffix", ".rst"), files)
    return replace(report(), account=account_of([], left_out, []))


def test_a_folder_without_posts_is_logged_once_and_again_if_it_has_other_files(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = ReportLog()
    for files in (0, 0, 3, 3):
        log.log_report(without_posts(files), "posts", is_whole=True)
    assert levels(caplog) == ["WARNING", "WARNING"]
    assert caplog.messages[0].startswith("no files in posts; write a post there")
    assert caplog.messages[1].startswith("no posts among the 3 files in posts; the names of")


def test_a_folder_that_was_emptied_is_only_reported_as_held(
    caplog: pytest.LogCaptureFixture,
) -> None:
    emptied = replace(without_posts(0), held_set=HeldSet("3f1d0c6f", 1, is_emptied=True))
    ReportLog().log_report(emptied, "posts", is_whole=True)
    assert levels(caplog) == ["ERROR"]


def test_a_folder_with_posts_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    some = replace(report(), account=account_of([("a.md", FileOutcome("hidden"))], None, []))
    ReportLog().log_report(some, "posts", is_whole=True)
    assert caplog.messages == []
