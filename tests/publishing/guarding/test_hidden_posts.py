"""A post that its author hides or that expires is withdrawn, also while its file is held."""

import shutil
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedsvc.errors import FolderError
from feedsvc.publishing.guarding.guard import Guard
from feedsvc.source.folder import Folder, Survey
from feedsvc.source.source import Source
from feedsvc.store.store import Store
from feedsvc.watcher.watcher import Watcher
from tests.support.blogs import MINUTE, Blog, a_large_blog
from tests.support.houses import NOW, SITE
from tests.support.running import wait_until
from tests.support.writing import PostFolder

LONG = "Steep the leaves twice, then pour the water away and wait. " * 5
SECONDS = timedelta(seconds=5)


@pytest.fixture
def site(posts: PostFolder, folder: Folder, store: Store) -> Blog:
    """A site with 30 posts in `a`, 60 in `b` and 10 at the top."""
    return a_large_blog(posts, folder, store)


@pytest.fixture
def small(posts: PostFolder, folder: Folder, store: Store) -> Blog:
    """A site with three posts, which no guard watches."""
    made = Blog(posts, folder, store)
    made.write("a", 3)
    assert made.look().held == 0
    return made


def empty(root: Path) -> None:
    for child in root.iterdir():
        shutil.rmtree(child) if child.is_dir() else child.unlink()


# A draft that was there before the published file was gone.


def test_a_draft_that_was_copied_first_hides_the_post(site: Blog) -> None:
    for number in range(40):
        site.posts.write(f"drafts/{number:03}.md", title=f"b {number}", draft="true")
    assert (site.look().held, site.count()) == (0, 100)
    site.delete("b", *range(40))
    report = site.look()
    assert (report.held, len(report.withdrawn), site.count()) == (0, 40, 60)


def test_a_copied_draft_hides_a_loss_that_is_already_held(site: Blog) -> None:
    site.delete("b", *range(40))
    assert site.look().held == 40
    site.posts.write("drafts/1.md", title="b 1", draft="true")
    site.now += MINUTE
    report = site.publish(site.now, only={"drafts/1.md"})
    assert (report.held, report.withdrawn, site.count()) == (39, ("b/001.md",), 99)


def test_the_draft_and_the_missing_file_may_be_in_different_looks(site: Blog) -> None:
    for number in range(40):
        site.posts.write(f"drafts/{number:03}.md", title=f"b {number}", draft="true")
        site.publish(site.now, only={f"drafts/{number:03}.md"})
    paths = {f"b/{number:03}.md" for number in range(40)}
    site.delete("b", *range(40))
    site.publish(site.now, only=paths)
    report = site.publish(site.now + SECONDS, only={"a/000.md"})
    assert (report.held, len(report.withdrawn), site.count()) == (0, 40, 60)


def test_a_rename_of_a_post_with_a_draft_beside_it_withdraws_nothing(site: Blog) -> None:
    site.posts.write("drafts/1.md", title="b 1", draft="true")
    site.look()
    (site.posts.root / "b/001.md").rename(site.posts.root / "away")
    report = site.publish(site.now)
    assert (report.withdrawn, report.unsettled) == ((), frozenset({"b/001.md"}))
    (site.posts.root / "away").rename(site.posts.root / "b/renamed.md")
    report = site.look()
    assert (report.withdrawn, report.added, site.count()) == ((), (), 100)


def test_a_draft_whose_file_is_gone_too_hides_nothing(site: Blog) -> None:
    for number in range(40):
        site.posts.write(f"drafts/{number:03}.md", title=f"b {number}", draft="true")
    site.look()
    site.delete("b", *range(40))
    shutil.rmtree(site.posts.root / "drafts")
    assert (site.look().held, site.count()) == (40, 100)


