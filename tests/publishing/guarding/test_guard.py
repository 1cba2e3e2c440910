"""The guard: which losses pass by themselves, and which wait until somebody accepts them."""

import shutil
from datetime import datetime, timedelta
from typing import Any

import pytest

from feedsvc.core.ledger.losses import PublishedLoss
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Draft, Reading
from feedsvc.core.site import Site
from feedsvc.errors import NotHeld
from feedsvc.publishing.guarding.guard import Guard
from feedsvc.publishing.guarding.holding import WHATEVER
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.blogs import MINUTE, Blog
from tests.support.writing import PostFolder

# What is held.


def test_few_losses_pass(site: Blog) -> None:
    site.delete("b", *range(20))
    report = site.look()
    assert (report.held, site.count()) == (0, 80)


def test_more_than_twenty_and_more_than_a_fifth_are_held(either_site: Blog) -> None:
    either_site.delete("b", *range(21))
    report = either_site.look()
    assert (report.held, report.withdrawn, either_site.count()) == (21, (), 100)
    assert report.held_set.kinds == {"withdrawn": 21}
    assert report.held_set.fault == "so many posts would be withdrawn at once"
    assert report.unsettled == frozenset()


def test_posts_that_are_hidden_under_other_names_go_at_once(site: Blog) -> None:
    site.delete("b", *range(40))
    for number in range(40):
        site.posts.write(f"drafts/{number:03}.md", title=f"b {number}", draft="true")
    site.now += MINUTE
    report = site.publish(site.now)
    assert (report.held, len(report.withdrawn), site.count()) == (0, 40, 60)
    site.delete("b", *range(40, 45))
    assert (site.look().held, site.count()) == (0, 55)


def test_posts_that_are_held_go_when_they_are_hidden_under_other_names(site: Blog) -> None:
    site.delete("b", *range(40))
    assert site.look().held == 40
    for number in range(39):
        site.posts.write(f"drafts/{number:03}.md", title=f"b {number}", draft="true")
    assert (site.look().held, site.count()) == (1, 61)


def test_more_than_twenty_but_not_a_fifth_pass(site: Blog) -> None:
    site.write("c", 10)
    site.look()
    site.delete("b", *range(22))
    assert (site.look().held, site.count()) == (0, 88)


def test_twenty_that_are_more_than_a_fifth_pass(
    posts: PostFolder, folder: Folder, store: Store
) -> None:
    small = Blog(posts, folder, store)
    small.write("", 25)
    small.look()
    small.delete("", *range(20))
    assert (small.look().held, small.count()) == (0, 5)


def test_losses_of_several_publishes_count_together(either_site: Blog) -> None:
    for first in range(0, 40, 5):
        either_site.delete("b", *range(first, first + 5))
        either_site.look()
    assert (len(either_site.held()), either_site.count()) == (20, 80)


def test_an_hour_without_a_loss_begins_a_new_count(site: Blog) -> None:
    site.delete("b", *range(20))
    site.look()
    site.now += timedelta(hours=1)
    site.delete("b", *range(20, 36))
    assert (site.look().held, site.count()) == (0, 64)
    site.now += timedelta(minutes=50)
    site.delete("b", 36, 37, 38, 39, 40)
    assert site.look().held == 5


def test_losses_that_came_back_do_not_count(site: Blog) -> None:
    site.delete("b", *range(20))
    site.look()
    site.write("b", 60)
    site.look()
    site.delete("b", *range(5))
    assert (site.look().held, site.count()) == (0, 95)


def test_all_of_a_large_folder_is_held_on_a_large_site(either_site: Blog) -> None:
    either_site.write("c", 100)
    either_site.look()
    shutil.rmtree(either_site.posts.root / "a")
    either_site.delete("b", 0)
    report = either_site.look()
    assert (report.held, report.withdrawn) == (30, ("b/000.md",))
    assert report.held_set.fault == "all posts of a feed or a folder would be withdrawn"
    assert set(report.held_set.groups) <= {"feed /tags/Tea", "folder a"}


@pytest.mark.parametrize("count", [19, 20])
def test_a_group_is_large_from_twenty_on(site: Blog, count: int) -> None:
    site.write("c", count)
    site.write("d", 200)
    site.look()
    shutil.rmtree(site.posts.root / "c")
    assert site.look().held == (count if count == 20 else 0)


def test_the_rest_of_a_large_group_is_held(site: Blog) -> None:
    site.write("c", 400)
    site.look()
    site.delete("a", *range(25))
    assert site.look().held == 0
    site.delete("a", *range(25, 30))
    assert site.look().held == 5


def test_all_of_a_large_feed_is_held(either_site: Blog) -> None:
    either_site.write("", 300)
    for number in range(20):
        either_site.posts.write(f"{number}/x.md", title=f"Cup {number}", tags="Cups")
    either_site.look()
    for number in range(20):
        (either_site.posts.root / f"{number}/x.md").unlink()
    report = either_site.look()
    assert (report.held, report.held_set.groups) == (20, ("feed /tags/Cups",))


