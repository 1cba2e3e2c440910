"""Lazily loaded pictures get their real address, because feed readers run no scripts.

A lazy-loading script finds the real address in an attribute such as `data-src`; `src` holds a
placeholder.
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
_NEAR: Final = 2_000  # characters before a noscript that may hold the same picture


def eager_tag(element: Element) -> str | None:
    """The start tag with its real addresses; None if nothing changes."""
    changed = _eager(element.attributes)
    return None if changed == element.attributes else start_tag(element.name, changed)


def _eager(attributes: dict[str, str]) -> dict[str, str]:
    changed = dict(attributes)
    source = _first(attributes, _SOURCES, _ADDRESS)
    candidates = _first(attributes, _SETS, _SET)
    if candidates:
        changed["srcset"] = candidates
        if attributes.get("sizes") == "auto":  # only a script can compute it
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


def image_addresses(rough: str) -> frozenset[str]:
    """The addresses of the pictures outside of noscript elements."""
    addresses, inside = set(), False
    for tag in tags(rough):
        name = tag["name"].lower()
        if name == "noscript":
            inside = not tag["end"]
        elif name == "img" and not inside:
            addresses.add(_eager(attributes_of(tag["inside"])).get("src", ""))
    return frozenset(addresses)


def noscript_images(noscript: Element, shown: frozenset[str]) -> str:
    """The pictures of a noscript that are not shown elsewhere, without its other content."""
    before = noscript.text[max(0, noscript.start - _NEAR) : noscript.start]
    last = before[before.rfind("<img") :].rstrip() if "<img" in before else ""
    eager = [_eager(attributes_of(tag["inside"])) for tag in tags(last)]
    if len(eager) == 1 and last.endswith(">") and eager[0] != _as_written(last):
        return ""  # the fallback of the lazy picture just before it
    pictures = [
        attributes_of(tag["inside"]) for tag in tags(noscript.inner_html) if _is_img(tag)
    ]
    return "".join(
        start_tag("img", each)
        for each in map(_eager, pictures)
        if each.get("src") and each["src"] not in shown and not _is_tracking_pixel(each)
    )


def _is_img(tag: re.Match[str]) -> bool:
    return tag["name"].lower() == "img" and not tag["end"]


def _as_written(tag: str) -> dict[str, str]:
    return next(attributes_of(each["inside"]) for each in tags(tag))


def _is_tracking_pixel(attributes: dict[str, str]) -> bool:
    """True for a picture of at most one pixel: it only counts readers."""
    return attributes.get("width") in ("0", "1") and attributes.get("height") in ("0", "1")
