"""Marks that one generator has and others do not, as Markdown or HTML.

- pandoc (Quarto): `H~2~O`, `x^2^`, `[words]{.class}`, attributes behind links and pictures, and
  captions below tables
- Python-Markdown (MkDocs, Pelican, Nikola): attributes behind spans and blocks, and the
  language at the start of indented code, `:::python`
- kramdown (Jekyll): tables without a head, and lines such as `|---+---|` anywhere in them
- PyMdown (MkDocs): CriticMarkup, keys such as `++ctrl+c++`, and icons such as `:material-tea:`

In the folders of other generators they stay text. Code, formulas, tags and URLs stay as well.
"""

import re
from collections.abc import Callable
from typing import Final

from feedsvc.core.markdown.code import outside_code, sub_outside_code
from feedsvc.core.text import AnyOf

_KEPT: Final = r"""(?P<kept>\\.|\$\$[^$]{1,2000}+\$\$|\$(?!\s)[^$\n]{1,500}+(?<!\s)\$
    |<[A-Za-z/!][^<>\n]{0,2000}+>|\]\([^()\s]{0,2000}+\)|https?://[^\s<>]++)"""
_ATTRIBUTES: Final = r"""\{:?[ ]*+(?:(?:[.\#][\w:-]++
    |[\w:-]++=(?:"[^"\n]{0,300}+"|'[^'\n]{0,300}+'|[^\s"'{}]++))[ ]*+)++\}"""
# Ten signs at most: `价格5~7元，重量10~20克` has none of them, and `5~7,10~20` are two ranges.
_SIGNS: Final = "[0-9A-Za-z+=()*.,-]{1,10}+"
_PANDOC = re.compile(
    rf"""{_KEPT} | ~~++ | \^\^++
    | (?<=\|\n\n)(?:Table)?:[ ]++(?P<caption>[^\s{{}}][^\n{{}}]{{0,1000}}+)
        (?:{_ATTRIBUTES})?[ ]*+(?=\n|\Z)
    | (?<![\]!])\[(?P<words>[^\[\]\n]{{1,500}}+)\]{_ATTRIBUTES}
    | (?<=[)\]`>])(?P<attributes>{_ATTRIBUTES})
    | (?<!\d)~(?P<sub>{_SIGNS})~(?!~) | (?<=\d)~(?P<sub2>{_SIGNS})~(?![~\d])
    | \^(?P<sup>{_SIGNS})\^(?!\^)""",
    re.VERBOSE | re.DOTALL,
)
_PYTHON: Final = rf"""(?P<attributes>(?<=[)\]`>*_]){_ATTRIBUTES}
    |^[ \t]*+{_ATTRIBUTES}[ \t]*+$)"""
