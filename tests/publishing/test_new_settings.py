"""New settings that only feeds show: no file is read, and nothing is missed."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa

from feedsvc.core.feeds.feeds import feed_digest
from feedsvc.core.rules import Rules
from feedsvc.publishing.publish import preview
from feedsvc.source.folder import Folder
from feedsvc.store.schema import facts
from feedsvc.store.store import Store
from tests.support.houses import LATER, NOW, SITE, House
from tests.support.writing import PostFolder

JEKYLL: Final = replace(SITE, rules=Rules(generator="jekyll", categories="flat"))
OF_FEEDS: Final[dict[str, dict[str, Any]]] = {
    "entries": {"entries": 2},
    "size": {"max_bytes": 4_000},
    "summaries": {"content": "summary"},
    "one of summaries": {"contents": (("tags/Green", "summary"),)},
    "pages": {"pages": True},
    "hubs": {"hubs": ("https://hub.example/",)},
    "an ended feed": {"rules": replace(JEKYLL.rules, gone=("tags/Green",))},
    "a moved feed": {"rules": replace(JEKYLL.rules, tag_redirects=(("Green", "White"),))},
}
NAMES: Final[dict[str, dict[str, Any]]] = {
    "title": {"title": "Coffee"},
    "subtitle": {"subtitle": "Roasted"},
    "email": {"email": "ana@example.org"},
}
NAMING: Final = ("named.md", "hidden.md", "refused.md")  # files of `blog` that name the site


@pytest.fixture
def blog(posts: PostFolder, folder: Folder, either_store: Store) -> House:
    """Posts of all kinds, published with the rules of Jekyll."""
    shown = "{{ site.title }} {{ site.description }} {{ site.email }}"
    for number in range(5):
        posts.write(f"{number}.md", f"Number {number}", title=f"N{number}", tags="[Green]")
    posts.write("link.md", "[tag]({tag}Green) [one](1.md) [lost](no.md)", tags="[Links]")
    posts.write("named.md", f"# {shown}\n\n{shown}", title='""', tags="[Named]")
    posts.write("hidden.md", shown, draft="true")
    posts.write("refused.md", shown, date="soon")
    posts.write_raw("notes.md", b"{{ site.title }}")
    posts.write("later.md", date="2099-01-01")
    house = House(posts, folder, either_store)
    house.publish(site=JEKYLL)
    return house


def all_of(store: Store) -> tuple[Any, ...]:
    """What the store has of the folder and of feeds, without times and numbers of publishes."""
    with store.snapshot() as snapshot:
        records = [*snapshot.feeds()]
        feeds = {record.topic.path: (record.entries, record.digest) for record in records}
        entries = {r.topic.path: snapshot.newest(r.number, 100) for r in records}
        files = snapshot.files()
        names = ("site", "opml_digest", "naming")
        return feeds, entries, files, {name: snapshot.facts()[name] for name in names}


@pytest.fixture
def anew(tmp_path: Path) -> Iterator[Store]:
    """Another store, which is empty."""
    with closing(Store(f"sqlite:///{tmp_path}/anew.sqlite3")) as store:
        yield store


@pytest.mark.parametrize("name", OF_FEEDS)
def test_a_setting_of_feeds_reads_no_file_and_gives_what_a_new_store_has(
    blog: House, anew: Store, name: str
) -> None:
    site = replace(JEKYLL, **OF_FEEDS[name])
    report = blog.publish(LATER, site)
    assert (report.read, report.added, report.withdrawn) == (0, (), ())
    new = House(blog.posts, blog.folder, anew)
    new.publish(LATER, site)
    assert all_of(blog.store) == all_of(anew)
    assert blog.publish(LATER, site).feeds == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_new_name_of_the_site_reads_only_the_posts_that_name_it(
    blog: House, anew: Store, name: str
) -> None:
    site = replace(JEKYLL, **NAMES[name])
    report = blog.publish(LATER, site)
    assert (report.read, report.changed) == (len(NAMING), ("named.md",))
    new = House(blog.posts, blog.folder, anew)
    new.publish(LATER, site)
    assert all_of(blog.store) == all_of(anew)
    again = blog.publish(LATER, site)
    assert (again.read, again.feeds) == (0, ())


def test_every_feed_and_the_list_of_feeds_get_a_new_version(blog: House) -> None:
    before, listed = blog.digests(), _fact(blog, "opml_changed_at")
    report = blog.publish(LATER, replace(JEKYLL, subtitle="Roasted"))
    after = blog.digests()
    assert sorted(report.feeds) == sorted(before) == sorted(after)
    assert all(after[path][0] != digest for path, (digest, _) in before.items())
    assert all(after[path][1] > at for path, (_, at) in before.items())
    assert _fact(blog, "opml_changed_at") > listed
    assert report.revision == 2


def test_a_look_at_one_file_sees_new_settings(blog: House) -> None:
    blog.posts.write("0.md", "Edited.", title="N0", tags="[Green]")
    report = blog.publish(LATER, replace(JEKYLL, entries=3), only=["0.md"])
    assert (report.read, report.changed) == (1, ("0.md",))
    assert "tags/Named" in report.feeds


def test_a_preview_with_new_settings_reads_and_writes_nothing(blog: House) -> None:
    before = all_of(blog.store)
    site = replace(JEKYLL, content="summary")
    report = preview(blog.folder.standing_at(blog.posts.root), blog.store, site, LATER)
    assert (report.read, len(report.feeds)) == (0, len(blog.digests()))
    assert all_of(blog.store) == before


def test_a_store_without_marks_reads_every_file_once(blog: House) -> None:
    with blog.store._database.writing() as connection:
        connection.execute(sa.delete(facts).where(facts.c.name == "naming"))
    listed = 11
    assert blog.publish(LATER, replace(JEKYLL, entries=3)).read == 0
    assert blog.publish(LATER, replace(JEKYLL, title="Coffee")).read == listed
    assert blog.publish(LATER, replace(JEKYLL, title="Cocoa")).read == len(NAMING)


def test_a_post_that_names_the_site_no_longer_is_not_read(blog: House) -> None:
    for path in NAMING:
        blog.posts.write(path, "Words.", title="Words")
    blog.publish(LATER, JEKYLL)
    assert blog.publish(LATER, replace(JEKYLL, title="Coffee")).read == 0


def test_a_post_that_was_missing_at_the_time_shows_the_new_title(blog: House) -> None:
    path = blog.posts.root / "named.md"
    source = path.read_bytes()
    path.unlink()
    site = replace(JEKYLL, title="Coffee")
    blog.publish(NOW, site)
    blog.posts.write_raw("named.md", source)
    blog.publish(NOW + timedelta(milliseconds=100), site)
    (entry,) = blog.entries("tags/Named")
    assert "Coffee" in entry.title


def test_new_settings_of_feeds_wait_while_the_folder_is_empty(blog: House) -> None:
    before = blog.digests()
    for path in blog.posts.root.iterdir():
        if path.name != "notes.md":
            path.unlink()
    site = replace(JEKYLL, subtitle="Roasted", entries=1)
    report = blog.publish(NOW, site)
    assert (report.held_set.is_emptied, report.feeds, blog.digests()) == (True, (), before)
    with blog.store.snapshot() as snapshot:
        assert snapshot.site() == JEKYLL


def test_the_digest_of_a_feed_is_that_of_its_window_and_its_history(
    posts: PostFolder, house: House
) -> None:
    """Feeds with few entries and with many, for which the store asks in different ways."""
    for number in range(45):
        tags = f"[{'Odd' if number % 2 else 'Even'}, N{number % 7}]"
        date = f"2026-03-{1 + number // 3:02} 09:30:00"
        posts.write(f"{number}.md", title=f"N{number}", tags=tags, date=date)
    for site in (replace(SITE, entries=2), replace(SITE, entries=1)):
        house.publish(LATER, site)
        with house.store.snapshot() as snapshot:
            for record in snapshot.feeds():
                newest = snapshot.newest(record.number, site.entries)
                digests = [entry.digest for entry in newest]
                assert record.digest == feed_digest(site, record.topic, digests, record.extent)


def _fact(house: House, name: str) -> str:
    with house.store.snapshot() as snapshot:
        return snapshot.facts()[name]
