"""A folder without a configuration: what is assumed, and that nothing is kept."""

import json
import os
import re
import tempfile
from pathlib import Path

import pytest

from feedsvc.cli.folders.trying import machine_zone, title_of
from feedsvc.publishing.exporting.manifest import MANIFEST
from tests.support.commands import Run, environment, tree
from tests.support.writing import PostFolder

AUTHORITY = "feedsvc-try.invalid,2026"


@pytest.fixture
def environ() -> dict[str, str]:
    """No settings at all, but no quiet period."""
    return environment({"FEEDSVC_WATCHER__QUIET": "0", "TZ": "Asia/Shanghai"})


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary folders; each test ends with it empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def blog(tmp_path: Path) -> PostFolder:
    blog = PostFolder(tmp_path / "my blog 茶")
    blog.write("tea.md", title="Tea", tags="[Green]")
    return blog


BLOG = "my blog 茶"


def _documents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    files = (path for path in files if path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_publish_needs_nothing_but_a_folder(run: Run, blog: PostFolder) -> None:
    result = run("publish", BLOG)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"added: 1\n  {BLOG}/tea.md\n")


def test_a_try_says_what_is_assumed_and_that_it_is_one(run: Run, blog: PostFolder) -> None:
    first, *rows, last = run("publish", BLOG).stderr.splitlines()
    assert first.startswith(f"{BLOG} has no feedsvc.toml; no config of a known generator")
    assert [re.split("  +", row.strip()) for row in rows] == [
        ["site.title", BLOG, "our default: the name of the folder"],
        ["site.url", "http://127.0.0.1:8000", "our default: the address of this server"],
        ["site.author", BLOG, "our default: the title of the site"],
        ["site.timezone", "Asia/Shanghai", "our default: the time zone of this machine"],
        ["site.tag_authority", AUTHORITY, "our default: ids are temporary"],
        ["content.seeds", BLOG, "our default: the folder itself"],
        ["content.generator", "plain", "our default"],
    ]
    assert last.endswith(f"They become permanent with: feedsvc init '{BLOG}'")


@pytest.mark.parametrize(
    "arguments",
    [
        ["publish", BLOG],
        ["publish", "--dry-run", BLOG],
        ["check", BLOG],
        ["feeds", BLOG],
        ["export", "--feeds-only", BLOG, "/dev/null/x"],
    ],
)
def test_a_try_keeps_nothing(
    run: Run, blog: PostFolder, tmp_path: Path, arguments: list[str]
) -> None:
    before = tree(tmp_path)
    run(*arguments)
    assert tree(tmp_path) == before


def test_feeds_lists_the_feeds_of_a_folder(run: Run, blog: PostFolder) -> None:
    rows = [line.split("\t") for line in run("feeds", BLOG).stdout.splitlines()]
    assert [row[1:3] for row in rows] == [
        [BLOG, "1"],
        [f"{BLOG} - {BLOG}", "1"],
        [f"Green - {BLOG}", "1"],
    ]
    assert rows[0][0] == "http://127.0.0.1:8000/atom.xml"


def test_a_second_export_has_the_same_bytes(run: Run, blog: PostFolder, tmp_path: Path) -> None:
    assert run("export", "--feeds-only", BLOG, "one").exit_code == 0
    assert run("export", "--feeds-only", f"{tmp_path}/{BLOG}", "two").exit_code == 0
    first = _documents(tmp_path / "one")
    assert f"<id>tag:{AUTHORITY}:/tea</id>".encode() in first["atom.xml"]
    assert first == _documents(tmp_path / "two")


def test_export_takes_one_folder_and_one_directory(run: Run, blog: PostFolder) -> None:
    result = run("export", "--feeds-only", BLOG, BLOG, "public")
    assert result.exit_code == 2
    assert "give one FOLDER and one DIRECTORY" in result.stderr


def test_the_environment_overrides_what_is_assumed(run: Run, blog: PostFolder) -> None:
    result = run("feeds", BLOG, FEEDSVC_SITE__TITLE="Green", FEEDSVC_SITE__URL="https://a.org")
    assert "https://a.org/atom.xml\tGreen\t1" in result.stdout
    assert "site.title" not in result.stderr


def test_seeds_say_where_the_posts_of_a_folder_are(run: Run, posts: PostFolder) -> None:
    posts.write("green.md")
    Path("empty").mkdir()
    assert "  posts/green.md\n" in run("publish", "empty", "--seeds", "posts").stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FEEDSVC_STORE__URL", "sqlite:///kept.sqlite3"),
        ("FEEDSVC_LEDGER__FILE", "kept.jsonl"),
        ("FEEDSVC_CONTENT__SEEDS", "elsewhere"),
        ("FEEDSVC_WEBHOOK__SECRET", "sixteen-characters-or-more"),
        ("FEEDSVC_HUB__OTHERS", '["https://hub.example.org/"]'),
        ("FEEDSVC_HUB__ENABLED", "true"),
        ("FEEDSVC_SOURCE__GIT", "https://example.org/posts.git"),
        ("FEEDSVC_NOTIFY", "[]"),
        ("FEEDSVC_SERVER__PURGE", "http://127.0.0.1:6081"),
    ],
)
def test_a_variable_that_would_keep_or_send_something_is_named_and_not_used(
    run: Run, blog: PostFolder, tmp_path: Path, name: str, value: str
) -> None:
    before = tree(tmp_path)
    result = run("publish", BLOG, **{name: value})
    assert result.stdout.startswith(f"added: 1\n  {BLOG}/tea.md\n")
    assert f"  {name} in the environment is not used in a try\n" in result.stderr
    assert tree(tmp_path) == before


