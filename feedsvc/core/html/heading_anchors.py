"""Removes the links of headings to themselves: generators add them, and feeds show `¶` or `#`.

Python-Markdown, markdown-it-anchor, Docusaurus, Jekyll's themes and GitHub each write another
class. A link with words stays, because some generators make the whole heading a link.
"""

import re
from typing import Final

from feedsvc.core.html.scanner import Element, rewritten, start_tag
from feedsvc.core.text import plain

_CLASSES: Final = frozenset(
    ["anchor", "anchor-link", "anchorjs-link", "hash-link", "header-anchor", "header-link"]
) | frozenset(
    ["headerlink", "heading-anchor", "heading-link", "heading-permalink", "permalink"]
)
_NO_WORDS = re.compile(r"[\W_]*+")
_LABEL = re.compile(
    r"(?:permanent |direct )?(?:link|anchor|permalink)(?: (?:to|for) [\s\S]*+)?"
    r"|永久链接|链接|锚点|永久連結|連結",
    re.I,
)
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")


def without_heading_anchors(rough: str) -> str:
    """`rough` without links such as `<a class="headerlink" href="#x">¶</a>`. Their ids stay."""
    return rewritten(rough, _REWRITERS)


def _heading(heading: Element) -> str | None:
    inner = rewritten(heading.inner_html, {"a": _link_in_heading})
    if inner == heading.inner_html or not plain(inner):
        return None
    text = heading.text
    return f"{text[heading.start : heading.opened]}{inner}{text[heading.closed : heading.end]}"


def _link_in_heading(link: Element) -> str | None:
    return _id_of(link) if _is_anchor(link, in_heading=True) else None


def _link_beside_heading(link: Element) -> str | None:
    return _id_of(link) if _is_anchor(link, in_heading=False) else None


def _is_anchor(link: Element, *, in_heading: bool) -> bool:
    is_to_fragment = link.attributes.get("href", "").startswith("#")
    if not is_to_fragment or link.end == link.opened:
        return False
    words = plain(link.inner_html)
    has_class = link.has_class(*_CLASSES) or link.attributes.get("aria-hidden") == "true"
    if _NO_WORDS.fullmatch(words):
        return has_class or (in_heading and "<img" not in link.inner_html.lower())
    return has_class and in_heading and _LABEL.fullmatch(words) is not None


def _id_of(link: Element) -> str:
    given = link.attributes.get("id") or link.attributes.get("name")
    return start_tag("a", {"id": given}) + "</a>" if given else ""


_REWRITERS: Final = {"a": _link_beside_heading} | dict.fromkeys(_HEADINGS, _heading)
