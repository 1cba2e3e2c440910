"""Admonitions of each generator are quotations or folded, and never raw text or code."""

import re
import time
from typing import Final

import pytest

from feedsvc.core.markdown.admonitions.admonitions import with_admonitions
from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.markdown.shortcodes import without_shortcodes
from tests.support.rendering import cleaned

BETWEEN: Final = re.compile(r"\n(?=<(?!/code)|$)|(?<=>)\n {0,3}(?=<)|(?<=>)\n")


def read(body: str, generator: str = "") -> str:
    """A body as subscribers read it, without the line ends between elements."""
    markdown, _ = without_shortcodes(body)
    return BETWEEN.sub("", cleaned(html_of(markdown, generator)))


def box(title: str, *content: str) -> str:
    head = f"<p><strong>{title}</strong></p>" if title else ""
    return f"<blockquote>{head}{''.join(content)}</blockquote>"


def folded(title: str, *content: str, tag: str = "<details>") -> str:
    return f"{tag}<summary><strong>{title}</strong></summary>{''.join(content)}</details>"


CODE: Final = "<pre><code>x\n</code></pre>"
LS: Final = '<pre><code class="language-sh">ls\n</code></pre>'
PICTURE: Final = '<p><img src="https://example.org/a.png" alt="茶"></p>'
OPEN: Final = '<details open="">'
X: Final = "<p>x</p>"
Y: Final = "<p>y</p>"


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ('!!! note "A *title*"\n    x', box("A <em>title</em>", X)),
        ("!!! note\n    x", box("Note", X)),
        ("!!! seealso\n\n    x", box("See also", X)),
        ('!!! note ""\n    x', box("", X)),
        ('!!! warning inline end "T"\n    x', box("T", X)),
        ("!!! tip inline end\n    x", box("Tip", X)),
        ('!!! danger "只有标题"\n\ny', box("只有标题") + Y),
        ("!!! note 插件的标题（一）\n    x", box("插件的标题（一）", X)),
        ('!!! 提示 "标题"\n\t内容\n\ny', box("标题", "<p>内容</p>") + Y),
        ("!!! note “弯引号”\n    x", box("弯引号", X)),
        ('!!! note "T"\n    x\ny', box("T", X) + Y),
        ('y\n!!! note "T"\n    x', Y + box("T", X)),
        (
            '!!! note "T"\n    x\n\n        code\n\n    - a\n    - b',
            box("T", X, "<pre><code>code\n</code></pre><ul><li>a</li><li>b</li></ul>"),
        ),
        (
            '!!! note "T"\n    ```sh\n    \tls\n    ```\n    x',
            box("T", '<pre><code class="language-sh">\tls\n</code></pre>', X),
        ),
        (
            '!!! note "T"\n    | a | b |\n    |---|---|\n    | 1 | 2 |',
            box(
                "T",
                "<table><thead><tr><th>a</th><th>b</th></tr></thead>",
                "<tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
            ),
        ),
        (
            '!!! note "T"\n    x\n\n    ??? tip "U"\n        y\n\n    x\n\ny',
            box("T", X, folded("U", Y), X) + Y,
        ),
        ("??? tip\n    x", folded("Tip", X)),
        ("???+ tip\n    x\ny", folded("Tip", X, tag=OPEN) + Y),
        ('??? note ""\n    x', f"<details>{X}</details>"),
        ('=== "Tab"\n\n    x\n\n=== "另一个"\n\n    y', box("Tab", X) + box("另一个", Y)),
        ('===! "A"\n    x\n===+ "B"\n    y', box("A", X) + box("B", Y)),
        ('!!! note "T"\n    ```\n    x\n\ny', box("T", CODE) + Y),
        ('??? note "T"\n    ```\n    x\n\ny', folded("T", CODE) + Y),
    ],
)
def test_admonitions_of_python_markdown(body: str, html: str) -> None:
    assert read(body) == html


