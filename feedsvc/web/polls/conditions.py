"""Conditional requests: does the client have the current version? Werkzeug compares."""

import math
import time
from datetime import UTC, datetime
from typing import Any, Final

from werkzeug.http import is_resource_modified, parse_accept_header, parse_date, parse_etags

from feedsvc.web.polls.codings import CODINGS
from feedsvc.web.polls.shelf import Document

_MOST_VERDICTS: Final = 16
_LONGEST_CACHED: Final = 200  # characters of a header whose verdict is cached


def reading_conditions(
    environ: dict[str, Any], last_modified: datetime | None = None
) -> dict[str, Any]:
    """The environ of a request with only the conditions that matter when reading.

    If-Match and If-Unmodified-Since protect changes (RFC 9110 §13.1.1). Here they would lead to
    a 412, which a cache may store. A date that Werkzeug cannot parse matches nothing. An
    If-Modified-Since in the future is removed (§13.1.3), unless it equals `last_modified`: then
    we sent it before the clock was set back (§8.8.2.1). A date in If-Range must equal
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
    """True for a date whose numbers are too large for Python. Werkzeug does not catch this."""
    try:
        parse_date(value)
    except OverflowError:
        return True
    return False


def version_conditions(
    environ: dict[str, Any], last_modified: datetime | None
) -> dict[str, Any]:
    """The same, with the tags of If-None-Match rewritten to those of the plain bytes."""
    return _with_plain_tags(reading_conditions(environ, last_modified))


def _with_plain_tags(kept: dict[str, Any]) -> dict[str, Any]:
    if kept.get("HTTP_IF_NONE_MATCH"):
        kept["HTTP_IF_NONE_MATCH"] = _of_any_coding(kept["HTTP_IF_NONE_MATCH"])
    return kept


def is_current(document: Document, environ: dict[str, Any]) -> bool:
    """True if the client has this version, so that it gets a 304."""
    return current_from(document, environ) <= time.time()


def current_from(document: Document, environ: dict[str, Any]) -> float:
    """The time from which this request gets a 304, in seconds since 1970.

    Minus infinity if it always gets one, infinity if it never does. Another time is that of an
    If-Modified-Since later than the version, which is ignored while it is in the future.
    """
    headers = (environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE"))
    if headers == (None, None):
        return math.inf
    cached = document.verdicts.get(headers)
    if cached is not None:
        return cached
    verdict = _current_from(document, environ)
    if all(len(header or "") <= _LONGEST_CACHED for header in headers):
        if len(document.verdicts) >= _MOST_VERDICTS:
            document.verdicts.clear()
        document.verdicts[headers] = verdict
    return verdict


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
    """True if a client with an earlier version accepts a delta (`A-IM: feed`, RFC 3229)."""
    manipulations = environ.get("HTTP_A_IM")
    if not manipulations or not environ.get("HTTP_IF_NONE_MATCH"):
        return False
    accepted = parse_accept_header(manipulations)
    return any(name.lower() == "feed" and quality > 0 for name, quality in accepted)


def bare_tags(header: str) -> list[str]:
    """The tags of an If-None-Match in alphabetical order, without suffixes of codings."""
    return sorted({_bare(tag) for tag in parse_etags(header).as_set(include_weak=True) if tag})


def _of_any_coding(header: str) -> str:
    """An If-None-Match whose tags are those of the plain bytes.

    Proxies make a tag weak or append `-gzip` or `;gzip` to it. It still names the same version.
    """
    if parse_etags(header).star_tag:
        return "*"
    return ", ".join(f'"{tag}"' for tag in bare_tags(header) or ["none of ours"])


def _bare(tag: str) -> str:
    for coding in CODINGS:
        for separator in ("-", ";"):
            tag = tag.removesuffix(separator + coding)
    return tag
