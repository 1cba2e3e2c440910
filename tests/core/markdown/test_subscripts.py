"""Sub- and superscripts of pandoc and pymdownx, and definition lists, by generator."""

import time

import pytest

from feedsvc.core.markdown.markdown import html_of
from feedsvc.core.markdown.subscripts import with_subscripts
from feedsvc.core.rules import GENERATORS


@pytest.mark.parametrize(
    ("body", "marked"),
    [
        ("H~2~O", "H<sub>2</sub>O"),
        ("x^2^ + y^10^", "x<sup>2</sup> + y<sup>10</sup>"),
        ("a^b\\ c^", "a<sup>b c</sup>"),
        ("plain", "plain"),
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
    ],
)
def test_marks_become_tags_outside_code_formulas_tags_and_urls(body: str, marked: str) -> None:
    assert with_subscripts(body) == marked


@pytest.mark.parametrize("unit", ["~", "^", "~a ", "$", "$a ", "<a ", "](", "\\", "[^", "`"])
def test_a_long_text_does_not_take_long(unit: str) -> None:
    begin = time.process_time()
    with_subscripts(unit * (400_000 // len(unit)))
    assert time.process_time() - begin < 2


@pytest.mark.parametrize("generator", ["", *GENERATORS])
def test_generators_disagree_about_subscripts(generator: str) -> None:
    has_them = generator in ("quarto", "mkdocs")
    assert ("<sub>2</sub>" in html_of("H~2~O", generator)) is has_them
    assert ("<sup>2</sup>" in html_of("x^2^", generator)) is has_them


@pytest.mark.parametrize("generator", ["", *GENERATORS])
def test_generators_disagree_about_definition_lists(generator: str) -> None:
    known = ("jekyll", "hugo", "quarto", "pelican", "nikola", "mkdocs")
    html = html_of("Tea\n: Leaves in water\n", generator)
    assert ("<dt>Tea</dt>" in html) is (generator in known)


def test_definition_lists_work_beside_links_to_headings() -> None:
    html = html_of("# Tea\n\n[up](#tea)\n\nTea\n: Leaves\n", "hugo")
    assert "<dt>Tea</dt>" in html
    assert 'id="tea"' in html
