"""Reports without what names a post that is forgotten."""

from typing import Any

import pytest

from feedsvc.core.ledger.forgotten_names import ForgottenNames

NAMES = ForgottenNames(
    frozenset(["tag:x:tea", "slug:tea", "https://example.org/tea/", "tea.md", "b/c.md"])
)


@pytest.mark.parametrize(
    "text",
    [
        "it has the same key as tea.md",
        "it is a copy of tea.md; delete it",
        "it is like tag:x:tea, slug:tea",
        "its permalink is https://example.org/tea/, which is also that of a.md",
        "b/c.md",
        "(tea.md)",
    ],
)
def test_a_sentence_that_has_a_name(text: str) -> None:
    assert NAMES.are_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "a tea",
        "it is a copy of green/tea.md",
        "it is a copy of green-tea.md",
        "tag:x:tea-2 and tag:x:tea/2",
        "https://example.org/tea/2/ and https://other.org/tea/",
        "slug:tea//green",
        "a/b/c.md",
    ],
)
def test_a_part_of_another_name_is_no_name(text: str) -> None:
    assert not NAMES.are_in(text)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"count": 2, "entries": [{"id": "tag:x:tea"}]}, {"count": 2, "entries": []}),
        ([{"path": "tea.md"}, {"path": "a.md"}], [{"path": "a.md"}]),
        ([{"permalink": "https://example.org/tea/"}], []),
        (["tea.md", "a.md", 7, None], ["a.md", 7, None]),
        ([{"path": "a.md", "fault": "it is like tea.md", "line": 1}], []),
        ([{"path": "tea.md", "fault": "it is empty"}], []),
        (
            [{"path": "a.md", "fault": "it is empty"}],
            [{"path": "a.md", "fault": "it is empty"}],
        ),
        ([[{"id": "tag:x:tea"}]], [[]]),
        ("tea.md", "tea.md"),
    ],
)
def test_members_of_lists_that_name_it_are_removed(value: Any, kept: Any) -> None:
    assert NAMES.removed_from(value) == kept


def test_a_post_that_links_to_it_stays() -> None:
    other = [{"id": "tag:x:other", "summary": "see https://example.org/tea/"}]
    assert NAMES.removed_from(other) == other


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ([{"id": "tag:x:tea", "path": "old/tea.md"}], {"old/tea.md"}),
        ({"new": {"entries": [{"id": "tag:x:tea", "path": "b.md"}, {"id": "a"}]}}, {"b.md"}),
        ([{"id": "tag:x:other", "path": "a.md"}, "tea.md", 7], set()),
        ([{"id": "tag:x:tea", "title": "Tea"}, {"id": "tag:x:tea", "path": ""}], set()),
        (None, set()),
    ],
)
def test_paths_of_the_post_are_found_beside_its_names(value: Any, paths: set[str]) -> None:
    assert NAMES.paths_in(value) == paths
