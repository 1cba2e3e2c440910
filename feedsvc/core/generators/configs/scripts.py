"""Reads literals in Python, JavaScript, TypeScript and JSON. No text is ever run.

A value that only a program could compute is a NotLiteral; the values around it are still read.
"""

from collections.abc import Iterator
from typing import Final

from feedsvc.core.generators.configs.config_values import (
    DEEPEST,
    ConfigValue,
    Content,
    NotLiteral,
    UnreadableConfigError,
)
from feedsvc.core.generators.configs.tokens import Tokens, python_tokens, script_tokens

_CONSTANTS: Final[dict[str, bool | None]] = {
    **{"true": True, "True": True, "false": False, "False": False},
    **dict.fromkeys(("null", "None", "undefined")),
}
_ENDS: Final = frozenset([",", ";", ")", "]", "}"])
_DECLARING: Final = ("const", "let", "var")
_TYPING: Final = ("as", "satisfies")
_STATEMENTS: Final = frozenset(
    [*_DECLARING, "export", "import", "function", "class", "interface", "type", "enum"]
)
_LONGEST_TYPE: Final = 50  # tokens between a name and its value
# Calls whose arguments are config (11ty, Astro): the key of their list is `name()`.
_CALLS: Final = frozenset(["addPlugin", "setInputDirectory", "glob"])


def json_value(text: str) -> ConfigValue:
    """The value of JSON, with comments if there are any. Raises UnreadableConfigError."""
    value = _Script(script_tokens(text)).value(0)[0]
    if not value.keys and value.content != {}:
        raise UnreadableConfigError("is not a JSON object", value.line)
    return value


def script_value(text: str) -> ConfigValue:
    """The literals of a module of JavaScript or TypeScript, by the names of its constants.

    `default` is what it exports (`export default`, `module.exports`), or what the function
    returns that it exports. `addPlugin()` and the like are the lists of arguments of calls.
    Raises UnreadableConfigError.
    """
    return _Script(script_tokens(text)).module()


def python_value(text: str) -> ConfigValue:
    """The literals that a module of Python assigns at its top level, by name.

    The last one counts. Raises UnreadableConfigError.
    """
    return _Python(python_tokens(text)).module()


