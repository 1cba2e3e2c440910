"""A post that was taken back: the notice, its end, and how it could come back by mistake."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from feedsvc.core.adopting.old_entries import OldEntry, OldFeed
from feedsvc.core.feeds.deletions.retractions import Retraction
from feedsvc.core.feeds.entries import Entry
from feedsvc.publishing.adopt import adopt
from feedsvc.publishing.adopt import undo as undo_adoption
from feedsvc.publishing.guarding.guard import Guard
from feedsvc.publishing.report import Report
from feedsvc.publishing.retracting import retract, undo
from feedsvc.store.ledger_files import import_ledger, write_ledger
from feedsvc.store.publication import Changes
from feedsvc.store.store import Store
from tests.support.builders import a_site
from tests.support.houses import NOW, House
from tests.support.pipeline import documents_of

DAY: Final = timedelta(days=1)
TEXT: Final = "The wrong recipe."
LONG: Final = f"{TEXT} " * 20
TEA: Final = "tag:example.org,2026:/tea"
OFF: Final = Guard(entries=0)
SITE: Final = a_site(entries=3)


def publish(house: House, days: float = 0, **more: Any) -> Report:
    return house.publish(NOW + days * DAY, **{"site": SITE, "guard": OFF, **more})


def take_back(
    house: House, days: float = 1, notice: str = "It was wrong.", lasts: float = 30
) -> tuple[Retraction, Changes]:
    now = NOW + days * DAY
    with house.store.lock():
        return retract(house.store, TEA, notice, now + lasts * DAY, now)


def undo_it(house: House, days: float) -> Changes:
    with house.store.lock(), house.store.snapshot() as snapshot:
        before = snapshot.retractions.of([TEA])[TEA]
    with house.store.lock():
        return undo(house.store, before, NOW + days * DAY)


def entry(house: House, path: str = "") -> Entry | None:
    return next((each for each in house.entries(path) if each.id == TEA), None)


def state(house: House, days: float) -> str:
    """What readers see of the post: text, notice or nothing. No document has both."""
    documents = documents_of(house.store).values()
    has_text = any(TEXT.encode() in document for document in documents)
    published = entry(house)
    if published is None or published.is_notice:
        assert not has_text, days
    return "gone" if published is None else "notice" if published.is_notice else "text"


@pytest.fixture
def tea(house: House) -> Path:
    """A published post, beside 4 newer ones, of which a feed shows 3."""
    for n in range(4):
        house.posts.write(f"{n}.md", date=f"2026-04-{n + 1:02}", tags="[Tea]")
    fields = {"tags": "[Tea, Cup]", "description": TEXT, "cover": "secret.png"}
    file = house.posts.write("tea.md", LONG, **fields)
    (house.posts.root / "secret.png").write_bytes(b"x")
    publish(house)
    return file


def test_the_notice_stands_in_each_feed_and_then_there_is_a_tombstone(
    house: House, tea: Path
) -> None:
    before = entry(house) or house.entries("tags/Cup")[0]
    retraction, changes = take_back(house)
    since = NOW + DAY
    assert retraction == Retraction(TEA, "It was wrong.", "command", since, since + 30 * DAY)
    assert {"", "tags/Tea", "tags/Cup", "authors/Li", "lang/en"} == {*changes.feeds}
    notice = house.entries()[0]
    assert notice == house.entries("tags/Cup")[0]
    assert (notice.id, notice.title, notice.published) == (TEA, "tea.md", before.published)
    assert notice.updated == since
    assert notice.content_html == "<p>It was wrong.</p>"
    assert (notice.summary, notice.image, notice.tags) == ("", "", ("Tea", "Cup"))
    with house.store.snapshot() as snapshot:
        assert snapshot.attached_at("posts/tea/secret.png", 9) == []
        main = snapshot.feed("")
        assert main
        numbered = {each.id for each in snapshot.numbered(main.number, 1, 50)}
        assert TEA in numbered
    report = publish(house, 2)
    assert report.feeds == ()
    assert report.next_due == since + 30 * DAY
    report = publish(house, 31)
    assert {"", "tags/Tea", "tags/Cup"} <= {*report.feeds}
    assert state(house, 31) == "gone"
    atom = documents_of(house.store)["tags/Cup/atom.xml"]
    assert b'<at:deleted-entry ref="tag:example.org,2026:/tea"' in atom
    assert publish(house, 32).feeds == ()
    assert tea.exists()


@pytest.mark.parametrize("days", [2, 40], ids=["standing", "ended"])
@pytest.mark.parametrize("change", ["edited", "moved", "copied", "moved away for a while"])
def test_a_retracted_post_stays_so_whatever_becomes_of_its_file(
    house: House, tea: Path, change: str, days: float
) -> None:
    take_back(house)
    publish(house, days)
    other = house.posts.root / "new" / "other.md"
    other.parent.mkdir()
    if change == "edited":
        tea.write_text(tea.read_text("utf-8").replace("twice", "once") + "More.", "utf-8")
    elif change == "copied":
        other.write_bytes(tea.read_bytes())
    elif change == "moved":
        tea.rename(other)
    else:
        source = tea.read_bytes()
        tea.unlink()
        for n in range(3):
            publish(house, days + 1 + n / 10)
        other.write_bytes(source)
    expected = "notice" if days == 2 else "gone"
    for n in range(4):
        publish(house, days + 2 + n)
        assert state(house, days) == expected
    assert TEXT not in "".join(each.content_html for each in house.entries())
    updated = [each.updated for each in house.entries() if each.id == TEA]
    assert updated in ([], [NOW + DAY])


def test_a_deleted_file_leaves_the_notice_to_its_end(house: House, tea: Path) -> None:
    take_back(house)
    tea.unlink()
    reports = [publish(house, days) for days in (2, 3, 4)]
    assert [report.withdrawn for report in reports] == [(), (), ()]
    assert [report.held for report in reports] == [0, 0, 0]
    assert state(house, 4) == "notice"
    publish(house, 31)
    assert state(house, 31) == "gone"


@pytest.mark.parametrize("days", [5, 40], ids=["standing", "ended"])
@pytest.mark.parametrize("updated", ["front-matter", "ledger"])
def test_undone_the_post_is_the_same_entry_and_newer_than_the_notice(
    house: House, tea: Path, days: float, updated: str
) -> None:
    site = a_site(updated=updated, entries=3)
    house.publish(NOW + DAY / 2, site)
    take_back(house)
    house.publish(NOW + days * DAY, site)
    undo_it(house, days + 1)
    house.publish(NOW + (days + 2) * DAY, site)
    assert state(house, days) == "text"
    found = next(each for each in house.entries("tags/Cup") if each.id == TEA)
    assert found.updated == NOW + (days + 1) * DAY
    assert found.image.endswith("/secret.png")
    house.publish(NOW + (days + 3) * DAY, site)
    assert house.entries("tags/Cup")[0].updated == found.updated
    assert b"deleted-entry" not in documents_of(house.store)["tags/Cup/atom.xml"]


def test_undone_without_a_file_the_notice_is_withdrawn(house: House, tea: Path) -> None:
    take_back(house)
    tea.unlink()
    for days in (2, 3):
        publish(house, days)
    undo_it(house, 4)
    assert state(house, 4) == "gone"


def test_a_second_call_changes_the_notice_and_the_time(house: House, tea: Path) -> None:
    take_back(house)
    again, changes = take_back(house, 2, lasts=10)
    assert (again.since, again.until) == (NOW + DAY, NOW + 12 * DAY)
    assert changes.feeds == []
    other, changes = take_back(house, 3, notice="See <b> below.\n\nBye", lasts=10)
    assert (other.since, other.until) == (NOW + 3 * DAY, NOW + 13 * DAY)
    notice = house.entries("tags/Cup")[0]
    assert notice.updated == NOW + 3 * DAY
    assert notice.content_html == "<p>See &lt;b&gt; below.</p>\n<p>Bye</p>"


def test_for_no_time_the_entry_is_deleted_at_once(house: House, tea: Path) -> None:
    _, changes = take_back(house, lasts=0)
    assert changes.withdrawn == [TEA]
    assert "tags/Cup" in changes.feeds
    assert state(house, 1) == "gone"
    assert b"deleted-entry" in documents_of(house.store)["tags/Cup/atom.xml"]
    publish(house, 2)
    publish(house, 3, site=a_site(title="Other", entries=3))
    assert state(house, 3) == "gone"


def test_a_withdrawn_post_does_not_come_back(house: House, tea: Path) -> None:
    source = tea.read_bytes()
    tea.unlink()
    for days in (1, 2):
        publish(house, days)
    retraction, changes = take_back(house, 3)
    assert retraction.has_ended(NOW + 3 * DAY)
    assert changes.feeds == []
    tea.write_bytes(source)
    publish(house, 4)
    assert state(house, 4) == "gone"


def test_many_retractions_are_not_held(house: House) -> None:
    files = [house.posts.write(f"{n}.md", tags="[Tea]") for n in range(30)]
    house.publish()
    for file in files:
        text = file.read_text("utf-8")
        file.write_text(text.replace("title:", "retracted: Wrong\ntitle:"), "utf-8")
    report = house.publish(NOW + DAY)
    assert report.held == 0
    assert len(report.outlook.retracted) == len(report.outlook.kinds()["retracted"]) == 30
    assert report.outlook.updated == ()
    assert "retracted" not in house.publish(NOW + 2 * DAY).outlook.kinds()
    assert {each.content_html for each in house.entries()} == {"<p>Wrong</p>"}


@pytest.mark.parametrize("days", [5, 40], ids=["standing", "ended"])
@pytest.mark.parametrize("origin", ["command", "file"])
def test_a_store_that_is_built_from_the_ledger_does_not_publish_the_text(
    house: House, tea: Path, tmp_path: Path, origin: str, days: float
) -> None:
    if origin == "file":
        text = tea.read_text("utf-8").replace("title:", "retracted: It was wrong.\ntitle:")
        tea.write_text(text, "utf-8")
        publish(house, 1)
    else:
        take_back(house)
    publish(house, days)
    before = {each.id: each for each in house.entries("tags/Cup")}
    with house.store.snapshot() as snapshot, (tmp_path / "ledger").open("wb") as out:
        write_ledger(snapshot, out)
    with closing(Store(f"sqlite:///{tmp_path}/new.sqlite3")) as store:
        other = House(house.posts, house.folder, store)
        with (tmp_path / "ledger").open("rb") as source, store.lock():
            import_ledger(store, source, "ledger", NOW + days * DAY)
        publish(other, days + 1)
        assert state(other, days + 1) == ("notice" if days == 5 else "gone")
        assert {each.id: each for each in other.entries("tags/Cup")} == before
        publish(other, 50)
        assert state(other, 50) == "gone"


@pytest.mark.parametrize("lasts", [30, 0])
def test_no_message_about_an_earlier_publish_has_its_words(
    house: House, tea: Path, lasts: float
) -> None:
    take_back(house, lasts=lasts)
    news = f"{house.store.listeners.publishes_since(0, 99)}"
    assert TEA in news
    assert TEXT not in news


def test_a_post_that_nobody_has_is_hidden_until_the_line_is_deleted(house: House) -> None:
    file = house.posts.write("tea.md", LONG, retracted="Wrong.")
    house.posts.write("milk.md")
    report = publish(house)
    assert (state(house, 0), report.problems) == ("gone", ())
    assert b"deleted-entry" not in documents_of(house.store)["atom.xml"]
    publish(house, 1, site=a_site(title="Other"))
    assert state(house, 1) == "gone"
    file.write_text(file.read_text("utf-8").replace("retracted: Wrong.\n", ""), "utf-8")
    publish(house, 2)
    assert [each.id for each in house.entries()].count(TEA) == 1
    assert next(each for each in house.entries() if each.id == TEA).updated < NOW


def test_an_imported_retraction_reaches_a_published_post(
    house: House, tea: Path, tmp_path: Path
) -> None:
    with closing(Store(f"sqlite:///{tmp_path}/other.sqlite3")) as store:
        other = House(house.posts, house.folder, store)
        publish(other)
        take_back(house)
        with house.store.snapshot() as snapshot, (tmp_path / "ledger").open("wb") as out:
            write_ledger(snapshot, out)
        with (tmp_path / "ledger").open("rb") as source, store.lock():
            import_ledger(store, source, "ledger", NOW + DAY)
        assert state(other, 1) == "text"
        assert "tags/Cup" in publish(other, 2).feeds
        assert state(other, 2) == "notice"
        assert publish(other, 3).feeds == ()


def test_a_backup_in_which_a_retraction_was_undone_gets_the_next_one_from_the_ledger(
    house: House, tea: Path, tmp_path: Path
) -> None:
    with closing(Store(f"sqlite:///{tmp_path}/backup.sqlite3")) as store:
        backup = House(house.posts, house.folder, store)
        for each in (house, backup):
            publish(each)
            take_back(each)
            undo_it(each, 2)
            publish(each, 3)
        take_back(house, 4)
        with house.store.snapshot() as snapshot, (tmp_path / "ledger").open("wb") as out:
            write_ledger(snapshot, out)
        with (tmp_path / "ledger").open("rb") as source, store.lock():
            import_ledger(store, source, "ledger", NOW + 5 * DAY)
        publish(backup, 5)
        assert state(backup, 5) == "notice"


@pytest.mark.parametrize(
    "lines", ["", "slug: green\n", "guid: urn:x:1\n"], ids=["text", "slug", "guid"]
)
def test_a_file_of_a_retracted_post_is_never_a_new_post(
    house: House, tea: Path, lines: str
) -> None:
    take_back(house, lasts=3)
    publish(house, 5)
    other = house.posts.root / "new" / "other.md"
    other.parent.mkdir()
    tea.rename(other)
    publish(house, 6)
    text = other.read_text("utf-8").replace("title:", f"{lines}title:", 1)
    other.write_text(f"{text} More.", "utf-8")
    for days in (7, 8):
        publish(house, days)
        assert TEXT not in "".join(each.content_html for each in house.entries())
    other.write_text(f"{text} Even more.", "utf-8")
    publish(house, 9, site=a_site(title="Other", entries=3))
    assert TEXT not in "".join(each.content_html for each in house.entries())
    with house.store.snapshot() as snapshot:
        named = snapshot.posts_named(["new/other.md"])
    assert [(each.entry_id, each.state) for each in named] == [(TEA, "draft")]
    undo_it(house, 10)
    publish(house, 11)
    assert TEXT in "".join(each.content_html for each in house.entries("tags/Cup"))


@pytest.mark.parametrize("lasts", [2, 30])
@pytest.mark.parametrize("lines", ["guid: urn:x:1\n", "slug: other\n", ""])
def test_a_file_that_is_moved_or_gets_a_guid_and_another_text_is_the_same_post(
    house: House, tea: Path, lines: str, lasts: float
) -> None:
    take_back(house, lasts=lasts)
    publish(house, 5)
    if not lines:
        tea = tea.rename(house.posts.root / "other.md")
    text = tea.read_text("utf-8").replace("title:", f"{lines}title:", 1)
    tea.write_text(f"{text} More.", "utf-8")
    for days in (6, 7, 40):
        publish(house, days)
        stands = lasts > days and "guid" not in lines
        assert state(house, days) == ("notice" if stands else "gone")
        assert len(house.entries()) <= 5
        assert TEXT not in "".join(each.content_html for each in house.entries())
    undo_it(house, 41)
    publish(house, 42)
    assert TEXT in "".join(each.content_html for each in house.entries("tags/Cup"))


def test_a_post_does_not_come_back_under_an_id_that_it_had_before(
    house: House, tea: Path
) -> None:
    text = tea.read_text("utf-8")
    tea.write_text(text.replace("title:", "guid: urn:x:1\ntitle:", 1), "utf-8")
    publish(house, 1)
    with house.store.lock():
        retract(house.store, "urn:x:1", "Wrong.", NOW + 2 * DAY, NOW + 2 * DAY)
    for days, body in ((3, text), (4, f"{text} More.")):
        tea.write_text(body, "utf-8")
        publish(house, days)
        assert state(house, days) == "gone"
    tea.rename(tea.with_name("copy.md")).write_text(text, "utf-8")
    publish(house, 5)
    assert state(house, 5) == "gone"


def test_another_post_in_the_file_of_one_that_moved_on_is_published(
    house: House, tea: Path
) -> None:
    take_back(house)
    publish(house, 2)
    tea.rename(house.posts.root / "moved.md")
    house.posts.write("tea.md", "Milk, boiled. " * 30, title="Milk", slug="milk", tags="[Cup]")
    publish(house, 3)
    assert state(house, 3) == "notice"
    assert "Milk" in {each.title for each in house.entries("tags/Cup")}


@pytest.mark.parametrize("lasts", [30, 1])
def test_an_adopted_id_and_the_one_after_it_are_retracted_too(
    house: House, tea: Path, lasts: float
) -> None:
    link = "https://example.org/posts/tea/"
    old = OldEntry(link, link, "tea.md", NOW - 900 * DAY, NOW - 800 * DAY)
    take_back(house)
    adopt(house.store, [OldFeed("old.xml", (old,))], NOW + 2 * DAY)
    with house.store.lock():
        retract(house.store, link, "Wrong.", NOW + (3 + lasts) * DAY, NOW + 3 * DAY)
    text = tea.read_text("utf-8")
    for days, more, notice in (
        (5, "", link),
        (6, "More.", link),
        (7, "", TEA),
        (8, "Even.", TEA),
    ):
        if days == 7:
            undo_adoption(house.store, NOW + 7 * DAY)
        tea.write_text(text + more, "utf-8")
        publish(house, days)
        shown = [each for each in house.entries() if each.id in (TEA, link)]
        assert all(each.is_notice and each.id == notice for each in shown), days
        assert len(shown) == (lasts == 30)
