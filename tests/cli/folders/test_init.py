"""`feedsvc init`: the settings file that it writes, and what it asks."""

import os
import pty
import re
import select
import shlex
import stat
import subprocess
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from feedsvc.cli.folders import init as init_module
from feedsvc.cli.folders.init import tag_authority
from feedsvc.settings.load import load_settings
from tests.support.commands import SOON, Run, command, environment, forked, tree
from tests.support.writing import PostFolder

TODAY = f"{datetime.now(UTC):%Y-%m-%d}"


@pytest.fixture
def environ() -> dict[str, str]:
    """No settings at all, but no quiet period."""
    return environment({"FEEDSVC_WATCHER__QUIET": "0", "TZ": "Asia/Shanghai"})


@pytest.fixture
def blog(tmp_path: Path) -> PostFolder:
    blog = PostFolder(tmp_path / "my blog")
    blog.write("tea.md", title="Tea", tags="[Green]")
    return blog


def _written(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "feedsvc.toml").read_text("utf-8"))


def test_init_writes_a_settings_file_with_which_every_command_works(
    run: Run, blog: PostFolder
) -> None:
    result = run("init", "--yes", "my blog")
    assert result.exit_code == 0
    settings = load_settings(blog.root / "feedsvc.toml", {})
    assert settings.site.title == settings.site.author == "my blog"
    assert settings.site.url == "http://127.0.0.1:8000"
    assert settings.site.timezone == "Asia/Shanghai"
    assert settings.content.seeds == blog.root
    published = run("publish", "my blog")
    assert (published.exit_code, published.output[:9]) == (0, "added: 1\n")
    assert run("feeds", "my blog").output.count("my blog\t") == 3


def test_only_what_is_required_or_differs_from_a_default_is_written(
    run: Run, blog: PostFolder
) -> None:
    run("init", "--yes", "my blog")
    assert {section: list(keys) for section, keys in _written(blog.root).items()} == {
        "site": ["title", "url", "author", "timezone", "tag_authority"],
        "content": ["seeds", "generator"],
        "store": ["url"],
    }
    assert [path.name for path in blog.root.iterdir()].count("feedsvc.toml") == 1
    assert len(list(blog.root.iterdir())) == 2


def test_what_was_not_found_is_named_in_the_file(run: Run, blog: PostFolder) -> None:
    run("init", "--yes", "my blog")
    text = (blog.root / "feedsvc.toml").read_text("utf-8")
    assert "(not found: this machine only; write the address that others use)\nurl = " in text
    assert re.search('title = "my blog" +# .*not found: the name of the folder', text)


def test_the_file_may_be_read_by_others_and_no_other_file_is_left(
    run: Run, blog: PostFolder
) -> None:
    run("init", "--yes", "my blog")
    assert stat.S_IMODE((blog.root / "feedsvc.toml").stat().st_mode) == 0o644
    assert {path.name for path in blog.root.iterdir()} == {"feedsvc.toml", "tea.md"}


def test_init_says_why_the_tag_authority_never_changes(run: Run, blog: PostFolder) -> None:
    result = run("init", "--yes", "my blog")
    authority = _written(blog.root)["site"]["tag_authority"]
    assert re.fullmatch(rf"feedsvc-[0-9a-f]{{8}}\.invalid,{TODAY}", authority)
    assert authority in result.stdout
    assert "Never change it after the first publish" in result.stdout
    assert "is made up; before the first publish, write a domain of yours" in result.stdout


def test_a_tag_authority_of_the_site_is_not_called_made_up(run: Run, blog: PostFolder) -> None:
    (blog.root / "_config.yml").write_text("permalink: pretty\nurl: https://example.org\n")
    result = run("init", "--yes", "my blog")
    assert _written(blog.root)["site"]["tag_authority"] == f"example.org,{TODAY}"
    assert "made up" not in result.stdout


def test_an_empty_folder_says_so_although_it_has_a_settings_file_now(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "none").mkdir()
    for arguments in (["init", "--yes", "none"], ["publish", "none"]):
        printed = run(*arguments).stdout
        assert "files: 0\nno files in none; write a post there" in printed


