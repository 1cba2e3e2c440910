"""Runs the commands of feedsvc in a test."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from click.testing import Result

import feedsvc
from tests.support.starter import start_forked

Run: TypeAlias = Callable[..., Result]
HOUSE: Final = Path(feedsvc.__file__).parents[1]
SOON: Final = 30  # seconds that a process may take to start on a busy machine


def settings(store_url: str) -> dict[str, str]:
    """The settings of every command, as environment variables."""
    return {
        "FEEDSVC_SITE__TITLE": "Tea notes",
        "FEEDSVC_SITE__URL": "https://example.org",
        "FEEDSVC_SITE__AUTHOR": "Li",
        "FEEDSVC_SITE__TIMEZONE": "Asia/Shanghai",
        "FEEDSVC_SITE__TAG_AUTHORITY": "example.org,2026",
        "FEEDSVC_CONTENT__SEEDS": "posts",
        "FEEDSVC_STORE__URL": store_url,
        "FEEDSVC_WATCHER__QUIET": "0",
    }


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process, with `extra` as its only settings."""
    ours = {name for name in os.environ if name.startswith("FEEDSVC_") or name == "PORT"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"PYTHONPATH": str(HOUSE)} | dict(extra)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "feedsvc", *arguments]


def started(
    *arguments: str, environ: Mapping[str, str], cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own until it ends."""
    return subprocess.run(
        command(*arguments),
        env=environ,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=SOON,
        check=False,
    )


def forked(
    *arguments: str, environ: Mapping[str, str], cwd: Path
) -> subprocess.CompletedProcess[str]:
    """As `started`, but the process is forked: it takes a third of the processor time."""
    if sys.platform != "linux":
        return started(*arguments, environ=environ, cwd=cwd)
    with tempfile.TemporaryDirectory() as place:
        out, errors = Path(place, "out"), Path(place, "errors")
        process = start_forked(arguments, environ, cwd, out, errors)
        code = process.wait(SOON)
        texts = [file.read_text("utf-8") for file in (out, errors)]
    return subprocess.CompletedProcess(arguments, code, *texts)


def tree(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))
