"""Conditional requests: whether a client has the current version. Werkzeug compares."""

from typing import Any, Final

from werkzeug.http import is_resource_modified, parse_accept_header, parse_date, parse_etags

from feedsvc.web.codings import CODINGS
from feedsvc.web.representations import Document

_MOST_VERDICTS: Final = 16
_LONGEST: Final = 200  # characters of a header that is remembered


def for_readers(environ: dict[str, Any]) -> dict[str, Any]:
    """A request's environ, with those conditions alone that a reader has a use for.

    If-Match and If-Unmodified-Since guard a change (RFC 9110 §13.1.1); here they would make a
    412 that a cache may keep. A date that Werkzeug stumbles over is one that matches nothing.
    """
    guards = ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
    kept = {name: value for name, value in environ.items() if name not in guards}
    for name in ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_RANGE"):
        if name in kept and _is_beyond_dates(kept[name]):
            kept[name] = "no date"
    return kept


def _is_beyond_dates(value: str) -> bool:
    """True for a date with numbers too large for Python, which Werkzeug lets it say."""
    try:
        parse_date(value)
    except OverflowError:
        return True
    return False


def of_version(environ: dict[str, Any]) -> dict[str, Any]:
    """The conditions, with the tags of If-None-Match as they would be for plain bytes."""
    kept = for_readers(environ)
    if kept.get("HTTP_IF_NONE_MATCH"):
        kept["HTTP_IF_NONE_MATCH"] = _of_any_coding(kept["HTTP_IF_NONE_MATCH"])
    return kept


def is_current(document: Document, environ: dict[str, Any]) -> bool:
    """True where the request says that the client has this version: a 304 is right."""
    asked = (environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE"))
    if asked == (None, None):
        return False
    known = document.verdicts.get(asked)
    if known is not None:
        return known
    found = not is_resource_modified(
        of_version(environ), f'"{document.tag}"', last_modified=document.last_modified
    )
    if all(len(header or "") <= _LONGEST for header in asked):
        if len(document.verdicts) >= _MOST_VERDICTS:
            document.verdicts.clear()
        document.verdicts[asked] = found
    return found


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
