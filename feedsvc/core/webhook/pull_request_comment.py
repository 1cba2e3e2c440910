"""What a job has found, as a comment for a pull request: short, and safe to show to anybody.

Titles, summaries and problems are strangers' texts. Each stands in a code span, where a forge
sees no HTML, no Markdown, no @name, no #number and no :emoji:, and never over two lines.
"""

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from feedsvc.core.webhook.jobs import Job

MOST_LISTED: Final = 20  # of each kind; forges cut comments at 65,536 characters
_MOST_TITLE: Final = 120
_MOST_SUMMARY: Final = 240
_MOST_PROBLEM: Final = 300
_MOST_LINK: Final = 400

_KINDS: Final = ("added", "changed", "withdrawn")


def as_markdown(job: Job, site_url: str) -> str:
    """The comment; permalinks are links where they lead to the site itself."""
    if job.state == "failed":
        return f"feedsvc could not do it. `feedsvc jobs {job.name}` says why.\n"
    if not job.report:
        return "feedsvc has not done it yet.\n"
    return "\n".join(_lines(json.loads(job.report), job.kind == "preview", site_url)) + "\n"


def _lines(report: dict[str, Any], is_preview: bool, site_url: str) -> Iterator[str]:
    counts = ", ".join(f"{report[kind]['count']} {kind}" for kind in _KINDS)
    feeds = _counted(report["feeds"]["count"], "feed")
    yield f"### What subscribers {'would ' if is_preview else ''}see"
    yield ""
    yield f"{counts}; {feeds} {'would move' if is_preview else 'moved'}."
    held = report.get("held", {"count": 0})  # jobs of an earlier feedsvc have none
    if held["count"]:
        yield ""
        yield f"**{held['count']} held**: {held['fault']}; {held['cure']}."
    for kind in _KINDS:
        told = report[kind]
        if told["count"]:
            yield from ("", f"**{kind.capitalize()}**", "")
            yield from (_entry(entry, site_url) for entry in told["entries"][:MOST_LISTED])
            yield from _rest(told["count"])
    problems = report["problems"]
    if problems:
        yield from ("", f"**Problems** ({_counted(report['refused'], 'post')} refused)", "")
        yield from (_problem(problem) for problem in problems[:MOST_LISTED])
        yield from _rest(len(problems))


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _rest(count: int) -> Iterator[str]:
    if count > MOST_LISTED:
        yield f"- and {count - MOST_LISTED} more"


def _entry(entry: dict[str, Any], site_url: str) -> str:
    title = _code(entry["title"] or "(no title)", _MOST_TITLE)
    link = _destination(entry["permalink"])
    if link.startswith(f"{site_url}/") and len(link) <= _MOST_LINK:
        title = f"[{title}](<{link}>)"
    summary = f": {_code(entry['summary'], _MOST_SUMMARY)}" if entry["summary"] else ""
    return f"- {title}{summary}"


def _problem(problem: dict[str, Any]) -> str:
    place = ":".join(str(problem[key]) for key in ("path", "line", "column") if problem[key])
    text = f"{place}: {problem['fault']}; {problem['cure']}"
    return f"- {problem['severity']}: {_code(text, _MOST_PROBLEM)}"


def _code(text: str, most: int) -> str:
    """A code span of this text in one line. So that none ends it, ` becomes a ˋ."""
    text = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    text = text.replace("`", "\u02cb")
    return f"`{text[: most - 1]}…`" if len(text) > most else f"`{text or '-'}`"


def _destination(permalink: str) -> str:
    """A URL as it stands between angle brackets, where entities and backslashes count."""
    return quote(permalink, safe="/~:?#[]@!$&'()*+,;=%").replace("&", "&amp;")
