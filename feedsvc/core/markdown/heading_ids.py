"""Ids for headings that the body links to, for example from a table of contents.

comrak gives each heading an id and a link to itself. We keep an id only if the body has a link
to it, and spell it as in that link: generators differ in capital letters and hyphens.
"""

import re
from html import unescape
from typing import Final
from urllib.parse import unquote

from feedsvc.core.text import AnyOf

_LINKS_WITHIN: Final = AnyOf("](#", "](<#", "]: #", 'href="#', "href='#")
_SELF_LINK = re.compile(  # after attributes of the author, such as {#id .class}
    r"(?:[ \t]*+\{(?P<given>[#.][^{}<>]*+)\})?"
    r"<a href=\"#(?P<id>[^\"]*+)\" aria-label=\"[^\"]*+\" data-heading-content=\"[^\"]*+\""
    r" class=\"anchor\"></a>"
)
_GIVEN = re.compile(r"#([^\s#.]++)")
_HEADING = re.compile(r"<(h[1-6]) id=\"([^\"]*+)\">")
_FRAGMENT = re.compile(r"href[ \t]*+=[ \t]*+[\"']?#([^\"'\s<>]++)", re.I)
_HYPHENS = re.compile("-{2,}")


def may_link_to_headings(markdown: str) -> bool:
    """True if a body may have a link to one of its own headings."""
    return _LINKS_WITHIN.is_in(markdown)


def keep_linked_ids(rendered: str) -> str:
    """HTML of comrak without its self links and without ids that no link uses."""
    names_by_id: dict[str, str] = {}

    def without_link(link: re.Match[str]) -> str:
        given = _GIVEN.search(link["given"] or "")
        names_by_id[link["id"]] = _normalised(given[1] if given else link["id"])
        return ""

    rendered = _SELF_LINK.sub(without_link, rendered)
    linked = {_normalised(each): each for each in reversed(_FRAGMENT.findall(rendered))}

    def with_linked_id(tag: re.Match[str]) -> str:
        if tag[2] not in names_by_id:
            return tag[0]  # a heading in raw HTML
        linked_id = linked.pop(names_by_id[tag[2]], "")
        return f'<{tag[1]} id="{linked_id}">' if linked_id else f"<{tag[1]}>"

    return _HEADING.sub(with_linked_id, rendered)


def _normalised(fragment: str) -> str:
    """One form for all spellings of a fragment that mean the same heading."""
    return _HYPHENS.sub("-", unquote(unescape(fragment)).casefold()).strip("-")
