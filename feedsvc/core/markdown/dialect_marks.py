"""Syntax of Obsidian, kramdown and MathJax that GitHub Flavored Markdown does not have.

Each mark becomes Markdown with the same meaning, or nothing if a feed cannot use it. Text that
only looks similar (`a[[1]]`, `{:ok, x}`, `100%%`) stays unchanged.
"""

import re
from typing import Final

from feedsvc.core.markdown.post_targets import wiki_link
from feedsvc.core.text import Ahead

_WIKI = re.compile(
    r"(!?)\[\[(?!\s)([^\[\]|\n]{1,300}+)(?:\|([^\[\]\n]{0,300}+))?\]\](?![(\[:])"
)
_PICTURE = re.compile(r".*\.(?:png|jpe?g|gif|webp|avif|svg|bmp)", re.I)
_SIZE = re.compile(r"\d+(?:x\d+)?")
_ATTRIBUTES = re.compile(
    r"\{:{1,2}(?:[ \t]*+(?:[.#][\w:-]++|toc\b|[\w-]++=(?:\"[^\"\n]{0,300}+\"|'[^'\n]{0,300}+'"
    r"|[^\s\"'{}]++)))++[ \t]*+\}"
)
_COMMENT = re.compile(r"%%[^%\n]{1,2000}+%%(?![0-9A-Za-z_%])")
_COMMENT_END = re.compile(r"%%[ \t]*+$", re.MULTILINE)
_COMMENT_LINE = re.compile(r"%%[ \t]*+\n")
_TEX_ENDS: Final = {
    opener: re.compile(re.escape(opener[:-1] + {"(": ")", "[": "]"}[opener[-1]]))
    for opener in (r"\(", r"\[", r"\\(", r"\\[")
}
_TEX = re.compile(r"[\\^_=]")
_NO_TEX = re.compile(r"://|\]\(|\n[ \t]*\n")
_LONGEST_TEX: Final = 2_000
_WORD: Final = re.compile(r"[0-9A-Za-z_\]%\\]")


def markdown_of_mark(body: str, start: int, ahead: Ahead) -> tuple[str, int] | None:
    """The Markdown for the mark that begins at `start`, and its end; None if it is no mark."""
    before = body[start - 1 : start]
    if body.startswith("{:", start):
        attributes = _ATTRIBUTES.match(body, start)
        return ("", attributes.end()) if attributes else None
    if _WORD.match(before):
        return None
    if body.startswith("%%", start):
        return _comment(body, start, ahead)
    if body.startswith("\\", start):
        return _formula(body, start, ahead)
    link = _WIKI.match(body, start)
    return (_wiki(link), link.end()) if link else None


def _wiki(link: re.Match[str]) -> str:
    """The link to a note, or its words; a picture stays a picture."""
    target, title = link[2].strip(), (link[3] or "").strip()
    if link[1] and _PICTURE.fullmatch(target):
        alt = target if not title or _SIZE.fullmatch(title) else title
        return f"![{alt}](<{target}>)"
    return wiki_link(target, title)


def _comment(body: str, start: int, ahead: Ahead) -> tuple[str, int] | None:
    opened = _COMMENT_LINE.match(body, start)
    if opened and body[start - 1 : start] in ("", "\n"):
        closed = ahead.next(_COMMENT_END, opened.end())
        return ("", closed.end()) if closed else None
    inline = _COMMENT.match(body, start)
    return ("", inline.end()) if inline else None


def _formula(body: str, start: int, ahead: Ahead) -> tuple[str, int] | None:
    r"""`\(x\)` and `\[x\]` between dollar signs: Markdown would drop the backslashes."""
    opener = body[start : start + (3 if body.startswith("\\\\", start) else 2)]
    closing = ahead.next(_TEX_ENDS[opener], start + len(opener))
    if closing is None or closing.start() - start > _LONGEST_TEX:
        return None
    tex = body[start + len(opener) : closing.start()].strip()
    inline = opener[-1] == "("
    if not _TEX.search(tex) or _NO_TEX.search(tex) or "$" in tex or (inline and "\n" in tex):
        return None
    mark = "$" if inline else "$$"
    return f"{mark}{tex}{mark}", closing.end()
