"""Code that a highlighter has set beside the numbers of its lines: plain code again.

Hexo, Rouge (Jekyll), Chroma (Hugo) and Pygments do so. In a feed the numbers stand in the
code of whoever copies it, and the language is lost with the classes.
"""

import re
from typing import Final

from feedsvc.core.html.scanner import (
    Element,
    attributes_of,
    rewritten,
    tags,
)

HINTS: Final = ("gutter", "lineno", "lntd", "line-number", '"ln', "'ln", "=ln", "hljs-ln")
_NUMBERS: Final = frozenset(
    ["gutter", "gl", "rouge-gutter", "lineno", "linenos", "linenodiv", "line-number", "lnt"]
) | frozenset(["line-numbers", "line-numbers-rows", "hljs-ln-numbers", "line-no", "ln"])
_NO_LANGUAGE: Final = frozenset(["hljs", "plain", "plaintext", "text", "txt", "none", "table"])
_LANGUAGE = re.compile(r"\b(?:language|lang)-([\w+#.-]{1,40})")
_HEXO = re.compile(r"highlight ([\w+#.-]{1,40})")
_NAME = re.compile(r"[\w+#.-]{1,40}")
_CAPTION = re.compile(r"<figcaption\b(?:(?!<figcaption)[\s\S])*?</figcaption>\s*\Z", re.I)
_NEAR: Final = 600  # characters before the table in which its language stands


def plain_table(table: Element) -> str | None:
    """The code of a table of code and numbers; None for any other table."""
    rows = _code_rows(table.holds)
    if rows is None:
        return None
    code = "".join(rows) if len(rows) == 1 else "\n".join(row.rstrip("\n") for row in rows)
    language = _language(code) or _language(_tags_around(table))
    kind = f' class="language-{language}"' if language else ""
    return f"<pre><code{kind}>{_bare(code)}</code></pre>"


def _code_rows(table: str) -> list[str] | None:
    """What stands in the cells of code, a row each; None for a table without numbers."""
    cells: list[tuple[int, bool]] = []  # where each begins, and whether numbers are in it
    chroma = 0
    for tag in tags(table):
        name = tag["name"].lower()
        if name == "table":
            return None  # a table of the page's layout: it is not the one
        if name in ("td", "th") and not tag["end"]:
            kinds = attributes_of(tag["inside"]).get("class", "").split()
            chroma += "lntd" in kinds
            first_of_two = "lntd" in kinds and chroma % 2 == 1
            cells.append((tag.end(), first_of_two or not _NUMBERS.isdisjoint(kinds)))
    if len({numbers for _, numbers in cells}) < 2:
        return None
    ends = [*cells[1:], (len(table), False)]
    return [
        _inside_pre(table[start:end])
        for (start, numbers), (end, _) in zip(cells, ends, strict=True)
        if not numbers
    ]


def _inside_pre(cell: str) -> str:
    """What the last `<pre>` of a cell holds, or else the cell."""
    start, end = 0, len(cell)
    for tag in tags(cell):
        if tag["name"].lower() == "pre":
            start, end = (start, tag.start()) if tag["end"] else (tag.end(), len(cell))
    return cell[start:end]


def _bare(code: str) -> str:
    """Code without tags."""
    pieces, done = [], 0
    for tag in tags(code):
        name = tag["name"].lower()
        line_end = "\n" if name == "br" else ""
        pieces += [code[done : tag.start()], line_end]
        done = tag.end()
    return "".join([*pieces, code[done:]])


def _tags_around(table: Element) -> str:
    """The tags that stand open right before a table; a caption may stand between."""
    before = table.text[max(0, table.start - _NEAR) : table.start]
    before = _CAPTION.sub("", before) + table.text[table.start : table.opened]
    return before[before.rfind("</") + 1 :]


def _language(markup: str) -> str:
    """The language that the classes of some tags name; empty if none does."""
    for tag in tags(markup[:2_000]):
        attributes = attributes_of(tag["inside"])
        kinds = attributes.get("class", "")
        found = _LANGUAGE.search(kinds) or _HEXO.fullmatch(kinds)
        name = attributes.get("data-lang", "") or (found[1] if found else "")
        if _NAME.fullmatch(name) and name not in _NO_LANGUAGE:
            return name
    return ""


def without_numbers(pre: Element) -> str | None:
    """Code without the numbers that stand before each of its lines; None if it has none."""
    if not any(hint in pre.holds for hint in HINTS):
        return None
    opening, ending = pre.text[pre.start : pre.opened], pre.text[pre.closed : pre.end]
    return f"{opening}{rewritten(pre.holds, _UNNUMBERED)}{ending}"


def _unnumbered(element: Element) -> str | None:
    return None if _NUMBERS.isdisjoint(element.attributes.get("class", "").split()) else ""


_UNNUMBERED: Final = {"span": _unnumbered, "a": _unnumbered}
