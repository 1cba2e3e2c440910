"""Faults of settings and store: each command ends with 2 and one line, without a traceback."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from feedsvc.cli.main import main
from feedsvc.errors import StoreError
from feedsvc.store.store import Store
from tests.support.running import SITE
from tests.support.writing import PostFolder

HIDDEN = "t3a:p@t/c%p"
COMMANDS = {
    "serve": ["serve"],
    "web": ["web"],
    "watch": ["watch"],
    "publish": ["publish"],
    "dry-run": ["publish", "--dry-run"],
    "feeds": ["feeds"],
    "jobs": ["jobs"],
    "subscriptions": ["subscriptions"],
    "end": ["subscriptions", "--end", "x"],
    "push": ["push"],
    "export": ["export", "public"],
}


@pytest.fixture(autouse=True)
def cwd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, posts: PostFolder) -> Path:
    """The folder that each command starts in."""
    posts.write("tea.md", title="Tea")
    for name in [n for n in os.environ if n.startswith("FEEDSVC_") or n == "PORT"]:
        monkeypatch.delenv(name)
    for name, value in SITE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("FEEDSVC_SITE__URL", "https://example.org")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("FEEDSVC_SERVER__PORT", str(probe.getsockname()[1]))
    monkeypatch.setenv("FEEDSVC_CONTENT__SEEDS", "posts")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run(command: str, store_url: str = "", *options: str) -> Result:
    environ = {"FEEDSVC_STORE__URL": store_url} if store_url else {}
    return CliRunner().invoke(main, [*options, *COMMANDS[command]], env=environ)


def _is_one_line(result: Result) -> bool:
    """True if the command ended with 2 and one line, without a traceback."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 2, result.output
    assert result.output.startswith("feedsvc: ")
    assert "Traceback" not in result.output
    return result.output.count("\n") == 1


# The file of settings.


def _folder(file: Path) -> None:
    file.mkdir()


def _latin(file: Path) -> None:
    file.write_bytes(b'[site]\ntitle = "caf\xe9"\n')


def _not_toml(file: Path) -> None:
    file.write_text("[site\n")


def _deep(file: Path) -> None:
    file.write_text("a = " + "[" * 10_000)


def _nul(file: Path) -> None:
    file.write_bytes(b"\0")


def _loop(file: Path) -> None:
    file.symlink_to(file)


def _unreadable(file: Path) -> None:
    file.write_text("")
    file.chmod(0)
    if os.access(file, os.R_OK):
        file.unlink()  # root can read every file: use a file that nobody can read
        file.symlink_to("/proc/self/mem")


def _missing(file: Path) -> None:
    assert not file.exists()


CONFIGS = [_folder, _latin, _not_toml, _deep, _nul, _loop, _unreadable, _missing]


@pytest.mark.parametrize("command", [*COMMANDS, "check"])
@pytest.mark.parametrize("fault", CONFIGS)
def test_a_file_of_settings_that_cannot_be_used_ends_with_2(
    cwd: Path, command: str, fault: Callable[[Path], None]
) -> None:
    fault(cwd / "my.toml")
    arguments = COMMANDS.get(command, [command])
    result = CliRunner().invoke(main, ["--config", "my.toml", *arguments])
    assert not _is_one_line(result)  # a heading and a line for each fault
    assert "my.toml" in result.output


# The store.


def _store_folder(cwd: Path) -> str:
    (cwd / "store").mkdir()
    return f"sqlite:///{cwd}/store"


def _store_pipe(cwd: Path) -> str:
    os.mkfifo(cwd / "store")
    return f"sqlite:///{cwd}/store"


def _store_below_a_file(cwd: Path) -> str:
    (cwd / "file").write_text("")
    return f"sqlite:///{cwd}/file/store"


def _store_nowhere(_: Path) -> str:
    return "sqlite:////proc/none/store"


def _store_loop(cwd: Path) -> str:
    (cwd / "store").symlink_to("store")
    return f"sqlite:///{cwd}/store"


def _store_long(cwd: Path) -> str:
    return f"sqlite:///{cwd}/{'a' * 300}"


def _store_of_another_program(cwd: Path) -> str:
    with closing(sqlite3.connect(cwd / "store")) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('0000x')")
        connection.commit()
    return f"sqlite:///{cwd}/store"


def _store_refused(_: Path) -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return f"postgresql+psycopg://li:{quote(HIDDEN, safe='')}@127.0.0.1:{port}/feeds"


def _store_unknown_host(_: Path) -> str:
    return f"postgresql+psycopg://li:{quote(HIDDEN, safe='')}@none.invalid/feeds"


def _store_odd_option(_: Path) -> str:
    hidden = quote(HIDDEN, safe="")
    return f"postgresql+psycopg://127.0.0.1/feeds?password={hidden}&sslmode=odd"


def _store_unknown_option(_: Path) -> str:
    hidden = quote(HIDDEN, safe="")
    return f"postgresql+psycopg://127.0.0.1/feeds?password={hidden}&tea=odd"


