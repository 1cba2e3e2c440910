"""A heading keeps an id only if the body links to it, spelled as in the link."""

import time

import pytest

from feedsvc.core.markdown.markdown import html_of
from tests.support.rendering import shown


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        (
            "[a](#green-tea)\n\n## Green `tea`",
            '<a href="#e1-green-tea">a</a></p>\n'
            '<h2 id="e1-green-tea">Green <code>tea</code></h2>',
        ),
        (
            "[a](#Tea-Water)\n\n## Tea & Water",
            '<a href="#e1-Tea-Water">a</a></p>\n<h2 id="e1-Tea-Water">Tea &amp; Water</h2>',
        ),
        (
            "[a](#茶)\n\n## 茶",
            '<a href="#e1-%E8%8C%B6">a</a></p>\n<h2 id="e1-%E8%8C%B6">茶</h2>',
        ),
        (
            '[a](#t)\n\n## "Green" {#t .x}',
            '<a href="#e1-t">a</a></p>\n<h2 id="e1-t">"Green"</h2>',
        ),
        ("[a][b]\n\nTea\n===\n\n[b]: #tea", '<h1 id="e1-tea">Tea</h1>'),
        ("<a href='#tea'>a</a>\n\n# Tea", '<h1 id="e1-tea">Tea</h1>'),
        ("[a](#tea-1)\n\n# Tea\n\n# Tea", '<h1>Tea</h1>\n<h1 id="e1-tea-1">Tea</h1>'),
        ('[a](#b)\n\n<h2 id="b">B</h2>\n\n# C', '<h2 id="e1-b">B</h2>\n<h1>C</h1>'),
        ("[a](#tea)\n\n# Tea\n\n# Water {.x}", '<h1 id="e1-tea">Tea</h1>\n<h1>Water</h1>'),
    ],
)
def test_a_heading_has_the_id_of_a_link_to_it(markdown: str, html: str) -> None:
    assert html in shown(markdown)


@pytest.mark.parametrize("markdown", ["# Tea", "# Tea {#t}", "[a](b#tea)\n\n# Tea"])
def test_a_heading_without_a_link_to_it_has_no_id(markdown: str) -> None:
    assert shown(markdown).endswith("<h1>Tea</h1>")


def test_a_link_to_an_unknown_heading_leads_to_the_permalink() -> None:
    assert '<a href="https://example.org/posts/tea/#milk">a</a>' in shown("[a](#milk)\n\n# Tea")


@pytest.mark.untraced
@pytest.mark.parametrize(
    "piece",
    ["# a {#b ", "# a\n", '<h2 id="a">', '<a href="#a" aria-label="', "[a](#b)\n\n# b\n\n"],
)
def test_many_headings_take_linear_time(piece: str) -> None:
    markdown = "[a](#b)\n\n" + piece * (200_000 // len(piece))
    started = time.process_time()
    html_of(markdown)
    assert time.process_time() - started < 5  # usually 0.3 s; coverage slows it down
