"""Renders the report of a job as a short and safe comment for a pull request.

Titles, summaries and problems are not trusted. Each is one line in a code span, where a forge
renders no HTML, Markdown, @name, #number or :emoji:.
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
    """The comment in Markdown. Only permalinks on the site itself become links."""
    if job.state == "failed":
        return f"This job failed. Run `feedsvc jobs {job.name}` to see why.\n"
    if not job.report:
        return "This job has not finished yet.\n"
    return "\n".join(_lines(json.loads(job.report), job.kind == "preview", site_url)) + "\n"


def _lines(report: dict[str, Any], is_preview: bool, site_url: str) -> Iterator[str]:
    counts = ", ".join(f"{report[kind]['count']} {kind}" for kind in _KINDS)
    feeds = _counted(report["feeds"]["count"], "feed")
    yield f"### What subscribers {'would ' if is_preview else ''}see"
    yield ""
    yield f"{counts}; {feeds} {'would change' if is_preview else 'changed'}."
    held = report.get("held", {"count": 0})  # jobs of earlier versions have none
    if held["count"]:
        yield ""
        yield f"**{held['count']} held**: {held['fault']}; {held['cure']}."
        losses = held.get("entries", ())  # likewise
        yield from ("",) if losses else ()
        yield from (f"- {_code(_loss(loss), _MOST_PROBLEM)}" for loss in losses)
    for kind in _KINDS:
        changes = report[kind]
        if changes["count"]:
            yield from ("", f"**{kind.capitalize()}**", "")
            yield from (_entry(entry, site_url) for entry in changes["entries"][:MOST_LISTED])
            yield from _rest(changes["count"])
    problems = report["problems"]
    if problems:
        yield from ("", f"**Problems** ({_counted(report['refused'], 'post')} refused)", "")
        yield from (_problem(problem) for problem in problems[:MOST_LISTED])
        yield from _rest(len(problems))


def _loss(loss: dict[str, Any]) -> str:
    return f"{loss['path']}: {loss['title']}" if loss["title"] else str(loss["path"])


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
    position = ":".join(str(problem[key]) for key in ("path", "line", "column") if problem[key])
    text = f"{position}: {problem['fault']}; {problem['cure']}"
    return f"- {problem['severity']}: {_code(text, _MOST_PROBLEM)}"


def _code(text: str, most: int) -> str:
    """A code span with this text in one line. A ` becomes a ˋ, as it would end the span."""
    text = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    text = text.replace("`", "\u02cb")
    return f"`{text[: most - 1]}…`" if len(text) > most else f"`{text or '-'}`"


def _destination(permalink: str) -> str:
    """A URL for use between angle brackets, where entities and backslashes are special."""
    return quote(permalink, safe="/~:?#[]@!$&'()*+,;=%").replace("&", "&amp;")
