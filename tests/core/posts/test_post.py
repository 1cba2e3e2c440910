"""Which files can be posts, by the ends of their names."""

from feedsvc.core.posts.post import SPELLED_SUFFIXES, SUFFIXES


def test_the_suffixes_are_the_same_in_every_folder_and_in_small_letters() -> None:
    assert {".md", ".mdx", ".qmd", ".rmd"} < SUFFIXES
    assert {suffix.lower() for suffix in SPELLED_SUFFIXES} == SUFFIXES
    assert ".Rmd" in SPELLED_SUFFIXES
