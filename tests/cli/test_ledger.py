"""`feedsvc ledger`: export, import, forget, and the file of `ledger.file`."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from feedsvc.store.store import Store
from tests.support.caches import running_cache
from tests.support.commands import Run, forked
from tests.support.writing import PostFolder

TEA: Final = "tag:example.org,2026:/tea"
OTHER: Final = "tag:example.org,2026:/other"


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def ids_of(text: str) -> list[str]:
    return [line["id"] for line in lines_of(text) if "forgotten" not in line]


@pytest.fixture
def published(run: Run, posts: PostFolder) -> PostFolder:
    posts.write("tea.md", tags="[Green]")
    posts.write("other.md")
    run("publish")
    return posts


def new_store(tmp_path: Path) -> dict[str, str]:
    return {"FEEDSVC_STORE__URL": f"sqlite:///{tmp_path / 'new' / 'feedsvc.sqlite3'}"}


def published_ids(run: Run, **more: str) -> set[str]:
    return set(ids_of(run("ledger", "export", **more).stdout))


def test_export_prints_one_post_a_line_by_id(run: Run, published: PostFolder) -> None:
    result = run("ledger", "export")
    assert (result.exit_code, ids_of(result.stdout)) == (0, [OTHER, TEA])
    assert run("ledger", "export", "-").stdout == result.stdout


def test_export_writes_a_file(run: Run, published: PostFolder, tmp_path: Path) -> None:
    result = run("ledger", "export", "ledger.jsonl")
    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / "ledger.jsonl").read_text("utf-8") == run("ledger", "export").stdout


def test_a_new_store_gets_the_ids_of_the_file(
    run: Run, published: PostFolder, tmp_path: Path
) -> None:
    published.write("tea.md", slug="green-tea")  # whose id would be another in a new store
    run("publish")
    run("ledger", "export", "ledger.jsonl")
    new = new_store(tmp_path)
    result = run("ledger", "import", "ledger.jsonl", **new)
    assert (result.exit_code, result.stdout) == (0, "added: 2\nknown before: 0\n")
    run("publish", **new)
    assert published_ids(run, **new) == {TEA, OTHER}


def test_import_reads_stdin(
    run: Run, published: PostFolder, tmp_path: Path, environ: dict[str, str]
) -> None:
    run("ledger", "export", "ledger.jsonl")
    environ |= new_store(tmp_path)
    environ["FEEDSVC_CONTENT__SEEDS"] = "posts"
    shell = forked("ledger", "import", "ledger.jsonl", environ=environ, cwd=tmp_path)
    assert (shell.returncode, shell.stdout) == (0, "added: 2\nknown before: 0\n")


def test_import_reports_contradictions_and_ends_with_0(
    run: Run, published: PostFolder, tmp_path: Path
) -> None:
    text = run("ledger", "export").stdout.replace(TEA, "tag:example.org,2026:another")
    (tmp_path / "ledger.jsonl").write_text(text, "utf-8")
    result = run("ledger", "import", "ledger.jsonl")
    assert (result.exit_code, result.stdout) == (0, "added: 1\nknown before: 1\n")
    assert result.stderr.startswith(
        f"warning: the key 'path:tea' has the id {TEA} in the store"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<<<<<<< HEAD\n", "feedsvc: ledger.jsonl:3: it is a conflict marker of git"),
        ("tea\n", "feedsvc: ledger.jsonl:3: it is not JSON"),
    ],
)
def test_import_of_a_faulty_file_ends_with_2_and_changes_nothing(
    run: Run, published: PostFolder, tmp_path: Path, text: str, message: str
) -> None:
    run("ledger", "export", "ledger.jsonl")
    with (tmp_path / "ledger.jsonl").open("a") as file:
        file.write(text)
    new = new_store(tmp_path)
    result = run("ledger", "import", "ledger.jsonl", **new)
    assert result.exit_code == 2
    assert result.stderr.startswith(message)
    assert published_ids(run, **new) == set()


def test_import_of_no_file_ends_with_2(run: Run) -> None:
    result = run("ledger", "import", "nowhere.jsonl")
    assert result.exit_code == 2
    assert "nowhere.jsonl" in result.stderr


# Forgetting.


def test_forget_refuses_a_post_with_a_file_and_names_it(
    run: Run, published: PostFolder
) -> None:
    result = run("ledger", "forget", TEA)
    assert result.exit_code == 2
    assert f"posts/tea.md still publishes {TEA}; delete it" in result.stderr
    assert published_ids(run) == {TEA, OTHER}


def test_forget_refuses_a_post_that_stays_published_although_its_file_is_broken(
    run: Run, published: PostFolder
) -> None:
    published.write("tea.md", date="soon")
    run("publish")
    assert run("ledger", "forget", TEA).exit_code == 2


def test_forget_removes_a_post_whose_file_was_just_deleted(
    run: Run, published: PostFolder, store: Store
) -> None:
    (published.root / "tea.md").unlink()
    result = run("ledger", "forget", TEA)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"forgotten: {TEA}\nfeeds changed: 4\n"
    assert published_ids(run) == {OTHER}
    with store.snapshot() as snapshot:
        assert snapshot.entry_at("https://example.org/posts/tea/") is None
    assert run("publish").stdout.startswith("added: 0\nchanged: 0\nwithdrawn: 0\n")


def test_forget_removes_a_post_that_its_author_hides(run: Run, published: PostFolder) -> None:
    published.write("tea.md", draft="true")
    run("publish")
    assert run("ledger", "forget", TEA).exit_code == 0


def test_a_file_that_comes_back_is_another_post(run: Run, published: PostFolder) -> None:
    for _ in range(3):
        (published.root / "tea.md").unlink()
        (gone,) = published_ids(run) - {OTHER}
        assert run("ledger", "forget", gone).exit_code == 0
        published.write("tea.md", tags="[Green]")
        run("publish")
        assert gone not in published_ids(run)
    assert len(published_ids(run)) == 2


def test_a_guid_that_was_forgotten_is_not_used_again(run: Run, published: PostFolder) -> None:
    guid = "https://example.org/?p=7"
    file = published.write("guid.md", guid=guid)
    run("publish")
    file.unlink()
    run("ledger", "forget", guid)
    published.write("again.md", guid=guid)
    run("publish")
    (again,) = published_ids(run) - {TEA, OTHER}
    assert again.startswith(f"{guid}-")


def test_forget_of_an_unknown_id_ends_with_2(run: Run, published: PostFolder) -> None:
    result = run("ledger", "forget", "tag:example.org,2026:nobody")
    assert result.exit_code == 2
    assert "feedsvc ledger export lists" in result.stderr


def test_forget_purges_the_cache_in_front(run: Run, published: PostFolder) -> None:
    (published.root / "tea.md").unlink()
    with running_cache() as cache:
        assert run("ledger", "forget", TEA, FEEDSVC_SERVER__PURGE=cache.url).exit_code == 0
    paths = {path for _, path, _ in cache.purges}
    assert {"/atom.xml", "/tags/Green/atom.xml", "/tags/Green/rss.xml"} <= paths


def test_forget_says_that_the_cache_was_not_purged(
    run: Run, published: PostFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.cli.wiring._PURGE_SECONDS", 0.1)
    (published.root / "tea.md").unlink()
    result = run("ledger", "forget", TEA, FEEDSVC_SERVER__PURGE="http://127.0.0.1:9")
    assert result.exit_code == 1
    assert "was not purged; purge it by hand" in result.stderr
    assert published_ids(run) == {OTHER}


def test_forget_names_copies_of_the_store(
    run: Run, published: PostFolder, tmp_path: Path
) -> None:
    names = ("feedsvc.sqlite3.before-0008", ".feedsvc.sqlite3.before-0007.12.new")
    copies = [tmp_path / "var" / name for name in names]
    copies.append(tmp_path / ".ledger.jsonl.12.new")
    for copy in copies:
        copy.touch()
    (published.root / "tea.md").unlink()
    printed = run("ledger", "forget", TEA, FEEDSVC_LEDGER__FILE="ledger.jsonl").stderr
    for copy in copies:
        assert f"it may still be in {copy}" in printed


def test_forget_names_an_earlier_entry_of_the_same_post(
    run: Run, published: PostFolder
) -> None:
    published.write("tea.md", guid="https://example.org/?p=7", permalink="/tea/")
    run("publish")
    published.write("tea.md", guid="https://example.org/?p=8", permalink="/tea/")
    run("publish")
    (published.root / "tea.md").unlink()
    printed = run("ledger", "forget", "https://example.org/?p=8").stderr
    assert "feedsvc: https://example.org/?p=7 has the same permalink; if it is" in printed
    assert TEA not in printed
    assert run("ledger", "forget", "https://example.org/?p=7").stderr == ""


def test_forget_removes_the_bytes_that_earlier_publishes_deleted(
    run: Run, published: PostFolder, tmp_path: Path
) -> None:
    file = tmp_path / "var" / "feedsvc.sqlite3"
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA secure_delete=OFF")  # as many builds of SQLite have it
        other.execute(
            "INSERT INTO publishes (number, at, news) VALUES (99, 1, ?)", ["quince " * 5000]
        )
        other.commit()
        other.execute("DELETE FROM publishes WHERE number = 99")
        other.commit()
    assert b"quince" in file.read_bytes()
    (published.root / "tea.md").unlink()
    assert run("ledger", "forget", TEA).exit_code == 0
    assert not any(b"quince" in each.read_bytes() for each in file.parent.iterdir())


def test_forget_can_be_repeated_if_bytes_could_not_be_erased(
    run: Run, published: PostFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (published.root / "tea.md").unlink()
    monkeypatch.setattr("feedsvc.store.engine.sqlite._BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(tmp_path / "var" / "feedsvc.sqlite3")) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM entries").fetchone()
        result = run("ledger", "forget", TEA)
        assert result.exit_code == 1
        assert "deleted bytes are still in the file" in result.stderr
    assert run("ledger", "forget", TEA).exit_code == 0
    assert published_ids(run) == {OTHER}


# The ledger file.


def test_publish_keeps_the_file_and_reads_it_into_a_new_store(
    run: Run, posts: PostFolder, tmp_path: Path, environ: dict[str, str]
) -> None:
    environ["FEEDSVC_LEDGER__FILE"] = "ledger.jsonl"
    posts.write("tea.md")
    run("publish")
    posts.write("tea.md", slug="green-tea")
    run("publish")
    text = (tmp_path / "ledger.jsonl").read_text("utf-8")
    assert text == run("ledger", "export").stdout
    new = new_store(tmp_path)
    run("publish", **new)
    assert published_ids(run, **new) == {TEA}


def test_publish_with_a_faulty_file_and_a_new_store_publishes_nothing(
    run: Run, posts: PostFolder, tmp_path: Path, environ: dict[str, str]
) -> None:
    environ["FEEDSVC_LEDGER__FILE"] = "ledger.jsonl"
    posts.write("tea.md")
    (tmp_path / "ledger.jsonl").write_text("=======\n")
    result = run("publish")
    assert result.exit_code == 2
    assert result.stderr.startswith("feedsvc: ledger.jsonl:1: it is a conflict marker")
    assert (tmp_path / "ledger.jsonl").read_text() == "=======\n"
    assert published_ids(run) == set()


def test_a_dry_run_reads_the_file_for_a_new_store_and_writes_neither(
    run: Run, posts: PostFolder, tmp_path: Path, environ: dict[str, str]
) -> None:
    environ["FEEDSVC_LEDGER__FILE"] = "ledger.jsonl"
    posts.write("tea.md")
    run("publish")
    posts.write("tea.md", slug="green-tea")
    posts.write("cake.md")
    before = (tmp_path / "ledger.jsonl").read_bytes()
    new = new_store(tmp_path)
    result = run("publish", "--dry-run", "--format", "json", **new)
    told = json.loads(result.stdout)
    assert [each["path"] for each in told["new"]["entries"]] == [
        "posts/cake.md",
        "posts/tea.md",
    ]
    posts.write("tea.md")
    for _ in range(2):  # without a store, then with one into which nothing was published
        result = run("publish", "--dry-run", "--format", "json", **new)
        told = json.loads(result.stdout)
        assert (result.exit_code, told["new"]["count"]) == (0, 1)
        (back,) = told["returned"]["entries"]
        assert back == {"id": TEA, "path": "posts/tea.md", "title": "tea.md"}
        assert (tmp_path / "ledger.jsonl").read_bytes() == before
        assert published_ids(run, **new) == set()
        Store(new["FEEDSVC_STORE__URL"]).close()


def test_a_dry_run_with_a_faulty_file_and_a_new_store_fails_as_a_publish(
    run: Run, posts: PostFolder, tmp_path: Path, environ: dict[str, str]
) -> None:
    environ["FEEDSVC_LEDGER__FILE"] = "ledger.jsonl"
    posts.write("tea.md")
    (tmp_path / "ledger.jsonl").write_text("=======\n")
    result = run("publish", "--dry-run")
    assert result.exit_code == 2
    assert result.stderr.startswith("feedsvc: ledger.jsonl:1: it is a conflict marker")
    (tmp_path / "ledger.jsonl").unlink()
    assert run("publish", "--dry-run").exit_code == 0


def test_a_dry_run_ignores_the_file_if_the_store_has_posts(
    run: Run, published: PostFolder, tmp_path: Path, environ: dict[str, str]
) -> None:
    environ["FEEDSVC_LEDGER__FILE"] = "ledger.jsonl"
    (tmp_path / "ledger.jsonl").write_text("=======\n")
    result = run("publish", "--dry-run")
    assert (result.exit_code, result.stderr) == (0, "")


def test_forget_removes_the_line_of_the_file(
    run: Run, published: PostFolder, tmp_path: Path, environ: dict[str, str]
) -> None:
    environ["FEEDSVC_LEDGER__FILE"] = "ledger.jsonl"
    run("publish")
    file = tmp_path / "ledger.jsonl"
    old = file.read_text("utf-8")
    assert TEA in old
    (published.root / "tea.md").unlink()
    assert run("ledger", "forget", TEA).exit_code == 0
    assert ids_of(file.read_text("utf-8")) == [OTHER]
    file.write_text(old, "utf-8")  # from a backup, or from git
    result = run("ledger", "import", "ledger.jsonl")
    assert (result.exit_code, result.stdout) == (0, "added: 0\nknown before: 1\n")
    assert result.stderr.startswith(f"warning: {TEA} is not imported")
    run("publish")
    assert ids_of(file.read_text("utf-8")) == [OTHER]


@pytest.mark.parametrize("file", ["posts/ledger.jsonl", "posts/a/ledger.md", "posts/./l.json"])
def test_a_file_in_the_folder_of_posts_is_refused(
    run: Run, published: PostFolder, file: str
) -> None:
    result = run("publish", FEEDSVC_LEDGER__FILE=file)
    assert result.exit_code == 2
    assert "is in the folder of posts" in result.stderr
    assert "_ledger.jsonl" in result.stderr


def test_a_link_into_the_folder_of_posts_is_refused(
    run: Run, published: PostFolder, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to("posts")
    assert run("publish", FEEDSVC_LEDGER__FILE="link/ledger.jsonl").exit_code == 2


@pytest.mark.parametrize("file", ["posts/_ledger.jsonl", "posts/.ledger", "posts/_data/l.json"])
def test_an_ignored_name_in_the_folder_of_posts_is_permitted(
    run: Run, published: PostFolder, tmp_path: Path, file: str
) -> None:
    assert run("publish", FEEDSVC_LEDGER__FILE=file).exit_code == 0
    assert ids_of((tmp_path / file).read_text("utf-8")) == [OTHER, TEA]
    assert "\nproblems: 0\n" in run("publish", FEEDSVC_LEDGER__FILE=file).stdout


@pytest.mark.parametrize("file", ["var/feedsvc.sqlite3", "var/feedsvc.sqlite3-wal", "var"])
def test_the_store_and_a_folder_are_refused(run: Run, published: PostFolder, file: str) -> None:
    assert run("publish", FEEDSVC_LEDGER__FILE=file).exit_code == 2
