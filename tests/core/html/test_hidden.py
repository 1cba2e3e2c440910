"""What HTML itself hides is not shown by a feed either."""

import time
from contextlib import suppress

import pytest

from feedsvc.core.feeds.entries import Entry, compose
from feedsvc.core.html.scanner import TooDeepError
from tests.support.builders import a_post, a_site
from tests.support.rendering import BASE, cleaned, shown


@pytest.mark.parametrize(
    "rough",
    [
        "<p hidden>x</p>",
        "<p HIDDEN>x</p>",
        "<p class=a hidden=hidden>x</p>",
        '<p hidden="">x</p>',
        "<p hidden=until-found>x</p>",
        '<p title="a > b" hidden>x</p>',
        "<p title=it's hidden>x</p>",
        "<p/hidden>x</p>",
        "<div hidden><div>x</div><p>x</p></div>",
        "<div hidden><br><img src=x>x</div>",
        "<div><div hidden>x</div><div hidden>x</div></div>",
        "<article hidden><p>x</p></article>",
        "<nav hidden><ul><li>x</ul></nav>",
        "<tea-cup hidden>x</tea-cup>",
        "<button hidden>x</button>",
        "<p style='display:none'>x</p>",
        '<p STYLE=" DISPLAY : NONE ">x</p>',
        "<p style='color:red;display: none !important;'>x</p>",
        "<p style='display:none!important;display:block'>x</p>",
        "<p style='display:block;display:none'>x</p>",
        "<p style='/* a;b */display:/**/none'>x</p>",
        "<p style=display:none>x</p>",
        "<p style='visibility:hidden'>x</p>",
        "<p style='VISIBILITY: Collapse'>x</p>",
        "<dialog>x</dialog>",
        "<dialog class=open><p>x</p></dialog>",
        "<div popover>x</div>",
        "<datalist id=a><option>x</datalist>",
        "<template>x</template>",
        "<input type=hidden value=x>",
        "<img src=x hidden>",
        "<img data-src=x hidden>",
        "<img src=x style='display:none'>",
        "<a href=x hidden>x</a>",
        "<iframe src=https://x.example hidden></iframe>",
        "<object data=/x style='display:none'></object>",
        "<math hidden><mi>x</mi></math>",
        "<table hidden><tr><td>x</table>",
        "<table hidden><tr><td class=gutter><pre>1</pre><td class=code><pre>x</pre></table>",
        "<pre hidden>x</pre>",
        "<noscript hidden><img src=x></noscript>",
        "<audio hidden src=x></audio>",
    ],
)
def test_a_hidden_element_is_removed(rough: str) -> None:
    assert "x" not in cleaned(f"<h2>a</h2>{rough}<h2>b</h2>")
    assert cleaned(f"<h2>a</h2>{rough}<h2>b</h2>").replace("<div></div>", "") == (
        "<h2>a</h2><h2>b</h2>"
    )


@pytest.mark.parametrize(
    "rough",
    [
        "<p>x hidden y</p>",
        "<p>&lt;p hidden&gt; x</p>",
        "<p title=hidden>x</p>",
        "<p class=hidden>x</p>",
        "<p class='d-none sr-only visually-hidden'>x</p>",
        "<p aria-hidden=true>x</p>",
        "<p data-hidden>x</p>",
        "<p style='display:none;display:block'>x</p>",
        "<p style='display:block !important;display:none'>x</p>",
        "<p style='overflow:hidden'>x</p>",
        "<p style='/* display:none */'>x</p>",
        "<p style='visibility:visible'>x</p>",
        "<dialog open>x</dialog>",
        "<details><summary>a</summary>x</details>",
        "<code>&lt;p hidden&gt;x</code>",
        "<!-- <p hidden> --><p>x</p>",
    ],
)
def test_other_elements_stay(rough: str) -> None:
    assert "x" in cleaned(rough)


