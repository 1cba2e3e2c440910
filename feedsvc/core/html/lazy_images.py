"""Pictures that a script was to load once somebody scrolls to them: no reader runs it.

Their true address is in an attribute of the script's choice, while `src` holds a placeholder.
"""

import re
from typing import Final

from feedsvc.core.html.scanner import (
    Element,
    attributes_of,
    start_tag,
    tags,
)

_SOURCES: Final = (
    *("data-src", "data-original", "data-lazy-src", "data-lazy", "data-echo", "lazy-src"),
    *("data-lazyload", "data-original-src", "data-actualsrc", "data-cfsrc", "data-url"),
    *("data-ks-lazyload", "lazyload", "data-real-src"),
)
_SETS: Final = (
    *("data-srcset", "data-lazy-srcset", "data-original-set", "data-original-srcset"),
    "data-cfsrcset",
)
_ADDRESS = re.compile(r"(?!data:|about:|javascript:)[^\s{}<>\"']++(?: [^\s{}<>\"']++)*+", re.I)
_SET = re.compile(r"(?!data:|about:|javascript:)[^{}<>\"']++", re.I)
_NEAR: Final = 2_000  # characters before a noscript in which the picture is that it doubles


def loaded(element: Element) -> str | None:
    """The start tag with the address that it would load late; None where it has none."""
    changed = _loaded(element.attributes)
    return None if changed == element.attributes else start_tag(element.name, changed)


def _loaded(attributes: dict[str, str]) -> dict[str, str]:
    changed = dict(attributes)
    source = _first(attributes, _SOURCES, _ADDRESS)
    candidates = _first(attributes, _SETS, _SET)
    if candidates:
        changed["srcset"] = candidates
        if attributes.get("sizes") == "auto":  # which only a script can tell
            del changed["sizes"]
        shown = attributes.get("src", "")
        if not source and (not shown or shown.startswith("data:")):
            source = candidates.split()[0]
    if source:
        changed["src"] = source
    if attributes.get("data-poster"):
        changed["poster"] = attributes["data-poster"]
    return changed


def _first(attributes: dict[str, str], names: tuple[str, ...], form: re.Pattern[str]) -> str:
    values = (attributes.get(name, "").strip() for name in names)
    return next(filter(form.fullmatch, values), "")


def shown_addresses(rough: str) -> frozenset[str]:
    """The addresses of the pictures that stand outside a noscript."""
    addresses, inside = set(), False
    for tag in tags(rough):
        name = tag["name"].lower()
        if name == "noscript":
            inside = not tag["end"]
        elif name == "img" and not inside:
            addresses.add(_loaded(attributes_of(tag["inside"])).get("src", ""))
    return frozenset(addresses)


def only_without_script(noscript: Element, shown: frozenset[str]) -> str:
    """The pictures in a noscript that are not shown anyway, and nothing else it holds."""
    before = noscript.text[max(0, noscript.start - _NEAR) : noscript.start]
    last = before[before.rfind("<img") :].rstrip() if "<img" in before else ""
    late = [_loaded(attributes_of(tag["inside"])) for tag in tags(last)]
    if len(late) == 1 and last.endswith(">") and late[0] != _as_written(last):
        return ""  # it is there for the picture beside it, perhaps in another size
    pictures = [attributes_of(tag["inside"]) for tag in tags(noscript.holds) if _is_img(tag)]
    wanted = [_loaded(each) for each in pictures]
    return "".join(
        start_tag("img", each)
        for each in wanted
        if each.get("src") and each["src"] not in shown and not _counts_readers(each)
    )


def _is_img(tag: re.Match[str]) -> bool:
    return tag["name"].lower() == "img" and not tag["end"]


def _as_written(tag: str) -> dict[str, str]:
    return next(attributes_of(each["inside"]) for each in tags(tag))


def _counts_readers(attributes: dict[str, str]) -> bool:
    """True for a picture of one pixel: it shows nothing."""
    return attributes.get("width") in ("0", "1") and attributes.get("height") in ("0", "1")
