"""Fixtures of the tests of the folder and of the git source."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.origins import Origin
from tests.support.writing import PostFolder


@pytest.fixture
def outside(tmp_path: Path) -> PostFolder:
    """Posts beside the folder, of which nothing may ever be published."""
    elsewhere = PostFolder(tmp_path / "outside")
    elsewhere.write("secret.md")
    return elsewhere


@pytest.fixture
def shared() -> Iterator[PostFolder]:
    """A folder that every user may look into, all the way down."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        yield PostFolder(Path(place) / "posts")


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    """A bare repository without a commit."""
    return Origin(tmp_path / "origin.git")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where our own copy of it will be."""
    return tmp_path / "var" / "source"
