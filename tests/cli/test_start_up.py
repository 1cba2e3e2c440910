"""Commands import only what they need: imports take most of the time of a short call.

The tests look at the modules that a call has imported, not at a clock.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import click
import pytest

from feedsvc.cli.main import main
from tests.support.commands import SOON, environment, settings
from tests.support.stores import prepare_store
from tests.support.writing import PostFolder

_CALL: Final = """
import gc, json, sys
from feedsvc.cli.main import main
words, report = json.loads(sys.argv[1]), sys.argv[2]
try:
    main(words, prog_name="feedsvc")
finally:
    assert gc.isenabled()
    with open(report, "w") as file:
        json.dump(sorted(sys.modules), file)
"""
_STORE: Final = {"sqlalchemy", "alembic", "psycopg"}
_SERVER: Final = {"flask", "werkzeug", "jinja2", "uvicorn"}
_FEEDS: Final = {"feedgen", "lxml", "feedparser"}
_PUSH: Final = {"requests", "urllib3", "cryptography"}
_WATCHER: Final = {"apscheduler", "watchfiles"}
_POSTS: Final = {"yaml", "comrak", "nh3", "regex", "frontmatter"}
_RARE: Final = (  # rooms and modules that only some commands need
    *("core.adopting.plan", "core.admin.status", "core.audience.products", "core.doctor"),
    *("core.frontmatter.parse", "core.generators.configs", "core.markdown.markdown"),
    *("store.adoptions", "store.copying.backups", "store.forgetting"),
    *("store.operating.overview", "store.operating.gauges"),
)


def _imported(cwd: Path, *words: str, **environ: str) -> set[str]:
    """The modules that a call imports. It must end with 0."""
    report = cwd / "imported.json"
    done = subprocess.run(
        [sys.executable, "-c", _CALL, json.dumps(words), str(report)],
        env=environment(environ),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=SOON,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(report.read_text()))


_COMPLETION: Final = {
    "_FEEDSVC_COMPLETE": "bash_complete",
    "COMP_WORDS": "feedsvc ",
    "COMP_CWORD": "1",
}
_HEAVY: Final = _STORE | _SERVER | _FEEDS | _PUSH | _WATCHER | _POSTS | {"pydantic", "rich"}


@pytest.mark.parametrize(
    ("words", "environ"),
    [
        (["--version"], {}),
        (["--help"], {}),
        (
            [],
            {"_FEEDSVC_COMPLETE": "bash_complete", "COMP_WORDS": "feedsvc ", "COMP_CWORD": "1"},
        ),
    ],
    ids=["--version", "--help", "a completion of commands"],
)
def test_a_call_that_runs_no_command_imports_no_library_but_click(
    tmp_path: Path, words: list[str], environ: dict[str, str]
) -> None:
    imported = _imported(tmp_path, *words, **environ)
    assert "click" in imported
    assert sorted(imported & _HEAVY) == []


def test_checking_a_post_imports_no_store_no_server_and_no_writer_of_feeds(
    tmp_path: Path, posts: PostFolder, sqlite_url: str
) -> None:
    posts.write("tea.md")
    imported = _imported(tmp_path, "check", "posts/tea.md", **settings(sqlite_url))
    assert "comrak" in imported  # it has read the post
    assert sorted(imported & (_HEAVY - _POSTS)) == ["pydantic"]


def test_publishing_imports_no_server_no_push_and_no_watcher(
    tmp_path: Path, posts: PostFolder, sqlite_url: str
) -> None:
    prepare_store(sqlite_url)  # else it imports the migrations
    posts.write("tea.md")
    imported = _imported(tmp_path, "publish", **settings(sqlite_url))
    assert "sqlalchemy" in imported
    assert sorted(imported & (_SERVER | _PUSH | _WATCHER | {"rich"})) == []
    assert "sqlalchemy.dialects.postgresql" not in imported


def test_publishing_without_a_change_imports_nothing_that_reads_posts(
    tmp_path: Path, posts: PostFolder, sqlite_url: str
) -> None:
    prepare_store(sqlite_url)
    posts.write("tea.md")
    environ = settings(sqlite_url)
    _imported(tmp_path, "publish", **environ)
    imported = _imported(tmp_path, "publish", **environ)
    assert sorted(imported & _POSTS) == []
    assert [name for name in _RARE if f"feedsvc.{name}" in imported] == []


def test_a_server_imports_nothing_that_only_a_watcher_needs() -> None:
    program = "import feedsvc.cli.serving, feedsvc.web.server.server, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    imported = set(done.stdout.split())
    assert "flask" in imported
    others = {"watchfiles", "regex"}  # of uvicorn, and of the pages of searches
    assert sorted(imported & (_WATCHER | _PUSH | _POSTS | {"feedparser"}) - others) == []


@pytest.mark.parametrize("name", list(main.commands))
def test_a_command_is_listed_with_the_help_text_that_it_has(name: str) -> None:
    context = click.Context(main, info_name="feedsvc")
    _, command, _ = main.resolve_command(context, [name])
    assert command is not None
    assert command.name == name
    listed = main.commands[name]
    assert listed.get_short_help_str(200) == command.get_short_help_str(200)
    assert command is not listed
