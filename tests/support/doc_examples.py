"""The console examples of the docs: what they show, and what the program prints."""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tests.support.commands import HOUSE, environment, forked

Curl: TypeAlias = Callable[[str], str]  # what `curl -w '%{http_code} %{redirect_url}'` prints

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\dZ")
_PORT = re.compile(r"(?<=127\.0\.0\.1:)\d+")


@dataclass(frozen=True, slots=True)
class Example:
    """A command line of a console block, and the output that the block shows."""

    command: str
    shown: str

    def agrees_with(self, printed: str) -> bool:
        """True if the output is as shown: `...` is any text, times and ports may differ."""
        pieces = [re.escape(piece) for piece in _comparable(self.shown).split("...")]
        return re.fullmatch(".*?".join(pieces), _comparable(printed), re.S) is not None


def _comparable(text: str) -> str:
    lines = (line.rstrip() for line in _PORT.sub("PORT", _TIME.sub("TIME", text)).splitlines())
    return "\n".join(lines)


def section(page: str, heading: str = "") -> str:
    """The text of a page of this repository, or of the section with this heading."""
    text = (HOUSE / page).read_text("utf-8")
    if not heading:
        return text
    level = heading.partition(" ")[0]
    start = text.index(f"\n{heading}\n")
    end = re.compile(rf"^#{{1,{len(level)}}} ", re.M).search(text, start + len(heading) + 2)
    return text[start : end.start() if end else len(text)]


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks in a language, in their order."""
    return [block for name, block in _BLOCK.findall(text) if name == language]


def examples(block: str) -> list[Example]:
    """The command lines of a console block."""
    parts = re.split(r"^\$ ", block, flags=re.M)
    assert not parts[0].strip(), "a console block begins with a command"
    found = (part.partition("\n") for part in parts[1:])
    return [Example(command, shown) for command, _, shown in found]


class Shell:
    """Runs the commands of examples in a folder, without a shell."""

    def __init__(self, folder: Path, curl: Curl | None = None) -> None:
        self.folder = folder
        self._curl = curl
        self._last_code = 0

    def write(self, path: str, text: str) -> None:
        """Write a file that the reader of the docs writes."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def check(self, block: str) -> None:
        """Run each command of a console block, and compare what it prints."""
        for example in examples(block):
            printed = self.printed(example.command)
            assert example.agrees_with(printed), f"$ {example.command}\n{printed}"

    def printed(self, command: str) -> str:
        """What a command prints on stdout and stderr."""
        words = shlex.split(command.removesuffix(" | cat"))
        if words == ["echo", "$?"]:
            return f"{self._last_code}\n"
        if words[0] == "curl":
            assert self._curl
            return self._curl(words[-1])
        assert words[0] == "feedsvc", f"no test knows how to run {command}"
        done = forked(*words[1:], environ=environment({}), cwd=self.folder)
        self._last_code = done.returncode
        return done.stdout + done.stderr
