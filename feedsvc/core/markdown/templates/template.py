"""Runs the template in one body: statements choose the text, and values are filled in."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from feedsvc.core.markdown.templates.branches import Block, Statement, chosen_branch
from feedsvc.core.markdown.templates.expressions import first_name, items_of, value_of
from feedsvc.core.markdown.templates.holes import HOLE
from feedsvc.core.markdown.templates.values import (
    UNKNOWN,
    Scope,
    TemplateValue,
    is_hugo_root,
    text_of,
)

_ASSIGNMENT = re.compile(r"\s*+([A-Za-z_][\w-]*+)\s*+=(?!=)")
_BLANK_LINE = re.compile(r"\n[ \t]*+\n")
_NO_TEMPLATE = re.compile(
    r"(?:[$^_]|\\[A-Za-z]{1,19}+)\Z"
)  # GitHub Actions; TeX: \frac{{a}}{b}
_LOOP = re.compile(r"\s*+([A-Za-z_]\w*+)\s++in\s")
_CAPTURED = re.compile(r"\s*+[\"']?([A-Za-z_][\w-]*+)")
# Names with a dot outside of code are variables more often than words: exports of Jekyll's
# `_posts` without its config have them.
_DOTTED = re.compile(r"\s*+[A-Za-z_]\w*+(?:\.\w++|\[[^\[\]\n]*+\])++\s*+(?:\|[^\n]*+)?-?")
_UNKNOWN_GENERATORS: Final = ("", "plain")
_VALUE = re.compile(r"\{\{-?([^{}]{0,500}+)\}\}")
_NAMED_VALUE = re.compile(
    r"\"[^\"]*+\"|'[^']*+'|(?<==)(?P<name>[A-Za-z_][\w-]*+(?:\.[A-Za-z_][\w-]*+)*+)(?=\s|\Z)"
)
_FILE_NAME = re.compile(r"[\w.-]*+(?<=\.html|.\.svg|.\.png|.\.jpg|\.jpeg|.\.gif|\.webp)")
_LIQUID = re.compile(  # filters that only Liquid and Jekyll have
    r"\|\s*+(?:(?:relative|absolute)_url|(?:xml_|cgi_|uri_)?escape(?:_once)?|upcase|downcase"
    r"|date_to_\w++|markdownify|strip_html|url_encode|jsonify|append:|prepend:)"
)
_COST_OF_ITERATION: Final = 200  # characters that one more translation is worth


@dataclass(frozen=True, slots=True)
class Step:
    """The text in place of a statement, and where the walk goes on.

    If not `is_known`, a value is missing.
    """

    text: str
    end: int
    is_known: bool = True


class Template:
    """The statements and values of one body, which are met from its start to its end.

    `blocks` gives the blocks of the body. `translate` is the text of a part of it.
    """

    def __init__(
        self,
        scope: Scope,
        blocks: Callable[[], dict[int, Block]],
        translate: Callable[[int, int], str],
    ) -> None:
        self._scope = scope
        self._blocks = blocks
        self._translate = translate
        self._ends: dict[int, int] = {}  # of chosen branches: where the walk goes on

    def step(self, statement: Statement) -> Step | None:
        """What becomes of a statement; None if it is none, or lacks its other half."""
        if statement.start in self._ends:
            return Step("", self._ends[statement.start])
        if statement.name in ("assign", "set"):
            return self._assign(statement)
        if statement.name == "echo":
            text = self._text_of(statement.words)
            return None if text is None else Step(text, statement.end, text != HOLE)
        block = self._blocks().get(statement.start)
        if block is None:
            return None
        if statement.name == "capture":
            return self._capture(block)
        if statement.name in ("for", "tablerow"):
            return self._loop(block)
        number, is_known = chosen_branch(block, self._scope)
        return self._branch(block, number, is_known=is_known)

    def value(self, inner: str, before: str) -> str | None:
        """The text for `{{ inner }}` behind `before`; None if it is not for a template."""
        if inner.startswith(("<", "%", "/")) or _BLANK_LINE.search(inner):
            return None
        if not self._is_for_template(inner, before):
            return None
        text = self._text_of(inner)
        is_of_hugo = inner.lstrip().startswith((".", "$"))
        if is_of_hugo and text in (None, HOLE):
            return HOLE if self._scope.generator == "hugo" else None
        if text is None:  # `{{ a + b }}`
            return HOLE if self._scope.runs_templates and "{{" not in inner else None
        return text

    def filled(self, name: str, words: str) -> str:
        """The words of a tag with the values that they name.

        Jekyll: `include a.html title="{{ page.title }}"` or `title=page.title`.
        """
        if "{{" in words:
            words = _VALUE.sub(lambda value: self._quotable(value[1]), words)
        if name.startswith("include") and "=" in words:
            words = _NAMED_VALUE.sub(self._argument, words)
        return words

    def _argument(self, argument: re.Match[str]) -> str:
        name = argument["name"]
        if name is None or _FILE_NAME.fullmatch(name):
            return argument[0]
        return f'"{self._quotable(name)}"'

    def _quotable(self, expression: str) -> str:
        """What an expression shows, without quotation marks that could end an argument."""
        text = self._text_of(expression) or ""
        return text.replace(HOLE, "").replace('"', "&quot;")

    def _text_of(self, expression: str) -> str | None:
        """The text of an expression, HOLE if it is unknown; None if it is no expression."""
        if not expression.strip():
            return ""
        read = value_of(expression, self._scope)
        if read is None:
            return None
        text = text_of(read[0])
        return text if text is not None and self._scope.spend(len(text)) else HOLE

    def _is_for_template(self, inner: str, before: str) -> bool:
        """True if the author means a value, and not words such as `${{ secrets.TOKEN }}`."""
        if self._scope.runs_templates:
            return True
        name = first_name(inner)
        if name.startswith((".", "$")):
            generators = ("hugo", *_UNKNOWN_GENERATORS)
            return self._scope.generator in generators and is_hugo_root(name)
        if _NO_TEMPLATE.search(before):
            return False
        if self._scope.has(name) or _LIQUID.search(inner):
            return True
        if self._scope.generator in _UNKNOWN_GENERATORS and _DOTTED.fullmatch(inner):
            return True
        return bool(inner.strip()) and self._is_in_template()

    def _is_in_template(self) -> bool:
        self._blocks()  # which looks for other signs of a template in the body
        return self._scope.is_template

    def _assign(self, statement: Statement) -> Step | None:
        assignment = _ASSIGNMENT.match(statement.words)
        if assignment is None:
            return None
        read = value_of(statement.words[assignment.end() :], self._scope)
        self._scope.assign(assignment[1], read[0] if read else UNKNOWN)
        return Step("", statement.end)

    def _capture(self, block: Block) -> Step | None:
        name = _CAPTURED.match(block.statements[0].words)
        if name is None:
            return None
        self._scope.assign(name[1], self._translate(*block.branch(0)))
        return Step("", block.end)

    def _branch(self, block: Block, number: int | None, *, is_known: bool) -> Step:
        if number is None:
            return Step("", block.end, is_known)
        self._ends[block.statements[number + 1].start] = block.end
        return Step("", block.statements[number].end, is_known)

    def _loop(self, block: Block) -> Step:
        words = block.statements[0].words
        loop = _LOOP.match(words)
        items = items_of(words[loop.end() :], self._scope) if loop else UNKNOWN
        if loop is None or not isinstance(items, list) or not items:
            number = 1 if len(block.statements) > 2 else None
            return self._branch(block, number, is_known=items is not UNKNOWN)
        start, end = block.branch(0)
        texts: list[str] = []
        for number, item in enumerate(items):
            if not self._scope.spend(end - start + _COST_OF_ITERATION):
                return Step("", block.end, is_known=False)
            self._scope.assign(loop[1], item)
            self._scope.assign("forloop", _forloop(number, len(items)))
            texts.append(self._translate(start, end))
        self._scope.unassign(loop[1])
        self._scope.unassign("forloop")
        return Step("".join(texts), block.end)


def _forloop(number: int, length: int) -> dict[str, TemplateValue]:
    return {
        "index": number + 1,
        "index0": number,
        "first": number == 0,
        "last": number == length - 1,
        "length": length,
    }
