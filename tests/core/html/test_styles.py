"""Harmless style declarations stay; all others are dropped."""

import pytest

from tests.support.rendering import BASE, SITE, cleaned

PIXEL = "data:image/png;base64,iVBORw0KGgo="


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("color:red; TEXT-ALIGN : center", "color:red;text-align:center"),
        ("width:50%;max-width:10px;", "width:50%;max-width:10px"),
        ("color:rgb(1, 2, 3)", "color:rgb(1, 2, 3)"),
        ("background:url(a.png) no-repeat", f"background:url('{BASE}a.png') no-repeat"),
        ("background-image:url( '/a.png' )", f"background-image:url('{SITE}/a.png')"),
        (f"background:url({PIXEL})", f"background:url('{PIXEL}')"),
        ('background:url("/a.png")', f"background:url('{SITE}/a.png')"),
        ("position:fixed; color:red", "color:red"),
        ("rubbish; color:red", "color:red"),
    ],
)
def test_a_harmless_declaration_stays(style: str, kept: str) -> None:
    quoted = style.replace('"', "&quot;")
    assert cleaned(f'<p style="{quoted}">x</p>') == f'<p style="{kept}">x</p>'


@pytest.mark.parametrize(
    "style",
    [
        *(
            "position:fixed",
            "z-index:9",
            "content:'x'",
            "behavior:url(x)",
            "-moz-binding:url(x)",
        ),
        *(
            "background:url(javascript:x)",
            "background:url(data:text/html,x)",
            "color:expression(x)",
        ),
        *("background:url(//x.org/a'b)", "color:re\\64", "color:red}p{", "margin:-99px"),
        *("color:red/*;*/x", "background:url('a", "x", "", ";", "color:", "color:var(--x)"),
        *("background:url(a\\)b)", "background:url('//x.org/(')", "color:@import", "a" * 3_000),
    ],
)
def test_a_harmful_declaration_is_dropped(style: str) -> None:
    quoted = style.replace('"', "&quot;")
    assert cleaned(f'<p style="{quoted}">x</p>') == "<p>x</p>"
