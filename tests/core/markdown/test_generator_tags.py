"""Tags of Hexo, Jekyll, Hugo and their themes become Markdown."""

import pytest

from tests.support.rendering import translated


@pytest.mark.parametrize(
    ("tag", "markdown"),
    [
        ("{% img /a.png %}", "![](</a.png>)"),
        ('{% img left /a.png 100 200 "a title" "an alt" %}', "![an alt](</a.png>)"),
        ("{% img /a.png 100 200 %}", "![](</a.png>)"),
        ("{% asset_img a.png words of it %}", "![words of it](<a.png>)"),
        ('{% img /a.png \'"a title" "an alt"\' %}', "![an alt](</a.png>)"),
        ('{% image "./a.png", "an alt" %}', "![an alt](<./a.png>)"),
        ('{{ image(src="a.png", alt="b") }}', "\n\n![b](<a.png>)\n\n\n\n"),
        ("x{% end %}", "x"),
        ("{% post_url a/b.md %}", '<a href="/@@/a/b.md">a/b.md</a>'),
        ("{% image nowhere %}", ""),
        ("{% link Some words https://x.org true %}", "[Some words](<https://x.org>)"),
        ("{% link /a/ %}", '<a href="/a/">/a/</a>'),
        ("{% link assets/tea.pdf %}", '<a href="/assets/tea.pdf">assets/tea.pdf</a>'),
        ("{% link no target %}", "no target"),
        ("{% asset_link a.pdf The file %}", "[The file](<a.pdf>)"),
        ("{% asset_link a.pdf %}", "[a.pdf](<a.pdf>)"),
        ("{% asset_link %}", ""),
        ("{% post_link a-slug Its title %}", '<a href="/@@/a-slug.md">Its title</a>'),
        ('{% post_link a "Vec<T> & x" %}', '<a href="/@@/a.md">Vec&lt;T> & x</a>'),
        ('{% post_link a "`<b>`" true %}', '<a href="/@@/a.md">`<b>`</a>'),
        ("{% post_link a 'x | y' %}", '<a href="/@@/a.md">x &#124; y</a>'),
        ("{% post_link a '<b>x</b>' false %}", '<a href="/@@/a.md"><b>x</b></a>'),
        ("{% post_link a-slug %}", '<a href="/@@/a-slug.md">a-slug</a>'),
        ("{% more %}", "<!-- more -->"),
        ('{{< ref "a.md" >}}', '<a href="a.md">a.md</a>'),
        ("[a]({{% relref a.md %}})", "[a](a.md)"),
        ("{% img it's/a.png %}", "![](<it's/a.png>)"),
    ],
)
def test_a_known_tag_becomes_markdown(tag: str, markdown: str) -> None:
    assert translated(f"a {tag} b") == f"a {markdown} b"


@pytest.mark.parametrize(
    ("tag", "address"),
    [
        ("{% youtube abc %}", "https://www.youtube.com/watch?v=abc"),
        ("{{< youtube abc >}}", "https://www.youtube.com/watch?v=abc"),
        ('{{< youtube id="abc" autoplay="true" >}}', "https://www.youtube.com/watch?v=abc"),
        ("{{< vimeo 12 >}}", "https://vimeo.com/12"),
        ("{% bilibili BV1 %}", "https://www.bilibili.com/video/BV1"),
        ('{{ youtube(id="abc", autoplay=true) }}', "https://www.youtube.com/watch?v=abc"),
    ],
)
def test_a_video_becomes_a_link(tag: str, address: str) -> None:
    assert translated(tag) == f"\n\n<{address}>\n\n"


def test_a_video_without_a_name_is_removed() -> None:
    assert translated("a{{< youtube >}}b") == "ab"


@pytest.mark.parametrize(
    ("tag", "markdown"),
    [
        ('{{< figure src="/a.png" alt="b" caption="c d" >}}', "![b](</a.png>)\n\nc d"),
        ('{{< figure src="/a.png" title="t" />}}', "![](</a.png>)\n\nt"),
        ("{{< figure caption=c >}}", "c"),
    ],
)
def test_a_figure_becomes_a_picture_and_its_caption(tag: str, markdown: str) -> None:
    assert translated(tag).strip() == markdown


