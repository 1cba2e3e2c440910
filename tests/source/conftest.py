"""Fixtures of the tests of the folder and of the git source."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.origins import Origin
from tests.support.writing import PostFolder


@pytest.fixture
def outside(tmp_path: Path) -> PostFolder:
    """Posts outside of the folder, which must never be published."""
    elsewhere = PostFolder(tmp_path / "outside")
    elsewhere.write("secret.md")
    return elsewhere


@pytest.fixture
def shared() -> Iterator[PostFolder]:
    """A folder that every user may read, with all folders above it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield PostFolder(Path(folder) / "posts")


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    """A bare repository without a commit."""
    return Origin(tmp_path / "origin.git")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The folder of the clone. It does not exist yet."""
    return tmp_path / "var" / "source"
