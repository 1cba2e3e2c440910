"""An id that was forgotten is never given again."""

import pytest

from feedsvc.core.ledger.identities import Claim, Holder, Memory, identify
from feedsvc.core.ledger.ledger import forgotten_hash
from tests.support.builders import a_site, at

TEA = "tag:example.org,2026:tea"


def given(
    *forgotten: str, key: str = "slug:tea", holders: dict[str, Holder] | None = None
) -> str:
    claim = Claim("tea.md", key, "Tea", at("2026-03-01"))
    hashes = frozenset(map(forgotten_hash, forgotten))
    ids = identify([claim], a_site(), Memory(holders=holders or {}, forgotten=hashes))
    return ids.ids["tea.md"]


def test_a_new_post_gets_the_usual_id_if_another_one_was_forgotten() -> None:
    assert given("tag:example.org,2026:milk") == TEA


@pytest.mark.parametrize(
    ("key", "usual_id"),
    [
        ("slug:tea", TEA),
        ("path:tea", "tag:example.org,2026:/tea"),
        ("guid:https://example.org/?p=7", "https://example.org/?p=7"),
        ("guid:0B1F65A4-6A2B-4B4A-8A5C-3D6F0F9B7A11",) * 2,
    ],
)
def test_a_new_post_with_a_forgotten_id_gets_another_one(key: str, usual_id: str) -> None:
    usual_id = given(key=key) if usual_id == key else usual_id
    assert given(key=key) == usual_id
    other = given(usual_id, key=key)
    assert other.startswith(f"{usual_id}-")
    assert given(usual_id, key=key) == other


def test_each_id_that_was_forgotten_is_avoided() -> None:
    forgotten: list[str] = []
    for _ in range(5):
        forgotten.append(given(*forgotten))
    assert len(set(forgotten)) == 5


def test_an_id_that_another_file_keeps_and_one_that_was_forgotten_are_avoided() -> None:
    held = {TEA: Holder("a.md", "slug:green")}
    first = given(holders=held)
    assert given(first, holders=held) not in (TEA, first)
