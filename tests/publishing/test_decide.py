"""What a publish decides: ids, dates that readers keep, shared pages, missing files."""

from copy import deepcopy
from datetime import UTC, datetime

from feedsvc.core.file_records import FileRecord, Stamp
from feedsvc.core.ledger.identities import Claim, Identities, Standing
from feedsvc.core.site import Site
from feedsvc.publishing.decide import decide, with_identity
from feedsvc.publishing.identify import Identified
from feedsvc.publishing.reading.findings import Finding, Findings
from feedsvc.publishing.reading.stored import Stored
from feedsvc.publishing.reading.stored_files import StoredFiles
from tests.support.builders import an_entry, at
from tests.support.houses import NOW, SITE, House


def test_the_published_date_stays_while_readers_have_the_entry(house: House) -> None:
    house.posts.write(date="2026-03-01")
    house.publish()
    before = house.only_entry().published
    house.posts.write(date="2026-04-01", title="New")
    report = house.publish()
    assert (house.only_entry().published, house.only_entry().title) == (before, "New")
    assert [problem.refuses for problem in report.problems] == [False]


def test_a_post_that_was_a_draft_for_a_moment_gets_its_new_date(house: House) -> None:
    house.posts.write(date="2026-03-01")
    house.publish()
    before = house.only_entry()
    house.posts.write(draft="true")
    assert house.publish().withdrawn == ("tea.md",)
    house.posts.write(date="2026-04-01")
    house.publish()
    assert house.only_entry().id == before.id
    assert house.only_entry().published > before.published


def test_a_corrected_time_zone_corrects_the_dates(house: House) -> None:
    house.posts.write(date="2026-03-01 00:00:00")
    house.publish()
    house.publish(site=Site("Tea", "https://example.org", "Li", "UTC", "example.org,2026"))
    assert house.only_entry().published == datetime(2026, 3, 1, tzinfo=UTC)


def test_the_second_of_two_posts_with_one_permalink_gets_a_warning(house: House) -> None:
    house.posts.write("a.md", permalink="/tea/")
    house.publish()
    house.posts.write("b.md", permalink="/tea/")
    (problem,) = house.publish().noticed
    assert (problem.path, problem.code, problem.refuses) == ("b.md", "one-page", False)
    assert "a.md" in problem.fault


def test_of_new_posts_with_one_permalink_the_oldest_gets_no_warning(house: House) -> None:
    for path, day in (("a.md", 2), ("b.md", 1), ("c.md", 1)):
        house.posts.write(path, permalink="/tea/", title=path, date=f"2026-03-0{day}")
    house.posts.write("d.md", permalink="/other/", date="2026-03-03")
    assert {problem.path for problem in house.publish().noticed} == {"a.md", "c.md"}


def test_a_post_may_take_a_permalink_that_another_gives_up(house: House) -> None:
    house.posts.write("a.md", permalink="/tea/")
    house.publish()
    house.posts.write("a.md", permalink="/old-tea/")
    house.posts.write("b.md", permalink="/tea/")
    assert house.publish().problems == ()


def test_an_edited_post_does_not_conflict_with_itself(house: House) -> None:
    house.posts.write("a.md", title="One")
    house.publish()
    house.posts.write("a.md", title="Two")
    assert house.publish().problems == ()


def test_a_renamed_post_does_not_conflict_with_itself(house: House) -> None:
    path = house.posts.write("a.md", title="One", permalink="/tea/")
    house.publish()
    path.rename(path.with_name("b.md"))
    assert house.publish().problems == ()


def test_a_later_update_stays_beside_the_first_date(house: House) -> None:
    house.posts.write(date="2026-03-01")
    house.publish()
    house.posts.write(date="2026-04-01", updated="2026-05-01")
    house.publish()
    entry = house.only_entry()
    assert (f"{entry.published:%m-%d}", f"{entry.updated:%m-%d}") == ("03-01", "05-01")


def test_a_new_date_alone_is_no_update() -> None:
    entry = an_entry(published=at("2026-04-01"), updated=at("2026-04-01"))
    decided = with_identity(entry, entry.id, at("2026-03-01"))
    assert (decided.published, decided.updated) == (at("2026-03-01"), at("2026-03-01"))


def test_an_update_before_the_first_date_becomes_the_first_date() -> None:
    entry = an_entry(published=at("2026-01-01"), updated=at("2026-02-01"))
    decided = with_identity(entry, entry.id, at("2026-03-01"))
    assert (decided.published, decided.updated) == (at("2026-03-01"), at("2026-03-01"))


def test_an_entry_without_another_date_gets_its_id_only() -> None:
    entry = an_entry()
    decided = with_identity(entry, "tag:other", None)
    assert (decided.id, decided.published, decided.updated) == (
        "tag:other",
        entry.published,
        entry.updated,
    )


def a_record(path: str, state: str = "published", entry_id: str | None = None) -> FileRecord:
    key = f"path:{path}" if entry_id else ""
    return FileRecord(path, Stamp(1, 1, 1, 1), "d", state, entry_id, key=key)  # type: ignore[arg-type]


def test_decide_changes_none_of_its_arguments() -> None:
    renamed, gone = (
        a_record("old.md", entry_id="tag:tea"),
        a_record("gone.md", entry_id="tag:x"),
    )
    late, hidden = a_record("late.md", entry_id="tag:l"), a_record("hid.md", entry_id="tag:h")
    entry = an_entry("tea")
    findings = Findings(
        files=(
            Finding(a_record("hid.md", "draft"), hidden),
            Finding(a_record("tea.md"), None, Claim("tea.md", "path:tea.md", "Tea", NOW)),
        ),
        missing=(renamed, gone, late),
        gone=frozenset(["gone.md"]),
    )
    records = {record.path: record for record in (renamed, gone, late, hidden)}
    stored = Stored(
        StoredFiles(None, records), 1, None, needs_all=False, zone_before=None, was_held=False
    )
    standing = {"tag:tea": Standing("old.md", "tag:tea", "Tea", NOW)}
    identified = Identified(Identities({"tea.md": "tag:tea"}, {}), standing, {})
    arguments = (findings, [("tea.md", entry)], stored, identified, SITE, NOW)
    before = deepcopy(arguments)
    publication = decide(*arguments)
    assert [each.id for each in publication.entries] == ["tag:tea"]
    assert publication.withdrawn == ["tag:h", "tag:x"]
    assert publication.forgotten == ("old.md", "gone.md")
    assert publication.identities == {"path:tea.md": "tag:tea"}
    assert publication.released == ["path:gone.md", "path:hid.md", "path:old.md"]
    assert {(r.path, r.state, r.entry_id) for r in publication.files} == {
        ("hid.md", "draft", None),
        ("tea.md", "published", "tag:tea"),
        ("late.md", "published", "tag:l"),
    }
    assert arguments == before
