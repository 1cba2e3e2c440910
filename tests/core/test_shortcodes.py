"""Tags of other generators: known ones become Markdown, others go, code stays."""

import time

import pytest

from feedsvc.core.shortcodes import without_shortcodes


def shown(body: str) -> str:
    """What is shown of a body in which every tag is known."""
    text, removed = without_shortcodes(body)
    assert removed == ()
    return text


@pytest.mark.parametrize(
    ("tag", "markdown"),
    [
        ("{% img /a.png %}", "![](</a.png>)"),
        ('{% img left /a.png 100 200 "a title" "an alt" %}', "![an alt](</a.png>)"),
        ("{% img /a.png 100 200 %}", "![](</a.png>)"),
        ("{% asset_img a.png words of it %}", "![it](<a.png>)"),
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
        ('{{< ref "a.md" >}}', "a.md"),
        ("{{% relref a.md %}}", "a.md"),
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
    ],
)
def test_a_video_becomes_a_link(tag: str, address: str) -> None:
    assert shown(tag) == f"\n\n<{address}>\n\n"


def test_a_video_without_a_name_is_nothing() -> None:
    assert shown("a{{< youtube >}}b") == "ab"


@pytest.mark.parametrize(
    ("tag", "markdown"),
    [
        ('{{< figure src="/a.png" alt="b" caption="c d" >}}', "![b](</a.png>)\n\nc d"),
        ('{{< figure src="/a.png" title="t" />}}', "![](</a.png>)\n\nt"),
        ("{{< figure caption=c >}}", "c"),
    ],
)
def test_a_figure_is_its_picture_and_its_caption(tag: str, markdown: str) -> None:
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
def test_a_block_of_code_is_fenced_by_more_ticks_than_it_holds(
    block: str, markdown: str
) -> None:
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
def test_a_quotation_is_quoted_with_its_source(block: str, markdown: str) -> None:
    assert shown(block) == f"\n\n{markdown}\n\n"


def test_a_raw_block_is_shown_as_it_is() -> None:
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
def test_code_is_left_as_it_stands(code: str) -> None:
    assert shown(code) == code


@pytest.mark.parametrize(
    "body", ["", "100 % {x}", "{{ variable }}", "{{/* remark */}}", "a {% b"]
)
def test_what_is_no_tag_is_left_as_it_stands(body: str) -> None:
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
def test_an_unknown_tag_is_removed_and_named(tag: str, name: str) -> None:
    assert without_shortcodes(f"a{tag}b") == ("ab", ((0, name),))


def test_removed_tags_come_with_their_lines_and_what_they_held_stays() -> None:
    body = "```\n{% foo %}\n```\n{% note %}\nkept\n{% endnote %}\n"
    text, removed = without_shortcodes(body)
    assert text == "```\n{% foo %}\n```\n\nkept\n\n"
    assert removed == ((3, "note"), (5, "endnote"))


@pytest.mark.parametrize(
    "body",
    [
        "{% raw %}" * 111_000,
        "{% a " * 200_000,
        "{{< a " * 166_000,
        "{{< a" + " " * 1_000_000,
        "{{<" + " " * 1_000_000,
        "{% x %}" + " ".join("`" * n for n in range(1, 1400)),
        "{%a%}\n" * 166_000,
        "{% img " + "'a' " * 250_000 + "%}",
        "{% img 'a' %}" * 77_000,
        "{{< highlight >}}" * 58_000,
    ],
    ids=range(10),
)
def test_a_body_of_a_megabyte_is_read_in_no_time(body: str) -> None:
    started = time.monotonic()
    without_shortcodes(body)
    assert time.monotonic() - started < 10  # quadratic: minutes


@pytest.mark.parametrize("code", ["~~~\n{% a %}", "```\n{% a %}\n````", "``` a` {% b %} ```"])
def test_a_fence_ends_with_one_as_long_or_with_the_body(code: str) -> None:
    assert shown(code) == code


@pytest.mark.parametrize("text", ["{% a\n%}", "{% 1 %}", "{{< a " + "b" * 2_001 + " >}}"])
def test_a_tag_stands_on_one_line_and_is_not_endless(text: str) -> None:
    assert shown(text) == text


def test_single_backticks_do_not_reach_over_a_blank_line() -> None:
    assert shown("a ` b\n\n{% more %}\n\nc `") == "a ` b\n\n<!-- more -->\n\nc `"


def test_a_fence_of_another_kind_ends_nothing() -> None:
    assert shown("```\n~~~\n{% a %}\n```") == "```\n~~~\n{% a %}\n```"
