"""The process behind `tests.faultfs`: it mounts a folder and answers the kernel.

It imports nothing but the standard library, so that it starts quickly.
"""

import ctypes
import errno
import os
import stat
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

# Operations of the protocol, as <linux/fuse.h> numbers them.
LOOKUP, GETATTR, OPEN, READ, OPENDIR, READDIR = 1, 3, 14, 15, 27, 28
EVERYTHING: Final = (LOOKUP, GETATTR, OPEN, READ, OPENDIR, READDIR)
_INIT, _RELEASE, _RELEASEDIR, _FLUSH = 26, 18, 29, 25
_UNANSWERED: Final = (2, 36, 42)  # FORGET, INTERRUPT, BATCH_FORGET
_DIRECT_IO: Final = 1
_ROOT: Final = 1


def _serve(root: Path, files: Path, orders: Path) -> None:
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"faultfs", os.fsencode(root), b"fuse", 0, options.encode()):
        sys.exit(1)
    while True:
        try:
            asked = os.read(device, 1 << 20)
        except OSError as error:
            if error.errno == errno.ENODEV:  # it is unmounted
                return
            continue
        _, operation, unique, node, *_ = struct.unpack_from("<IIQQIIII", asked)
        if operation in _UNANSWERED:
            continue
        failure, *failing = map(int, orders.read_text().split())
        if operation in failing:
            answer: bytes | int = -failure
        else:
            try:
                answer = _answer(operation, node, asked[40:], files)
            except OSError as error:
                answer = -(error.errno or errno.EIO)
        body, code = (b"", answer) if isinstance(answer, int) else (answer, 0)
        with suppress(OSError):  # whoever asked has been killed
            os.write(device, struct.pack("<IiQ", 16 + len(body), code, unique) + body)


def _answer(operation: int, node: int, words: bytes, files: Path) -> bytes | int:
    names = sorted(os.listdir(files))  # noqa: PTH208
    if operation == _INIT:
        return struct.pack("<IIIIHHIIHHI28x", 7, 31, 0, 0, 0, 0, 65536, 1, 0, 0, 0)
    if operation == LOOKUP:
        name = words.rstrip(b"\0").decode()
        if name not in names:
            return -errno.ENOENT
        attributes = _attributes(files / name)
        number = struct.unpack_from("<Q", attributes)[0]
        return struct.pack("<QQQQII", number, 0, 0, 0, 0, 0) + attributes
    if operation == GETATTR:
        place = files if node == _ROOT else _file(node, files)
        return struct.pack("<QII", 0, 0, 0) + _attributes(place)
    if operation in (OPEN, OPENDIR):
        return struct.pack("<QII", 0, _DIRECT_IO if operation == OPEN else 0, 0)
    if operation == READ:
        _, offset, size = struct.unpack_from("<QQI", words)
        return _file(node, files).read_bytes()[offset : offset + size]
    if operation == READDIR:
        offset = struct.unpack_from("<QQI", words)[1]
        return b"" if offset else b"".join(map(_entry, range(1, len(names) + 1), names))
    return b"" if operation in (_RELEASE, _RELEASEDIR, _FLUSH) else -errno.ENOSYS


def _file(node: int, files: Path) -> Path:
    found = (file for file in files.iterdir() if file.stat().st_ino == node)
    try:
        return next(found)
    except StopIteration:
        raise OSError(errno.ENOENT, "gone") from None


def _entry(number: int, name: str) -> bytes:
    """An entry of a listing that does not say whether it is a file: DT_UNKNOWN."""
    spelt = name.encode()
    filled = spelt.ljust((len(spelt) + 7) // 8 * 8, b"\0")
    return struct.pack("<QQII", number + 1, number, len(spelt), 0) + filled


def _attributes(file: Path) -> bytes:
    status = file.stat()
    number = _ROOT if stat.S_ISDIR(status.st_mode) else status.st_ino
    seconds = (status.st_mtime_ns, status.st_mtime_ns, status.st_ctime_ns)
    return struct.pack(
        "<QQQQQQIIIIIIIIII",
        *(number, status.st_size, 1),
        *(each // 10**9 for each in seconds),
        *(each % 10**9 for each in seconds),
        *(status.st_mode, 1, 0, 0, 0, 4096, 0),
    )


if __name__ == "__main__":
    _serve(*map(Path, sys.argv[1:4]))
