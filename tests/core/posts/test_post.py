"""Which files can be posts, by the ends of their names."""

import pytest

from feedsvc.core.posts.post import SUFFIXES, suffixes_of
from feedsvc.core.rules import GENERATORS


@pytest.mark.parametrize("generator", ["", *GENERATORS])
def test_only_quarto_has_more_kinds_of_posts(generator: str) -> None:
    more = {".qmd"} if generator == "quarto" else set()
    assert suffixes_of(generator) == SUFFIXES | more
