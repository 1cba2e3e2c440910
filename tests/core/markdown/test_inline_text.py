"""Titles, summaries and names as plain text; text that only looks like a mark stays."""

from time import process_time

import pytest

from feedsvc.core.markdown.inline_text import (
    plain_words,
    targets_of_links,
    words_of_links,
    words_of_only_links,
)
from feedsvc.core.posts.post import Post
from tests.support.builders import post_of


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Tea &amp; cake &mdash; a talk", "Tea & cake — a talk"),
        ("It&#8217;s &quot;tea&quot; &#x2026;", 'It’s "tea" …'),
        ("&lt;b&gt; is &amp;lt;b&amp;gt;", "<b> is &lt;b&gt;"),
        ("a&nbsp;b &#42;c&#42;", "a b *c*"),
        ("**Tea** and *cake*", "Tea and cake"),
        ("__Green tea__, _now_", "Green tea, now"),
        ("***all*** **of *it* now**", "all of it now"),
        ("喝**茶**吧，**「绿茶」**。", "喝茶吧，「绿茶」。"),
        ("~~coffee~~ tea", "coffee tea"),
        ("`C<T>` and ``a ` b``", "C<T> and ``a ` b``"),
        ("`*a*` `&amp;`", "*a* &amp;"),
        ('[Tea](https://x.example/a_(b)_c "T") now', "Tea now"),
        ("[a](b)", "a"),
        ("看[茶](<a b>)", "看茶"),
        ("![A cup](cup.png) of **[tea](x)**", "A cup of tea"),
        ("[[Bug #21]] 修复", "Bug #21 修复"),
        ("[[Log#2026]]", "Log > 2026"),
        ("See [[Tea|the tea]] and [[notes/Cups#Blue]]", "See the tea and Cups > Blue"),
        ("<https://example.org/>", "https://example.org/"),
        ("<em>Tea</em><br>and <A HREF='x'>cake</A>", "Tea and cake"),
        ("<p>One</p><p>Two</p>", "One Two"),
        ("<!-- a note --> Tea", "Tea"),
        ("Tea <span hidden>secret <b>x</b></span> cups", "Tea cups"),
        ("<i style='display: none'>x</i>Tea<img hidden src='x'>", "Tea"),
        ("Use <div hidden> well", "Use <div hidden> well"),
        ("`<b hidden>x</b>` is code", "<b hidden>x</b> is code"),
        ("<code>f<T>()</code>", "f<T>()"),
        (r"5 \* 3 \_a\_ \[x\]", "5 * 3 _a_ [x]"),
        ("Tea* (a *real* one)", "Tea* (a real one)"),
        ("_snake_case is fine_", "snake_case is fine"),
    ],
)
def test_marks_are_read(written: str, words: str) -> None:
    assert plain_words(written) == words


@pytest.mark.parametrize(
    "text",
    [
        *(
            "C<T>",
            "Vec<String> or List<int>",
            "a < b > c",
            "a <b and c> d",
            "I <3 tea",
            "x -> y",
        ),
        *("snake_case_name", "__init__.py", "if __name__ == x", "_private and _posts", "a_b_"),
        *("5 * 3 * 2", "2*3*4", "2**8 and 4**5", "*args and **kwargs", "SELECT * FROM a, *"),
        *("~/.bashrc and ~/bin", "5~7元，10~20克", "#hash", "# 1 in tea", "1. Tea", "- Tea"),
        *("R&D", "AT&T", "Q&A; so", "&copy 2026", "&T;", "&notit;", "a && b", "&#; &"),
        *("it's `open", "**open", "[x] done", "[a][b]", "[^1]", "f[0](x)", "a(b)[c]", "[a]()"),
        *("The <b> element", "<video> and <audio>", "<T>x</T>", "</b> first", "R: x[[1]]"),
        *(
            "([[1]])",
            "[[1,2],[3]]",
            "[[ ]]",
            "$5*2*3$",
            "f**k this s***",
            "**",
            "`` ` ``",
            "::",
        ),
        *("C:\\Users", "a\\nb", "`", "&nbsp;", "<!-- open", "10 - 5 = 5 | x", "{{ a }}"),
    ],
)
def test_text_that_only_looks_like_a_mark_stays(text: str) -> None:
    assert plain_words(text) == text


@pytest.mark.parametrize(
    ("text", "words", "targets"),
    [
        ("[[Jo|J]]", "J", ["Jo"]),
        ("[[Jo]]", "Jo", ["Jo"]),
        ("[[people/Jo.md]]", "Jo", ["Jo.md"]),
        ("[[people/Jo#Early|]]", "Jo > Early", ["Jo"]),
        ("by [[Jo|J]] and ![[Al]]", "by J and Al", ["Jo", "Al"]),
        ("[Jo]", "[Jo]", []),
        ("a[[1]]", "a[[1]]", []),
    ],
)
def test_a_link_of_obsidian_is_its_words(text: str, words: str, targets: list[str]) -> None:
    assert (words_of_links(text), targets_of_links(text)) == (words, targets)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[Jo|J]], [[Al]]", ["J", "Al"]),
        ("[[Jo]]、[[Al]]", ["Jo", "Al"]),
        ("[[Jo]]", ["Jo"]),
        ("[[Jo]] Li", []),
        ("Jo", []),
    ],
)
def test_a_text_of_only_links_is_several_names(text: str, words: list[str]) -> None:
    assert words_of_only_links(text) == words


MARKS = (
    *("*", "**a ", "_", " _a", "(_a_", "`", "``", "[", "[a](", "![", "](", "[[", "[[a|", "]]"),
    *(
        "<",
        "<a ",
        "<b>",
        "</b>",
        "<!--",
        "&",
        "&amp;",
        "~~",
        "~~a ",
        "\\*",
        "\\",
        "*a* ",
        "<b *",
        "<b hidden>",
        "<b hidden></b>",
    ),
)


@pytest.mark.parametrize("mark", MARKS)
def test_ten_thousand_marks_are_read_in_time(mark: str) -> None:
    start = process_time()
    plain_words(mark * 10_000)
    plain_words(mark * 5_000 + "a" + mark[::-1] * 5_000)
    words_of_only_links(mark * 10_000)
    assert process_time() - start < 1


def read(front: str, **site: str) -> Post:
    return post_of(front, **site)


def test_the_title_and_summary_of_a_post_are_plain_text() -> None:
    post = read("title: '**Tea** &amp; [cake](x)'\ndescription: 'About *it* &mdash; `C<T>`'")
    assert (post.title, post.summary) == ("Tea & cake", "About it — C<T>")
    long = read(f"description: '{'*a* ' * 3_000}'")
    assert 1_990 < len(long.summary) <= 2_000


@pytest.mark.parametrize(
    ("template", "link"),
    [
        ("/:post_title/", "/tea-amp-cake/"),
        ("/:hugo_title/", "/tea-amp-cake/"),
        ("/:pelican_slug/", "/tea-amp-cake/"),
    ],
)
def test_an_address_is_made_of_the_title_as_written(template: str, link: str) -> None:
    post = read("title: Tea &amp; cake", permalink=template)
    assert (post.title, post.permalink) == ("Tea & cake", f"https://example.org{link}")


def test_tags_stay_as_they_are() -> None:
    tags = ("R&D", "C++ & C", "a&amp;b", "*", "C#", "~x~")
    assert read(f"tags: [{', '.join(map(repr, tags))}]").tags == tags
