"""Posts take over the slugs and the paths of others; each keeps its own id."""

import pytest

from feedsvc.core.ledger.identities import Claim, Holder, Memory, Standing, identify
from feedsvc.core.ledger.ledger import LedgerEntry, text_digest
from tests.support.builders import a_site, at

DAY, EARLIER = at("2026-03-01"), at("2026-02-01")
TEA, MILK = "tag:example.org,2026:tea", "tag:example.org,2026:milk"


def a_claim(path: str, title: str, key: str = "", text: str = "") -> Claim:
    text = text or f"text of {title}"
    return Claim(path, key or f"path:{path[:-3]}", title, DAY, text, 300)


def a_standing(path: str, entry_id: str, title: str, text: str = "") -> Standing:
    return Standing(path, entry_id, title, DAY, body_digest=text or f"text of {title}")


def an_entry(entry_id: str, key: str, title: str, text: str) -> LedgerEntry:
    return LedgerEntry(entry_id, key, title_digest=text_digest(title), body_digest=text)


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        (a_claim("b.md", "Milk", "slug:tea"), MILK),
        (a_claim("b.md", "Milk", "slug:tea", "edited"), MILK),
        (a_claim("b.md", "Edited", "slug:tea", "text of Milk"), MILK),
        (a_claim("b.md", "Tea", "slug:tea", "text of Milk"), MILK),
        (a_claim("b.md", "Tea", "slug:tea", "edited"), TEA),
        (a_claim("b.md", "Milk", "slug:tea", "text of Tea"), TEA),
        (a_claim("b.md", "Milk", "guid:tea"), TEA),
        (a_claim("b.md", "New", "slug:tea", "new"), TEA),
    ],
)
def test_a_published_post_gets_the_id_of_a_slug_only_if_it_looks_like_its_post(
    claim: Claim, given: str
) -> None:
    memory = Memory(
        pinned={claim.key: TEA},
        published={"b.md": a_standing("b.md", MILK, "Milk")},
        remembered={TEA: an_entry(TEA, claim.key, "Tea", "text of Tea")},
    )
    assert identify([claim], a_site(), memory).ids == {"b.md": given}


def test_files_that_swap_their_names_keep_their_ids_also_under_earlier_dates() -> None:
    redated = Standing("a.md", TEA, "Tea", EARLIER, redated=DAY, body_digest="text of Tea")
    memory = Memory(
        pinned={"path:a": TEA, "path:b": MILK},
        published={"a.md": redated, "b.md": a_standing("b.md", MILK, "Milk")},
    )
    claims = [a_claim("a.md", "Milk"), a_claim("b.md", "Tea")]
    assert identify(claims, a_site(), memory).ids == {"a.md": MILK, "b.md": TEA}


def test_a_post_that_is_rewritten_where_it_is_keeps_its_id() -> None:
    memory = Memory({"path:a": TEA}, {"a.md": a_standing("a.md", TEA, "Tea")})
    claims = [a_claim("a.md", "New"), a_claim("b.md", "Other")]
    assert identify(claims, a_site(), memory).ids["a.md"] == TEA


def test_of_two_copies_of_a_post_that_is_rewritten_neither_gets_its_id() -> None:
    memory = Memory({"path:a": TEA}, {"a.md": a_standing("a.md", TEA, "Tea")})
    claims = [a_claim("a.md", "New"), a_claim("b.md", "Tea"), a_claim("c.md", "Tea")]
    assert identify(claims, a_site(), memory).ids["a.md"] == TEA


def test_a_new_post_that_takes_a_slug_does_not_get_the_id_of_a_post_with_its_title() -> None:
    memory = Memory(
        pinned={"slug:tea": TEA},
        published={"a.md": a_standing("a.md", TEA, "Notes", "tea")},
        holders={TEA: Holder("a.md", "slug:tea")},
        remembered={TEA: an_entry(TEA, "slug:tea", "Notes", "tea")},
    )
    claims = [
        a_claim("a.md", "Notes", text="tea"),
        a_claim("b.md", "Notes", "slug:tea", "milk"),
    ]
    ids = identify(claims, a_site(), memory).ids
    assert ids["a.md"] == TEA
    assert ids["b.md"] != TEA


def test_a_post_with_the_slug_of_another_is_its_twin() -> None:
    memory = Memory(
        pinned={"slug:tea": TEA},
        published={"a.md": a_standing("a.md", TEA, "Tea")},
        holders={TEA: Holder("a.md", "slug:tea")},
        remembered={TEA: an_entry(TEA, "slug:tea", "Tea", "text of Tea")},
    )
    claims = [a_claim("a.md", "Tea", "slug:tea"), a_claim("b.md", "Milk", "slug:tea")]
    assert identify(claims, a_site(), memory).twins == {"b.md": "a.md"}
