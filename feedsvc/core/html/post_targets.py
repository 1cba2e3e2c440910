"""Writes the links of tags and wiki links to other posts, as `source_targets` reads them.

They are HTML, so that they are links in blocks of HTML too.
"""

import re
from html import escape, unescape
from typing import Final
from urllib.parse import unquote

from feedsvc.core.html.source_targets import AT_ROOT

_SUFFIX = re.compile(r"\.(?:md|markdown|mdown|mkdn?|mdx|qmd|rmd|rst)$", re.I)
_ATTACHED = re.compile(  # what Obsidian links to besides notes
    r"\.(?:png|jpe?g|gif|webp|avif|svg|bmp|pdf|canvas|base|zip|docx?|xlsx?|pptx?|epub|csv|json|html?|txt"
    r"|mp[34]|m4[av]|mov|mkv|webm|og[agv]|wav|flac|3gp)$",
    re.I,
)
_ENCODED: Final = str.maketrans({char: f"%{ord(char):02X}" for char in " \"'()<>`:|\\{}"})
_IN_LINK = re.compile(
    r"(?:(?:\]\([ \t]*+<?|\]:[ \t]*+<?|=[ \t]*+[\"']?)(?:https?://[^\s()<>\"']*+)?|[}/])$"
)
_LONGEST_BEFORE: Final = 64  # characters


def post_target(path: str, *, is_rooted: bool) -> str:
    """The target of a link to the source file at a path, which may lack its suffix."""
    path, _, fragment = path.partition("#")
    if "://" in path:
        return path
    begins_at_root = path.startswith("/")
    path = path.strip("/ ")
    fragment = f"#{fragment.translate(_ENCODED)}" if fragment else ""
    if not path:
        return fragment or ("/" if begins_at_root else "")
    if not is_source(path):
        path += ".md"
    return (
        f"{AT_ROOT if is_rooted or begins_at_root else ''}{path.translate(_ENCODED)}{fragment}"
    )


def is_source(path: str) -> bool:
    """True if a path ends as the source file of a post does."""
    return _SUFFIX.search(path) is not None


def link_to_post(target: str, words: str) -> str:
    """A link that stays one in Markdown and in HTML. The words may contain Markdown."""
    return f'<a href="{escape(target)}">{words}</a>' if target else words


def in_its_place(target: str, words: str, body: str, start: int) -> str:
    """The target itself within a link that Markdown or HTML begins; else a link to it."""
    before = body[max(0, start - _LONGEST_BEFORE) : start]
    return target if _IN_LINK.search(before) else link_to_post(target, words)


def wiki_link(target: str, title: str) -> str:
    """The link for `[[target|title]]`; only words if it names no note."""
    page, *headings = (part.strip() for part in target.rstrip("\\").split("#"))
    words = title or " > ".join(filter(None, [page, *headings]))
    if "`" not in words:
        words = words.replace("<", "&lt;")  # Obsidian shows `[[tea|Vec<T>]]` as it is written
    if not page or _ATTACHED.search(page):
        return words
    fragment = headings[-1].replace(" ", "%20") if headings else ""
    path = post_target(page, is_rooted=False)
    return link_to_post(f"{path}#{fragment}" if fragment else path, words)


def wiki_text(target: str, words: str) -> str:
    """What stood between the brackets of a wiki link whose HTML was escaped, as HTML."""
    page = unquote(unescape(unescape(target))).replace(".md", "", 1)
    page = escape(page, quote=False)
    words = words.replace("&amp;lt;", "&lt;")
    return words if words == page else f"{page}|{words}"
