"""Known tags of site generators become Markdown, others are removed, code stays."""

import time

import pytest

from feedsvc.core.markdown.shortcodes import Removed, without_shortcodes


def shown(body: str) -> str:
    """The Markdown of a body in which all tags are known."""
    text, removed = without_shortcodes(body)
    assert removed == ()
    return text


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
        ("{% post_url a/b.md %}", "@/a/b.md"),
        ("{% image nowhere %}", ""),
        ("{% link Some words https://x.org true %}", "[Some words](<https://x.org>)"),
        ("{% link /a/ %}", "[/a/](</a/>)"),
        ("{% link no target %}", "no target"),
        ("{% asset_link a.pdf The file %}", "[The file](<a.pdf>)"),
        ("{% asset_link a.pdf %}", "[a.pdf](<a.pdf>)"),
        ("{% asset_link %}", ""),
        ("{% post_link a-slug Its title %}", "Its title"),
        ("{% post_link a-slug %}", "a-slug"),
        ("{% more %}", "<!-- more -->"),
        ('{{< ref "a.md" >}}', "@/a.md"),
        ("{{% relref a.md %}}", "@/a.md"),
        ("{% img it's/a.png %}", "![](<it's/a.png>)"),
    ],
)
def test_a_known_tag_becomes_markdown(tag: str, markdown: str) -> None:
    assert shown(f"a {tag} b") == f"a {markdown} b"


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
    assert shown(tag) == f"\n\n<{address}>\n\n"


def test_a_video_without_a_name_is_removed() -> None:
    assert shown("a{{< youtube >}}b") == "ab"


@pytest.mark.parametrize(
    ("tag", "markdown"),
    [
        ('{{< figure src="/a.png" alt="b" caption="c d" >}}', "![b](</a.png>)\n\nc d"),
        ('{{< figure src="/a.png" title="t" />}}', "![](</a.png>)\n\nt"),
        ("{{< figure caption=c >}}", "c"),
    ],
)
def test_a_figure_becomes_a_picture_and_its_caption(tag: str, markdown: str) -> None:
    assert shown(tag).strip() == markdown


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
    assert shown(block) == f"\n\n{markdown}\n\n"


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
    assert shown(block) == f"\n\n{markdown}\n\n"


def test_a_raw_block_stays_unchanged() -> None:
    assert shown("{% raw %}{{ x }} {% foo %}{% endraw %}") == "{{ x }} {% foo %}"


@pytest.mark.parametrize(
    "code",
    [
        "```\n{% foo %}\n```",
        "~~~ html\n{{< foo >}}\n~~~",
        "````\n```\n{% foo %}\n````",
        "a\n\n   ```\n{% foo %}\n   ```",
        "`{% foo %}`",
        "``a ` {{< foo >}}``",
    ],
)
def test_code_stays_unchanged(code: str) -> None:
    assert shown(code) == code


@pytest.mark.parametrize(
    "body", ["", "100 % {x}", "{{ variable }}", "{{/* remark */}}", "a {% b"]
)
def test_text_that_is_no_tag_stays_unchanged(body: str) -> None:
    assert shown(body) == body


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("{% chart %}", "chart"),
        ("{%- chart a=1 -%}", "chart"),
        ("{% chart 100% %}", "chart"),
        ("{{< my/chart.html a=b >}}", "my/chart.html"),
        ("{{% chart %}}", "chart"),
        ("{{< /chart >}}", "chart"),
    ],
)
def test_an_unknown_tag_is_removed_and_reported(tag: str, name: str) -> None:
    assert without_shortcodes(f"a{tag}b") == ("ab", (Removed(0, 1, name, tag),))


def test_removed_tags_have_positions_and_their_content_stays() -> None:
    body = "```\n{% foo %}\n```\nb {% chart %}\nkept\n{% c %}{% endchart %}\n"
    text, removed = without_shortcodes(body)
    assert text == "```\n{% foo %}\n```\nb \nkept\n\n"
    assert [(tag.line, tag.column, tag.text) for tag in removed] == [
        (3, 2, "{% chart %}"),
        (5, 0, "{% c %}"),
        (5, 7, "{% endchart %}"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "{% raw %}" * 55_000,
        "{% a " * 100_000,
        "{{< a " * 83_000,
        "{{< a" + " " * 500_000,
        "{{<" + " " * 500_000,
        "{% x %}" + " ".join("`" * n for n in range(1, 1000)),
        "{%a%}\n" * 83_000,
        "{% img " + "'a' " * 125_000 + "%}",
        "{% img 'a' %}" * 38_000,
        "{{< highlight >}}" * 29_000,
    ],
    ids=range(10),
)
def test_half_a_megabyte_of_tags_takes_linear_time(body: str) -> None:
    started = time.process_time()
    without_shortcodes(body)
    assert time.process_time() - started < 5  # quadratic time would be minutes


@pytest.mark.parametrize("code", ["~~~\n{% a %}", "```\n{% a %}\n````", "``` a` {% b %} ```"])
def test_a_fence_ends_at_one_of_the_same_length_or_with_the_body(code: str) -> None:
    assert shown(code) == code


@pytest.mark.parametrize("text", ["{% a\n%}", "{% 1 %}", "{{< a " + "b" * 2_001 + " >}}"])
def test_a_tag_is_on_one_line_and_of_limited_length(text: str) -> None:
    assert shown(text) == text


