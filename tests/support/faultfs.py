"""A file system that fails on demand: the files of a folder, read-only, through Linux's FUSE.

It runs as a process of its own: some system calls of Python keep the interpreter's lock, and
would wait for a thread of the same process for ever. It needs root and /dev/fuse.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import faultfs_process
from tests.support.running import wait_until


class FaultyFolder:
    """The mounted folder `root`, with the files that lie in `files`."""

    def __init__(self, root: Path, files: Path, orders: Path) -> None:
        self.root = root
        self.files = files
        self._orders = orders
        self.heal()

    def fail(self, number: int, *operations: int) -> None:
        """Answer these operations with this errno from now on."""
        written = self._orders.with_name("orders.new")
        written.write_text(" ".join(map(str, (number, *operations))))
        written.replace(self._orders)

    def heal(self) -> None:
        """Answer everything from now on."""
        self.fail(0)


@contextmanager
def faulty_folder(root: Path, place: Path) -> Iterator[FaultyFolder]:
    """Mount it at `root` as long as the context lasts; skips if that is not possible here."""
    if os.geteuid() != 0 or not Path("/dev/fuse").exists():
        pytest.skip("FUSE needs root and /dev/fuse")
    files = place / "files"
    for folder in (root, files):
        folder.mkdir(parents=True, exist_ok=True)
    faulty = FaultyFolder(root, files, place / "orders")
    program = faultfs_process.__file__
    words = [sys.executable, "-IS", program, str(root), str(files), str(place / "orders")]
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: process.poll() is not None or os.path.ismount(root), "the mount")
        if process.poll() is not None:
            pytest.skip("FUSE cannot be mounted here")
        yield faulty
    finally:
        subprocess.run(["umount", "-l", str(root)], check=False, stderr=subprocess.DEVNULL)
        process.kill()
        process.wait(10)
