"""The guard: many posts that would get new ids wait, and the old entries stay."""

import shutil
from dataclasses import replace

from feedsvc.core.rules import Rules
from tests.support.blogs import MINUTE, Blog
from tests.support.houses import SITE


def test_many_new_ids_are_held_and_the_old_entries_stay(site: Blog) -> None:
    for number in range(60):
        site.posts.write(f"b/{number:03}.md", title=f"b {number}", guid=f"urn:x:{number}")
    before = {entry.id for entry in site.entries()}
    report = site.look()
    assert (report.held, report.held_set.kinds) == (60, {"re-identified": 60})
    assert (report.added, report.withdrawn) == ((), ())
    assert {entry.id for entry in site.entries()} == before
    name = site.name()
    report = site.look()
    assert (report.held, report.read, site.name()) == (60, 0, name)
    report = site.look(accept=name)
    assert (len(report.added), len(report.withdrawn), report.held) == (60, 60, 0)
    assert len(report.outlook.reidentified) == 60
    assert (report.outlook.new, report.outlook.withdrawn) == ((), ())


def test_new_ids_that_are_taken_back_dissolve_the_set(site: Blog) -> None:
    digests = site.digests()
    for number in range(60):
        site.posts.write(f"b/{number:03}.md", title=f"b {number}", guid=f"urn:x:{number}")
    assert site.look().held == 60
    site.write("b", 60)
    report = site.look()
    assert (report.held, report.added, report.changed, site.held()) == (0, (), (), ())
    assert site.digests() == digests


def test_a_setting_that_gives_new_ids_is_held(site: Blog) -> None:
    for number in range(60):
        site.posts.write(f"b/{number:03}.md", title=f"b {number}", id=f"urn:x:{number}")
    site.look()
    guids = replace(SITE, rules=Rules(id_is_guid=True))
    report = site.look(site=guids)
    assert (report.held, report.added) == (60, ())
    assert site.look(site=guids).held == 60
    report = site.look()
    assert (report.held, report.added, report.changed) == (0, (), ())


def test_a_move_that_brings_new_ids_is_held_with_the_new_posts(site: Blog) -> None:
    shutil.rmtree(site.posts.root / "b")
    for number in range(60):
        fields = {"date": f"2026-02-01 00:{number:02}:00"}
        site.posts.write(f"new/{number}/index.md", title=f"b {number}", **fields)
    site.posts.write("new/other.md", title="Really new")
    site.now += MINUTE
    report = site.publish(site.now)
    assert report.added == ("new/other.md",)
    report = site.look()
    assert (report.held, report.added, site.count()) == (60, (), 101)
    assert report.held_set.kinds == {"re-identified": 60}
    report = site.look(accept=site.name())
    assert (len(report.added), len(report.withdrawn), report.held) == (60, 60, 0)


def test_a_move_that_keeps_the_ids_is_not_held(site: Blog) -> None:
    (site.posts.root / "b").rename(site.posts.root / "c")
    report = site.look()
    assert (report.held, report.added, report.withdrawn) == (0, (), ())


def test_a_few_new_ids_pass(site: Blog) -> None:
    for number in range(3):
        site.posts.write(f"b/{number:03}.md", title=f"b {number}", guid=f"urn:x:{number}")
    site.now += MINUTE
    report = site.publish(site.now)
    assert (report.held, len(report.added), len(report.withdrawn)) == (0, 3, 3)


def test_a_held_new_id_whose_file_goes_and_returns_is_held_again(site: Blog) -> None:
    for number in range(60):
        site.posts.write(f"b/{number:03}.md", title=f"b {number}", guid=f"urn:x:{number}")
    assert site.look().held == 60
    away = site.posts.root.with_name("away")
    (site.posts.root / "b").rename(away)
    report = site.look()
    assert (report.held, report.held_set.kinds) == (60, {"withdrawn": 60})
    away.rename(site.posts.root / "b")
    report = site.look()
    assert (report.held, report.held_set.kinds) == (60, {"re-identified": 60})
    assert site.count() == 100
