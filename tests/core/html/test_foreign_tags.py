"""Elements of SVG and MathML outside of pictures and formulas are placeholders of authors."""

import pytest

from feedsvc.core.html.sanitise import safe_html
from tests.support.rendering import shown


@pytest.mark.parametrize(
    ("rough", "safe"),
    [
        ("<p>mv <path> <SET/> words</p><p>next</p>", "<p>mv   words</p><p>next</p>"),
        ("<p>Vec<g>, <text> and <mi>x</mi></p>", "<p>Vec,  and x</p>"),
        ("<p>a <svg><path d='x'/><text>in</text></svg> b <text> c</p>", "<p>a  b  c</p>"),
        ("<p><math><mi>x</mi></math> y <mn>2</mn></p>", "<p>x y 2</p>"),
        ("<p>x</text> y</svg> <line> z</p>", "<p>x y  z</p>"),
        ("<p><b>&lt;path&gt;</b> <!-- <path> --> z</p>", "<p><b>&lt;path&gt;</b>  z</p>"),
        ("<p>a<<g>script>b</script></p><p>c", "<p>a</p><p>c</p>"),
    ],
)
def test_the_words_behind_such_a_tag_stay(rough: str, safe: str) -> None:
    assert safe_html(rough, "https://example.org/a/", "e-") == safe


def test_a_placeholder_in_markdown_takes_no_words_with_it() -> None:
    assert shown("Run `mv` <path> to 移动 the file.\n\nNext.") == (
        "<p>Run <code>mv</code>  to 移动 the file.</p>\n<p>Next.</p>"
    )


def test_ten_thousand_of_them_take_no_longer() -> None:
    assert safe_html("<g>x" * 10_000, "https://example.org/a/", "e-") == "x" * 10_000
