"""Starts feedsvc processes that need not import anything: each is forked from one that has.

The imports take a second of processor time, and the suite starts hundreds of processes. A
forked one is a process like any other: with a session, an environment, a folder and a log of
its own, and a child of the process that asked for it. Processes with a library in LD_PRELOAD
are forked from one that has loaded it.
"""

import atexit
import ctypes
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

_SET_CHILD_SUBREAPER: Final = 36  # linux/prctl.h
_ROOT: Final = Path(__file__).parents[2]
_PRELOADED: Final = "LD_PRELOAD"

_lock = threading.Lock()
_starters: Final[dict[str, "subprocess.Popen[bytes]"]] = {}  # by LD_PRELOAD


class Forked(subprocess.Popen[bytes]):
    """A process that this one has not started, but may wait for."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.args = ["feedsvc"]
        self.returncode = None  # until it has ended
        self.stdin = self.stdout = self.stderr = None
        self._child_created = True
        self._waitpid_lock = threading.Lock()
        self._communication_started = False


def start_forked(
    words: Sequence[str],
    environ: Mapping[str, str],
    cwd: Path,
    log: Path,
    errors: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `feedsvc WORDS` in a session of its own.

    What it prints is appended to `log`, its errors to `errors`, or also to `log`.
    """
    order = {
        "words": list(words),
        "environ": dict(environ),
        "cwd": str(cwd),
        "log": str(log),
        "errors": str(errors or log),
    }
    with _lock:
        starter = _starter_of(environ)
        assert starter.stdin
        assert starter.stdout
        _adopt_orphans(True)
        try:
            starter.stdin.write(json.dumps(order).encode() + b"\n")
            starter.stdin.flush()
            pid = int(starter.stdout.readline())
        finally:
            _adopt_orphans(False)
    return Forked(pid)


def _starter_of(environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    preloaded = environ.get(_PRELOADED, "")
    if preloaded not in _starters:
        _starters[preloaded] = subprocess.Popen(
            [sys.executable, "-m", "tests.support.starter"],
            cwd=_ROOT,
            env={**os.environ, **environ} if preloaded else None,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        atexit.register(_starters[preloaded].communicate)  # it ends when its input does
    return _starters[preloaded]


def _adopt_orphans(is_wanted: bool) -> None:
    """Become the parent of processes whose parent ends, or leave them to init."""
    if ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, int(is_wanted), 0, 0, 0):
        raise OSError("prctl")


def _serve() -> dict[str, Any]:
    """Fork for each order; returns in the process that carries it out."""
    for line in sys.stdin.buffer:
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            continue
        parent = os.getpid()
        grandchild = os.fork()
        if grandchild:
            os._exit(0)
        order: dict[str, Any] = json.loads(line)
        # First of all, because a library that sets the clock reads them at the first look.
        os.environ.clear()
        os.environ.update(order["environ"])
        time.tzset()
        while os.getppid() == parent:  # until it is a child of the process that asked for it
            threading.Event().wait(0.001)
        os.write(sys.stdout.fileno(), f"{os.getpid()}\n".encode())
        return order
    sys.exit()


def _become(order: dict[str, Any]) -> None:
    os.setsid()
    os.chdir(order["cwd"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    log, errors = (
        os.open(order[name], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        for name in ("log", "errors")
    )
    for source, target in ((nothing, 0), (log, 1), (errors, 2)):
        os.dup2(source, target)
    for each in (nothing, log, errors):
        os.close(each)
    sys.argv = ["feedsvc", *order["words"]]


def _warm_up() -> None:
    """Import what a server imports later, by doing once what it does."""
    from datetime import UTC, datetime

    import feedsvc.cli
    import feedsvc.push
    import feedsvc.watcher
    import feedsvc.web
    from feedsvc.publishing.publish import publish
    from feedsvc.push.outgoing import Outgoing
    from feedsvc.settings.load import load_settings
    from feedsvc.settings.site import site_of
    from feedsvc.source.folder import Folder
    from feedsvc.store.store import Store
    from feedsvc.web.app import create_app
    from feedsvc.web.polls.shelf import Shelf
    from tests.support.compiled import share_compiled

    share_compiled()

    for room in (feedsvc.cli, feedsvc.web, feedsvc.watcher, feedsvc.push):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)
    for name in ("multiprocessing.queues", "multiprocessing.popen_fork"):
        importlib.import_module(name)

    with tempfile.TemporaryDirectory() as place:
        posts = Path(place, "posts")
        posts.mkdir()
        (posts / "tea.md").write_text("---\ntitle: Tea\ndate: 2026-03-01\n---\nTea.\n")
        environ = {
            "FEEDSVC_SITE__TITLE": "Tea",
            "FEEDSVC_SITE__URL": "https://example.org",
            "FEEDSVC_SITE__AUTHOR": "Li",
            "FEEDSVC_SITE__TIMEZONE": "Asia/Shanghai",
            "FEEDSVC_SITE__TAG_AUTHORITY": "example.org,2026",
            "FEEDSVC_CONTENT__SEEDS": str(posts),
        }
        settings = load_settings(None, environ)
        store = Store(f"sqlite:///{place}/feedsvc.sqlite3")
        publish(Folder(posts, 0), store, site_of(settings), datetime.now(UTC))
        client = create_app(settings, store, Shelf(1_000_000)).test_client()
        for path in ("/atom.xml", "/rss.xml", "/feed.json", "/"):
            client.get(path)
        store.close()
        Outgoing()  # it reads the certificates, once in a process


if __name__ == "__main__":
    import gc

    from feedsvc.cli.main import main

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all
    _warm_up()
    gc.freeze()
    given = _serve()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _become(given)
    main(prog_name="feedsvc")
