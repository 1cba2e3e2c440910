"""Work is shared among real processes, and nothing is lost or left running."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, count, takewhile
from pathlib import Path

import pytest

from feedsvc.publishing.exporting.sharing import shared
from tests.support.pieces import dying_at_50, full_at_50, with_pids
from tests.support.running import wait_until

ROOT = Path(__file__).resolve().parents[3]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextmanager
def working() -> Iterator[tuple["subprocess.Popen[str]", list[int]]]:
    """A process that shares endless work with two workers, and the ids of all three."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.pieces"],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout
            yield process, [int(process.stdout.readline()) for _ in range(3)]
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def test_one_process_does_all_in_order() -> None:
    assert list(shared(with_pids, iter(range(20)), 1)) == [(n, os.getpid()) for n in range(20)]


def test_two_processes_share_the_pieces_and_none_is_lost_or_done_twice() -> None:
    done = list(shared(with_pids, iter(range(2_000)), 2))
    assert sorted(number for number, _ in done) == list(range(2_000))
    assert len({pid for _, pid in done}) == 2


def test_when_a_worker_dies_this_process_does_the_rest(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def is_dead() -> bool:
        return "a worker process died" in caplog.text

    pieces = chain(takewhile(lambda _: not is_dead(), count()), range(-50, 0))
    done = sorted(shared(dying_at_50, pieces, 2))
    assert is_dead()
    assert done == list(range(-50, len(done) - 50))


def test_an_error_of_a_worker_is_raised() -> None:
    with pytest.raises(OSError, match=r"No space left .*atom\.xml"):
        list(shared(full_at_50, count(), 2))


def test_where_no_process_can_be_started_one_does_all(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    name = "feedsvc.publishing.exporting.sharing.ProcessPoolExecutor"
    monkeypatch.setattr(name, refused)
    assert list(shared(dying_at_50, iter(range(100)), 2)) == list(range(100))
    assert "Resource temporarily unavailable" in caplog.text


def test_ctrl_c_ends_all_processes_and_only_the_first_reports_it() -> None:
    with working() as (process, pids):
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        wait_until(lambda: not any(map(is_alive, pids)), "the end of all processes")
    assert errors.count("KeyboardInterrupt") == 1
    assert errors.count("Traceback") == 1


def test_workers_leave_ctrl_c_to_the_process_that_started_them() -> None:
    with working() as (process, pids):
        for _ in range(20):
            for pid in set(pids) - {process.pid}:
                os.kill(pid, signal.SIGINT)
            time.sleep(0.01)
        assert all(map(is_alive, pids))
        process.kill()


def test_workers_end_with_the_process_that_started_them() -> None:
    with working() as (process, pids):
        process.kill()
        wait_until(lambda: not any(map(is_alive, pids)), "the end of all processes")
