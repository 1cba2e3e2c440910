"""The first heading of a body, which may be the title of the post."""

import pytest

from feedsvc.core.markdown.first_heading import first_heading


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("# One *two*\n", "One two"),
        ("a ` b\n# One\n", "One"),
        ("\n\n## Two ##\n", "Two"),
        ("## Two\n\n# One\n", "Two"),
        ("text\n\n## Two\n\n# One\n", "One"),
        ("text\n\nTwo\n---\n\nOne\n===\n", "One"),
        ("One\n===\n", "One"),
        ("One `<T>`\n---\ntext", "One <T>"),
        ("```\n# no\n```\n# yes", "yes"),
        ("```\nNo\n===\n```\nYes\n===\n", "Yes"),
        ("a\n\n```\nx\n```\n===\n# One", "One"),
        ("<h1 class='x'>One <b>two</b></h1>", "One two"),
        ("茶道\n======", "茶道"),
    ],
)
def test_a_heading_is_found(body: str, words: str) -> None:
    found = first_heading(body)
    assert found
    assert found.words == words


@pytest.mark.parametrize(
    "body",
    [
        *(
            "",
            "text",
            "- a\n---\n",
            "> a\n===\n",
            "a\nb\n---\n",
            "| a |\n---\n",
            "    a\n---\n",
        ),
        *(
            "#no",
            "<h1>open",
            "text\n\n## Two\n",
            "text\n\nTwo\n---\n",
            "`<h1>a</h1>`",
            "a\n\n---\n",
            "1. a\n---\n",
            "<h10>a</h10>",
        ),
    ],
)
def test_what_is_no_heading_is_not_taken_for_one(body: str) -> None:
    assert first_heading(body) is None


def test_a_heading_knows_where_it_stands() -> None:
    body = "\nOne\n===\ntext"
    found = first_heading(body)
    assert found
    assert body[found.start : found.end] == "One\n==="
