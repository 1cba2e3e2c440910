"""Marks that one generator has and others do not: as its folder shows them, else as text."""

import time

import pytest

from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.markdown.marks.generator_marks import with_generator_marks
from feedsvc.core.rules import GENERATORS
from feedsvc.core.text import words_of
from tests.support.rendering import SITE, published


@pytest.mark.parametrize(
    ("body", "marked"),
    [
        ("H~2~O", "H<sub>2</sub>O"),
        ("x^2^ + y^10^", "x<sup>2</sup> + y<sup>10</sup>"),
        ("plain", "plain"),
        (
            "Ca^2+^ and x~i,j~ and (a+b)^(n-1)^",
            "Ca<sup>2+</sup> and x<sub>i,j</sub> and (a+b)<sup>(n-1)</sup>",
        ),
        ("a~1234567890~ b~12345678901~", "a<sub>1234567890</sub> b~12345678901~"),
        ("重~10~克 价^元^", "重<sub>10</sub>克 价^元^"),
        ("价格5~7元，重量10~20克", "价格5~7元，重量10~20克"),
        ("5~7,10~20 and 1~2~3", "5~7,10~20 and 1~2~3"),
        ('"~/.x" or "~/.y"', '"~/.x" or "~/.y"'),
        ("a\n\n    x^2^", "a\n\n    x^2^"),
        ("[small]{.smallcaps} [a][b]{.c}", "small [a][b]"),
        ("![a](b.png){width=50%} [a](/b){.c #d}", "![a](b.png) [a](/b)"),
        ("`x`{.py} <https://x.org>{.uri}", "`x` <https://x.org>"),
        ("[a]{b} [a]{} {.c} [a](/b) {.c}", "[a]{b} [a]{} {.c} [a](/b) {.c}"),
        ("# A {#b .c}", "# A {#b .c}"),
        ("~~gone~~", "~~gone~~"),
        ("a~b c~d", "a~b c~d"),
        ("x^2 and y^2", "x^2 and y^2"),
        ("`a^2^` and ``b~c~``", "`a^2^` and ``b~c~``"),
        ("```\na^2^\n```\nb^2^", "```\na^2^\n```\nb<sup>2</sup>"),
        ("$x^2y^2$ and $$a~b~$$", "$x^2y^2$ and $$a~b~$$"),
        ("https://example.org/~a/~b", "https://example.org/~a/~b"),
        ("[x](/~a/~b~)", "[x](/~a/~b~)"),
        ('<a href="/~b~">x</a>', '<a href="/~b~">x</a>'),
        ("text[^1] and [^2]^x^", "text[^1] and [^2]<sup>x</sup>"),
        ("^[a note]", "^[a note]"),
        ("\\~a~ and \\^b^", "\\~a~ and \\^b^"),
        ("~/bin and ~/lib", "~/bin and ~/lib"),
        ('| a |\n\n: 表 b {#tbl-x w="[1,2]"}\n\nc', "| a |\n\n表 b \n\nc"),
        ("| a |\n\nTable: 表", "| a |\n\n表"),
        ("| a |\n\n: b {c}", "| a |\n\n: b {c}"),
        ("a\n\n: b {#c}", "a\n\n: b {#c}"),
    ],
)
def test_marks_become_tags_outside_code_formulas_tags_and_urls(body: str, marked: str) -> None:
    assert with_generator_marks(body, "quarto") == marked


_IN_MKDOCS = [
    ("{++a **b**++} {--c--}", "<p><ins>a <strong>b</strong></ins> <del>c</del></p>"),
    ("{~~a~>b~~}", "<p><del>a</del><ins>b</ins></p>"),
    ("{==a==}{>>why<<}", "<p><mark>a</mark><span>why</span></p>"),
    ("`{++a++}` {++b", "<p><code>{++a++}</code> {++b</p>"),
    ("++ctrl+alt+page-up++", "<p><kbd>Ctrl</kbd>+<kbd>Alt</kbd>+<kbd>Page Up</kbd></p>"),
    ("i++ and ++j, c++11, c++14", "<p>i++ and ++j, c++11, c++14</p>"),
    (":material-tea: a :octicons-x-16:{ .lg }", "<p>a</p>"),
    ("[a](/b){ .md-button target=_blank }", f'<p><a href="{SITE}/b">a</a></p>'),
    ("*a*{.b} {.c} d\n{: .e}", "<p><em>a</em> {.c} d</p>"),
    ("a\n{ .annotate }\n\nb", "<p>a</p>\n<p>b</p>"),
    ("==a== and 1 == 2 == 3", "<p><mark>a</mark> and 1 == 2 == 3</p>"),
    ("`==a==` $b==c==d$", "<p><code>==a==</code> $b==c==d$</p>"),
    (
        ":tada: `:tada:` :no-emoji: 10:30:45",
        "<p>🎉 <code>:tada:</code> :no-emoji: 10:30:45</p>",
    ),
    ("H~2~O and x^2^ and ^^ins^^", "<p>H~2~O and x^2^ and ^^ins^^</p>"),
    ("a^[note]", "<p>a^[note]</p>"),
]


