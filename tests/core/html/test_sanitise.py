"""Nothing that a post holds can act on a stranger's page."""

import time
from contextlib import suppress
from itertools import accumulate

import pytest

from feedsvc.core.html.scanner import attributes_of, tags
from feedsvc.core.markdown.markdown import (
    TooDeepError,
    html_of,
    safe_html,
)
from feedsvc.core.text import legal

BASE = "https://example.org/posts/tea/"
DROPPED_URLS = [
    *("javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)"),
    *("java\tscript:alert(1)", "java\nscript:alert(1)", "java&#9;script:alert(1)"),
    *("&#106;avascript:alert(1)", "&#x6A;avascript&colon;alert(1)", "&Tab;javascript:alert(1)"),
    *("vbscript:a", "VbScript:a", "data:text/html,<b>", "data:text/html;base64,PGI+"),
    *("data:image/svg+xml,x", "file:///etc/passwd", "ftp://x.org", "blob:x", "x:y"),
]


def cleaned(rough: str) -> str:
    return safe_html(rough, BASE, "e1-")


def shown(markdown: str) -> str:
    return cleaned(html_of(markdown))


@pytest.mark.parametrize(
    ("target", "link"),
    [
        ("{static}/a.png", ' href="https://example.org/a.png"'),
        ("{attach}a.png", f' href="{BASE}a.png"'),
        ("{filename}/b.md", ""),
        ("{tag}tea", ""),
        ("@/blog/b.md", ""),
        ("@/blog/b.md#c", ""),
        ("@/blog", f' href="{BASE}@/blog"'),
        ("{id}/x", f' href="{BASE}%7Bid%7D/x"'),
    ],
)
def test_a_link_to_a_source_file_is_none_unless_it_is_on_the_site(
    target: str, link: str
) -> None:
    assert shown(f"[a]({target})") == f"<p><a{link}>a</a></p>"


@pytest.mark.parametrize("url", DROPPED_URLS)
@pytest.mark.parametrize(
    ("element", "attribute"),
    [("a", "href"), ("img", "src"), ("video", "poster"), ("q", "cite")],
)
def test_a_url_of_another_scheme_is_dropped(url: str, element: str, attribute: str) -> None:
    html = cleaned(f'<{element} {attribute}="{url}">')
    assert html == "" if element == "img" else html.startswith(f"<{element}>")


@pytest.mark.parametrize(
    "markdown", ["[x](javascript:a)", "<javascript:a>", "[x]\n\n[x]: data:a"]
)
def test_markdown_makes_no_such_link_either(markdown: str) -> None:
    assert "href" not in shown(markdown)


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
def test_what_could_act_is_removed_and_words_stay(rough: str, html: str) -> None:
    assert cleaned(rough) == html


@pytest.mark.parametrize(
    ("frame", "target"),
    [
        ('<iframe src="https://x.org/v?a=1&amp;b=2">y</iframe>', "https://x.org/v?a=1&amp;b=2"),
        ("<iframe width=3 src='//x.org/v' allow=z></iframe>", "https://x.org/v"),
        ("<IFRAME SRC=https://x.org/v></IFRAME>", "https://x.org/v"),
        ('<iframe src="https://x.org/?a&amp;copy=b">', "https://x.org/?a&amp;copy=b"),
        ("<object data=https://x.org/v>y</object>", "https://x.org/v"),
        ('<embed src="https://x.org/v">', "https://x.org/v"),
    ],
)
def test_a_frame_becomes_a_link(frame: str, target: str) -> None:
    assert cleaned(frame + "x") == f'<p><a href="{target}">{target}</a></p>x'


def test_a_frame_from_the_site_becomes_a_link_to_the_site() -> None:
    assert cleaned("<iframe src=/v></iframe>") == (
        '<p><a href="https://example.org/v">/v</a></p>'
    )


