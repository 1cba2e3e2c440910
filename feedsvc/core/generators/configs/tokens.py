"""Splits Python and JavaScript into tokens, in time that grows with the length of the text."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from feedsvc.core.generators.configs.config_values import NotLiteral, UnreadableConfigError
from feedsvc.core.text import legal

Kind: TypeAlias = Literal["text", "number", "word", "mark", "line"]

_MOST_TOKENS: Final = 30_000  # of one file; configs of large sites have 9,000
_PAIRS: Final = {"(": ")", "[": "]", "{": "}"}

# An unclosed string or comment ends with the line or the text, so that nothing is read twice.
_PYTHON = re.compile(
    r"""(?P<space>[^\S\n]++|\\\n|\#[^\n]*+)
    | (?P<text>(?P<prefix>[A-Za-z]{0,2})(?:
        (?P<long>\"{3}|'{3})(?P<body>(?:[^\\"']++|\\.|(?!(?P=long))["'])*+)(?:(?P=long))?
        | "(?P<double>(?:[^"\\\n]++|\\.)*+)"? | '(?P<single>(?:[^'\\\n]++|\\.)*+)'?))
    | (?P<number>[0-9][0-9a-zA-Z_.]*+)
    | (?P<word>[^\W\d]\w*+)
    | (?P<line>\n)
    | (?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
_SCRIPT = re.compile(
    r"""(?P<space>\s++|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?|\#![^\n]*+)
    | (?P<text>"(?P<double>(?:[^"\\\n]++|\\.)*+)"? | '(?P<single>(?:[^'\\\n]++|\\.)*+)'?)
    | (?P<number>[0-9][0-9a-zA-Z_.]*+)
    | (?P<word>[^\W\d][\w$]*+|\$[\w$]*+)
    | (?P<template>`)
    | (?P<mark>\.{3}|=>|.)""",
    re.VERBOSE | re.DOTALL,
)
_TEMPLATE = re.compile(r"[`}{]|\$\{|\\.", re.DOTALL)
_REGEX = re.compile(  # its limits keep the time linear for texts that only begin like one
    r"/(?:[^/\\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n]){0,200}+\]){1,500}+/[a-z]*+"
)
_BEFORE_REGEX: Final = frozenset([*"(,=:[!&|?{};+*%<>~^", "=>", "return", "typeof", "case"])
_ESCAPE = re.compile(
    r"\\(?:u\{(?P<braces>[0-9A-Fa-f]{1,6})\}|u(?P<four>[0-9A-Fa-f]{4})"
    r"|U(?P<eight>[0-9A-Fa-f]{8})|x(?P<two>[0-9A-Fa-f]{2})|(?P<other>.))",
    re.DOTALL,
)
_ESCAPED: Final = {
    "n": "\n", "t": "\t", "r": "\r", "b": "", "f": "", "v": "", "a": "", "0": "", "\n": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A token. The value of a text is what it means; `not_literal` says why it has none."""

    kind: Kind
    value: str
    line: int
    not_literal: NotLiteral | None = None
    is_indented: bool = True  # of Python: false in the first column


class Tokens:
    """The tokens of a file, without comments, and the positions of the brackets' partners.

    A token of the kind `line` ends a line of Python outside brackets; there is one at the end
    of any file, so that looking one token ahead is always possible.
    """

    def __init__(self, tokens: Iterator[Token], text: str) -> None:
        self.all: list[Token] = []
        for token in tokens:
            if len(self.all) >= _MOST_TOKENS:
                raise UnreadableConfigError("is too long a program to look through", token.line)
            self.all.append(token)
        self.all.append(Token("line", "", text.count("\n") + 1))
        self._closing = self._partners()

    def after(self, position: int) -> int:
        """The position after the token, or after the bracket's partner; at most the last."""
        return min(self._closing.get(position, position) + 1, len(self.all) - 1)

    def _partners(self) -> dict[int, int]:
        """The position of the closing bracket for each opening one; unclosed: the last."""
        closing: dict[int, int] = {}
        open_ones: list[int] = []
        for position, token in enumerate(self.all):
            if token.kind != "mark":
                continue
            if token.value in _PAIRS:
                open_ones.append(position)
            elif token.value in ")]}" and open_ones:
                closing[open_ones.pop()] = position
        closing |= dict.fromkeys(open_ones, len(self.all) - 1)
        return closing


def python_tokens(text: str) -> Tokens:
    """The tokens of Python. Raises UnreadableConfigError for more than a config has."""
    return Tokens(_python(text, _lines(text)), text)


def script_tokens(text: str) -> Tokens:
    """The tokens of JavaScript, TypeScript or JSON. Raises as `python_tokens` does."""
    return Tokens(_script(text, _lines(text)), text)


def _lines(text: str) -> Callable[[int], int]:
    starts = [match.end() for match in re.finditer("\n", text)]
    return lambda index: bisect_right(starts, index) + 1


def _python(text: str, line: Callable[[int], int]) -> Iterator[Token]:
    depth = 0
    for match in _PYTHON.finditer(text):
        kind = match.lastgroup
        at = line(match.start())
        if match["text"] is not None:
            yield _python_text(match, at)
        elif kind == "line":
            if not depth:
                yield Token("line", "", at)
        elif kind == "mark":
            depth += (match[0] in _PAIRS) - (match[0] in ")]}")
            depth = max(depth, 0)
            yield Token("mark", match[0], at)
        elif kind != "space":
            indented = match.start() > 0 and text[match.start() - 1] != "\n"
            name: Kind = "number" if kind == "number" else "word"
            yield Token(name, match[0], at, is_indented=indented)


def _python_text(match: re.Match[str], line: int) -> Token:
    prefix = match["prefix"].lower()
    bodies = (match["body"], match["double"], match["single"])
    body = next(each for each in bodies if each is not None)
    if "b" in prefix or prefix not in ("", "r", "u", "f", "rf", "fr"):
        return Token("text", "", line, NotLiteral())
    if "f" in prefix and "{" in body:
        return Token("text", "", line, NotLiteral("is computed"))
    return Token("text", legal(body) if "r" in prefix else _unescaped(body), line)


def _script(text: str, line: Callable[[int], int]) -> Iterator[Token]:
    position, before = 0, ""
    while match := _SCRIPT.match(text, position):
        kind, position, at = match.lastgroup, match.end(), line(match.start())
        if match["template"]:
            token, position = _template(text, match.end(), at)
        elif match["text"] is not None:
            body = match["double"] if match["single"] is None else match["single"]
            token = Token("text", _unescaped(body), at)
        elif kind == "space":
            continue
        elif match[0] == "/" and (not before or before in _BEFORE_REGEX):
            regex = _REGEX.match(text, match.start())
            position = regex.end() if regex else position
            token = Token("text", "", at, NotLiteral("is a pattern"))
        elif kind == "mark":
            token = Token("mark", match[0], at)
        else:
            token = Token("number" if kind == "number" else "word", match[0], at)
        before = token.value if token.kind in ("mark", "word") else "a value"
        yield token


def _template(text: str, start: int, line: int) -> tuple[Token, int]:
    """The template literal whose content begins at `start`, and its end."""
    braces: list[str] = []  # of `${` and `{` that are open
    end = len(text)
    computed = False
    for match in _TEMPLATE.finditer(text, start):
        mark = match[0]
        if mark == "`" and not braces:
            end = match.start()
            break
        if mark == "${" or (mark == "{" and braces):
            computed = True
            braces.append(mark)
        elif mark == "}" and braces:
            braces.pop()
    if computed:
        return Token("text", "", line, NotLiteral("is computed")), end + 1
    return Token("text", _unescaped(text[start:end]), line), end + 1


def _unescaped(body: str) -> str:
    if "\\" not in body:
        return legal(body)
    text = _ESCAPE.sub(_meant, body)
    # JavaScript writes a character beyond U+FFFF as two.
    return legal(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _meant(escape: re.Match[str]) -> str:
    digits = escape["braces"] or escape["four"] or escape["eight"] or escape["two"]
    if digits:
        number = int(digits, 16)
        return chr(number) if number <= 0x10FFFF else "\ufffd"
    return _ESCAPED.get(escape["other"], escape["other"])
