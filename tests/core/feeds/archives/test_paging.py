"""Which numbers a page has, and which documents link to each other."""

import pytest

from feedsvc.core.feeds.archives.paging import (
    NO_PAGING,
    PAGE_SIZE,
    Extent,
    Paging,
    numbers_of,
    page_of,
    paging_mark,
)


@pytest.mark.parametrize(
    ("number", "page"), [(0, 0), (1, 1), (49, 1), (50, 1), (51, 2), (100, 2), (101, 3)]
)
def test_a_number_is_on_the_page_of_its_range(number: int, page: int) -> None:
    assert page_of(number) == page


def test_the_size_of_a_page_never_changes() -> None:
    assert PAGE_SIZE == 50


def test_the_ranges_of_pages_follow_each_other() -> None:
    assert [numbers_of(page) for page in (1, 2, 3)] == [(1, 50), (51, 100), (101, 150)]
    assert all(page_of(n) == page for page in range(1, 9) for n in numbers_of(page))


def test_pages_link_to_their_neighbours() -> None:
    pages = [Paging(newest=3, page=number) for number in (1, 2, 3)]
    assert [(page.previous, page.next) for page in pages] == [(0, 2), (1, 3), (2, 0)]


def test_the_subscription_document_leads_to_the_newest_page() -> None:
    assert (Paging(newest=3).previous, Paging(newest=3).next) == (3, 0)


@pytest.mark.parametrize("paging", [NO_PAGING, Paging(is_complete=True)])
def test_other_documents_link_to_no_page(paging: Paging) -> None:
    assert (paging.previous, paging.next) == (0, 0)


@pytest.mark.parametrize(
    ("entries", "numbered", "mark"),
    [
        (0, 0, ""),
        (20, 20, ""),
        (20, 50, ""),  # the size limit may cut it, and that depends on the entries
        (20, 51, "2"),
        (21, 21, "1+"),
        (21, 51, "2+"),
    ],
)
def test_the_mark_of_the_digest_changes_with_the_links(
    entries: int, numbered: int, mark: str
) -> None:
    assert paging_mark(Extent(entries, numbered), 20) == mark
