"""The steps of docs/operations.md, from top to bottom, with SQLite and PostgreSQL."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from tests.support.commands import environment, forked
from tests.support.doc_examples import blocks, examples, section

STEPS: Final = "## Step by step"
CONFIG: Final = """
[site]
title = "Tea notes"
url = "https://example.org"
author = "Li Wei"
timezone = "Asia/Shanghai"
tag_authority = "example.org,2026"

[content]
seeds = "posts"
"""
DATABASE: Final = "postgresql+psycopg://feedsvc@db.example.org/feedsvc"
FOR_POSTGRES: Final = ("pg_dump", "pg_restore")


class Site:
    """The folder of an operator, who types the commands of the page."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._environ: dict[str, str] = {}
        self._code = 0
        (folder / "posts").mkdir(parents=True)
        (folder / "feedsvc.toml").write_text(CONFIG)

    def write(self, name: str, more: str = "") -> None:
        """Write a post, and publish it."""
        text = f"---\ntitle: {name}\ndate: 2026-03-01\n---\nAbout {name}. {more}\n"
        (self.folder / f"posts/{name}.md").write_text(text)
        self._printed("feedsvc publish")
        assert self._code == 0

    def follow(self, block: str, database: str = DATABASE) -> None:
        """Type the commands of a block, and compare what they print."""
        for example in examples(block):
            printed = self._printed(_with(database, example.command))
            printed = printed.replace(database, DATABASE)
            assert example.agrees_with(printed), f"$ {example.command}\n{printed}"

    def _printed(self, command: str) -> str:
        words = command.split()
        if words == ["echo", "$?"]:
            return f"{self._code}\n"
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            self._environ[name] = value
            return ""
        if words[0] == "feedsvc":
            environ = environment(self._environ)
            done = forked(*words[1:], environ=environ, cwd=self.folder)
        else:
            done = _run(words, self.folder)
        self._code = done.returncode
        return done.stdout + done.stderr


def _with(database: str, command: str) -> str:
    """A command with a database of this test in place of that of the page."""
    if command.startswith(FOR_POSTGRES):
        parts = urlsplit(database)
        server = f"--host={parts.hostname} --port={parts.port} --username={parts.username}"
        command = re.sub(r"(?<=[ =])feedsvc(?!\S)", parts.path[1:], command)
        return command.replace(" ", f" {server} ", 1)
    return command.replace(DATABASE, database)


def _run(words: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)


@pytest.fixture(scope="module")
def steps() -> dict[str, list[str]]:
    """The console blocks of each step, by its heading."""
    parts = re.split(r"^### (.+)$", section("docs/operations.md", STEPS), flags=re.M)
    return {
        heading: blocks(text, "console")
        for heading, text in zip(parts[1::2], parts[2::2], strict=True)
    }


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    for name in ("tea", "milk", "cups"):
        made.write(name)
    return made


def test_the_steps_are_as_the_page_says(site: Site, steps: dict[str, list[str]]) -> None:
    site.follow(*steps["Copy what cannot be made again"])
    site.write("pots")
    for step in ("Put it back", "Upgrade", "Roll back"):
        site.follow(*steps[step])
    here, there = steps["To another machine"]
    site.follow(here)
    _on_another_machine(site).follow(there)
    posts = site.folder / "posts"
    site.write("plan")
    (posts / "plan.md").unlink()
    site.follow(*steps["A post was public that should not be"])
    shutil.copytree(posts, site.folder / "posts.good")
    site.write("tea", "Wrong.")
    site.follow(*steps["A publish was wrong"])
    is_empty, is_mounted = steps["The folder is empty, or not mounted"]
    away = posts.rename(site.folder / "posts.away")
    posts.mkdir()
    site.follow(is_empty)
    posts.rmdir()
    away.rename(posts)
    site.follow(is_mounted)
    shutil.rmtree(site.folder / "var")
    site.follow(*steps["The store is lost"])
    site.follow(*steps["Is it right?"])


def _on_another_machine(site: Site) -> Site:
    """An empty folder, to which one file was copied."""
    there = Site(site.folder.with_name("elsewhere"))
    shutil.rmtree(there.folder)
    there.folder.mkdir()
    shutil.copy(site.folder / "move.tar.gz", there.folder)
    return there


@pytest.mark.postgres
def test_the_steps_with_postgres_are_as_the_page_says(
    site: Site, steps: dict[str, list[str]], postgres_url: str
) -> None:
    if not all(map(shutil.which, FOR_POSTGRES)):
        pytest.skip("pg_dump is not installed")
    (block,) = steps["From SQLite to PostgreSQL"]
    site.follow(block, postgres_url)


def test_each_console_block_of_the_page_is_run(steps: dict[str, list[str]]) -> None:
    everything = blocks(section("docs/operations.md"), "console")
    assert sum(map(len, steps.values())) == len(everything)