def test_a_copy_that_waits_and_is_then_hidden_hides_the_post(site: Blog) -> None:
    for number in range(40):
        shutil.copy(site.posts.root / f"b/{number:03}.md", site.posts.root / f"{number}.x.md")
    site.publish(site.now)
    site.delete("b", *range(40))
    for number in range(40):
        site.posts.write(f"{number}.x.md", title=f"b {number}", draft="true")
    report = site.look()
    assert (report.held, site.count()) == (0, 60)


# What tells which post a draft is.


def hidden(site: Blog, *, body: str = "Text.", **fields: str) -> int:
    """How many posts of 40 in `b` stay after each was moved, changed so, and hidden."""
    site.delete("b", *range(40))
    for number in range(40):
        front = {name: text.format(number) for name, text in fields.items()}
        site.posts.write(f"drafts/{number:03}.md", body.format(number), draft="true", **front)
    site.look()
    return site.count() - 60


def test_a_post_that_was_moved_redated_and_hidden_goes(site: Blog) -> None:
    assert hidden(site, title="b {}", date="2025-01-01") == 0


def test_a_draft_without_a_date_is_known_by_its_title(site: Blog) -> None:
    assert hidden(site, title="b {}", date="") == 0


def test_a_draft_with_another_title_is_known_by_its_text(site: Blog) -> None:
    for number in range(60):
        site.posts.write(f"b/{number:03}.md", f"{number} {LONG}", title=f"b {number}")
    site.look()
    assert hidden(site, title="Old {}", date="2025-01-01", body="{} " + LONG) == 0


def test_a_draft_is_known_by_its_slug(site: Blog) -> None:
    for number in range(60):
        site.posts.write(f"b/{number:03}.md", title=f"b {number}", slug=f"cup-{number}")
    site.look()
    assert hidden(site, title="Other {}", date="2025-01-01", slug="cup-{}") == 0


def test_a_draft_with_broken_front_matter_is_known_by_its_title(site: Blog) -> None:
    site.delete("b", *range(40))
    for number in range(40):
        source = f"---\ntitle: b {number}\ndraft: true\ntags: [\n---\nText.\n"
        site.posts.write_raw(f"drafts/{number:03}.md", source.encode())
    assert (site.look().held, site.count()) == (0, 60)


def test_a_draft_with_a_title_of_several_posts_hides_only_one_of_its_date(site: Blog) -> None:
    site.write("c", 60)
    site.posts.write("c/1.md", title="Notes", date="2026-01-01")
    site.posts.write("c/2.md", title="Notes", date="2026-01-02")
    site.look()
    shutil.rmtree(site.posts.root / "c")
    site.posts.write("drafts/1.md", title="Notes", date="2026-05-05", draft="true")
    assert (site.look().held, site.count()) == (62, 162)
    site.posts.write("drafts/1.md", title="Notes", date="2026-01-02", draft="true")
    assert (site.look().held, site.count()) == (61, 161)


def test_an_unrelated_draft_hides_nothing(site: Blog) -> None:
    assert hidden(site, title="Plan {}", date="2026-03-01 09:30:00") == 40


def test_a_draft_with_another_guid_is_another_post(site: Blog) -> None:
    for number in range(60):
        site.posts.write(f"c/{number:03}.md", title=f"c {number}", guid=f"urn:c:{number}")
    site.look()
    shutil.rmtree(site.posts.root / "c")
    for number in range(60):
        fields = {"title": f"c {number}", "guid": f"urn:d:{number}"}
        site.posts.write(f"drafts/{number}.md", draft="true", **fields)
    assert (site.look().held, site.count()) == (60, 160)


def test_a_post_that_is_hidden_in_its_place_hides_no_other_with_its_title(site: Blog) -> None:
    for number in range(40):
        site.posts.write(f"a/{number:03}.md", title=f"b {number}", date="2026-01-01")
    site.look()
    for number in range(40):
        fields = {"title": f"b {number}", "date": "2026-01-01"}
        site.posts.write(f"a/{number:03}.md", draft="true", **fields)
    site.look()
    before = site.count()
    site.delete("b", *range(40))
    assert (site.look().held, site.count()) == (40, before)