@pytest.mark.parametrize(
    ("rough", "html"),
    [
        ("<p hidden>x<p>y", "<p>y</p>"),
        ("<p hidden>x<div>y</div>", "<div>y</div>"),
        ("<ul><li hidden>x<li>y</ul>", "<ul><li>y</li></ul>"),
        ("<div><span hidden>x</div>y", "<div></div>y"),
        ("<div hidden>x<p>y", ""),
        ("a<dialog>x", "a"),
        ("a<template>x", "a"),
        ("<b hidden>x<p>y</p></b>z", "z"),
        ("<table><tr hidden><td>x<tr><td>y</table>", "<table><tbody><tr><td>y</td></tr>"),
        ("a<br hidden>b<hr hidden>c", "abc"),
        ("<p>a<a href='/b' hidden>x</a>c</p>", "<p>ac</p>"),
        ("<div hidden><p hidden>x</p>x</div>y", "y"),
        ("</p><p hidden>x</p></p>y", "<p></p><p></p>y"),
    ],
)
def test_a_hidden_element_ends_where_browsers_end_it(rough: str, html: str) -> None:
    assert cleaned(rough).removesuffix("</tbody></table>") == html


def test_markdown_in_a_hidden_block_is_hidden() -> None:
    body = "Seen.\n\n<div hidden>\n\n**Not** ![seen](a.png)\n\n</div>\n\nEnd."
    assert shown(body).split() == ["<p>Seen.</p>", "<p>End.</p>"]


def test_everything_else_of_a_post_with_hidden_parts_stays() -> None:
    rest = (
        f'<h2 id="e1-a">A</h2><p style="color:red" lang="de">b <a href="{BASE}c">c</a></p>'
        '<pre><code class="language-py">d &lt; e</code></pre><a id="e1-f"></a>'
        '<img src="data:image/png;base64,AA==" alt="g"><ol start="3"><li>h</li></ol>'
        '<a href="#e1-a">a</a><a href="#e1-f">f</a><a href="ftp://x.example/">i</a>'
    )
    rough = rest.replace("e1-", "").replace('<a id="f">', '<a name="f">')
    assert cleaned(f"{rough}<p hidden>x</p>") == rest


def test_a_link_to_an_id_in_a_hidden_element_leads_to_the_page() -> None:
    html = cleaned("<p hidden id=a>x</p><a href='#a'>y</a>")
    assert html == f'<a href="{BASE}#a">y</a>'


def test_a_raw_element_does_not_come_back_through_a_hidden_one() -> None:
    html = cleaned("<p hidden>x</p><xmp><script>a</script></xmp><plaintext><script>b</script>")
    assert "<script" not in html


def test_text_with_many_references_beside_a_hidden_element_takes_linear_time() -> None:
    started = time.process_time()
    cleaned("<p hidden>x</p><p>" + "&amp;a" * 30_000)
    assert time.process_time() - started < 10


@pytest.mark.untraced
@pytest.mark.parametrize(
    "rough",
    [
        "<p hidden>" * 10_000,
        "<div hidden>" * 300 + "x" + "</div>" * 300,
        "<img hidden>" * 20_000,
        "<p style='" + "/*" * 50_000 + "'>",
        "<p style='" + "display:none;" * 20_000 + "'>",
        "<dialog>" * 10_000,
        "hidden<p title='" * 10_000,
        "<p " + "hidden " * 20_000,
    ],
    ids=range(8),
)
def test_many_hidden_elements_take_linear_time(rough: str) -> None:
    started = time.process_time()
    with suppress(TooDeepError):
        cleaned(rough)
    assert time.process_time() - started < 10  # usually far below 1 s


def test_a_hidden_picture_is_no_lead_image_and_hidden_text_no_summary() -> None:
    hidden = "<div style='display:none'>\n\n![a](a.png)\n\nNot seen.\n\n</div>"
    body = f"{hidden}\n\nSeen. ![b](b.png)"
    post = a_post(body=body, summary="")
    entry = compose(post, a_site(lead_image=True), "tag:x", post.published)
    assert isinstance(entry, Entry)
    assert (entry.summary, entry.image) == ("Seen.", f"{BASE}b.png")


def test_the_text_before_a_hidden_more_marker_is_the_summary() -> None:
    body = "Seen.\n\n<div hidden>\n\nNot seen.\n\n<!-- more -->\n\n</div>\n\nMore."
    post = a_post(body=body, summary="")
    entry = compose(post, a_site(), "tag:x", post.published)
    assert isinstance(entry, Entry)
    assert (entry.summary, entry.content_html) == ("Seen.", "<p>Seen.</p>\n\n<p>More.</p>")
