"""Finds elements that HTML itself hides, and removes them: no style sheet is needed for that.

Classes such as `hidden` and `sr-only` mean what the style sheet of a site says, so they count
for nothing here. `aria-hidden` hides from screen readers only.
"""

import re
from collections.abc import Mapping
from typing import Final

from feedsvc.core.html.scanner import attributes_of, tags
from feedsvc.core.text import AnyOf

_HINTS: Final = AnyOf(
    *("hidden", "display", "visibility", "popover"),
    *("<dialog", "<datalist", "<template"),
)
_HIDING: Final = {"display": ("none",), "visibility": ("hidden", "collapse")}
_CSS_COMMENT = re.compile(r"/\*[\s\S]*?(?:\*/|\Z)")
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9-]{0,60}+")
HIDDEN: Final = ' hidden=""'
_VOID: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"]
) | frozenset(["source", "track", "wbr"])


def may_hide(opened: str) -> bool:
    """True if one of these start tags, in small letters, may begin a hidden element."""
    return _HINTS.is_in(opened)


def is_hidden(name: str, attributes: Mapping[str, str]) -> bool:
    """True if browsers do not show an element of this name with these attributes."""
    return (
        "hidden" in attributes  # with any value, as in hidden="until-found"
        or "popover" in attributes
        or (name == "dialog" and "open" not in attributes)
        or name == "datalist"
        or _style_hides(attributes.get("style", ""))
    )


def _style_hides(style: str) -> bool:
    """The last declaration of a property counts, unless an earlier one is `!important`."""
    hides: dict[str, tuple[bool, bool]] = {}  # if it is important, and if it hides
    for declaration in _CSS_COMMENT.sub("", style).lower().split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name in _HIDING:
            value, mark, _ = value.partition("!")
            strength = (bool(mark), value.strip() in _HIDING[name])
            if strength[0] or not hides.get(name, strength)[0]:
                hides[name] = strength
    return any(each for _, each in hides.values())


def with_marks(rough: str) -> tuple[str, frozenset[str]] | None:
    """`rough` with `hidden` as the only attribute of hidden elements, and the names in it.

    None if nothing is hidden.
    """
    pieces, done, names = [], 0, set()
    for tag in tags(rough):
        name = tag["name"].lower()
        names.add(name)
        if not tag["end"] and is_hidden(name, attributes_of(tag["inside"])):
            pieces += [rough[done : tag.start()], f"<{name}{HIDDEN}>"]
            done = tag.end()
    if not pieces:
        return None
    return "".join([*pieces, rough[done:]]), frozenset(filter(_PLAIN_NAME.fullmatch, names))


def without_closed(text: str) -> str:
    """The text without its hidden elements, if each of them is closed.

    `Use <div hidden> well` is a sentence about an element, and stays.
    """
    marked = with_marks(text) if "<" in text and may_hide(text.lower()) else None
    if marked is None:
        return text
    closed = {tag["name"].lower() for tag in tags(marked[0]) if tag["end"]}
    hidden = {tag["name"] for tag in tags(marked[0]) if HIDDEN in tag["inside"]}
    return without_marked(marked[0]) if hidden <= closed | _VOID else text


def without_marked(tree: str) -> str:
    """Well-formed HTML without the marked elements and their content."""
    pieces, done, depth = [], 0, 0  # how deep we are in a marked element
    for tag in tags(tree):
        is_void = tag["name"] in _VOID
        if depth:
            depth += 0 if is_void else -1 if tag["end"] else 1
        elif not tag["end"] and HIDDEN in tag["inside"]:
            pieces.append(tree[done : tag.start()])
            depth = 0 if is_void else 1
        else:
            continue
        done = tag.end()
    return "".join([*pieces, tree[done:]])
