"""Fixtures for the tests of commands."""

import os
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feedsvc.cli.main import main
from tests.support.commands import Run, environment, settings
from tests.support.writing import PostFolder


@pytest.fixture
def environ(sqlite_url: str) -> dict[str, str]:
    return environment(settings(sqlite_url))


@pytest.fixture
def run(
    posts: PostFolder,
    environ: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Runs a command in this process, in the parent folder of `posts`."""
    gone: dict[str, str | None] = {name: None for name in os.environ if name not in environ}
    monkeypatch.chdir(tmp_path)
    for module in (sys, threading):  # a command that logs replaces these
        monkeypatch.setattr(module, "excepthook", module.excepthook)

    def run(*arguments: str, **more: str) -> Result:
        runner = CliRunner(env=gone | environ | more)
        return runner.invoke(main, arguments, catch_exceptions=False)

    return run
