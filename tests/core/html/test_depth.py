"""HTML that is nested too deeply is refused before nh3 reads it."""

from contextlib import suppress
from itertools import accumulate

import pytest

from feedsvc.core.html.scanner import TooDeepError, tags
from tests.support.rendering import cleaned, shown


@pytest.mark.parametrize("element", ["div", "b", "blockquote", "span", "ul", "table"])
def test_more_than_400_open_elements_are_refused(element: str) -> None:
    with pytest.raises(TooDeepError, match="nested more than 400 deep"):
        cleaned(f"<{element}>" * 401)


def test_an_end_tag_closes_only_one_level() -> None:
    with pytest.raises(TooDeepError):
        cleaned("<div><div></div>" * 401)


def test_nested_markdown_counts_too() -> None:
    with pytest.raises(TooDeepError):
        shown("> " * 401 + "a")


@pytest.mark.parametrize(
    "rough",
    ["<div>" * 400, "<p>" * 3_000, "<div>x</div>" * 3_000, "<br/>" * 3_000, "<" * 3_000],
)
def test_html_that_is_long_but_not_deep_is_accepted(rough: str) -> None:
    assert cleaned(rough)


@pytest.mark.parametrize("piece", ["<div></b>", "<div/>", "<DIV></span>", "<div></table>"])
def test_tags_that_browsers_ignore_close_nothing(piece: str) -> None:
    with pytest.raises(TooDeepError, match="nested more than 400 deep"):
        cleaned(piece * 401)


def test_more_than_50_open_formatting_tags_are_refused() -> None:
    with pytest.raises(TooDeepError, match="more than 50 tags"):
        cleaned("<p>" + "".join(f"<b id={n}>" for n in range(390)) + "</p>" + "<p>x</p>" * 9)


def test_formatting_tags_that_a_table_leaves_open_count() -> None:
    with pytest.raises(TooDeepError, match="more than 50 tags"):
        cleaned("<table><b></table>" * 51)


def test_more_than_10000_tables_are_refused() -> None:
    with pytest.raises(TooDeepError, match="more than 10000 tables"):
        cleaned("<table></table>" * 10_001)


@pytest.mark.parametrize(
    ("rough", "fault"),
    [
        ("<br>" * 200_001, "more than 200,000 tags"),
        (f"<p {' '.join(f'a{n}' for n in range(4_000))}>", "more than 1000 attributes"),
    ],
    ids=["tags", "attributes"],
)
def test_html_with_too_much_of_one_kind_is_refused(rough: str, fault: str) -> None:
    with pytest.raises(TooDeepError, match=fault):
        cleaned(rough)


def test_open_anchors_are_accepted() -> None:
    assert cleaned("<p><a id=x>y</p>" * 100)


# Each repetition nests one level deeper; a count of `<` and `</` does not notice that.
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
def test_no_trick_hides_the_depth(piece: str) -> None:
    with suppress(TooDeepError):
        assert depth_of(cleaned(piece * 2_000)) <= 500


def depth_of(html: str) -> int:
    """The depth of HTML that nh3 wrote: every element in it has an end tag."""
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
def test_unusual_html_that_is_not_deep_is_accepted(rough: str) -> None:
    assert cleaned(f"<b>{rough}</b>x").endswith("x")
