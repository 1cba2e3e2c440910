"""kramdown's extensions: remarks and HTML that stays as it is."""

import pytest

from tests.support.rendering import read


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("a {::comment}no *x* {{ y }}{:/comment}b", "<p>a b</p>"),
        ("{::comment}\nno\n\nno\n{:/comment}\n\nb", "<p>b</p>"),
        ("{::comment}no{:/}b", "<p>b</p>"),
        ('{::options toc_levels="1..2" /}b', "<p>b</p>"),
        ('{::options a="b"}c{:/options}b', "<p>b</p>"),
        ("{::comment/}b", "<p>b</p>"),
        (
            '{::nomarkdown}<b title="a_b_">*a* [b](c) https://x.example</b>{:/nomarkdown}',
            '<p><b title="a_b_">*a* [b](c) https://x.example</b></p>',
        ),
        ("{::nomarkdown}\n    # a\n\n    {{ x }}\n{:/}\n\nb", "<p># a\n{{ x }}</p>\n<p>b</p>"),
        ('{::nomarkdown type="latex"}\\x{:/}b', "<p>b</p>"),
        ('{::nomarkdown type="html"}<i>x</i>{:/}b', "<p><i>x</i>b</p>"),
        ("{::comment}open", "<p>{::comment}open</p>"),
        ("{::other}a{:/other}", "<p>{::other}a{:/other}</p>"),
        ("`{::comment}a{:/comment}`", "<p><code>{::comment}a{:/comment}</code></p>"),
    ],
)  # fmt: skip
def test_extensions_of_kramdown(body: str, html: str) -> None:
    assert read(body, "", "jekyll").content_html == html
