"""PostgreSQL's connections: how long a silent server is waited for, on either side.

All limits of the server are set within each transaction (SET LOCAL). They hold behind
PgBouncer in transaction mode too, where what a session sets reaches other clients.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Final, TypeVar

import psycopg
import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import URL, Connection, Engine

from feedsvc.errors import StoreLocked
from feedsvc.store.engine.limits import Limits

# A client that has vanished in the middle of a publish holds the lock no longer than this.
VANISHED_SECONDS: Final = 20
_IDLE_READER_SECONDS: Final = 600  # a reader holds up nobody
_HEARTBEAT_SECONDS: Final = 3.0  # of the connection that holds the lock
_KEPT_CONNECTIONS: Final = 5
MOST_CONNECTIONS: Final = 10  # of one engine

_T = TypeVar("_T")


def new_engine(url: URL, limits: Limits, is_silent: Callable[[], bool]) -> Engine:
    """An engine whose connections give up on a server that does not answer.

    `is_silent` is asked while one waits; once it is true, nothing is waited for any longer.
    """
    seconds = max(2, round(limits.silence))
    arguments: dict[str, Any] = {
        "connect_timeout": seconds,
        # The kernel's own patience with a host that is gone, in seconds and milliseconds.
        "keepalives_idle": seconds,
        "keepalives_interval": max(1, seconds // 3),
        "keepalives_count": 3,
        "tcp_user_timeout": seconds * 1000,
        "client_encoding": "UTF8",  # whatever PGCLIENTENCODING says
        "prepare_threshold": None,  # PgBouncer may give each transaction another server
    }
    for name in url.query:
        arguments.pop(name, None)  # what the URL says of a connection wins

    engine = sa.create_engine(
        url,
        connect_args=arguments,
        isolation_level="AUTOCOMMIT",  # `_begin` begins each transaction, with its limits
        pool_pre_ping=True,
        pool_size=_KEPT_CONNECTIONS,
        max_overflow=MOST_CONNECTIONS - _KEPT_CONNECTIONS,
        pool_timeout=limits.silence,
        use_native_hstore=False,  # which would be looked for at each start
    )

    def connect(_dialect: Any, _record: Any, words: Any, named: Any) -> Any:
        if is_silent():
            raise psycopg.OperationalError("the server does not answer")
        connection = _Connection.connect(*words, **named)
        connection.limits = limits
        connection.is_silent = is_silent
        connection.server_answers = partial(_server_answers, limits, words, named)
        return connection

    def begin(connection: Connection) -> None:
        _begin(connection, limits)

    sa.event.listen(engine, "do_connect", connect)
    sa.event.listen(engine, "begin", begin)
    return engine


def _begin(connection: Connection, limits: Limits) -> None:
    """Begin a transaction and set its limits, in one message to the server."""
    writes = connection.get_execution_options().get("feedsvc_writes")
    idle = VANISHED_SECONDS if writes else _IDLE_READER_SECONDS
    settings = {"idle_in_transaction_session_timeout": idle * 1000}
    if writes:
        settings |= {"tcp_keepalives_idle": 5, "tcp_keepalives_interval": 5}
        settings |= {"tcp_keepalives_count": 3, "tcp_user_timeout": VANISHED_SECONDS * 1000}
    if limits.statement:
        settings["statement_timeout"] = round(limits.statement * 1000)
    begin = "BEGIN" if writes else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    local = (f"SET LOCAL {name} = {value}" for name, value in settings.items())
    connection.exec_driver_sql(
        "; ".join((begin, *local)), execution_options={"no_parameters": True}
    )


class _Connection(psycopg.Connection[Any]):
    """A connection that does not wait for ever.

    With a limit for statements it waits for that and a second more, so that the server is the
    first to say so. Without one a statement may take as long as it likes, but every
    `limits.silence` seconds another connection asks whether the server is there at all: a long
    migration goes on, and a server behind a broken network is given up.
    """

    limits = Limits()
    is_silent: Callable[[], bool] = staticmethod(lambda: False)
    server_answers: Callable[[], bool] = staticmethod(lambda: False)

    def wait(self, gen: Any, *arguments: Any, **named: Any) -> Any:
        """Wait for an answer; raises OperationalError if the server is given up."""
        try:
            return super().wait(self._watched(gen), *arguments, **named)
        except _GivenUp as error:
            self.pgconn.finish()
            raise psycopg.OperationalError(str(error)) from None

    def _watched(self, gen: Generator[Any, Any, _T]) -> Generator[Any, Any, _T]:
        """The same generator; psycopg resumes it ten times a second while nothing comes."""
        begun = heard = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    heard = time.monotonic()
                elif self._is_given_up(begun, heard):
                    seconds = time.monotonic() - heard
                    raise _GivenUp(f"the server did not answer within {seconds:.0f} seconds")
                elif time.monotonic() - heard >= self.limits.silence:
                    heard = time.monotonic()  # it was asked, and is there
                wanted = gen.send(ready)
        except StopIteration as end:
            result: _T = end.value
            return result

    def _is_given_up(self, begun: float, heard: float) -> bool:
        now = time.monotonic()
        if self.is_silent():
            return True
        if self.limits.statement is not None:
            return now - begun > self.limits.statement + 1
        return now - heard >= self.limits.silence and not self.server_answers()


class _GivenUp(Exception):  # noqa: N818 - it never leaves this module
    """The server is not waited for any longer."""


def _server_answers(limits: Limits, words: Any, named: Any) -> bool:
    """True if the server answers on another connection."""
    try:
        with _Connection.connect(*words, **named) as connection:
            connection.limits = Limits(limits.silence, statement=limits.silence)
            connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


class Lock:
    """The right to publish: an advisory lock, held by a transaction on a connection of its own.

    A heartbeat keeps that transaction from being idle. When the heartbeat ends - the machine
    is gone, the network is cut, the process is stopped - the server ends the transaction after
    VANISHED_SECONDS, and the lock is free.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._asking = threading.Lock()
        self._released = threading.Event()

    def check(self) -> None:
        """Raise SQLAlchemyError if the lock was lost."""
        with self._asking:
            self._connection.exec_driver_sql("SELECT 1")

    def beat(self) -> None:
        """Send heartbeats until the lock is released, or lost."""
        with suppress(exc.SQLAlchemyError):  # `check` says so to the one that publishes
            while not self._released.wait(_HEARTBEAT_SECONDS):
                self.check()

    def release(self) -> None:
        """Let another process publish. It is no fault if the lock was lost: all is done."""
        self._released.set()
        with self._asking, suppress(exc.SQLAlchemyError):
            self._connection.rollback()


@contextmanager
def holding(engine: Engine, number: int, name: str, *, wait: bool) -> Iterator[Lock]:
    """Hold an advisory lock; raises StoreLocked if another process has it."""
    call = sa.func.pg_advisory_xact_lock if wait else sa.func.pg_try_advisory_xact_lock
    with engine.connect() as connection:
        connection.execution_options(feedsvc_writes=True)
        if connection.execute(sa.select(call(number))).scalar() is False:
            raise StoreLocked(f"another process is publishing into {name}")
        lock = Lock(connection)
        threading.Thread(target=lock.beat, name="lock", daemon=True).start()
        try:
            yield lock
        finally:
            lock.release()
