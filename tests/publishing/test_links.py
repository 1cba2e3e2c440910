"""Links between posts follow their targets, without a look at other files."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from feedsvc.core.adopting.plan import Adoption
from feedsvc.publishing.check import check
from feedsvc.publishing.guarding.ended_posts import withdraw_expired
from feedsvc.publishing.publish import preview
from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.blogs import MINUTE
from tests.support.houses import NOW, SITE, House
from tests.support.writing import PostFolder


class Linking(House):
    """Posts that link to each other, with a clock that goes on."""

    now = NOW

    def write(self, path: str, body: str = "Tea.", **fields: str) -> None:
        self.posts.write(path, body, **{"title": path.removesuffix(".md")} | fields)

    def look(self, *only: str, **more: Any) -> Report:
        self.now += MINUTE
        return self.publish(self.now, only=only or None, **more)

    def content(self, title: str) -> str:
        (entry,) = (entry for entry in self.entries() if entry.title == title)
        return entry.content_html

    def texts(self) -> list[str]:
        with self.store.snapshot() as snapshot:
            return [problem.text for problem in snapshot.problems()]


@pytest.fixture
def links(posts: PostFolder, folder: Folder, store: Store) -> Linking:
    """One links to two, and two to one; both are published."""
    made = Linking(posts, folder, store)
    made.write("one.md", "[a](two.md#x) [b](three.md)")
    made.write("two.md", "[[one]]")
    made.look()
    return made


def a_link(path: str, words: str) -> str:
    return f'<a href="https://example.org{path}">{words}</a>'


def test_posts_that_link_to_each_other_are_published_in_one_go(
    posts: PostFolder, folder: Folder, either_store: Store
) -> None:
    links = Linking(posts, folder, either_store)
    for n in range(600):  # more than a part
        links.write(f"{n:03}.md", f"[a]({(n + 1) % 600:03}.md)")
    report = links.look()
    assert (len(report.added), report.changed, report.problems) == (600, (), ())
    assert links.content("599") == f"<p>{a_link('/posts/000/', 'a')}</p>"
    links.write("000.md", "New.", permalink="/zero/")
    report = links.look("000.md")
    assert (report.read, report.changed) == (1, ("000.md", "599.md"))
    assert links.content("599") == f"<p>{a_link('/zero/', 'a')}</p>"
    assert links.look().changed == ()


def test_a_link_follows_a_new_permalink_and_no_date_moves(links: Linking) -> None:
    before = {entry.title: entry for entry in links.entries()}
    links.write("two.md", "[[one]]", permalink="/second/")
    report = links.look("two.md")
    assert (report.read, len(report.outlook.corrected)) == (1, 2)
    after = {entry.title: entry for entry in links.entries()}
    assert after["one"].content_html == f"<p>{a_link('/second/#x', 'a')} b</p>"
    for title, entry in after.items():
        assert (entry.id, entry.updated) == (before[title].id, before[title].updated)


def test_a_link_to_a_new_post_appears_and_its_warning_goes(links: Linking) -> None:
    assert links.texts() == ["three.md"]
    links.write("three.md")
    report = links.look("three.md")
    assert (report.read, report.problems) == (1, ())
    assert links.content("one").endswith(a_link("/posts/three/", "b") + "</p>")
    assert links.texts() == []


@pytest.mark.parametrize("only", [(), ("two.md",)])
def test_a_link_to_a_hidden_post_goes_with_a_warning_and_comes_back(
    links: Linking, only: tuple[str, ...]
) -> None:
    links.write("two.md", "[[one]]", draft="true")
    report = links.look(*only)
    assert (report.withdrawn, report.changed) == (("two.md",), ("one.md",))
    assert sorted(p.text for p in report.noticed) == ["three.md", "two.md#x"]
    assert links.content("one") == "<p>a b</p>"
    assert sorted(links.texts()) == ["three.md", "two.md#x"]
    links.write("two.md", "[[one]]")
    assert links.look(*only).changed == ("one.md",)
    assert links.content("one").startswith(f"<p>{a_link('/posts/two/#x', 'a')}")
    assert links.texts() == ["three.md"]


def test_a_link_to_a_deleted_post_goes_with_its_entry(links: Linking) -> None:
    (links.posts.root / "two.md").unlink()
    assert links.look().changed == ()  # it may come back
    assert links.look().changed == ("one.md",)
    assert links.content("one") == "<p>a b</p>"


def test_a_link_to_an_expired_post_goes_even_if_the_folder_cannot_be_read(
    links: Linking,
) -> None:
    links.write("two.md", "[[one]]", expiryDate="2026-06-01T10:00:00Z")
    links.look("two.md")
    links.now += timedelta(hours=3)
    withdraw_expired(links.store, links.now)
    assert links.content("one") == "<p>a b</p>"
    assert sorted(links.texts()) == ["three.md", "two.md#x"]


def test_a_link_to_a_future_post_appears_when_its_time_has_come(links: Linking) -> None:
    links.write("three.md", date="2026-06-01T12:00:00Z")
    links.look()
    assert "three" not in links.content("one")
    links.now += timedelta(hours=5)
    links.look()
    assert a_link("/posts/three/", "b") in links.content("one")


def test_a_link_finds_a_post_that_was_moved(links: Linking) -> None:
    (links.posts.root / "a").mkdir()
    (links.posts.root / "two.md").rename(links.posts.root / "a/two.md")
    links.look()
    assert a_link("/posts/a/two/#x", "a") in links.content("one")
    links.write("two.md", "Another.", title="new")
    links.look("two.md")
    assert a_link("/posts/two/#x", "a") in links.content("one")


def test_a_link_leaves_when_its_own_post_is_edited(links: Linking) -> None:
    links.write("one.md", "None.")
    links.look()
    links.write("two.md", "[[one]]", permalink="/second/")
    assert links.look("two.md").changed == ("two.md",)


def test_a_post_that_no_link_names_changes_no_other(links: Linking) -> None:
    links.write("four.md")
    report = links.look("four.md")
    assert (report.added, report.changed, report.noticed) == (("four.md",), (), ())


def test_a_link_to_a_tag_follows_its_feed(links: Linking) -> None:
    links.write("one.md", "[a]({tag}Tea)")
    links.look()
    assert links.texts() == ["{tag}Tea"]
    links.write("two.md", tags="[tea]")
    assert links.look("two.md").changed == ("one.md", "two.md")
    assert a_link("/tags/tea/atom.xml", "a") in links.content("one")
    links.write("two.md")
    links.look("two.md")
    assert links.texts() == ["{tag}Tea"]
    assert links.content("one") == "<p>a</p>"


def test_a_link_to_the_only_tag_of_its_own_post_is_resolved(links: Linking) -> None:
    links.write("five.md", "[a]({tag}Own)", tags="[Own]")
    report = links.look("five.md")
    assert (report.added, report.changed, report.problems) == (("five.md",), (), ())
    assert a_link("/tags/Own/atom.xml", "a") in links.content("five")


def test_a_preview_tells_what_becomes_of_links_and_writes_nothing(links: Linking) -> None:
    links.write("three.md")
    links.write("two.md", "[[one]]", draft="true")
    report = preview(links.folder, links.store, SITE, links.now)
    assert (report.added, report.changed) == (("three.md",), ("one.md",))
    assert [p.text for p in report.problems] == ["two.md#x"]
    assert links.texts() == ["three.md"]


def test_a_held_post_keeps_its_links(links: Linking) -> None:
    for n in range(60):
        links.write(f"{n}.md", "[a](two.md)")
    links.look()
    for n in range(60):
        (links.posts.root / f"{n}.md").unlink()
    links.look()
    assert links.look().held == 60
    links.write("two.md", "[[one]]", permalink="/second/")
    links.look("two.md")
    assert links.content("7") == f"<p>{a_link('/second/', 'a')}</p>"


def test_a_refused_file_keeps_its_own_problems(links: Linking) -> None:
    links.posts.write_raw("one.md", b"---\ntitle: [\n---\nx")
    links.look()
    before = links.texts()
    links.write("two.md", "[[one]]", draft="true")
    links.look()
    assert links.content("one") == "<p>a b</p>"
    assert links.texts() == before


def test_a_forgotten_post_leaves_no_link(links: Linking) -> None:
    (links.posts.root / "two.md").unlink()
    entry_id = next(entry.id for entry in links.entries() if entry.title == "two")
    with links.store.lock():
        links.store.forget(entry_id, links.now)
    assert links.content("one") == "<p>a b</p>"
    with links.store.snapshot() as snapshot:
        stored = str(snapshot.facts()) + str(links.entries())
    assert "/posts/two/" not in stored


def test_new_settings_resolve_every_link_again(links: Linking) -> None:
    moved = links.publish(links.now, site=replace(SITE, url="https://tea.example"))
    assert moved.changed == ("one.md", "two.md")
    assert 'href="https://tea.example/posts/two/#x"' in links.content("one")


def test_a_check_warns_of_the_links_that_a_publish_loses(links: Linking) -> None:
    links.write("secret.md", draft="true")
    links.write("one.md", "[a](two.md) [b](three.md) [[secret]] [c]({tag}Tea) [d]({tag}Ink)")
    links.write("two.md", tags="[Tea]")
    lost = ["three.md", "[[secret]]", "{tag}Ink"]
    for only in (None, {"one.md"}):
        checked = check(links.folder, SITE, only)
        assert [problem.text for problem in checked.problems] == lost
    links.look()
    assert links.texts() == lost
    checked = check(links.folder, SITE, {"two.md"})
    assert checked.problems == ()


def test_a_post_with_an_adopted_id_keeps_its_links(links: Linking) -> None:
    post = next(post for post in links.store.adoptions.posts() if post.path == "one.md")
    dates = (post.published, post.updated, None, None)
    adopted = Adoption(post, "https://old.example/one", "", *dates, "link")
    with links.store.lock():
        links.store.adoptions.write([adopted], links.now)
    links.write("two.md", "[[one]]", permalink="/second/")
    assert links.look("two.md").changed == ("one.md", "two.md")
    assert links.content("one") == f"<p>{a_link('/second/#x', 'a')} b</p>"
    with links.store.lock():
        links.store.adoptions.undo(links.now)
    links.write("two.md", "[[one]]", draft="true")
    links.look("two.md")
    assert links.content("one") == "<p>a b</p>"
