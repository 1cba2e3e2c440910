"""What an id is: an absolute IRI or not, and each once."""

import pytest

from feedsvc.core.adopting.old_entries import OldEntry, each_once, is_iri
from tests.support.builders import at


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/2020/tea/",
        "http://example.org/?p=12",
        "tag:example.org,2020-01-02:/tea.html",
        "urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a",
        "HTTP://EXAMPLE.ORG/Tea",
        "https://example.org/茶/ü",
        "https://example.org/%E8%8C%B6#a",
        "http://[2001:db8::1]/tea",
        "post:123",
    ],
)
def test_an_absolute_iri_is_one(text: str) -> None:
    assert is_iri(text)
    assert OldEntry(text).is_iri


@pytest.mark.parametrize(
    "text",
    [
        *("", "12", "tea", "/2020/tea/", "//example.org/tea", "example.org/tea", "Tea time"),
        *("https://example.org/a b", "https://example.org/a\nb", "https://example.org/%zz"),
        *("1a:b", ":tea", "http:", "https://example.org/<a>", 'https://example.org/"'),
        *("https://example.org/a#b#c", "https://example.org/[a]", "tëa:b", "a\\b:c"),
        *("https://example.org/\ue000", "https://example.org/a|b", "https://example.org/{a}"),
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_iri(text)


def test_of_equal_ids_the_last_edit_counts() -> None:
    old = OldEntry("a", title="Old", updated=at("2026-01-01"))
    new = OldEntry("a", title="New", updated=at("2026-01-02"))
    other = OldEntry("b")
    assert each_once([old, other, new]) == (new, other)
    assert each_once([new, other, old]) == (new, other)


def test_of_equal_ids_without_dates_the_first_counts() -> None:
    assert each_once([OldEntry("a", title="1"), OldEntry("a", title="2")]) == (
        OldEntry("a", title="1"),
    )
