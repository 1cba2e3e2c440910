"""granian, set up for us: the processes that answer HTTP, and their end."""

import functools
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.mp import MPServer

from feedsvc.errors import FeedsvcError
from feedsvc.logs import log_to_stderr
from feedsvc.settings import Settings
from feedsvc.store.store import Store, open_store
from feedsvc.web.bodies import MOST_WAITING
from feedsvc.web.front import create_front
from feedsvc.web.silence import close_silent_connections

THREADS: Final = MOST_WAITING + 2  # more of them only wait for one another
HEADER_SECONDS: Final = 12  # for a request's headers to come, and between two requests
MOST_HEADER_OCTETS: Final = 64 * 1024
MOST_CONNECTIONS: Final = 4096  # of one process; the others wait to be accepted

log = logging.getLogger("feedsvc.web")


def serve_http(
    settings: Settings, started: Callable[[], None], stopped: Callable[[], None]
) -> None:
    """Serve until SIGTERM or SIGINT; a worker that dies is replaced.

    `started` is called when the first workers have started, `stopped` when all have ended.
    Raises FeedsvcError where the address is taken or the store cannot be opened.
    """
    _refuse_taken_address(settings.server.host, settings.server.port)
    open_store(settings.store.url).close()  # its faults are better told once, here
    server = _Server(
        "feedsvc",
        address=settings.server.host,
        port=settings.server.port,
        interface=Interfaces.WSGI,
        workers=settings.server.workers,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=MOST_HEADER_OCTETS
        ),
        websockets=False,
        backpressure=MOST_CONNECTIONS,
        log_enabled=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=2,
    )
    server.started = started
    server.on_shutdown(stopped)
    server.serve(
        target_loader=functools.partial(_worker_app, settings, os.getpid()), wrap_loader=False
    )


class _Server(MPServer):
    """granian 2.8 has no hook for when its workers have started: this is one.

    The first workers are forked, which spares them a second of imports. From then on there may
    be threads here, whose locks a fork would copy in any state: later ones are spawned.
    """

    started: Callable[[], None]

    def _spawn_workers(self, *arguments: Any) -> None:
        multiprocessing.set_start_method("fork", force=True)
        super()._spawn_workers(*arguments)  # type: ignore[no-untyped-call]  # granian: no types
        multiprocessing.set_start_method("spawn", force=True)
        self.started()


def _worker_app(settings: Settings, parent: int) -> Callable[..., Any]:
    """What a worker process runs; it ends with its parent, so that no orphan keeps the port."""
    log_to_stderr()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    close_silent_connections(settings.server.port)
    return create_front(settings, Store(settings.store.url))


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)


def _refuse_taken_address(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise FeedsvcError(
                f"{host}:{port} cannot be listened on: {error.strerror}; stop what is using it "
                "or set server.port"
            ) from error