_PYTHON_MARKDOWN = re.compile(rf"{_KEPT} | {_PYTHON}", re.VERBOSE | re.DOTALL | re.MULTILINE)
_PYMDOWN = re.compile(
    rf"""{_KEPT} | {_PYTHON}
    | \{{(?:(?P<mark>\+\+|--|==)(?P<words>[^{{}}\n]{{1,1000}}?)(?P=mark)
        |>>(?P<comment>[^{{}}\n]{{1,1000}}?)<<
        |~~(?P<old>(?:[^{{}}\n~]|~(?!>)){{1,1000}}+)~>(?P<new>[^{{}}\n]{{0,1000}}?)~~)\}}
    | (?<![+\w])\+\+(?P<keys>[a-z0-9-]{{1,20}}+(?:\+[a-z0-9-]{{1,20}}+){{0,5}})\+\+(?![+\w])
    | (?P<icon>:(?:material|fontawesome|octicons|simple)-[a-z0-9-]{{1,100}}+:
        (?:{_ATTRIBUTES})?)""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
# https://python-markdown.github.io/extensions/code_hilite/#syntax
_LANGUAGE_LINE = re.compile(
    r"(?:\A|(?<=\n\n))(?: {4}|\t)\s{0,8}+:::[\w.+#-]++[ \t]*+\n(?=[ \t])"
)
_WITH_LANGUAGE_LINES: Final = frozenset(["pelican", "nikola", "mkdocs"])
# https://kramdown.gettalong.org/syntax.html#tables
_TABLE_START = re.compile(r"(?:\A|(?<=\n\n))\|")
_TABLE = re.compile(r"(?:\|[^\n|]*+\|[^\n]*+(?:\n|\Z)){2,}+")
_TABLE_LINE = re.compile(r"\|[ \t:=|+-]*+(?<=[=|+:-])[ \t]*+")
_CELL_END = re.compile(r"(?<=.)(?<!\\)\|(?=[ \t]*+\S)")
_CRITIC: Final = {"++": "ins", "--": "del", "==": "mark"}


def _of_pandoc(mark: re.Match[str]) -> str:
    words = mark["words"] or mark["caption"]
    if words:
        return str(words)
    sub = mark["sub"] or mark["sub2"]
    if sub:
        return f"<sub>{sub}</sub>"
    if mark["sup"]:
        return f"<sup>{mark['sup']}</sup>"
    return "" if mark["attributes"] else mark[0]


def _of_python_markdown(mark: re.Match[str]) -> str:
    return "" if mark["attributes"] else mark[0]


def _of_pymdown(mark: re.Match[str]) -> str:
    if mark["attributes"] or mark["icon"]:
        return ""
    if mark["mark"]:
        tag = _CRITIC[mark["mark"]]
        return f"<{tag}>{mark['words']}</{tag}>"
    if mark["comment"]:
        return f"<span>{mark['comment']}</span>"
    if mark["old"]:
        return f"<del>{mark['old']}</del><ins>{mark['new']}</ins>"
    if mark["keys"]:
        return "+".join(
            f"<kbd>{key.replace('-', ' ').title()}</kbd>" for key in mark["keys"].split("+")
        )
    return mark[0]


def _with_tables(markdown: str) -> str:
    pieces: list[str] = []
    done = 0
    for start in outside_code(_TABLE_START, markdown):
        table = _TABLE.match(markdown, start.start())
        if table:
            pieces += [markdown[done : table.start()], _github_table(table[0])]
            done = table.end()
    return "".join([*pieces, markdown[done:]])


def _is_line(row: str) -> bool:
    """True for a line of a table. `| - | - |` can be a row without values."""
    return bool(("--" in row or "==" in row) and _TABLE_LINE.fullmatch(row))


def _github_table(table: str) -> str:
    """A table of kramdown with one line below its head, and no other lines."""
    lines = table.rstrip("\n").split("\n")
    rows = [line for line in lines if not _is_line(line)]
    if not rows:
        return table
    below = "".join(lines[lines.index(rows[0]) + 1 :][:1])
    if _TABLE_LINE.fullmatch(below):
        head, line = rows[0], below.replace("+", "|").replace("=", "-")
        rows = rows[1 if _is_line(below) else 2 :]
    else:
        cells = len(_CELL_END.findall(rows[0])) + 1
        head, line = "|" + " |" * cells, "|" + "---|" * cells
    return "\n".join([head, line, *rows]) + "\n" * table.endswith("\n")


_Mark = tuple[re.Pattern[str], Callable[[re.Match[str]], str], AnyOf]
_MARKS: Final[dict[str, _Mark]] = {
    "quarto": (_PANDOC, _of_pandoc, AnyOf("~", "^", "{", "|\n\n:", "|\n\nTable:")),
    "mkdocs": (_PYMDOWN, _of_pymdown, AnyOf("{", "++", ":")),
    "pelican": (_PYTHON_MARKDOWN, _of_python_markdown, AnyOf("{")),
    "nikola": (_PYTHON_MARKDOWN, _of_python_markdown, AnyOf("{")),
}


def with_generator_marks(markdown: str, generator: str) -> str:
    """Markdown with the marks of the generator translated, or removed if a feed has no use."""
    if generator == "jekyll" and "\n|" in markdown:
        return _with_tables(markdown)
    if generator not in _MARKS:
        return markdown
    if ":::" in markdown and generator in _WITH_LANGUAGE_LINES:
        markdown = _LANGUAGE_LINE.sub("", markdown)
    pattern, replacement, hints = _MARKS[generator]
    if not hints.is_in(markdown):
        return markdown
    return sub_outside_code(pattern, replacement, markdown)
