"""Rules of ids: found from five entries that all obey, and used only if they agree."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC

import pytest

from feedsvc.core.adopting.id_rules import id_by_rules, rules_of
from feedsvc.core.adopting.matches import Match, PublishedPost
from feedsvc.core.adopting.old_entries import OldEntry
from tests.support.builders import at

SITE = "https://old.example"
Id = Callable[[PublishedPost], str]


def a_published(number: int, path: str = "/{day:%Y/%m/%d}/{slug}/") -> PublishedPost:
    day = at(f"20{10 + number}-0{1 + number % 9}-1{number % 10} 01:30+08:00")
    slug = f"tea-{number}"
    permalink = "https://example.org" + path.format(day=day, slug=slug, number=number)
    return PublishedPost(
        f"tag:{slug}", f"slug:{slug}", f"{slug}.md", "", (permalink,), day, day
    )


def matched(id_of: Id, posts: list[PublishedPost]) -> list[Match]:
    return [Match(OldEntry(id_of(post)), post, "link") for post in posts]


def found(id_of: Id, path: str = "/{day:%Y/%m/%d}/{slug}/", count: int = 5) -> tuple[str, str]:
    """The name of the rule and the id that it gives to the next post."""
    *posts, last = (a_published(number, path) for number in range(count + 1))
    rules = rules_of(matched(id_of, posts))
    new_id = id_by_rules(rules, last)
    if new_id:
        assert new_id == id_of(last)
    return (rules[0].kind if rules else ""), new_id


def slug(post: PublishedPost) -> str:
    return post.key.removeprefix("slug:")


def path_of(post: PublishedPost) -> str:
    return post.permalinks[0].removeprefix("https://example.org")


@pytest.mark.parametrize(
    ("id_of", "path"),
    [
        (lambda p: f"{SITE}{path_of(p)}", "/{day:%Y/%m/%d}/{slug}/"),
        (lambda p: f"{SITE}{path_of(p)}".rstrip("/"), "/{day:%Y/%m/%d}/{slug}/"),
        (lambda p: f"{SITE}{path_of(p)}".removesuffix(".html"), "/{day:%Y}/{slug}.html"),
        (lambda p: f"{SITE}{path_of(p)}index.html", "/posts/{slug}/"),
        (lambda p: f"http://www.old.example/blog{path_of(p)}", "/{slug}/"),
        (lambda p: f"{SITE}/posts/{slug(p)}.html", "/{slug}/"),
        (lambda p: f"{SITE}/茶/{slug(p)}/", "/%E8%8C%B6/{slug}/"),
        (lambda p: f"{SITE}/%e8%8c%b6/{slug(p)}/", "/%E8%8C%B6/{slug}/"),
    ],
)
def test_an_id_that_is_the_permalink(id_of: Id, path: str) -> None:
    kind, new_id = found(id_of, path)
    assert kind == "id = permalink"
    assert new_id


@pytest.mark.parametrize(
    ("id_of", "path"),
    [
        (lambda p: f"tag:old.example,{p.published:%Y-%m-%d}:{path_of(p)}", "/{slug}.html"),
        (lambda p: f"tag:old.example,{p.published:%Y-%m-%d}:{path_of(p)}/", "/{slug}.html"),
        (lambda p: f"tag:old.example,{p.published:%Y-%m}:{slug(p)}", "/{slug}/"),
        (lambda p: f"tag:old.example,{p.published:%Y}:posts/{slug(p)}", "/{slug}/"),
        (lambda p: f"tag:old.example,2004:{slug(p)}", "/{slug}/"),
        (lambda p: f"tag:old.example,2004-05-27:{path_of(p)}", "/{day:%Y}/{slug}/"),
    ],
)
def test_an_id_that_is_a_tag_uri(id_of: Id, path: str) -> None:
    kind, new_id = found(id_of, path)
    assert kind == "id = a tag URI of the date and the permalink"
    assert new_id


def test_a_date_of_a_tag_uri_may_be_in_utc() -> None:
    def id_of(post: PublishedPost) -> str:
        return f"tag:old.example,{post.published.astimezone(UTC):%Y-%m-%d}:{slug(post)}"

    assert found(id_of)[1]


def test_a_number_of_wordpress_is_that_of_the_permalink() -> None:
    kind, new_id = found(lambda p: f"{SITE}/?p={slug(p)[4:]}", "/archives/{number}/")
    assert (kind, new_id) == (f"id = {SITE}/?p=NUMBER", f"{SITE}/?p=5")


def test_a_number_of_wordpress_may_be_the_name_of_the_file() -> None:
    posts = [replace(a_published(n), key=f"path:blog/{n + 70}") for n in range(6)]
    rules = rules_of(matched(lambda p: f"{SITE}/?p={p.key[10:]}", posts[:5]))
    assert id_by_rules(rules, posts[5]) == f"{SITE}/?p=75"


def test_a_number_that_nothing_shows_is_no_rule() -> None:
    assert found(lambda p: f"{SITE}/?p={100 + 7 * int(slug(p)[4:])}") == ("", "")


def test_four_entries_are_too_few() -> None:
    assert found(lambda p: f"{SITE}{path_of(p)}", count=4) == ("", "")


def test_one_exception_is_enough_to_have_no_rule() -> None:
    posts = [a_published(number) for number in range(9)]
    matches = matched(lambda p: f"{SITE}{path_of(p)}", posts)
    assert rules_of(matches)
    odd = replace(matches[6], entry=OldEntry(matches[6].entry.id + "?"))
    assert rules_of([*matches[:6], odd, *matches[7:]]) == ()


@pytest.mark.parametrize(
    "id_of",
    [
        lambda p: slug(p),
        lambda p: f"urn:x:{slug(p)}",
        lambda p: f"{SITE}/?post={slug(p)}",
        lambda p: f"{SITE}/{p.published:%Y-%m-%d}/{slug(p)}",
        lambda p: "x",
        lambda p: f"{SITE}/?p={slug(p)[4:]}&x",
    ],
)
def test_other_ids_are_no_rule(id_of: Id) -> None:
    assert found(id_of, "/archives/{slug}/") == ("", "")


@pytest.mark.parametrize(
    "id_of",
    [
        lambda p: f"tag:old.example,{p.published:%Y-%m-%d}:{slug(p)}",
        lambda p: f"{SITE}/{p.published:%Y/%m}/{slug(p)}/",
    ],
)
def test_a_date_that_all_entries_share_is_no_rule(id_of: Id) -> None:
    day = at("2020-01-02 09:30")
    posts = [replace(a_published(number, "/{slug}/"), published=day) for number in range(5)]
    last = a_published(8, "/{slug}/")
    assert id_by_rules(rules_of(matched(id_of, posts)), last) in ("", id_of(last))


def test_rules_that_disagree_give_no_id() -> None:
    posts = [a_published(number, "/{slug}/") for number in range(5)]
    rules = rules_of(matched(lambda p: f"{SITE}/{slug(p)}/", posts))
    nested = replace(posts[0], permalinks=("https://example.org/blog/other/",))
    assert rules
    assert id_by_rules(rules, nested) == ""


def test_a_home_page_gives_no_id() -> None:
    posts = [a_published(number, "/{slug}/") for number in range(5)]
    rules = rules_of(matched(lambda p: f"{SITE}{path_of(p)}", posts))
    assert id_by_rules(rules, replace(posts[0], permalinks=("https://example.org/",))) == ""


def test_an_entry_of_a_home_page_shows_no_rule() -> None:
    posts = [a_published(number, "/{slug}/") for number in range(5)]
    posts[0] = replace(posts[0], permalinks=("https://example.org/",))
    assert rules_of(matched(lambda p: f"{SITE}{path_of(p)}", posts)) == ()