@pytest.mark.parametrize(
    "frame",
    [
        '<iframe srcdoc="<b>y</b>"></iframe>',
        "<iframe src=javascript:y></iframe>",
        "<iframe src=''></iframe>",
        "<object>y</object>",
    ],
)
def test_a_frame_that_leads_nowhere_vanishes(frame: str) -> None:
    assert cleaned(frame + "x") == "x"


def test_a_frame_shown_as_code_stays_code() -> None:
    assert shown("`<iframe src=https://x.org></iframe>`") == (
        "<p><code>&lt;iframe src=https://x.org&gt;&lt;/iframe&gt;</code></p>"
    )


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
def test_markup_of_the_feeds_own_is_harmless(markdown: str, html: str) -> None:
    assert shown(markdown) == html


@pytest.mark.parametrize("char", ["&#8;", "&#x1F;", "&#11;", "\x08", "\x0b", "\ufffe"])
def test_a_control_character_vanishes(char: str) -> None:
    text = shown(f"a{char}b\n\n`{char}`\n") + cleaned(f"a{char}b<b title={char}>")
    assert text == legal(text)


def test_tabs_and_new_lines_stay() -> None:
    assert cleaned("<pre>a\tb\n  c\n</pre>") == "<pre>a\tb\n  c\n</pre>"


@pytest.mark.parametrize("element", ["div", "b", "blockquote", "span", "ul", "table"])
def test_nesting_that_would_take_minutes_is_refused(element: str) -> None:
    with pytest.raises(TooDeepError, match="nested more than 400 deep"):
        cleaned(f"<{element}>" * 401)


def test_an_end_tag_ends_only_one_level() -> None:
    with pytest.raises(TooDeepError):
        cleaned("<div><div></div>" * 401)


def test_nesting_of_markdown_counts_as_well() -> None:
    with pytest.raises(TooDeepError):
        shown("> " * 401 + "a")


@pytest.mark.parametrize(
    "rough",
    ["<div>" * 400, "<p>" * 3_000, "<div>x</div>" * 3_000, "<br/>" * 3_000, "<" * 3_000],
)
def test_what_is_long_but_not_deep_is_fine(rough: str) -> None:
    assert cleaned(rough)


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
def test_tags_that_never_end_are_read_in_no_time(rough: str) -> None:
    started = time.monotonic()
    with suppress(TooDeepError):
        cleaned(rough)
    assert time.monotonic() - started < 10  # quadratic: minutes


@pytest.mark.parametrize("piece", ["<div></b>", "<div/>", "<DIV></span>"])
def test_the_guard_of_depth_cannot_be_walked_round(piece: str) -> None:
    with pytest.raises(TooDeepError, match="nested more than 400 deep"):
        cleaned(piece * 401)


def test_formatting_that_stays_open_is_refused() -> None:
    with pytest.raises(TooDeepError, match="more than 50 tags"):
        cleaned("<p>" + "".join(f"<b id={n}>" for n in range(390)) + "</p>" + "<p>x</p>" * 9)


def test_html_that_grows_much_is_refused() -> None:
    with pytest.raises(TooDeepError, match="grows"):
        cleaned("<p>" + "".join(f"<b id={n}>" for n in range(50)) + "</p><p>x" * 2_000)


def test_formatting_that_a_table_leaves_open_is_refused() -> None:
    with pytest.raises(TooDeepError, match="more than 50 tags"):
        cleaned("<table><b></table>" * 51)


def test_thousands_of_tables_are_refused() -> None:
    with pytest.raises(TooDeepError, match="more than 10000 tables"):
        cleaned("<table></table>" * 10_001)


def test_anchors_that_stay_open_are_fine() -> None:
    assert cleaned("<p><a id=x>y</p>" * 100)


@pytest.mark.parametrize("url", ["https:///etc", "http://[", "http:///"])
def test_a_url_without_a_host_is_dropped(url: str) -> None:
    assert cleaned(f'<a href="{url}">x</a>') == "<a>x</a>"


def test_a_backslash_never_leads_to_another_host() -> None:
    assert "://evil" not in cleaned(r'<a href="https:\\evil.org">x</a>')
    assert "a%7Cb" in cleaned('<a href="https://x.org/a|b">x</a>')


