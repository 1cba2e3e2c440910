"""Read many posts in several processes. One that ends takes no other post with it."""

import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from multiprocessing.connection import Connection, wait
from typing import Final, Self, TypeAlias

from feedsvc import __version__
from feedsvc.core.problems import Problem
from feedsvc.publishing.reading.reader import (
    FileLook,
    FileToRead,
    Reader,
    ReaderElsewhere,
    look_of,
)
from feedsvc.publishing.reading.worker import MOST_SECONDS, Answers

FEW: Final = 400  # files: fewer are read before other processes have begun
_CHUNK: Final = 32  # files
_CHUNK_OCTETS: Final = 1_000_000
_MOST_OCTETS: Final = 50_000_000  # that are read before the first file has come back
_AHEAD: Final = 2  # chunks that a process has at once, so that it need not wait
_WINDOW: Final = 8  # chunks for each process that are read before the first has come back
_END_SECONDS: Final = 0.5
_WAIT_SECONDS: Final = 1.0
# They fit into a socket whose other side does not read: see _socket_pair.
_PIPE_BYTES: Final = 32 * 1024

log = logging.getLogger("feedsvc.publishing")

_Looks: TypeAlias = Generator[tuple[FileToRead, FileLook], None, None]


def looks_at(
    files: Iterable[FileToRead], reader: Reader, waits: Callable[[], None] = lambda: None
) -> _Looks:
    """Read the files, in their order; if there are many, by the workers of the folder.

    `waits` is called each second while none of these answers. It may raise in order to stop.

    If a file ends the process that reads it, twice, that is a problem of this file, and its
    last good version stays. The next time it is read by a worker in any case, also if there
    are few files, or no workers in the settings.
    """
    count = reader.attached.folder.workers
    rest = iter(files)
    some = list(islice(rest, FEW))
    all_files = chain(some, rest)
    if len(some) < FEW or count < 1:
        for file in all_files:
            if file.is_dangerous:
                all_files = chain((file,), all_files)
                break
            yield file, reader.look_at(file)
        else:
            return
    with _Processes(reader, max(count, 1), waits) as processes:
        yield from processes.looks_at(all_files)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Files to read together, with their numbers.

    One that has ended a process is read again, file by file.
    """

    files: list[tuple[int, FileToRead]]
    is_again: bool = False

    @property
    def octets(self) -> int:
        """How large the files are together."""
        return sum(file.stamp.size for _, file in self.files)


def _next_chunk(numbered: Iterator[tuple[int, FileToRead]]) -> _Chunk:
    chunk = _Chunk([])
    octets = 0
    for number, file in numbered:
        chunk.files.append((number, file))
        octets += file.stamp.size
        if len(chunk.files) == _CHUNK or octets >= _CHUNK_OCTETS:
            break
    return chunk


@dataclass(eq=False, slots=True)  # known by its identity
class _Process:
    """The connection to a process, and the chunks that it has."""

    connection: Connection
    is_ready: bool = False
    chunks: deque[_Chunk] = field(default_factory=deque)


class _Processes:
    """The processes of one publish."""

    def __init__(self, reader: Reader, count: int, waits: Callable[[], None]) -> None:
        attached = reader.attached
        self._reader = reader
        self._count = count
        self._waits = waits
        self._setup = ReaderElsewhere(
            attached.folder,
            attached.site,
            attached.now,
            reader.earlier.zone_before,
        )
        self._programs: list[subprocess.Popen[bytes]] = []
        self._processes: list[_Process] = []
        self._to_do: deque[_Chunk] = deque()
        self._done: dict[int, tuple[FileToRead, FileLook]] = {}

    def __enter__(self) -> Self:
        self._start(self._count)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.connection.close()  # then it ends, unless it is in the middle of a post
        for program in self._programs:
            with suppress(subprocess.TimeoutExpired):
                program.wait(_END_SECONDS)
            # The program leads a group, so that Ctrl+C in a terminal does not reach it.
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()

    def _start(self, count: int) -> None:
        """Start processes. If that fails, this process reads the posts, unless others run."""
        pairs: list[tuple[socket.socket, socket.socket]] = []
        try:
            pairs.extend(_socket_pair() for _ in range(count))
            self._programs.append(_program([other.fileno() for _, other in pairs]))
        except OSError as error:
            log.warning("posts are read by one process, because no other starts: %s", error)
            for ours, other in pairs:
                ours.close()
                other.close()
            return
        for ours, other in pairs:
            other.close()
            process = _Process(Connection(ours.detach()))
            self._processes.append(process)
            with suppress(OSError):  # if it has ended, that is received later
                process.connection.send(self._setup)

    def looks_at(self, files: Iterator[FileToRead]) -> _Looks:
        """Read the files, in their order."""
        numbered = enumerate(files)
        taken = returned = octets = 0
        most = _WINDOW * _CHUNK * self._count
        while True:
            while taken - returned < most and octets < _MOST_OCTETS:
                if not (chunk := _next_chunk(numbered)).files:
                    break
                self._to_do.append(chunk)
                taken += len(chunk.files)
                octets += chunk.octets
            if returned == taken:
                return
            self._hand_out()
            if self._processes:
                self._receive()
            else:
                self._read_here(self._to_do.popleft())
            while returned in self._done:
                file, look = self._done.pop(returned)
                returned += 1
                octets -= file.stamp.size
                yield file, look

    def _hand_out(self) -> None:
        for process in [*self._processes]:
            while process.is_ready and self._to_do and len(process.chunks) < _AHEAD:
                files = [file for _, file in self._to_do[0].files]
                octets = pickle.dumps(files, pickle.HIGHEST_PROTOCOL)
                if process.chunks and len(octets) > _PIPE_BYTES:
                    break  # each side could wait for the other one to read
                process.chunks.append(self._to_do.popleft())
                try:
                    process.connection.send_bytes(octets)
                except OSError:
                    self._replace(process)
                    break

    def _receive(self) -> None:
        """Wait until a process answers or ends."""
        by_connection = {each.connection: each for each in self._processes}
        while not (ready := wait([*by_connection], _WAIT_SECONDS)):
            self._waits()
        for connection in ready:
            process = by_connection[connection]  # type: ignore[index]
            try:
                answers: Answers = process.connection.recv()
                if not process.is_ready:
                    process.is_ready = True
                    continue
            except (EOFError, OSError):
                self._replace(process)
                continue
            files = process.chunks.popleft().files
            for (number, file), answer in zip(files, answers, strict=True):
                here = look_of(answer, file) if answer else self._reader.look_at(file)
                self._done[number] = (file, here)

    def _replace(self, process: _Process) -> None:
        """Give the chunks of a process that has ended to others, and start another one."""
        self._processes.remove(process)
        process.connection.close()
        if not process.is_ready:
            log.warning("a process that should read posts has ended before it began")
            return  # another one would fare no better
        suspect, *others = process.chunks or (None,)
        self._to_do.extendleft(reversed(others))
        if suspect and suspect.is_again:
            ((number, file),) = suspect.files
            self._done[number] = (file, self._crashed(file))
        elif suspect:
            again = [_Chunk([each], is_again=True) for each in suspect.files]
            self._to_do.extendleft(reversed(again))
        self._start(1)

    def _read_here(self, chunk: _Chunk) -> None:
        """Read files without any other process. One that would end this one is left out."""
        for number, file in chunk.files:
            is_safe = not (chunk.is_again or file.is_dangerous)
            look = self._reader.look_at(file) if is_safe else self._crashed(file)
            self._done[number] = (file, look)

    def _crashed(self, file: FileToRead) -> FileLook:
        fault = (
            f"reading it takes more than {MOST_SECONDS:.0f} seconds of processor time, or ends "
            "the process that reads it"
        )
        cure = "simplify or split the file, and report this to the authors of feedsvc"
        return self._reader.failed_on(file, Problem(file.path, 0, fault, cure, code="crashed"))


def _socket_pair() -> tuple[socket.socket, socket.socket]:
    """Two sockets. The first one takes more than the 8 KB that are usual on macOS."""
    ours, other = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * _PIPE_BYTES)
    other.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * _PIPE_BYTES)
    return ours, other


def _program(sockets: list[int]) -> subprocess.Popen[bytes]:
    """Start this Python once more, with a process for each socket."""
    start = "from feedsvc.publishing.reading.worker import main"
    words = f"{sockets!r}, {__version__!r}"
    code = f"import sys; sys.path[:] = {sys.path!r}; {start}; main({words})"
    return subprocess.Popen(  # noqa: S603 - this Python, with our own words
        [sys.executable, "-P", "-c", code],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=sockets,
        process_group=0,
    )
