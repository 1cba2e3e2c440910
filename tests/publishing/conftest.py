"""Fixtures of the tests of publishing."""

import pytest

from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.blogs import Blog, a_large_blog
from tests.support.houses import House
from tests.support.writing import PostFolder


@pytest.fixture
def house(posts: PostFolder, folder: Folder, store: Store) -> House:
    """A folder without posts and a store without feeds."""
    return House(posts, folder, store)


@pytest.fixture
def site(posts: PostFolder, folder: Folder, store: Store) -> Blog:
    """A site with 30 posts in `a`, 60 in `b` and 10 at the top."""
    return a_large_blog(posts, folder, store)


@pytest.fixture
def either_site(posts: PostFolder, folder: Folder, either_store: Store) -> Blog:
    """The same site on each engine in turn, for what the store keeps in tables of its own."""
    return a_large_blog(posts, folder, either_store)
