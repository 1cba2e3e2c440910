"""An entry keeps its id when title, date, slug or file name change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from feedsvc.core.ledger.identities import (
    Claim,
    Holder,
    Identities,
    Memory,
    Standing,
    identify,
)
from feedsvc.core.ledger.ledger import LedgerEntry, text_digest
from tests.support.builders import a_site, at

DAY = at("2026-03-01")
TEA, MILK, OLD = (f"tag:example.org,2026:{name}" for name in ("tea", "milk", "old"))


def a_claim(path: str, key: str, title: str = "Tea") -> Claim:
    return Claim(path, key, title, DAY)


def a_standing(path: str, entry_id: str, title: str = "Tea") -> Standing:
    return Standing(path, entry_id, title, DAY)


def identified(
    *claims: Claim,
    pinned: Mapping[str, str] | None = None,
    published: Sequence[Standing] = (),
    missing: Collection[str] = (),
    holders: Mapping[str, Holder] | None = None,
    withdrawn: Sequence[LedgerEntry] = (),
    ledger: Sequence[LedgerEntry] = (),
    alike: Sequence[LedgerEntry] = (),
) -> Identities:
    standings = {standing.path: standing for standing in published}
    known = (pinned or {}, standings, set(missing), holders or {})
    remembered = {entry.id: entry for entry in ledger}
    return identify(claims, a_site(), Memory(*known, remembered, withdrawn, alike=alike))


def test_no_claims_give_no_ids() -> None:
    assert identified() == Identities({}, {})


def test_a_new_post_gets_a_new_id() -> None:
    assert identified(a_claim("a.md", "slug:tea")) == Identities({"a.md": TEA}, {})


def test_a_pinned_key_keeps_its_id() -> None:
    claim = a_claim("elsewhere.md", "slug:tea", "New title")
    assert identified(claim, pinned={"slug:tea": OLD}).ids == {"elsewhere.md": OLD}


def test_a_pinned_id_goes_before_the_id_of_the_same_path() -> None:
    identities = identified(
        a_claim("a.md", "slug:tea"),
        pinned={"slug:tea": TEA},
        published=[a_standing("a.md", MILK)],
    )
    assert identities.ids == {"a.md": TEA}


@pytest.mark.parametrize("key", ["slug:green", "path:a"])
def test_a_changed_slug_at_the_same_path_keeps_the_id(key: str) -> None:
    claim = a_claim("a.md", key, "New title")
    assert identified(claim, published=[a_standing("a.md", OLD)]).ids == {"a.md": OLD}


def test_a_new_guid_makes_a_new_entry() -> None:
    identities = identified(
        a_claim("a.md", "guid:urn:new"), published=[a_standing("a.md", OLD)]
    )
    assert identities.ids == {"a.md": "urn:new"}


def test_a_renamed_file_keeps_its_id() -> None:
    identities = identified(
        a_claim("b/new.md", "path:b/new"), published=[a_standing("a.md", OLD)], missing=["a.md"]
    )
    assert identities == Identities({"b/new.md": OLD}, {})


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        (a_claim("b.md", "path:b", "Another title"), ["a.md"]),
        (Claim("b.md", "path:b", "Tea", at("2026-03-02")), ["a.md"]),
        (a_claim("b.md", "path:b"), []),
        (a_claim("b.md", "guid:b"), ["a.md"]),
    ],
    ids=["other title", "other date", "nothing is missing", "has a guid"],
)
def test_a_file_that_is_not_renamed_gets_a_new_id(claim: Claim, missing: list[str]) -> None:
    identities = identified(claim, published=[a_standing("a.md", OLD)], missing=missing)
    assert OLD not in identities.ids.values()


def test_a_renamed_file_with_a_new_slug_keeps_its_id() -> None:
    identities = identified(
        a_claim("b/index.md", "slug:b"), published=[a_standing("a.md", OLD)], missing=["a.md"]
    )
    assert identities == Identities({"b/index.md": OLD}, {})


def test_a_pinned_slug_goes_before_a_missing_file_with_the_same_title() -> None:
    identities = identified(
        a_claim("b.md", "slug:milk"),
        pinned={"slug:milk": MILK},
        published=[a_standing("a.md", OLD)],
        missing=["a.md"],
    )
    assert identities.ids == {"b.md": MILK}


def test_a_missing_file_gives_its_id_to_only_one_post() -> None:
    identities = identified(
        a_claim("b.md", "path:b"),
        a_claim("c.md", "path:c"),
        published=[a_standing("a.md", OLD)],
        missing=["a.md"],
    )
    assert identities == Identities({"b.md": OLD, "c.md": "tag:example.org,2026:/c"}, {})


def test_of_two_equal_missing_files_the_first_path_gives_its_id() -> None:
    identities = identified(
        a_claim("c.md", "path:c"),
        published=[a_standing("b.md", MILK), a_standing("a.md", OLD)],
        missing=["a.md", "b.md"],
    )
    assert identities.ids == {"c.md": OLD}


def test_the_id_of_a_missing_file_goes_to_the_post_with_its_key() -> None:
    identities = identified(
        a_claim("b.md", "path:b"),
        a_claim("z.md", "slug:old"),
        pinned={"slug:old": OLD},
        published=[a_standing("a.md", OLD)],
        missing=["a.md"],
    )
    assert identities.ids == {"z.md": OLD, "b.md": "tag:example.org,2026:/b"}


def test_of_two_equal_missing_files_the_one_with_a_free_id_gives_it() -> None:
    identities = identified(
        a_claim("c.md", "path:c"),
        a_claim("z.md", "slug:old"),
        pinned={"slug:old": OLD},
        published=[a_standing("a.md", OLD), a_standing("b.md", MILK)],
        missing=["a.md", "b.md"],
    )
    assert identities.ids == {"c.md": MILK, "z.md": OLD}


def test_two_files_that_swap_their_slugs_swap_their_ids() -> None:
    identities = identified(
        a_claim("a.md", "slug:milk"),
        a_claim("b.md", "slug:tea"),
        pinned={"slug:tea": TEA, "slug:milk": MILK},
        published=[a_standing("a.md", TEA), a_standing("b.md", MILK)],
    )
    assert identities == Identities({"a.md": MILK, "b.md": TEA}, {})


def test_a_new_file_at_the_path_of_a_moved_one_gets_a_new_id() -> None:
    identities = identified(
        a_claim("a.md", "slug:milk"),
        a_claim("b.md", "slug:tea"),
        pinned={"slug:tea": TEA},
        published=[a_standing("a.md", TEA)],
    )
    assert identities == Identities({"a.md": MILK, "b.md": TEA}, {})


def test_of_two_new_twins_the_first_path_gets_the_id() -> None:
    identities = identified(a_claim("b.md", "slug:tea"), a_claim("a.md", "slug:tea"))
    assert identities == Identities({"a.md": TEA, "b.md": TEA}, {"b.md": "a.md"})


def test_of_twins_the_file_that_has_the_id_keeps_it() -> None:
    identities = identified(
        a_claim("a.md", "slug:tea"),
        a_claim("b.md", "slug:tea"),
        pinned={"slug:tea": TEA},
        published=[a_standing("b.md", TEA)],
    )
    assert identities.twins == {"a.md": "b.md"}


def test_a_file_that_had_another_id_is_a_twin_of_the_one_that_had_this_id() -> None:
    identities = identified(
        a_claim("a.md", "slug:tea"),
        a_claim("b.md", "slug:tea"),
        pinned={"slug:tea": TEA},
        published=[a_standing("a.md", MILK), a_standing("b.md", TEA)],
    )
    assert identities.twins == {"a.md": "b.md"}


def test_a_post_is_a_twin_of_a_file_that_was_not_read_again() -> None:
    identities = identified(
        a_claim("a.md", "slug:tea"),
        pinned={"slug:tea": TEA},
        holders={TEA: Holder("z.md", "slug:tea")},
    )
    assert identities.twins == {"a.md": "z.md"}


def test_a_holder_that_was_read_again_can_lose_its_id() -> None:
    identities = identified(
        a_claim("a.md", "slug:milk"),
        a_claim("b.md", "slug:tea"),
        pinned={"slug:tea": TEA},
        holders={TEA: Holder("a.md", "slug:tea")},
    )
    assert identities == Identities({"a.md": MILK, "b.md": TEA}, {})


def test_the_order_of_claims_does_not_matter() -> None:
    claims = [a_claim(f"{name}.md", "slug:tea") for name in "cab"]
    assert identified(*claims) == identified(*reversed(claims))


def test_the_old_key_of_a_renamed_file_is_free_for_a_new_post() -> None:
    identities = identified(
        a_claim("untitled.md", "path:untitled", "New"),
        pinned={"path:untitled": OLD},
        holders={OLD: Holder("first.md", "path:first")},
    )
    assert identities.twins == {}
    # Not the usual id: the renamed file may have had it before it took over another one.
    assert identities.ids["untitled.md"].startswith("tag:example.org,2026:/untitled-")


def test_the_id_that_a_renamed_file_keeps_is_not_given_again() -> None:
    identities = identified(
        a_claim("b.md", "slug:tea", "New"),
        pinned={"slug:tea": TEA},
        holders={TEA: Holder("a.md", "slug:green")},
    )
    assert identities.twins == {}
    (given,) = identities.ids.values()
    assert given.startswith(f"{TEA}-")


def test_a_renamed_file_goes_before_a_pinned_id_without_an_entry() -> None:
    identities = identified(
        a_claim("b.md", "path:b"),
        pinned={"path:b": OLD},
        published=[a_standing("a.md", TEA)],
        missing=["a.md"],
    )
    assert identities.ids == {"b.md": TEA}


def a_long_claim(path: str, **changes: Any) -> Claim:
    return replace(Claim(path, f"path:{path}", "Tea", DAY, "b", 200), **changes)


def a_withdrawn(entry_id: str, **changes: Any) -> LedgerEntry:
    entry = LedgerEntry(entry_id, f"path:{entry_id}", DAY, title_digest=text_digest("Tea"))
    return replace(entry, **{"body_digest": "b"} | changes)


@pytest.mark.parametrize(
    ("claim", "withdrawn"),
    [
        (a_long_claim("b"), a_withdrawn(OLD)),
        (a_long_claim("b", key="slug:b"), a_withdrawn(OLD)),
        (a_long_claim("b"), a_withdrawn(OLD, published=at("2026-02-01"), redated=DAY)),
        (a_long_claim("b", published=at("2026-03-01T00:00+08:00")), a_withdrawn(OLD)),
        (a_long_claim("b", published=at("2026-03-01T08:00+08:00")), a_withdrawn(OLD)),
    ],
    ids=["path", "slug", "redated", "the same local time", "the same moment"],
)
def test_a_withdrawn_post_that_looks_the_same_comes_back(
    claim: Claim, withdrawn: LedgerEntry
) -> None:
    identities = identified(claim, withdrawn=[withdrawn])
    assert identities == Identities({"b": OLD}, {})


@pytest.mark.parametrize(
    ("claim", "withdrawn"),
    [
        (a_long_claim("b", key="guid:b"), a_withdrawn(OLD)),
        (a_long_claim("b", published=at("2026-03-02")), a_withdrawn(OLD)),
        (a_long_claim("b", title="Milk"), a_withdrawn(OLD)),
        (a_long_claim("b", body_digest="c"), a_withdrawn(OLD)),
        (a_long_claim("b"), a_withdrawn(OLD, published=None)),
    ],
    ids=["guid", "date", "title", "text", "an unknown date"],
)
def test_another_post_does_not_come_back(claim: Claim, withdrawn: LedgerEntry) -> None:
    identities = identified(claim, withdrawn=[withdrawn])
    assert OLD not in identities.ids.values()
    assert identities.lookalikes == {}


@pytest.mark.parametrize(
    ("claim", "withdrawn"),
    [
        (a_long_claim("b", body_length=199), [a_withdrawn(OLD)]),
        (a_long_claim("b"), [a_withdrawn(OLD), a_withdrawn(MILK)]),
    ],
    ids=["a short text", "several"],
)
def test_a_post_that_cannot_be_told_is_new(
    claim: Claim, withdrawn: Sequence[LedgerEntry]
) -> None:
    identities = identified(claim, withdrawn=withdrawn)
    assert identities.ids == {"b": "tag:example.org,2026:/b"}
    assert identities.lookalikes == {"b": tuple(entry.key for entry in withdrawn)}


def a_moved_on(**changes: Any) -> LedgerEntry:
    """A withdrawn entry whose post had the slug tea first, and then the slug green."""
    return a_withdrawn(TEA, key="slug:green", body_length=200, **changes)


@pytest.mark.parametrize(
    ("claim", "pinned"),
    [
        (a_long_claim("b", title="New", body_digest="c"), {"path:b": TEA}),
        (a_long_claim("b", key="slug:tea", title="New", body_digest="c"), {"slug:tea": TEA}),
        (a_long_claim("b", key="slug:tea", title="New", body_length=9), {"slug:tea": TEA}),
        (a_long_claim("b", key="slug:tea", title="New", body_digest="c"), {"slug:tea": OLD}),
        (a_long_claim("b", key="slug:tea", title="New", body_digest="c"), {}),
    ],
    ids=["path", "slug", "a short text", "an id that was adopted", "a key that is unknown"],
)
def test_a_new_post_does_not_get_the_id_of_a_post_that_had_its_key_once(
    claim: Claim, pinned: dict[str, str]
) -> None:
    ledger = [a_moved_on(), replace(a_moved_on(), id=OLD)]
    (given,) = identified(claim, pinned=pinned, ledger=ledger).ids.values()
    assert given not in {TEA, OLD}


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "New"},
        {"body_digest": "c"},
        {"title": "New", "body_digest": "c", "path": "a.md"},
    ],
    ids=["the same text", "the same title", "the same file"],
)
def test_a_post_that_takes_its_earlier_key_again_keeps_its_id(changes: dict[str, Any]) -> None:
    claim = replace(a_long_claim("b"), **{"key": "slug:tea"} | changes)
    identities = identified(
        claim,
        pinned={"slug:tea": TEA},
        published=[a_standing("a.md", TEA)],
        missing={"a.md"} - {claim.path},
        ledger=[a_moved_on()],
    )
    assert identities.ids == {claim.path: TEA}


def test_a_post_keeps_its_id_when_a_new_one_takes_its_slug_in_the_same_publish() -> None:
    identities = identified(
        a_long_claim("a.md", key="slug:tea-2023"),
        a_long_claim("b.md", key="slug:tea", title="New", body_digest="c"),
        pinned={"slug:tea": TEA},
        published=[a_standing("a.md", TEA)],
        holders={TEA: Holder("a.md", "slug:tea")},
        ledger=[a_withdrawn(TEA, key="slug:tea")],
    )
    assert identities.ids["a.md"] == TEA
    assert identities.ids["b.md"].startswith(f"{TEA}-")


def test_a_post_takes_its_slug_along_when_a_new_one_takes_its_path() -> None:
    identities = identified(
        a_long_claim("a.md", key="slug:milk", title="New", body_digest="c"),
        a_long_claim("b.md", key="slug:tea", body_digest="edited"),
        pinned={"slug:tea": TEA},
        published=[a_standing("a.md", TEA)],
        holders={TEA: Holder("a.md", "slug:tea")},
        ledger=[a_withdrawn(TEA, key="slug:tea")],
    )
    assert identities.ids == {"a.md": MILK, "b.md": TEA}


def test_two_posts_whose_slugs_are_swapped_keep_their_ids() -> None:
    identities = identified(
        a_long_claim("a.md", key="slug:milk"),
        a_long_claim("b.md", key="slug:tea", title="Milk", body_digest="c"),
        pinned={"slug:tea": TEA, "slug:milk": MILK},
        published=[a_standing("a.md", TEA), a_standing("b.md", MILK)],
        holders={TEA: Holder("a.md", "slug:tea"), MILK: Holder("b.md", "slug:milk")},
        ledger=[
            a_withdrawn(TEA, key="slug:tea"),
            a_withdrawn(
                MILK, key="slug:milk", title_digest=text_digest("Milk"), body_digest="c"
            ),
        ],
    )
    assert identities == Identities({"a.md": TEA, "b.md": MILK}, {})


def test_a_guid_gives_the_id_that_its_author_wrote() -> None:
    claim = a_long_claim("b", key=f"guid:{TEA}", title="New", body_digest="c")
    assert identified(claim, ledger=[a_moved_on()]).ids == {"b": TEA}


def test_a_file_that_moves_on_takes_its_id_along_though_a_new_post_has_its_earlier_key() -> (
    None
):
    identities = identified(
        a_claim("a.md", "path:a", "New"),
        a_claim("c.md", "path:c"),
        pinned={"path:a": OLD},
        published=[a_standing("b.md", OLD)],
        missing={"b.md"},
        ledger=[a_withdrawn(OLD, key="path:b")],
    )
    assert identities.ids["c.md"] == OLD
    assert identities.ids["a.md"].startswith("tag:example.org,2026:/a-")


@pytest.mark.parametrize("order", [1, -1])
def test_posts_with_one_title_and_date_that_move_are_told_by_their_texts(order: int) -> None:
    claims = [
        Claim("x/1.md", "path:x/1", "Tea", DAY, "milk"),
        Claim("x/2.md", "path:x/2", "Tea", DAY, "edited"),
        Claim("x/3.md", "path:x/3", "Tea", DAY, "old"),
    ]
    published = [
        replace(a_standing(f"{name}.md", entry_id), body_digest=name)
        for name, entry_id in (("milk", MILK), ("old", OLD), ("tea", TEA))
    ]
    missing = {standing.path for standing in published}
    identities = identified(*claims[::order], published=published, missing=missing)
    assert identities.ids == {"x/1.md": MILK, "x/2.md": TEA, "x/3.md": OLD}


@pytest.mark.parametrize("pinned", [{}, {"path:b": OLD}], ids=["elsewhere", "at its path"])
def test_a_post_that_comes_back_takes_no_id_of_a_missing_one_with_its_title(
    pinned: dict[str, str],
) -> None:
    """Both posts have one title and date. The missing one may be about to be moved."""
    identities = identified(
        a_long_claim("b"),
        pinned=pinned,
        published=[replace(a_standing("a.md", MILK), body_digest="milk")],
        missing={"a.md"},
        withdrawn=[] if pinned else [a_withdrawn(OLD)],
        ledger=[a_withdrawn(OLD, key="path:b")],
    )
    assert identities.ids == {"b": OLD}


def test_a_withdrawn_post_comes_back_only_once() -> None:
    claims = [a_long_claim("b"), a_long_claim("c")]
    identities = identified(*claims, withdrawn=[a_withdrawn(OLD)])
    assert identities.ids == {"b": OLD, "c": "tag:example.org,2026:/c"}
    assert identities.lookalikes == {}


def test_a_missing_file_that_was_redated_gives_its_id() -> None:
    standing = replace(a_standing("a.md", OLD), published=at("2026-02-01"), redated=DAY)
    identities = identified(a_claim("b.md", "path:b"), published=[standing], missing=["a.md"])
    assert identities.ids == {"b.md": OLD}


def test_a_copy_of_a_published_post_is_not_the_missing_one_with_its_title_and_date() -> None:
    identities = identified(
        a_long_claim("copy.md", key="path:copy"),
        published=[replace(a_standing("a.md", MILK), body_digest="milk")],
        missing={"a.md"},
        alike=[a_withdrawn(OLD)],
    )
    assert identities.ids == {"copy.md": "tag:example.org,2026:/copy"}
