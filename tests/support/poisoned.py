"""A folder with posts that end the process which reads them, but not that of the test."""

import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

from feedsvc.core.file_records import Stamp
from feedsvc.core.problems import Problem
from feedsvc.source.folder import Folder, SourceFile


@dataclass
class PoisonedFolder:
    """Wraps a folder. The names of files say what happens when another process reads them.

    `kills` ends the process, `once` ends it the first time, `burns` uses all the processor time
    that it may, `fails` raises an error that reading does not expect.
    """

    folder: Folder
    notes: Path
    workers: int = 2
    me: int = field(default_factory=os.getpid)

    def __getattr__(self, name: str) -> object:
        if name.startswith("__") or name == "folder":  # while it is unpickled
            raise AttributeError(name)
        return getattr(self.folder, name)

    def read(self, path: str, stamp: Stamp) -> SourceFile | Problem:
        if os.getpid() != self.me:
            self._harm(Path(path).stem)
        return self.folder.read(path, stamp)

    def _harm(self, name: str) -> None:
        if name == "burns":
            left, _ = signal.getitimer(signal.ITIMER_PROF)
            assert 9 < left < 10.1
            signal.setitimer(signal.ITIMER_PROF, 0.05)
            while True:
                pass
        if name == "fails":
            raise OSError(name)
        if name == "kills" or (name == "once" and not (self.notes / name).exists()):
            (self.notes / name).touch()
            os.kill(os.getpid(), signal.SIGKILL)