def test_more_than_a_thousand_are_held_whatever_their_share(
    posts: PostFolder, folder: Folder, store: Store
) -> None:
    large = Blog(posts, folder, store)
    large.write("a", 1100)
    large.look(guard=Guard(20, 1))
    large.delete("a", *range(1001))
    assert large.look(guard=Guard(20, 1)).held == 1001
    large.posts.write("a/000.md", title="a 0")
    assert large.look(guard=Guard(20, 1)).held == 1000


@pytest.mark.parametrize("guard", [Guard(0, 0.2), Guard(20, 0), Guard(0, 0)])
def test_the_guard_can_be_switched_off(site: Blog, guard: Guard) -> None:
    site.delete("b", *range(50))
    assert site.look().held == 50
    report = site.look(guard=guard)
    assert (report.held, site.count(), site.held()) == (0, 50, ())


@pytest.mark.parametrize("glob", [{"include": ["a/**"]}, {"exclude": ["b/**"]}])
def test_posts_that_the_settings_no_longer_choose_are_held(
    site: Blog, glob: dict[str, Any]
) -> None:
    site.folder = Folder(site.posts.root, 0, **glob)
    assert (site.look().held >= 60, site.count()) == (True, 100)


# What is not held.


@pytest.mark.parametrize(
    "fields", [{"draft": "true"}, {"expiryDate": "2026-05-01"}, {"members_only": "yes"}]
)
def test_posts_that_their_authors_hide_are_withdrawn_at_once(
    site: Blog, fields: dict[str, str]
) -> None:
    site.write("b", 60, **fields)
    site.now += MINUTE
    report = site.publish(site.now)
    assert (report.held, len(report.withdrawn), site.count()) == (0, 60, 40)


def test_a_held_post_that_returns_hidden_is_withdrawn_at_once(either_site: Blog) -> None:
    either_site.delete("b", *range(30))
    assert either_site.look().held == 30
    either_site.write("b", 30, draft="true")
    report = either_site.look()
    assert (report.held, either_site.count()) == (0, 70)


def test_additions_and_edits_do_not_wait(site: Blog) -> None:
    site.delete("b", *range(30))
    site.look()
    site.write("c", 50)
    site.write("a", 30, tags="Green")
    site.now += MINUTE
    report = site.publish(site.now)
    assert (len(report.added), len(report.changed), report.held) == (50, 30, 30)


def test_a_partial_look_holds_too(either_site: Blog) -> None:
    either_site.delete("b", *range(30))
    paths = {f"b/{number:03}.md" for number in range(30)}
    either_site.publish(either_site.now, only=paths)
    report = either_site.publish(either_site.now + MINUTE, only=paths)
    assert (report.held, either_site.count()) == (30, 100)
    name = either_site.name()
    either_site.posts.write("a/new.md")
    report = either_site.publish(either_site.now + MINUTE, only={"a/new.md"})
    assert (report.held, report.added, either_site.name()) == (30, ("a/new.md",), name)


# How it ends.


def test_a_set_dissolves_when_the_files_return(either_site: Blog) -> None:
    digests = either_site.digests()
    away = either_site.posts.root.with_name("away")
    (either_site.posts.root / "b").rename(away)
    assert either_site.look().held == 60
    away.rename(either_site.posts.root / "b")
    report = either_site.look()
    assert (report.held, report.added, report.changed, report.feeds) == (0, (), (), ())
    assert (either_site.held(), either_site.digests()) == ((), digests)


def test_a_set_that_partly_returns_does_not_let_the_rest_go(either_site: Blog) -> None:
    either_site.delete("b", *range(30))
    either_site.look()
    name = either_site.name()
    either_site.write("b", 25)
    report = either_site.look()
    assert (report.held, either_site.count()) == (5, 100)
    assert either_site.name() != name
    either_site.now += timedelta(hours=5)
    assert either_site.look().held == 5


def test_an_accepted_set_is_withdrawn_in_one_publish(either_site: Blog) -> None:
    either_site.delete("b", *range(30))
    either_site.look()
    report = either_site.look(accept=either_site.name())
    assert (report.held, len(report.withdrawn), either_site.count()) == (0, 30, 70)
    assert either_site.held() == ()
    either_site.delete("b", *range(30, 44))
    assert either_site.look().held == 0


def test_the_name_of_a_set_that_has_grown_is_refused(either_site: Blog) -> None:
    either_site.delete("b", *range(30))
    either_site.look()
    name = either_site.name()
    either_site.delete("b", 30)
    report = either_site.look()
    assert (report.held, either_site.name() == name) == (31, False)
    with pytest.raises(NotHeld, match=either_site.name()):
        either_site.look(accept=name)
    assert either_site.count() == 100


def test_losses_that_came_after_the_set_stay_held_under_a_new_name(either_site: Blog) -> None:
    either_site.delete("b", *range(30))
    either_site.look()
    name = either_site.name()
    still = either_site.folder.standing_at(
        either_site.posts.root
    )  # each loss is due at the first look
    either_site.delete("b", *range(30, 33))
    either_site.folder = still
    report = either_site.look(accept=name)
    assert (len(report.withdrawn), report.held, either_site.count()) == (30, 3, 70)
    assert either_site.name() == report.held_set.name != name
    assert either_site.look().held == 3