class _Literals:
    """Reads literals at positions in the tokens of one file."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._all = tokens.all
        self._last = len(tokens.all) - 1
        self.names: dict[str, ConfigValue] = {}

    def value(self, start: int, depth: int = 0) -> tuple[ConfigValue, int]:
        """The value of the expression at `start`, and the position of what ends it."""
        value, after = self._operand(start, depth)
        if self._ends(after):
            return value, after
        why = value.content if isinstance(value.content, NotLiteral) else NotLiteral()
        return ConfigValue(why, self._all[start].line), self.skipped(start)

    def _operand(self, start: int, depth: int) -> tuple[ConfigValue, int]:
        """The value of the literal at `start`, and the position after it."""
        token = self._all[start]
        content: Content = NotLiteral()
        after = self._tokens.after(start)
        match token.kind, token.value:
            case "text", _:
                content = token.not_literal or token.value
            case "number", _:
                content = _number(token.value)
            case "mark", "-" if self._all[start + 1].kind == "number":
                content, after = _number(f"-{self._all[start + 1].value}"), start + 2
            case "mark", "{" | "[" | "(" if depth > DEEPEST:
                content = NotLiteral("is nested too deep")
            case "mark", "{":
                content = dict(self._members(start, depth))
            case "mark", "[":
                content = tuple(self._list(start, depth))
            case "mark", "(":
                return self._in_parentheses(start, depth), after
            case "word", word if word in _CONSTANTS:
                content = _CONSTANTS[word]
            case "word", word if word in self.names:
                return self.names[word], after
        return ConfigValue(content, token.line), after

    def _in_parentheses(self, start: int, depth: int) -> ConfigValue:
        value, after = self.value(start + 1, depth + 1)
        if after == self._tokens.after(start) - 1:
            return value
        return ConfigValue(NotLiteral(), value.line)

    def _list(self, start: int, depth: int) -> Iterator[ConfigValue]:
        """The values between the bracket at `start` and its partner."""
        position, end = start + 1, self._tokens.after(start) - 1
        while position < end:
            value, position = self.value(position, depth + 1)
            yield value
            position += 1  # the comma

    def _members(self, start: int, depth: int) -> Iterator[tuple[str, ConfigValue]]:
        """The members of a map. Those that are not `key: value` are left out."""
        position, end = start + 1, self._tokens.after(start) - 1
        while position < end:
            key = self._all[position]
            if self.is_mark(position + 1, ":") and key.kind in ("word", "text", "number"):
                value, position = self.value(position + 2, depth + 1)
                yield key.value, value
            elif key.value in self.names and self._ends(position + 1):
                yield key.value, self.names[key.value]  # `{ title }`
            position = self.skipped(position) + 1

    def _ends(self, position: int) -> bool:
        """True if no expression goes on at this position."""
        token = self._all[position]
        return token.kind == "line" or (token.kind == "mark" and token.value in _ENDS)

    def skipped(self, position: int) -> int:
        """The position of what ends the expression at `position`."""
        while not self._ends(position):
            position = self._tokens.after(position)
        return position

    def is_mark(self, position: int, mark: str) -> bool:
        """True if the token is this mark."""
        token = self._all[min(position, self._last)]
        return token.kind == "mark" and token.value == mark


class _Python(_Literals):
    def module(self) -> ConfigValue:
        for position, token in enumerate(self._all):
            begins_line = position == 0 or self._all[position - 1].kind == "line"
            if not begins_line or token.kind != "word" or token.is_indented:
                continue
            equals = position + 1
            if self.is_mark(equals, ":"):  # an annotation
                equals += 2
            if self.is_mark(equals, "=") and not self.is_mark(equals + 1, "="):
                self.names[token.value] = self.value(equals + 1)[0]
        return ConfigValue(self.names, 1)

    def _operand(self, start: int, depth: int) -> tuple[ConfigValue, int]:
        value, after = super()._operand(start, depth)
        while self._all[after].kind == "text" and isinstance(value.content, str | NotLiteral):
            token = self._all[after]  # "one " "text"
            content = token.not_literal or value.content
            if isinstance(content, str):
                content += token.value
            value, after = ConfigValue(content, value.line), after + 1
        return value, after

    def _in_parentheses(self, start: int, depth: int) -> ConfigValue:
        members = tuple(self._list(start, depth))
        if len(members) == 1 and not self.is_mark(self._tokens.after(start) - 2, ","):
            return members[0]
        return ConfigValue(members, self._all[start].line)


class _Script(_Literals):
    def module(self) -> ConfigValue:
        self._read_statements(0, self._last)
        for name in _CALLS:
            self.names[f"{name}()"] = ConfigValue(tuple(self._arguments(name)), 1)
        return ConfigValue(self.names, 1)

    def _arguments(self, name: str) -> Iterator[ConfigValue]:
        """The arguments of each call of a function, as a list."""
        for position, token in enumerate(self._all):
            if token.value == name and token.kind == "word" and self.is_mark(position + 1, "("):
                yield ConfigValue(tuple(self._list(position + 1, 0)), token.line)

    def _read_statements(self, position: int, end: int) -> None:
        """Read what is declared, exported and returned between two positions."""
        while position < end:
            token, after = self._all[position], self._tokens.after(position)
            if token.kind == "word" and token.value in _DECLARING:
                self._declare(after)
            elif token.value == "default" and self._all[position - 1].value == "export":
                self._export(after)
            elif token.value == "exports" and self.is_mark(after, "="):
                self._export(after + 1)
            elif token.value == "return":
                self.names["default"] = self.value(after)[0]
            position = after

    def _declare(self, position: int) -> None:
        """Read `name = value` or `name: Type = value`."""
        name, equals = self._all[position], self._tokens.after(position)
        for _ in range(_LONGEST_TYPE):
            if self._all[equals].value in ("=", ";") or self._all[equals].value in _STATEMENTS:
                break
            equals = self._tokens.after(equals)
        if name.kind == "word" and self.is_mark(equals, "="):
            self.names[name.value] = self.value(equals + 1)[0]

    def _export(self, start: int) -> None:
        body = self._body(start)
        if body is None:
            self.names["default"] = self.value(start)[0]
        else:
            self._read_statements(body + 1, self._tokens.after(body) - 1)

    def _body(self, start: int) -> int | None:
        """The position of the brace that begins the body of the function at `start`."""
        position, is_function = start, self._all[start].value in ("function", "async")
        while position < self._last and not self.is_mark(position, ";"):
            if is_function and self.is_mark(position, "{"):
                return position
            if self._ends(position) and not is_function:
                return None
            is_function = is_function or self.is_mark(position, "=>")
            position = self._tokens.after(position)
        return None

    def _operand(self, start: int, depth: int) -> tuple[ConfigValue, int]:
        token = self._all[start]
        is_define = token.value.startswith("define") and self.is_mark(start + 1, "(")
        if is_define and depth <= DEEPEST:
            return self.value(start + 2, depth + 1)[0], self._tokens.after(start + 1)
        value, after = super()._operand(start, depth)
        if self._all[after].value in _TYPING:  # `{} as const`
            after = self.skipped(after)
        return value, after

    def _ends(self, position: int) -> bool:
        if super()._ends(position):
            return True
        token, before = self._all[position], self._all[position - 1]
        is_next_line = position > 0 and token.line > before.line
        is_complete = before.kind != "mark" or before.value in ")]}"
        return is_next_line and is_complete and token.kind in ("word", "text", "number")


def _number(text: str) -> Content:
    try:
        return int(text) if len(text) < 20 else NotLiteral()
    except ValueError:
        return NotLiteral("is not a whole number")