def test_a_fault_of_the_environment_is_refused_in_a_try_too(run: Run, blog: PostFolder) -> None:
    result = run("publish", BLOG, FEEDSVC_SITE__TIMEZONE="Mars", FEEDSVC_SITE_TITLE="Tea")
    assert result.exit_code == 2
    assert "did you mean FEEDSVC_SITE__TITLE?" in result.stderr
    assert "FEEDSVC_SITE__TIMEZONE in the environment: site.timezone: " in result.stderr


@pytest.mark.parametrize("by", ["--host", "FEEDSVC_SERVER__HOST"])
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.org"])  # noqa: S104
def test_a_try_serves_nobody_else(
    run: Run, blog: PostFolder, monkeypatch: pytest.MonkeyPatch, host: str, by: str
) -> None:
    monkeypatch.setattr("feedsvc.web.server.server.serve_http", None)  # it would not end
    option = ["--host", host] if by == "--host" else []
    result = run("serve", BLOG, *option, **({} if option else {by: host}))
    assert result.exit_code == 2
    assert f"a try serves only this machine, and {host} is an address for others" in (
        result.stderr
    )
    assert f"feedsvc init '{BLOG}'" in result.stderr


# What FOLDER is.


@pytest.mark.parametrize("command", ["serve", "publish", "feeds"])
@pytest.mark.parametrize(
    ("folder", "fault"),
    [
        ("gone", "gone does not exist; give the folder of a site or of posts"),
        ("~/blog", "the shell replaces ~ only without quotation marks"),
        ("file", "file is a file; give a folder, or check one post with feedsvc check"),
        ("file/x", "file/x is a file; give a folder"),
        ("loop", "loop cannot be read: "),
        ("link-to-nothing", "link-to-nothing does not exist"),
    ],
)
def test_a_folder_that_is_none_ends_with_2_and_the_cure(
    run: Run, tmp_path: Path, command: str, folder: str, fault: str
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "link-to-nothing").symlink_to("nothing")
    result = run(command, folder)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert fault in line


@pytest.mark.parametrize("command", ["serve", "publish", "feeds", "init"])
def test_an_empty_name_is_not_the_current_folder(
    run: Run, posts: PostFolder, tmp_path: Path, command: str
) -> None:
    before = tree(tmp_path)
    result = run(command, "")
    assert result.exit_code == 2
    assert "it is empty; give a folder, or . for the current one" in result.stderr
    assert tree(tmp_path) == before


@pytest.mark.parametrize("source", ["../elsewhere", "/etc", "gone", "a/../../elsewhere"])
def test_a_folder_of_posts_that_is_not_in_the_folder_is_not_read(
    run: Run, blog: PostFolder, tmp_path: Path, source: str
) -> None:
    PostFolder(tmp_path / "elsewhere" / "_posts").write("secret.md")
    blog.write_raw("_config.yml", f"source_dir: {source}\nnew_post_name: a\n".encode())
    (blog.root / "a").mkdir()
    result = run("publish", BLOG)
    assert "secret.md" not in result.stdout
    assert f"  {BLOG}/tea.md\n" in result.stdout
    assert re.search(f"content.seeds +{BLOG} ", result.stderr)