@pytest.mark.parametrize(("body", "html"), _IN_MKDOCS)
def test_mkdocs_has_the_marks_of_pymdown(body: str, html: str) -> None:
    assert published(body, "mkdocs") == html


@pytest.mark.parametrize("generator", ["", "hexo", "jekyll", "hugo", "zola", "11ty", "plain"])
@pytest.mark.parametrize(
    "text",
    [
        *("{++a++} {--b--} {==c==} {>>d<<}", "++ctrl+c++ and ++ins++", ":material-tea:"),
        *("{width=50%} and {target=_blank} and { .md-button }", "==a==", ":tada: :smile:"),
        *("H~2~O and x^2^", "a^[note]", "[a]{.b}", '--8<-- "a.md"', ";--8<-- b"),
    ],
)
def test_marks_of_other_generators_are_text(generator: str, text: str) -> None:
    assert words_of(published(text, generator)) == text


@pytest.mark.parametrize("generator", ["pelican", "nikola"])
def test_python_markdown_has_attributes(generator: str) -> None:
    body = "[a](/b){: .c} ![d](/e){ width=50% }\n{: .f }\n\n++g++ {.h}"
    assert published(body, generator) == (
        f'<p><a href="{SITE}/b">a</a> <img src="{SITE}/e" alt="d"></p>\n<p>++g++ {{.h}}</p>'
    )


@pytest.mark.parametrize("generator", ["", *GENERATORS])
@pytest.mark.parametrize(
    ("body", "html", "known"),
    [
        ("==a==", "<mark>a</mark>", {"obsidian", "mkdocs"}),
        ("==高亮==文字", "<mark>高亮</mark>文字", {"obsidian", "mkdocs"}),
        (":tada:", "🎉", {"docusaurus", "mkdocs"}),
        ("a^[*note*]", "<p><em>note</em> <a", {"obsidian", "quarto"}),
        ("H~2~O", "<sub>2</sub>", {"quarto"}),
        ("x^2^", "<sup>2</sup>", {"quarto"}),
    ],
)
def test_generators_disagree_about_marks(
    generator: str, body: str, html: str, known: set[str]
) -> None:
    assert (html in html_of(body, generator)) is (generator in known)


_UNITS = (
    *("~", "^", "~a ", "$", "$a ", "<a ", "](", "\\", "[^", "`", "[a]{.", "{.a", "{a=", "){"),
    *(
        "{++",
        "{++a",
        "{~~",
        "{~~a~>",
        "{==",
        "{>>",
        "++",
        "++a",
        "++a+",
        ":material-",
        "\n{ .a",
    ),
    *("==", "==a", "a==b", ":tada", ":", "^[", "^[a"),
)


@pytest.mark.parametrize("generator", ["quarto", "mkdocs", "pelican"])
@pytest.mark.parametrize("unit", _UNITS)
def test_a_long_text_does_not_take_long(unit: str, generator: str) -> None:
    begin = time.process_time()
    with_generator_marks(unit * 10_000, generator)
    assert time.process_time() - begin < 2


@pytest.mark.parametrize("generator", ["obsidian", "mkdocs", "quarto"])
@pytest.mark.parametrize(
    "unit", ["==", "==a", ":tada", ":tada:", "^[", "^[a", "a^[b]", "~", "~a"]
)
def test_many_marks_do_not_multiply(unit: str, generator: str) -> None:
    begin = time.process_time()
    html = html_of(unit * 10_000, generator)
    assert time.process_time() - begin < 3
    assert len(html) < 5_000_000


