"""Posts keep their entry ids when files, keys or settings change."""

import shutil

import pytest

from feedsvc.core.rules import Rules
from feedsvc.core.site import Site
from tests.support.houses import LATER, NOW, House


@pytest.mark.parametrize("key", [{}, {"urlname": "tea"}])
def test_a_renamed_file_keeps_its_id_and_does_not_flicker(
    house: House, key: dict[str, str]
) -> None:
    path = house.posts.write("old/tea.md", title="Tea", permalink="/tea/", **key)
    house.publish()
    before = house.only_entry()
    (house.posts.root / "new").mkdir()
    shutil.move(path, house.posts.root / "new" / "green.md")
    report = house.publish()
    assert (report.added, report.changed, report.withdrawn) == ((), (), ())
    assert house.only_entry() == before
    assert house.publish(LATER).withdrawn == ()


def test_two_files_that_swap_names_keep_their_ids(house: House) -> None:
    one = house.posts.write("1.md", title="One", urlname="one")
    two = house.posts.write("2.md", title="Two", urlname="two")
    house.publish()
    before = {entry.title: entry.id for entry in house.entries()}
    shutil.move(one, one.with_suffix(".x"))
    shutil.move(two, one)
    shutil.move(one.with_suffix(".x"), two)
    assert house.publish().feeds == ()
    assert {entry.title: entry.id for entry in house.entries()} == before


def _long(title: str) -> str:
    return f"{title} is brewed twice, and then once more. " * 8


def _write_numbered(house: House, *titles: str, slugs: str = "") -> None:
    for number, title in enumerate(titles, 1):
        slug = {"slug": title.lower()} if title in slugs else {}
        date = f"2026-03-{ord(title[0]) - 64:02}"
        house.posts.write(f"{number:02}.md", _long(title), title=title, date=date, **slug)


def _ids(house: House) -> dict[str, str]:
    shown = {entry.title: entry.id for entry in house.entries()}
    assert len(set(shown.values())) == len(house.entries())
    return shown


@pytest.mark.parametrize("slugs", ["", "Black"])
@pytest.mark.parametrize(
    "after",
    [
        ["Green", "Black"],
        ["White", "Black", "Green"],
        ["White", "Green", "Black"],
        ["Black", "White", "Green"],
    ],
    ids=["swapped", "moved by one", "a new one first", "one in between"],
)
def test_files_without_slugs_that_are_renumbered_keep_their_ids(
    house: House, after: list[str], slugs: str
) -> None:
    _write_numbered(house, "Black", "Green", slugs=slugs)
    house.publish()
    before = _ids(house)
    _write_numbered(house, *after, slugs=slugs)
    house.publish(LATER)
    assert _ids(house).items() >= before.items()
    assert set(_ids(house)) == set(after)


def test_files_that_are_renumbered_after_one_is_deleted_keep_their_ids(house: House) -> None:
    _write_numbered(house, "Black", "Green", "White")
    house.publish()
    before = _ids(house)
    (house.posts.root / "03.md").unlink()
    _write_numbered(house, "Green", "White")
    house.publish(LATER)
    del before["Black"]
    assert _ids(house) == before


def test_a_post_whose_file_swaps_its_name_with_a_draft_keeps_its_id(house: House) -> None:
    for green, black in (("1.md", "2.md"), ("2.md", "1.md")):
        house.posts.write(green, _long("Green"), title="Green", draft="true")
        house.posts.write(black, _long("Black"), title="Black")
        house.publish(LATER)
    assert _ids(house) == {"Black": "tag:example.org,2026:/2"}


def test_a_new_post_in_a_file_that_was_renamed_is_new(house: House) -> None:
    house.posts.write("untitled.md", _long("Black"), title="Black")
    house.publish()
    before = _ids(house)
    house.posts.write("black.md", _long("Black"), title="Black")
    house.posts.write("untitled.md", _long("Green"), title="Green")
    house.publish(LATER)
    assert _ids(house)["Black"] == before["Black"]
    assert set(_ids(house)) == {"Black", "Green"}


@pytest.mark.parametrize("change", [{"title": "New"}, {"body": "New"}])
def test_a_post_that_is_edited_beside_its_copy_keeps_its_id(
    house: House, change: dict[str, str]
) -> None:
    house.posts.write("a.md", _long("Black"), title="Black")
    house.publish()
    before = house.only_entry().id
    house.posts.write("copy.md", _long("Black"), title="Black")
    house.posts.write(
        "a.md", change.get("body", _long("Black")), title=change.get("title", "Black")
    )
    house.publish(LATER)
    assert before in _ids(house).values()


def test_a_change_of_generators_changes_no_id(house: House) -> None:
    """Each file moves into a folder and gets its old name as its slug, in one checkout."""
    for name in ("tea", "milk"):
        house.posts.write(f"source/_posts/{name}.md", title=name)
    house.publish()
    before = {entry.title: entry.id for entry in house.entries()}
    for name in ("tea", "milk"):
        (house.folder.root / f"source/_posts/{name}.md").unlink()
        house.posts.write(f"content/{name}/index.md", title=name, slug=name)
    report = house.publish()
    assert (report.added, report.withdrawn) == ((), ())
    assert {entry.title: entry.id for entry in house.entries()} == before


