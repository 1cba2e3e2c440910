"""The command line: help, version, and the options of every command."""

import shlex
from pathlib import Path

import pytest

import feedsvc
from feedsvc.cli.main import main
from tests.support.commands import Run, tree
from tests.support.writing import PostFolder


def test_the_version_is_printed(run: Run) -> None:
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, f"feedsvc {feedsvc.__version__}\n")


def test_help_shows_examples_of_existing_commands(run: Run) -> None:
    _, _, examples = run("--help").stdout.partition("Examples:")
    lines = [
        line.split("  feedsvc ")[-1] for line in examples.splitlines() if "feedsvc" in line
    ]
    shown = {shlex.split(line)[0] for line in lines if not line.strip().startswith("FEEDSVC")}
    assert len(shown) >= 4
    assert shown <= main.commands.keys()


@pytest.mark.parametrize("option", ["--help", "-h"])
@pytest.mark.parametrize("name", list(main.commands))
def test_every_command_has_a_help_text(run: Run, name: str, option: str) -> None:
    result = run(name, option)
    assert result.exit_code == 0
    assert main.commands[name].help


def test_help_lists_every_command_with_its_help_text(run: Run) -> None:
    listed = [line.split(None, 1) for line in run("--help").stdout.splitlines()]
    texts = {words[0]: words[1] for words in listed if len(words) == 2}
    for name, command in main.commands.items():
        assert not texts[name].endswith("...")  # it fits on the line
        assert (command.help or "").startswith(texts[name])


def test_help_of_the_ledger_lists_its_commands_without_a_cut(run: Run) -> None:
    listed = run("ledger", "--help").stdout.partition("Commands:")[2].splitlines()
    assert not [line for line in listed if line.endswith("...")]


def test_the_sample_configuration_is_printed(run: Run) -> None:
    result = run("--sample-config")
    sample = Path(feedsvc.__file__).parents[1] / "config/feedsvc.toml"
    assert (result.exit_code, result.stdout) == (0, sample.read_text("utf-8"))


def test_an_unknown_command_ends_with_2(run: Run) -> None:
    assert run("rebuild").exit_code == 2


@pytest.fixture
def other(tmp_path: Path) -> PostFolder:
    """A folder with one post, which is not the folder of the settings."""
    folder = PostFolder(tmp_path / "other")
    folder.write("other.md")
    return folder


@pytest.mark.parametrize(
    "arguments", [("--seeds", "other", "publish"), ("publish", "--seeds", "other")]
)
def test_seeds_may_come_before_or_after_the_command(
    run: Run, other: PostFolder, arguments: tuple[str, ...]
) -> None:
    assert run(*arguments).stdout.startswith("added: 1\n  other/other.md\n")


def test_seeds_after_the_command_take_precedence(run: Run, other: PostFolder) -> None:
    result = run("--seeds", "posts", "publish", "--seeds", "other")
    assert result.stdout.startswith("added: 1\n  other/other.md\n")


@pytest.mark.parametrize(
    "arguments",
    [("--config", "my.toml", "export", "public"), ("export", "public", "--config", "my.toml")],
)
def test_config_may_come_before_or_after_the_command(
    run: Run, posts: PostFolder, arguments: tuple[str, ...]
) -> None:
    Path("my.toml").write_text('[site]\nsubtitle = "from my file"\n')
    posts.write()
    run(*arguments)
    assert b"from my file" in Path("public/atom.xml").read_bytes()


def test_a_missing_config_file_ends_with_2(run: Run) -> None:
    result = run("publish", "--config", "gone.toml")
    assert result.exit_code == 2
    assert "gone.toml cannot be read: " in result.stderr


def test_all_refused_settings_are_printed(run: Run) -> None:
    result = run("publish", FEEDSVC_SITE__TIMEZONE="Mars", FEEDSVC_SERVER__PORT="http")
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert lines[0] == "feedsvc: the configuration has problems:"
    assert [line.split()[0] for line in lines[1:]] == [
        "FEEDSVC_SITE__TIMEZONE",
        "FEEDSVC_SERVER__PORT",
    ]


def test_refused_settings_leave_nothing_behind(run: Run, tmp_path: Path) -> None:
    before = tree(tmp_path)
    run("publish", FEEDSVC_SITE__TIMEZONE="Mars")
    assert tree(tmp_path) == before