@pytest.mark.parametrize("generator", ["", *GENERATORS])
def test_generators_disagree_about_definition_lists(generator: str) -> None:
    known = ("jekyll", "hugo", "quarto", "pelican", "nikola", "mkdocs")
    html = html_of("Tea\n: Leaves in water\n", generator)
    assert ("<dt>Tea</dt>" in html) is (generator in known)


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("A\n: b\n: c", "<dl>\n<dt>A</dt>\n<dd>b</dd>\n<dd>c</dd>\n</dl>"),
        ("A\nB\n: c", "<dl>\n<dt>A</dt>\n<dt>B</dt>\n<dd>c</dd>\n</dl>"),
        (
            "*A*\n: c\n\nD\n: e",
            "<dl>\n<dt><em>A</em></dt>\n<dd>c</dd>\n<dt>D</dt>\n<dd>e</dd>\n</dl>",
        ),
        ("乌龙\n:   半发酵", "<dl>\n<dt>乌龙</dt>\n<dd>半发酵</dd>\n</dl>"),
        ("A\n:b", "<p>A\n:b</p>"),
        ("```\nA\n: b\n```", "<pre><code>A\n: b\n</code></pre>"),
    ],
)
def test_terms_have_definitions(body: str, html: str) -> None:
    assert published(body, "jekyll") == html


def test_definition_lists_work_beside_links_to_headings() -> None:
    html = html_of("# Tea\n\n[up](#tea)\n\nTea\n: Leaves\n", "hugo")
    assert "<dt>Tea</dt>" in html
    assert 'id="tea"' in html


@pytest.mark.parametrize(
    ("table", "marked"),
    [
        ("| a | b |\n|---+---|\n| 1 | 2 |\n\nx", "| a | b |\n|---|---|\n| 1 | 2 |\n\nx"),
        ("|---+--|\n| a | b |\n|---|:-|\n| 1 | 2 |", "| a | b |\n|---|:-|\n| 1 | 2 |"),
        (
            "| a | b |\n|-|-|\n| - | - |\n|===|\n| 1 | 2 |",
            "| a | b |\n|-|-|\n| - | - |\n| 1 | 2 |",
        ),
        ("| `1` | 2 |\n| 3\\|4 | 5 |\n", "| | |\n|---|---|\n| `1` | 2 |\n| 3\\|4 | 5 |\n"),
        ("|---|---|\n| 1 | 2 |\n| 3 | 4 |", "| | |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |"),
        ("| a |\n|---|\n| 1 |",) * 2,
        ("|---|\n|---|",) * 2,
        ("| a |\nb",) * 2,
        ("x\n| a | b |\n| c | d |",) * 2,
        ("```\n\n| a | b |\n| c | d |\n```",) * 2,
    ],
)
def test_tables_of_kramdown(table: str, marked: str) -> None:
    assert with_generator_marks(f"x\n\n{table}", "jekyll") == f"x\n\n{marked}"
    assert with_generator_marks(f"x\n\n{table}", "hexo") == f"x\n\n{table}"


@pytest.mark.parametrize("generator", ["pelican", "nikola", "mkdocs"])
@pytest.mark.parametrize(
    ("body", "marked"),
    [
        ("a\n\n    :::python\n    x", "a\n\n    x"),
        ("    :::c++\n    x", "    x"),
        ("- a\n\n\t\t:::sh\n\t\tx", "- a\n\n\t\tx"),
        ("a\n\n    x\n    :::y\n", "a\n\n    x\n    :::y\n"),
        ("a\n\n    :::a b\n    x", "a\n\n    :::a b\n    x"),
        ("a\n\n    :::a", "a\n\n    :::a"),
    ],
)
def test_the_language_of_indented_code_is_hidden(
    body: str, marked: str, generator: str
) -> None:
    assert with_generator_marks(body, generator) == marked
    assert with_generator_marks(body, "quarto") == body


@pytest.mark.parametrize("generator", ["jekyll", "quarto", "pelican"])
@pytest.mark.parametrize(
    "piece",
    [
        *("|", "|-", "\n\n|", "\n\n|a|\n|b|\n", "| a |\n|--|\n", "|\n\n: a", "|\n\n: "),
        *("\n\n    :::", "\n\n    :::a\n", "\n\n        "),
    ],
)
def test_many_tables_and_languages_take_linear_time(generator: str, piece: str) -> None:
    body = "x\n\n" + piece * (50_000 // len(piece)) + "\n|:::"
    started = time.process_time()
    with_generator_marks(body, generator)
    assert time.process_time() - started < 2  # quadratic time would be half a minute
