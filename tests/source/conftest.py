"""Fixtures of the tests of the folder and of the git source."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
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


@pytest.fixture
def bin_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts a fake program before the real one on the PATH."""
    path = os.environ["PATH"]
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    monkeypatch.setenv("PATH", f"{bin_}:{path}")

    def put(name: str, script: str) -> None:
        real = shutil.which(name, path=path) or "false"
        (bin_ / name).write_text(f"#!/bin/sh\nREAL={real}\n{script}\n")
        (bin_ / name).chmod(0o755)

    return put
