"""Logs what a publish did and found. A problem that stays is logged once."""

import logging

from feedsvc.publishing.empty_folder import held_message
from feedsvc.publishing.report import Report

log = logging.getLogger("feedsvc.watcher")


class ReportLog:
    """The log of one watcher, with the messages that need not be repeated."""

    def __init__(self) -> None:
        self._logged: set[str] = set()
        self._is_held = False

    def log_once(self, level: int, text: str) -> None:
        """Log a message, unless it was logged since the last scan of the whole folder."""
        if text not in self._logged:
            log.log(level, "%s", text)
        self._logged.add(text)

    def log_report(self, report: Report, folder: str, *, is_whole: bool) -> None:
        """Log new problems, the counts if something changed, and that the folder is empty."""
        for problem in report.noticed:
            self.log_once(logging.ERROR if problem.refuses else logging.WARNING, str(problem))
        noticed = {str(problem) for problem in report.noticed}
        standing = {str(problem) for problem in report.problems}
        self._logged = noticed | (standing if is_whole else self._logged)
        if report.added or report.changed or report.withdrawn:
            log.info(
                "published: %d added, %d changed, %d withdrawn; %d feeds changed",
                len(report.added),
                len(report.changed),
                len(report.withdrawn),
                len(report.feeds),
            )
        if report.held and not self._is_held:
            log.error("%s", held_message(folder, report.held))
        self._is_held = bool(report.held)
