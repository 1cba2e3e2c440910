"""Run the git program safely: with a time limit, a lock, and a configuration of its own.

Git reads no configuration but the one in this module. Hooks, filters and submodules of a
repository have no effect, git never prompts, and no password is in a command line or a file.
"""

import fcntl
import logging
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from feedsvc.core.git_remotes import Address, without_secrets
from feedsvc.errors import RepositoryError

OLDEST: Final = (
    2,
    32,
)  # the first version whose whole configuration can come from the environment

# The shell writes down its process group before git starts. If feedsvc is killed with -9, the
# next process that finds the lock held can end that group.
_START: Final = 'echo $$ >"$0" && exec "$@"'
# A file that grows beyond the limit makes the write fail; no signal ends the process.
_LIMITED: Final = 'echo $$ >"$0" && trap "" XFSZ && ulimit -f "$1" && shift && exec "$@"'
_BLOCK: Final = 512  # octets, the unit of `ulimit -f`
# Only for the host of the configured address, even after a redirect: see `_configuration`.
_CREDENTIALS: Final = (
    '!f() { test "$1" = get && '
    'printf "%s\\n" "username=$FEEDSVC_GIT_USER" "password=$FEEDSVC_GIT_PASSWORD"; }; f'
)
_SSH: Final = "ssh -oBatchMode=yes -oConnectTimeout=20 -oServerAliveInterval=20"
_INHERITED: Final = (  # all that git and its children get of the environment
    *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "SSH_AUTH_SOCK"),
    *("GIT_SSH_COMMAND", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
    *("no_proxy", "NO_PROXY"),
)
# Files are checked out byte for byte, whatever the repository's .gitattributes say.
_ATTRIBUTES: Final = "* -text -ident !eol !filter !working-tree-encoding\n"
# What is overridden in the configuration of any repository, whoever wrote it.
_HARMLESS: Final = {
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.fsmonitor": "false",
}
_MOST_COMPLAINT: Final = 2000  # octets of the error messages of git and of the remote
_MOST_RENAMES: Final = 1000  # of one commit that git compares by their texts, its default
_GRACE_SECONDS: Final = 2.0  # between SIGTERM and SIGKILL

log = logging.getLogger("feedsvc.git")


@dataclass(frozen=True, slots=True)
class GitResult:
    """How a command ended: its exit code, its output, and its error messages."""

    code: int
    output: bytes
    complaint: str


