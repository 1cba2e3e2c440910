"""Colours the code of posts on their pages: spans with the classes of Pygments.

Feeds have none of it. What is coloured depends only on the text: with a limit of time, a busy
machine would answer with other bytes.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape, unescape
from itertools import groupby
from operator import itemgetter
from typing import Final

from pygments.token import STANDARD_TYPES, Token

_BLOCK = re.compile(
    r"<pre(?P<pre>[^<>]*+)><code(?P<code>[^<>]*+)>(?P<text>[^<]++)</code></pre>"
)
_LANGUAGE = re.compile(r"\b(?:language|lang)-([\w+#.-]{1,40})")
_LONGEST: Final = 10_000  # characters of a block that is coloured
_MOST: Final = 30_000  # characters that are coloured on a page
# Some lexers need quadratic time for these. No person writes them.
_ODD = re.compile(r"\s{200}|[^\n]{1000}")
# So do these two, for names without the signs of a method or an end.
_NAMES_ONLY = re.compile(r"[^(){};=\"']{400}")
_SEARCH_METHODS: Final = frozenset(["csharp", "java"])
_KEPT: Final = 64  # blocks whose colours stay in memory

# What authors write, by the name of a lexer of Pygments. Others may need seconds for a text
# that is made to be slow; tests/web/pages/test_code_colours.py measures these.
_NAMES: Final = {
    "bash": "bash sh shell zsh",
    "c": "c",
    "console": "console shell-session sh-session",
    "cpp": "c++ cpp cxx",
    "csharp": "c# cs csharp",
    "css": "css",
    "dart": "dart",
    "diff": "diff patch",
    "docker": "docker dockerfile",
    "elixir": "elixir ex exs",
    "go": "go golang",
    "haskell": "haskell hs",
    "html": "html xhtml",
    "ini": "cfg ini",
    "java": "java",
    "javascript": "javascript js jsx mjs",
    "json": "json json5 jsonc",
    "kotlin": "kotlin kt",
    "lua": "lua",
    "make": "make makefile",
    "nginx": "nginx",
    "php": "php",
    "powershell": "powershell ps1",
    "python": "py py3 python python3",
    "r": "r",
    "ruby": "rb ruby",
    "rust": "rs rust",
    "scala": "scala",
    "scss": "scss",
    "sql": "mysql postgresql sql",
    "swift": "swift",
    "toml": "toml",
    "typescript": "ts tsx typescript",
    "xml": "atom rss svg xml",
    "yaml": "yaml yml",
}
_LEXERS: Final = {name: lexer for lexer, names in _NAMES.items() for name in names.split()}

# The tokens that have a class in style.css. Others have that of their nearest ancestor here.
_CLASSES: Final = {
    token: STANDARD_TYPES[token]
    for token in (
        *(Token.Comment, Token.Keyword, Token.String, Token.Number, Token.Operator.Word),
        *(Token.Name.Attribute, Token.Name.Builtin, Token.Name.Class, Token.Name.Decorator),
        *(Token.Name.Function, Token.Name.Tag, Token.Name.Variable),
        *(Token.Generic.Deleted, Token.Generic.Heading, Token.Generic.Inserted),
        *(Token.Generic.Output, Token.Generic.Prompt),
    )
}


def coloured(content: str) -> str:
    """Safe HTML with coloured code in the blocks that name their language."""
    pieces: list[str] = []
    done, rest = 0, _MOST
    for block in _BLOCK.finditer(content) if "<pre" in content else ():
        lexer, text = _lexer_of(block), block["text"]
        if lexer and len(text) <= min(_LONGEST, rest) and not _is_odd(lexer, text):
            pieces += [content[done : block.start("text")], _spans(lexer, text)]
            done, rest = block.end("text"), rest - len(text)
    return "".join([*pieces, content[done:]])


def _is_odd(lexer: str, text: str) -> bool:
    if lexer in _SEARCH_METHODS and _NAMES_ONLY.search(text):
        return True
    return _ODD.search(text) is not None


def _lexer_of(block: re.Match[str]) -> str | None:
    name = _LANGUAGE.search(f"{block['code']} {block['pre']}")
    return _LEXERS.get(name[1].lower()) if name else None


@lru_cache(maxsize=_KEPT)
def _spans(lexer: str, text: str) -> str:
    """The text of a block, which is HTML, in spans."""
    code = unescape(text)
    tokens = list(_tokens(lexer, code))
    if "".join(words for _, words in tokens) != code:  # the lexer of consoles may lose a line
        return text
    pieces = []
    for css_class, group in groupby(tokens, key=itemgetter(0)):
        part = escape("".join(words for _, words in group), quote=False)
        pieces.append(f'<span class="{css_class}">{part}</span>' if css_class else part)
    return "".join(pieces)


def _tokens(lexer: str, code: str) -> Iterator[tuple[str, str]]:
    """The class and the text of each token; the class of most is empty."""
    from pygments.lexers import get_lexer_by_name  # takes 20 ms, and feeds do not need it

    # By default, lexers remove line ends at the start and add one at the end.
    for token, words in get_lexer_by_name(lexer, stripnl=False, ensurenl=False).get_tokens(
        code
    ):
        while token not in _CLASSES and token.parent:
            token = token.parent
        yield _CLASSES.get(token, "") if words.strip() else "", words
