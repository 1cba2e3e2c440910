"""The words you type: what they print, what they leave behind, and how they end."""

import http.client
import json
import os
import pty
import re
import shlex
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final, TypeAlias

import pytest
from click.testing import CliRunner, Result

import feedsvc
from feedsvc.cli.main import main
from feedsvc.publishing.publish import publish
from feedsvc.settings.settings import load_settings
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.origins import Origin
from tests.support.writing import PostFolder

Run: TypeAlias = Callable[..., Result]

HOUSE: Final = Path(feedsvc.__file__).parents[1]
SOON: Final = 30  # seconds that a process may take to begin, on a busy machine
AT_ONCE: Final = 5.0  # seconds that it may take to end


def settings(store_url: str) -> dict[str, str]:
    """What every command here is told by its environment."""
    return {
        "FEEDSVC_SITE__TITLE": "Tea notes",
        "FEEDSVC_SITE__URL": "https://example.org",
        "FEEDSVC_SITE__AUTHOR": "Li",
        "FEEDSVC_SITE__TIMEZONE": "Asia/Shanghai",
        "FEEDSVC_SITE__TAG_AUTHORITY": "example.org,2026",
        "FEEDSVC_CONTENT__SEEDS": "posts",
        "FEEDSVC_STORE__URL": store_url,
        "FEEDSVC_WATCHER__QUIET": "0",
    }


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process, in which nothing but `extra` is a setting."""
    ours = {name for name in os.environ if name.startswith("FEEDSVC_") or name == "PORT"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"PYTHONPATH": str(HOUSE)} | dict(extra)


@pytest.fixture
def environ(sqlite_url: str) -> dict[str, str]:
    return environment(settings(sqlite_url))


@pytest.fixture
def run(
    posts: PostFolder,
    environ: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Run a command in this process, in the folder that holds `posts`."""
    gone: dict[str, str | None] = {name: None for name in os.environ if name not in environ}
    monkeypatch.chdir(tmp_path)

    def run(*words: str, **more: str) -> Result:
        runner = CliRunner(env=gone | environ | more)
        return runner.invoke(main, words, catch_exceptions=False)

    return run


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "feedsvc", *words]


