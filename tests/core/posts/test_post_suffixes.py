"""What the names of posts end in."""

from feedsvc.core.posts.post import ALL_SUFFIXES, SUFFIXES, suffixes_of


def test_the_posts_of_a_generator_may_end_in_more() -> None:
    assert suffixes_of("quarto") == SUFFIXES | {".qmd"} == ALL_SUFFIXES
    assert suffixes_of("hexo") == suffixes_of("") == SUFFIXES
