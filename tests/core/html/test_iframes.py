"""Embedded frames become links."""

import pytest

from tests.support.rendering import cleaned, shown


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


def test_the_frame_of_a_relative_url_becomes_an_absolute_link() -> None:
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
def test_a_frame_without_a_page_is_removed(frame: str) -> None:
    assert cleaned(frame + "x") == "x"


def test_a_frame_in_code_stays_code() -> None:
    assert shown("`<iframe src=https://x.org></iframe>`") == (
        "<p><code>&lt;iframe src=https://x.org&gt;&lt;/iframe&gt;</code></p>"
    )