@pytest.mark.parametrize("name", ["3f1d0c6f6b0a", "x"])
def test_a_name_that_is_not_held_is_refused(site: Blog, name: str) -> None:
    with pytest.raises(NotHeld, match="nothing is held"):
        site.look(accept=name)
    site.delete("b", *range(30))
    site.look()
    with pytest.raises(NotHeld, match=f"publish --accept {site.name()}"):
        site.look(accept=name)
    assert site.count() == 100


def test_whatever_is_due_can_be_accepted_unseen(site: Blog) -> None:
    site.delete("b", *range(30))
    report = site.look(accept=WHATEVER)
    assert (report.held, site.count()) == (0, 70)


def test_accepting_resets_the_count(either_site: Blog) -> None:
    either_site.delete("b", *range(20))
    either_site.look()
    either_site.look(accept=WHATEVER)
    either_site.delete("b", *range(20, 35))
    assert (either_site.look().held, either_site.count()) == (0, 65)


# Clocks.


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(hours=-2)])
def test_a_clock_that_is_put_back_forgets_no_loss(site: Blog, jump: timedelta) -> None:
    site.delete("b", *range(15))
    site.look()
    site.now += jump
    site.delete("b", *range(15, 30))
    assert site.look().held == 15
    site.look(accept=WHATEVER)
    assert _published(site) == ()


def _published(site: Blog) -> tuple[PublishedLoss, ...]:
    with site.store.snapshot() as snapshot:
        return snapshot.published_losses()


def test_a_time_in_the_future_is_corrected_by_the_next_loss(either_site: Blog) -> None:
    either_site.delete("b", 0)
    either_site.look()
    either_site.now -= timedelta(days=400)
    either_site.delete("b", 1)
    either_site.look()
    either_site.now += timedelta(hours=2)
    either_site.delete("b", *range(2, 22))
    assert (either_site.look().held, either_site.count()) == (0, 78)


# Posts that a new version hides.


def test_posts_that_only_a_new_rule_hides_are_withdrawn_and_named(
    site: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        site.posts.write(f"b/{number:03}.md", title=f"b {number}", draft="false")
    site.look()
    _hide(monkeypatch, "b/")
    monkeypatch.setattr("feedsvc.store.published_site.RENDERER_VERSION", "next")
    site.now += MINUTE
    report = site.publish(site.now)
    assert (report.held, len(report.withdrawn), len(report.newly_hidden)) == (0, 60, 60)
    assert site.publish(site.now).newly_hidden == ()


def _hide(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    """Hide the posts of a folder, as a new rule would."""

    def parsed(path: str, source: bytes, site: Site) -> Reading:
        return Draft(path, ()) if path.startswith(folder) else parse_post(path, source, site)

    monkeypatch.setattr("feedsvc.core.posts.parse.parse_post", parsed)


def test_each_set_is_announced_once(either_site: Blog) -> None:
    def announced() -> list[int]:
        publishes = either_site.store.listeners.publishes_since(0, 100)
        return [each.held["count"] for each in publishes if each.held]

    either_site.delete("b", *range(30))
    either_site.look()
    either_site.look()
    assert announced() == [30]
    either_site.write("b", 5)
    either_site.look()
    assert announced() == [30]
    either_site.delete("b", *range(30, 40))
    either_site.look()
    assert announced() == [30, 35]


def test_the_time_of_a_hold_stays(either_site: Blog) -> None:
    either_site.delete("b", *range(30))
    either_site.look()
    (since,) = {loss.since for loss in either_site.held()}
    assert since == round(datetime.timestamp(either_site.now) * 1e6)
    either_site.delete("b", 30)
    either_site.look()
    assert sorted({loss.since for loss in either_site.held()})[0] == since


# An emptied folder.


def test_an_emptied_large_site_does_not_lose_the_rest_when_a_part_returns(site: Blog) -> None:
    away = site.posts.root.with_name("away")
    site.posts.root.rename(away)
    site.posts.root.mkdir()
    assert site.look().held == 100
    (away / "a").rename(site.posts.root / "a")
    (away / "b").rename(site.posts.root / "b")
    report = site.look()
    assert (report.held, report.held_set.fault, site.count()) == (
        10,
        "so many posts would be withdrawn at once",
        100,
    )
    report = site.look(accept=site.name())
    assert (report.held, site.count()) == (0, 90)


def test_an_emptied_site_is_accepted_by_name_in_one_publish(site: Blog) -> None:
    shutil.rmtree(site.posts.root)
    site.posts.root.mkdir()
    assert site.look(guard=Guard(0)).held == 100
    report = site.look(accept=site.name(), guard=Guard(0))
    assert (report.held, site.count(), site.held()) == (0, 0, ())
    assert site.look().held == 0
