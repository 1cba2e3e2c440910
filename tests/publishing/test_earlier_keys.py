"""A key that a post had once is free for another post; the first one keeps its id."""

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from feedsvc.core.ledger.ledger_lines import LedgerRecord
from feedsvc.store.ledger_files import import_ledger, write_ledger
from feedsvc.store.store import Store
from tests.support.houses import LATER, NOW, House

DAYS_LATER = NOW + timedelta(days=9)
LONG = "Green tea is brewed twice. " * 10
OTHER = "Milk is never boiled twice. " * 10


def ids(house: House) -> dict[str, str]:
    return {entry.title: entry.id for entry in house.entries()}


def delete(house: House) -> None:
    (house.posts.root / "a.md").unlink()
    house.publish()
    house.publish(LATER)


def hide(house: House) -> None:
    house.posts.write("a.md", LONG, title="Tea", slug="green", draft="true")
    house.publish(LATER)


@pytest.mark.parametrize("leave", [delete, hide])
def test_a_slug_that_a_post_gave_up_is_free_for_another_post(
    house: House, leave: Callable[[House], None]
) -> None:
    house.posts.write("other.md", title="Other")
    house.posts.write("a.md", LONG, title="Tea", slug="tea")
    house.publish()
    tea = ids(house)["Tea"]
    house.posts.write("a.md", LONG, title="Tea", slug="green")
    house.publish()
    leave(house)
    house.posts.write("b.md", OTHER, title="Milk", slug="tea")
    house.publish(LATER)
    milk = ids(house)["Milk"]
    assert milk != tea
    house.posts.write("a.md", LONG, title="Tea", slug="green")
    house.publish(DAYS_LATER)
    assert (ids(house)["Tea"], ids(house)["Milk"]) == (tea, milk)


def test_a_slug_is_free_in_the_publish_in_which_its_post_changes(house: House) -> None:
    house.posts.write("a.md", LONG, title="Tea", slug="tea")
    house.publish()
    tea = ids(house)["Tea"]
    house.posts.write("a.md", LONG, title="Tea", slug="green")
    house.publish()
    house.posts.write("a.md", LONG + "More.", title="Tea", slug="green")
    house.posts.write("b.md", OTHER, title="Milk", slug="tea")
    report = house.publish(LATER)
    assert report.problems == ()
    assert ids(house)["Tea"] == tea != ids(house)["Milk"]


def test_a_new_post_takes_a_slug_and_its_old_post_gets_another(house: House) -> None:
    house.posts.write("a.md", LONG, title="Tea", slug="tea")
    house.publish()
    tea = ids(house)["Tea"]
    house.posts.write("a.md", LONG, title="Tea", slug="tea-2023")
    house.posts.write("b.md", OTHER, title="Milk", slug="tea")
    report = house.publish(LATER)
    assert report.problems == ()
    assert ids(house)["Tea"] == tea != ids(house)["Milk"]


def test_a_file_name_is_free_once_its_post_was_moved_and_deleted(house: House) -> None:
    house.posts.write("other.md", title="Other")
    path = house.posts.write("untitled.md", LONG, title="Tea")
    house.publish()
    tea = ids(house)["Tea"]
    path.rename(path.with_name("tea.md"))
    house.publish()
    house.publish(LATER)
    path.with_name("tea.md").unlink()
    house.publish(LATER)
    house.publish(DAYS_LATER)
    house.posts.write("untitled.md", OTHER, title="Milk")
    house.publish(DAYS_LATER)
    assert ids(house)["Milk"] != tea
    house.posts.write("tea.md", LONG + "More.", title="Tea")
    house.publish(DAYS_LATER)
    assert ids(house)["Tea"] == tea


def test_a_key_is_in_one_row_of_the_ledger(house: House) -> None:
    """`mv b.md a.md` over a post that was deleted: the export can be imported again."""
    house.posts.write("other.md", title="Other")
    first = house.posts.write("a.md", LONG, title="Tea")
    house.posts.write("b.md", OTHER, title="Milk")
    house.publish()
    before = ids(house)
    first.unlink()
    house.publish()
    house.publish(LATER)
    first.with_name("b.md").rename(first)
    house.publish(DAYS_LATER)
    house.publish(DAYS_LATER + timedelta(minutes=1))
    assert ids(house)["Milk"] == before["Milk"]
    with house.store.snapshot() as snapshot:
        lines = [line for line in snapshot.ledger_lines() if isinstance(line, LedgerRecord)]
    keys = Counter(key for line in lines for key in line.keys if key)
    assert keys["path:a"] == 1
    assert max(keys.values()) == 1
    house.posts.write("c.md", LONG, title="Tea")
    house.publish(DAYS_LATER + timedelta(minutes=2))
    assert ids(house) == before


def test_posts_that_swap_their_keys_keep_one_row_each(house: House) -> None:
    house.posts.write("a.md", LONG, title="Tea", slug="tea")
    house.posts.write("b.md", OTHER, title="Milk", slug="milk")
    house.publish()
    house.posts.write("a.md", LONG, title="Tea", slug="milk")
    house.posts.write("b.md", OTHER, title="Milk", slug="tea")
    house.publish(LATER)
    with house.store.snapshot() as snapshot:
        keys = {entry.key for entry in snapshot.ledger()}
    assert keys == {"slug:tea", "slug:milk"}


def test_two_posts_with_one_title_and_date_move_together(house: House) -> None:
    for name, body in (("a", LONG), ("b", OTHER)):
        house.posts.write(f"{name}.md", body, title="Notes")
    house.publish()
    before = {entry.content_html: entry.id for entry in house.entries()}
    for name, new in (("a", "y"), ("b", "x")):
        path = house.posts.root / f"{name}.md"
        (path.parent / "new").mkdir(exist_ok=True)
        path.rename(path.parent / "new" / f"{new}.md")
    house.publish(LATER)
    house.publish(LATER + timedelta(seconds=2))
    assert {entry.content_html: entry.id for entry in house.entries()} == before