def started(
    *words: str, environ: Mapping[str, str], cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own, to its end."""
    return subprocess.run(
        command(*words),
        env=environ,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=SOON,
        check=False,
    )


def tree(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def exported(run: Run, folder: str = "public") -> dict[str, bytes]:
    run("export", folder)
    files = (path for path in Path(folder).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# --version and --help


def test_the_version_is_told(run: Run) -> None:
    told = run("--version")
    assert (told.exit_code, told.stdout) == (0, f"feedsvc {feedsvc.__version__}\n")


def test_help_shows_examples_of_words_that_there_are(run: Run) -> None:
    _, _, examples = run("--help").stdout.partition("Examples:")
    lines = [
        line.split("  feedsvc ")[-1] for line in examples.splitlines() if "feedsvc" in line
    ]
    shown = {shlex.split(line)[0] for line in lines if not line.strip().startswith("FEEDSVC")}
    assert len(shown) >= 4
    assert shown <= main.commands.keys()


@pytest.mark.parametrize("word", list(main.commands))
def test_every_word_explains_itself(run: Run, word: str) -> None:
    told = run(word, "--help")
    assert told.exit_code == 0
    assert main.commands[word].help


def test_an_unknown_word_ends_with_2(run: Run) -> None:
    assert run("rebuild").exit_code == 2


# publish


def test_publish_reports_what_was_added(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", tags="[Green]")
    told = run("publish")
    assert (told.exit_code, told.stdout.splitlines()) == (
        0,
        [
            *("added: 1", "  tea.md", "changed: 0", "withdrawn: 0"),
            *("feeds moved: 4", "problems: 0"),
        ],
    )


def test_publish_reports_what_was_changed(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", title="Old")
    run("publish")
    posts.write("tea.md", title="New")
    assert run("publish").stdout.startswith("added: 0\nchanged: 1\n  tea.md\nwithdrawn: 0\n")


def test_publish_reports_that_nothing_has_changed(run: Run, posts: PostFolder) -> None:
    posts.write()
    run("publish")
    assert run("publish").stdout == (
        "added: 0\nchanged: 0\nwithdrawn: 0\nfeeds moved: 0\nproblems: 0\n"
    )


def test_one_publish_withdraws_what_was_deleted(run: Run, posts: PostFolder) -> None:
    posts.write("other.md", draft="true")  # the folder is not empty
    path = posts.write("tea.md")
    run("publish")
    path.unlink()
    assert "\nwithdrawn: 1\n  tea.md\n" in run("publish").stdout


def test_one_publish_waits_for_a_file_to_be_left_alone(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md")
    told = run("publish", FEEDSVC_WATCHER__QUIET="0.2")
    assert told.stdout.startswith("added: 1\n  tea.md\n")


def test_publish_ends_with_1_and_says_why_when_a_post_was_refused(
    run: Run, posts: PostFolder
) -> None:
    posts.write("broken.md", date="soon")
    told = run("publish")
    assert told.exit_code == 1
    assert re.search(
        r"^problems: 1\n  broken\.md:3:7: date: 'soon' .+; write .+$", told.stdout, re.M
    )


def test_the_other_posts_are_published_when_one_was_refused(
    run: Run, posts: PostFolder
) -> None:
    posts.write("broken.md", date="soon")
    posts.write("tea.md")
    assert run("publish").stdout.startswith("added: 1\n  tea.md\n")


def test_a_post_that_stays_refused_ends_every_publish_with_1(
    run: Run, posts: PostFolder
) -> None:
    posts.write("broken.md", date="soon")
    run("publish")
    assert run("publish").exit_code == 1


def test_a_warning_is_reported_but_ends_with_0(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", lang="Chinese (simplified)")
    told = run("publish")
    assert told.exit_code == 0
    assert "\nproblems: 1\n  tea.md:4:7: lang: " in told.stdout


def test_a_long_list_is_cut_and_says_by_how_much(run: Run, posts: PostFolder) -> None:
    for number in range(23):
        posts.write(f"{number:02}.md")
    told = run("publish").stdout.splitlines()
    assert told[0] == "added: 23"
    assert told[20:23] == ["  19.md", "  ... and 3 more", "changed: 0"]


def test_a_damaged_store_is_put_aside_and_the_folder_published_anew(
    run: Run, posts: PostFolder, tmp_path: Path
) -> None:
    posts.write("tea.md")
    (tmp_path / "var").mkdir()
    damaged = tmp_path / "var" / "feedsvc.sqlite3"
    damaged.write_bytes(b"this is no database " * 500)
    assert run("publish").stdout.startswith("added: 1\n")
    (aside,) = damaged.parent.glob("feedsvc.sqlite3.damaged-*")
    assert aside.read_bytes() == b"this is no database " * 500


# check


def test_check_prints_path_line_fault_and_cure(run: Run, posts: PostFolder) -> None:
    posts.write("2026/broken.md", date="soon")
    told = run("check")
    assert told.exit_code == 1
    assert re.fullmatch(
        r"posts/2026/broken\.md:3(:\d+)?: date: 'soon' [^;]+; write [^\n]+ \[date\]\n",
        told.stdout,
    )


def test_check_prints_every_problem_in_the_order_of_the_files(
    run: Run, posts: PostFolder
) -> None:
    posts.write("b.md", date="soon")
    posts.write_raw("a.md", b"---\ntitle: \xff\n---\n")
    posts.write("c.md", draft="perhaps")
    lines = run("check").stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == ["posts/a.md", "posts/b.md", "posts/c.md"]


def test_check_names_both_files_that_want_one_key(run: Run, posts: PostFolder) -> None:
    posts.write("a.md", slug="tea")
    posts.write("b.md", slug="tea")
    told = run("check")
    assert told.exit_code == 1
    place = _place_of(posts, "b.md", "slug")
    assert re.fullmatch(rf"posts/b\.md:{place}: .* as a\.md; .* \[twin\]\n", told.stdout)


def _place_of(posts: PostFolder, name: str, key: str) -> str:
    """The line and the column at which the value of a key stands."""
    lines = (posts.root / name).read_text().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if text.startswith(f"{key}: "))
    return f"{line}:{len(key) + 3}"


@pytest.mark.parametrize(
    ("code", "key", "first", "second"),
    [
        ("twin", "slug", {"slug": "tea"}, {"slug": "tea"}),
        ("one-page", "permalink", {"permalink": "/tea/"}, {"permalink": "/tea/"}),
        ("nearly-alike", "tags", {"tags": "[Tea]"}, {"tags": "[tea]"}),
        ("nearly-alike", "author", {"author": "Li Wen"}, {"author": "li wen"}),
    ],
)
def test_what_two_posts_share_is_told_at_its_place(
    run: Run,
    posts: PostFolder,
    code: str,
    key: str,
    first: dict[str, str],
    second: dict[str, str],
) -> None:
    posts.write("a.md", **first)
    posts.write("b.md", **second)
    (problem,) = json.loads(run("check", "--format", "json").stdout)
    place = f"{problem['line']}:{problem['column']}"
    assert (problem["path"], problem["code"]) == ("posts/b.md", code)
    assert place == _place_of(posts, "b.md", key)
    assert problem["text"].strip("/").endswith(("tea", "li wen"))


def test_check_says_nothing_where_nothing_is_wrong(run: Run, posts: PostFolder) -> None:
    posts.write()
    told = run("check")
    assert (told.exit_code, told.output) == (0, "")


def test_check_ends_with_0_when_there_are_only_warnings(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", lang="a b")
    told = run("check")
    assert (told.exit_code, told.stdout[:15]) == (0, "posts/tea.md:4:")


def test_check_of_one_post_says_nothing_of_the_others(run: Run, posts: PostFolder) -> None:
    posts.write("a.md", date="soon")
    posts.write("b.md", date="later")
    told = run("check", "posts/b.md").stdout
    assert [line.split(":")[0] for line in told.splitlines()] == ["posts/b.md"]


def test_check_of_one_good_post_ends_with_0_whatever_the_others_are(
    run: Run, posts: PostFolder
) -> None:
    posts.write("a.md", date="soon")
    posts.write("b.md")
    assert run("check", "posts/b.md").exit_code == 0


def test_check_of_a_folder_looks_at_no_other(run: Run, posts: PostFolder) -> None:
    posts.write("2025/a.md", date="soon")
    posts.write("2026/b.md", date="later")
    told = run("check", "posts/2026").stdout
    assert [line.split(":")[0] for line in told.splitlines()] == ["posts/2026/b.md"]


def test_check_tells_programs_in_json(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", lang="a b")
    (told,) = json.loads(run("check", "--format", "json").stdout)
    assert (told["path"], told["line"], told["severity"]) == ("posts/tea.md", 4, "warning")
    assert (told["code"], told["text"]) == ("language", "'a b'")
    assert told["fault"]
    assert told["cure"]


def test_what_cannot_be_printed_is_escaped_as_json_has_it(run: Run, posts: PostFolder) -> None:
    posts.write_raw("a\n\u202eb.md", "---\ntitle:\xa0Tea\x1b\n---\n".encode())
    output = run("check", "--format", "json").stdout
    assert json.loads(output)[-1]["path"] == "posts/a\n\u202eb.md"
    assert all(char.isprintable() or char == "\n" for char in output)


def test_check_of_good_posts_is_an_empty_list_in_json(run: Run, posts: PostFolder) -> None:
    posts.write()
    assert json.loads(run("check", "--format", "json").stdout) == []


def test_check_tells_github_the_line_of_the_file(run: Run, posts: PostFolder) -> None:
    posts.write("a,b.md", date="50%")
    told = run("check", "--format", "github")
    assert told.exit_code == 1
    assert re.fullmatch(
        r"::error file=posts/a%2Cb\.md,line=3(,col=\d+)?,title=date::date: '50%25' [^\n]+\n",
        told.stdout,
    )


def test_check_explains_how_a_post_is_read(run: Run, posts: PostFolder) -> None:
    posts.write("2026/tea.md", title="Tea", urlname="green")
    told = run("check", "--explain", "posts/2026/tea.md")
    assert told.exit_code == 0
    assert re.search(r"^title +Tea  \(title, line 2\)$", told.stdout, re.M)
    assert re.search(r"^key +slug:green  \(urlname, line \d\)$", told.stdout, re.M)


def test_check_explains_what_a_post_waits_for(run: Run, posts: PostFolder) -> None:
    posts.write("a.md", publishDate="2999-03-01T00:00:00Z")
    posts.write("b.md", publishDate="2020-03-01")
    told = run("check", "--explain", "posts/a.md").stdout
    assert re.search(r"^waits for +2999-03-01T00:00:00Z", told, re.M)
    assert "waits for" not in run("check", "--explain", "posts/b.md").stdout


@pytest.mark.parametrize(
    ("name", "fields", "told"),
    [
        ("a.md", {"draft": "true"}, "hidden  (draft)"),
        ("a.md", {"date": "soon"}, "refused"),
        ("_a.md", {}, "it is not looked at"),
    ],
)
def test_check_explains_why_a_post_is_not_published(
    run: Run, posts: PostFolder, name: str, fields: dict[str, str], told: str
) -> None:
    posts.write(name, **fields)
    assert told in run("check", "--explain", f"posts/{name}").stdout


def test_explain_wants_one_post(run: Run, posts: PostFolder) -> None:
    posts.write()
    told = run("check", "--explain", "posts")
    assert (told.exit_code, "PATH of a post" in told.stderr) == (2, True)


def test_check_names_tags_that_are_nearly_alike(run: Run, posts: PostFolder) -> None:
    posts.write("a.md", tags="[Python, Go]")
    posts.write("b.md", tags="[python, Go]")
    posts.write("c.md", tags="[Python, Ｇｏ]")
    lines = run("check").stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == ["posts/b.md", "posts/c.md"]
    assert "'python' and 'Python' are two" in lines[0]
    assert "'Ｇｏ' and 'Go' are two" in lines[1]


def test_check_names_two_posts_of_one_page(run: Run, posts: PostFolder) -> None:
    posts.write("a.md", permalink="/tea/")
    posts.write("b.md", permalink="/tea/")
    told = run("check")
    assert (told.exit_code, told.stdout.count("which is also the permalink of a.md")) == (0, 1)


def test_check_of_what_is_not_there_ends_with_2(run: Run) -> None:
    told = run("check", "posts/gone.md")
    assert told.exit_code == 2
    assert "posts/gone.md" in told.stderr


def test_check_writes_nothing(run: Run, posts: PostFolder, tmp_path: Path) -> None:
    posts.write("tea.md")
    posts.write("broken.md", date="soon")
    before = tree(tmp_path)
    run("check")
    run("check", "posts/tea.md")
    assert tree(tmp_path) == before


# publish --dry-run


def test_a_dry_run_reports_as_publish_would_and_writes_nothing(
    run: Run, posts: PostFolder, tmp_path: Path
) -> None:
    posts.write("tea.md", title="Old")
    run("publish")
    posts.write("tea.md", title="New")
    posts.write("more.md")
    before = run("feeds").stdout
    told = run("publish", "--dry-run")
    assert run("feeds").stdout == before
    assert told.exit_code == 0
    assert told.stdout == run("publish").stdout + "hidden by a key that restricts them: 0\n"
    assert "added: 1\n  more.md\nchanged: 1\n  tea.md\n" in told.stdout


def test_a_dry_run_says_what_would_be_withdrawn(run: Run, posts: PostFolder) -> None:
    posts.write("other.md", draft="true")  # the folder is not empty
    path = posts.write("tea.md")
    run("publish")
    path.unlink()
    assert "\nwithdrawn: 1\n  tea.md\n" in run("publish", "--dry-run").stdout


def test_a_dry_run_without_a_store_leaves_none_behind(
    run: Run, posts: PostFolder, tmp_path: Path
) -> None:
    posts.write("tea.md")
    before = tree(tmp_path)
    told = run("publish", "--dry-run")
    assert told.stdout.startswith("added: 1\n  tea.md\n")
    assert tree(tmp_path) == before


def test_a_dry_run_ends_with_1_when_a_post_would_be_refused(
    run: Run, posts: PostFolder
) -> None:
    posts.write("broken.md", date="soon")
    told = run("publish", "--dry-run")
    assert told.exit_code == 1
    assert "problems: 1\n  broken.md:3:7: " in told.stdout


def test_a_dry_run_of_a_branch_leaves_the_tree_alone(run: Run, tmp_path: Path) -> None:
    origin = Origin(tmp_path / "posts.git")
    post = "---\ntitle: {}\ndate: 2026-03-01\n---\nTea.\n"
    origin.push({"tea.md": post.format("Tea")})
    run("publish", FEEDSVC_SOURCE__GIT=origin.url)
    origin.push({"tea.md": post.format("Green"), "new.md": post.format("New")})
    told = run("publish", "--dry-run", FEEDSVC_SOURCE__GIT=origin.url)
    assert told.stdout.startswith("added: 1\n  new.md\nchanged: 1\n  tea.md\n")
    assert sorted(p.name for p in tmp_path.glob("var/source/tree/*")) == ["tea.md"]


# jobs


def test_jobs_are_lines_of_fields_apart_by_tabs_the_newest_first(
    run: Run, sqlite_url: str
) -> None:
    store = Store(sqlite_url)
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    first, _ = store.jobs.ask(now)
    store.jobs.begin([first.name], now)
    store.jobs.end([first.name], "{}", now)
    second, _ = store.jobs.ask(now, kind="preview", ref="refs/pull/7/head")
    store.jobs.begin([second.name], now)
    store.jobs.fail(second, "failed", "the remote\thangs\n\x1b[31m", now, now)
    store.close()
    moment = "2026-11-22 12:00:00Z"
    assert [line.split("\t") for line in run("jobs").stdout.splitlines()] == [
        [
            *(second.name, "preview", "failed", "1", moment, moment),
            "the remote\\thangs\\n\\x1b[31m",
        ],
        [first.name, "rebuild", "done", "1", moment, moment, ""],
    ]


def test_a_job_is_shown_with_its_report(run: Run, posts: PostFolder, sqlite_url: str) -> None:
    posts.write("tea.md", title="Tea")
    posts.write("broken.md", date="soon")
    store = Store(sqlite_url)
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    job, _ = store.jobs.ask(now)
    site = load_settings(None, settings(sqlite_url)).publication()
    report = publish(Folder(posts.root, 0), store, site, now)
    store.jobs.begin([job.name], now)
    store.jobs.end([job.name], json.dumps(report.to_dict(site.url)), now)
    store.close()
    told = run("jobs", job.name)
    moment = "2026-11-22T12:00:00Z"
    assert told.stdout.splitlines()[:-1] == [
        *(f"job: {job.name}", "kind: rebuild", "state: done", "calls: 1", "attempts: 0"),
        *(f"asked_at: {moment}", f"begun_at: {moment}", f"ended_at: {moment}"),
        *("added: 1", "  Tea  https://example.org/posts/tea/", "changed: 0", "withdrawn: 0"),
        *("feeds moved: 3", "problems: 1"),
    ]
    assert told.stdout.splitlines()[-1].startswith("  broken.md:3:7: ")


def test_a_job_that_is_not_known_ends_with_2(run: Run) -> None:
    told = run("jobs", "nothing")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "there is no job 'nothing'; feedsvc jobs lists" in told.stderr


# feeds


def test_feeds_are_lines_of_fields_apart_by_tabs(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", tags="[茶]")
    run("publish")
    lines = [line.split("\t") for line in run("feeds").stdout.splitlines()]
    assert [line[:3] for line in lines] == [
        ["https://example.org/atom.xml", "Tea notes", "1"],
        ["https://example.org/authors/Li/atom.xml", "Tea notes - Author: Li", "1"],
        ["https://example.org/tags/%E8%8C%B6/atom.xml", "Tea notes - Tag: 茶", "1"],
    ]


def test_feeds_tells_when_each_was_changed(run: Run, posts: PostFolder) -> None:
    posts.write()
    run("publish")
    times = {line.split("\t")[3] for line in run("feeds").stdout.splitlines()}
    assert len(times) == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", times.pop())


def test_before_the_first_publish_there_are_no_feeds(run: Run) -> None:
    told = run("feeds")
    assert (told.exit_code, told.output) == (0, "")


def plain(line: str) -> str:
    """What a terminal shows of a line."""
    return re.sub(r"\x1b\[[\d;]*m", "", line)


def test_feeds_on_a_terminal_are_a_table(
    run: Run, posts: PostFolder, environ: dict[str, str], tmp_path: Path
) -> None:
    posts.write()
    run("publish")
    terminal, theirs = pty.openpty()
    with open(terminal, encoding="utf-8") as screen:  # noqa: PTH123 - no path, a descriptor
        wide = environ | {"COLUMNS": "200", "TERM": "xterm"}
        subprocess.run(command("feeds"), env=wide, cwd=tmp_path, stdout=theirs, check=True)
        first, second = (plain(screen.readline()).split() for _ in range(2))
        os.close(theirs)
    assert first == ["address", "title", "entries", "last", "changed"]
    assert second[:4] == ["https://example.org/atom.xml", "Tea", "notes", "1"]


# export


def test_export_publishes_and_writes_every_feed_in_every_format(
    run: Run, posts: PostFolder
) -> None:
    posts.write("tea.md", tags="[Green]", categories="[Drinks, Tea]")
    feeds = ["", "tags/Green/", "categories/Drinks/", "categories/Drinks/Tea/"]
    feeds += ["authors/Li/", "lang/en/"]
    formats = ["atom.xml", "rss.xml", "feed.json"]
    expected = {f"{feed}{name}" for feed in feeds for name in formats}
    aliases = {"feed.xml", "index.xml", "rss2.xml"}
    assert exported(run).keys() == expected | aliases | {"opml.xml"}


def test_export_writes_the_aliases_of_the_settings(run: Run, posts: PostFolder) -> None:
    posts.write()
    run("export", "public", FEEDSVC_FEEDS__ALIASES='{"/blog/index.rdf": "rss"}')
    assert Path("public/blog/index.rdf").read_bytes() == Path("public/rss.xml").read_bytes()
    assert not Path("public/feed.xml").exists()


def test_export_says_how_many_files_it_wrote(run: Run, posts: PostFolder) -> None:
    posts.write()
    told = run("export", "public").stdout
    number = sum(path.is_file() for path in Path("public").rglob("*"))
    assert told == f"{number} of {number} files written below public\n"


def test_a_second_export_rewrites_no_file(run: Run, posts: PostFolder) -> None:
    posts.write()
    names = exported(run)
    before = {name: Path("public", name).stat().st_mtime_ns for name in names}
    told = run("export", "public").stdout
    assert told == f"0 of {len(names)} files written below public\n"
    assert {name: Path("public", name).stat().st_mtime_ns for name in names} == before


def test_export_ends_with_1_when_a_post_was_refused_and_writes_the_rest(
    run: Run, posts: PostFolder
) -> None:
    posts.write("broken.md", date="soon")
    posts.write("tea.md", title="Green tea")
    told = run("export", "public")
    assert told.exit_code == 1
    assert "  broken.md:3:7: date: 'soon' " in told.stdout
    assert b"Green tea" in Path("public/atom.xml").read_bytes()


def test_export_into_what_is_a_file_ends_with_2(run: Run, posts: PostFolder) -> None:
    posts.write()
    Path("public").write_text("mine")
    assert run("export", "public").exit_code == 2
    assert Path("public").read_text() == "mine"


def test_export_that_cannot_write_a_file_ends_with_2_and_a_line_that_names_it(
    run: Run, posts: PostFolder
) -> None:
    posts.write()
    Path("public/atom.xml").mkdir(parents=True)
    told = run("export", "public")
    assert told.exit_code == 2
    (line,) = told.stderr.splitlines()
    assert "public/atom.xml" in line


# --config and --seeds


@pytest.fixture
def other(tmp_path: Path) -> PostFolder:
    """Another folder of posts than that of the settings, with one post."""
    folder = PostFolder(tmp_path / "other")
    folder.write("other.md")
    return folder


@pytest.mark.parametrize(
    "words", [("--seeds", "other", "publish"), ("publish", "--seeds", "other")]
)
def test_seeds_may_stand_before_and_after_the_word(
    run: Run, other: PostFolder, words: tuple[str, ...]
) -> None:
    assert run(*words).stdout.startswith("added: 1\n  other.md\n")


def test_the_seeds_nearest_to_the_word_count(run: Run, other: PostFolder) -> None:
    told = run("--seeds", "posts", "publish", "--seeds", "other")
    assert told.stdout.startswith("added: 1\n  other.md\n")


@pytest.mark.parametrize(
    "words",
    [("--config", "my.toml", "export", "public"), ("export", "public", "--config", "my.toml")],
)
def test_config_may_stand_before_and_after_the_word(
    run: Run, posts: PostFolder, words: tuple[str, ...]
) -> None:
    Path("my.toml").write_text('[site]\nsubtitle = "from my file"\n')
    posts.write()
    run(*words)
    assert b"from my file" in Path("public/atom.xml").read_bytes()


def test_a_config_that_is_not_there_ends_with_2(run: Run) -> None:
    told = run("publish", "--config", "gone.toml")
    assert told.exit_code == 2
    assert "gone.toml cannot be read: " in told.stderr


def test_refused_settings_are_all_told_and_end_with_2(run: Run) -> None:
    told = run("publish", FEEDSVC_SITE__TIMEZONE="Mars", FEEDSVC_SERVER__PORT="http")
    assert told.exit_code == 2
    lines = told.stderr.splitlines()
    assert lines[0] == "feedsvc: the configuration has problems:"
    assert [line.split()[0] for line in lines[1:]] == [
        "FEEDSVC_SITE__TIMEZONE",
        "FEEDSVC_SERVER__PORT",
    ]


def test_refused_settings_leave_nothing_behind(run: Run, tmp_path: Path) -> None:
    before = tree(tmp_path)
    run("publish", FEEDSVC_SITE__TIMEZONE="Mars")
    assert tree(tmp_path) == before


# What goes wrong around the posts.


@pytest.mark.parametrize("word", ["publish", "check"])
def test_a_folder_of_posts_that_is_not_there_ends_with_2(run: Run, word: str) -> None:
    told = run(word, "--seeds", "gone")
    assert told.exit_code == 2
    (line,) = told.stderr.splitlines()
    assert "gone is not a folder; set content.seeds" in line


def test_serve_does_not_begin_without_its_folder_of_posts(
    environ: dict[str, str], tmp_path: Path
) -> None:
    told = started("serve", environ=environ, cwd=tmp_path)
    assert told.returncode == 2
    (line,) = told.stderr.splitlines()
    assert "posts is not a folder; set content.seeds" in line


def test_a_folder_that_vanished_withdraws_nothing(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md")
    run("publish")
    posts.root.rename("elsewhere")
    assert run("publish").exit_code == 2
    assert run("feeds").stdout.split("\t")[2] == "1"


@pytest.mark.parametrize("words", [("publish",), ("check",)])
def test_control_characters_in_a_name_are_escaped(
    run: Run, posts: PostFolder, words: tuple[str, ...]
) -> None:
    posts.write("\x1b[31mred\nforged.md:1: fault; cure\u2028.md", title="x", date="soon")
    told = run(*words).stdout
    assert not {"\x1b", "\u2028"} & set(told)
    (line,) = [line for line in told.splitlines() if "forged" in line]
    name = r"\x1b[31mred\nforged.md:1: fault; cure\u2028.md"
    assert re.match(rf"(posts/)?{re.escape(name)}:3(:\d+)?: date: ", line.strip())


def test_control_characters_in_the_name_of_a_good_post_are_escaped(
    run: Run, posts: PostFolder
) -> None:
    posts.write("\x1b[31mred.md", title="Red")
    assert run("publish").stdout.splitlines()[:2] == ["added: 1", r"  \x1b[31mred.md"]


def test_a_name_that_is_not_utf_8_is_told_and_the_rest_is_published(
    run: Run, posts: PostFolder
) -> None:
    Path(os.fsdecode(os.fsencode(posts.root) + b"/caf\xe9.md")).write_text("---\n---\n")
    posts.write("tea.md")
    told = run("publish")
    assert told.stdout.startswith("added: 1\n  tea.md\n")
    assert told.stdout.splitlines()[-1].startswith(r"  caf\xe9.md: ")


@pytest.mark.parametrize("words", [("feeds",), ("jobs",), ("subscriptions",)])
def test_what_only_looks_does_not_upgrade_a_store(
    run: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    run("publish")
    file = tmp_path / "var" / "feedsvc.sqlite3"
    with closing(sqlite3.connect(file)) as store, store:
        store.execute("UPDATE alembic_version SET version_num = '0003'")
    told = run(*words)
    assert told.exit_code == 2
    assert "was written by an earlier feedsvc (schema 0003" in told.stderr
    with closing(sqlite3.connect(file)) as store:
        assert store.execute("SELECT version_num FROM alembic_version").fetchone() == ("0003",)


@pytest.mark.parametrize("word", ["publish", "feeds"])
def test_a_store_where_a_file_is_in_the_way_ends_with_2(
    run: Run, tmp_path: Path, word: str
) -> None:
    (tmp_path / "var").write_text("in the way")
    told = run(word)
    assert told.exit_code == 2
    (line,) = told.stderr.splitlines()
    assert "set store.url to a place that feedsvc may write to" in line


def test_a_second_publish_is_refused_while_another_process_publishes(
    run: Run, posts: PostFolder, environ: dict[str, str], tmp_path: Path, sqlite_url: str
) -> None:
    posts.write("tea.md")
    run("publish")
    posts.write("new.md")
    publishing = Store(sqlite_url)
    try:
        with publishing.lock():
            told = started("publish", environ=environ, cwd=tmp_path)
    finally:
        publishing.close()
    assert told.returncode == 2
    assert told.stderr == f"feedsvc: another process is publishing into {sqlite_url}\n"
    assert run("publish").stdout.startswith("added: 1\n  new.md\n")


def test_a_port_in_use_ends_serve_with_2_and_a_line_that_names_it(
    posts: PostFolder, environ: dict[str, str], tmp_path: Path
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = started("serve", environ=environ | {"PORT": str(port)}, cwd=tmp_path)
    assert told.returncode == 2
    (line,) = told.stderr.splitlines()
    assert line.startswith(f"feedsvc: 127.0.0.1:{port} cannot be listened on: ")
    assert line.endswith("or set server.port")


# How `serve` and `watch` begin and end.


@dataclass(frozen=True)
class Life:
    """A process that ran until it was told to end; `page` is what it served meanwhile."""

    port: int
    page: str
    exit_code: int
    seconds_to_end: float
    told: str


ENDINGS: Final = [
    (word, number) for word in ("serve", "watch") for number in (signal.SIGINT, signal.SIGTERM)
]


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], Life]:
    """Every command with every signal; all at once, since most of it is waiting."""
    places = [tmp_path_factory.mktemp(f"{word}-{number.name}") for word, number in ENDINGS]
    with ThreadPoolExecutor(len(ENDINGS)) as pool:
        return dict(zip(ENDINGS, pool.map(live, ENDINGS, places), strict=True))


@pytest.fixture(params=ENDINGS, ids=[f"{word} {number.name}" for word, number in ENDINGS])
def life(request: pytest.FixtureRequest, lives: dict[tuple[str, int], Life]) -> Life:
    return lives[request.param]


def page(port: int) -> str:
    """The main feed as it is served; empty where nothing is served yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SOON)
    try:
        connection.request("GET", "/atom.xml")
        return connection.getresponse().read().decode()
    except OSError:
        return ""
    finally:
        connection.close()


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + SOON
    while not what():
        assert time.monotonic() < until
        time.sleep(0.05)