class Git:
    """The git program for a git directory below `folder`, which belongs to feedsvc."""

    def __init__(self, folder: Path, address: Address, timeout: float) -> None:
        self.directory = folder / "git"
        self._folder = folder
        self._address = address
        self._timeout = timeout
        self._is_new_enough = False

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Take the lock, and clean up after a process that was killed.

        An OSError in the context becomes a RepositoryError.
        """
        self._require()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / "lock").open("a") as lock:
                self._wait_for(lock)
                self._busy().close()
                self._sweep()
                yield
        except OSError as error:
            fault = error.strerror or type(error).__name__
            raise RepositoryError(
                f"{error.filename or self._folder} cannot be written or read: {fault}; "
                "make room, or give feedsvc the permission"
            ) from error

    def _wait_for(self, lock: IO[str]) -> None:
        deadline = time.monotonic() + self._timeout
        while not _is_locked(lock):
            if time.monotonic() > deadline:
                raise RepositoryError(
                    f"{self._folder} is in use by another process; "
                    "give each feedsvc its own folder"
                )
            time.sleep(0.05)

    def make(self) -> None:
        """Create the git directory, or what is missing of it."""
        self.run("init", "--quiet", "--bare", "--template=")
        attributes = self.directory / "info" / "attributes"
        attributes.parent.mkdir(exist_ok=True)
        attributes.write_text(_ATTRIBUTES)

    def remove(self) -> None:
        """Delete the git directory with everything in it."""
        shutil.rmtree(self.directory)

    def run(self, *words: str, tree: Path | None = None, index: Path | None = None) -> bytes:
        """The output of a command. Raises RepositoryError if it fails or takes too long."""
        answer = self.ask(*words, tree=tree, index=index)
        if answer.code:
            raise RepositoryError(f"git {words[0]} failed: {answer.complaint}")
        return answer.output

    def ask(
        self,
        *words: str,
        tree: Path | None = None,
        index: Path | None = None,
        most: int | None = None,
    ) -> GitResult:
        """How a command ends. Raises RepositoryError if it takes too long.

        `tree` is the work tree and `index` the index file. `most` limits the octets of the
        output and of each file that git writes; a fetch then writes a single file.
        """
        start, command = [_START], ["git", *words]
        if most is not None:
            start, command = [_LIMITED], ["git", "-c", "fetch.unpackLimit=1", *words]
            command = [str(-(-most // _BLOCK)), *command]
        with self._busy() as busy:
            busy.truncate(0)
            child = subprocess.Popen(  # noqa: S603 - fixed words, and addresses after `--`
                ["/bin/sh", "-c", *start, busy.name, *command],
                cwd=tree or self._folder,
                env=self._environment() | _work_tree(tree, index),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                pass_fds=(busy.fileno(),),  # locked until the last of its children ends
            )
        output, complaint = (
            _PipeReader(child.stdout, most),
            _PipeReader(child.stderr, _MOST_COMPLAINT),
        )
        try:
            code = child.wait(self._timeout)
        except subprocess.TimeoutExpired:
            raise RepositoryError(
                f"git {words[0]} took longer than {self._timeout:g} seconds and was stopped"
            ) from None
        finally:
            _end(child)
            self._busy().close()
        # An ssh that stays in the background may keep stderr open.
        return GitResult(code, output.read(), self._complaint(complaint.read(1), code))

    def _busy(self) -> IO[str]:
        """Lock the file that commands keep locked while they run; kill those that still run."""
        busy = (self._folder / "busy").open("a+")
        deadline = time.monotonic() + 10
        while not _is_locked(busy):
            busy.seek(0)
            group = busy.read().strip()
            if group.isdecimal():  # it is alive, because only its members hold the lock
                with suppress(ProcessLookupError):
                    os.killpg(int(group), signal.SIGKILL)
            if time.monotonic() > deadline:
                busy.close()
                raise RepositoryError(f"git still runs in {self._folder} and cannot be stopped")
            time.sleep(0.01)
        return busy

    def _sweep(self) -> None:
        """Delete the files that a killed git leaves behind. No other git runs here now."""
        objects = self.directory / "objects"
        for left in (
            *self.directory.rglob("*.lock"),
            *objects.rglob("tmp_*"),
            *objects.glob("pack/*.keep"),
        ):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    def _require(self) -> None:
        if not self._is_new_enough:
            require_git(self._environment(), self._timeout)
            self._is_new_enough = True

    def _complaint(self, complaint: bytes, code: int) -> str:
        text = without_secrets(complaint.decode(errors="replace"), self._address).strip()
        return text or f"it ended with code {code} and no message"

    def _environment(self) -> dict[str, str]:
        return {
            "GIT_SSH_COMMAND": _SSH,
            **_environment(_INHERITED, self._configuration()),
            "GIT_DIR": str(self.directory),
            "GIT_ALLOW_PROTOCOL": self._address.transport,  # no other
            "GIT_ASKPASS": "",
            "SSH_ASKPASS_REQUIRE": "never",
            "FEEDSVC_GIT_USER": self._address.user,
            "FEEDSVC_GIT_PASSWORD": self._address.password,
        }

    def _configuration(self) -> Mapping[str, str]:
        address = self._address
        credentials = {f"credential.{address.origin}.helper": _CREDENTIALS}
        return {
            **_HARMLESS,
            "core.autocrlf": "false",
            "core.symlinks": "true",  # otherwise links become files, which could be posts
            "core.protectHFS": "true",
            "core.protectNTFS": "true",
            "core.logAllRefUpdates": "false",
            "submodule.recurse": "false",
            "fetch.recurseSubmodules": "false",
            "gc.auto": "0",
            "maintenance.auto": "false",
            "http.lowSpeedLimit": "1",
            "http.lowSpeedTime": str(max(1, int(self._timeout))),
            **(credentials if address.user or address.password else {}),
        }


def environment_to_read(directory: Path | None) -> dict[str, str]:
    """The environment for commands that only read a repository, also one of another user.

    `directory` is its git directory; without one, git looks for it in the folders above. Its
    configuration runs no program, and nothing is fetched.
    """
    configuration = {
        **_HARMLESS,
        "safe.directory": "*",
        "log.showRoot": "true",
        "diff.orderFile": os.devnull,
        "diff.renameLimit": str(_MOST_RENAMES),
    }
    return {
        **_environment(("PATH", "TMPDIR"), configuration),
        **({"GIT_DIR": str(directory)} if directory else {}),
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_PAGER": "cat",
    }


def _environment(inherited: Sequence[str], configuration: Mapping[str, str]) -> dict[str, str]:
    """What every command gets: a few variables, and no configuration but this."""
    return {
        **{name: os.environ[name] for name in inherited if name in os.environ},
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        "GIT_CONFIG_COUNT": str(len(configuration)),
        **{
            f"GIT_CONFIG_{part}_{number}": text
            for number, pair in enumerate(configuration.items())
            for part, text in zip(("KEY", "VALUE"), pair, strict=True)
        },
    }


def require_git(environment: Mapping[str, str], timeout: float) -> None:
    """Raise RepositoryError if there is no git, or if it is too old."""
    cure = f"install git {OLDEST[0]}.{OLDEST[1]} or later"
    try:
        version = subprocess.run(
            ["git", "--version"],  # noqa: S607 - from the PATH, like all programs
            env=environment,
            capture_output=True,
            timeout=timeout,
            check=False,
        ).stdout.decode(errors="replace")
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RepositoryError(f"the program git cannot be started; {cure}") from error
    match = re.search(r"(\d+)\.(\d+)", version)
    if not match or (int(match[1]), int(match[2])) < OLDEST:
        raise RepositoryError(f"this git is too old ({version.strip()[:40]}); {cure}")


class _PipeReader:
    """Reads a pipe to its end in a thread, so that the writer never blocks; keeps the end."""

    def __init__(self, pipe: IO[bytes] | None, most: int | None = None) -> None:
        assert pipe is not None  # noqa: S101 - asked for when the program was started
        self._pipe = pipe
        self._most = most
        self._read = bytearray()
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        with self._pipe:
            while chunk := os.read(self._pipe.fileno(), 65536):
                self._read += chunk
                if self._most is not None:
                    del self._read[: -self._most]

    def read(self, patience: float | None = None) -> bytes:
        self._thread.join(patience)
        return bytes(self._read)


def _work_tree(tree: Path | None, index: Path | None) -> dict[str, str]:
    named = {"GIT_WORK_TREE": tree, "GIT_INDEX_FILE": index}
    return {name: str(path) for name, path in named.items() if path is not None}


def _is_locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a process and its children. After SIGTERM, git deletes its temporary files."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if child.poll() is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        with suppress(subprocess.TimeoutExpired):
            child.wait(_GRACE_SECONDS)
