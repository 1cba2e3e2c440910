"""Runs uvicorn: opens the port, and says what each web process does."""

import asyncio
import errno
import logging
import secrets
import socket
import sys
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import uvicorn

from feedsvc.core import addresses
from feedsvc.errors import FeedsvcError
from feedsvc.logs import Requests, log_to_stderr, log_what_python_prints
from feedsvc.settings.settings import Settings
from feedsvc.store.audience.flushes import CountingProcess
from feedsvc.store.engine.limits import Limits
from feedsvc.store.store import Store, open_store
from feedsvc.web.app import HEALTH, READY, create_app
from feedsvc.web.counting.flusher import Flusher
from feedsvc.web.counting.poll_kinds import PollKinds
from feedsvc.web.polls.rate_limits import Limiter
from feedsvc.web.polls.replay import Replay
from feedsvc.web.polls.shelf import Shelf
from feedsvc.web.polls.store_follower import Follower
from feedsvc.web.server.connections import Connection
from feedsvc.web.server.descriptors import raise_descriptor_limit
from feedsvc.web.server.gateway import Gateway
from feedsvc.web.server.idle_connections import IDLE_SECONDS, close_idle
from feedsvc.web.server.logged_connections import LoggedConnection
from feedsvc.web.server.request_log import RequestLog
from feedsvc.web.server.workers import Workers

_BACKLOG: Final = 2048  # connections that the kernel queues until we accept them
# Seconds after which a busy thread yields the interpreter to the event loop.
_SWITCH_INTERVAL: Final = 0.001


def serve_http(
    settings: Settings, started: Callable[[], None], stopped: Callable[[], None]
) -> None:
    """Serve until SIGTERM or SIGINT. A process that dies is replaced.

    `started` is called when the first processes have started, `stopped` when all have ended.
    Raises FeedsvcError if the address is in use or the store cannot be opened.
    """
    server = settings.server
    with _listening(server.host, server.port) as listener:
        # Report a fault of the store once here, rather than once in each process.
        open_store(settings.store.url, Limits(settings.store.timeout)).close()
        workers = Workers(server.workers, _serve, settings, listener)
        try:
            started()
            workers.supervise()
        finally:
            workers.end()
    stopped()


def create_wsgi_app(settings: Settings, store: Store, flusher: Flusher | None = None) -> Replay:
    """Flask behind the replay of its answers. A thread follows the store from now on.

    Polls are counted if there is a `flusher`.
    """
    shelf = Shelf(settings.server.memory)
    app = create_app(settings, store, shelf)
    Follower(store, shelf).start()
    server = settings.server
    limiter = None
    if server.poll_limit:
        limiter = Limiter(server.poll_limit, server.proxies, server.proxy_header)
    base = urlsplit(settings.site.url).path
    kinds = None
    if flusher:
        flusher.rendered = lambda: _by_format(shelf.take_rendered())
        kinds = PollKinds(flusher.counting, server.proxies, server.proxy_header)
    return Replay(app, shelf, limiter, {HEALTH, f"{unquote(base)}{HEALTH}"}, kinds)


def _by_format(rendered: Mapping[str, int]) -> dict[str, int]:
    names = {name: format_name for format_name, name in addresses.FORMATS.items()}
    return {names.get(name, "opml"): times for name, times in rendered.items()}


def flusher_of(settings: Settings, store: Store) -> Flusher | None:
    """What counts the polls of this process; None if the settings do not want that."""
    if not settings.audience.enabled:
        return None
    process = CountingProcess(secrets.token_hex(8), "web")
    return Flusher(store, ZoneInfo(settings.site.timezone), process)


class Server(uvicorn.Server):
    """uvicorn's server of one process. It also closes idle connections, and counts polls."""

    def __init__(
        self, app: Replay, flusher: Flusher | None = None, requests: Requests = "errors"
    ) -> None:
        self._flusher = flusher
        probes = app.health_paths | {each.replace(HEALTH, READY) for each in app.health_paths}
        super().__init__(
            uvicorn.Config(
                Gateway(app, RequestLog(requests, probes)),
                interface="asgi3",
                loop="uvloop",
                http=Connection if requests == "errors" else LoggedConnection,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                backlog=_BACKLOG,
                timeout_keep_alive=IDLE_SECONDS,
                timeout_graceful_shutdown=2,
            )
        )

    async def on_tick(self, counter: int) -> bool:
        """Close idle connections every second. uvicorn calls this ten times a second."""
        if counter % 10 == 0:
            connections = self.server_state.connections
            ours = [c for c in connections if isinstance(c, Connection)]
            close_idle([c.transport for c in ours if not c.awaits_answer])
        if self._flusher:
            self._flusher.tick()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close connections, then write what was counted: next, a signal ends the process."""
        await super().shutdown(sockets)
        if self._flusher:
            await asyncio.get_running_loop().run_in_executor(None, self._flusher.finish)


def _serve(settings: Settings, listener: socket.socket) -> None:
    """Serve on a listening socket until SIGTERM, in a process of its own."""
    log_to_stderr(settings.log.level, settings.log.format)
    log_what_python_prints()
    # uvicorn logs every malformed request. The gateway logs our own faults.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    sys.setswitchinterval(_SWITCH_INTERVAL)
    raise_descriptor_limit()
    timeout = settings.store.timeout
    store = Store(settings.store.url, limits=Limits(timeout, statement=timeout))
    flusher = flusher_of(settings, store)
    if flusher:
        flusher.start()
    app = create_wsgi_app(settings, store, flusher)
    Server(app, flusher, settings.log.requests).run([listener])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        fault = f"cannot listen on {host}:{port}: {error.strerror}"
        raise FeedsvcError(f"{fault}; {_cure_of(error, port)}") from error
    return listener


def _cure_of(error: OSError, port: int) -> str:
    """What to do if the address cannot be listened on."""
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else port - 1
        return f"stop the program that uses it, add --port {other}, or set server.port"
    if error.errno == errno.EACCES:
        return "add --port 8000, or set server.port to a port above 1023"
    return "set server.host to an address of this machine, such as 127.0.0.1"
