"""A publisher of two posts, and the web app in front of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.asking import Front, Publisher, two_posts


@pytest.fixture
def publisher(tmp_path: Path, sqlite_url: str) -> Iterator[Publisher]:
    with two_posts(tmp_path, sqlite_url) as made:
        yield made


@pytest.fixture
def front(publisher: Publisher) -> Front:
    return Front(publisher)


@pytest.fixture
def either_front(tmp_path: Path, either_url: str) -> Iterator[Front]:
    """On each engine in turn."""
    with two_posts(tmp_path, either_url) as made:
        yield Front(made)
