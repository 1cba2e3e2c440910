"""uvicorn, set up for us: where we listen, and what each process does."""

import logging
import socket
import sys
from collections.abc import Callable
from typing import Final

import uvicorn

from feedsvc.errors import FeedsvcError
from feedsvc.logs import log_to_stderr
from feedsvc.settings.settings import Settings
from feedsvc.store.engine.limits import Limits
from feedsvc.store.store import Store, open_store
from feedsvc.web.polls.replay import Replay
from feedsvc.web.server.connections import Connection
from feedsvc.web.server.descriptors import allow_descriptors
from feedsvc.web.server.front import create_front
from feedsvc.web.server.gateway import Gateway
from feedsvc.web.server.idle_connections import SILENT_SECONDS, close_silent
from feedsvc.web.server.workers import Workers

_BACKLOG: Final = 2048  # connections that wait to be accepted
# A thread that computes leaves the event loop the processor after so many seconds.
_TURN: Final = 0.001


def serve_http(
    settings: Settings, started: Callable[[], None], stopped: Callable[[], None]
) -> None:
    """Serve until SIGTERM or SIGINT; a process that dies is replaced.

    `started` is called when the first processes have begun, `stopped` when all have ended.
    Raises FeedsvcError where the address is taken or the store cannot be opened.
    """
    server = settings.server
    with _listening(server.host, server.port) as listener:
        open_store(
            settings.store.url, Limits(settings.store.timeout)
        ).close()  # its faults are better told once, here
        workers = Workers(server.workers, _serve, settings, listener)
        try:
            started()
            workers.stay()
        finally:
            workers.end()
    stopped()


class Server(uvicorn.Server):
    """uvicorn's server, of one process, that looks after its connections."""

    def __init__(self, front: Replay) -> None:
        super().__init__(
            uvicorn.Config(
                Gateway(front),
                interface="asgi3",
                loop="uvloop",
                http=Connection,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                backlog=_BACKLOG,
                timeout_keep_alive=SILENT_SECONDS,
                timeout_graceful_shutdown=2,
            )
        )

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second, by uvicorn."""
        if counter % 10 == 0:
            connections = self.server_state.connections
            ours = [c for c in connections if isinstance(c, Connection)]
            close_silent([c.transport for c in ours if not c.waits])
        return await super().on_tick(counter)


def _serve(settings: Settings, listener: socket.socket) -> None:
    """Answer on a listening socket, in a process of its own, until SIGTERM."""
    log_to_stderr()
    # Or every fault of a client is a line; what is our fault the gateway says.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    sys.setswitchinterval(_TURN)
    allow_descriptors()
    timeout = settings.store.timeout
    store = Store(settings.store.url, limits=Limits(timeout, statement=timeout))
    Server(create_front(settings, store)).run([listener])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise FeedsvcError(
            f"{host}:{port} cannot be listened on: {error.strerror}; stop what is using it "
            "or set server.port"
        ) from error
    return listener
