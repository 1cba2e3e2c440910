"""Tags of Hexo, Jekyll, Hugo and their themes become Markdown."""

import re
import time

import pytest

from feedsvc.core.markdown.shortcodes import without_shortcodes
from tests.support.rendering import published, translated


def captioned(picture: str, caption: str) -> str:
    """The Markdown of a picture and of the words below it."""
    return f"<figure>\n\n{picture}\n\n<figcaption>\n\n{caption}\n\n</figcaption>\n\n</figure>"


@pytest.mark.parametrize(
    ("tag", "markdown"),
    [
        ("{% img /a.png %}", "![](</a.png>)"),
        ('{% img left /a.png 100 200 "a title" "an alt" %}', "![an alt](</a.png>)"),
        ("{% img /a.png 100 200 %}", "![](</a.png>)"),
        ("{% asset_img a.png words of it %}", "![words of it](<a.png>)"),
        ('{% img /a.png \'"a title" "an alt"\' %}', "![an alt](</a.png>)"),
        ('{% image "./a.png", "an alt" %}', "![an alt](<./a.png>)"),
        ('{{ image(src="a.png", alt="b") }}', "\n\n![b](<a.png>)\n\n"),
        ("x{% end %}", "x"),
        ("{% post_url a/b.md %}", '<a href="/@@/a/b.md">a/b.md</a>'),
        ("{% image nowhere %}", ""),
        ("{% link Some words https://x.org true %}", "[Some words](<https://x.org>)"),
        ("{% link /a/ %}", '<a href="/a/">/a/</a>'),
        ("{% link assets/tea.pdf %}", '<a href="/assets/tea.pdf">assets/tea.pdf</a>'),
        ("{% link no target %}", "no target"),
        ("{% link 绿茶, https://x.org/, 一杯茶 %}", "[绿茶](<https://x.org/>) 一杯茶"),
        ("{% link 绿茶::https://x.org::/a.png %}", "[绿茶](<https://x.org>)"),
        ('{{< link "https://x.org/" "绿茶" >}}', "[绿茶](<https://x.org/>)"),
        ("{% link https://x.org/a::b %}", "[https://x.org/a::b](<https://x.org/a::b>)"),
        ("{% link https://x.org/, 绿茶 %}", "[绿茶](<https://x.org/>)"),
        ("{% btn /a/,, home %}", "[/a/](</a/>)"),
        ("{% button 绿茶::https://x.org::home %}", "[绿茶](<https://x.org>)"),
        ('{{< button "https://x.org/" "Buy it" >}}', "[Buy it](<https://x.org/>)"),
        ('{{< button "Buy it" "https://x.org/" >}}', "[Buy it](<https://x.org/>)"),
        ("{% btn 'https://x.org/','Buy it',far fa-hand %}", "[Buy it](<https://x.org/>)"),
        (
            "{% image https://x.org/a.png, alt=绿茶, width=9 %}",
            "![绿茶](<https://x.org/a.png>)",
        ),
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
        ("{% youtube https://youtu.be/abc %}", "https://youtu.be/abc"),
        ('{% bilibili "https://b23.tv/abc" %}', "https://b23.tv/abc"),
        ("{% youtube //youtu.be/abc %}", "https://youtu.be/abc"),
    ],
)
def test_a_video_becomes_a_link(tag: str, address: str) -> None:
    assert translated(tag) == f"\n\n<{address}>\n\n"


def test_a_video_without_a_name_is_removed() -> None:
    assert translated("a{{< youtube >}}b") == "ab"