def test_the_table_names_files_as_the_user_can_open_them(run: Run, blog: PostFolder) -> None:
    (blog.root / "_config.yml").write_text(
        "title: Tea\npermalink: pretty\nurl: https://example.org\n"
    )
    for arguments in (["check", "my blog"], ["init", "--yes", "my blog"]):
        result = run(*arguments)
        assert re.search(r"site\.title +Tea +my blog/_config\.yml:1\n", result.output)
        assert "my blog/_config.yml: default of jekyll" in result.output
    # In the file itself, paths start at its folder.
    assert "(from _config.yml:1)" in (blog.root / "feedsvc.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://example.org", "example.org,2026-11-28"),
        ("https://Example.org:8443/blog", "example.org,2026-11-28"),
        ("https://blog.example.co.uk/", "blog.example.co.uk,2026-11-28"),
        ("https://xn--bcher-kva.example", "xn--bcher-kva.example,2026-11-28"),
        ("http://127.0.0.1:8000", "feedsvc-x.invalid,2026-11-28"),
        ("http://192.168.0.1", "feedsvc-x.invalid,2026-11-28"),
        ("http://[::1]:8000", "feedsvc-x.invalid,2026-11-28"),
        ("http://[2001:db8::1]", "feedsvc-x.invalid,2026-11-28"),
        ("http://localhost", "feedsvc-x.invalid,2026-11-28"),
        ("http://nas", "feedsvc-x.invalid,2026-11-28"),
    ],
)
def test_the_tag_authority_is_the_host_of_the_site_if_it_is_a_domain(
    url: str, authority: str
) -> None:
    assert tag_authority(url, date(2026, 11, 28), "x") == authority


def test_the_first_check_is_printed(run: Run, blog: PostFolder) -> None:
    blog.write("soon.md", date="soon")
    result = run("init", "--yes", "my blog")
    assert result.exit_code == 0
    assert "First check:\nfiles: 2\n  published: 1\n  refused: 1\n" in result.stdout
    assert "problems: 1\n  my blog/soon.md:3:7: date: 'soon'" in result.stdout


def test_the_next_three_commands_are_printed_and_work(run: Run, blog: PostFolder) -> None:
    printed = run("init", "--yes", "my blog").stdout.partition("Next:\n")[2].splitlines()
    calls = [shlex.split(line) for line in printed]
    assert [call[:2] for call in calls] == [
        ["feedsvc", "check"],
        ["feedsvc", "serve"],
        ["feedsvc", "feeds"],
    ]
    assert run(*calls[0][1:]).exit_code == 0


def test_in_the_current_folder_the_commands_need_no_folder(
    run: Run, blog: PostFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(blog.root)
    result = run("init", "--yes")
    assert "Wrote feedsvc.toml with" in result.stdout
    assert result.stdout.endswith("  feedsvc check\n  feedsvc serve\n  feedsvc feeds\n")
    assert run("publish").stdout.startswith("added: 1\n")


# It never overwrites.


def test_a_settings_file_is_never_changed(run: Run, blog: PostFolder) -> None:
    blog.write_raw("feedsvc.toml", b"mine")
    result = run("init", "--yes", "my blog")
    assert result.exit_code == 2
    assert result.stderr == (
        "feedsvc: my blog/feedsvc.toml exists, and init changes no settings file; edit it, or "
        "rename it\n"
    )
    assert (blog.root / "feedsvc.toml").read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["feedsvc.toml", "config/feedsvc.toml"])
@pytest.mark.parametrize("kind", ["folder", "link", "empty"])
def test_whatever_has_the_name_of_a_settings_file_stays(
    run: Run, blog: PostFolder, tmp_path: Path, name: str, kind: str
) -> None:
    path = blog.root / name
    path.parent.mkdir(exist_ok=True)
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to("gone")
    else:
        path.write_bytes(b"")
    before = tree(tmp_path)
    result = run("init", "--yes", "my blog")
    assert result.exit_code == 2
    assert f"my blog/{name} exists" in result.stderr
    assert tree(tmp_path) == before


def test_a_folder_named_config_gets_none_because_its_paths_would_start_elsewhere(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "config").mkdir()
    result = run("init", "--yes", "config")
    assert (result.exit_code, "give the folder above" in result.stderr) == (2, True)
    assert list((tmp_path / "config").iterdir()) == []


def test_of_two_at_once_one_writes_the_file(tmp_path: Path, blog: PostFolder) -> None:
    environ = environment({})

    def init(_: int) -> tuple[int, str]:
        ended = forked("init", "--yes", str(blog.root), environ=environ, cwd=tmp_path)
        return ended.returncode, ended.stdout + ended.stderr

    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(init, range(4)))
    assert sorted(code for code, _ in ends) == [0, 2, 2, 2]
    (winner,) = [text for code, text in ends if code == 0]
    assert _written(blog.root)["site"]["tag_authority"] in winner
    assert {path.name for path in blog.root.iterdir()} == {"feedsvc.toml", "tea.md"}


