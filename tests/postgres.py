"""A PostgreSQL server for one test run, started from the programs on this machine."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cluster:
    """A running server and the URL of its one database."""

    programs: Path
    place: Path
    url: str
    user: str | None

    def stop(self) -> None:
        """End the server at once and remove its folder."""
        data = self.place / "data"
        _call(self.user, self.programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(self.place)


def start_cluster() -> Cluster | None:
    """Start a server in a folder of its own; None where there are no programs for it."""
    programs = _programs()
    if programs is None:
        return None
    # Not below pytest's folder: every session of pytest closes that to all but its user.
    place = Path(tempfile.mkdtemp(prefix="feedsvc-postgres-"))
    user = "postgres" if os.getuid() == 0 else None
    if user:
        account = pwd.getpwnam(user)
        os.chown(place, account.pw_uid, account.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = place / "data"
    _call(
        user,
        programs / "initdb",
        "-D",
        data,
        "-U",
        "feedsvc",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    )
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    )
    _call(
        user, programs / "pg_ctl", "-D", data, "-w", "-o", options, "-l", place / "log", "start"
    )
    url = f"postgresql+psycopg://feedsvc@127.0.0.1:{port}/postgres"
    return Cluster(programs, place, url, user)


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return candidates[-1].parent if candidates else None


def _call(user: str | None, *command: object) -> None:
    words = [str(word) for word in command]
    subprocess.run(
        words,
        check=True,
        user=user,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