@pytest.mark.parametrize("at_once", [False, True])
def test_a_draft_of_one_post_hides_no_other_with_its_title_and_date(
    site: Blog, at_once: bool
) -> None:
    for number in range(40):
        fields = {"title": f"Notes {number // 2}", "date": "2026-01-01"}
        site.posts.write(f"c/{number:03}.md", f"{number}. {LONG}", slug=f"c-{number}", **fields)
    site.look()
    for number in range(0, 40, 2):  # the first of each pair; the drafts have their texts
        fields = {"title": f"Notes {number // 2}", "date": "2026-01-01", "draft": "true"}
        site.posts.write(f"drafts/{number}.md", f"{number}. {LONG}", **fields)
    site.delete("c", *range(0, 40, 2))
    if not at_once:
        assert (site.look().held, site.count()) == (0, 120)
    site.delete("c", *range(1, 40, 2))
    assert (site.look().held, site.count()) == (20, 120)


def test_a_public_post_under_a_new_name_is_not_taken_for_the_draft_beside_it(
    site: Blog,
) -> None:
    for number in range(60):
        site.posts.write(f"drafts/{number:03}.md", title=f"b {number}", draft="true")
    site.look()
    shutil.rmtree(site.posts.root / "b")
    for number in range(60):
        fields = {"title": f"b {number}", "guid": f"urn:x:{number}"}
        site.posts.write(f"new/{number}.md", **fields)
    for _ in range(2):
        report = site.look()
        assert (report.held, report.added, site.count()) == (60, (), 100)
    report = site.publish(site.now + MINUTE, only={"a/000.md"})
    assert (report.held, site.count()) == (60, 100)


# A post that expires while its file is missing.


@pytest.fixture
def expiring(site: Blog) -> Blog:
    """The site; 40 posts in `c` expire in an hour."""
    for number in range(40):
        fields = {"expiryDate": (NOW + timedelta(hours=1)).isoformat()}
        site.posts.write(f"c/{number:03}.md", title=f"c {number}", **fields)
    assert (site.look().held, site.count()) == (0, 140)
    return site


def due(site: Blog) -> datetime:
    return NOW + timedelta(hours=1)


def taken_away(site: Blog) -> None:
    shutil.rmtree(site.posts.root / "c")


def emptied(site: Blog) -> None:
    empty(site.posts.root)


@pytest.mark.parametrize("lose", [taken_away, emptied])
def test_a_held_post_is_withdrawn_when_it_expires(
    expiring: Blog, lose: Callable[[Blog], None]
) -> None:
    lose(expiring)
    report = expiring.look()
    assert (report.held >= 40, report.next_due, expiring.count()) == (True, due(expiring), 140)
    before = report.held
    report = expiring.publish(due(expiring), only={""})
    assert (report.held, len(report.withdrawn)) == (before - 40, 40)
    assert (expiring.count(), report.next_due) == (100, None)
    assert expiring.publish(due(expiring) + SECONDS).withdrawn == ()


def test_a_post_expires_while_its_root_is_missing(expiring: Blog) -> None:
    away = expiring.posts.root.with_name("away")
    expiring.posts.root.rename(away)
    with pytest.raises(FolderError):
        expiring.publish(NOW + 50 * MINUTE)
    assert expiring.count() == 140
    with pytest.raises(FolderError):
        expiring.publish(due(expiring))
    assert expiring.count() == 100
    away.rename(expiring.posts.root)
    report = expiring.publish(due(expiring))
    assert (report.added, expiring.count()) == ((), 100)


def test_an_update_in_the_future_withdraws_nothing_when_it_comes(site: Blog) -> None:
    later = (NOW + timedelta(hours=1)).isoformat()
    for number in range(40):
        site.posts.write(f"c/{number:03}.md", title=f"c {number}", updated=later)
    site.look()
    taken_away(site)
    assert site.look().held == 40
    report = site.publish(due(site))
    assert (report.held, site.count()) == (40, 140)
    site.posts.write("a/new.md", expiryDate=(NOW + timedelta(hours=9)).isoformat())
    assert site.publish(due(site)).next_due == NOW + timedelta(hours=9)


