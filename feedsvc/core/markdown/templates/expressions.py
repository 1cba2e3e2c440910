"""Reads what stands between the braces of a template: values with filters, and conditions.

The grammar is that of Liquid (https://shopify.github.io/liquid/), with the calls of filters and
the words of Jinja and Nunjucks. What it cannot read, such as `{{ a + b }}`, is no expression.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from feedsvc.core.markdown.templates.filters import filtered
from feedsvc.core.markdown.templates.values import UNKNOWN, Scope, TemplateValue

_TOKEN = re.compile(
    r"\s*+(?:(?P<text>\"[^\"]*+\"|'[^']*+')|(?P<number>-?\d++(?:\.\d++)?+)(?!\w)"
    r"|(?P<sign>==|!=|<>|<=|>=|\.\.|[<>|:,()=])"
    r"|(?P<path>\.?[A-Za-z_$][\w-]*+\??(?:\.\w[\w-]*+\??|\[(?:\"[^\"\]]*+\"|'[^'\]]*+'"
    r"|-?\d{1,9}|[A-Za-z_][\w.-]*+)\])*+))"
)
_KEY = re.compile(r"\.?([\w$-]++\??)|\[(?:\"([^\"]*+)\"|'([^']*+)'|(-?\d++)|([^\]]++))\]")
_CONSTANTS: Final = {
    **dict.fromkeys(("nil", "null", "none", "None", "empty", "blank"), None),
    **{"true": True, "false": False, "True": True, "False": False},
}
_LONGEST: Final = 2_000  # characters of an expression


class _UnreadableError(ValueError):
    """The text is no expression."""


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str
    text: str


def value_of(source: str, scope: Scope) -> TemplateValue | None:
    """The value of an expression in a tuple of one; None if the text is no expression."""
    try:
        parser = _Parser(_tokens(source), scope)
        value = parser.filtered_value()
        parser.expect_end()
    except _UnreadableError:
        return None
    return (value,)


def first_name(source: str) -> str:
    """The first name of an expression, such as `page` or `.Title`; empty for a literal."""
    token = _TOKEN.match(source)
    path = token["path"] if token else None
    name = re.match(r"[.$]*+[\w-]*+", path) if path else None
    return name[0] if name else ""


def is_true(source: str, scope: Scope) -> tuple[bool, bool]:
    """Whether a condition holds, and whether all of its values are known.

    As in Liquid, an unknown value is nil, so it is false. Front matter is known: a key that is
    not there is nil. `and` and `or` are read from the right to the left.
    """
    try:
        return _condition(_tokens(source), scope)
    except _UnreadableError:
        return False, False


def items_of(source: str, scope: Scope) -> TemplateValue:
    """The items of `array`, `(1..5)` or `array limit: 2`; UNKNOWN if they are not known."""
    try:
        parser = _Parser(_tokens(source), scope)
        values = parser.range_or_value()
        return parser.chosen_items(values) if isinstance(values, list) else UNKNOWN
    except _UnreadableError:
        return UNKNOWN


def values_of(source: str, scope: Scope) -> list[TemplateValue]:
    """The values of a list such as `"a", "b" or c`; those that can be read."""
    try:
        parser = _Parser(_tokens(source), scope)
        values = [parser.operand()]
        while parser.takes(",") or parser.takes("or"):
            values.append(parser.operand())
    except _UnreadableError:
        return []
    return values


def _tokens(source: str) -> list[_Lexeme]:
    source = source.strip()
    if len(source) > _LONGEST:
        raise _UnreadableError
    tokens, position = [], 0
    while position < len(source):
        token = _TOKEN.match(source, position)
        if token is None:
            raise _UnreadableError
        kind = token.lastgroup or ""
        tokens.append(_Lexeme(kind, token[kind]))
        position = token.end()
    return tokens


def _condition(tokens: list[_Lexeme], scope: Scope) -> tuple[bool, bool]:
    joints = [n for n, each in enumerate(tokens) if each.text in ("and", "or")]
    starts = [0, *(n + 1 for n in joints)]
    ends = [*joints, len(tokens)]
    held, known = False, True
    for number in range(len(starts) - 1, -1, -1):
        parser = _Parser(tokens[starts[number] : ends[number]], scope)
        holds = parser.comparison()
        known = known and parser.is_known
        if number == len(starts) - 1:
            held = holds
        elif tokens[joints[number]].text == "and":
            held = holds and held
        else:
            held = holds or held
    return held, known


class _Parser:
    """Reads tokens from the left to the right."""

    def __init__(self, tokens: list[_Lexeme], scope: Scope) -> None:
        self._tokens = tokens
        self._scope = scope
        self._position = 0
        self.is_known = True  # all values so far, apart from front matter

    def takes(self, text: str) -> bool:
        """True, and one token on, if the next token is this sign or word."""
        if self._position < len(self._tokens):
            token = self._tokens[self._position]
            if token.text == text and token.kind != "text":
                self._position += 1
                return True
        return False

    def expect_end(self) -> None:
        if self._position < len(self._tokens):
            raise _UnreadableError

    def _next(self, *kinds: str) -> _Lexeme:
        if self._position == len(self._tokens):
            raise _UnreadableError
        token = self._tokens[self._position]
        if token.kind not in kinds:
            raise _UnreadableError
        self._position += 1
        return token

    def operand(self) -> TemplateValue:
        token = self._next("text", "number", "path")
        if token.kind == "text":
            return token.text[1:-1]
        if token.kind == "number":
            return float(token.text) if "." in token.text else int(token.text[:15])
        if token.text in _CONSTANTS:
            return _CONSTANTS[token.text]
        keys = [self._key(each) for each in _KEY.finditer(token.text)]
        root = token.text[0] + str(keys[0]) if token.text[0] == "." else str(keys[0])
        value = self._scope.lookup(root, keys[1:])
        self.is_known = self.is_known and (value is not UNKNOWN or root == "page")
        return value

    def _key(self, key: re.Match[str]) -> TemplateValue:
        if key[4]:
            return int(key[4])
        if key[5]:
            return self._scope.lookup(*_split(key[5]))
        return next((each for each in key.groups()[:3] if each is not None), "")

    def filtered_value(self) -> TemplateValue:
        value = self.operand()
        while self.takes("|"):
            name = self._next("path").text
            value = filtered(name, value, self._arguments(), self._scope)
        return value

    def _arguments(self) -> list[TemplateValue]:
        """Liquid: `name: a, b`. Jinja: `name(a, b)`. Named ones are left out."""
        in_parentheses = self.takes("(")
        values: list[TemplateValue] = []
        if (in_parentheses and not self.takes(")")) or self.takes(":"):
            values += self._argument()
            while self.takes(","):
                values += self._argument()
            if in_parentheses and not self.takes(")"):
                raise _UnreadableError
        return values

    def _argument(self) -> list[TemplateValue]:
        value = self.operand()
        if self.takes(":") or self.takes("="):
            self.operand()
            return []
        return [value]

    def comparison(self) -> bool:
        is_negated = self.takes("not")
        left = self.filtered_value()
        held = self._compared(left)
        self.expect_end()
        return held is not is_negated

    def _compared(self, left: TemplateValue) -> bool:
        if self.takes("is"):
            is_negated = self.takes("not")
            if not self.takes("defined"):
                raise _UnreadableError
            return (left is not UNKNOWN) is not is_negated
        for sign, holds in _COMPARISONS.items():
            if self.takes(sign):
                return holds(_plain(left), _plain(self.filtered_value()))
        if self.takes("in"):
            return _contains(_plain(self.filtered_value()), _plain(left))
        return is_truthy(left)

    def range_or_value(self) -> TemplateValue:
        if not self.takes("("):
            return self.filtered_value()
        first, _, last = self.operand(), self._next("sign"), self.operand()
        if not self.takes(")") or not isinstance(first, int) or not isinstance(last, int):
            raise _UnreadableError
        return list(range(first, min(last, first + _LONGEST) + 1))

    def chosen_items(self, values: list[TemplateValue]) -> list[TemplateValue]:
        """The items that `limit`, `offset` and `reversed` leave."""
        first, last, is_reversed = 0, len(values), False
        while self._position < len(self._tokens):
            if self.takes("reversed"):
                is_reversed = True
                continue
            name, _ = self._next("path").text, self._next("sign")
            number = self.operand()
            if not isinstance(number, int) or name not in ("limit", "offset"):
                raise _UnreadableError
            first, last = (number, last) if name == "offset" else (first, number)
        values = values[first : first + last]
        return values[::-1] if is_reversed else values


def _split(path: str) -> tuple[str, list[TemplateValue]]:
    root, *keys = path.split(".")
    return root, list(keys)


def is_truthy(value: TemplateValue) -> bool:
    """Liquid: all but nil and false is true, also an empty text and 0."""
    return _plain(value) is not None and value is not False


def _plain(value: TemplateValue) -> TemplateValue:
    return None if value is UNKNOWN else value


def _ordered(
    holds: Callable[[float, float], bool],
) -> Callable[[TemplateValue, TemplateValue], bool]:
    def compare(left: TemplateValue, right: TemplateValue) -> bool:
        try:
            return holds(float(left), float(right))
        except (TypeError, ValueError):
            return False

    return compare


def equal(left: TemplateValue, right: TemplateValue) -> bool:
    """Whether two values are equal, as texts.

    Front matter has texts only, so `page.count == 3` compares a text with a number.
    """
    if isinstance(left, bool) or isinstance(right, bool) or left is None or right is None:
        return left is right or (not left and not right and left != 0 != right)
    return str(left) == str(right)


def _contains(whole: TemplateValue, part: TemplateValue) -> bool:
    if isinstance(whole, str):
        return part is not None and str(part) in whole
    return isinstance(whole, list) and any(equal(each, part) for each in whole)


_COMPARISONS: Final[dict[str, Callable[[TemplateValue, TemplateValue], bool]]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<>": lambda left, right: not equal(left, right),
    "<=": _ordered(lambda left, right: left <= right),
    ">=": _ordered(lambda left, right: left >= right),
    "<": _ordered(lambda left, right: left < right),
    ">": _ordered(lambda left, right: left > right),
    "contains": _contains,
}
