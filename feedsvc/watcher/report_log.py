"""Logs what a publish did and found. A problem that stays is logged once."""

import logging
from typing import Final

from feedsvc.core.ledger.losses import HeldSet
from feedsvc.publishing.account import no_posts
from feedsvc.publishing.report import Report, held_message

_MOST_NAMED: Final = 10  # hidden posts in one message

log = logging.getLogger("feedsvc.watcher")


class ReportLog:
    """The log of one watcher, with the messages that need not be repeated."""

    def __init__(self) -> None:
        self._logged: set[str] = set()
        self._held = HeldSet()
        self._no_posts = ""

    def log_once(self, level: int, text: str) -> None:
        """Log a message, unless it was logged since the last scan of the whole folder."""
        if text not in self._logged:
            log.log(level, "%s", text)
        self._logged.add(text)

    def log_report(self, report: Report, folder: str, *, is_whole: bool) -> None:
        """Log new problems, the counts if something changed, and once each set that is held."""
        for problem in report.noticed:
            self.log_once(logging.ERROR if problem.refuses else logging.WARNING, str(problem))
        noticed = {str(problem) for problem in report.noticed}
        standing = {str(problem) for problem in report.problems}
        self._logged = noticed | (standing if is_whole else self._logged)
        scope = "all files" if is_whole else "some files"
        log.debug("looked at %s, read %d", scope, report.read)
        if report.added or report.changed or report.withdrawn or report.feeds:
            lists = ("added", "changed", "withdrawn", "feeds")
            counts = {name: len(getattr(report, name)) for name in lists}
            log.info(
                "published: %d added, %d changed, %d withdrawn; %d feeds changed",
                *counts.values(),
                extra={"fields": counts},
            )
        if report.newly_hidden:
            log.warning("%s", _hidden_message(report.newly_hidden))
        self._log_held(report.held_set, folder)
        if report.account and not report.held_set.is_emptied:
            self._log_no_posts(no_posts(report.account, folder))

    def _log_no_posts(self, text: str) -> None:
        if text and text != self._no_posts:
            log.warning("%s", text)
        self._no_posts = text

    def _log_held(self, held: HeldSet, folder: str) -> None:
        before, self._held = self._held, held
        if held.name == before.name or not held:
            return
        if held.count >= before.count or held.is_emptied != before.is_emptied:
            log.error("%s", held_message(held, folder))
        else:
            log.info("%d posts are still held, as %s", held.count, held.name)


def _hidden_message(paths: tuple[str, ...]) -> str:
    rest = f" and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else ""
    return (
        f"{len(paths)} posts are withdrawn although nobody has changed them: a rule of this "
        f"version of feedsvc hides them: {', '.join(paths[:_MOST_NAMED])}{rest}; feedsvc check "
        "--explain shows why"
    )
