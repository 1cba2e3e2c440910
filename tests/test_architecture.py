"""The house is as docs/architecture.md says: its rooms, its path, and its quiet doors."""

import ast
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
HOUSE: Final = ROOT / "feedsvc"
MAP: Final = (ROOT / "docs/architecture.md").read_text("utf-8")
MOST_ON_THE_WAY: Final = 12
MOST_MODULES: Final = 15
MOST_TEST_LINES: Final = 500
# Tests that follow no module: whole stories, their helpers, and a real browser.
NO_MIRROR: Final = ("stories", "support", "golden", "web/browser")
REQUIREMENT_ID: Final = re.compile(r"\b(?:A|R|J|H|X|F|G|W|K|P|D|I|O|T)[0-9]{1,2}\b")

WAY: Final = re.findall(r"^\d+\. \[`[^`]+`\]\(\.\./([^)]+)\)", MAP, re.MULTILINE)
ROOMS: Final = dict(re.findall(r"^\| `([a-z/]+)/` \| ([^|]+?) \|", MAP, re.MULTILINE))


def modules() -> list[Path]:
    """Every module but the doors and the migrations."""
    found = (path.relative_to(ROOT) for path in HOUSE.rglob("*.py"))
    return [p for p in found if p.name != "__init__.py" and "migrations" not in p.parts]


def packages() -> list[Path]:
    found = (path.parent for path in HOUSE.rglob("__init__.py"))
    return [path for path in found if "migrations" not in path.parts and path != HOUSE]


def imports_of(path: str) -> set[str]:
    """The files of the house that a file imports, as paths."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            found.update(f"{name.replace('.', '/')}.py" for name in names)
    return found


def test_a_newcomer_opens_twelve_files_from_a_saved_file_to_a_304() -> None:
    assert 8 <= len(WAY) <= MOST_ON_THE_WAY
    assert len(set(WAY)) == len(WAY)


# Files that no other file on the way imports: something outside calls them.
CALLED_BY: Final = {
    "feedsvc/watcher/file_events.py": "feedsvc/watcher/watcher.py",
    "feedsvc/watcher/publish_loop.py": "feedsvc/watcher/watcher.py",
    "feedsvc/web/polls/store_follower.py": "feedsvc/web/server/server.py",
    "feedsvc/web/server/connections.py": "feedsvc/web/server/server.py",
}


@pytest.mark.parametrize("path", WAY)
def test_each_file_on_the_way_is_imported_by_an_earlier_one(path: str) -> None:
    callers = [CALLED_BY[path]] if path in CALLED_BY else WAY[: WAY.index(path)]
    assert any(path in reached_from(caller) for caller in callers), path


def reached_from(path: str) -> set[str]:
    """The files that a file imports, and those that a neighbour of its imports for it."""
    direct = imports_of(path)
    room = str(Path(path).parent)
    near = [
        each for each in direct if str(Path(each).parent) == room and (ROOT / each).exists()
    ]
    return direct.union(*map(imports_of, near))


def test_every_path_on_the_map_is_there() -> None:
    linked = re.findall(r"\(\.\./(feedsvc/[^)]+)\)", MAP)
    named = [f"feedsvc/{name}" for name in re.findall(r"`([a-z_/]+\.py)`", MAP)]
    missing = [name for name in (*linked, *named) if not (ROOT / name).exists()]
    assert missing == []


def test_every_room_is_on_the_map_with_the_words_of_its_door() -> None:
    doors = {
        path.relative_to(HOUSE).as_posix(): ast.get_docstring(
            ast.parse((path / "__init__.py").read_text("utf-8"))
        )
        for path in packages()
    }
    assert doors == ROOMS


def test_doors_are_quiet() -> None:
    for path in packages():
        body = ast.parse((path / "__init__.py").read_text("utf-8")).body
        assert len(body) == 1, path
        assert isinstance(body[0], ast.Expr), path


def test_no_folder_holds_too_many_modules() -> None:
    counts = Counter(path.parent for path in modules())
    assert max(counts.values()) <= MOST_MODULES


def test_every_module_says_why_it_exists() -> None:
    for path in modules():
        docstring = ast.get_docstring(ast.parse((ROOT / path).read_text("utf-8")))
        assert docstring, path
        assert docstring.partition("\n")[0].endswith((".", ":")), path


def test_no_two_classes_share_a_name() -> None:
    names = Counter(
        node.name
        for path in modules()
        for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_tests_lie_where_the_path_of_their_module_says() -> None:
    tests = ROOT / "tests"
    for path in tests.rglob("test_*.py"):
        room = path.parent.relative_to(tests).as_posix()
        if not room.startswith(NO_MIRROR):
            assert (HOUSE / room).is_dir(), path


def test_no_file_of_tests_is_too_long() -> None:
    long = {
        path.name: count
        for path in (ROOT / "tests").rglob("test_*.py")
        if (count := path.read_text("utf-8").count("\n")) > MOST_TEST_LINES
    }
    assert long == {}


def test_no_requirement_id_of_another_repository_is_cited() -> None:
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "feedsvc"], capture_output=True, text=True, check=False
    )
    names = listed.stdout.split() or [str(path) for path in modules()]
    found = [
        f"{name}: {match.group()}"
        for name in names
        if name.endswith((".py", ".html", ".toml"))
        and not name.endswith("licences/spdx.py")  # X11 is a licence
        for match in REQUIREMENT_ID.finditer((ROOT / name).read_text("utf-8"))
    ]
    assert found == []
