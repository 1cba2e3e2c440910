"""One PostgreSQL server for a test run, started from the programs on this machine."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from tests.support.run import adopt, open_folder, release, shared, worker_name

_STARTED_WITHIN = 60  # seconds


def database_url(suffix: str = "") -> str | None:
    """The URL of a database of this process, which may contain rows of earlier tests.

    Each process has its own database, not only a schema, because advisory locks belong to a
    database. None if PostgreSQL's programs are not installed.
    """
    programs = _programs()
    if programs is None:
        return None
    server = sa.engine.make_url(
        shared("postgres", lambda folder: PostgresServer(programs, folder).url)
    )
    name = f"tests_{worker_name()}{suffix}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        existing = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.execute(existing, {"name": name}).first() is None:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


def server_of_its_own(**settings: object) -> "PostgresServer | None":
    """Another server, which a test may stop, kill and start again."""
    programs = _programs()
    return None if programs is None else PostgresServer(programs, open_folder(), **settings)


class PostgresServer:
    """A running server in a folder of its own; `settings` replace those of the tests."""

    def __init__(self, programs: Path, folder: Path, **settings: object) -> None:
        self._programs, self._folder = programs, folder
        self._user = "postgres" if os.getuid() == 0 else None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        self.url = f"postgresql+psycopg://feedsvc@127.0.0.1:{port}/postgres"
        self._settings = {
            "port": port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "max_connections": 200,
            **settings,
        }
        self._create()
        self.start()

    @property
    def pid(self) -> int:
        """The number of its first process."""
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it answers."""
        pairs = (f"{name}={value}" for name, value in self._settings.items())
        words = [word for pair in pairs for word in ("-c", pair)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._folder / "data", *words],
                user=self._user,
                cwd="/",
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        adopt(self._process)
        _wait_until_it_answers(self.url, self._folder / "log")

    def kill(self) -> None:
        """End all of its processes at once, without a checkpoint ("immediate shutdown")."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(10)
        release(self._process)

    def _create(self) -> None:
        if self._user:
            account = pwd.getpwnam(self._user)
            os.chown(self._folder, account.pw_uid, account.pw_gid)
        words = f"-D {self._folder / 'data'} -U feedsvc -A trust -E UTF8 --no-sync".split()
        subprocess.run(
            [self._programs / "initdb", *words],
            check=True,
            user=self._user,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )


def _wait_until_it_answers(url: str, log: Path) -> None:
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    until = time.monotonic() + _STARTED_WITHIN
    while time.monotonic() < until:
        with suppress(sa.exc.OperationalError), engine.connect():
            return
        time.sleep(0.05)
    raise AssertionError(f"PostgreSQL does not start: {log.read_text('utf-8', 'replace')}")


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return candidates[-1].parent if candidates else None
