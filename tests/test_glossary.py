"""The glossary names every module and every public class of feedsvc, and nothing else."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
HOUSE: Final = ROOT / "feedsvc"
MIGRATIONS: Final = "store/migrations"  # Alembic names the steps; the glossary has the folder
ROW: Final = re.compile(r"\| (?P<words>.+?) \| (?P<meaning>.*?) \| `(?P<where>[\w/.]+)` \|")


def _rows() -> list[re.Match[str]]:
    """The rows of the table of modules and classes, without the rows that name a room."""
    page = (ROOT / "docs/glossary.md").read_text("utf-8")
    table = page.partition("\n## Modules and classes\n")[2]
    lines = [line for line in table.splitlines() if line.startswith("| `")]
    rows = [ROW.fullmatch(line) for line in lines]
    assert None not in rows, f"not a row: {lines[rows.index(None)]}"
    return [row for row in rows if row]


def _documented() -> list[str]:
    """Each word of the table with its path, such as `core/media.py Enclosure`."""
    return sorted(
        f"{row['where']} {word}"
        for row in _rows()
        for word in re.findall("`(.+?)`", row["words"])
    )


@cache
def _modules() -> dict[str, ast.Module]:
    """The modules of feedsvc by path, without packages, `__main__` and migrations."""
    paths = {path.relative_to(HOUSE).as_posix(): path for path in HOUSE.rglob("*.py")}
    return {
        name: ast.parse(path.read_text("utf-8"))
        for name, path in paths.items()
        if not name.startswith(MIGRATIONS) and not path.name.startswith("__")
    }


def _public_classes(module: ast.Module) -> list[str]:
    classes = [node.name for node in module.body if isinstance(node, ast.ClassDef)]
    return [name for name in classes if not name.startswith("_")]


@cache
def _in_the_code() -> list[str]:
    words = [f"{MIGRATIONS} migrations"]
    for path, module in _modules().items():
        words += [f"{path} {word}" for word in (Path(path).stem, *_public_classes(module))]
    return sorted(words)


def test_the_glossary_names_every_module_and_every_public_class() -> None:
    missing = set(_in_the_code()) - set(_documented())
    assert missing == set(), "add these to docs/glossary.md"


def test_the_glossary_names_no_module_and_no_class_that_does_not_exist() -> None:
    unknown = set(_documented()) - set(_in_the_code())
    assert unknown == set(), "remove these from docs/glossary.md"


def test_the_glossary_names_each_word_once() -> None:
    assert [word for word, count in Counter(_documented()).items() if count > 1] == []


def test_each_word_of_the_code_has_a_meaning() -> None:
    assert [row["words"] for row in _rows() if not row["meaning"].strip()] == []


def test_no_two_public_classes_have_the_same_name() -> None:
    names = Counter(name for module in _modules().values() for name in _public_classes(module))
    assert [name for name, count in names.items() if count > 1] == []


def test_modules_and_classes_are_found() -> None:
    assert {"core/posts/post.py Post", "store/store.py store", "clock.py clock"} <= set(
        _in_the_code()
    )
    assert len(_in_the_code()) > 200
