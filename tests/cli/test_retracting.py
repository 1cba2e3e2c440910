"""`feedsvc retract`: how a post is named, the notice, its time, and how it is undone."""

from typing import Final

import pytest

from feedsvc.core.feeds.entries import Entry
from feedsvc.store.store import Store
from tests.support.caches import running_cache
from tests.support.commands import Run
from tests.support.writing import PostFolder

TEA: Final = "tag:example.org,2026:/2026/tea"


@pytest.fixture
def published(run: Run, posts: PostFolder) -> PostFolder:
    posts.write("2026/tea.md", "The wrong recipe.", tags="[Tea]")
    posts.write("2026/milk.md", "Milk.")
    posts.write("draft.md", draft="true")
    run("publish")
    return posts


def entry(sqlite_url: str) -> Entry | None:
    store = Store(sqlite_url)
    with store.snapshot() as snapshot:
        found = snapshot.entry(TEA)
    store.close()
    return found


NAMES: Final = [
    "2026/tea.md",
    "posts/2026/tea.md",
    "./posts/../posts/2026/tea.md",
    TEA,
    "https://example.org/posts/2026/tea/",
    "https://example.org/posts/2026/tea",
    "HTTPS://EXAMPLE.org/posts/2026/tea/",
]
WRONG: Final = {
    ("2026/tae.md",): "did you mean posts/2026/tea.md?",
    ("nothing like it",): "feedsvc ledger export lists all ids",
    ("https://other.example/x",): "no post has",
    ("draft.md",): "posts/draft.md was never published (draft)",
    ("2026/tea.md", "--for", "30"): "write 30d, 12h or 2w",
    ("2026/tea.md", "--for", "-1d"): "write 30d, 12h or 2w",
    ("2026/tea.md", "--for", "9999999d"): "is more than 3650d",
    ("2026/tea.md", "--notice", "x" * 2001): "2,001 characters",
    ("2026/tea.md", "--undo"): "is not retracted",
    ("2026/tea.md", "--undo", "--notice", "x"): "--undo takes no --notice",
    (): "Missing argument 'POST'",
    ("",): "no post has",
    ("2026/tea\udcff.md",): "no post has",
}


def test_a_post_has_three_names(run: Run, published: PostFolder, sqlite_url: str) -> None:
    for name in NAMES:
        result = run("retract", name, "--notice", f"Not at {name}.", "--for", "2w")
        assert result.exit_code == 0, result.output
        first, until, feeds = result.stdout.splitlines()
        assert first == f"retracted: {TEA}"
        assert until.startswith("the notice stands until: ")
        assert feeds == "feeds changed: 4"
        found = entry(sqlite_url)
        assert found
        assert found.content_html == f"<p>Not at {name}.</p>"


def test_a_wrong_call_changes_nothing(run: Run, published: PostFolder, sqlite_url: str) -> None:
    for arguments, message in WRONG.items():
        result = run("retract", *arguments)
        assert (result.exit_code, message in result.output) == (2, True), result.output
    found = entry(sqlite_url)
    assert found
    assert not found.is_notice


def test_undone_the_post_is_published_at_once(
    run: Run, published: PostFolder, sqlite_url: str
) -> None:
    run("retract", TEA)
    notice = entry(sqlite_url)
    assert notice
    assert notice.content_html == "<p>This post was retracted.</p>"
    run("publish")
    assert entry(sqlite_url) == notice
    result = run("retract", "2026/tea.md", "--undo")
    assert (result.exit_code, result.stdout.splitlines()) == (
        0,
        [f"undone: {TEA}", "feeds changed: 4"],
    )
    found = entry(sqlite_url)
    assert found
    assert "wrong recipe" in found.content_html
    assert found.updated > notice.updated
    assert run("retract", TEA, "--undo").exit_code == 2


def test_what_the_file_says_is_undone_in_the_file(
    run: Run, published: PostFolder, sqlite_url: str
) -> None:
    published.write("2026/tea.md", retracted="Wrong.")
    run("publish")
    result = run("retract", TEA, "--undo")
    assert result.exit_code == 2
    assert "posts/2026/tea.md says retracted: itself" in result.output
    run("retract", TEA, "--notice", "By hand.")
    result = run("retract", TEA, "--undo")
    assert result.exit_code == 2
    assert "is still retracted; delete this line" in result.output
    published.write("2026/tea.md")
    run("publish")
    found = entry(sqlite_url)
    assert found
    assert not found.is_notice


def test_for_0d_the_entry_is_deleted_and_returns_after_undo(
    run: Run, published: PostFolder, sqlite_url: str
) -> None:
    result = run("retract", TEA, "--for", "0d")
    assert result.stdout.splitlines() == [f"retracted: {TEA}", "feeds changed: 4"]
    assert entry(sqlite_url) is None
    run("publish")
    assert entry(sqlite_url) is None
    result = run("retract", "2026/tea.md", "--undo")
    assert result.exit_code == 0, result.output
    assert entry(sqlite_url)


def test_a_withdrawn_post_will_not_come_back(
    run: Run, published: PostFolder, sqlite_url: str
) -> None:
    file = published.root / "2026/tea.md"
    source = file.read_bytes()
    file.unlink()
    run("publish", "--accept")
    result = run("retract", "https://example.org/posts/2026/tea/")
    assert "it is in no feed; it will not come back" in result.stdout
    file.write_bytes(source)
    run("publish")
    assert entry(sqlite_url) is None


def test_the_cache_in_front_is_purged(run: Run, published: PostFolder) -> None:
    published.write("2026/tea.md", "The wrong recipe. ![](pot.png)", tags="[Tea]")
    (published.root / "2026/pot.png").write_bytes(b"x")
    run("publish")
    with running_cache() as cache:
        result = run("retract", TEA, FEEDSVC_SERVER__PURGE=cache.url)
    assert result.exit_code == 0, result.output
    assert {path for _, path, _ in cache.purges} >= {
        *("/tags/Tea/atom.xml", "/archive/tags/Tea/1/rss.xml", "/archive/1/feed.json"),
        *("/posts/2026/tea/", "/posts/2026/tea/pot.png"),
    }
    with running_cache() as cache:
        run("retract", TEA, "--undo", FEEDSVC_SERVER__PURGE=cache.url)
    assert "/posts/2026/tea/" in {path for _, path, _ in cache.purges}


def test_a_post_is_not_forgotten_while_its_retraction_hides_a_file(
    run: Run, published: PostFolder
) -> None:
    long = "The wrong recipe. " * 30
    tea = published.write("2026/tea.md", long)
    run("publish")
    run("retract", TEA, "--for", "0d")
    copy = published.write("copy.md", long)
    run("publish")
    for file, name in ((tea, "posts/2026/tea.md"), (copy, "posts/copy.md")):
        refused = run("ledger", "forget", TEA)
        assert refused.exit_code == 2
        assert f"{name} would publish the text of {TEA}" in refused.stderr
        file.unlink()
    assert run("ledger", "forget", TEA).exit_code == 0
