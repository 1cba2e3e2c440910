"""What subscribers would see: every entry has its title, however many there are."""

from datetime import timedelta
from typing import Any

from feedsvc.publishing.guarding.guard import Guard
from feedsvc.publishing.outlook import SeenEntry
from feedsvc.publishing.publish import preview
from tests.support.blogs import Blog
from tests.support.builders import a_site

OFF = Guard(0, 0)
MANY = 130  # more than a change summary names


def seen(site: Blog, **more: Any) -> dict[str, tuple[SeenEntry, ...]]:
    """What the next publish shows, by kind."""
    now = site.now + timedelta(minutes=1)
    report = preview(site.folder, site.store, a_site(), now, guard=OFF, **more)
    return {kind: entries for kind, entries in report.outlook.kinds().items() if entries}


def titles(entries: tuple[SeenEntry, ...]) -> dict[str, str]:
    return {entry.path: entry.title for entry in entries}


def a_blog(site: Blog) -> dict[str, str]:
    """Publish many posts in a folder; their titles by path."""
    site.write("c", MANY)
    site.look()
    return {f"c/{number:03}.md": f"c {number}" for number in range(MANY)}


def test_new_updated_and_corrected_entries_have_their_titles(either_site: Blog) -> None:
    either_site.write("c", MANY)
    expected = {f"c/{number:03}.md": f"c {number}" for number in range(MANY)}
    assert titles(seen(either_site)["new"]) == expected
    either_site.look()
    either_site.write("c", MANY, tags="Green")
    assert titles(seen(either_site)["corrected"]) == expected
    either_site.write("c", MANY, updated="2026-03-09")
    assert titles(seen(either_site)["updated"]) == expected


def test_withdrawn_and_returned_entries_have_their_titles(either_site: Blog) -> None:
    expected = a_blog(either_site)
    either_site.delete("c", *range(MANY))
    either_site.now += timedelta(minutes=1)
    either_site.publish(either_site.now, guard=OFF)  # the files are missing for the first time
    assert titles(seen(either_site)["withdrawn"]) == expected
    either_site.look(guard=OFF)
    either_site.write("c", MANY)
    assert titles(seen(either_site)["returned"]) == expected


def test_hidden_and_re_identified_entries_have_their_titles(site: Blog) -> None:
    site.write("c", 3, guid="https://example.org/?p=1")
    site.posts.write("d.md", title="d", draft="true")
    for number in range(3):
        site.posts.write(f"c/{number:03}.md", title=f"c {number}", guid=f"a:{number}")
    site.look()
    site.posts.write("c/000.md", title="c 0", draft="true")
    site.posts.write("c/001.md", title="c 1", guid="b:1")
    found = seen(site)
    assert titles(found["withdrawn"]) == {"c/000.md": "c 0"}
    assert titles(found["re-identified"]) == {"c/001.md": "c 1"}
