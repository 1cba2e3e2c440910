"""Gives dates to posts that have none of their own: the date that readers have, else git's."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from feedsvc.core.file_records import FileRecord
from feedsvc.core.ledger.identities import Standing
from feedsvc.core.ledger.ledger import text_digest
from feedsvc.core.posts.post import Draft, Explanation, Post, Reading
from feedsvc.core.problems import Problem
from feedsvc.core.site import Site
from feedsvc.errors import HistoryError
from feedsvc.source.folder import SourceFile
from feedsvc.source.history import Arrival, History

# `check` imports no store.
if TYPE_CHECKING:
    from feedsvc.publishing.reading.earlier_dates import EarlierDatesLookup

_CODE: Final = "no-date"


@dataclass(frozen=True, slots=True)
class GivenDates:
    """Parses posts of a site, and gives them dates if `content.dates` is `git`.

    `earlier` looks up what readers have; None if nothing counts as published.
    """

    site: Site
    history: History
    earlier: "EarlierDatesLookup | None" = None

    def parse(self, file: SourceFile, own_key: str = "") -> Reading:
        """Parse a file as parse_post does, with the date that is given to it."""
        from feedsvc.core.posts.parse import parse_post  # a scan mostly finds nothing to parse

        named = (own_key,) if own_key else ()
        reading = parse_post(file.path, file.source, self.site, *named)
        problem = _without_date(reading)
        if problem is None:
            return reading
        if self.site.rules.dates == "git":
            return self._dated(file, own_key, reading, problem)
        if self.history.exists:
            cure = f'{problem.cure}, or set content.dates = "git"'
            return _with(reading, problem, replace(problem, cure=cure))
        return reading

    def explain(self, file: SourceFile) -> Explanation:
        """Parse a file like `parse`, and say which keys its values came from."""
        from feedsvc.core.posts.parse import explain

        names = (file.path, file.source, self.site, "")
        explained = explain(*names)
        if _without_date(explained.reading) is None:
            return explained
        reading = self.parse(file)
        if isinstance(reading, Post):
            return explain(*names, reading.published)
        return replace(explained, reading=reading)

    def _dated(
        self, file: SourceFile, own_key: str, undated: Reading, problem: Problem
    ) -> Reading:
        """The post with the date that is given to it; `undated` with the reason if none is."""

        from feedsvc.core.posts.parse import parse_post

        def dated(at: datetime) -> Reading:
            return parse_post(file.path, file.source, self.site, own_key, at)

        standing = self.earlier.standing_at(file.path) if self.earlier else None
        published = dated(standing.published) if standing else None
        if standing and published and _is_same_post(published, standing):
            return published
        try:
            arrival = self._arrival(file.path)
        except HistoryError as error:
            moved = self.earlier.moved(file.digest, ()) if self.earlier else None
            if moved:
                return dated(moved.published)
            cure = f"{error.cure}, or {problem.cure}"
            refused = replace(problem, fault=_fault(error), cure=cure)
            return published or _with(undated, problem, refused)
        moved = self.earlier.moved("", arrival.former_names) if self.earlier else None
        return dated(moved.published if moved else arrival.at)

    def knows_more(self, record: FileRecord) -> bool:
        """True if git now says something else of a post that was read without a date."""
        faults = [problem.fault for problem in record.problems if problem.code == _CODE]
        if not faults or self.site.rules.dates != "git":
            return False
        try:
            return bool(self._arrival(record.path))
        except HistoryError as error:
            return _fault(error) not in faults

    def _arrival(self, path: str) -> Arrival:
        arrival = self.history.arrival(path)
        if arrival is None:
            raise HistoryError("git has no commit of its file", "commit it")
        return arrival


def _without_date(reading: Reading) -> Problem | None:
    """The problem of a post that lacks a date; None if it has one, or does not need one."""
    problems = reading.warnings if isinstance(reading, Draft) else (reading,)
    for problem in problems:
        if isinstance(problem, Problem) and problem.code == _CODE:
            return problem
    return None


def _with(reading: Reading, problem: Problem, changed: Problem) -> Reading:
    """What was read, with another problem in place of this one."""
    if isinstance(reading, Draft):
        warnings = tuple(changed if each is problem else each for each in reading.warnings)
        return replace(reading, warnings=warnings)
    return changed


def _is_same_post(reading: Reading, standing: Standing) -> bool:
    """False if the file has another post now. An edit keeps the title or the text."""
    if not isinstance(reading, Post):
        return True
    has_same_text = text_digest(reading.body) == standing.body_digest
    return reading.title == standing.title or has_same_text


def _fault(error: HistoryError) -> str:
    return f"the post has no date, and {error.fault}"
