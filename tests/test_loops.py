"""No loop makes a collection for each of its values, only to look for the value in it.

With 100,000 posts `path not in waiting | postponed` makes 100,000 sets of up to 100,000 paths.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import feedsvc

_SOURCE: Final = Path(feedsvc.__file__).parent
_MADE: Final = (ast.BinOp, ast.ListComp, ast.SetComp, ast.DictComp)
_COPIES: Final = {"dict", "frozenset", "list", "set", "sorted", "tuple"}
_METHODS: Final = {"difference", "intersection", "union", "values"}


def _parts_of_loops(tree: ast.AST) -> Iterator[ast.AST]:
    """What runs for each value of a loop or of a comprehension."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            yield node.elt
        elif isinstance(node, ast.DictComp):
            yield from (node.key, node.value)
        elif isinstance(node, ast.For | ast.While):
            yield from node.body
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            for generator in node.generators:
                yield from generator.ifs


def _is_made(node: ast.AST) -> bool:
    """True for an expression that makes a collection, or that goes through one."""
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Name):
            return function.id in _COPIES
        return isinstance(function, ast.Attribute) and function.attr in _METHODS
    if isinstance(node, ast.Tuple | ast.Set | ast.List):
        return any(isinstance(member, ast.Starred) for member in node.elts)
    return isinstance(node, _MADE)


def _faults(tree: ast.AST) -> Iterator[ast.Compare]:
    for part in _parts_of_loops(tree):
        for node in ast.walk(part):
            if isinstance(node, ast.Compare) and any(map(_is_made, node.comparators)):
                yield from (node for op in node.ops if isinstance(op, ast.In | ast.NotIn))


def _shown(files: Iterable[Path]) -> list[str]:
    return sorted(
        {
            f"{file.relative_to(_SOURCE)}:{fault.lineno}: {ast.unparse(fault)}"
            for file in files
            for fault in _faults(ast.parse(file.read_text("utf-8")))
        }
    )


def test_no_loop_makes_a_collection_only_to_look_into_it() -> None:
    assert _shown(_SOURCE.rglob("*.py")) == []


def test_such_loops_are_found() -> None:
    faulty = """
[each for each in ids if each not in held | accepted]
{key: each for key, each in pairs.items() if each in {*before.values()}}
for entry in entries:
    if entry.id in pinned.values() or entry.id in set(ids):
        pass
"""
    assert len([*_faults(ast.parse(faulty))]) == 4
