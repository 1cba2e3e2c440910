"""`updated` with content.updated = "ledger", and `updated: keep`."""

from datetime import datetime, timedelta

import pytest

from tests.support.builders import a_site
from tests.support.houses import NOW, House

LEDGER = a_site(updated="ledger")
DAY = timedelta(days=1)
DATE = datetime.fromisoformat("2026-03-01T00:00:00+08:00")


def write(house: House, body: str, title: str = "Tea", **front: str) -> None:
    house.posts.write("a.md", body, **{"title": title, "date": "2026-03-01"} | front)


def updated_after(house: House, now: datetime) -> datetime:
    house.publish(now, LEDGER)
    return house.only_entry().updated


@pytest.fixture
def tea(house: House) -> House:
    write(house, "Green [tea](https://old.org/x) costs 1.5, of the 3rd pick.")
    assert updated_after(house, NOW) == DATE
    return house


@pytest.mark.parametrize(
    "body",
    [
        "Black [tea](https://old.org/x) costs 1.5, of the 3rd pick.",
        "Green [tea](https://old.org/x) costs 15, of the 3rd pick.",
        "Green [tea](https://old.org/x) costs -1.5, of the 3rd pick.",
        "Green [tea](https://old.org/x) costs 1.5, of the 3rd pick. New.",
        "Green [tea](https://old.org/x) costs 1.5, of the pick.",
        "[tea](https://old.org/x) Green costs 1.5, of the 3rd pick.",
        "Green [teä](https://old.org/x) costs 1.5, of the 3rd pick.",
    ],
)
def test_an_edit_of_the_words_moves_updated(tea: House, body: str) -> None:
    write(tea, body)
    assert updated_after(tea, NOW + DAY) == NOW + DAY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It is now here.", "It is nowhere."),
        ("It is nowhere.", "It is now here."),
        ("It is now *here*.", "It is now*here*."),
        ("It is now\nhere.", "It is nowhere."),
        ("Costs 1 50.", "Costs 150."),
        ("用 git hub 托管", "用 github 托管"),
    ],
)
def test_white_space_that_joins_or_splits_words_moves_updated(
    house: House, one: str, other: str
) -> None:
    write(house, one)
    updated_after(house, NOW)
    write(house, other)
    assert updated_after(house, NOW + DAY) == NOW + DAY


def test_white_space_that_joins_words_of_the_title_moves_updated(house: House) -> None:
    write(house, "A text.", title="Now here")
    updated_after(house, NOW)
    write(house, "A text.", title="Nowhere")
    assert updated_after(house, NOW + DAY) == NOW + DAY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It is now here.", "It  is\tnow\nhere.\n\n"),
        ("It is now here.", "It is now\n\nhere."),
        ("It is now here.", "It is now\u3000here."),
        ("- now\n- here", "* now\n\n\n* here"),
        ("现在在这里", "现在\n在 这里"),
        ("用 git 托管", "用git托管"),
        ("ここに\nある", "ここにある"),
        ("It is now here.", "It is now-here."),
    ],
)
def test_other_white_space_moves_nothing(house: House, one: str, other: str) -> None:
    write(house, one)
    updated_after(house, NOW)
    write(house, other)
    assert updated_after(house, NOW + DAY) == DATE


def test_digests_of_the_old_kind_move_nothing(tea: House) -> None:
    """Until a file is read again, its digest has no part for its source."""
    shorten = "UPDATE ledger SET words_digest = substr(words_digest, 1, 32)"
    with tea.store._database.writing() as connection:
        connection.exec_driver_sql(shorten)
    text = "Green [tea](https://old.org/x) costs 1.5, of the 3rd pick."
    write(tea, text, tags="Green")
    assert updated_after(tea, NOW + DAY) == DATE
    with tea.store._database.writing() as connection:
        connection.exec_driver_sql(shorten)
    write(tea, f"**{text}**", tags="Green")
    assert updated_after(tea, NOW + 2 * DAY) == DATE
    write(tea, text.replace("Green", "Gre en"), tags="Green")
    assert updated_after(tea, NOW + 3 * DAY) == NOW + 3 * DAY
    with tea.store._database.writing() as connection:
        connection.exec_driver_sql(shorten)
    write(tea, text.replace("Green", "Black"), tags="Green")
    assert updated_after(tea, NOW + 4 * DAY) == NOW + 4 * DAY


def test_an_edit_of_the_title_moves_updated(tea: House) -> None:
    write(tea, "Green [tea](https://old.org/x) costs 1.5, of the 3rd pick.", title="Milk")
    assert updated_after(tea, NOW + DAY) == NOW + DAY


