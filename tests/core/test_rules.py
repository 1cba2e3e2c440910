"""The generator decides what the settings leave to it."""

import pytest

from feedsvc.core.rules import AUTO, GENERATORS, Rules


@pytest.mark.parametrize("generator", ["", *GENERATORS])
def test_a_flat_list_is_one_path_in_hexo_and_without_a_generator(generator: str) -> None:
    rules = Rules(categories=AUTO).of(generator)
    is_path = generator in ("", "hexo", "plain")
    assert rules == Rules(categories="hexo" if is_path else "flat", generator=generator)


@pytest.mark.parametrize("categories", ["hexo", "flat"])
def test_categories_that_are_set_are_kept(categories: str) -> None:
    assert Rules(categories=categories).of("hugo").categories == categories
