"""Only `~~` strikes; a single `~` is text, wherever it stands."""

import time

import pytest

from feedsvc.core.markdown.first_heading import first_heading
from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.text import words_of
from tests.support.rendering import SITE, cleaned, shown


@pytest.mark.parametrize(
    "text",
    [
        *(
            "价格3~5元，共10~12件",
            "晚上 ~8 点或 ~9 点",
            "茶~好喝~",
            "(~1.5) and (~2.5)",
            "H~2~O",
        ),
        *("~/.profile, ~/.vimrc", '"~/.a" or "~/.b"', "~", "~~a", "a~~", "~a", "a ~ b ~ c"),
        *("1~2, 3~4", "~a~ ~b~", "~茶~", "a~b~c~d~", "x~\ny~", "\U00012470~a~"),
        "\U00012470\U00012471\U00012472\U00012473\U00012474~a",
    ],
)
def test_a_single_tilde_is_text(text: str) -> None:
    assert words_of(shown(text)) == text.replace("\n", " ")
    assert "<del>" not in shown(text)


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("~~gone~~ 3~5~", "<p><del>gone</del> 3~5~</p>"),
        ("茶~~好~~喝", "<p>茶<del>好</del>喝</p>"),
        ("~a~~b~~c~", "<p>~a<del>b</del>c~</p>"),
        (r"\~a~ \~~b~~ \\~c~", "<p>~a~ ~~b~~ \\~c~</p>"),
        ("# 3~5，10~12", "<h1>3~5，10~12</h1>"),
        ("- ~a~", "<ul>\n<li>~a~</li>\n</ul>"),
        ("`~a~` ~b~", "<p><code>~a~</code> ~b~</p>"),
        ("~~~\n~a~ b\n~~~", "<pre><code>~a~ b\n</code></pre>"),
        ("    ~a~", "<pre><code>~a~\n</code></pre>"),
        ("$a~b$ and ~c$", "<p>$a~b$ and ~c$</p>"),
        ("**5~7~**元 a*~b*", "<p><strong>5~7~</strong>元 a*~b*</p>"),
        ('[x](/~a "t~b~")', f'<p><a href="{SITE}/~a" title="t~b~">x</a></p>'),
        ('<b title="~a~">~b~</b>', '<p><b title="~a~">~b~</b></p>'),
        ("![~a~](/~b~)", f'<p><img src="{SITE}/~b~" alt="~a~"></p>'),
        ("[a~b~]\n\n[A~b~]: /c~", f'<p><a href="{SITE}/c~">a~b~</a></p>'),
        (
            "https://x.org/~a/b~ c",
            '<p><a href="https://x.org/~a/b">https://x.org/~a/b</a>~ c</p>',
        ),
        ("https://x.org/a!~", '<p><a href="https://x.org/a">https://x.org/a</a>!~</p>'),
        ("<https://x.org/a~>", '<p><a href="https://x.org/a~">https://x.org/a~</a></p>'),
        (
            "# a~b~c\n\n[up](#abc)",
            '<h1 id="e1-abc">a~b~c</h1>\n<p><a href="#e1-abc">up</a></p>',
        ),
    ],
)
def test_two_tildes_strike_and_one_stays_where_it_is(markdown: str, html: str) -> None:
    assert shown(markdown) == html


def test_tables_keep_tildes() -> None:
    table = shown("| a~b~ | ~~c~~ |\n|---|---|\n| 1~2，3~4 | `~` |")
    assert words_of(table) == "a~b~ c 1~2，3~4 ~"


def test_titles_of_headings_keep_tildes() -> None:
    heading = first_heading("# 价格3~5元，重量10~12克\n\ntext")
    assert heading is not None
    assert heading.words == "价格3~5元，重量10~12克"


@pytest.mark.parametrize("generator", ["hexo", "mkdocs", "quarto", "obsidian"])
def test_no_generator_strikes_between_single_tildes(generator: str) -> None:
    assert cleaned(html_of("3~5元，10~12件", generator)) == "<p>3~5元，10~12件</p>"


@pytest.mark.parametrize(
    "unit", ["~", "~a", "~ ", "\\~", "~~a~", "https://x.org/~ ", "<~", "[~"]
)
def test_many_tildes_take_linear_time(unit: str) -> None:
    begin = time.process_time()
    html_of(unit * 10_000)
    assert time.process_time() - begin < 3