def test_inline_code_does_not_span_a_blank_line() -> None:
    assert shown("a ` b\n\n{% more %}\n\nc `") == "a ` b\n\n<!-- more -->\n\nc `"


def test_a_fence_does_not_end_at_one_of_the_other_kind() -> None:
    assert shown("```\n~~~\n{% a %}\n```") == "```\n~~~\n{% a %}\n```"


@pytest.mark.parametrize(
    ("tag", "markdown"),
    [
        ("{{ site.baseurl }}/a.png", "/a.png"),
        ("{{site.url}}{{ site.baseurl }}/a.png", "/a.png"),
        ("{{ '/a.png' | relative_url }}", "/a.png"),
        ('{{- "/a.png" | absolute_url -}}', "/a.png"),
        ("{% post_url 2026-03-01-tea %}", "@/2026-03-01-tea.md"),
        ("{% asset_path a.png %}", "a.png"),
        ("{% link _posts/2026-03-01-tea.md %}", "@/_posts/2026-03-01-tea.md"),
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
    assert shown(f"a {tag} b") == f"a {markdown} b"


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
    assert shown(tag).strip() == paragraph


@pytest.mark.parametrize(
    ("tag", "name"),
    [("{{ page.title | upcase }}", "page.title"), ("{% include a.html %}", "include")],
)
def test_a_tag_that_needs_jekyll_is_removed_and_reported(tag: str, name: str) -> None:
    assert without_shortcodes(f"a{tag}b") == ("ab", (Removed(0, 1, name, tag),))


@pytest.mark.parametrize(
    ("mark", "markdown"),
    [
        ("见[[页面]]。", "见页面。"),
        ("[[a page|its title]]", "its title"),
        ("[[Page#Part]] [[#Part]]", "Page > Part Part"),
        ("![[a b.png]]", "![a b.png](<a b.png>)"),
        ("![[a.png|300x200]]", "![a.png](<a.png>)"),
        ("![[a.png|A cup]]", "![A cup](<a.png>)"),
        ("![[A note]]", "A note"),
        ("a %%remark%% b", "a  b"),
        ("a\n%%\nremark\n%%\nb", "a\n\nb"),
        ("> [!note] A title\n> x", "> **A title**\n> \n> x"),
        (">> [!WARNING]-\n>> x", ">> **Warning**\n>> \n>> x"),
        (r"\(a_b\) \\(c^2\\)", "$a_b$ $c^2$"),
        ("\\[\n\\frac{1}{2}\n\\]", r"$$\frac{1}{2}$$"),
        ("# A {: .b}", "# A "),
        ('![a](b){: width="3" .c #d}', "![a](b)"),
        ("a\n{: .b}\nc", "a\n\nc"),
        ("* this becomes a table of contents\n{:toc}\nx", "\nx"),
        ("1. TOC\n{: toc}\nx", "\nx"),
        ("[TOC]\nx", "\nx"),
        ("[[toc]]\n@[toc](Contents)\n[[_TOC_]]\nx", "\n\n\nx"),
    ],
)
def test_a_mark_becomes_markdown_with_the_same_meaning(mark: str, markdown: str) -> None:
    assert shown(mark) == markdown


@pytest.mark.parametrize(
    "text",
    [
        *("a[[1]]", "[[1]](/a)", "[[1]][a]", "[[1]]: a", "[[ -f x ]]", "[[]]", "[[a\nb]]"),
        *("100%% of 50%%", "%%time and %%bash", "%%", "a\n%%\nb", "{:ok, x}", "{: }", "{:a"),
        *(
            r"\(a, not TeX\)",
            r"\[a\]",
            r"\(http://a_b\)",
            r"\(a_b",
            r"\(a_b $c\)",
            "\\(a_\nb\\)",
        ),
        *("\\[a_b\n\nc\\]", r"\(" + "a_" * 2_000 + r"\)", "text [toc] x", "a\\\\\\(b_c\\)"),
        *("```\n[[a]] %%b%%\n> [!note]\n{:toc}\n```", "`[[a]] \\(b_c\\)`", "[!note]"),
        *("a\n\n    {% x %} [[b]]\n\t%%c%%", "a\n\n\t[TOC]"),
    ],
)
def test_text_that_only_looks_like_a_mark_stays(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize("item", ["- a", "1. a", "- a\n\n  b", "[^1]: a"])
def test_indented_text_in_a_list_is_no_code(item: str) -> None:
    assert shown(f"{item}\n\n    {{% more %}} [[b]]") == f"{item}\n\n    <!-- more --> b"


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "[[",
            "![[a",
            "%%",
            "%%a",
            "%%\n",
            "{:",
            "{: .a",
            "{:a=",
            "\\(",
            "\\[a_",
            "\\\\(",
            "> ",
        ),
        *(
            "> [!",
            "[TOC]\n",
            "* a\n",
            "\n\n    a",
            "{{ site.",
            "{{ 'a' | ",
            "{{",
            "@[toc](",
            "{{ a(b=",
            "{{ a() ",
            "{{ a(",
        ),
    ],
)
def test_a_megabyte_of_unclosed_marks_takes_linear_time(piece: str) -> None:
    body = "{{ " + piece * (1_000_000 // len(piece))
    started = time.process_time()
    without_shortcodes(body)
    assert time.process_time() - started < 5  # quadratic time would be minutes
