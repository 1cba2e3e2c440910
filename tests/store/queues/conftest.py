"""Fixtures of the queues."""

from collections.abc import Iterator

import pytest

from feedsvc.store.store import Store


@pytest.fixture
def other(either_store: Store, either_url: str) -> Iterator[Store]:
    """The same store, as another process has it open."""
    opened = Store(either_url)
    yield opened
    opened.close()
