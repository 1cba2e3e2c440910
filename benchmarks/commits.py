"""What dates from git cost: `python -m benchmarks.commits 1000 10000 100000`.

A repository has so many commits, and a tenth as many notes without dates: nine commits of ten
edit one, and one of twenty renames one.
"""

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from feedsvc.source.history import History

_WORDS = ("tea", "leaf", "cup", "pot", "water", "hill")


def commits(count: int) -> Iterator[bytes]:
    """The stream of `git fast-import` for so many commits. The last one adds `last.md`."""
    chance = random.Random(count)
    names: list[str] = []
    for number in range(count):
        at = 1_500_000_000 + number * 600
        yield b"commit refs/heads/main\n"
        yield b"committer Li <li@example.org> %d +0800\ndata 0\n" % at
        if number % 10 == 0:
            names.append(f"notes/{len(names) % 50}/{number}.md")
            yield _written(names[-1], chance)
        elif number % 20 == 1:
            place = chance.randrange(len(names))
            old, names[place] = names[place], f"notes/{place % 50}/moved-{number}.md"
            yield b"R %b %b\n" % (old.encode(), names[place].encode())
        elif number == count - 1:
            yield _written("notes/last.md", chance)
        else:
            yield _written(chance.choice(names[-200:]), chance)


def _written(path: str, chance: random.Random) -> bytes:
    body = " ".join(chance.choices(_WORDS, k=150)).encode()
    return b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(body), body)


def measured(name: str, work: Callable[[], object]) -> None:
    """Print the seconds that pass, and those of the processor, with git's."""
    used, started = _processor(), time.perf_counter()
    work()
    passed = time.perf_counter() - started
    print(f"  {name}: {passed:.3f} s, processor {_processor() - used:.3f} s")


def _processor() -> float:
    both = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


def arrivals(folder: Path, paths: list[str]) -> None:
    """The dates of some notes, as a publish asks for them."""
    with History(folder) as history:
        assert all(history.arrival(path) for path in paths)


def main() -> None:
    """Measure for each number of commits."""
    for count in map(int, sys.argv[1:] or ("1000", "10000")):
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            for words, stream in (
                (("init", "--quiet", "--initial-branch=main"), b""),
                (("fast-import", "--quiet"), b"".join(commits(count))),
                (("reset", "--quiet", "--hard"), b""),
            ):
                subprocess.run(["git", *words], cwd=root, input=stream, check=True)
            notes = root / "notes"
            paths = sorted(file.relative_to(notes).as_posix() for file in notes.rglob("*.md"))
            print(f"{count} commits, {len(paths)} notes")
            measured("all notes", partial(arrivals, notes, paths))
            measured("the last note", partial(arrivals, notes, ["last.md"]))


if __name__ == "__main__":
    main()
