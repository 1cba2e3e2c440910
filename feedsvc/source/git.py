"""The one door to the git program: bounded in time, alone at its work, deaf to all but us.

No configuration but what stands here is read, no hook, filter or submodule of a repository is
heeded, nobody is prompted, and no password is in a command line or a file.
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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from feedsvc.core.git_remotes import Address, without_secrets
from feedsvc.errors import RepositoryError

OLDEST: Final = (2, 32)  # the first that lets an environment replace all its configuration

# The program writes its process group down itself, before it can start others: whoever finds
# the lock held after a kill -9 of ours knows whom to end.
_START: Final = 'echo $$ >"$0" && exec "$@"'
# A file that grows beyond the limit is a fault of writing, and no signal that ends all.
_LIMITED: Final = 'echo $$ >"$0" && trap "" XFSZ && ulimit -f "$1" && shift && exec "$@"'
_BLOCK: Final = 512  # octets, the unit of `ulimit -f`
# For the address of the settings alone, wherever a redirect leads: see `_configuration`.
_CREDENTIALS: Final = (
    '!f() { test "$1" = get && '
    'printf "%s\\n" "username=$FEEDSVC_GIT_USER" "password=$FEEDSVC_GIT_PASSWORD"; }; f'
)
_SSH: Final = "ssh -oBatchMode=yes -oConnectTimeout=20 -oServerAliveInterval=20"
_OF_OURS: Final = (  # all that git and its children see of our environment
    *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "SSH_AUTH_SOCK"),
    *("GIT_SSH_COMMAND", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
    *("no_proxy", "NO_PROXY"),
)
# Blobs are laid out byte for byte, whatever a repository's own .gitattributes ask for.
_ATTRIBUTES: Final = "* -text -ident !eol !filter !working-tree-encoding\n"
_MOST_WORDS: Final = 2000  # of what the program or the other side says, in octets
_LAST_WORDS: Final = 2.0  # seconds to end in, when told to

log = logging.getLogger("feedsvc.git")


@dataclass(frozen=True, slots=True)
class GitResult:
    """How a command ended: its code, what it wrote, and what it complained of."""

    code: int
    output: bytes
    complaint: str


class Git:
    """The program over a git directory of ours below `place`."""

    def __init__(self, place: Path, address: Address, timeout: float) -> None:
        self.directory = place / "git"
        self._place = place
        self._address = address
        self._timeout = timeout
        self._is_new_enough = False

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep others out, end what a process that was killed left running, tidy up after it.

        A fault of the disk meanwhile is a RepositoryError.
        """
        self._require()
        try:
            self._place.mkdir(parents=True, exist_ok=True)
            with (self._place / "lock").open("a") as lock:
                self._wait_for(lock)
                self._busy().close()
                self._sweep()
                yield
        except OSError as error:
            fault = error.strerror or type(error).__name__
            raise RepositoryError(
                f"{error.filename or self._place} cannot be written or read: {fault}; "
                "make room, or give feedsvc the right to"
            ) from error

    def _wait_for(self, lock: IO[str]) -> None:
        deadline = time.monotonic() + self._timeout
        while not _is_locked(lock):
            if time.monotonic() > deadline:
                raise RepositoryError(
                    f"{self._place} is in use by another process; "
                    "give each feedsvc a folder of its own"
                )
            time.sleep(0.05)

    def make(self) -> None:
        """Make the git directory, or whatever of it is missing."""
        self.run("init", "--quiet", "--bare", "--template=")
        attributes = self.directory / "info" / "attributes"
        attributes.parent.mkdir(exist_ok=True)
        attributes.write_text(_ATTRIBUTES)

    def remove(self) -> None:
        """Take the git directory away, with everything that was ever fetched."""
        shutil.rmtree(self.directory)

    def run(self, *words: str, tree: Path | None = None, index: Path | None = None) -> bytes:
        """What the command writes. Raises RepositoryError where it fails or takes too long."""
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
        """How the command ends. Raises RepositoryError where it takes too long.

        `tree` is the folder of files that it is about, `index` what it knows of them. With
        `most`, that is how many octets any file that it writes may have, and the answer. What
        is fetched is one file then.
        """
        start, command = [_START], ["git", *words]
        if most is not None:
            start, command = [_LIMITED], ["git", "-c", "fetch.unpackLimit=1", *words]
            command = [str(-(-most // _BLOCK)), *command]
        with self._busy() as busy:
            busy.truncate(0)
            child = subprocess.Popen(  # noqa: S603 - our words, and addresses after `--`
                ["/bin/sh", "-c", *start, busy.name, *command],
                cwd=tree or self._place,
                env=self._environment() | _over(tree, index),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                pass_fds=(busy.fileno(),),  # held until the last of its children ends
            )
        output, complaint = (
            _PipeReader(child.stdout, most),
            _PipeReader(child.stderr, _MOST_WORDS),
        )
        try:
            code = child.wait(self._timeout)
        except subprocess.TimeoutExpired:
            raise RepositoryError(
                f"git {words[0]} took longer than {self._timeout:g} seconds and was ended"
            ) from None
        finally:
            _end(child)
            self._busy().close()
        # An ssh that stays in the background may keep the pipe of complaints open.
        return GitResult(code, output.read(), self._told(complaint.read(1), code))

    def _busy(self) -> IO[str]:
        """The file that running commands hold, locked: whoever still held it is ended."""
        busy = (self._place / "busy").open("a+")
        deadline = time.monotonic() + 10
        while not _is_locked(busy):
            busy.seek(0)
            group = busy.read().strip()
            if group.isdecimal():  # alive: the lock is held by its members alone
                with suppress(ProcessLookupError):
                    os.killpg(int(group), signal.SIGKILL)
            if time.monotonic() > deadline:
                busy.close()
                raise RepositoryError(f"git still runs in {self._place} and cannot be ended")
            time.sleep(0.01)
        return busy

    def _sweep(self) -> None:
        """Delete what only a git that was killed leaves behind; nobody else is here now."""
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
        if self._is_new_enough:
            return
        cure = f"install git {OLDEST[0]}.{OLDEST[1]} or later"
        try:
            told = subprocess.run(
                ["git", "--version"],  # noqa: S607 - from the PATH, as all programs
                env=self._environment(),
                capture_output=True,
                timeout=self._timeout,
                check=False,
            ).stdout.decode(errors="replace")
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RepositoryError(f"the program git cannot be started; {cure}") from error
        found = re.search(r"(\d+)\.(\d+)", told)
        if not found or (int(found[1]), int(found[2])) < OLDEST:
            raise RepositoryError(f"this git is too old ({told.strip()[:40]}); {cure}")
        self._is_new_enough = True

    def _told(self, complaint: bytes, code: int) -> str:
        text = without_secrets(complaint.decode(errors="replace"), self._address).strip()
        return text or f"it ended with {code} and without a word"

    def _environment(self) -> dict[str, str]:
        configuration = self._configuration()
        pairs = enumerate(configuration.items())
        return {
            "GIT_SSH_COMMAND": _SSH,
            **{name: os.environ[name] for name in _OF_OURS if name in os.environ},
            "GIT_DIR": str(self.directory),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_ALLOW_PROTOCOL": self._address.transport,  # as protocol.allow=never, and one
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "",
            "SSH_ASKPASS_REQUIRE": "never",
            "LC_ALL": "C",
            "FEEDSVC_GIT_USER": self._address.user,
            "FEEDSVC_GIT_PASSWORD": self._address.password,
            "GIT_CONFIG_COUNT": str(len(configuration)),
            **{
                f"GIT_CONFIG_{part}_{number}": text
                for number, pair in pairs
                for part, text in zip(("KEY", "VALUE"), pair, strict=True)
            },
        }

    def _configuration(self) -> Mapping[str, str]:
        address = self._address
        credentials = {f"credential.{address.origin}.helper": _CREDENTIALS}
        return {
            "core.hooksPath": os.devnull,
            "core.attributesFile": os.devnull,
            "core.excludesFile": os.devnull,
            "core.autocrlf": "false",
            "core.symlinks": "true",  # files in place of links would pass for posts
            "core.fsmonitor": "false",
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


class _PipeReader:
    """Reads a pipe to its end, so that nobody waits for us; keeps the last octets."""

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


def _over(tree: Path | None, index: Path | None) -> dict[str, str]:
    named = {"GIT_WORK_TREE": tree, "GIT_INDEX_FILE": index}
    return {name: str(path) for name, path in named.items() if path is not None}


def _is_locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end(child: subprocess.Popen[bytes]) -> None:
    """End it and its children; git tidies up when it is told to end."""
    for told in (signal.SIGTERM, signal.SIGKILL):
        if child.poll() is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(child.pid, told)
        with suppress(subprocess.TimeoutExpired):
            child.wait(_LAST_WORDS)
