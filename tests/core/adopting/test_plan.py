"""What an adoption takes over: ids, first dates, edits, and what it must not."""

from dataclasses import replace
from typing import Any

import pytest

from feedsvc.core.adopting.matches import PublishedPost
from feedsvc.core.adopting.old_entries import OldEntry, OldFeed
from feedsvc.core.adopting.plan import Adoption, Plan, plan
from feedsvc.core.ledger.ledger import forgotten_hash
from tests.support.builders import at

NOW = at("2026-11-28")
SITE = "https://old.example"


def a_published(name: str = "tea", **changes: Any) -> PublishedPost:
    day = at("2020-01-02 09:30+08:00")
    post = PublishedPost(
        entry_id=f"tag:example.org,2026:{name}",
        key=f"slug:{name}",
        path=f"{name}.md",
        title=name,
        permalinks=(f"{SITE}/{name}/",),
        published=day,
        updated=day,
    )
    return replace(post, **changes)


def old(name: str = "tea", **changes: Any) -> OldEntry:
    return replace(OldEntry(f"{SITE}/{name}/", f"{SITE}/{name}/", name), **changes)


def planned(*feeds: list[OldEntry], posts: Any = None, used: Any = None, **more: Any) -> Plan:
    named = [OldFeed(f"{n}.xml", tuple(entries)) for n, entries in enumerate(feeds)]
    return plan(named, posts or [a_published()], used or {}, NOW, **more)


def only(found: Plan) -> Adoption:
    (adoption,) = found.matched
    return adoption


def faults(found: Plan) -> list[tuple[str, str]]:
    return [(each.entry.id, each.fault) for each in found.conflicts]


def test_the_id_is_taken_over() -> None:
    found = planned([old()])
    adoption = only(found)
    assert (adoption.entry_id, adoption.rss_guid) == (f"{SITE}/tea/", "")
    assert adoption.old_id == f"{SITE}/tea/"
    assert adoption.reason == "link"
    assert found.adoptions == (adoption,)


@pytest.mark.parametrize("name", ["12", "Tea time", "/tea/", "tea/ü"])
def test_an_id_that_is_no_iri_is_kept_for_rss(name: str) -> None:
    adoption = only(planned([old(id=name)]))
    assert (adoption.entry_id, adoption.rss_guid) == ("tag:example.org,2026:tea", name)
    assert adoption.old_id == name


@pytest.mark.parametrize(
    ("published", "updated", "own_edit", "first", "last"),
    [
        (None, None, None, "2020-01-02 01:30", "2020-01-02 01:30"),
        ("2020-01-02 01:30", None, None, "2020-01-02 01:30", "2020-01-02 01:30"),
        ("2019-05-05 10:00", None, None, "2019-05-05 10:00", "2019-05-05 10:00"),
        ("2020-05-05 10:00", None, None, "2020-05-05 10:00", "2020-05-05 10:00"),
        (None, "2021-01-01", None, "2020-01-02 01:30", "2021-01-01"),
        ("2019-05-05", "2021-01-01", "2022-01-01", "2019-05-05", "2022-01-01"),
        ("2019-05-05", "2021-01-01", "2020-06-01", "2019-05-05", "2021-01-01"),
        ("2019-05-05", "2018-01-01", None, "2019-05-05", "2019-05-05"),
        ("2020-06-01", None, "2020-05-01", "2020-06-01", "2020-06-01"),
        ("2027-01-01", "2027-01-01", None, "2020-01-02 01:30", "2020-01-02 01:30"),
        ("0001-01-01", "0001-01-01", None, "2020-01-02 01:30", "2020-01-02 01:30"),
    ],
)
def test_dates_are_taken_over(
    published: str | None, updated: str | None, own_edit: str | None, first: str, last: str
) -> None:
    post = a_published(updated=at(own_edit)) if own_edit else a_published()
    entry = old(
        published=at(published) if published else None, updated=at(updated) if updated else None
    )
    adoption = only(planned([entry], posts=[post]))
    assert (adoption.published, adoption.updated) == (at(first), at(last))
    assert adoption.published.utcoffset() == post.published.utcoffset()


def test_the_dates_of_the_feed_are_remembered() -> None:
    entry = old(published=at("2019-01-01"), updated=at("2021-01-01"))
    adoption = only(planned([entry]))
    dates = (adoption.adopted_published, adoption.adopted_updated)
    assert dates == (at("2019-01-01"), at("2021-01-01"))
    adoption = only(planned([old(updated=at("2019-01-01"))]))
    assert (adoption.adopted_published, adoption.adopted_updated) == (None, None)


def test_what_is_adopted_already_changes_nothing() -> None:
    found = planned([old()], posts=[a_published(entry_id=f"{SITE}/tea/")])
    assert len(found.matched) == 1
    assert found.adoptions == ()
    found = planned([old(id="7")], posts=[a_published(rss_guid="7")])
    assert found.adoptions == ()


def test_the_first_feed_counts_if_two_differ() -> None:
    found = planned([old()], [old(id=f"{SITE}/?p=1")])
    assert only(found).entry_id == f"{SITE}/tea/"
    assert faults(found) == [(f"{SITE}/?p=1", f"an earlier feed calls it {SITE}/tea/")]


def test_two_feeds_may_say_the_same() -> None:
    found = planned([old()], [old(title="Other")])
    assert (len(found.matched), found.conflicts, found.unmatched) == (1, (), ())


