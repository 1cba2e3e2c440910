"""Code with line numbers becomes plain code, with the language that the markup names.

Hexo, Rouge (Jekyll), Chroma (Hugo) and Pygments write tables of numbers and code. Without this,
the numbers would be copied with the code, and the language would be lost with the classes.
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
_NEAR: Final = 600  # characters before the table that may name its language


def code_of_table(table: Element) -> str | None:
    """The code in a table of code and line numbers; None for other tables."""
    rows = _code_rows(table.inner_html)
    if rows is None:
        return None
    code = "".join(rows) if len(rows) == 1 else "\n".join(row.rstrip("\n") for row in rows)
    language = _language(code) or _language(_tags_around(table))
    css_class = f' class="language-{language}"' if language else ""
    return f"<pre><code{css_class}>{_without_tags(code)}</code></pre>"


def _code_rows(table: str) -> list[str] | None:
    """The code of each row; None if the table has no line numbers."""
    cells: list[tuple[int, bool]] = []  # where a cell begins, and if it holds numbers
    chroma_cells = 0
    for tag in tags(table):
        name = tag["name"].lower()
        if name == "table":
            return None  # an outer table of the layout
        if name in ("td", "th") and not tag["end"]:
            classes = attributes_of(tag["inside"]).get("class", "").split()
            chroma_cells += "lntd" in classes  # Chroma: first the numbers, then the code
            is_first = "lntd" in classes and chroma_cells % 2 == 1
            cells.append((tag.end(), is_first or not _NUMBERS.isdisjoint(classes)))
    if len({is_numbers for _, is_numbers in cells}) < 2:
        return None
    ends = [*cells[1:], (len(table), False)]
    return [
        _inside_pre(table[start:end])
        for (start, is_numbers), (end, _) in zip(cells, ends, strict=True)
        if not is_numbers
    ]


def _inside_pre(cell: str) -> str:
    """The content of the last `<pre>` in a cell, or else the whole cell."""
    start, end = 0, len(cell)
    for tag in tags(cell):
        if tag["name"].lower() == "pre":
            start, end = (start, tag.start()) if tag["end"] else (tag.end(), len(cell))
    return cell[start:end]


def _without_tags(code: str) -> str:
    """The text of code. A `<br>` becomes a line end."""
    pieces, done = [], 0
    for tag in tags(code):
        name = tag["name"].lower()
        line_end = "\n" if name == "br" else ""
        pieces += [code[done : tag.start()], line_end]
        done = tag.end()
    return "".join([*pieces, code[done:]])


def _tags_around(table: Element) -> str:
    """The tags that are open just before a table; a caption may be between them."""
    before = table.text[max(0, table.start - _NEAR) : table.start]
    before = _CAPTION.sub("", before) + table.text[table.start : table.opened]
    return before[before.rfind("</") + 1 :]


def _language(markup: str) -> str:
    """The language that a class or `data-lang` names; empty if there is none."""
    for tag in tags(markup[:2_000]):
        attributes = attributes_of(tag["inside"])
        classes = attributes.get("class", "")
        match = _LANGUAGE.search(classes) or _HEXO.fullmatch(classes)
        name = attributes.get("data-lang", "") or (match[1] if match else "")
        if _NAME.fullmatch(name) and name not in _NO_LANGUAGE:
            return name
    return ""


def without_numbers(pre: Element) -> str | None:
    """The `<pre>` without the numbers before its lines; None if it has none."""
    if not any(hint in pre.inner_html for hint in HINTS):
        return None
    opening, ending = pre.text[pre.start : pre.opened], pre.text[pre.closed : pre.end]
    return f"{opening}{rewritten(pre.inner_html, _WITHOUT_NUMBERS)}{ending}"


def _dropped_number(element: Element) -> str | None:
    return None if _NUMBERS.isdisjoint(element.attributes.get("class", "").split()) else ""


_WITHOUT_NUMBERS: Final = {"span": _dropped_number, "a": _dropped_number}
