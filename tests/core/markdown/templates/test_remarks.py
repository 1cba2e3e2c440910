"""Remarks leave nothing; escaped shortcodes are the text that their author means."""

import pytest

from tests.support.rendering import read


@pytest.mark.parametrize(
    ("generator", "body", "html"),
    [
        ("11ty", "a {# no {{ x }} {% y %} #}b", "<p>a b</p>"),
        ("hexo", "a {#- no\nno -#}b{#no#}", "<p>a b</p>"),
        ("zola", "{# no #}a", "<p>a</p>"),
        ("", "a {# open", "<p>a {# open</p>"),
        ("", "a {# " + "x" * 2_001 + " #}", None),
        ("", "## a {#id} b {#c} #}", None),
        ("", "${# x #} \\{# x #}", None),
        ("jekyll", "a {# yes #}", None),
        ("", "`{# yes #}`", None),
        ("hugo", '{{</* figure src="a" */>}}', '<p>{{&lt; figure src="a" &gt;}}</p>'),
        ("hugo", "{{%/* ref a */%}} {{</* /x */>}}", "<p>{{% ref a %}} {{&lt; /x &gt;}}</p>"),
        ("zola", "{{/* x(a=1) */}} {%/* y() */%}", "<p>{{ x(a=1) }} {% y() %}</p>"),
        ("hugo", "{{/* x */}}", "<p>{{/* x */}}</p>"),
        ("hugo", "`{{</* x */>}}`", "<p><code>{{&lt;/* x */&gt;}}</code></p>"),
        ("jekyll", "{%- -%} a {% # no %}b{% %}", "<p>a b</p>"),
        ("jekyll", "100 {%% a %}", "<p>100 {%% a %}</p>"),
    ],
)
def test_remarks_and_escaped_shortcodes(generator: str, body: str, html: str | None) -> None:
    shown = read(body, "", generator).content_html
    if html is None:
        assert "#}" in shown
    else:
        assert shown.replace("<em> x </em>", "* x *") == html