def test_an_entry_that_one_feed_knows_better_is_matched() -> None:
    found = planned([old(link="", id="tag:x,2000:1", title="?")], [old(id="tag:x,2000:1")])
    assert (only(found).entry_id, found.unmatched) == ("tag:x,2000:1", ())


def test_no_id_is_given_to_two_posts() -> None:
    posts = [a_published("tea"), a_published("cake")]
    found = planned([old("tea", id="urn:x:1")], [old("cake", id="urn:x:1")], posts=posts)
    assert only(found).post.path == "tea.md"
    assert faults(found) == [("urn:x:1", "an earlier feed uses this id for tea.md")]


def test_an_id_that_another_post_has_is_not_given() -> None:
    found = planned([old(id="urn:x:1")], used={"urn:x:1": "a withdrawn post"})
    assert found.matched == ()
    assert faults(found) == [("urn:x:1", "this id is in use: a withdrawn post")]


def test_the_id_of_a_post_that_was_removed_for_good_is_not_given() -> None:
    forgotten = {forgotten_hash("urn:x:1"), forgotten_hash(f"{SITE}/p5/")}
    found = planned([old(id="urn:x:1")], forgotten=forgotten)
    assert faults(found) == [("urn:x:1", "the post with this id was removed for good")]
    found = planned([old(f"p{n}") for n in range(5)], posts=blog(7), forgotten=forgotten)
    assert by_rule(found) == [("p6.md", f"{SITE}/p6/")]


def test_an_id_that_xml_cannot_hold_is_not_given() -> None:
    found = planned([old(id="a\x01b")])
    assert faults(found) == [("a\x01b", "its id has characters that XML forbids")]


def test_unmatched_entries_and_ignored_ones_are_reported() -> None:
    feed = OldFeed("a.xml", (old(id="urn:x:1", link="", title="Gone"),), ignored=3)
    found = plan([feed], [a_published()], {}, NOW)
    assert [each.entry.title for each in found.unmatched] == ["Gone"]
    assert found.ignored == 3


# Rules.


def blog(count: int) -> list[PublishedPost]:
    return [
        a_published(f"p{n}", published=at(f"2020-01-{31 - n:02}"), updated=at("2021-01-01"))
        for n in range(count)
    ]


def by_rule(found: Plan) -> list[tuple[str, str]]:
    return [(each.post.path, each.old_id) for each in found.by_rule]


def test_a_rule_gives_ids_to_older_posts() -> None:
    found = planned([old(f"p{n}") for n in range(5)], posts=blog(7))
    assert by_rule(found) == [("p5.md", f"{SITE}/p5/"), ("p6.md", f"{SITE}/p6/")]
    assert found.rules == ("id = permalink",)
    assert len(found.adoptions) == 7
    assert {each.updated for each in found.by_rule} == {at("2021-01-01")}


def test_without_rules_older_posts_are_left_alone() -> None:
    found = planned([old(f"p{n}") for n in range(5)], posts=blog(7), with_rules=False)
    assert (found.by_rule, found.rules) == ((), ())


def test_four_entries_make_no_rule() -> None:
    assert planned([old(f"p{n}") for n in range(4)], posts=blog(7)).by_rule == ()


def test_a_post_that_is_newer_than_the_feed_gets_no_id_by_a_rule() -> None:
    assert planned([old(f"p{n}") for n in range(1, 6)], posts=blog(6)).by_rule == ()


def test_a_post_that_an_unmatched_entry_may_be_gets_no_id_by_a_rule() -> None:
    entries = [old(f"p{n}") for n in range(5)]
    doubt = old(id="urn:x:1", link="", title="p6")
    assert by_rule(planned([*entries, doubt], posts=blog(7))) == [("p5.md", f"{SITE}/p5/")]


def test_an_entry_with_a_conflict_counts_against_a_rule() -> None:
    entries = [old(f"p{n}") for n in range(5)]
    odd = old("p5", id="urn:x:1")
    found = planned([*entries, odd], posts=blog(7), used={"urn:x:1": "other.md"})
    assert (found.by_rule, len(found.conflicts)) == ((), 1)


def test_a_rule_gives_no_id_that_is_in_use() -> None:
    entries = [old(f"p{n}") for n in range(5)]
    found = planned(entries, posts=blog(7), used={f"{SITE}/p5/": "a withdrawn post"})
    assert by_rule(found) == [("p6.md", f"{SITE}/p6/")]


def test_a_rule_gives_no_id_twice() -> None:
    same = [replace(post, permalinks=(f"{SITE}/same/",)) for post in blog(7)[5:]]
    found = planned([old(f"p{n}") for n in range(5)], posts=[*blog(5), *same])
    assert found.by_rule == ()


def test_the_rule_of_the_first_feed_counts() -> None:
    first = [old(f"p{n}") for n in range(5)]
    other = [old(f"p{n}", id=f"tag:x,2000:p{n}") for n in range(5, 10)]
    found = planned(first, other, posts=blog(12))
    assert by_rule(found) == [("p10.md", f"{SITE}/p10/"), ("p11.md", f"{SITE}/p11/")]


def test_a_rule_of_ids_that_are_no_iris_keeps_them_for_rss() -> None:
    entries = [old(f"p{n}", id=f"http://old blog/p{n}/") for n in range(5)]
    (adoption,) = planned(entries, posts=blog(6)).by_rule
    assert (adoption.entry_id, adoption.rss_guid) == (
        "tag:example.org,2026:p5",
        "http://old blog/p5/",
    )
