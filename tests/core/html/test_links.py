"""URLs in content are absolute and safe, or dropped."""

import pytest

from tests.support.rendering import BASE, cleaned, shown

PIXEL = "data:image/png;base64,iVBORw0KGgo="


@pytest.mark.parametrize(
    ("rough", "html"),
    [
        ('<a href="b.x">x</a>', f'<a href="{BASE}b.x">x</a>'),
        ('<a href="../b.x">x</a>', '<a href="https://example.org/posts/b.x">x</a>'),
        ('<a href="/b c">x</a>', '<a href="https://example.org/b%20c">x</a>'),
        ('<a href="?b">x</a>', f'<a href="{BASE}?b">x</a>'),
        ('<a href="//x.org/b">x</a>', '<a href="https://x.org/b">x</a>'),
        ('<a href="mailto:li@x.org">x</a>', '<a href="mailto:li@x.org">x</a>'),
        ('<img src="b.png" alt="c">', f'<img src="{BASE}b.png" alt="c">'),
        (
            '<video poster="b" src="c"></video>',
            f'<video poster="{BASE}b" src="{BASE}c"></video>',
        ),
        ('<audio src="b"></audio>', f'<audio src="{BASE}b"></audio>'),
        ('<q cite="b">x</q>', f'<q cite="{BASE}b">x</q>'),
        ('<blockquote cite="b">x</blockquote>', f'<blockquote cite="{BASE}b">x</blockquote>'),
    ],
)
def test_every_url_is_absolute(rough: str, html: str) -> None:
    assert cleaned(rough) == html


@pytest.mark.parametrize(
    ("srcset", "absolute"),
    [
        ("a.png", f"{BASE}a.png"),
        ("a.png 1x, /b.png  2x", f"{BASE}a.png 1x, https://example.org/b.png 2x"),
        (
            "a.png 100w,https://x.org/b,c.png 2x",
            f"{BASE}a.png 100w, https://x.org/b%2Cc.png 2x",
        ),
        ("javascript:a 1x, b.png 2x", f"{BASE}b.png 2x"),
        ("//[ 1x, b.png 2x", f"{BASE}b.png 2x"),
    ],
)
def test_every_url_of_a_srcset_is_absolute(srcset: str, absolute: str) -> None:
    assert cleaned(f'<img srcset="{srcset}">') == f'<img srcset="{absolute}">'


def test_a_srcset_needs_no_space_after_a_comma() -> None:
    assert cleaned('<img srcset="a.png 1x,b.png 2x">') == (
        f'<img srcset="{BASE}a.png 1x, {BASE}b.png 2x">'
    )


@pytest.mark.parametrize("srcset", ["javascript:a 1x", "", " , "])
def test_an_image_without_any_address_is_removed(srcset: str) -> None:
    assert cleaned(f'x<img srcset="{srcset}" alt="a > b">y') == "xy"


def test_the_url_of_a_background_is_absolute() -> None:
    table = '<table background="a.png"><tbody><tr><td background="javascript:x">'
    assert cleaned(table).startswith(f'<table background="{BASE}a.png"><tbody><tr><td></td>')


@pytest.mark.parametrize(
    ("target", "link"),
    [
        ("{static}/a.png", ' href="https://example.org/a.png"'),
        ("{attach}a.png", f' href="{BASE}a.png"'),
        ("{filename}/b.png", ' href="https://example.org/b.png"'),
        ("|static|b.png", f' href="{BASE}b.png"'),
        ("@/blog", f' href="{BASE}@/blog"'),
        ("{id}/x", f' href="{BASE}%7Bid%7D/x"'),
    ],
)
def test_a_link_to_a_static_file_of_pelican_is_an_address(target: str, link: str) -> None:
    assert shown(f"[a]({target})") == f"<p><a{link}>a</a></p>"


@pytest.mark.parametrize("source", ["{filename}b.md", "{tag}tea", "{index}", "@/b.md"])
def test_a_source_file_is_no_picture(source: str) -> None:
    assert cleaned(f'x<img src="{source}">') == "x"


