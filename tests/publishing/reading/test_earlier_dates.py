"""What a publish does while the clock is behind the dates of posts, or was ahead of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.site import Site
from feedsvc.publishing.publish import preview, publish
from feedsvc.publishing.reading.read_folder import SECOND_LOOK_SECONDS
from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.writing import PostFolder

SITE = Site("Tea", "https://example.org", "Li", "UTC", "example.org,2026")
NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
HOURS_BACK, YEARS_BACK = NOW - timedelta(hours=2), datetime(1970, 1, 2, tzinfo=UTC)
DATE = "2026-06-01 07:00:00"
BACK = pytest.mark.parametrize("back", [HOURS_BACK, YEARS_BACK], ids=["hours", "years"])


class House:
    """A folder and a store. A test chooses the time of each publish."""

    def __init__(self, posts: PostFolder, folder: Folder, store: Store) -> None:
        self.posts, self.folder, self.store = posts, folder, store

    def publish(self, now: datetime = NOW, site: Site = SITE) -> Report:
        return publish(self.folder, self.store, site, now)

    def entries(self) -> list[Entry]:
        with self.store.snapshot() as snapshot:
            feed = snapshot.feed("")
            return snapshot.newest(feed.number, 100) if feed else []

    def only_entry(self) -> Entry:
        (entry,) = self.entries()
        return entry

    def look_twice(self, now: datetime, site: Site = SITE) -> Report:
        """Publish, and again after the time in which a missing file may come back."""
        self.publish(now, site)
        return self.publish(now + timedelta(seconds=SECOND_LOOK_SECONDS), site)


@pytest.fixture
def house(posts: PostFolder, folder: Folder, store: Store) -> House:
    return House(posts, folder, store)


@pytest.fixture
def either_house(posts: PostFolder, folder: Folder, either_store: Store) -> House:
    """The same on each engine in turn, for what the store compares with dates."""
    return House(posts, folder, either_store)


def the_site(**other: str) -> Site:
    fields = {"title": "Tea", "timezone": "UTC", **other}
    return Site(
        fields["title"], "https://example.org", "Li", fields["timezone"], "example.org,2026"
    )


# Dates of publication.


@BACK
def test_an_edited_post_stays_published_while_the_clock_is_behind_its_date(
    either_house: House, back: datetime
) -> None:
    either_house.posts.write(date=DATE)
    either_house.publish()
    before = either_house.only_entry()
    either_house.posts.write("tea.md", "Brewed thrice.", date=DATE)
    report = either_house.publish(back)
    assert (report.changed, report.withdrawn) == (("tea.md",), ())
    assert (either_house.only_entry().id, either_house.only_entry().published) == (
        before.id,
        before.published,
    )


@BACK
def test_no_entry_changes_if_all_files_are_reread_with_the_clock_behind(
    house: House, back: datetime
) -> None:
    house.posts.write(date=DATE)
    house.posts.write("embargo.md", date="2020-01-01", publishDate=DATE)
    house.posts.write("2026-06-01-named.md", date="")
    house.publish()
    before = sorted(entry.digest for entry in house.entries())
    report = house.look_twice(back, the_site(title="Tea and milk"))
    assert (report.changed, report.withdrawn) == ((), ())
    assert sorted(entry.digest for entry in house.entries()) == before


@BACK
@pytest.mark.parametrize("date", ["2026-06-01 08:00:01", "2026-07-01", "2030-01-01"])
def test_a_post_with_a_new_date_in_the_future_is_withdrawn(
    house: House, back: datetime, date: str
) -> None:
    house.posts.write(date=DATE)
    house.publish()
    house.posts.write(date=date)
    for now in (NOW, back):
        house.publish(now)
        assert house.entries() == []


def test_a_new_embargo_withdraws_a_post_while_the_clock_is_behind(house: House) -> None:
    house.posts.write(date=DATE)
    house.publish()
    house.posts.write(date=DATE, publishDate="2026-06-02")
    assert house.publish(HOURS_BACK).withdrawn == ("tea.md",)


def test_a_post_that_was_never_published_waits_for_its_date(house: House) -> None:
    house.posts.write("new.md", date=DATE)
    house.publish(HOURS_BACK)
    assert house.entries() == []
    assert house.publish(NOW).added == ("new.md",)


def test_a_post_with_a_second_date_stays_published_with_the_clock_behind(
    house: House,
) -> None:
    """Readers keep the first date, which is not the one in the file."""
    house.posts.write(date="2026-01-01")
    house.publish()
    house.posts.write(date=DATE)
    house.publish()
    house.posts.write("tea.md", "Brewed thrice.", date=DATE)
    assert house.publish(HOURS_BACK).withdrawn == ()
    assert house.only_entry().published == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("edit", [False, True], ids=["same", "edited"])
@pytest.mark.parametrize("slug", ["", "green"])
@BACK
def test_a_renamed_post_stays_published_while_the_clock_is_behind(
    house: House, back: datetime, slug: str, edit: bool
) -> None:
    more = {"title": "Tea", "date": DATE} | ({"slug": slug} if slug else {})
    house.posts.write("tea.md", **more)
    house.publish()
    before = house.only_entry()
    (house.posts.root / "tea.md").rename(house.posts.root / "green.md")
    if edit:
        house.posts.write("green.md", "Brewed thrice.", **more)
    house.look_twice(back)
    assert house.only_entry().id == before.id


def test_many_renamed_posts_stay_published_while_the_clock_is_behind(
    either_house: House,
) -> None:
    for number in range(30):
        either_house.posts.write(f"a/{number}.md", date=DATE, title="Same", slug=f"s{number}")
    either_house.publish()
    ids = {entry.id for entry in either_house.entries()}
    (either_house.posts.root / "a").rename(either_house.posts.root / "b")
    either_house.look_twice(HOURS_BACK)
    assert {entry.id for entry in either_house.entries()} == ids


@BACK
def test_a_broken_post_keeps_its_last_good_version_while_the_clock_is_behind(
    house: House, back: datetime
) -> None:
    house.posts.write(date=DATE)
    house.publish()
    house.posts.write(date=DATE, updated="never")
    assert house.publish(back).withdrawn == ()
    house.posts.write("tea.md", "Mended.", date=DATE)
    assert house.publish(back).changed == ("tea.md",)
    house.posts.write(date="2026-06-02", updated="never")
    assert house.publish(back).withdrawn == ("tea.md",)


def test_a_post_that_was_a_twin_keeps_its_date(house: House) -> None:
    house.posts.write("a.md", date=DATE, slug="a")
    house.posts.write("b.md", date=DATE, slug="b")
    house.publish()
    house.posts.write("b.md", date=DATE, slug="a")
    house.publish(HOURS_BACK)
    house.posts.write("b.md", "Again.", date=DATE, slug="b")
    assert house.publish(HOURS_BACK).withdrawn == ()
    assert len(house.entries()) == 2


def test_a_post_stays_published_if_a_new_time_zone_moves_its_date_ahead(
    either_house: House,
) -> None:
    either_house.posts.write(date="2026-06-01 07:30:00")
    either_house.publish(site=the_site(timezone="UTC"))
    report = either_house.publish(NOW, the_site(timezone="America/New_York"))
    assert report.withdrawn == ()


def test_posts_of_an_old_store_stay_published_with_the_clock_behind(
    either_house: House,
) -> None:
    either_house.posts.write(date=DATE)
    either_house.publish()
    with either_house.store._database.writing() as connection:
        connection.execute(sa.text("UPDATE files SET passed_at = NULL"))
        connection.execute(sa.text("DELETE FROM facts WHERE name = 'renderer'"))
    assert either_house.publish(HOURS_BACK).withdrawn == ()
    either_house.posts.write(date="2026-06-01 07:30:00")
    assert either_house.publish(HOURS_BACK).withdrawn == ("tea.md",)


def test_a_preview_shows_the_same(house: House) -> None:
    house.posts.write(date=DATE)
    house.publish()
    house.posts.write("tea.md", "Brewed thrice.", date=DATE)
    assert preview(house.folder, house.store, SITE, HOURS_BACK).changed == ("tea.md",)


# Other dates.


@BACK
def test_an_update_that_is_published_does_not_go_back(house: House, back: datetime) -> None:
    house.posts.write(date="1969-01-01", updated=DATE)
    house.publish()
    before = house.only_entry()
    assert before.updated > before.published
    house.publish(back, the_site(title="Tea and milk"))
    assert house.only_entry() == before
    house.posts.write("tea.md", "Brewed thrice.", date="1969-01-01", updated=DATE)
    house.publish(back)
    assert house.only_entry().updated == before.updated


def test_an_update_in_the_future_waits_for_its_date(house: House) -> None:
    house.posts.write(date="2026-01-01", updated="2026-06-02")
    house.publish()
    assert house.only_entry().updated == house.only_entry().published
    house.publish(datetime(2026, 6, 2, tzinfo=UTC))
    assert house.only_entry().updated == datetime(2026, 6, 2, tzinfo=UTC)


@BACK
@pytest.mark.parametrize("edit", [False, True], ids=["same", "edited"])
def test_an_expired_post_stays_hidden_while_the_clock_is_behind(
    either_house: House, back: datetime, edit: bool
) -> None:
    either_house.posts.write(date="1969-01-01", expiryDate=DATE)
    either_house.publish()
    assert either_house.entries() == []
    if edit:
        either_house.posts.write("tea.md", "Brewed thrice.", date="1969-01-01", expiryDate=DATE)
    either_house.publish(back)
    report = either_house.publish(back, the_site(title="Tea and milk"))
    assert either_house.entries() == []
    if edit:
        (warning,) = report.problems
        assert (warning.code, warning.refuses) == ("expired-before", False)


def test_an_expired_post_that_is_renamed_stays_hidden_while_the_clock_is_behind(
    house: House,
) -> None:
    house.posts.write(date="2026-01-01", expiryDate=DATE)
    house.publish()
    (house.posts.root / "tea.md").rename(house.posts.root / "green.md")
    house.look_twice(HOURS_BACK)
    assert house.entries() == []


def test_a_new_date_of_expiry_shows_the_post_again(house: House) -> None:
    house.posts.write(date="2026-01-01", expiryDate=DATE)
    house.publish()
    house.posts.write(date="2026-01-01", expiryDate="2026-06-03")
    assert house.publish(HOURS_BACK).added == ("tea.md",)


def test_a_post_does_not_expire_because_the_clock_is_behind(house: House) -> None:
    house.posts.write(date=DATE, expiryDate="2026-07-01")
    house.publish()
    house.posts.write("tea.md", "Brewed thrice.", date=DATE, expiryDate="2026-07-01")
    assert house.publish(HOURS_BACK).withdrawn == ()
    assert house.publish(datetime(2026, 7, 1, tzinfo=UTC)).withdrawn == ("tea.md",)


# A clock that was ahead.


def test_a_post_published_by_a_clock_that_was_ahead_stays(house: House) -> None:
    house.posts.write(date="2026-06-01 09:00:00")
    assert house.publish(NOW).added == ()
    assert house.publish(NOW + timedelta(hours=2)).added == ("tea.md",)
    house.posts.write("tea.md", "Brewed thrice.", date="2026-06-01 09:00:00")
    assert house.publish(NOW).withdrawn == ()


def test_a_file_missed_by_a_clock_that_was_ahead_is_withdrawn_at_the_second_look(
    house: House, tmp_path: Path
) -> None:
    house.posts.write(date="2026-01-01")
    house.posts.write("other.md")  # a folder without any post would be held
    house.publish()
    (house.posts.root / "tea.md").rename(tmp_path / "aside.md")
    house.publish(NOW + timedelta(hours=2))
    assert len(house.entries()) == 2
    house.look_twice(NOW)
    assert [entry.title for entry in house.entries()] == ["other.md"]
