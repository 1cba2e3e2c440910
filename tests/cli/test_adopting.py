"""`feedsvc adopt`: what it prints, writes and refuses."""

import json
import sys
from pathlib import Path

import pytest

from feedsvc.store.store import Store
from tests.support import generators
from tests.support.commands import Run
from tests.support.generators import BlogPost, write_posts
from tests.support.raw_server import RawServer
from tests.support.writing import PostFolder

SITE = "https://example.org"


@pytest.fixture
def old(posts: PostFolder, run: Run, tmp_path: Path) -> str:
    """A feed of eight published posts, of which it shows six, and one other entry."""
    blog = write_posts(posts, 8)
    assert run("publish").exit_code == 0
    document = generators.hugo_rss(SITE, [BlogPost(9), *blog[:6]])
    (tmp_path / "old.xml").write_text(document, "utf-8")
    return "old.xml"


def ids(url: str) -> set[str]:
    store = Store(url)
    try:
        return {post.entry_id for post in store.adoptions.posts()}
    finally:
        store.close()


def test_the_table_shows_what_would_be_taken_over(run: Run, old: str, sqlite_url: str) -> None:
    before = ids(sqlite_url)
    result = run("adopt", old)
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0] == "\t".join(
        ["matched", f"{SITE}/posts/tea-8/", "Tea & cake, part 8", "posts/tea-8.md", "link"]
    )
    rule = "rule: id = permalink"
    assert lines[6:9] == [
        f"by rule\t{SITE}/posts/tea-1/\tTea & cake, part 1\tposts/tea-1.md\t{rule}",
        f"by rule\t{SITE}/posts/tea-2/\tTea & cake, part 2\tposts/tea-2.md\t{rule}",
        f"not matched\t{SITE}/posts/tea-9/\tTea & cake, part 9\t\t"
        "nearest: posts/tea-8.md (Tea & cake, part 8)",
    ]
    assert lines[9:] == [
        *("rule: id = permalink", "matched: 6", "by rule: 2", "not matched: 1"),
        *("conflicts: 0", "ignored: 0"),
        "to be adopted: 8; nothing is written without --yes",
    ]
    assert ids(sqlite_url) == before


def test_yes_takes_over_and_undo_takes_it_back(run: Run, old: str, sqlite_url: str) -> None:
    before = ids(sqlite_url)
    result = run("adopt", "--yes", old)
    last = "adopted: 8; feedsvc adopt --undo takes it back"
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, last)
    assert ids(sqlite_url) == {f"{SITE}/posts/tea-{number}/" for number in range(1, 9)}
    assert run("adopt", "--yes", old).stdout.splitlines()[-1] == "nothing changes"
    assert run("publish").stdout.startswith("added: 0\nchanged: 0\nwithdrawn: 0\n")
    assert (
        run("adopt", "--undo").stdout == "undone: 8 posts have their ids and dates of before\n"
    )
    assert ids(sqlite_url) == before
    result = run("adopt", "--undo")
    assert (result.exit_code, result.stderr) == (2, "feedsvc: there is no adoption to undo\n")


def test_posts_that_no_feed_shows_can_be_left_alone(
    run: Run, old: str, sqlite_url: str
) -> None:
    run("adopt", "--yes", "--no-rules", old)
    assert len([each for each in ids(sqlite_url) if each.startswith("tag:")]) == 2


def test_programs_get_json(run: Run, old: str) -> None:
    printed = json.loads(run("adopt", "--yes", "--format", "json", old).stdout)
    assert printed["written"] is True
    assert [len(printed[key]) for key in ("matched", "by_rule", "unmatched")] == [6, 2, 1]
    assert printed["rules"] == ["id = permalink"]
    assert printed["matched"][0] == {
        "id": f"{SITE}/posts/tea-8/",
        "atom_id": f"{SITE}/posts/tea-8/",
        "published": "2020-03-14T09:30:00+08:00",
        "updated": "2020-03-14T09:30:00+08:00",
        "reason": "link",
        "changes": True,
        "post": {
            "path": "posts/tea-8.md",
            "id": "tag:example.org,2026:tea-8",
            "title": "Tea & cake, part 8",
            "permalink": f"{SITE}/posts/tea-8/",
        },
    }
    assert printed["unmatched"][0]["nearest"]["path"] == "posts/tea-8.md"
    assert json.loads(run("adopt", "--undo", "--format", "json").stdout) == {"undone": 8}


