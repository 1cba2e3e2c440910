"""PostgreSQL's connections: how long client and server wait for each other.

The server's limits are set within each transaction (SET LOCAL). So they also work behind
PgBouncer in transaction mode, where the settings of a session would reach other clients.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

import psycopg
import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import URL, Connection, Engine

from feedsvc.errors import StoreLocked
from feedsvc.store.engine.limits import Limits

# The server releases the lock of a client that has vanished during a publish after this time.
VANISHED_SECONDS: Final = 20
_IDLE_READER_SECONDS: Final = 600  # a reader blocks no other process
_HEARTBEAT_SECONDS: Final = 3.0  # on the connection that holds the lock
_KEPT_CONNECTIONS: Final = 5
MOST_CONNECTIONS: Final = 10  # of one engine

_T = TypeVar("_T")


def new_engine(url: URL, limits: Limits, is_silent: Callable[[], bool]) -> Engine:
    """An engine whose connections give up on a server that does not answer.

    A connection that waits calls `is_silent`; if it returns True, the connection gives up.
    """
    seconds = max(2, round(limits.silence))
    arguments: dict[str, Any] = {
        "connect_timeout": seconds,
        # How long the kernel waits for a host that is gone, in seconds and milliseconds.
        "keepalives_idle": seconds,
        "keepalives_interval": max(1, seconds // 3),
        "keepalives_count": 3,
        "tcp_user_timeout": seconds * 1000,
        "client_encoding": "UTF8",  # not that of PGCLIENTENCODING
        "prepare_threshold": None,  # PgBouncer may change the server connection
    }
    for name in url.query:
        arguments.pop(name, None)  # a parameter in the URL has priority

    engine = sa.create_engine(
        url,
        connect_args=arguments,
        isolation_level="AUTOCOMMIT",  # `_begin` begins each transaction and sets its limits
        pool_pre_ping=True,
        pool_size=_KEPT_CONNECTIONS,
        max_overflow=MOST_CONNECTIONS - _KEPT_CONNECTIONS,
        pool_timeout=limits.silence,
        use_native_hstore=False,  # saves a query for each new connection
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
    """A connection that gives up on a server that no longer answers.

    With a limit for statements it waits a second longer than the limit, so that the server
    can report the timeout first. Without a limit a statement may take any time, but every
    `limits.silence` seconds another connection checks that the server answers: a long
    migration can finish, but a server behind a broken network is given up.
    """

    limits = Limits()
    is_silent: Callable[[], bool] = staticmethod(lambda: False)
    server_answers: Callable[[], bool] = staticmethod(lambda: False)

    def wait(self, gen: Any, *arguments: Any, **named: Any) -> Any:
        """Wait for an answer; raises OperationalError if the server does not answer."""
        try:
            return super().wait(self._watched(gen), *arguments, **named)
        except _GivenUp as error:
            self.pgconn.finish()
            raise psycopg.OperationalError(str(error)) from None

    def _watched(self, gen: Generator[Any, Any, _T]) -> Generator[Any, Any, _T]:
        """The same generator; psycopg resumes it ten times a second while it waits."""
        began = last_answer = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    last_answer = time.monotonic()
                elif self._is_lost(began, last_answer):
                    seconds = time.monotonic() - last_answer
                    raise _GivenUp(f"the server did not answer within {seconds:.0f} seconds")
                elif time.monotonic() - last_answer >= self.limits.silence:
                    last_answer = time.monotonic()  # it answered on another connection
                wanted = gen.send(ready)
        except StopIteration as end:
            result: _T = end.value
            return result

    def _is_lost(self, began: float, last_answer: float) -> bool:
        now = time.monotonic()
        if self.is_silent():
            return True
        if self.limits.statement is not None:
            return now - began > self.limits.statement + 1
        return now - last_answer >= self.limits.silence and not self.server_answers()


class _GivenUp(Exception):  # noqa: N818 - it never leaves this module
    """The server does not answer, and the connection stops waiting for it."""


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
    """The lock to publish: an advisory lock, held by a transaction on its own connection.

    A heartbeat keeps that transaction from being idle. If the heartbeat ends because the
    machine, the network or the process has failed, the server ends the transaction after
    VANISHED_SECONDS and releases the lock.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._query_lock = threading.Lock()
        self._released = threading.Event()

    def check(self) -> None:
        """Raise SQLAlchemyError if the lock was lost."""
        with self._query_lock:
            self._connection.exec_driver_sql("SELECT 1")

    def beat(self) -> None:
        """Send heartbeats until the lock is released or lost."""
        with suppress(exc.SQLAlchemyError):  # the publisher learns it from `check`
            while not self._released.wait(_HEARTBEAT_SECONDS):
                self.check()

    def release(self) -> None:
        """Release the lock. It is no error if the lock was lost: the work is done."""
        self._released.set()
        with self._query_lock, suppress(exc.SQLAlchemyError):
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
        with _limited(connection, VANISHED_SECONDS):
            threading.Thread(target=lock.beat, name="lock", daemon=True).start()
            try:
                yield lock
            finally:
                lock.release()


@contextmanager
def _limited(connection: Connection, seconds: float) -> Iterator[None]:
    """Give up each statement of a connection after so many seconds, within the context.

    The server may have dropped the connection without the client hearing of it, although other
    connections are answered.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, _Connection)  # noqa: S101 - `new_engine` makes no others
    before = driver.limits
    driver.limits = replace(before, statement=before.statement or seconds)
    try:
        yield
    finally:
        driver.limits = before
