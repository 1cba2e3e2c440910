"""The guard: many posts that would get new ids wait, and the old entries stay."""

import shutil
from dataclasses import replace

from feedsvc.core.file_records import FileRecord
from feedsvc.core.rules import Rules
from tests.support.blogs import MINUTE, Blog
from tests.support.houses import SITE


def test_many_new_ids_are_held_and_the_old_entries_stay(either_site: Blog) -> None:
    for number in range(60):
        either_site.posts.write(
            f"b/{number:03}.md", title=f"b {number}", guid=f"urn:x:{number}"
        )
    before = {entry.id for entry in either_site.entries()}
    report = either_site.look()
    assert (report.held, report.held_set.kinds) == (60, {"re-identified": 60})
    assert (report.added, report.withdrawn) == ((), ())
    assert {entry.id for entry in either_site.entries()} == before
    name = either_site.name()
    report = either_site.look()
    assert (report.held, report.read, either_site.name()) == (60, 0, name)
    report = either_site.look(accept=name)
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


def test_a_move_that_brings_new_ids_is_held_with_the_new_posts(either_site: Blog) -> None:
    shutil.rmtree(either_site.posts.root / "b")
    for number in range(60):
        fields = {"date": f"2026-02-01 00:{number:02}:00"}
        either_site.posts.write(f"new/{number}/index.md", title=f"b {number}", **fields)
    either_site.posts.write("new/other.md", title="Really new")
    either_site.now += MINUTE
    report = either_site.publish(either_site.now)
    assert report.added == ("new/other.md",)
    report = either_site.look()
    assert (report.held, report.added, either_site.count()) == (60, (), 101)
    assert report.held_set.kinds == {"re-identified": 60}
    report = either_site.look(accept=either_site.name())
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


def test_a_held_new_id_whose_file_goes_and_returns_is_held_again(either_site: Blog) -> None:
    for number in range(60):
        either_site.posts.write(
            f"b/{number:03}.md", title=f"b {number}", guid=f"urn:x:{number}"
        )
    assert either_site.look().held == 60
    away = either_site.posts.root.with_name("away")
    (either_site.posts.root / "b").rename(away)
    report = either_site.look()
    assert (report.held, report.held_set.kinds) == (60, {"withdrawn": 60})
    away.rename(either_site.posts.root / "b")
    report = either_site.look()
    assert (report.held, report.held_set.kinds) == (60, {"re-identified": 60})
    assert either_site.count() == 100


# A post that replaces another one waits; an unrelated one does not.


def test_a_new_post_with_the_title_of_a_held_one_does_not_wait(site: Blog) -> None:
    site.delete("b", *range(40))
    assert site.look().held == 40
    fields = {"title": "b 1", "date": "2026-05-01"}
    site.posts.write("new.md", "Another tea, and another text.", **fields)
    site.posts.write("bare.md", "", title="b 2", date="2026-05-02")
    report = site.look()
    assert (report.held, report.held_set.kinds) == (40, {"withdrawn": 40})
    assert {"new.md", "bare.md"} <= {r.path for r in files(site) if r.entry_id}


def files(site: Blog) -> list[FileRecord]:
    with site.store.snapshot() as snapshot:
        return [*snapshot.files().values()]


def test_a_new_post_that_comes_as_others_vanish_does_not_wait(site: Blog) -> None:
    site.delete("b", *range(40))
    fields = {"title": "b 1", "date": "2026-05-01"}
    site.posts.write("new.md", "Another tea, and another text.", **fields)
    site.now += MINUTE
    assert site.publish(site.now).added == ("new.md",)


def test_a_post_that_waits_under_a_new_id_goes_on_waiting_when_it_is_edited(
    site: Blog,
) -> None:
    shutil.rmtree(site.posts.root / "b")
    for number in range(60):
        fields = {"date": f"2026-02-01 00:{number:02}:00"}
        site.posts.write(f"new/{number}.md", title=f"b {number}", **fields)
    assert site.look().held == 60
    fields = {"date": "2026-02-01 00:01:00"}
    site.posts.write("new/1.md", "Green tea, brewed thrice.", title="b 1", **fields)
    report = site.look()
    assert (report.held, report.added, site.count()) == (60, (), 100)
    assert report.held_set.kinds == {"re-identified": 60}


# Edits of posts that are held with a new id.


def given_new_ids(site: Blog, count: int = 60, **fields: str) -> None:
    for number in range(count):
        guid = f"urn:x:{number}"
        site.posts.write(f"b/{number:03}.md", title=f"b {number}", guid=guid, **fields)


def test_an_edit_of_a_post_that_is_held_with_a_new_id_reaches_readers(site: Blog) -> None:
    given_new_ids(site)
    assert site.look().held == 60
    (entry_id,) = (entry.id for entry in site.entries() if entry.title == "b 1")
    fields = {"title": "b 1", "guid": "urn:x:1", "date": "2020-01-01"}
    site.posts.write("b/001.md", "An *edit*.", **fields)
    name = site.name()
    report = site.look()
    assert (report.held, site.name(), site.count()) == (60, name, 100)
    (edited,) = (entry for entry in site.entries() if entry.title == "b 1")
    assert (edited.id, "<em>edit</em>" in edited.content_html) == (entry_id, True)
    assert edited.published.year == 2026
    assert site.look().read == 0
    report = site.look(accept=name)
    assert (len(report.added), len(report.withdrawn), report.held) == (60, 60, 0)
    assert "urn:x:1" in {entry.id for entry in site.entries()}


def test_an_edit_that_comes_with_the_new_id_reaches_readers(site: Blog) -> None:
    given_new_ids(site, tags="Green")
    report = site.publish(site.now + MINUTE)
    assert (report.held, report.added, len(report.changed)) == (60, (), 60)


def test_another_post_in_the_file_of_a_held_one_waits(site: Blog) -> None:
    given_new_ids(site)
    site.look()
    before = {entry.title for entry in site.entries()}
    site.posts.write("b/001.md", "Another text.", title="Another", guid="urn:x:1")
    report = site.look()
    assert (report.held, report.changed) == (60, ())
    assert {entry.title for entry in site.entries()} == before
