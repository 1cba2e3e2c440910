"""Values of templates within other tags, in HTML and around code."""

import time

import pytest

from tests.support.rendering import read

FRONT = "version: 3.10\nnotice: 'Mind **the** water'\nparams: {Origin: 武夷山}\n"


@pytest.mark.parametrize(
    ("generator", "body", "shown"),
    [
        ("jekyll", '{% include a.html title="{{ page.title }}" %} b', "Green tea b"),
        ("jekyll", "{% include a.html title=page.title %} b", "Green tea b"),
        ("jekyll", "{% assign t = '绿茶' %}{% include a.html title=t %} b", "绿茶 b"),
        ("jekyll", "{% include a.html title=page.nothing text='b' %} c", "b c"),
        ("jekyll", '{% include a.html title="{{ page.nothing }}" %} b', "b"),
        ("jekyll", '{% include a.html title="say x=page.title y" %} b', "say x=page.title y b"),
        ("jekyll", "{% include a.html src=page.png %} b", None),
        ("", "{% include a.html title=page.title %} b", "Green tea b"),
        ("hugo", '{{< param "origin" >}}, {{% param Origin %}}', "武夷山, 武夷山"),
        ("hugo", "{{< param version >}} {{ .Params.origin }}", "3.10 武夷山"),
        ("hugo", "{{< param nothing >}}a", "a"),
    ],
)
def test_values_in_tags_are_filled_in(generator: str, body: str, shown: str | None) -> None:
    html = read(body, FRONT, generator).content_html
    if shown is None:
        assert "page.png" in html
    else:
        assert html == f"<p>{shown}</p>"


@pytest.mark.parametrize(
    "body",
    [
        "<div>{{ page.notice | markdownify }}</div>",
        '<div class="notice">\n  {{ page.notice | markdownify }}\n</div>',
        "{% capture n %}\nMind **the** water\n{% endcapture %}\n<p>{{ n | markdownify }}</p>",
        "{{ page.notice | markdownify }}",
        "b\n\n{{ page.notice | markdownify }}",
    ],
)
def test_markdown_in_a_value_is_markdown_in_html_too(body: str) -> None:
    html = read(body, FRONT, "jekyll").content_html
    assert "<p>Mind <strong>the</strong> water</p>" in html


def test_markdown_in_a_value_is_markdown_in_an_html_file() -> None:
    body = "<div>{{ page.notice | markdownify }}</div>"
    html = read(body, FRONT, "jekyll", name="tea.html").content_html
    assert html == "<div>Mind <strong>the</strong> water</div>"


@pytest.mark.parametrize(
    ("generator", "body", "code"),
    [
        ("jekyll", "`{% raw %}{{ x }}{% endraw %}`", "<code>{{ x }}</code>"),
        ("jekyll", "```\n{% raw %}\n{{ x }}\n{% endraw %}\n```", "\n{{ x }}\n"),
        ("11ty", "    {%- raw -%}{{ x }}{%- endraw -%}", "<code>{{ x }}\n</code>"),
        ("jekyll", "{% highlight vue %}{% raw %}{{ x }}{% endraw %}{% endhighlight %}",
         ">{{ x }}\n<"),
        ("jekyll", "`{% raw %}{% raw %}{% endraw %}`", "<code>{% raw %}</code>"),
        ("jekyll", "`{% raw %}` and `{% endraw %}`", "<code>{% raw %}</code>"),
        ("hugo", "{{< highlight vue >}}{% raw %}x{% endraw %}{{< /highlight >}}",
         "{% raw %}x{% endraw %}"),
        ("hexo", "`{% raw %}{{ x }}{% endraw %}`", "<code>{% raw %}{{ x }}{% endraw %}</code>"),
        ("", "`{% raw %}{{ x }}{% endraw %}`", "<code>{% raw %}{{ x }}{% endraw %}</code>"),
    ],
)  # fmt: skip
def test_raw_marks_around_code_are_no_code_where_liquid_runs_first(
    generator: str, body: str, code: str
) -> None:
    assert code in read(f"a\n\n{body}", FRONT, generator).content_html


@pytest.mark.parametrize(
    ("tabs", "shown"),
    [
        ("<!-- tab 绿茶 -->\na\n<!-- endtab -->", "<p><strong>绿茶</strong></p>\n<p>a</p>"),
        ("<!-- tab Green tea@leaf -->\na", "<p><strong>Green tea</strong></p>\n<p>a</p>"),
        ("<!-- tab @leaf -->\na\n<!-- endtab -->", "<p>a</p>"),
        ("<!-- tab -->\na\n<!-- endtab -->", "<p>a</p>"),
        ("`<!-- tab a -->`", "<p><code>&lt;!-- tab a --&gt;</code></p>"),
    ],
)  # fmt: skip
def test_the_label_of_a_tab_is_shown(tabs: str, shown: str) -> None:
    html = read(f"{{% tabs t %}}\n{tabs}\n{{% endtabs %}}", generator="hexo").content_html
    assert html.strip() == shown


@pytest.mark.parametrize(
    "body",
    [
        "`" + "{% raw %}" * 10_000 + "{{ x }}{% endraw %}`",
        "`" + "{%- raw" * 10_000 + "endraw`",
        "{% include a title=" + "a." * 900 + " %}",
        "{% include a title=" + "{{" * 900 + " %}",
        "{% tabs %}" + "<!-- tab a" * 10_000 + "{% endtabs %}",
        "<p>" + "{{ page.notice | markdownify }}" * 3_000,
    ],
)
def test_hostile_tags_take_linear_time(body: str) -> None:
    started = time.process_time()
    read(body, FRONT, "jekyll")
    assert time.process_time() - started < 5
