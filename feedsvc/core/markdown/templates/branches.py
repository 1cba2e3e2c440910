"""Matches the tags of a template that have an end tag, and chooses one of their branches."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from feedsvc.core.markdown.templates.expressions import equal, is_true, value_of, values_of
from feedsvc.core.markdown.templates.values import UNKNOWN, Scope

BLOCKS: Final = frozenset(["if", "unless", "case", "for", "tablerow", "capture"])
_MIDDLE: Final = {
    **dict.fromkeys(("elsif", "elif", "elseif"), ("if", "unless")),
    "else": ("if", "unless", "case", "for"),
    "when": ("case",),
}
_ELSE_IF: Final = ("elsif", "elif", "elseif")
# Tags by which a body is recognised as a template, even where no generator is known.
STATEMENTS: Final = BLOCKS | frozenset(
    ["assign", "increment", "decrement", "cycle", "echo", "liquid", "render", "include", "raw"]
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A tag such as `{% if page.toc %}`, with its position in the body."""

    name: str
    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """The statements of one block in order, from its opening tag to its end tag."""

    statements: tuple[Statement, ...]

    @property
    def end(self) -> int:
        """The position behind the end tag."""
        return self.statements[-1].end

    def branch(self, number: int) -> tuple[int, int]:
        """The start and the end of the text below the statement with this number."""
        return self.statements[number].end, self.statements[number + 1].start


def blocks_of(statements: Iterable[Statement]) -> dict[int, Block]:
    """The blocks by the position of their opening tag; unclosed tags have none."""
    blocks: dict[int, Block] = {}
    opened: list[list[Statement]] = []
    names: dict[str, int] = dict.fromkeys(BLOCKS, 0)  # how many of them are open
    for each in statements:
        if each.name in BLOCKS:
            opened.append([each])
            names[each.name] += 1
        elif each.name in _MIDDLE:
            if opened and opened[-1][0].name in _MIDDLE[each.name]:
                opened[-1].append(each)
        elif names.get(each.name.removeprefix("end"), 0):
            while True:
                parts = opened.pop()
                names[parts[0].name] -= 1
                if f"end{parts[0].name}" == each.name:
                    break
            blocks[parts[0].start] = Block((*parts, each))
    return blocks


def is_statement(name: str) -> bool:
    """True for the tags of templates that a Template runs."""
    if name in BLOCKS or name in _MIDDLE or name in ("assign", "set", "echo"):
        return True
    return name.removeprefix("end") in BLOCKS


def chosen_branch(block: Block, scope: Scope) -> tuple[int | None, bool]:
    """The number of the branch to show, or None, and whether its condition is known."""
    opening, *others = block.statements[:-1]
    if opening.name == "case":
        return _case(block, scope)
    held, is_known = is_true(opening.words, scope)
    if held is not (opening.name == "unless"):
        return 0, is_known
    for number, each in enumerate(others, 1):
        if each.name in _ELSE_IF:
            held, is_this_known = is_true(each.words, scope)
            is_known = is_known and is_this_known
        if each.name == "else" or held:
            return number, is_known
    return None, is_known


def _case(block: Block, scope: Scope) -> tuple[int | None, bool]:
    opening, *others = block.statements[:-1]
    read = value_of(opening.words, scope)
    value = read[0] if read else UNKNOWN
    for number, each in enumerate(others, 1):
        if each.name == "else" or any(equal(value, v) for v in values_of(each.words, scope)):
            return number, value is not UNKNOWN
    return None, value is not UNKNOWN
