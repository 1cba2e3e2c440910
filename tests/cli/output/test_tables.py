"""Tables of commands: whole addresses at any width, JSON, CSV, stores that are read-only."""

import csv
import io
import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from feedsvc.cli.output.tables import print_table
from feedsvc.store.store import Store
from tests.support.commands import Run, forked
from tests.support.writing import PostFolder

LONG: Final = "a-very-long-tag-" * 12
NOW: Final = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("columns", ["20", "80"])
def test_no_address_is_broken_in_two_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    print_table(("address", "title"), [(f"https://example.org/{LONG}", "Tea " * 60)])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["address", f"https://example.org/{LONG}"]


def test_no_address_is_broken_in_two_in_a_pipe(
    run: Run, posts: PostFolder, environ: dict[str, str], tmp_path: Path
) -> None:
    posts.write("tea.md", tags=f"[{LONG}]")
    run("publish")
    narrow = environ | {"COLUMNS": "20"}
    lines = forked("feeds", environ=narrow, cwd=tmp_path).stdout.splitlines()
    assert [line.split("\t")[0].startswith("https://example.org/") for line in lines] == (
        [True] * 3
    )


def test_columns_are_aligned_also_below_chinese_titles(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    print_table(("title", "entries"), [("茶道", 1), ("Tea", 22)])
    assert capsys.readouterr().out == "title  entries\n茶道   1\nTea    22\n"


def test_feeds_in_json_are_objects_with_numbers_and_times(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", title="Tea")
    run("publish")
    first, *_ = rows = json.loads(run("feeds", "--format", "json").stdout)
    assert len(rows) == 2
    assert first.pop("last_changed").endswith("Z")
    assert first == {
        "address": "https://example.org/atom.xml",
        "title": "Tea notes",
        "entries": 1,
    }


def test_feeds_in_csv_have_a_line_of_headings_and_a_line_each(
    run: Run, posts: PostFolder
) -> None:
    posts.write("tea.md", tags='["a, \\"b\\""]')
    run("publish")
    text = run("feeds", "--format", "csv").stdout_bytes.decode()
    heading, *rows = csv.reader(io.StringIO(text, newline=""))
    assert heading == ["address", "title", "entries", "last_changed"]
    assert [row[1] for row in rows][-1] == 'a, "b" - Tea notes'
    assert text.count("\r\n") == 4


@pytest.mark.parametrize(
    "title",
    ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "＝1", '=cmd|" /C calc"!A0'],
)
def test_no_spreadsheet_reads_a_title_as_a_formula(
    capsys: pytest.CaptureFixture[str], title: str
) -> None:
    print_table(("title", "entries"), [(title, -1)], "csv")
    _, row = csv.reader(io.StringIO(capsys.readouterr().out, newline=""))
    assert row[0][0] == "'"
    assert row[1] == "-1"  # a number of ours stays one


@pytest.mark.parametrize("format_name", ["text", "json", "csv"])
def test_a_value_cannot_control_a_terminal_or_make_a_line(
    capsys: pytest.CaptureFixture[str], format_name: str
) -> None:
    print_table(("title", "error"), [("a\x1b[31m\nb", "c\u202ed")], format_name)
    printed = capsys.readouterr().out
    assert not {"\x1b", "\u202e"} & set(printed)
    assert "\nb" not in printed
    if format_name == "json":
        assert json.loads(printed) == [{"title": "a\x1b[31m\nb", "error": "c\u202ed"}]


def test_no_rows_are_an_empty_list_in_json_and_headings_in_csv(run: Run) -> None:
    assert json.loads(run("feeds", "--format", "json").stdout) == []
    printed = run("feeds", "--format", "csv").stdout_bytes
    assert printed == b"address,title,entries,last_changed\r\n"


@pytest.mark.parametrize("command", ["jobs", "subscriptions"])
@pytest.mark.parametrize("format_name", ["json", "csv"])
def test_the_other_tables_have_the_same_formats(
    run: Run, sqlite_url: str, command: str, format_name: str
) -> None:
    store = Store(sqlite_url)
    store.jobs.enqueue(NOW)
    store.close()
    printed = run(command, "--format", format_name).stdout
    if format_name == "csv":
        assert len([*csv.reader(io.StringIO(printed, newline=""))]) == 1 + (command == "jobs")
    else:
        assert len(json.loads(printed)) == (command == "jobs")


def test_one_job_is_shown_in_json_too(run: Run, sqlite_url: str) -> None:
    store = Store(sqlite_url)
    job, _ = store.jobs.enqueue(NOW)
    store.close()
    assert json.loads(run("jobs", job.name, "--format", "json").stdout)["job"] == job.name
    assert run("jobs", job.name, "--format", "csv").exit_code == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_commands_that_list_work_on_a_disk_that_is_read_only(
    posts: PostFolder, environ: dict[str, str], tmp_path: Path
) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return forked(*words, environ=environ, cwd=tmp_path)

    folder = tmp_path / "var"
    folder.mkdir(exist_ok=True)
    mounting = ["mount", "-t", "tmpfs", "none", str(folder)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    listings = [("feeds",), ("jobs",), ("subscriptions",), ("status",), ("ledger", "export")]
    try:
        posts.write("tea.md")
        run("publish")
        usual = [run(*words).stdout for words in listings]
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        results = [run(*words) for words in (*listings, ("publish", "--dry-run"))]
        assert [result.returncode for result in results] == [0] * 6
        assert [result.stdout for result in results[:5]] == usual
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)
