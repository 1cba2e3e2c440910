"""Headings that the text itself links to, such as those of a list of contents.

comrak gives every heading an id and a link to itself. A feed keeps the id where a link of the
body asks for it, as that link spells it: generators differ in capitals and in hyphens.
"""

import re
from html import unescape
from typing import Final
from urllib.parse import unquote

_LINKS_WITHIN: Final = ("](#", "](<#", "]: #", 'href="#', "href='#")
_OWN_LINK = re.compile(  # behind the attributes that the author gave: {#id .class}
    r"(?:[ \t]*+\{(?P<given>[#.][^{}<>]*+)\})?"
    r"<a href=\"#(?P<id>[^\"]*+)\" aria-label=\"[^\"]*+\" data-heading-content=\"[^\"]*+\""
    r" class=\"anchor\"></a>"
)
_GIVEN = re.compile(r"#([^\s#.]++)")
_HEADING = re.compile(r"<(h[1-6]) id=\"([^\"]*+)\">")
_FRAGMENT = re.compile(r"href[ \t]*+=[ \t]*+[\"']?#([^\"'\s<>]++)", re.I)
_HYPHENS = re.compile("-{2,}")


def links_within(markdown: str) -> bool:
    """True for a body that perhaps has a link to a part of itself."""
    # A pattern would take three times as long.
    return any(link in markdown for link in _LINKS_WITHIN)


def with_targets(rendered: str) -> str:
    """What comrak rendered with ids, less those that no link asks for and the added links."""
    names: dict[str, str] = {}

    def bare(link: re.Match[str]) -> str:
        given = _GIVEN.search(link["given"] or "")
        names[link["id"]] = _alike(given[1] if given else link["id"])
        return ""

    rendered = _OWN_LINK.sub(bare, rendered)
    wanted = {_alike(each): each for each in reversed(_FRAGMENT.findall(rendered))}

    def heading(tag: re.Match[str]) -> str:
        if tag[2] not in names:
            return tag[0]  # of raw HTML
        asked = wanted.pop(names[tag[2]], "")
        return f'<{tag[1]} id="{asked}">' if asked else f"<{tag[1]}>"

    return _HEADING.sub(heading, rendered)


def _alike(fragment: str) -> str:
    """The same for all spellings of a fragment that mean one heading."""
    return _HYPHENS.sub("-", unquote(unescape(fragment)).casefold()).strip("-")
