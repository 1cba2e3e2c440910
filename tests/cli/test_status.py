"""The command status: text for people, JSON for programs, 1 while something wants attention."""

import json
from datetime import UTC, datetime, timedelta

from feedsvc.store.store import Store
from tests.support.commands import Run
from tests.support.writing import PostFolder

BROKEN = b"---\ntitle: Tea\ndate: soon\n---\n"


def test_a_quiet_site_ends_with_0(run: Run, posts: PostFolder) -> None:
    posts.write("tea.md", title="Tea", tags="[tea]")
    run("publish")
    told = run("status")
    assert told.exit_code == 0
    assert "wants attention: nothing\n" in told.output
    assert "1 added, 4 feeds in" in told.output
    assert "added: Tea" in told.output
    assert told.output.endswith("held: 0\n")


def test_a_refused_post_wants_attention_until_it_is_mended(run: Run, posts: PostFolder) -> None:
    posts.write_raw("tea.md", BROKEN)
    posts.write("draft.md", draft="true")
    run("publish")
    told = run("status")
    assert told.exit_code == 1
    assert "wants attention: 1\n  posts-refused: 1 file is refused\n" in told.output
    assert "  posts/tea.md:3:7: date: 'soon' cannot be used" in told.output
    assert "  hidden: 1 (1 by draft)\n  refused: 1\n" in told.output
    posts.write("tea.md", title="Tea")
    run("publish")
    assert run("status").exit_code == 0


def test_the_json_is_that_of_the_page(run: Run, posts: PostFolder) -> None:
    posts.write_raw("tea.md", BROKEN)
    run("publish")
    told = run("status", "--format", "json")
    assert told.exit_code == 1
    value = json.loads(told.output)
    assert [each["code"] for each in value["attention"]] == ["posts-refused"]
    assert value["first_problems"][0]["path"] == "posts/tea.md"
    assert (value["posts"], value["problems"], value["connections"]) == (0, 1, None)


def test_a_publish_by_hand_ends_the_failures_of_a_watcher(
    run: Run, posts: PostFolder, sqlite_url: str
) -> None:
    posts.write("tea.md", title="Tea")
    run("publish")
    store = Store(sqlite_url)
    store.failures.note("folder", "posts is missing", datetime.now(UTC) - timedelta(hours=1))
    store.close()
    told = run("status")
    assert told.exit_code == 1
    assert "folder-fails: the folder of posts cannot be read: posts is missing" in told.output
    run("publish")
    assert run("status").exit_code == 0


def test_a_store_that_cannot_be_reached_is_told_without_its_password(run: Run) -> None:
    url = "postgresql+psycopg://li:hunter2@127.0.0.1:9/feeds"
    told = run("status", "--format", "json", FEEDSVC_STORE__URL=url)
    assert told.exit_code == 1
    value = json.loads(told.output)
    assert value["attention"][0]["code"] == "store-unreachable"
    assert "hunter2" not in told.output
    assert value["versions"]["feedsvc"]


def test_control_characters_of_posts_reach_no_terminal(run: Run, posts: PostFolder) -> None:
    posts.write_raw("tea.md", b'---\ntitle: Tea\ndate: "\\e[31msoon"\n---\n')
    run("publish")
    assert "\x1b" not in run("status").output