DROPPED_URLS = [
    *("javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)"),
    *("java\tscript:alert(1)", "java\nscript:alert(1)", "java&#9;script:alert(1)"),
    *("&#106;avascript:alert(1)", "&#x6A;avascript&colon;alert(1)", "&Tab;javascript:alert(1)"),
    *("vbscript:a", "VbScript:a", "data:text/html,<b>", "data:text/html;base64,PGI+"),
    *("data:image/svg+xml,x", "file:///etc/passwd", "blob:x", "x:y", "ftp:x"),
    *("feed:javascript:alert(1)", "feed:data:x", "feed:x", "view-source:https://x.org"),
]


@pytest.mark.parametrize("url", DROPPED_URLS)
@pytest.mark.parametrize(
    ("element", "attribute"),
    [("a", "href"), ("img", "src"), ("video", "poster"), ("q", "cite")],
)
def test_a_url_with_an_unsafe_scheme_is_dropped(url: str, element: str, attribute: str) -> None:
    html = cleaned(f'<{element} {attribute}="{url}">')
    assert html == "" if element == "img" else html.startswith(f"<{element}>")


@pytest.mark.parametrize(
    "markdown",
    [
        *("[x](javascript:a)", "<javascript:a>", "[x]\n\n[x]: data:a", "[x](<java\tscript:a>)"),
        *("[x](javascript&colon;a)", "[x](java&#9;script:a)", "[x](&#1;javascript:a)"),
    ],
)
def test_an_unsafe_link_in_markdown_is_dropped(markdown: str) -> None:
    assert "href" not in shown(markdown)


@pytest.mark.parametrize("url", ["https:///etc", "http://[", "http:///"])
def test_a_url_without_a_host_is_dropped(url: str) -> None:
    assert cleaned(f'<a href="{url}">x</a>') == "<a>x</a>"


def test_a_backslash_never_leads_to_another_host() -> None:
    assert "://evil" not in cleaned(r'<a href="https:\\evil.org">x</a>')
    assert "a%7Cb" in cleaned('<a href="https://x.org/a|b">x</a>')


@pytest.mark.parametrize("form", ["png", "jpeg", "jpg", "gif", "webp", "avif"])
def test_a_picture_in_a_data_url_stays(form: str) -> None:
    html = f'<img src="data:image/{form};base64,iVBORw0KGgo=">'
    assert cleaned(html) == html


@pytest.mark.parametrize(
    "rough",
    [
        f'<a href="{PIXEL}">x</a>',
        f'<video src="{PIXEL}" poster="{PIXEL}"></video>',
        f'<source srcset="{PIXEL}">',
        '<img src="data:image/svg+xml;base64,AA">',
        '<img src="data:image/png,x">',
        '<img src="mailto:x">',
        "<img alt='a > b'>",
    ],
)
def test_other_data_urls_are_dropped(rough: str) -> None:
    text = cleaned(rough)
    assert ("data:" in text, "<img" in text) == (False, False)


LINKS = [
    *("ftp://x.org/a.iso", "ftps://x.org/", "FTP://x.org/", "irc://x.org/tea", "ircs://x.org/"),
    *("xmpp:li@x.org", "magnet:?xt=urn:btih:0&dn=a", "sms:+123", "geo:1.5,-2", "tel:+1-2"),
    *("webcal://x.org/a.ics", "matrix:r/tea:x.org", "gemini://x.org/", "gopher://x.org/1"),
    *("news:comp.tea", "feed:https://x.org/a.xml", "feed://x.org/a.xml", "mailto:li@x.org"),
]


@pytest.mark.parametrize("url", LINKS)
def test_a_link_with_a_harmless_scheme_stays(url: str) -> None:
    shown_url = url.replace("&", "&amp;")
    assert cleaned(f'<a href="{shown_url}">x</a>') == f'<a href="{shown_url}">x</a>'
    assert f'<a href="{shown_url}">x</a>' in shown(f"[x]({url})")


@pytest.mark.parametrize("url", LINKS)
@pytest.mark.parametrize(
    "element", ['<img src="{}">', '<video src="{}">', '<img srcset="{} 1x">', '<q cite="{}">']
)
def test_what_a_reader_loads_has_no_such_scheme(element: str, url: str) -> None:
    html = cleaned(element.format(url))
    assert url not in html
    assert "x.org" not in html


@pytest.mark.parametrize("url", ["HTTPS://x.org/a.png", "HTTP://x.org/a.png"])
def test_a_scheme_in_capitals_is_the_same_scheme(url: str) -> None:
    assert "://x.org/a.png" in cleaned(f'<img src="{url}">').replace("HTTP", "http")
