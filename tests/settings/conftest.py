"""Fixtures for the tests of settings."""

from pathlib import Path

import pytest


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file in the current folder, which has no store. It does not exist yet."""
    monkeypatch.chdir(tmp_path)
    return Path("my.toml")