@pytest.mark.parametrize(
    ("body", "html"),
    [
        (
            ":::note[A `t` [l](/p)]\n\nx\n\n:::",
            box('A <code>t</code> <a href="https://example.org/p">l</a>', X),
        ),
        (":::note T\nx\n:::\ny", box("T", X) + Y),
        (":::note\nx\n:::", box("Note", X)),
        ('y\n:::tip{title="T"}\nx\n:::', Y + box("T", X)),
        ("::: warning 注意事项\nx\n:::", box("注意事项", X)),
        ("::: tip\nx\n:::", box("Tip", X)),
        (":::info{.wide #a}\nx\n:::", box("Info", X)),
        (":::caution[T]{.wide}\nx\n:::", box("T", X)),
        ('::: {.callout-tip title="T"}\nx\n:::', box("T", X)),
        (":::{.callout-note}\n## A title\n\nx\n:::", box("A title", X)),
        (":::{.callout-note}\n\n### A title ###\nx\n:::", box("A title", X)),
        ("::: {.callout-important}\nx\n:::", box("Important", X)),
        ('::: {.callout-note collapse="true" title="T"}\nx\n:::', folded("T", X)),
        (":::{warning} T\nx\n:::", box("T", X)),
        (":::{admonition} T\n:class: tip\nx\n:::", box("T", X)),
        (":::{note}\n:class: dropdown\n\nx\n:::", folded("Note", X)),
        ("::: details Click me\nx\n:::", folded("Click me", X)),
        (":::spoiler 答案\nx\n:::", folded("答案", X)),
        (":::message alert\nx\n:::", box("", X)),
        ("::: Warning ::::::\nx\n::::::::::", box("Warning", X)),
        ("::::note A\n:::tip B\nx\n:::\ny\n::::", box("A", box("B", X), Y)),
        ("::: warning A\n::: {.b}\nx\n:::\ny\n:::\nx", box("A", X, Y) + X),
        (":::note\nx\n\ny", box("Note", X, Y)),
        ("::::note\n:::tip\nx\n::::\ny", box("Note", box("Tip", X)) + Y),
        (
            ":::note\n```md\n:::\n:::tip\n```\nx\n:::\ny",
            box("Note", '<pre><code class="language-md">:::\n:::tip\n</code></pre>', X) + Y,
        ),
        (":::note\n\n- a\n- b\n\n:::", box("Note", "<ul><li>a</li><li>b</li></ul>")),
        ("::: tip 一行的内容 :::\ny", box("Tip", "<p>一行的内容</p>") + Y),
        (":::提示\nx\n:::", box("提示", X)),
        ("::: callout-tip\nx\n:::", box("Tip", X)),
        ("::: info 信息 {.wide}\nx\n:::", box("信息", X)),
        ("> :::note T\n> x\n> :::\n\ny", f"<blockquote>{box('T', X)}</blockquote>" + Y),
    ],
)
def test_directives_between_colons(body: str, html: str) -> None:
    assert read(body) == html


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("::: columns\nx\n\ny\n:::", X + Y),
        (
            ":::: {.columns}\n::: {.column width=50%}\nx\n:::\n::: {.column}\ny\n:::\n::::",
            X + Y,
        ),
        (":::unknown\nx\n:::", X),
        ("x\n:::\ny", X + Y),
        (
            "::: tabs#a\n@tab 标签\nx\n@tab:active B#b\ny\n:::\n@tab C",
            f"<p><strong>标签</strong></p>{X}<p><strong>B</strong></p>{Y}<p>@tab C</p>",
        ),
        (":::", ""),
        ("::: code-group\n\n```sh\nls\n```\n\n:::", LS),
        (":::定理 勾股\nx\n:::", box("定理 勾股", X)),
        (
            "::: {#fig-a}\n![p](/a.png)\n\ny\n:::",
            '<p><img src="https://example.org/a.png" alt="p"></p>' + Y,
        ),
        ("::: hello there\n\ny", "<p>hello there</p>" + Y),
        (
            ":::{figure} /a.png\n:width: 3\n\ny\n:::",
            '<p><img src="https://example.org/a.png" alt=""></p>' + Y,
        ),
        ('::: {.content-visible when-format="pdf"}\nno\n\n::: tip\nno\n:::\n:::\nx', X),
        ('::: {.content-visible when-format="html"}\nx\n:::', X),
        ("::: {.content-hidden}\nno\n:::\nx", X),
        ('::: {.content-hidden unless-format="html"}\nx\n:::', X),
        ("::: {.hidden}\nno\n:::\nx", X),
    ],
)
def test_other_blocks_between_colons_keep_their_content_and_lose_their_marks(
    body: str, html: str
) -> None:
    assert read(body) == html


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("```{note}\nx **b**\n```\ny", box("Note", "<p>x <strong>b</strong></p>") + Y),
        ("```{warning} T\nx\n```", box("T", X)),
        ("~~~{tip}\nx\n~~~", box("Tip", X)),
        ("```{admonition} T\n:class: dropdown note\nx\n```", folded("T", X)),
        ("```{dropdown} T\nx\n```", folded("T", X)),
        ("````{note}\n```{tip} B\nx\n```\n```sh\nls\n```\n````", box("Note", box("B", X), LS)),
        (
            "````{tab-set}\n```{tab-item} A\nx\n```\n```{tab-item} B\ny\n```\n````",
            box("A", X) + box("B", Y),
        ),
        ("```{note}\nx", box("Note", X)),
        ("```{note} T\n:class: wide", box("T")),
        ("```{code-block} sh\n:linenos:\n:caption: C\nls\n```\ny", LS + Y),
        ("> ```{code} sh\n> ls\n> ```", f"<blockquote>{LS}</blockquote>"),
        ("- y\n\n  ~~~{code-cell} sh\n  ls\n  ~~~", f"<ul><li>{Y}{LS}</li></ul>"),
        ("````{note}\n```{code-block}\n:a: b\nx\n```\n````", box("Note", CODE)),
        ("```{math}\n:label: a\nx\n```", CODE.replace("<code", '<code class="language-math"')),
        ("```{figure} /a.png\n:alt: 茶\n:width: 9\nx\n```\ny", f"{PICTURE}{X}{Y}"),
        ("```{image} /a.png\n:alt: 茶\n```", PICTURE),
        ("y\n\n```{toctree}\n:maxdepth: 2\nx\n```", Y),
        (":::{contents}\nx\n:::\ny", Y),
        (
            "```{python}\n:a: b\n```",
            '<pre><code class="language-{python}">:a: b\n</code></pre>',
        ),
        ("```ad-note\nx\n```", box("Note", X)),
        ("```ad-tip\ntitle: 标题\ncolor: 1, 2, 3\nx\n```", box("标题", X)),
        ("```ad-warning\ncollapse: closed\n\nx\n```\ny", folded("Warning", X) + Y),
        ("```ad-note\ncollapse: none\nx\n```", box("Note", X)),
    ],
)
def test_directives_in_fences(body: str, html: str) -> None:
    assert read(body) == html


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("/// note | A *title*\nx\n///\ny", box("A <em>title</em>", X) + Y),
        ("/// warning\n\nx\n\n///", box("Warning", X)),
        ("/// details | Why?\n    type: warning\n\nx\n///", folded("Why?", X)),
        ("/// admonition | T\n    open: True\nx\n///", folded("T", X)),
        ("/// tab | 标签\nx\n///", box("标签", X)),
        ("//// note | A\n/// tip | B\nx\n///\ny\n////", box("A", box("B", X), Y)),
        ("/// html | div.wide\nx\n///", X),
        ("/// note | never closed", "<p>/// note | never closed</p>"),
        ("/// a comment\n///", "<p>/// a comment\n///</p>"),
        ("///", "<p>///</p>"),
    ],
)
def test_blocks_between_slashes(body: str, html: str) -> None:
    assert read(body) == html


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("{: .note }\nx", box("Note", X)),
        ("{: .note }\n> x", box("Note", X)),
        ("{: .note-title }\n> T\n>\n> x", box("T", X)),
        ("{: .note-title }\nx", box("", X)),
        ("{: .highlight }\nx", box("", X)),
        ("> x\n{: .prompt-tip }", box("Tip", X)),
        ("> x\n>\n> y\n{: .prompt-danger }\n\ny", box("Danger", X, Y) + Y),
        ("x\n{: .warning}\n\ny", box("Warning", X) + Y),
        ("x\n{: .notice--info}", box("", X)),
        ("- a\n- b\n{: .important #c}", box("Important", "<ul><li>a</li><li>b</li></ul>")),
        ("```\nx\n```\n{: .note }", CODE),
        ("{: .note }\n\nx", X),
        ("x\n{: .wide }\n\ny", X + Y),
        ("x{: .note }", X),
        ("{: .note }\nx\n\ny", box("Note", X) + Y),
        ("{: .new }\nx", box("New", X)),
        ("x\n{: .quote }", X),
        ("{: .note }", ""),
        ("{: .notice }\n> x", box("", X)),
    ],
)
def test_attributes_of_kramdown(body: str, html: str) -> None:
    assert read(body) == html


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ('- a\n\n    !!! note "T"\n        x\n\n    y\n- b', box("T", X) + Y),
        ("1. a\n\n   :::tip T\n   x\n   :::\n\n   y\n2. b", box("T", X) + Y),
        (
            "1. a\n   :::tip T\n   x\n   :::\n\n    ???+ note\n        y",
            box("T", X) + folded("Note", Y, tag=OPEN),
        ),
        ("- a\n  :::tip T\n  x\n\n- b\n\ny", box("T", X)),
        ("- a\n  ```\n  b\n- c\n\n  :::tip T\n  x\n  :::", box("T", X)),
        ("- a\n\n  ```{note} T\n  x\n  ```\n- b", box("T", X)),
        ("- :::tip T\n  x\n  :::\n- b", box("T", X)),
        ('* !!! note "T"\n      x\n* b', box("T", X)),
        ("- a\n\n    - b\n\n        ::: tip T\n        x\n        :::\n", box("T", X)),
    ],
)
def test_admonitions_in_lists_stay_in_their_item(body: str, html: str) -> None:
    shown = read(body)
    assert html in shown
    assert shown.index("<li>") < shown.index(html) < shown.rindex("</li>")
    assert ":::" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "!!! Attention everybody",
        "!!! Attention everybody\n\nThe end.",
        "!!!! note\n    x",
        "!!!\n    x",
        '!!! note "T" and more',
        "!!!note!\n    x",
        "!!! Hello world\n    x",
        "What??? Really???",
        "??? maybe",
        "Title\n===",
        'Title\n=== "Tab"',
        '=== "Tab"\nx',
        "a ::: b",
        "std::vector ::: x",
        ":::)",
        "::name",
        "{: nothing }",
        "> !!! Attention everybody",
        "```\n:::note\nx\n:::\n!!! note\n    y\n```",
        "~~~\n{: .note }\n~~~",
        "a\n\n    :::note\n    x\n    :::",
        "<pre>\n:::note\n</pre>",
        "```\n    ```\n:::note\n```",
        "<!--\n:::note\n-->\n\nx",
        "`:::note` and `!!! note`",
        "```{python}\nx\n```",
        "```js {1,3}\nx\n```",
        "- a\n\n      :::note\n",
    ],
)
@pytest.mark.parametrize("generator", ["", "plain"])
def test_text_that_only_looks_similar_stays(text: str, generator: str) -> None:
    assert read(text, generator) == BETWEEN.sub("", cleaned(html_of(f"{text}\n\n[a]: /b")))
    markdown, _ = without_shortcodes(text)
    assert "strong" not in html_of(markdown)


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("!!! note 'A b'\n    x", box("A b", X)),
        ('!!! note "A b\n    x', box("A b", X)),
        ("!!! note (甲)，乙\n    x", box("(甲)，乙", X)),
        ("!!! note a b\n    x", box("Note", X)),
        ("!!! note\n\ny", box("Note") + Y),
        ("??? tip\ny", folded("Tip") + Y),
        ("!!! note that\n\ny", "<p>!!! note that</p>" + Y),
        ("!!! 甲\n\ny", "<p>!!! 甲</p>" + Y),
    ],
)
def test_python_markdown_loses_no_words_of_a_title(body: str, html: str) -> None:
    assert read(body, "mkdocs") == html


