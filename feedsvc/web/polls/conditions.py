"""Conditional requests: whether a client has the current version. Werkzeug compares."""

import math
import time
from datetime import UTC, datetime
from typing import Any, Final

from werkzeug.http import is_resource_modified, parse_accept_header, parse_date, parse_etags

from feedsvc.web.polls.codings import CODINGS
from feedsvc.web.polls.shelf import Document

_MOST_VERDICTS: Final = 16
_LONGEST: Final = 200  # characters of a header that is remembered


def for_readers(
    environ: dict[str, Any], last_modified: datetime | None = None
) -> dict[str, Any]:
    """A request's environ, with those conditions alone that a reader has a use for.

    If-Match and If-Unmodified-Since guard a change (RFC 9110 §13.1.1); here they would make a
    412 that a cache may keep. A date that Werkzeug stumbles over is one that matches nothing.
    An If-Modified-Since later than now is left out unless it is `last_modified`, which was sent
    before the clock was put back (§8.8.2.1, §13.1.3). An If-Range with a date has to be
    `last_modified` (§13.1.5).
    """
    guards = ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
    kept = {name: value for name, value in environ.items() if name not in guards}
    for name in ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_RANGE"):
        if name in kept and _is_beyond_dates(kept[name]):
            kept[name] = "no date"
    since = parse_date(kept.get("HTTP_IF_MODIFIED_SINCE"))
    if since and since != last_modified and since > datetime.now(UTC):
        del kept["HTTP_IF_MODIFIED_SINCE"]
    dated = parse_date(kept.get("HTTP_IF_RANGE"))
    if dated and dated != last_modified:
        kept["HTTP_IF_RANGE"] = "no date"
    return kept


def _is_beyond_dates(value: str) -> bool:
    """True for a date with numbers too large for Python, which Werkzeug lets it say."""
    try:
        parse_date(value)
    except OverflowError:
        return True
    return False


def of_version(environ: dict[str, Any], last_modified: datetime) -> dict[str, Any]:
    """The conditions, with the tags of If-None-Match as they would be for plain bytes."""
    return _with_plain_tags(for_readers(environ, last_modified))


def _with_plain_tags(kept: dict[str, Any]) -> dict[str, Any]:
    if kept.get("HTTP_IF_NONE_MATCH"):
        kept["HTTP_IF_NONE_MATCH"] = _of_any_coding(kept["HTTP_IF_NONE_MATCH"])
    return kept


def is_current(document: Document, environ: dict[str, Any]) -> bool:
    """True where the request says that the client has this version: a 304 is right."""
    return current_from(document, environ) <= time.time()


def current_from(document: Document, environ: dict[str, Any]) -> float:
    """When the request begins to say that the client has this version, in seconds since 1970.

    Minus infinity if it says so at any time, infinity if it never does. Between them there is
    only an If-Modified-Since later than the version: until that time comes it is ignored.
    """
    asked = (environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE"))
    if asked == (None, None):
        return math.inf
    known = document.verdicts.get(asked)
    if known is not None:
        return known
    found = _current_from(document, environ)
    if all(len(header or "") <= _LONGEST for header in asked):
        if len(document.verdicts) >= _MOST_VERDICTS:
            document.verdicts.clear()
        document.verdicts[asked] = found
    return found


def _current_from(document: Document, environ: dict[str, Any]) -> float:
    since = environ.get("HTTP_IF_MODIFIED_SINCE", "")
    date = None if _is_beyond_dates(since) else parse_date(since)
    dated = {} if date is None else {"HTTP_IF_MODIFIED_SINCE": since}
    tagged = {"HTTP_IF_NONE_MATCH": environ.get("HTTP_IF_NONE_MATCH", "")}
    asked = _with_plain_tags({"REQUEST_METHOD": "GET", **tagged, **dated})
    if is_resource_modified(asked, f'"{document.tag}"', last_modified=document.last_modified):
        return math.inf
    if asked["HTTP_IF_NONE_MATCH"] or date is None or date == document.last_modified:
        return -math.inf
    return date.timestamp()


def asks_for_delta(environ: dict[str, Any]) -> bool:
    """True where what is new since a known version will do (RFC 3229, `A-IM: feed`)."""
    manipulations = environ.get("HTTP_A_IM")
    if not manipulations or not environ.get("HTTP_IF_NONE_MATCH"):
        return False
    accepted = parse_accept_header(manipulations)
    return any(name.lower() == "feed" and quality > 0 for name, quality in accepted)


def bare_tags(header: str) -> list[str]:
    """The tags of an If-None-Match in the order of the alphabet, without marks of codings."""
    return sorted({_bare(tag) for tag in parse_etags(header).as_set(include_weak=True) if tag})


def _of_any_coding(header: str) -> str:
    """An If-None-Match whose tags are those of plain bytes, whichever they were sent for.

    Servers in between weaken a tag, or put `-gzip` or `;gzip` behind it: it names the same
    version all the same (REQUIREMENTS H2). The comparison itself is Werkzeug's.
    """
    if parse_etags(header).star_tag:
        return "*"
    return ", ".join(f'"{tag}"' for tag in bare_tags(header) or ["none of ours"])


def _bare(tag: str) -> str:
    for coding in CODINGS:
        for separator in ("-", ";"):
            tag = tag.removesuffix(separator + coding)
    return tag
