"""Lazily loaded pictures have their real address, once."""

import pytest

from tests.support.rendering import SITE, cleaned

PIXEL = "data:image/png;base64,iVBORw0KGgo="


@pytest.mark.parametrize(
    ("lazy", "eager"),
    [
        ('<img data-src="/a.png">', f'<img src="{SITE}/a.png">'),
        ('<img src="loading.svg" data-original="/a.png">', f'<img src="{SITE}/a.png">'),
        ("<img src=1x1.gif data-lazy-src=/a.png>", f'<img src="{SITE}/a.png">'),
        (f'<img src="{PIXEL}" data-echo="/a.png">', f'<img src="{SITE}/a.png">'),
        ("<IMG DATA-SRC='/a b.png'>", f'<img src="{SITE}/a%20b.png">'),
        ('<img src="/a.png" data-src="">', f'<img src="{SITE}/a.png">'),
        ('<img src="/a.png" data-src="javascript:x">', f'<img src="{SITE}/a.png">'),
        ('<img src="/a.png" data-x="b">', f'<img src="{SITE}/a.png">'),
        (
            '<img data-srcset="/a.png 1x, /b.png 2x" sizes="auto">',
            f'<img srcset="{SITE}/a.png 1x, {SITE}/b.png 2x" src="{SITE}/a.png">',
        ),
        (
            '<img src="/c.png" data-lazy-srcset="/a.png 1x" sizes="9vw">',
            f'<img src="{SITE}/c.png" sizes="9vw" srcset="{SITE}/a.png 1x">',
        ),
        (
            '<picture><source data-srcset="/a.webp"></picture>',
            f'<picture><source srcset="{SITE}/a.webp" src="{SITE}/a.webp"></picture>',
        ),
        (
            '<video data-src="/a.mp4" data-poster="/a.png"></video>',
            f'<video src="{SITE}/a.mp4" poster="{SITE}/a.png"></video>',
        ),
    ],
)
def test_a_lazy_picture_gets_its_real_address(lazy: str, eager: str) -> None:
    assert cleaned(lazy) == eager


@pytest.mark.parametrize(
    ("rough", "images"),
    [
        ('<img data-src="/a.png"><noscript><img src="/a.png"></noscript>', 1),
        ('<img data-src="/a.png">\n<noscript><img src="/a-big.png"></noscript>', 1),
        ('<noscript><img src="/a.png"></noscript><p><img data-src="/a.png"></p>', 1),
        ('<noscript><img src="/a.png"></noscript>', 1),
        ('<img src="/b.png"><noscript><img src="/a.png"></noscript>', 2),
        ('<img src="/b.png"> x <noscript>Please turn it on</noscript>', 1),
        ('<noscript><img src="//t.org/?a" width=1 height=1></noscript>', 0),
        ("<noscript><img></noscript>", 0),
    ],
)
def test_a_picture_and_its_noscript_fallback_are_shown_once(rough: str, images: int) -> None:
    text = cleaned(rough)
    assert (text.count("<img"), "Please" in text) == (images, False)
