"""Nothing in a post can act on the page of a feed reader."""

import time
from contextlib import suppress

import pytest

from feedsvc.core.html.scanner import TooDeepError, attributes_of, tags
from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.text import legal
from tests.support.rendering import BASE, cleaned, shown


@pytest.mark.parametrize(
    ("rough", "html"),
    [
        ("<script>alert(1)</script>x", "x"),
        ("<SCRIPT src=//x.org>y</SCRIPT >x", "x"),
        ("<style>p { }</style>x", "x"),
        ("<svg><script>y</script><text>z</text></svg>x", "x"),
        ("<math><mi onclick=z>y</mi></math>x", "yx"),
        ("<noscript><p>y</p></noscript>x", "x"),
        ("<form action=/a><input name=b><button>c</button></form>x", "cx"),
        ('<p onclick="y" ONLOAD=y style="y" class="y">x</p>', "<p>x</p>"),
        ("<b onmouseover=y>x", "<b>x</b>"),
        ("<meta http-equiv=refresh><link rel=x href=y><base href=z>x", "x"),
        ("<!-- y -->x", "x"),
        ("<a href=/y target=_blank rel=z>x</a>", '<a href="https://example.org/y">x</a>'),
        ("<center><font color=red>x</font></center>", "x"),
        ("x<p", "x"),
        ("x</p>y", "x<p></p>y"),
    ],
)
def test_active_elements_are_removed_and_text_stays(rough: str, html: str) -> None:
    assert cleaned(rough) == html


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("a ]]> b", "<p>a ]]&gt; b</p>"),
        ("a ]]></content></entry> b", "<p>a ]]&gt; b</p>"),
        ('"}],"items":[{', '<p>"}],"items":[{</p>'),
        ("a &nbsp; b", "<p>a &nbsp; b</p>"),
        ("&xxe; &lt;b&gt;", "<p>&amp;xxe; &lt;b&gt;</p>"),
        (
            "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>\n\n&y;",
            "]&gt;\n<p>&amp;y;</p>",
        ),
    ],
)
def test_markup_of_feed_formats_is_harmless(markdown: str, html: str) -> None:
    assert shown(markdown) == html


@pytest.mark.parametrize("char", ["&#8;", "&#x1F;", "&#11;", "\x08", "\x0b", "\ufffe"])
def test_a_control_character_is_removed(char: str) -> None:
    text = shown(f"a{char}b\n\n`{char}`\n") + cleaned(f"a{char}b<b title={char}>")
    assert text == legal(text)


def test_tabs_and_line_ends_stay() -> None:
    assert cleaned("<pre>a\tb\n  c\n</pre>") == "<pre>a\tb\n  c\n</pre>"


@pytest.mark.parametrize("quoted", ['"top"', "'top'", "top"])
def test_a_link_to_an_id_of_the_same_entry_stays_a_fragment(quoted: str) -> None:
    assert cleaned(f'<p id={quoted}>x</p><a href="#top">y</a>') == (
        '<p id="e1-top">x</p><a href="#e1-top">y</a>'
    )


@pytest.mark.parametrize("anchor", ["name=top", 'href="/x" name="top"', "NAME = 'top'"])
def test_a_named_anchor_counts_as_an_id(anchor: str) -> None:
    html = cleaned(f'<a {anchor}>x</a><a href="#top">y</a>')
    assert 'id="e1-top">x</a><a href="#e1-top">y</a>' in html


@pytest.mark.parametrize("rough", ["", "<p id=other>x</p>"])
def test_a_link_to_another_id_leads_to_the_permalink(rough: str) -> None:
    link = f'<a href="{BASE}#top">y</a>'
    assert cleaned(rough + '<a href="#top">y</a>').endswith(link)


def test_rendering_twice_gives_the_same_bytes() -> None:
    rough = '<img width="1" src="a" height="2" alt="b" srcset="c 1x" id="d" title="e">'
    assert len({cleaned(rough) for _ in range(20)}) == 1


