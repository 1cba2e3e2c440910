"""Which entries filters choose, compared with what the rules say, on either engine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Final

import pytest

from feedsvc.core.search.queries import SearchQuery, search_query
from feedsvc.store.filters import choices
from feedsvc.store.filters.choices import Choice
from feedsvc.store.publication import Publication
from feedsvc.store.search import searching
from feedsvc.store.store import Store
from tests.support.builders import a_site, an_entry

NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)
STEPS: Final = {"two": 2, "three": 3, "five": 5}
COUNT: Final = 60
_START: Final = datetime(2026, 3, 1, tzinfo=UTC)


def publish(store: Store) -> dict[str, int]:
    """Entries 0 to 59 with a tag for each divisor, two on each day; the numbers of feeds."""
    entries = [
        an_entry(
            f"{number:02}",
            published=_START + timedelta(number // 2),
            tags=tuple(tag for tag, step in STEPS.items() if number % step == 0),
        )
        for number in range(COUNT)
    ]
    store.publish(Publication(a_site(), entries), NOW)
    with store.snapshot() as snapshot:
        records = snapshot.feeds_at(["", *(f"tags/{tag}" for tag in STEPS)])
    return {path.rpartition("/")[2]: record.number for path, record in records.items()}


def newest(store: Store, choice: Choice, most: int = COUNT) -> list[int]:
    with store.snapshot() as snapshot:
        chosen = snapshot.chosen(choice)
        entries = chosen.whole([each.entry for each in chosen.newest(most)])
    return [int(entry.title) for entry in entries]


def test_a_choice_has_one_of_each_group_and_none_of_the_others(either_store: Store) -> None:
    feeds = publish(either_store)
    groups = [("two",), ("three",), ("two", "five"), ("three", "five")]
    for first, other, without in product(groups, [None, *groups], [(), ("five",), ("two",)]):
        choice = Choice(
            tuple(feeds[tag] for tag in first),
            (tuple(feeds[tag] for tag in other),) if other else (),
            tuple(feeds[tag] for tag in without),
        )
        wanted = [
            number
            for number in reversed(range(COUNT))
            if any(number % STEPS[tag] == 0 for tag in first)
            and (other is None or any(number % STEPS[tag] == 0 for tag in other))
            and all(number % STEPS[tag] for tag in without)
        ]
        assert newest(either_store, choice) == wanted, choice
        assert newest(either_store, choice, 3) == wanted[:3]


def test_merged_feeds_have_the_same_entries(
    either_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two entries are on each day, so that ids decide about the last ones."""
    monkeypatch.setattr(choices, "_FEW", 2)
    feeds = publish(either_store)
    two, three, five = (feeds[tag] for tag in STEPS)
    last = int((_START + timedelta(20)).timestamp()) * 1_000_000
    for choice in (
        Choice((two,), ((three,),)),
        Choice((two,), ((three,), (five, two))),
        Choice((feeds[""],), (), (two,)),
        Choice((feeds[""],), (), (two, three)),
        Choice((three,), ((five,),), (two,), last),
        Choice((two,), ((three,), (five,)), (two,)),
    ):
        shared = choice.others[0][0] if choice.others else None
        excluded = choice.none_of[0] if not choice.others else None
        merging = replace(choice, shared=shared, excluded=excluded)
        for most in (*range(1, 12), COUNT):
            wanted = newest(either_store, choice, most)
            assert newest(either_store, merging, most) == wanted, (choice, most)


def test_a_choice_may_begin_at_a_date(either_store: Store) -> None:
    feeds = publish(either_store)
    since = int((_START + timedelta(28)).timestamp()) * 1_000_000
    assert newest(either_store, Choice((feeds[""],), since=since)) == [59, 58, 57, 56]


def test_a_group_without_a_feed_has_nothing(either_store: Store) -> None:
    feeds = publish(either_store)
    assert newest(either_store, Choice(())) == []
    assert newest(either_store, Choice((feeds[""],), ((),))) == []


def test_numbers_of_memberships_lead_from_page_to_page(either_store: Store) -> None:
    feeds = publish(either_store)
    two, choice = feeds["two"], Choice((feeds["two"],), (), (feeds["three"],))
    with either_store.snapshot() as snapshot:
        chosen = snapshot.chosen(choice)
        assert [each.place for each in chosen.numbered(two, 1, 6)] == [6, 5, 3, 2]
        assert chosen.number_before(two, None) == 30
        assert chosen.number_before(two, 2) is None
        assert chosen.number_before(two, None, 30) is None
        assert chosen.number_before(two, 30, 26) == 29
        assert chosen.number_after(two, 3) == 5
        assert chosen.number_after(two, 30) is None
        assert chosen.newest(1)[0].place == 30
        assert snapshot.chosen(Choice((two, feeds["five"]))).newest(1)[0].place is None


WORDS: Final = ("tea", "green", "cup", "瑞金", "医院", "瑞金医院")
# How many of these a text has at least that has some words.
LEAST: Final = {"tea": 1, "tea cup": 3, "瑞金": 4, "瑞金医院": 6, '"tea green"': 2}


def search(text: str) -> SearchQuery:
    found = search_query(text)
    assert isinstance(found, SearchQuery)
    return found


@pytest.mark.parametrize("few", [0, 500], ids=["common", "rare"])
def test_a_choice_may_search(
    either_store: Store, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(searching, "_FEW_IN_CONDITION", few)
    either_store.search_indexes.switch(on=True)
    either_store.publish(
        Publication(
            a_site(),
            [
                an_entry(
                    f"{number:02}",
                    published=_START + timedelta(number // 2),
                    tags=tuple(tag for tag, step in STEPS.items() if number % step == 0),
                    content_html="、".join(WORDS[: number % 7]) or "nothing",
                )
                for number in range(COUNT)
            ],
        ),
        NOW,
    )
    with either_store.snapshot() as snapshot:
        records = snapshot.feeds_at(["", "tags/two", "tags/three"])
    main, two, three = (records[path].number for path in ("", "tags/two", "tags/three"))
    newest_first = [*reversed(range(COUNT))]
    for text, least in LEAST.items():
        hits = [number for number in newest_first if number % 7 >= least]
        query = search(text)
        assert newest(either_store, Choice((main,), search=query)) == hits, text
        both = Choice((two, three), search=query)
        either = [number for number in hits if number % 2 == 0 or number % 3 == 0]
        assert newest(either_store, both) == either
        cut = Choice((two,), ((three,),), search=query)
        assert newest(either_store, cut, 2) == [n for n in hits if n % 6 == 0][:2]
        without = Choice((main,), none_of=(two,), search=query)
        assert newest(either_store, without) == [n for n in hits if n % 2]
    with either_store.snapshot() as snapshot:
        chosen = snapshot.chosen(Choice((main,), search=search("瑞金医院")))
        places = [each.place for each in chosen.newest(COUNT)]
        assert chosen.number_before(main, None) == max(filter(None, places))
        first = chosen.number_after(main, 0)
        assert first == min(filter(None, places))
        assert [each.place for each in chosen.numbered(main, 1, 50)] == [
            place for place in places if place and place <= 50
        ]
    assert newest(either_store, Choice((main,), search=search("nowhere"))) == []