@pytest.mark.parametrize(
    ("block", "markdown"),
    [
        ("{% codeblock lang:js a title %}\n a;\n{% endcodeblock %}", "```js\n a;\n```"),
        ("{% code %}{% foo %}{% endcode %}", "```\n{% foo %}\n```"),
        ("{{< highlight go >}}\nx\n{{< /highlight >}}", "```go\nx\n```"),
        ("{{% highlight %}}x{{% /highlight %}}", "```\nx\n```"),
        ("{% code %}\n````\n{% endcode %}", "`````\n````\n`````"),
    ],
)
def test_a_code_block_has_a_fence_longer_than_its_backticks(block: str, markdown: str) -> None:
    assert translated(block) == f"\n\n{markdown}\n\n"


@pytest.mark.parametrize(
    ("block", "markdown"),
    [
        (
            "{% blockquote Li, On tea %}\na\nb\n{% endblockquote %}",
            "> a\n> b\n> \n> — Li, On tea",
        ),
        ("{% quote %}a{% endquote %}", "> a"),
        ("{% pullquote %}a{% endpullquote %}", "> a"),
    ],
)
def test_a_quotation_keeps_its_source(block: str, markdown: str) -> None:
    assert translated(block) == f"\n\n{markdown}\n\n"


def test_a_raw_block_stays_unchanged() -> None:
    assert translated("{% raw %}{{ x }} {% foo %}{% endraw %}") == "{{ x }} {% foo %}"


@pytest.mark.parametrize(
    ("tag", "markdown"),
    [
        ("[a]({% post_url 2026-03-01-tea %})", "[a](/@@/2026-03-01-tea.md)"),
        ("{% asset_path a.png %}", "a.png"),
        ("[a](<{% link _posts/tea.md %}>)", "[a](</@@/_posts/tea.md>)"),
        ("[a]({% link assets/tea.pdf %})", "[a](/assets/tea.pdf)"),
        ("[a](https://x.org{% link a/b.pdf %})", "[a](https://x.org/a/b.pdf)"),
        ("[a]({% link /index.html %})", "[a](/index.html)"),
        ("[a]({{< ref `tea` >}})", "[a](tea.md)"),
        ("[a]({{< relref path=`b/tea.md` >}})", "[a](b/tea.md)"),
        ("{% button /a/, Go there, home %}", "[Go there](</a/>)"),
        ("{% btn /a/ %}", "[/a/](</a/>)"),
        ("{% label primary @some words %}", "some words"),
        ("{% note info %}x{% endnote %}", "x"),
        ("{% tabs a, 1 %}x{% endtabs %}", "x"),
        ("{{< notice tip >}}x{{< /notice >}}", "x"),
        ("{% comment %}x{% endcomment %}", ""),
        ("{{< rawhtml >}}<b>x</b>{{< /rawhtml >}}", "<b>x</b>"),
        ("{{< gist >}}", ""),
        ("{{< tweet >}}", ""),
    ],
)
def test_an_inline_tag_of_a_theme_keeps_its_text(tag: str, markdown: str) -> None:
    assert translated(f"a {tag} b") == f"a {markdown} b"


@pytest.mark.parametrize(
    ("tag", "paragraph"),
    [
        ("{{< gist li 1a >}}", "<https://gist.github.com/li/1a>"),
        ('{{< tweet user="li" id="12" >}}', "<https://x.com/li/status/12>"),
        ("{{< x 12 >}}", "<https://x.com/i/status/12>"),
        ("{{< instagram ab >}}", "<https://www.instagram.com/p/ab>"),
        ("{% include youtube.html id='ab' %}", "<https://www.youtube.com/watch?v=ab>"),
        ("{% include f.html src='/a.png' alt='b' caption='c' %}", "![b](</a.png>)\n\nc"),
        ("{% include f.html image_path=/a.png %}", "![](</a.png>)"),
        ("{% highlight ruby linenos %}\nx\n{% endhighlight %}", "```ruby\nx\n```"),
        ("{% cq %}\nx\n{% endcq %}", "> x"),
        ("{% fold A title %}", "**A title**"),
        ('{{< details "A title" >}}', "**A title**"),
        ('{{< tab name="A" >}}', "**A**"),
        ("{{< /details >}}", ""),
    ],
)
def test_a_tag_of_a_theme_becomes_a_paragraph(tag: str, paragraph: str) -> None:
    assert translated(tag).strip() == paragraph