def test_a_publish_reports_the_position_of_a_fault(house: House) -> None:
    house.posts.write("a.md", slug="tea")
    house.posts.write("c.md")
    house.publish()
    text = "---\ntitle: T\n{}\n---\nB\n"
    house.posts.write_raw("b.md", text.format("slug: tea\ndate: 2026-03-01").encode())
    future = "date: 2026-03-02\nupdated: 2999-01-01\naudio: none.mp3"
    house.posts.write_raw("c.md", text.format(future).encode())
    twin, *others = house.publish().problems
    assert (twin.code, twin.line, twin.column, twin.text) == ("twin", 3, 7, "tea")
    positions = {problem.code: (problem.line, problem.column) for problem in others}
    assert positions == {"first-date": (3, 7), "future-update": (4, 10), "no-file": (5, 8)}


def test_a_corrected_slug_keeps_the_id(house: House) -> None:
    house.posts.write(urlname="taa")
    house.publish()
    before = house.only_entry()
    house.posts.write(urlname="tea")
    house.publish()
    assert house.only_entry().id == before.id
    assert house.only_entry().permalink != before.permalink


def test_a_new_guid_is_a_new_entry(house: House) -> None:
    house.posts.write(guid="urn:x:1")
    house.publish()
    house.posts.write(guid="urn:x:2")
    report = house.publish()
    assert (len(report.added), len(report.withdrawn)) == (1, 1)
    assert house.only_entry().id == "urn:x:2"


def test_a_new_domain_and_permalink_template_change_no_id(house: House) -> None:
    house.posts.write()
    house.publish()
    before = house.only_entry().id
    moved = Site(
        "T", "https://new.org", "Li", "UTC", "new.org,2030", rules=Rules(permalink="/:key.html")
    )
    house.publish(site=moved)
    assert house.only_entry().id == before
    assert house.only_entry().permalink == "https://new.org/tea.html"


def test_of_two_posts_with_one_key_the_published_one_stays(house: House) -> None:
    house.posts.write("b.md", title="First", urlname="tea")
    house.publish()
    house.posts.write("a.md", title="Second", urlname="tea")
    report = house.publish()
    (problem,) = report.problems
    assert (problem.path, "b.md" in problem.fault) == ("a.md", True)
    assert house.titles() == {"First"}


def test_a_twin_is_published_when_the_other_is_gone(house: House) -> None:
    first = house.posts.write("a.md", title="A", guid="urn:tea")
    house.posts.write("b.md", title="B", guid="urn:tea")
    house.publish()
    assert house.titles() == {"A"}
    before = house.only_entry().id
    first.unlink()
    house.publish()
    report = house.publish(LATER)
    assert (report.withdrawn, report.problems) == ((), ())
    assert (house.only_entry().title, house.only_entry().id) == ("B", before)


def test_a_twin_that_gets_its_own_key_is_published(house: House) -> None:
    house.posts.write("a.md", guid="urn:tea")
    house.posts.write("b.md", guid="urn:tea")
    house.publish()
    house.posts.write("b.md", guid="urn:coffee")
    report = house.publish()
    assert (report.added, report.problems) == (("b.md",), ())


def test_a_new_post_may_reuse_the_name_of_a_moved_one(house: House) -> None:
    path = house.posts.write("untitled.md", title="First")
    house.publish()
    before = house.only_entry().id
    shutil.move(path, house.posts.root / "first.md")
    house.publish()
    house.posts.write("untitled.md", title="Second", date="2026-03-02")
    report = house.publish()
    assert (report.added, report.problems) == (("untitled.md",), ())
    assert {e.title: e.id for e in house.entries()}["First"] == before
    assert len({e.id for e in house.entries()}) == 2


def test_a_post_that_took_a_key_is_read_again_when_the_key_is_free(house: House) -> None:
    house.posts.write("a.md", title="A", guid="urn:x", date="2026-03-01")
    house.posts.write("b.md", title="B", guid="urn:y", date="2026-03-02")
    house.publish()
    house.posts.write("b.md", title="B2", guid="urn:x", date="2026-03-02")
    assert house.publish().refused == 1
    (house.posts.root / "a.md").unlink()
    house.publish()
    house.publish(LATER)
    assert house.titles() == {"B2"}
    assert house.publish(LATER).refused == 0


def test_a_copy_replaces_its_deleted_original_without_a_gap(house: House) -> None:
    path = house.posts.write("a.md", title="Tea", urlname="tea")
    house.publish()
    shutil.copy(path, house.posts.root / "b.md")
    house.publish()
    path.unlink()
    for now in (NOW, LATER):
        house.publish(now)
        assert house.titles() == {"Tea"}
    assert house.publish(LATER).problems == ()
