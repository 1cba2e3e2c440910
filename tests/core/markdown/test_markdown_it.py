"""Ordinary Markdown has the same words in feedsvc and in another renderer."""

from itertools import islice

from tests.support.markdown_it import COUNT, SEED, difference, posts


def test_generated_posts_have_the_words_of_markdown_it() -> None:
    # `python -m tests.support.markdown_it` compares all of them.
    differences = {body: difference(body) for body in posts(60)}
    assert {body: each for body, each in differences.items() if each} == {}


def test_the_same_seed_gives_the_same_posts() -> None:
    assert [*posts(5)] == [*islice(posts(COUNT, SEED), 5)]
    assert [*posts(5)] != [*posts(5, SEED + 1)]


def test_a_difference_is_reported_with_the_words_around_it() -> None:
    assert difference("Tea:\n\n- [ ] one two") == (
        "feedsvc: Tea: ☐ one two\nmarkdown-it: Tea: [ ] one two"
    )
