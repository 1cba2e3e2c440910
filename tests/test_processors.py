"""How many processes may work beside this one."""

import os
from pathlib import Path

import pytest

from feedsvc import processors
from feedsvc.processors import worker_count

GB = 1_000_000_000


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with 8 processors and 16 GB; its control group is /a/b below the result."""
    own = tmp_path / "own"
    own.write_text("0::/a/b\n")
    (tmp_path / "groups" / "a" / "b").mkdir(parents=True)
    monkeypatch.setattr(processors, "_OWN_GROUP", own)
    monkeypatch.setattr(processors, "_GROUPS", tmp_path / "groups")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(os, "sysconf", lambda name: 4096 if "SIZE" in name else 4_000_000)
    return tmp_path / "groups"


@pytest.mark.usefixtures("machine")
def test_there_are_at_most_four_unless_the_settings_say_so() -> None:
    assert (worker_count("auto"), worker_count(0), worker_count(7)) == (4, 0, 7)


@pytest.mark.parametrize(
    ("file", "text", "count"),
    [
        ("a/b/cpu.max", "300000 100000", 3),
        ("a/b/cpu.max", "250000 100000", 2),
        ("a/b/cpu.max", "150000 100000", 0),
        ("a/b/cpu.max", "max 100000", 4),
        ("a/b/cpu.max", "", 4),
        ("a/cpu.max", "200000 100000", 2),
        ("cpu.max", "200000 100000", 2),
        ("a/b/memory.max", "max", 4),
        ("a/b/memory.max", str(GB - 1), 0),
        ("a/b/memory.max", str(GB), 4),
        ("a/memory.max", str(GB - 1), 0),
    ],
)
def test_a_container_limits_them(machine: Path, file: str, text: str, count: int) -> None:
    (machine / file).write_text(f"{text}\n")
    assert worker_count() == count


@pytest.mark.parametrize(("allowed", "count"), [(1, 0), (2, 2), (3, 3), (64, 4)])
@pytest.mark.usefixtures("machine")
def test_each_has_a_processor(
    monkeypatch: pytest.MonkeyPatch, allowed: int, count: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(allowed)))
    assert worker_count() == count


@pytest.mark.usefixtures("machine")
def test_there_are_none_with_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sysconf", lambda name: 4096 if "SIZE" in name else 200_000)
    assert worker_count() == 0


def test_a_machine_that_tells_nothing_has_what_python_counts(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_: str) -> int:
        raise ValueError("unrecognized configuration name")

    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    monkeypatch.setattr(os, "sysconf", unknown)
    monkeypatch.setattr(processors, "_OWN_GROUP", machine / "missing")
    assert worker_count() == 3