def test_a_post_with_both_dates_expires(site: Blog) -> None:
    later, end = (NOW + timedelta(hours=h) for h in (1, 2))
    site.posts.write("c.md", updated=later.isoformat(), expiryDate=end.isoformat())
    site.look()
    empty(site.posts.root)
    assert site.look().next_due == later
    assert site.publish(later).next_due == end
    report = site.publish(end)
    assert (report.withdrawn, report.held, site.count()) == (("c.md",), 100, 100)


def test_a_refused_post_expires_as_its_last_good_version(site: Blog) -> None:
    end = NOW + timedelta(hours=1)
    site.posts.write("c.md", expiryDate=end.isoformat())
    site.look()
    site.posts.write_raw("c.md", b"---\ntitle: [\n---\n")
    report = site.publish(site.now + MINUTE)
    assert (report.refused, report.next_due, site.count()) == (1, end, 101)
    assert site.publish(end).withdrawn == ("c.md",)


def test_a_post_expires_although_its_folder_cannot_be_read(site: Blog) -> None:
    end = NOW + timedelta(hours=1)
    site.posts.write("closed/c.md", expiryDate=end.isoformat())
    site.look()
    (site.posts.root / "closed").rename(site.posts.root.with_name("away"))
    (site.posts.root / "closed").symlink_to("closed")
    site.folder = Unreadable(site.posts.root, 0)
    report = site.publish(site.now)
    assert (report.withdrawn, report.held, report.next_due) == ((), 0, end)
    assert site.publish(end, only={""}).withdrawn == ("closed/c.md",)
    assert site.publish(end).withdrawn == ()


class Unreadable(Folder):
    """A folder in which `closed` cannot be read, also for root."""

    def survey(
        self, only: Collection[str] | None = None, *, counts_all: bool = False
    ) -> Survey:
        survey = super().survey(only, counts_all=counts_all)
        survey.unreadable.add("closed")
        return survey


def test_a_held_post_with_another_id_expires_as_its_new_version_says(site: Blog) -> None:
    end = NOW + timedelta(hours=1)
    for number in range(60):
        fields = {"guid": f"urn:x:{number}", "expiryDate": end.isoformat()}
        site.posts.write(f"b/{number:03}.md", "New text.", title=f"New {number}", **fields)
    report = site.look()
    assert (report.held, report.next_due) == (60, end)
    report = site.publish(end)
    assert (report.held, len(report.withdrawn), site.count()) == (0, 60, 40)


def test_a_watcher_withdraws_a_post_of_an_empty_root_when_it_expires(
    posts: PostFolder, store: Store, sqlite_url: str
) -> None:
    end = datetime.now(UTC) + timedelta(seconds=8)
    posts.write("tea.md", expiryDate=end.isoformat())
    posts.write("pots.md")
    site = Blog(posts, Folder(posts.root, 0), store)
    watcher = Watcher(Source(Folder(posts.root, 0.05)), sqlite_url, SITE, 3600)
    watcher.start()
    try:
        wait_until(lambda: site.titles() == {"tea.md", "pots.md"}, "the posts")
        empty(posts.root)
        wait_until(lambda: len(site.held()) == 2, "the hold")
        assert datetime.now(UTC) < end
        wait_until(lambda: site.titles() == {"pots.md"}, "the end of the post")
        assert len(site.held()) == 1
    finally:
        watcher.stop()


# A root without public posts.