STORES = [
    _store_folder,
    _store_pipe,
    _store_below_a_file,
    _store_nowhere,
    _store_loop,
    _store_long,
    _store_of_another_program,
    _store_refused,
    _store_unknown_host,
    _store_odd_option,
    _store_unknown_option,
]

NO_STORE_YET = [_store_below_a_file, _store_nowhere, _store_loop]


def _shows(text: str) -> bool:
    forms = (HIDDEN, quote(HIDDEN), quote(HIDDEN, safe=""), "t3a", "c%p", "c%25p")
    return any(form in text for form in forms)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("fault", STORES)
def test_a_store_that_cannot_be_used_ends_with_2(
    cwd: Path, command: str, fault: Callable[[Path], str]
) -> None:
    result = _run(command, fault(cwd))
    if command == "dry-run" and fault in NO_STORE_YET:
        assert result.exit_code == 0  # it writes nothing, so it needs no store
        return
    assert _is_one_line(result)
    assert not _shows(result.output)


def test_a_store_that_is_not_a_database_ends_each_command_that_reads_with_2(
    cwd: Path,
) -> None:
    (cwd / "store").write_bytes(b"no database" * 1000)
    for command in ("feeds", "jobs", "subscriptions", "push", "dry-run"):
        assert _is_one_line(_run(command, f"sqlite:///{cwd}/store"))


def test_a_full_disk_ends_with_2_and_is_named(cwd: Path) -> None:
    """A file system of 64 kB. The test is skipped if none may be mounted."""
    small = cwd / "small"
    small.mkdir()
    with _mounted(small):
        result = _run("publish", f"sqlite:///{small}/store")
        assert result.exit_code == 2
        assert "Traceback" not in result.output
        assert "the disk is full" in result.output


@contextmanager
def _mounted(cwd: Path) -> Iterator[None]:
    mount, umount = shutil.which("mount"), shutil.which("umount")
    arguments = [mount or "", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(cwd)]
    if not mount or subprocess.run(arguments, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        yield
    finally:
        subprocess.run([umount or "", "-l", str(cwd)], check=True)


# PostgreSQL.


@pytest.mark.postgres
def test_a_missing_database_ends_with_2(postgres_url: str) -> None:
    url = sa.make_url(postgres_url).set(database="nothing", password=HIDDEN)
    result = _run("publish", url.render_as_string(hide_password=False))
    assert _is_one_line(result)
    assert "nothing" in result.output
    assert not _shows(result.output)


@pytest.mark.postgres
@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII", "EUC_CN"])
def test_a_database_that_is_not_utf_8_is_refused(postgres_url: str, encoding: str) -> None:
    engine = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    create = f"CREATE DATABASE odd ENCODING '{encoding}' TEMPLATE template0 "
    with engine.connect() as connection:
        connection.exec_driver_sql(f"{create} LC_COLLATE 'C' LC_CTYPE 'C'")
        try:
            url = str(sa.make_url(postgres_url).set(database="odd"))
            for command in ("serve", "publish", "feeds"):
                result = _run(command, url)
                assert _is_one_line(result)
                assert f"has the encoding {encoding}" in result.output
                assert "ENCODING 'UTF8'" in result.output
        finally:
            connection.exec_driver_sql("DROP DATABASE odd WITH (FORCE)")
    engine.dispose()


@pytest.mark.postgres
def test_the_encoding_of_the_environment_is_not_used(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    store = Store(postgres_url)
    with store.snapshot() as snapshot:
        encoding = snapshot._connection.execute(sa.text("SHOW client_encoding")).scalar()
    store.close()
    assert encoding == "UTF8"


@pytest.mark.postgres
@pytest.mark.parametrize("password", [HIDDEN, "wrong", "a b", "%40", "p@ss:w@host"])
def test_a_wrong_password_ends_with_2_and_is_not_shown(
    postgres_url: str, password: str
) -> None:
    """The server does not know this user, so every password is wrong."""
    url = sa.make_url(postgres_url).set(username="nobody", password=password)
    with pytest.raises(StoreError) as refused:
        Store(url.render_as_string(hide_password=False))
    for form in (password, quote(password), quote(password, safe="")):
        assert form not in str(refused.value)


WITHOUT_DRIVER = """
import sys

class NoDriver:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "psycopg":
            raise {error}

sys.meta_path.insert(0, NoDriver())
from feedsvc.cli.main import main
sys.argv = ["feedsvc", {command!r}]
main()
"""


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("serve", "ModuleNotFoundError('no psycopg', name=name)"),
        ("publish", "ImportError('no pq wrapper available')"),  # libpq is missing
    ],
)
def test_postgresql_without_its_driver_ends_with_2_and_the_cure(
    cwd: Path, command: str, error: str
) -> None:
    hidden = quote(HIDDEN, safe="")
    environ = os.environ | {
        "FEEDSVC_STORE__URL": f"postgresql+psycopg://li:{hidden}@127.0.0.1/feeds",
        "FEEDSVC_CONTENT__SEEDS": str(cwd / "posts"),
    }
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_DRIVER.format(error=error, command=command)],
        env=environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert result.returncode == 2
    assert "pip install 'feedsvc[postgres]'" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not _shows(result.stderr)
