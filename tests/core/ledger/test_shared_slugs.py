"""Each of several posts with one slug gets a key of its own."""

from collections.abc import Collection, Mapping, Sequence

import pytest

from feedsvc.core.ledger.identities import Claim
from feedsvc.core.ledger.shared_slugs import Look, own_keys, possible_keys
from tests.support.builders import at

DAY = at("2026-03-01")


def a_claim(path: str, key: str = "slug:tea", date: str = "2026-03-01") -> Claim:
    return Claim(path, key, path, at(date))


def keys_of(
    *claims: Claim,
    had: Mapping[str, str] | None = None,
    pinned: Collection[str] = (),
    owners: Mapping[str, str] | None = None,
    formers: Mapping[Look, Sequence[str]] | None = None,
) -> dict[str, str]:
    return own_keys(claims, had or {}, pinned, owners or {}, formers or {})


def test_only_slugs_are_shared() -> None:
    assert keys_of(a_claim("a.md", "path:a"), a_claim("b.md", "guid:a")) == {}
    assert possible_keys(a_claim("x/a.md", "path:x/a")) == ["path:x/a"]
    assert possible_keys(a_claim("a.md")) == ["slug:tea", "slug:tea//a.md"]


@pytest.mark.parametrize(
    ("paths", "keys"),
    [
        (["a.md"], ["slug:tea"]),
        (["x/a.md", "y/b.md"], ["slug:tea", "slug:tea//y/"]),
        (["x/a.md", "x/b.md"], ["slug:tea", "slug:tea//x/b.md"]),
        (["x/a.md", "y/b.md", "y/c.md"], ["slug:tea", "slug:tea//y/b.md", "slug:tea//y/c.md"]),
        (["a.md", "b.md"], ["slug:tea", "slug:tea//b.md"]),
    ],
)
def test_the_first_has_the_slug_and_the_others_their_place(
    paths: list[str], keys: list[str]
) -> None:
    claims = [a_claim(path) for path in paths]
    expected = dict(zip(paths, keys, strict=True))
    assert keys_of(*claims) == keys_of(*reversed(claims)) == expected


def test_the_older_one_is_the_first() -> None:
    claims = [a_claim("x/a.md", date="2026-03-02"), a_claim("y/b.md")]
    assert keys_of(*claims) == {"x/a.md": "slug:tea//x/", "y/b.md": "slug:tea"}


def test_a_file_keeps_its_key() -> None:
    had = {"y/b.md": "slug:tea", "x/a.md": "slug:milk"}
    claims = [a_claim("x/a.md"), a_claim("y/b.md")]
    assert keys_of(*claims, had=had) == {"x/a.md": "slug:tea//x/", "y/b.md": "slug:tea"}


def test_another_file_keeps_the_slug() -> None:
    owners = {"slug:tea": "x/z.md"}
    claims = [a_claim("x/a.md"), a_claim("y/b.md")]
    expected = {"x/a.md": "slug:tea//x/a.md", "y/b.md": "slug:tea//y/"}
    assert keys_of(*claims, owners=owners) == expected


def test_a_key_of_the_place_comes_back() -> None:
    pinned = ["slug:tea", "slug:tea//x/"]
    assert keys_of(a_claim("x/a.md"), pinned=pinned) == {"x/a.md": "slug:tea//x/"}


def test_a_key_that_was_ever_published_is_not_given_to_another_post() -> None:
    owners = {"slug:tea": "z.md", "slug:tea//x/": "x/b.md"}
    keys = keys_of(a_claim("x/a.md"), pinned=[*owners], owners=owners)
    assert keys == {"x/a.md": "slug:tea//x/a.md"}


def test_posts_with_one_title_and_date_get_their_keys_by_their_texts() -> None:
    texts = {"x/a.md": "milk", "b.md": "salt"}
    claims = [Claim(p, "slug:tea", "Tea", DAY, text, 300) for p, text in texts.items()]
    formers = {
        ("slug:tea", "Tea", DAY, "salt"): ["slug:tea//b.md"],
        ("slug:tea", "Tea", DAY, "milk"): ["slug:tea"],
        ("slug:tea", "Tea", DAY, ""): ["slug:tea//old.md"],
    }
    keys = {"x/a.md": "slug:tea", "b.md": "slug:tea//b.md"}
    assert keys_of(*claims, formers=formers) == keys
    assert keys_of(*reversed(claims), formers=formers) == keys


def test_a_moved_file_takes_its_key_along() -> None:
    formers = {("slug:tea", "x/a.md", DAY, ""): ["slug:tea//old/", "slug:tea//older/"]}
    claims = [a_claim("x/a.md"), a_claim("y/b.md")]
    assert keys_of(*claims, formers=formers) == {
        "x/a.md": "slug:tea//old/",
        "y/b.md": "slug:tea",
    }