@pytest.mark.parametrize(
    "left",
    [{"draft.md": "---\ntitle: Plan\ndraft: true\n---\n"}, {"notes.md": "Only text.\n"}],
)
@pytest.mark.parametrize("guard", [Guard(), Guard(0)])
def test_a_root_in_which_no_public_post_is_left_is_held(
    small: Blog, left: dict[str, str], guard: Guard
) -> None:
    empty(small.posts.root)
    for path, text in left.items():
        small.posts.write_raw(path, text.encode())
    small.look(guard=guard)
    report = small.look(guard=guard)
    assert (report.held, report.withdrawn, small.count()) == (3, (), 3)
    assert report.held_set.is_emptied
    report = small.look(guard=guard, accept=small.name())
    assert (report.held, small.count(), small.held()) == (0, 0, ())


def test_partial_looks_notice_that_no_public_post_is_left(small: Blog) -> None:
    small.posts.write("draft.md", title="Plan", draft="true")
    small.look()
    for number in range(3):
        small.delete("a", number)
        small.publish(small.now, only={f"a/{number:03}.md"})
    report = small.publish(small.now + SECONDS, only={""})
    assert (report.held, report.held_set.is_emptied, small.count()) == (3, True, 3)


def test_posts_that_are_all_moved_to_drafts_are_withdrawn(small: Blog) -> None:
    for number in range(3):
        small.posts.write(f"drafts/{number}.md", title=f"a {number}", draft="true")
    small.look()
    shutil.rmtree(small.posts.root / "a")
    report = small.look()
    assert (report.held, small.count()) == (0, 0)


def test_hidden_posts_are_withdrawn_from_a_root_that_is_emptied(small: Blog) -> None:
    empty(small.posts.root)
    assert small.look().held == 3
    small.posts.write("drafts/1.md", title="a 1", draft="true")
    small.posts.write("a/002.md", title="a 2", draft="true")
    report = small.look()
    assert (report.held, small.count()) == (1, 1)
    (loss,) = small.held()
    assert loss.path == "a/000.md"


def test_new_settings_wait_while_hidden_posts_are_withdrawn(small: Blog) -> None:
    away = small.posts.root.with_name("away")
    small.posts.root.rename(away)
    small.posts.write("a/002.md", title="a 2", draft="true")
    renamed = replace(SITE, title="Pu-erh")
    report = small.look(site=renamed)
    assert (report.held, small.titles()) == (2, {"a 0", "a 1"})
    with small.store.snapshot() as snapshot:
        assert snapshot.site() == SITE
    shutil.rmtree(small.posts.root)
    away.rename(small.posts.root)
    report = small.look(site=renamed)
    assert (report.held, small.count()) == (0, 3)
    with small.store.snapshot() as snapshot:
        assert snapshot.site() == renamed


def test_a_kept_draft_hides_a_post_of_an_emptied_root_at_the_second_look(small: Blog) -> None:
    small.posts.write("drafts/1.md", title="a 1", draft="true")
    small.look()
    shutil.rmtree(small.posts.root / "a")
    small.now += MINUTE
    small.publish(small.now)
    report = small.publish(small.now + SECONDS)
    assert (report.held, report.withdrawn) == (2, ("a/001.md",))


def test_the_rest_gets_a_second_look_when_the_first_post_is_back(small: Blog) -> None:
    small.posts.write("draft.md", title="Plan", draft="true")
    small.look()
    (small.posts.root / "a").rename(small.posts.root.with_name("away"))
    assert small.look().held == 3
    small.posts.write("a/000.md", title="a 0")
    small.now += MINUTE
    report = small.publish(small.now)
    assert (report.held, report.withdrawn, small.count()) == (0, (), 3)
    small.write("a", 3)
    report = small.look()
    assert (report.held, report.withdrawn, report.added) == (0, (), ())


def test_a_root_with_an_unreadable_folder_of_posts_is_not_emptied(small: Blog) -> None:
    small.posts.write("closed/c.md", title="c")
    small.look()
    (small.posts.root / "closed").rename(small.posts.root.with_name("away"))
    small.folder = Unreadable(small.posts.root, 0)
    small.delete("a", 0, 1, 2)
    report = small.look()
    assert (report.held, len(report.withdrawn), small.count()) == (0, 3, 1)
