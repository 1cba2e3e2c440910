"""Coloured code: classes and no styles, the same text, and no text that takes long."""

import re
import time
from html import unescape

import pytest

from feedsvc.core.feeds.entries import Entry, compose
from feedsvc.web.pages.code_colours import _LEXERS, _LONGEST, coloured
from tests.support.builders import a_post, a_site

PYTHON = '<pre><code class="language-python">def tea(): # &lt;hot&gt;\n</code></pre>'


def _block(text: str, language: str = "python") -> str:
    return f'<pre><code class="language-{language}">{text}</code></pre>'


def _text(html: str) -> str:
    return unescape(re.sub("<[^>]*>", "", html))


def test_code_has_the_classes_of_pygments() -> None:
    assert coloured(f"<p>Tea</p>{PYTHON}<p>x</p>") == (
        '<p>Tea</p><pre><code class="language-python"><span class="k">def</span> '
        '<span class="nf">tea</span>(): <span class="c"># &lt;hot&gt;</span>\n</code></pre>'
        "<p>x</p>"
    )


@pytest.mark.parametrize(
    ("markdown", "spans"),
    [
        ("```python\nreturn 1\n```", True),
        ("```Python\nreturn 1\n```", True),
        ("```c++\nreturn 1;\n```", True),
        ("```\nreturn 1\n```", False),  # no language is guessed
        ("```brainfuck\n+++\n```", False),  # Pygments knows it, but it is not among ours
        ("```../../etc\nreturn 1\n```", False),
        ("    return 1", False),
        ("`return 1`", False),
        ("> ```sh\n> for a in *; do\n> ```", True),
        ("1. ```yaml\n   a: 1\n   ```", True),
    ],
)
def test_only_code_that_names_its_language_is_coloured(markdown: str, *, spans: bool) -> None:
    post = a_post(body=markdown)
    entry = compose(post, a_site(), "tag:x", post.published)
    assert isinstance(entry, Entry)
    assert "<span" not in entry.content_html  # and so in no feed
    assert ("<span" in coloured(entry.content_html)) is spans


@pytest.mark.parametrize(
    "code",
    [
        "\n\n  a = '&lt;b&gt;' &amp; 1\n\n",
        "&amp;amp; &lt;script&gt;\u00a0中文🍵\n\ttab",
        "<",
        '"""',
        " ",
    ],
)
def test_no_character_of_the_code_changes(code: str) -> None:
    for language in _LEXERS:
        block = _block(code.replace("<", "&lt;"), language)
        answer = coloured(block)
        assert _text(answer) == _text(block), language
        added = set(re.findall("<[^>]*>", answer)) - set(re.findall("<[^>]*>", block))
        assert all(re.fullmatch('</span>|<span class="[a-z]+">', tag) for tag in added)


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n" * (_LONGEST // 6 + 1),
        "x = 1" + " " * 200,
        "x = 1" + "\n" * 200,
        "x = '" + "a" * 1000 + "'",
        "x = <b>1</b>",  # has tags: a listing that is already marked up
    ],
)
def test_what_could_be_slow_stays_as_it_is(text: str) -> None:
    assert coloured(_block(text)) == _block(text)


@pytest.mark.parametrize("language", ["c#", "java"])
def test_names_without_end_stay_as_they_are(language: str) -> None:
    endless = _block("\ta[]\n" * 100, language)
    assert coloured(endless) == endless
    assert coloured(_block("\tint a[];\n" * 100, language)).count("<span") >= 100


def test_a_page_colours_a_limited_number_of_characters() -> None:
    blocks = [_block(f"return {number} \n" * 500) for number in range(20)]
    answer = coloured("".join(blocks))
    assert 2 < answer.count("<span") // 1000 < 7
    assert answer.endswith(blocks[-1])


def test_the_colours_depend_on_nothing_but_the_text() -> None:
    assert coloured(PYTHON) == coloured(PYTHON)


# Texts that are slow with regular expressions: repeated starts of something that never ends.
_STARTS = ["\ta\n", '"', "\\", "(", "&lt;", "/*", "${"]


def test_no_lexer_needs_long_for_a_text_that_is_made_to_be_slow() -> None:
    for lexer, name in {lexer: name for name, lexer in _LEXERS.items()}.items():
        began = time.process_time()
        for start in _STARTS:
            coloured(_block((start * (900 // len(start)) + "\n") * 3, name))
        assert time.process_time() - began < 5, lexer
