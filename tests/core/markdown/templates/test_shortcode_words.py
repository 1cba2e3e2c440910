"""The words, the picture or the link of an unknown shortcode stay, in every notation."""

import pytest

from feedsvc.core.markdown.templates.shortcode_words import arguments_of
from tests.support.rendering import SITE, read, warned

X = "https://x.example"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('Get the {{< asset file="a.pdf" label="Paper (1 MB)" >}}.', "Get the Paper (1 MB)."),
        ('{{% asset title="A *title*" %}} b', "A <em>title</em> b"),
        ("{% asset text='words' %} b", "words b"),
        ('{{ asset(caption="words", n=1) }} b', "words b"),
        ('{{< card title="Tea" text="Brew it" >}} b', "Tea: Brew it b"),
        ("{% my-tag alt=`raw \"q\"` %} b", 'raw "q" b'),
        ('{% render "x", alt: "Words", n: 2 %} b', "Words b"),
        ('{{< asset\n  file="a"\n  label="words"\n/>}} b', "words b"),
        ('{{< x src="/rel.png" alt="A cup" >}} b', "A cup b"),
        ('{{< pic src="https://x.example/a.png" alt="A" >}}', f'<img src="{X}/a.png" alt="A">'),
        ('{{< pic src="https://x.example/a.png" alt="A" caption="C" >}}',
         f'<img src="{X}/a.png" alt="A"> C'),
        ('{{< my-img src="https://x.example/1" alt="A" >}}', f'<img src="{X}/1" alt="A">'),
        ('{{< pic src="https://x.example/a.png" link="https://x.example/" >}}',
         f'<a href="{X}/"><img src="{X}/a.png" alt=""></a>'),
        ('{% card url="https://x.example/a.png" caption="c" %}',
         f'<img src="{X}/a.png" alt="c">'),
        ('{{< doc href="https://x.example/a.png" label="c" >}}', f'<a href="{X}/a.png">c</a>'),
        ('{{< doc link=//x.example/a label="[c]" >}}', f'<a href="{X}/a">[c]</a>'),
        ("{{< doc https://x.example/a >}} b", f'<a href="{X}/a">{X}/a</a> b'),
        ('{{< doc "//x.example/a" "two words" >}}', f'<a href="{X}/a">two words</a>'),
        ('{{< doc url="//x.example/a" >}}', f'<a href="{X}/a">{X}/a</a>'),
        ('{{< video src="https://x.example/v.mp4" title="V" >}}', f'<a href="{X}/v.mp4">V</a>'),
        ('{{< button href="https://x.example/" >}}Get it{{< /button >}} b',
         f'<a href="{X}/">Get it</a> b'),
        ('{% doc url="https://x.example/" %}Get it{% enddoc %} b',
         f'<a href="{X}/">Get it</a> b'),
        ('{% doc(url="https://x.example/") %}Get it{% end %} b',
         f'<a href="{X}/">Get it</a> b'),
        ('{{< doc url="https://x.example/" >}}a{{< /other >}}', f'<a href="{X}/">{X}/</a>a'),
        ('{{< doc url="https://x.example/a.png" >}}a{{< /doc >}}',
         f'<img src="{X}/a.png" alt=""> a'),
        ('{{< chord "Ctrl + C" >}} {{< icon "github" >}}b', "Ctrl + C b"),
        ('{% include button.html link="https://x.example/" text="Buy" %}',
         f'<a href="{X}/">Buy</a>'),
        ('{{< button relref="a" >}}Get{{< /button >}}', "Get"),
        ('{{< link href="https://x.example/" content="绿茶" >}}', f'<a href="{X}/">绿茶</a>'),
        ('{{ link(url="https://x.example/", text="绿茶") }}', f'<a href="{X}/">绿茶</a>'),
        ('{{ link(to="a", title="绿茶") }} b', "绿茶 b"),
        ('{{< chord "复制" >}} {{< icon "github" >}}b', "复制 b"),
        ("{% u 下划线 %} b", "下划线 b"),
        ('{% label 绿茶 %} {{< label text="b" >}} {% label info %}c', "绿茶 b c"),
        ("{% span red, 使用 Vue 框架 %} b", "使用 Vue 框架 b"),
        ("{% span red::使用 Vue 框架 %} b", "使用 Vue 框架 b"),
        ("{% pdf 文件.pdf %} {% pdf /文件/ %} {% pdf ./文件 %} b", "b"),
        ('{{< doc "https://x.example/a" "绿茶" >}}', f'<a href="{X}/a">绿茶</a>'),
        ('[f]({{< asset "a.pdf" >}}) b', "f b"),
        ('[f]({{< asset src="https://x.example/a.pdf" >}})', f'<a href="{X}/a.pdf">f</a>'),
        ('<a href="{{< asset "a" >}}">f</a>', "<a>f</a>"),
        ("![A cup]({{% img x %}})", "A cup"),
        ("{{< img alt='A cup' >}} b", "A cup b"),
        ("茶{{< x label='绿茶' >}}茶", "茶绿茶茶"),
        ('{% aside(title="T") %}\nInner\n{% end %}', "T</p>\n<p>Inner"),
        ("{{< sidenote >}}inner *x*{{< /sidenote >}}", "inner <em>x</em>"),
        ('{{< aside "引用文字" >}}', "引用文字"),
        ('{{< aside "fas fa-tea" >}}b', "b"),
        ("| a |\n|---|\n| {{< x label='b' >}} |", None),
        ("{{< x >}}a", "a"),
    ],
)  # fmt: skip
def test_the_words_of_an_unknown_shortcode_stay(body: str, shown: str | None) -> None:
    html = read(body).content_html
    if shown is None:
        assert "<td>b</td>" in html
    else:
        assert html == f"<p>{shown}</p>"


def test_the_warning_says_whether_words_are_shown() -> None:
    assert warned("a {{< x-y label='b' >}}") == ["unknown-tag {{< x-y label='b' >}}"]
    assert warned("`{{< x-y label='b' >}}`") == []


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{{< alert "Be careful" >}}', "<p>Be careful</p>"),
        ('{{< callout title="T" text="x" >}}', "<p><strong>T</strong></p>\n<p>x</p>"),
        ('{{< notice tip >}}x{{< /notice >}}', "<p>x</p>"),
        ('{{< figure src="/a.png" title="T" caption="C" >}}',
         f'<figure>\n<p><img src="{SITE}/a.png" alt=""></p>\n'
         "<figcaption>\n<p>T</p>\n<p>C</p>\n</figcaption>\n</figure>"),
        ('{{< quote author="Li" source="On tea" >}}x{{< /quote >}}',
         "<blockquote>\n<p>x</p>\n<p>— Li, On tea</p>\n</blockquote>"),
    ],
)  # fmt: skip
def test_the_words_of_known_tags_stay_too(body: str, shown: str) -> None:
    assert read(body).content_html == shown
    assert warned(body) == []


def test_a_caption_is_not_the_beginning_of_the_summary() -> None:
    assert read('{{< figure src="/a.png" caption="A *cup*" >}}\n\nTea.').summary == "Tea."
    assert read('{% include f.html src="/a.png" caption="A" %}\n\nTea.').summary == "Tea."
    assert read('{{< figure src="/a.png" caption="A cup" >}}').summary == "A cup"


def test_arguments_are_named_or_quoted() -> None:
    assert arguments_of(r'A="b \"c\"" d: e, "f  g" h a=2') == (
        {"a": 'b "c"', "d": "e"},
        ["f g"],
    )
    assert len(arguments_of("a=1 " * 300 + "b=2")[0]) == 1