@pytest.mark.parametrize(
    "body",
    [
        "Green  [tea](https://old.org/x) costs 1.5,\nof the 3rd pick.",
        "**Green** _[tea](https://old.org/x)_ costs 1.5, of the `3rd` pick.",
        "Green [tea](https://new.org/x) costs 1.5, of the 3rd pick.",
        "Green tea costs 1.5, of the 3rd pick.",
        "> Green [tea](http://old.org/y) costs 1.5, of the 3rd pick!",
    ],
)
def test_other_edits_correct_the_entry_silently(tea: House, body: str) -> None:
    before = tea.only_entry().content_html
    write(tea, body)
    assert updated_after(tea, NOW + DAY) == DATE
    if "  " not in body:
        assert tea.only_entry().content_html != before


def test_the_host_of_an_address_in_the_text_counts_for_nothing(house: House) -> None:
    write(house, "See <https://old.org/tea> for more.")
    updated_after(house, NOW)
    write(house, "See <http://new.org:8080/tea> for more.")
    assert updated_after(house, NOW + DAY) == DATE


def test_a_line_may_end_anywhere_in_chinese(house: House) -> None:
    write(house, "上海交大医学院研究生。")
    updated_after(house, NOW)
    write(house, "上海**交大**\n医学院研究生!")
    assert updated_after(house, NOW + DAY) == DATE
    write(house, "上海交大医学院研究员。")
    assert updated_after(house, NOW + DAY) == NOW + DAY


def test_small_edits_are_compared_with_the_last_edit_of_words(tea: House) -> None:
    write(tea, "Other text.")
    updated_after(tea, NOW + DAY)
    write(tea, "*Other* text.")
    assert updated_after(tea, NOW + 2 * DAY) == NOW + DAY
    write(tea, "Other text.", title="Tea!")
    assert updated_after(tea, NOW + 3 * DAY) == NOW + DAY


def test_updated_stays_when_everything_is_read_again(tea: House) -> None:
    write(tea, "Other text.")
    updated_after(tea, NOW + DAY)
    tea.publish(NOW + 2 * DAY, a_site(updated="ledger", url="https://new.org"))
    assert tea.only_entry().updated == NOW + DAY
    (tea.posts.root / "a.md").rename(tea.posts.root / "b.md")
    for days in (3, 4):
        tea.publish(NOW + days * DAY, a_site(updated="ledger", url="https://new.org"))
    assert tea.only_entry().updated == NOW + DAY


def test_a_post_that_returns_keeps_its_updated(tea: House) -> None:
    write(tea, "Other text.")
    updated_after(tea, NOW + DAY)
    (tea.posts.root / "a.md").unlink()
    tea.posts.write("other.md")
    for days in (2, 3):
        tea.publish(NOW + days * DAY, LEDGER)
    (tea.posts.root / "other.md").unlink()
    write(tea, "Other text.")
    for days in (4, 5):
        tea.publish(NOW + days * DAY, LEDGER)
    assert tea.only_entry().updated == NOW + DAY


def test_switching_it_on_takes_the_present_words_as_they_are(house: House) -> None:
    write(house, "Green tea.")
    house.publish(NOW, a_site())
    write(house, "Black tea.")
    house.publish(NOW, a_site())
    assert updated_after(house, NOW + DAY) == DATE
    write(house, "White tea.")
    assert updated_after(house, NOW + 2 * DAY) == NOW + 2 * DAY
    house.publish(NOW + 3 * DAY, a_site())
    assert house.only_entry().updated == DATE
    write(house, "Red tea.")
    house.publish(NOW + 4 * DAY, a_site())
    assert updated_after(house, NOW + 5 * DAY) == DATE


def test_a_later_date_of_the_author_counts(tea: House) -> None:
    own = "2026-05-01T00:00:00+08:00"
    write(tea, "Other text.", updated=own)
    assert updated_after(tea, NOW + DAY) == datetime.fromisoformat(own)
    write(tea, "Yet other text.", updated=own)
    assert updated_after(tea, NOW + DAY) == NOW + DAY


@pytest.mark.parametrize("site", [LEDGER, a_site()], ids=["ledger", "front matter"])
def test_an_author_may_keep_updated(house: House, site: object) -> None:
    write(house, "Green tea.", updated="2026-04-01")
    house.publish(NOW, a_site())
    before = house.only_entry().updated
    write(house, "Black tea.", updated="keep")
    report = house.publish(NOW + DAY, site)  # type: ignore[arg-type]
    assert (house.only_entry().updated, report.problems) == (before, ())
    assert "Black" in house.only_entry().content_html


def test_a_clock_that_is_put_back_moves_nothing_back(tea: House) -> None:
    write(tea, "Other text.")
    updated_after(tea, NOW + DAY)
    write(tea, "Yet other text.")
    assert updated_after(tea, NOW) == NOW + DAY
