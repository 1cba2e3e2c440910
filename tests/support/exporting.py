"""An export in a process of its own, which prints a line when it begins, and for each feed."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from feedsvc.publishing.exporting.export import ExportPlan, export
from feedsvc.store.store import Store


def exporting(url: str, target: Path, **options: Any) -> "subprocess.Popen[str]":
    """Start to export the store at `url`; `options` are those of Popen."""
    command = [sys.executable, "-m", "tests.support.exporting", url, str(target)]
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, **options)


def main() -> None:
    """Export as the command line says."""
    url, target = sys.argv[1:]
    store = Store(url)
    _write("begins")
    export(store, Path(target), ExportPlan(), lambda done, _: _write(str(done)))


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    time.sleep(0.02)  # so that a test can kill it


if __name__ == "__main__":
    main()