def test_a_file_that_appears_meanwhile_stays(
    run: Run, blog: PostFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def appear(*_: object) -> str:
        (blog.root / "feedsvc.toml").write_text("mine")
        return "text"

    monkeypatch.setattr(init_module, "_text", appear)
    result = run("init", "--yes", "my blog")
    assert (result.exit_code, "exists" in result.stderr) == (2, True)
    assert (blog.root / "feedsvc.toml").read_text() == "mine"
    assert len(list(blog.root.iterdir())) == 2


def test_a_file_system_without_links_gets_the_file_too(
    run: Run, blog: PostFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")  # as vfat does

    monkeypatch.setattr(os, "link", refuse)
    assert run("init", "--yes", "my blog").exit_code == 0
    assert _written(blog.root)["site"]["title"] == "my blog"
    assert len(list(blog.root.iterdir())) == 2


def test_a_folder_that_cannot_be_written_ends_with_2_and_the_cure(run: Run) -> None:
    result = run("init", "--yes", "/proc/self")
    assert result.exit_code == 2
    assert "/proc/self/feedsvc.toml cannot be written: " in result.stderr
    assert "let feedsvc write into the folder" in result.stderr


@pytest.mark.parametrize("folder", ["gone", "file"])
def test_a_folder_that_is_none_ends_with_2(run: Run, tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("")
    assert run("init", "--yes", folder).exit_code == 2


def test_a_fault_of_the_environment_is_reported_before_the_file_is_written(
    run: Run, blog: PostFolder
) -> None:
    result = run("init", "--yes", "my blog", FEEDSVC_SITE_TITLE="Tea")
    assert result.exit_code == 2
    assert "did you mean FEEDSVC_SITE__TITLE?" in result.stderr
    assert [path.name for path in blog.root.iterdir()] == ["tea.md"]


# Questions.


def test_without_a_terminal_it_asks_nothing_and_ends_with_2(run: Run, blog: PostFolder) -> None:
    result = run("init", "my blog")
    assert result.exit_code == 2
    assert result.stderr == (
        "feedsvc: init asks questions; run it in a terminal, or add --yes\n"
    )
    assert [path.name for path in blog.root.iterdir()] == ["tea.md"]


def _on_a_terminal(cwd: Path, answers: list[str], *arguments: str) -> tuple[int, str]:
    """The exit code and the screen of a command whose questions are answered one by one."""
    terminal, theirs = pty.openpty()
    process = subprocess.Popen(
        command(*arguments),
        env=environment({"TZ": "Asia/Shanghai", "TERM": "dumb"}),
        cwd=cwd,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    screen, until = "", time.monotonic() + SOON
    while time.monotonic() < until and process.poll() is None:
        if select.select([terminal], [], [], 0.1)[0]:
            with suppress(OSError):  # the command has ended
                screen += os.read(terminal, 65536).decode()
        if answers and re.search(r"\]: \Z", screen):
            os.write(terminal, answers.pop(0).encode() + b"\n")
            screen += "\n"
    process.kill()  # if it has a question for which there is no answer
    os.close(terminal)
    return process.wait(SOON), screen


def test_on_a_terminal_it_asks_for_what_was_not_found_until_it_is_right(
    blog: PostFolder,
) -> None:
    answers = ["Tea notes", "example.org", "https://example.org/茶", "", "Mars", "UTC"]
    code, screen = _on_a_terminal(blog.root, [*answers, "no", ""], "init")
    assert code == 0, screen
    assert _written(blog.root)["site"] == {
        "title": "Tea notes",
        "url": "https://example.org/茶",
        "author": "my blog",
        "timezone": "UTC",
        "tag_authority": f"example.org,{TODAY}",
    }
    for fault in ("not an http or https URL", "not an IANA time zone", "RFC 4151"):
        assert fault in screen
    assert f"Tag authority [example.org,{TODAY}]: " in screen
    assert screen.index("Never change it") < screen.index("Tag authority [")


def test_what_the_config_has_but_feedsvc_cannot_take_is_asked_for(blog: PostFolder) -> None:
    config = "title: Tea\nsource_dir: ../x\nnew_post_name: a\nurl: https://example.org\n"
    blog.write_raw("_config.yml", f"{config}author: Li\ntimezone: UTC\n".encode())
    blog.write("posts/first.md")
    code, screen = _on_a_terminal(blog.root, ["gone", "posts", "", ""], "init")
    assert code == 0, screen
    assert "Error: gone is no folder" in screen
    file = _written(blog.root)
    assert (file["content"]["seeds"], file["site"]["title"]) == ("posts", "Tea")


def test_a_terminal_that_is_closed_writes_nothing(blog: PostFolder) -> None:
    code, screen = _on_a_terminal(blog.root, ["Tea notes", "\x04"], "init")
    assert code == 1, screen
    assert [path.name for path in blog.root.iterdir()] == ["tea.md"]
