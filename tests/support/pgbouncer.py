"""A real PgBouncer in transaction mode, in front of the PostgreSQL server of the tests."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa

from tests.support.run import open_folder
from tests.support.running import free_port, wait_until

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


@contextmanager
def pgbouncer(url: str, connections: int) -> Iterator[str]:
    """The URL of the database through PgBouncer, which opens so many connections to it."""
    direct, port = sa.make_url(url), free_port()
    folder = open_folder()  # PgBouncer refuses to run as root
    (folder / "users.txt").write_text(f'"{direct.username}" ""\n')
    rules = folder / "pgbouncer.ini"
    rules.write_text(
        "[databases]\n"
        f"{direct.database} = host={direct.host} port={direct.port}\n"
        "[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = trust\nauth_file = {folder / 'users.txt'}\n"
        f"pool_mode = transaction\ndefault_pool_size = {connections}\n"
    )
    words = [str(PROGRAM), str(rules)]
    if os.getuid() == 0:
        words += ["-u", "postgres"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        wait_until(lambda: _listens(port), f"pgbouncer: {folder / 'log'}")
        yield direct.set(port=port).render_as_string(hide_password=False)
    finally:
        process.kill()
        process.wait(10)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
