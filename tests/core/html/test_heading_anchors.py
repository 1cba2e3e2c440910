"""Links of headings to themselves are for pages, not for feeds."""

import time
from contextlib import suppress

import pytest

from feedsvc.core.html.scanner import TooDeepError
from tests.support.rendering import cleaned, shown


@pytest.mark.parametrize(
    "heading",
    [
        '<h2 id="a">T<a class="headerlink" href="#a" title="Permanent link">¶</a></h2>',
        '<h2 id="a"><a class="anchor" aria-hidden="true" href="#a">#</a>T</h2>',
        '<h2 id="a"><a class="header-anchor" href="#a">#</a> T</h2>',
        '<h2 id="a">T<a href="#a" class="hash-link" aria-label="Direct link">\u200b</a></h2>',
        '<h2 id="a"><a class="anchor" href="#a"><svg><path d="M4"/></svg></a>T</h2>',
        '<h2 id="a"><a class="anchor" href="#a"><img src="link.svg"></a>T</h2>',
        '<h2 id="a">T <a href="#a">🔗</a></h2>',
        '<h2 id="a">T <a href="#a"></a></h2>',
        '<h2 id="a">T<a class="headerlink" href="#a">Permalink</a></h2>',
        '<h2 id="a">T<a class="anchor" href="#a">Direct link to T</a></h2>',
        '<h2 id="a">T<a class="anchor" href="#a">永久链接</a></h2>',
        '<a class="anchor" href="#a">#</a><h2 id="a">T</h2>',
    ],
)
def test_a_link_of_a_heading_to_itself_is_removed(heading: str) -> None:
    html = cleaned(heading)
    assert html.replace(" ", "") == '<h2id="e1-a">T</h2>'


@pytest.mark.parametrize(
    "rough",
    [
        '<h2 id="a"><a class="header-anchor" href="#a">T</a></h2>',
        '<h2><a href="#b">¶ 5</a></h2>',
        '<h2>T <a href="#b">link</a></h2>',
        '<p>T <a href="#b">↩</a></p>',
        '<p><a class="anchor" href="#b">See T</a></p>',
        '<h2>T <a href="/b">#</a></h2>',
        '<h2>T <a class="anchor" href="https://x.example/#b">¶</a><a href="#c">c</a></h2>',
        '<h2><a href="#b">#</a></h2>',
        '<h2>T <a href="#b"><img src="b.png"></a></h2>',
        '<h2>T <a href="#b">¶',
    ],
)
def test_other_links_stay(rough: str) -> None:
    assert "</a>" in cleaned(rough)


@pytest.mark.parametrize("name", ["id", "name"])
def test_an_id_of_the_link_stays(name: str) -> None:
    html = cleaned(f'<h2>T<a class="anchor" {name}="b" href="#b">#</a></h2><a href="#b">c</a>')
    assert html == '<h2>T<a id="e1-b"></a></h2><a href="#e1-b">c</a>'


def test_a_link_in_the_markdown_of_a_heading_is_removed() -> None:
    html = shown("## T [#](#t)\n\n[to T](#t)\n")
    assert html == '<h2 id="e1-t">T </h2>\n<p><a href="#e1-t">to T</a></p>'


@pytest.mark.parametrize(
    "rough", ["<h2><a href='#a'>", "<h2><a href='#a'>¶</a></h2>", "<a class=anchor href='#a'>"]
)
def test_many_links_of_headings_take_linear_time(rough: str) -> None:
    started = time.process_time()
    with suppress(TooDeepError):
        cleaned(rough * 3_000)
    assert time.process_time() - started < 10