@pytest.mark.parametrize("generator", ["mkdocs", "pelican", "nikola"])
def test_python_markdown_knows_any_word_as_a_kind(generator: str) -> None:
    assert read("!!! lemma\n    x", generator) == box("Lemma", X)
    assert read("!!! note wide\n    x", generator) == box("Note", X)
    assert read("!!! lemma\n    x") == "<p>!!! lemma\nx</p>"


@pytest.mark.untraced
@pytest.mark.parametrize(
    "piece",
    [
        *(":::note\n", "::::note\n:::tip\n", ":::\n", "::: ", ":::note[", ":::{.a\n", ":::{"),
        *('!!! note "T"\n    x\n', "!!! note\n\n", '=== "', "??? ", "!!! a ", "{: .note }\n"),
        *("```{note}\n", "~~~{tip}\nx\n~~~\n", "> :::note\n", ">" * 50 + " :::\n", "- :::a\n"),
        *(
            "{: .note }\nx\n",
            "- a\n  :::note\n",
            "<pre\n:::",
            "[^1]: :::a\n",
            ":::{note}\n:a:\n",
            "```{code}\n:a:\n```\n",
        ),
    ],
)
def test_many_unclosed_admonitions_take_linear_time(piece: str) -> None:
    body = ":::note\n" + piece * (50_000 // len(piece))
    started = time.process_time()
    with_admonitions(body)
    assert time.process_time() - started < 2  # quadratic time would be half a minute


def test_admonitions_are_nested_to_a_limit() -> None:
    deep = "\n".join(" " * 4 * n + '!!! note "T"' for n in range(20)) + "\n" + " " * 80 + "x"
    assert read(deep).count("<blockquote>") == 12
    colons = "".join(f"{':' * (30 - n)}note\n" for n in range(20)) + "x\n"
    assert read(colons).count("<blockquote>") == 12
    assert ":" not in read(colons)