@pytest.mark.untraced
@pytest.mark.parametrize(
    "rough",
    [
        "<" * 402 + "a" * 1_000_000,
        "<a " * 333_000,
        "<table><pre>" + '<td class="' * 90_000,
        "<table><pre>" * 80_000,
        "<iframe" * 140_000,
        "<table><pre>" + '<td class="' * 90_000 + "</table>",
    ],
    ids=range(6),
)
def test_many_unclosed_tags_take_linear_time(rough: str) -> None:
    started = time.process_time()
    with suppress(TooDeepError):
        cleaned(rough)
    assert time.process_time() - started < 10  # quadratic time would be minutes


def test_html_that_grows_too_much_is_refused() -> None:
    with pytest.raises(TooDeepError, match="grows"):
        cleaned("<p>" + "".join(f"<b id={n}>" for n in range(50)) + "</p><p>x" * 2_000)


SLOW = {
    "quotations": ">" * 10_000,
    "brackets": "[" * 10_000,
    "stars": "*" * 10_000,
    "stars and words": "*a " * 10_000,
    "pictures": "![" * 10_000,
    "links": "[a](" * 10_000,
    "footnotes": "[^1]" * 10_000,
    "formulas": "$a" * 10_000 + "$$b" * 10_000,
    "blocks": "<div>" * 100_000,
    "formatting": "<b>" * 100_000,
    "comments": "<!--" * 100_000,
    "references in a run": "&" * 500_000,
    "references in a paragraph": "&amp;a" * 500_000,
    "attributes": "<p " + " ".join(f"a{n}" for n in range(300_000)) + ">",
    "tables": "<table>x" * 100_000,
    "lists": "".join("  " * n + "- a\n" for n in range(2_000)),
    "ended lists": "<ul><li>" * 5_000,
    "wide punctuation": "https://x.org/，" * 50_000,
    "written links": "<https://x.org/，a>" * 20_000,
    "pictures that load late": "<img data-src=a>" * 10_000,
    "noscripts": "<noscript><img src=a></noscript>" * 5_000,
    "noscripts without an end": "<noscript>" * 200_000,
    "numbered code": "<table><td class=gutter><pre>" * 20_000,
    "styles": '<p style="' + "url(" * 200_000 + '">',
    "brackets in styles": '<p style="color:' + "(" * 1_500 + '">',
    "MathML": "<math><annotation encoding=" * 20_000,
}


@pytest.mark.untraced
@pytest.mark.parametrize("markdown", SLOW.values(), ids=SLOW.keys())
def test_every_body_is_rendered_in_seconds(markdown: str) -> None:
    started = time.process_time()
    with suppress(TooDeepError):
        cleaned(html_of(markdown))
        cleaned(markdown)
    assert time.process_time() - started < 10  # usually 2 s; coverage slows it down


@pytest.mark.parametrize(
    "rough",
    [
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 '
        'onerror=alert(1)&gt;">',
        '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
        "<svg><desc><style><img src=x onerror=alert(1)></style></desc></svg>",
        "<svg onload=alert(1)><script>alert(1)</script>",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<select><template><style><!--</style><a rel='--><img src onerror=alert(1)>'>",
        "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
        "<textarea></textarea><img src=x onerror=alert(1)></textarea>",
        '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
        "<base href=//x.org><meta http-equiv=refresh content='0;url=//x.org'>",
        "<p style='x:expression(alert(1))' onclick=alert(1)>y",
        "<scr<script></script>ipt>alert(1)</script>",
        "<<svg></svg>script>alert(1)</script>",
        "<img data-src='x\" onerror=alert(1) y=\"'>",
        "<noscript><img src='x\" onerror=alert(1) y=\"'></noscript>",
        "<math alttext='<img src=x onerror=alert(1)>'></math>",
        "<script type='math/tex'><img src=x onerror=alert(1)></script>",
        "<pre><code class='lineno' onclick=alert(1)>x",
        "<plaintext><img src=x onerror=alert(1)>",
    ],
)
def test_html_that_browsers_parse_differently_is_harmless(rough: str) -> None:
    html = cleaned(rough)
    started = [(tag["name"], attributes_of(tag["inside"])) for tag in tags(html)]
    assert not {name for name, _ in started} & {"script", "style", "svg", "math", "iframe"}
    assert not [key for _, attributes in started for key in attributes if key.startswith("on")]
