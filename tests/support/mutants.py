"""Samples mutants of modules and names those that no test kills: `make mutants`.

A mutant is the module with one small fault: a comparison turned, a number one higher, a
statement left out. It is killed if the tests of its module's room fail. A survivor is a place
to look, not a verdict: some mutants mean the same as the original. A mutant whose tests do not
end is named too: it may loop for ever, or the machine may be busy.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Final, Literal, TypeAlias

Fate: TypeAlias = Literal["killed", "survived", "unfinished"]

_ROOT: Final = Path(__file__).parents[2]
_LEFT_OUT: Final = shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", "var")
_SECONDS: Final = 300  # for the tests of one room
_TURNED: Final[dict[type[ast.cmpop], ast.cmpop]] = {
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
    ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(),
    ast.In: ast.NotIn(),
    ast.NotIn: ast.In(),
    ast.Is: ast.IsNot(),
    ast.IsNot: ast.Is(),
}
_SWAPPED: Final[dict[type[ast.operator], ast.operator]] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.FloorDiv(),
    ast.FloorDiv: ast.Mult(),
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: two offsets in the UTF-8 of a module, and what replaces the text there."""

    module: Path
    line: int
    begin: int
    end: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {_short(self.before)} -> {_short(self.after)}"

    def applied(self, source: bytes) -> bytes:
        """The module with this fault."""
        return source[: self.begin] + self.after.encode() + source[self.end :]


def mutants_of(module: Path, source: bytes) -> list[Mutant]:
    """Every mutant of a module that this program can make."""
    starts = [0]
    for row in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(row))
    found = []
    for node, after in _faults(ast.parse(source)):
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        before = source[begin:end].decode()
        found.append(Mutant(module, node.lineno, begin, end, before, after))
    return found


def _faults(tree: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    for node in _run_nodes(tree):
        match node:
            case ast.Compare(left, [op], [right]) if type(op) in _TURNED:
                yield node, f"({ast.unparse(ast.Compare(left, [_TURNED[type(op)]], [right]))})"
            case ast.BoolOp(op, values):
                other: ast.boolop = ast.Or() if isinstance(op, ast.And) else ast.And()
                yield node, f"({ast.unparse(ast.BoolOp(other, values))})"
            case ast.UnaryOp(ast.Not(), operand):
                yield node, f"({ast.unparse(operand)})"
            case ast.BinOp(left, op, right) if type(op) in _SWAPPED:
                yield node, f"({ast.unparse(ast.BinOp(left, _SWAPPED[type(op)], right))})"
            case ast.Constant(bool(value)):
                yield node, str(not value)
            case ast.Constant(int(value)):
                yield node, str(value + 1)
            case ast.IfExp(test, body, orelse):
                yield node, f"({ast.unparse(ast.IfExp(test, orelse, body))})"
            case ast.Return(value) if value is not None and not isinstance(value, ast.Constant):
                yield node, "return None"
            case ast.Expr(ast.Call()):
                yield node, "pass"


def _run_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node that is run: no annotation, no decorator, nothing of an f-string."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, ast.AST) and not isinstance(node, ast.JoinedStr):
                yield node
                yield from _run_nodes(node)


def tests_of(module: Path) -> list[list[str]]:
    """Tests that may kill a mutant, in order: its module's, its room's, the golden feeds."""
    room = Path("tests", *module.parts[1:-1])
    own = [
        str(file.relative_to(_ROOT)) for file in (_ROOT / room).glob(f"test_{module.stem}*.py")
    ]
    stages = [own] if own else []
    if (_ROOT / room).is_dir():
        stages.append([str(room)])
    if module.parts[1] in ("core", "publishing"):
        stages.append(["tests/stories/test_golden.py"])
    return stages


def _fate(mutant: Mutant, copy: Path) -> Fate:
    file = copy / mutant.module
    source = file.read_bytes()
    file.write_bytes(mutant.applied(source))
    try:
        is_noticed = not all(_pass(stage, copy) for stage in tests_of(mutant.module))
        return "killed" if is_noticed else "survived"
    except subprocess.TimeoutExpired:
        return "unfinished"
    finally:
        file.write_bytes(source)


def _pass(tests: list[str], copy: Path) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:randomly", *tests]
    environ = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(
        command, cwd=copy, env=environ, capture_output=True, timeout=_SECONDS, check=False
    )
    return ended.returncode == 0


def _short(code: str) -> str:
    line = " ".join(code.split())
    return line if len(line) <= 70 else line[:67] + "..."


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="+", type=Path, help="such as feedsvc/core/text.py")
    parser.add_argument("--most", type=int, default=10, help="mutants of each module")
    parser.add_argument("--seed", type=int, default=None, help="repeats an earlier sample")
    options = parser.parse_args()
    seed = random.randrange(1_000_000) if options.seed is None else options.seed  # noqa: S311
    dice = random.Random(seed)  # noqa: S311
    chosen = []
    for module in options.modules:
        mutants = mutants_of(module, (_ROOT / module).read_bytes())
        chosen += dice.sample(mutants, min(options.most, len(mutants)))
    copies: SimpleQueue[Path] = SimpleQueue()

    def tried(mutant: Mutant) -> Fate:
        copy = copies.get()
        try:
            return _fate(mutant, copy)
        finally:
            copies.put(copy)

    processes = os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="feedsvc-mutants-") as place:
        for number in range(processes):
            copies.put(shutil.copytree(_ROOT, Path(place, str(number)), ignore=_LEFT_OUT))
        with ThreadPoolExecutor(processes) as pool:
            fates = list(pool.map(tried, chosen))
    for mutant, fate in zip(chosen, fates, strict=True):
        if fate != "killed":
            print(f"{fate} {mutant}")  # noqa: T201 - its output
    killed = fates.count("killed")
    print(f"{killed} of {len(chosen)} mutants killed (seed {seed})")  # noqa: T201
    sys.exit(killed < len(chosen))


if __name__ == "__main__":
    main()