def test_conflicts_and_ids_for_rss_are_shown(run: Run, old: str, tmp_path: Path) -> None:
    item = {"url": f"{SITE}/posts/tea-8/", "title": "\x1b[1m"}
    feeds = [{"items": [{**item, "id": number}]} for number in (7, 8)]
    for number, feed in enumerate(feeds):
        (tmp_path / f"{number}.json").write_text(json.dumps(feed), "utf-8")
    result = run("adopt", "0.json", "1.json")
    assert (
        "conflict\t8\t\\x1b[1m\tposts/tea-8.md\tan earlier feed calls it 7\n" in result.stdout
    )
    assert "1 ids are no absolute IRIs: RSS has them, Atom keeps ours\n" in result.stdout
    printed = json.loads(run("adopt", "--format", "json", "0.json", "1.json").stdout)
    assert printed["conflicts"][0]["fault"] == "an earlier feed calls it 7"


def test_an_entry_that_nothing_resembles_is_shown(run: Run, old: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"items": [{"id": "x"}]}', "utf-8")
    assert run("adopt", "x.json").stdout.startswith("not matched\tx\t\t\tno post is near\n")


def test_a_feed_may_be_at_an_address(run: Run, old: str, tmp_path: Path) -> None:
    body = (tmp_path / old).read_bytes()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    with RawServer(head + body) as server:
        assert "matched: 6\n" in run("adopt", server.url).stdout
    assert run("adopt", server.url).exit_code == 2


@pytest.mark.parametrize("words", [(), ("--undo", "old.xml")])
def test_either_feeds_or_undo_are_needed(words: tuple[str, ...], run: Run) -> None:
    result = run("adopt", *words)
    assert result.exit_code == 2
    assert "give the FEEDs to adopt, or --undo" in result.stderr


@pytest.mark.parametrize("name", ["nope.xml", "posts", "ftp://a.example/feed.xml"])
def test_a_feed_that_cannot_be_read_is_an_error(name: str, run: Run, old: str) -> None:
    result = run("adopt", "--yes", old, name)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"feedsvc: {name} cannot be read")


def test_a_site_that_has_published_nothing_is_told_to(run: Run, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text('{"items": []}', "utf-8")
    for words in (("adopt",), ("adopt", "--yes")):
        result = run(*words, "old.json")
        assert result.exit_code == 2
        assert "run feedsvc publish first" in result.stderr
    assert not (tmp_path / "var").exists()


def test_without_the_extra_the_error_says_how_to_install_it(
    run: Run, old: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "feedparser", None)
    result = run("adopt", old)
    assert result.exit_code == 2
    assert "pip install 'feedsvc[adopt]'" in result.stderr


def test_the_ledger_file_follows_an_adoption_and_its_undoing(
    run: Run, old: str, tmp_path: Path, environ: dict[str, str]
) -> None:
    """Without this, publishes would refuse to overwrite ids that the store has replaced."""
    environ["FEEDSVC_LEDGER__FILE"] = "ledger.jsonl"

    def is_current() -> bool:
        return (tmp_path / "ledger.jsonl").read_text("utf-8") == run("ledger", "export").stdout

    run("publish")
    first = (tmp_path / "ledger.jsonl").read_text("utf-8")
    for words in (("--yes", old), ("--undo",)):
        assert run("adopt", *words).exit_code == 0
        assert is_current()
        run("publish")
        assert is_current()
        assert (first == (tmp_path / "ledger.jsonl").read_text("utf-8")) is (
            words[0] == "--undo"
        )
    run("adopt", old)
    assert is_current()


def test_a_takedown_names_the_present_id_of_a_post_by_its_earlier_one(
    run: Run, old: str, posts: PostFolder
) -> None:
    earlier, present = "tag:example.org,2026:tea-8", f"{SITE}/posts/tea-8/"
    run("adopt", "--yes", old)
    (posts.root / "tea-8.md").unlink()
    result = run("ledger", "forget", earlier)
    assert (result.exit_code, f"run feedsvc ledger forget {present}" in result.stderr) == (
        2,
        True,
    )
    assert run("ledger", "forget", present).exit_code == 0
    assert (
        run("ledger", "forget", earlier).stdout == f"forgotten: {earlier}\nfeeds changed: 0\n"
    )
    assert earlier not in run("ledger", "export").stdout
