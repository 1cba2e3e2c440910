"""The first heading of a body, which can be the title of the post."""

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
        ("# One [[notes/Two|two]] [[三]]", "One two 三"),
        ("[[One|1]]\n===", "1"),
        ("# `[[ -f x ]]` and a[[0]] [[1]]", "[[ -f x ]] and a[[0]] [[1]]"),
        ("# [[Bug #1]]\n\n[bug #1]: https://b.example", "[[Bug #1]]"),
        ("# One <span hidden>two</span>", "One"),
        ("<h1>One<i style='display:none'>two</i></h1>", "One"),
        ("# Use <div hidden> well", "Use well"),
    ],
)
def test_the_title_heading_is_the_first_of_level_1_or_at_the_start(
    body: str, words: str
) -> None:
    heading = first_heading(body)
    assert heading
    assert heading.words == words


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
def test_other_text_is_no_title_heading(body: str) -> None:
    assert first_heading(body) is None


def test_a_heading_knows_its_span_in_the_body() -> None:
    body = "\nOne\n===\ntext"
    heading = first_heading(body)
    assert heading
    assert body[heading.start : heading.end] == "One\n==="
