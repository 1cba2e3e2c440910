"""Shells complete commands, options and files, with the lines that docs/install.md gives."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from feedsvc.cli.main import main
from tests.support.commands import SOON

DOCS: Final = Path(__file__).parents[2] / "docs/install.md"
PROGRAMS: Final = Path(sys.executable).parent
SHELLS: Final = ("bash", "zsh", "fish")


def _environ(**more: str) -> dict[str, str]:
    return {"PATH": f"{PROGRAMS}:{os.environ['PATH']}", "HOME": "/nonexistent", **more}


def _script(shell: str) -> str:
    """The script that `feedsvc` prints for a shell."""
    done = subprocess.run(
        ["feedsvc"],
        env=_environ(_FEEDSVC_COMPLETE=f"{shell}_source"),
        check=True,
        capture_output=True,
        text=True,
        timeout=SOON,
    )
    return done.stdout


def _shell(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def _line(shell: str) -> str:
    """The line that the docs give for the configuration of a shell."""
    (line,) = re.findall(rf"^(.*_FEEDSVC_COMPLETE={shell}_source.*)$", DOCS.read_text(), re.M)
    return str(line)


def _completed(*words: str) -> list[str]:
    """What bash proposes for the last of these words, after the line of the docs."""
    quoted = " ".join(f"'{word}'" for word in ("feedsvc", *words))
    script = f"""
        {_line("bash")}
        set -- $(complete -p feedsvc)  # complete ... -F HANDLER feedsvc
        while [ "$1" != -F ]; do shift; done
        handler=$2
        COMP_WORDS=({quoted})
        COMP_CWORD={len(words)}
        $handler feedsvc
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        [_shell("bash"), "--norc", "-c", script],
        env=_environ(),
        check=True,
        capture_output=True,
        text=True,
        timeout=SOON,
    )
    return done.stdout.split()


def test_bash_completes_commands() -> None:
    assert _completed("ch") == ["check"]
    assert _completed("") == sorted(main.commands)


def test_bash_completes_the_options_of_a_command() -> None:
    assert _completed("check", "--ex") == ["--explain"]


def test_bash_completes_the_choices_of_an_option() -> None:
    assert _completed("check", "--format", "") == ["text", "json", "github"]


def test_bash_completes_the_commands_of_the_ledger() -> None:
    assert _completed("ledger", "e") == ["export"]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_for_a_shell_completes_feedsvc(shell: str) -> None:
    script = _script(shell)
    assert f"_FEEDSVC_COMPLETE={shell}_complete" in script
    assert re.search(r"^\s*(complete|compdef) .*feedsvc", script, re.M)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_accepts_its_script(shell: str, tmp_path: Path) -> None:
    file = tmp_path / "script"
    file.write_text(_script(shell))
    subprocess.run([_shell(shell), "-n", str(file)], check=True, timeout=SOON)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_line_of_the_docs_runs_in_its_shell(shell: str, tmp_path: Path) -> None:
    # compinit defines compdef, which the line for zsh needs; the docs say so.
    start = "autoload -Uz compinit; compinit -u -d $HOME/dump\n" if shell == "zsh" else ""
    done = subprocess.run(
        [_shell(shell), "-c", start + _line(shell)],
        env=_environ(HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=SOON,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
