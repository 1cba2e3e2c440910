"""One PostgreSQL server for a test run, started from the programs on this machine."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from tests.support.run import (
    adopt,
    open_folder,
    shared,
    worker_name,
)

_STARTED_WITHIN = 60  # seconds


def database_url(suffix: str = "") -> str | None:
    """The URL of a database of this process, which may contain rows of earlier tests.

    Each process has its own database, not only a schema, because advisory locks belong to a
    database. None if PostgreSQL's programs are not installed.
    """
    programs = _programs()
    if programs is None:
        return None
    server = sa.engine.make_url(shared("postgres", lambda folder: _start(programs, folder)))
    name = f"tests_{worker_name()}{suffix}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        existing = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.execute(existing, {"name": name}).first() is None:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


def server_of_its_own() -> tuple[str, int] | None:
    """The URL and the process id of another server, which a test may stop or kill."""
    programs = _programs()
    return None if programs is None else _started(programs, open_folder())


def _start(programs: Path, folder: Path) -> str:
    url, _ = _started(programs, folder)
    return url


def _started(programs: Path, folder: Path) -> tuple[str, int]:
    """Start a server in a folder; its URL and its process id."""
    user = "postgres" if os.getuid() == 0 else None
    if user:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    words = f"-D {data} -U feedsvc -A trust -E UTF8 --no-sync".split()
    subprocess.run(
        [programs / "initdb", *words],
        check=True,
        user=user,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "max_connections": 200,
    }
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", str(data), *words],
            user=user,
            cwd="/",
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    adopt(process)
    _wait_until_it_answers(port, folder / "log")
    return f"postgresql+psycopg://feedsvc@127.0.0.1:{port}/postgres", process.pid


def _wait_until_it_answers(port: int, log: Path) -> None:
    url = f"postgresql+psycopg://feedsvc@127.0.0.1:{port}/postgres"
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
