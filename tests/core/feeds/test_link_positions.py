"""Where in its file a link to another post is."""

import pytest

from feedsvc.core.feeds.link_positions import located
from tests.support.builders import an_entry
from tests.support.linking import composed

LINE = 4  # of the body


def positions(body: str, path: str = "one.md") -> list[tuple[int, int, str]]:
    unresolved = composed(body, path).unresolved
    assert unresolved is not None
    return [(link.line - LINE, link.column, link.text) for link in unresolved.links]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("[a](two.md)", (0, 5, "two.md")),
        ("a\n\n[b]( <my two.md> 't')", (2, 7, "my two.md")),
        ("a\r\n[b](two.md)", (1, 5, "two.md")),
        ("[b][c]\n\n[c]: two.md 't'", (2, 6, "two.md")),
        ("<a href='my two.md'>b</a>", (0, 10, "my two.md")),
        ("<a class=x href=two.md>b</a>", (0, 17, "two.md")),
        ("[a]({% post_url 2026-01-01-two %}#x)", (0, 5, "{% post_url 2026-01-01-two %}")),
        ("{% post_link two 'T' %}", (0, 1, "{% post_link two 'T' %}")),
        ('[a]({{< ref "/x/two.md#y" >}})', (0, 5, '{{< ref "/x/two.md#y" >}}')),
        ("茶[[a/Two#b|c]]", (0, 2, "[[a/Two#b|c]]")),
        ("[[two]]", (0, 1, "[[two]]")),
        ("[a]({tag}Green%20Tea)", (0, 5, "{tag}Green%20Tea")),
        ("[a]({archives})", (0, 5, "{archives}")),
        ("[a]({{< ref `x/two` >}})", (0, 5, "{{< ref `x/two` >}}")),
        ("[a](\n  two.md)", (1, 3, "two.md")),
        ("`[a](two.md)` [a](two.md)", (0, 19, "two.md")),
        ("```\n[a](two.md)\n```\n[a](two.md)", (3, 5, "two.md")),
        ("[a](two.md?x&amp;y)", (0, 5, "two.md?x&amp;y")),
    ],
)
def test_a_link_has_its_line_column_and_text(body: str, found: tuple[int, int, str]) -> None:
    assert positions(body) == [found]


def test_each_link_has_its_own_position() -> None:
    body = "[a](two.md) [[Two]]\n[b](two.md#x) [c]({{< ref two >}})"
    assert positions(body) == [
        *((0, 5, "two.md"), (0, 13, "[[Two]]"), (1, 5, "two.md#x")),
    ]


def test_backticks_in_html_begin_no_code() -> None:
    assert positions("<p>`<a href='two.md'>a</a>`", "one.html") == [(0, 14, "two.md")]


def test_a_link_that_is_not_found_is_in_the_first_line() -> None:
    entry = composed("[a](two.md)")
    moved = located(entry, "nothing", is_html=False)
    assert moved.unresolved == located(composed("[a](two.md)"), "", is_html=False).unresolved
    unnamed = composed("{% post_link two|x y %}").unresolved
    assert unnamed is not None
    assert [link.text for link in unnamed.links] == ["two%7Cx.md"]


def test_an_entry_without_links_stays() -> None:
    assert located(an_entry(), "[a](two.md)", is_html=False) == an_entry()


@pytest.mark.parametrize(
    "piece", ["[a](x.md) ", "[[", "{% ", "{{ ", "](<", "]:", "href='", "`"]
)
def test_many_links_are_found_in_time(piece: str) -> None:
    located(composed("[a](two.md)"), piece * 10_000, is_html=False)
