"""A summary that we make begins with the first real words of the text."""

import time

import pytest

from feedsvc.core.feeds.entries import Entry, compose
from feedsvc.core.html.first_words import first_words
from tests.support.builders import a_post, a_site

PAGE = "https://example.org/posts/tea/"


def summary(body: str, path: str = "tea.md") -> str:
    post = a_post(body=body, title="Notes", path=path, summary="")
    entry = compose(post, a_site(), "tag:x", post.published)
    assert isinstance(entry, Entry), entry
    return entry.summary or entry.content_html


TOC = "- [One](#one)\n  - [1.1 Two](#two)\n- [Three](#three)\n"
HEADINGS = "\n\n## One\n\n## 1.1 Two\n\n## Three\n"


@pytest.mark.parametrize(
    "start",
    [
        "## 目录\n\n",
        "## 目录：\n\n[TOC]\n\n",
        "**目录**\n\n",
        "## Table of Contents\n\n",
        "### Contents:\n\n",
        "<h2>On this page</h2>\n\n",
        "<details><summary>Table of contents</summary>\n\n</details>\n\n",
        "**Table of Contents**  *generated with [DocToc](https://example.org/doctoc)*\n\n",
        f"{TOC}\n",
        f"## 目次\n\n{TOC}\n",
        "1. [One](#one)\n2. [Two](#two)\n\n",
        '<nav class="toc"><ul><li><a href="#one">One</a></li></ul></nav>\n\n',
        '<div id="toc">\n<a href="#one">One</a> | <a href="#two">Two</a>\n</div>\n\n',
        f"- [a]({PAGE}#not-there)\n\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n",
        "```js\nconst x = 1 < 2;\n```\n\n",
        "    const x = 1;\n\n",
        '![a](/a.png "Alt")\n\n',
        "<figure><img src=/a.png><figcaption>A <b>cup</b></figcaption></figure>\n\n",
        "![a](/a.png)\n*A cup*\n\n",
        "![a](/a.png)  \n_A [cup](/cup) of `tea`_\n\n",
        "[![a](/a.png)](/b/)\n\n*A cup*\n\n",
        "![a](/a.png)\n![b](/b.png)\n*Two cups*\n\n",
        "<table><tr><td><table><tr><td>a</table><td>b</table>\n\n",
        '<iframe src="https://video.example/1"></iframe>\n\n',
        "<p hidden>Not seen</p>\n\n",
        "<script>a</script><style>b</style>\n\n",
    ],
)
def test_the_first_real_words_begin_the_summary(start: str) -> None:
    assert summary(f"{start}Tea is [hot](/hot).").startswith("Tea is hot.")
    assert summary(f"{start}Tea is hot.\n\n<!-- more -->\n\n# One") == "Tea is hot."


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", "a b 1 2"),
        ("```\nx = 1\n```\n", "x = 1"),
        ("<figure><img src=/a.png><figcaption>A cup</figcaption></figure>", "A cup"),
        ("## 目录", "目录"),
        ("![a](/a.png)\n*A cup*", "A cup"),
        ("![a](/a.png)\n*A* cup.", "A cup."),
        ("![a](/a.png) One.\n\n*Two.*", "One. Two."),
        ("<https://example.org/a>\n\nTea.", "Tea."),
        ("See <https://example.org/a> now.", "See https://example.org/a now."),
        ("<https://example.org/a>", "https://example.org/a"),
        ("The table of contents is long.", "The table of contents is long."),
        ("Contents matter.\n\nSo.", "Contents matter. So."),
        ("目录是什么？", "目录是什么？"),
        ("- [One](#one) is first.\n\n# One", "One is first. One"),
        ("- [One](/one)\n- [Two](/two)", "One Two"),
        ("Tea. [Up](#one)\n\n# One", "Tea. Up One"),
        ("<dl><dt>Tea</dt><dd>Hot</dd></dl>", "Tea Hot"),
        ("Tea.\n\n```\ncode\n```\n\nMore tea.", "Tea. More tea."),
    ],
)
def test_other_words_are_part_of_the_summary(body: str, words: str) -> None:
    assert summary(body) == words


@pytest.mark.parametrize("title", ["茶", "茶杯", "C", "Tea", "Green tea"])
def test_a_short_title_is_not_repeated(title: str) -> None:
    safe = f"<p><img></p><h1>{title}</h1><p>It is hot.</p>"
    assert first_words(safe, title, PAGE) == "It is hot."
    assert first_words(f"<p>{title}杯 is hot.</p>", title, PAGE) == f"{title}杯 is hot."


def test_a_long_table_of_contents_does_not_become_the_summary() -> None:
    contents = "".join(f"- [Part {n}](#part-{n})\n" for n in range(100))
    headings = "".join(f"\n## Part {n}\n" for n in range(100))
    assert summary(f"{contents}\nTea is hot.\n{headings}").startswith("Tea is hot.")


@pytest.mark.parametrize(
    "piece",
    [
        '<a href="#a">',
        '<a href="#a">a</a>',
        "<table>",
        "</table>",
        "<pre>",
        '<p><a href="https://a',
        ">http",
        "> 目录",
        ">[[[",
        "<p>",
        "<img ><em>",
        "<img ></p><p>",
        "<img ><em>a</em></p>",
    ],
)
def test_many_signs_of_other_text_take_linear_time(piece: str) -> None:
    started = time.process_time()
    first_words(piece * 20_000, "Notes", PAGE)
    assert time.process_time() - started < 10