@contextmanager
def session(
    words: list[str], environ: Mapping[str, str], cwd: Path, told: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, of which nothing is left afterwards."""
    with subprocess.Popen(
        words, env=environ, cwd=cwd, stdout=told, stderr=told, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def live(ending: tuple[str, signal.Signals], place: Path) -> Life:
    """Start a command on a folder with one post, wait for what it does, and tell it to end."""
    word, number = ending
    PostFolder(place / "posts").write("tea.md", title="Green tea")
    port, log = free_port(), place / "log"
    environ = environment(settings("sqlite:///feeds.sqlite3")) | {"PORT": str(port)}
    with log.open("wb") as told, session(command(word), environ, place, told) as process:
        if word == "serve":
            wait_for(lambda: "Green tea" in page(port))
        wait_for(lambda: "1 added" in log.read_text("utf-8"))
        served = page(port)
        began = time.monotonic()
        if number == signal.SIGINT:  # which a terminal sends to all processes that it shows
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        exit_code = process.wait(SOON)
        seconds = time.monotonic() - began
        wait_for(lambda: not is_alive(process.pid))
    return Life(port, served, exit_code, seconds, log.read_text("utf-8"))


def is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_serve_serves_what_is_in_the_folder(
    lives: dict[tuple[str, int], Life],
) -> None:
    assert "<title>Green tea</title>" in lives["serve", signal.SIGTERM].page


def test_serve_tells_where_it_listens_and_where_the_feeds_are(
    lives: dict[tuple[str, int], Life],
) -> None:
    life = lives["serve", signal.SIGTERM]
    lines = [line.strip() for line in life.told.splitlines()]
    assert f"Serving posts on http://127.0.0.1:{life.port}" in lines
    feeds = {f"https://example.org/{name}" for name in ("atom.xml", "rss.xml", "feed.json")}
    assert feeds <= set(lines)


def test_a_signal_ends_it_with_0(life: Life) -> None:
    assert life.exit_code == 0


def test_a_signal_ends_it_in_time(life: Life) -> None:
    assert life.seconds_to_end < AT_ONCE


def test_a_signal_ends_it_without_a_traceback(life: Life) -> None:
    assert not re.search("Traceback|KeyboardInterrupt|Exception|Error", life.told)


def test_a_signal_leaves_the_port_free(life: Life) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", life.port))
