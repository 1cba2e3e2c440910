"""Fixtures of the tests of publishing."""

import pytest

from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.houses import House
from tests.support.writing import PostFolder


@pytest.fixture
def house(posts: PostFolder, folder: Folder, store: Store) -> House:
    """A folder without posts and a store without feeds."""
    return House(posts, folder, store)