@pytest.mark.parametrize(
    ("tag", "markdown"),
    [
        (
            '{{< figure src="/a.png" alt="b" caption="c d" >}}',
            captioned("![b](</a.png>)", "c d"),
        ),
        ('{{< figure src="/a.png" title="t" />}}', captioned("![](</a.png>)", "t")),
        ("{{< figure caption=c >}}", "c"),
        ('{{< figure src="/a.png" alt="b" link="/c/" >}}', "[![b](</a.png>)](</c/>)"),
        (
            '{{< figure src="/a.png" attr="Li" attrlink="/li/" >}}',
            captioned("![](</a.png>)", "[Li](</li/>)"),
        ),
        (
            '{{< figure src="/a.png" caption="c" attr="Li" >}}',
            captioned("![](</a.png>)", "c\n\nLi"),
        ),
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
        ("{% kbd Ctrl %}", "<kbd>Ctrl</kbd>"),
        ('{{< kbd "<" >}}', "<kbd>&lt;</kbd>"),
        ("{% kbd %}", ""),
        ("{% u 一 线 %}", "一 线"),
        ("{% checkbox red, checked, 做 完 %}", "做 完"),
        ("{% radio 做 %}", "做"),
        ("{% note info %}x{% endnote %}", "x"),
        ("{% tabs a, 1 %}x{% endtabs %}", "x"),
        ("{{< notice tip >}}x{{< /notice >}}", "x"),
        ("{% comment %}x{% endcomment %}", ""),
        ("{{% comment %}}x{{% /comment %}}", ""),
        ("{{< comment >}}x{{< /comment >}}", ""),
        ("{% note info no-icon %}x{% endnote %}", "x"),
        ("{% note blue 'fas fa-bullhorn' flat %}x{% endnote %}", "x"),
        ('{{< alert icon="fire" >}}x{{< /alert >}}', "x"),
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
        (
            "{% include f.html src='/a.png' alt='b' caption='c' %}",
            captioned("![b](</a.png>)", "c"),
        ),
        ("{% include f.html image_path=/a.png %}", "![](</a.png>)"),
        ("{% highlight ruby linenos %}\nx\n{% endhighlight %}", "```ruby\nx\n```"),
        ("{% cq %}\nx\n{% endcq %}", "> x"),
        ("{% fold A title %}", "**A title**"),
        ('{{< details "A title" >}}', "**A title**"),
        ('{{< tab name="A" >}}', "**A**"),
        ("{{< /details >}}", ""),
        ("{% note warning 水温 %}", "**水温**"),
        ("{% notel blue fas fa-info 水温 %}", "**水温**"),
        ("{% note info no-icon Mind the water %}", "**Mind the water**"),
        ('{{% notice note "水温" %}}', "水温"),
    ],
)
def test_a_tag_of_a_theme_becomes_a_paragraph(tag: str, paragraph: str) -> None:
    assert translated(tag).strip() == paragraph


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("{% note warning 标题 two %}\nx\n{% endnote %}", "<strong>标题 two</strong>"),
        (
            "{% note info no-icon Hexo 的说明 %}\nx\n{% endnote %}",
            "<strong>Hexo 的说明</strong>",
        ),
        ("{% note danger simple %}\nx\n{% endnote %}", ""),
        ("{% note blue 'fas fa-bullhorn' modern %}\nx\n{% endnote %}", ""),
        ('{{< notice info "注意事项" >}}\nx\n{{< /notice >}}', "注意事项"),
        ("{% fold info @折叠 标题 %}\nx\n{% endfold %}", "<strong>折叠 标题</strong>"),
        ("{% folding cyan open, 标题 %}\nx\n{% endfolding %}", "<strong>标题</strong>"),
        ("{% hideToggle 看,#fff,red %}\nx\n{% endhideToggle %}", "<strong>看</strong>"),
        ("{% tabs a %}\n<!-- tab 茶@icon -->\nx\n<!-- endtab -->", "<strong>茶</strong>"),
        ("{% timeline a %}\n<!-- timeline 01-02 -->\nx", "<strong>01-02</strong>"),
        ("{% tabs a %}\n<!-- tab -->\nx\n<!-- endtab -->", ""),
        ("a `{% tabs %}`\n\n<!-- table of tea -->\n\nx", "a <code>{% tabs %}</code>"),
    ],
)
def test_the_title_of_a_box_is_shown_and_its_style_is_not(body: str, html: str) -> None:
    title = f"<p>{html}</p>\n" if html else ""
    assert re.sub(r"\n++", "\n", published(body, "hexo")).strip() == f"{title}<p>x</p>"


def test_the_title_of_a_tab_in_code_stays() -> None:
    body = "{% tabs a %}\n```\n<!-- tab x -->\n```\n{% endtabs %}"
    assert "&lt;!-- tab x --&gt;" in published(body, "hexo")


@pytest.mark.parametrize(
    "piece", ["<!-- tab a", "<!-- tab a@", "{% note a", "\n> [!a] {% ", "\n> [!a] [["]
)
def test_many_unclosed_titles_take_linear_time(piece: str) -> None:
    body = "{% tabs a %}\n" + piece * (50_000 // len(piece))
    started = time.process_time()
    without_shortcodes(body)
    assert time.process_time() - started < 2  # quadratic time would be half a minute
