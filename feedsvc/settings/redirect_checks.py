"""Checks for `[redirects]`: a redirect leads to a path of this site, and not to itself."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from feedsvc.core import addresses
from feedsvc.core.feeds.renamed_feeds import last_names
from feedsvc.core.text import nfc, one_line

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_BAD_ENCODING: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_EXAMPLE: Final = "/posts/tea/"
# Documents of the site's own feed, and addresses that are no paths of documents or pages.
_ANSWERED: Final = frozenset(
    [
        "",
        addresses.HUB_PATH,
        addresses.OPML_PATH,
        "healthz",
        "readyz",
        *addresses.FORMATS.values(),
    ]
)


def with_paths(values: Any) -> Any:
    """The section, with its keys that begin with a slash as members of `paths`."""
    if not isinstance(values, Mapping):
        return values
    direct = {key: value for key, value in values.items() if str(key).startswith("/")}
    if not direct:
        return values
    others = {key: value for key, value in values.items() if key not in direct}
    return others | {"paths": _table(others.get("paths", {})) | direct}


def _table(value: Any) -> dict[str, Any]:
    try:
        value = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, Mapping):
        raise ValueError("its key paths is not a table")
    return dict(value)


def checked_paths(paths: dict[str, str]) -> dict[str, str]:
    """The last new path for each old path, with and without a slash at its end; decoded.

    A path that is written is exactly meant: `"/feed" = "/feed/"` adds the slash.
    """
    faults: list[str] = []
    written: dict[str, str] = {}
    for old, new in paths.items():
        fault = _fault_of_old(old) or _fault_of_path(new)
        if fault:
            faults.append(f"{_shown(old)} = {_shown(new)}: {fault}")
        else:
            written[_path(old)] = _path(new)
    others = {_other(old): new for old, new in written.items() if _other(old) != new}
    renamed = others | written
    last = last_names(renamed)
    faults += [
        f"/{old} leads to itself; write the address that it has now"
        for old in written
        if old not in last
    ]
    if faults:
        raise ValueError("; ".join(faults))
    return last


def checked_tags(tags: dict[str, str]) -> dict[str, str]:
    """The new name of each old tag."""
    renamed = {nfc(one_line(old)): nfc(one_line(new)) for old, new in tags.items()}
    last = last_names(renamed)
    circle = [old for old in renamed if old not in last]
    if circle:
        raise ValueError(
            f"{', '.join(circle)} leads to itself; write the name that the tag has now"
        )
    return tags


def contradictions(tags: Iterable[tuple[str, str]]) -> list[str]:
    """What is wrong with the tags of `[aliases]` and `[redirects]` together: a line each."""
    renamed = {nfc(one_line(old)): nfc(one_line(new)) for old, new in tags}
    last = last_names({old: new for old, new in renamed.items() if old != new})
    circle = [old for old, new in renamed.items() if old != new and old not in last]
    if not circle:
        return []
    names = ", ".join(circle)
    return [f"redirects.tags: {names} leads to itself by way of aliases.tags; remove one"]


def _shown(text: str) -> str:
    return text if text.isprintable() else ascii(text)


def _fault_of_old(text: str) -> str:
    """What is wrong with an old path; empty if nothing is."""
    fault = _fault_of_path(text)
    if fault:
        return fault
    path = _path(text)
    if path in _ANSWERED or path.startswith(("hooks/", "static/")):
        return "feedsvc itself answers this address; redirect another address"
    return ""


def _fault_of_path(text: str) -> str:
    """What is wrong with a path of this site, with the cure; empty if nothing is."""
    cure = f"write a path of this site, such as {_EXAMPLE}"
    if text.startswith(("//", "/\\", "\\")) or _SCHEME.match(text):
        return f"it names a host; {cure}"
    if not text.startswith("/"):
        return f"it does not begin with a slash; {cure}"
    if "?" in text or "#" in text:
        return "it has a ? or a #; write the path alone, and %3F or %23 for these characters"
    if _BAD_ENCODING.search(text):
        return "it has a % without two hex digits; write %25"
    try:
        path = unquote(text, errors="strict")
    except UnicodeDecodeError:
        return "its percent-encoding is not UTF-8; encode the path in UTF-8"
    if _CONTROL.search(path):
        return f"it has a control character; {cure}"
    if "\\" in path:
        return f"it has a backslash; {cure}"
    if path.startswith("//"):
        return f"it names a host; {cure}"
    if {".", ".."} & {*path.split("/")} or "//" in path:
        return f"it has an empty segment, . or ..; {cure}"
    return ""


def _path(text: str) -> str:
    """The decoded path without the slash at its start."""
    return nfc(unquote(text)).removeprefix("/")


def _other(path: str) -> str:
    """The path with a slash at its end, or without it if it has one."""
    return path.removesuffix("/") if path.endswith("/") else f"{path}/"
