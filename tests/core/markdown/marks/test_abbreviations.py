"""Abbreviations have their meaning as a title, in folders of generators that know them."""

import time

import pytest

from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.markdown.marks.abbreviations import with_abbreviations, without_abbreviations
from feedsvc.core.rules import GENERATORS
from tests.support.rendering import SITE, cleaned

_ABBR = '<abbr title="Leaves">TEA</abbr>'


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("TEA, TEAS.\n\n*[TEA]: Leaves", f"<p>{_ABBR}, TEAS.</p>"),
        ("  *[TEA]: Leaves\n\n**TEA**", f"<p><strong>{_ABBR}</strong></p>"),
        ("`TEA` TEA\n\n*[TEA]: Leaves", f"<p><code>TEA</code> {_ABBR}</p>"),
        ("<pre>TEA</pre>\n\nTEA\n\n*[TEA]: Leaves", f"<pre>TEA</pre>\n<p>{_ABBR}</p>"),
        (
            '[TEA](/TEA "TEA")\n\n*[TEA]: Leaves',
            f'<p><a href="{SITE}/TEA" title="TEA">{_ABBR}</a></p>',
        ),
        ('*[A&B]: "x" < y\n\nA&B', '<p><abbr title="&quot;x&quot; &lt; y">A&amp;B</abbr></p>'),
        (
            "*[a]: 1\n*[a b]: 2\n\na b a",
            '<p><abbr title="2">a b</abbr> <abbr title="1">a</abbr></p>',
        ),
        ("*[TEA]:\n\nTEA", '<p><abbr title="">TEA</abbr></p>'),
        (
            "```\n*[TEA]: Leaves\n```\nTEA",
            "<pre><code>*[TEA]: Leaves\n</code></pre>\n<p>TEA</p>",
        ),
        ("a `b\n*[TEA]: Leaves`\n\nTEA", "<p>a <code>b *[TEA]: Leaves</code></p>\n<p>TEA</p>"),
        ("a *[TEA]: Leaves", "<p>a *[TEA]: Leaves</p>"),
        ("*[ ]: Leaves\n\nTEA", "<p>TEA</p>"),
        ("</code>TEA\n\n*[TEA]: Leaves", f"<p>{_ABBR}</p>"),
    ],
)
def test_an_abbreviation_has_its_meaning_as_title(body: str, html: str) -> None:
    assert cleaned(html_of(body, "jekyll")) == html


@pytest.mark.parametrize("generator", ["", *GENERATORS])
def test_generators_disagree_about_abbreviations(generator: str) -> None:
    html = html_of("TEA\n\n*[TEA]: Leaves", generator)
    known = generator in ("jekyll", "pelican", "nikola", "mkdocs")
    assert (_ABBR in html) is known
    assert ("*[TEA]: Leaves" in html) is not known


@pytest.mark.parametrize("unit", ["*[", "*[a", "*[a]:", "\n*[a]: b", "\n*[", "*[a]: "])
def test_many_definitions_take_linear_time(unit: str) -> None:
    begin = time.process_time()
    without_abbreviations("\n" + unit * 10_000)
    assert time.process_time() - begin < 2


def test_a_post_may_define_many_abbreviations() -> None:
    begin = time.process_time()
    with_abbreviations("<p>" + "a1 " * 30_000, {f"a{n}": "x" for n in range(10_000)})
    assert time.process_time() - begin < 3