# Each of them would nest one level deeper with every repetition, unseen by who counts `<` and
# `</` alone.
MISLEADING = {
    "an end tag in a value": '<div><a title="</div>">',
    "an end tag in a comment": "<div><!-- </div> -->",
    "an end tag in a remark of another kind": "<div><? </div>",
    "an end tag in a script": "<div><script></div></script>",
    "an end tag in a style": "<div><style></div></style>",
    "an end tag in a title": "<div><title></div></title>",
    "an end tag in a textarea": "<div><textarea></div></textarea>",
    "an end tag in a frame": "<div><iframe></div></iframe>",
    "an end tag in a noscript": "<div><noscript></div></noscript>",
    "an end tag in CDATA of SVG": "<div><svg><![CDATA[></div>]]></svg>",
    "a style in SVG": "<svg><style></svg><div></style>",
    "a script in a script": "<div><script><!--<script></script></div>--></script>",
    "an end tag in a cell": "<div><table><tr><td></div></td></tr></table>",
    "an end tag in a select": "<div><select></div></select>",
    "an end tag in a template": "<div><template></div></template>",
    "an end tag that ends nothing": "<div></span>",
    "a span around a block": "<span><div></span></div>",
    "formatting around a cell": "<b><table><td></b></table>",
    "a null character": "<\x00div>",
    "a control character in a name": "<di\x08v>",
}


@pytest.mark.parametrize("piece", MISLEADING.values(), ids=MISLEADING.keys())
def test_the_guard_of_depth_is_not_misled(piece: str) -> None:
    with suppress(TooDeepError):
        assert depth_of(cleaned(piece * 2_000)) <= 500


def depth_of(html: str) -> int:
    """How deep HTML is nested that nh3 wrote, so that every element has its end tag."""
    steps = [
        -1 if tag["end"] else 1
        for tag in tags(html)
        if tag["name"] not in ("br", "img", "hr", "col", "source", "wbr")
    ]
    return max(accumulate(steps), default=0)


HARMLESS = {
    "a drawing of 5,000 paths": "<svg>" + "<path/>" * 5_000 + "</svg>",
    "cells with blocks in them": "<table>" + "<tr><td><div>x</td>" * 3_000 + "</table>",
    "paragraphs with spans": "<p><span>x</span></p>" * 3_000,
    "tags in a script": "<script>" + "'<div>'" * 3_000 + "</script>",
    "tags in a remark": "<!-- " + "<div>" * 3_000 + " -->",
    "tags in a title": '<a title="' + "<div>" * 3_000 + '">x</a>',
    "a table in a table, many times": "<table><td><table><td>x</table></table>" * 500,
    "a long picture": f'<img src="data:image/png;base64,{"A" * 100_000}">',
    "blocks around a list": "<div><ul><li>x</ul></div>" * 1_000,
    "a cell outside any table": "<td>" * 100,
    "ends of tables": "</table>" * 100,
    "a select with options": "<select><option>x</select>" * 100,
    "a table in a template": "<object><td></object>" * 100,
}


@pytest.mark.parametrize("rough", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_is_not_deep_is_not_refused(rough: str) -> None:
    assert cleaned(f"<b>{rough}</b>x").endswith("x")


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


@pytest.mark.parametrize("markdown", SLOW.values(), ids=SLOW.keys())
def test_no_body_takes_long(markdown: str) -> None:
    started = time.monotonic()
    with suppress(TooDeepError):
        cleaned(html_of(markdown))
        cleaned(markdown)
    assert time.monotonic() - started < 10  # 2, but under coverage and beside other tests


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
def test_what_browsers_read_in_another_way_is_harmless(rough: str) -> None:
    html = cleaned(rough)
    started = [(tag["name"], attributes_of(tag["inside"])) for tag in tags(html)]
    assert not {name for name, _ in started} & {"script", "style", "svg", "math", "iframe"}
    assert not [key for _, attributes in started for key in attributes if key.startswith("on")]