@pytest.mark.parametrize("fields", [{"draft": "true"}, {"guid": "urn:x:1"}, {"slug": "green"}])
@pytest.mark.parametrize("own", [{}, {"slug": "milk"}])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_published_post_keeps_its_id_when_it_takes_the_slug_of_another(
    house: House, fields: dict[str, str], own: dict[str, str], at_once: bool
) -> None:
    house.posts.write("a.md", LONG, title="Tea", slug="tea")
    house.posts.write("b.md", OTHER, title="Milk", **own)
    house.publish()
    before = ids(house)
    house.posts.write("a.md", LONG, title="Tea", **{"slug": "tea"} | fields)
    if not at_once:
        house.publish(LATER)
    house.posts.write("b.md", OTHER, title="Milk", slug="tea")
    house.publish(DAYS_LATER)
    assert ids(house)["Milk"] == before["Milk"]


@pytest.mark.parametrize("second", ["", "milk"])
def test_posts_with_one_title_that_swap_slugs_keep_their_ids(house: House, second: str) -> None:
    def write(slug: str, other: str) -> None:
        house.posts.write("a.md", LONG, title="Notes", slug=slug)
        house.posts.write("b.md", OTHER, title="Notes", slug=other)

    def texts() -> dict[str, str]:
        return {entry.id: entry.content_html for entry in house.entries()}

    write("tea", second)
    house.publish()
    before = texts()
    write(second, "tea")
    house.publish(LATER)
    assert texts() == before


@pytest.mark.parametrize("key", [{}, {"slug": "taa"}])
def test_a_hidden_post_that_returns_with_a_new_slug_is_the_same_entry(
    house: House, key: dict[str, str]
) -> None:
    house.posts.write("a.md", LONG, title="Tea", **key)
    house.posts.write("other.md", title="Other")
    house.publish()
    before = ids(house)
    house.posts.write("a.md", LONG, title="Tea", draft="true", **key)
    house.publish(LATER)
    house.posts.write("a.md", LONG, title="Tea", slug="tea")
    house.publish(DAYS_LATER)
    assert ids(house) == before


def test_a_copy_is_not_the_missing_post_with_its_title_and_date(house: House) -> None:
    """`rsync` moves one of two posts with one title and date while the other is deleted."""
    for name, body in (("a", LONG), ("b", OTHER)):
        house.posts.write(f"{name}.md", body, title="Notes")
    house.publish()
    before = {entry.content_html: entry.id for entry in house.entries()}
    (house.posts.root / "a.md").unlink()
    house.posts.write("new/b.md", OTHER, title="Notes")
    house.publish()
    (house.posts.root / "b.md").unlink()
    house.publish(LATER)
    house.publish(LATER + timedelta(seconds=2))
    (entry,) = house.entries()
    assert entry.id == before[entry.content_html]


def test_a_post_keeps_its_id_when_a_new_one_with_its_title_takes_its_slug(house: House) -> None:
    house.posts.write("a.md", LONG, title="Notes", slug="tea")
    house.publish()
    before = house.only_entry()
    house.posts.write("a.md", LONG, title="Notes")
    house.posts.write("b.md", OTHER, title="Notes", slug="tea")
    house.publish(LATER)
    texts = {entry.id: entry.content_html for entry in house.entries()}
    assert (len(texts), texts[before.id]) == (2, before.content_html)


def test_a_hidden_post_that_moves_and_returns_is_the_same_entry(house: House) -> None:
    file = house.posts.write("a.md", LONG, title="Tea")
    house.posts.write("other.md", title="Other")
    house.publish()
    before = ids(house)
    house.posts.write("a.md", LONG, title="Tea", draft="true")
    house.publish(LATER)
    file.unlink()
    house.posts.write("new/a.md", LONG, title="Tea")
    house.publish(DAYS_LATER)
    assert ids(house) == before


def test_a_hidden_post_that_takes_a_slug_which_another_gave_up_is_the_same(
    house: House,
) -> None:
    house.posts.write("a.md", LONG, title="Tea", slug="tea")
    house.posts.write("b.md", OTHER, title="Milk", slug="milk")
    house.publish()
    before = ids(house)
    house.posts.write("a.md", LONG, title="Tea", slug="tea", draft="true")
    house.publish(LATER)
    house.posts.write("b.md", OTHER, title="Milk", slug="white")
    house.publish(LATER)
    house.posts.write("a.md", LONG, title="Tea", slug="milk")
    house.publish(DAYS_LATER)
    assert ids(house) == before


def test_an_imported_ledger_keeps_an_id_from_a_new_post_with_an_earlier_key(
    house: House, tmp_path: Path
) -> None:
    path = house.posts.write("a.md", LONG, title="Tea", slug="tea")
    house.publish()
    tea = ids(house)["Tea"]
    house.posts.write("a.md", LONG, title="Tea", slug="green")
    house.publish()
    exported = BytesIO()
    with house.store.snapshot() as snapshot:
        write_ledger(snapshot, exported)
    path.unlink()
    house.posts.write("b.md", OTHER, title="Milk", slug="tea")
    exported.seek(0)
    with closing(Store(f"sqlite:///{tmp_path}/new.sqlite3")) as store:
        import_ledger(store, exported, "ledger.jsonl", NOW)
        new = House(house.posts, house.folder, store)
        new.publish()
        assert ids(new)["Milk"] != tea
        house.posts.write("a.md", LONG, title="Tea", slug="green")
        new.publish(DAYS_LATER)
        assert ids(new)["Tea"] == tea
