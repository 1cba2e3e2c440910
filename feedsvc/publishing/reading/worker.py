"""The program of the processes that read posts: files in, looks out. It has no store.

The publishing process starts it with one socket for each process. The first one has imported
everything when it forks the others, which saves their time and memory.
"""

import gc
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Final, TypeAlias

from feedsvc import __version__
from feedsvc.publishing.reading.earlier_dates import NeedsStoreError
from feedsvc.publishing.reading.reader import (
    FileToRead,
    PlainLook,
    Reader,
    ReaderElsewhere,
    plain,
)

# Of processor time for one post. Then SIGPROF ends the process, also amid a call into Rust.
MOST_SECONDS: Final = 10.0

# None: the process that publishes must read the file. It has the store, and it shows errors.
Answers: TypeAlias = list[PlainLook | None]


def main(sockets: Sequence[int], version: str) -> None:
    """Read the posts that are asked for over each socket, until the other side is closed.

    Another `version` asks if feedsvc was upgraded while it runs. It has to read its posts.
    """
    if version != __version__:
        return
    import_reading()
    gc.freeze()  # so that collections do not copy the pages that the processes share
    mine, *others = sockets
    for number, socket in enumerate(others):
        if os.fork() == 0:
            for other in (mine, *others[:number], *others[number + 1 :]):
                os.close(other)
            _serve(socket)
            os._exit(0)
    for socket in others:
        os.close(socket)
    _serve(mine)
    with suppress(ChildProcessError):
        while True:
            os.wait()  # their processor time counts as that of the publish


def import_reading() -> None:
    """Import what the first post would import, which takes a tenth of a second."""
    import regex  # noqa: F401

    import feedsvc.core.html.sanitise
    import feedsvc.core.markdown.markdown
    import feedsvc.core.posts.parse  # noqa: F401


def _serve(socket: int) -> None:
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    connection = Connection(socket)
    try:
        setup: ReaderElsewhere = connection.recv()
        reader = setup.reader()
        connection.send(b"ready")
        while True:
            connection.send(_answers(reader, connection.recv()))
    except (EOFError, OSError):
        return  # the publish has ended


def _answers(reader: Reader, files: Sequence[FileToRead]) -> Answers:
    answers: Answers = []
    for file in files:
        signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
        try:
            answers.append(plain(reader.look_at(file)))
        except (NeedsStoreError, Exception):  # noqa: BLE001 - see Answers
            answers.append(None)
    signal.setitimer(signal.ITIMER_PROF, 0)
    return answers