def test_an_empty_folder_is_published(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run("publish", "empty")
    assert (result.exit_code, result.stdout[:9]) == (0, "added: 0\n")


def test_the_current_folder_is_a_folder(
    run: Run, blog: PostFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(blog.root)
    result = run("publish", ".")
    assert "added: 1" in result.stdout
    assert f"site.title          {BLOG}" in result.stderr


def test_a_link_to_a_folder_is_a_folder(run: Run, blog: PostFolder, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(blog.root)
    assert "added: 1" in run("publish", "link").stdout


def test_a_configuration_in_the_current_folder_is_not_that_of_another_one(
    run: Run, blog: PostFolder, tmp_path: Path
) -> None:
    (tmp_path / "feedsvc.toml").write_text("[site]\ntitle = 'Other'\n")
    result = run("feeds", BLOG)
    assert "This is a try" in result.stderr
    assert "Other" not in result.output


# A folder with a settings file.

CONFIG = """\
[site]
title = "Tea notes"
url = "https://example.org"
author = "Li"
timezone = "Asia/Shanghai"
tag_authority = "example.org,2026"
[content]
seeds = "."
[store]
url = "sqlite:///.feedsvc/store"
"""


@pytest.mark.parametrize("name", ["feedsvc.toml", "config/feedsvc.toml"])
def test_the_settings_file_of_a_folder_is_used_from_anywhere(
    run: Run, blog: PostFolder, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    blog.write_raw(name, CONFIG.encode())
    assert run("publish", BLOG).stdout.startswith("added: 1\n")
    assert (blog.root / ".feedsvc" / "store").is_file()
    monkeypatch.chdir(blog.root)
    for arguments in (["publish"], ["publish", "."]):
        result = run(*arguments)
        assert result.output.startswith("added: 0\nchanged: 0\n")
    assert "https://example.org/atom.xml\tTea notes" in run("feeds").stdout


def test_every_fault_of_the_settings_file_of_a_folder_is_printed(
    run: Run, blog: PostFolder
) -> None:
    blog.write_raw("feedsvc.toml", b"[site]\ntitel = 'Tea'\n[server]\nport = 0\n")
    result = run("publish", BLOG)
    assert result.exit_code == 2
    lines = result.stderr.splitlines()[1:]
    assert len(lines) == 7  # five settings are missing
    assert all(line.startswith(f"  {BLOG}/feedsvc.toml:") for line in lines)


@pytest.mark.parametrize(
    "arguments",
    [["publish", BLOG, "--config", "my.toml"], ["--config", "my.toml", "publish", BLOG]],
)
def test_a_folder_and_a_settings_file_are_not_both_given(
    run: Run, blog: PostFolder, arguments: list[str]
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert f"give either --config or FOLDER ({BLOG}), not both" in result.stderr


def test_a_folder_counts_before_the_variable(run: Run, blog: PostFolder) -> None:
    blog.write_raw("feedsvc.toml", CONFIG.encode())
    assert run("publish", BLOG, FEEDSVC_CONFIG="gone.toml").exit_code == 0


# check.


def test_check_of_one_post_needs_no_settings(run: Run, blog: PostFolder) -> None:
    blog.write("soon.md", date="soon")
    good, bad = run("check", f"{BLOG}/tea.md"), run("check", f"{BLOG}/soon.md")
    assert (good.exit_code, good.output) == (0, f"{BLOG}/tea.md would be published\n")
    assert bad.exit_code == 1
    assert bad.output.startswith(f"{BLOG}/soon.md:3")


def test_check_of_one_post_uses_the_other_settings_that_there_are(
    run: Run, blog: PostFolder, tmp_path: Path
) -> None:
    (tmp_path / "feedsvc.toml").write_text("[content]\nencoding = 'gbk'\n")
    blog.write_raw("gbk.md", "---\ntitle: 茶\ndate: 2026-03-01\n---\n茶\n".encode("gbk"))
    assert run("check", f"{BLOG}/gbk.md").exit_code == 0
    assert run("check").exit_code == 2  # all posts are those of a site


def test_check_of_a_folder_prints_problems_only_on_stdout(run: Run, blog: PostFolder) -> None:
    blog.write("soon.md", date="soon")
    result = run("check", BLOG, "--format", "json")
    assert result.exit_code == 1
    assert [each["path"] for each in json.loads(result.stdout)["problems"]] == [
        f"{BLOG}/soon.md"
    ]
    assert "This is a try" in result.stderr


def test_check_uses_the_settings_file_of_a_folder(run: Run, blog: PostFolder) -> None:
    blog.write_raw("feedsvc.toml", (CONFIG + "\n[content.x]\n").encode())
    assert run("check", BLOG).exit_code == 2


# What is taken from the machine.


@pytest.mark.parametrize(
    ("zone", "expected"), [("Asia/Tokyo", "Asia/Tokyo"), (":Asia/Tokyo", "Asia/Tokyo")]
)
def test_the_zone_of_the_machine_is_that_of_tz(zone: str, expected: str) -> None:
    assert machine_zone({"TZ": zone}) == expected


@pytest.mark.parametrize("zone", ["", "Mars", "CST-8", "../../etc/passwd", "/etc/localtime"])
def test_a_zone_without_an_iana_name_is_that_of_the_system_or_utc(zone: str) -> None:
    link = os.path.realpath("/etc/localtime").rpartition("/zoneinfo/")[2]
    assert machine_zone({"TZ": zone}) in (link, "UTC")


@pytest.mark.parametrize(
    ("name", "title"),
    [("tea notes", "tea notes"), ("a\nb", "a b"), ("\ufffe", "Posts"), ("\udcff", "?")],
)
def test_the_title_is_the_name_of_the_folder_as_xml_allows_it(
    tmp_path: Path, name: str, title: str
) -> None:
    assert title_of(tmp_path / name) == title


def test_the_root_of_the_file_system_has_a_title() -> None:
    assert title_of(Path("/")) == "Posts"
