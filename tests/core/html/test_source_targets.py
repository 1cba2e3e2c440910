"""What the URL of a link names: a source file, a list of posts, or only an address."""

import pytest

from feedsvc.core.html.source_targets import (
    SourceTarget,
    marked_links,
    source_target,
    with_addresses,
)
from tests.support.rendering import BASE, cleaned, shown


def a_file(name: str, fragment: str = "", **more: bool) -> SourceTarget:
    return SourceTarget("file", name, fragment, **more)


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("two.md", a_file("two.md")),
        ("./two.md#x", a_file("./two.md", "#x")),
        ("../posts/two.markdown", a_file("../posts/two.markdown")),
        ("/two.md", a_file("two.md", is_rooted=True)),
        ("my%20note.md", a_file("my note.md")),
        ("my note.MD", a_file("my note.MD")),
        ("..\\two.md", a_file("../two.md")),
        ("%E8%8C%B6.md#%E8%8C%B6", a_file("茶.md", "#%E8%8C%B6")),
        ("two.mdx", a_file("two.mdx")),
        ("two.qmd?x=1#y", a_file("two.qmd", "#y")),
        ("a/two.Rmd", a_file("a/two.Rmd")),
        ("@/blog/two.md", a_file("blog/two.md", is_rooted=True)),
        ("/@@/two.md#x", a_file("two.md", "#x", is_rooted=True)),
        ("/blog/@@/two.md", a_file("two.md", is_rooted=True)),
        ("https://x.org/blog/@@/a/two.md", a_file("a/two.md", is_rooted=True)),
        ("@site/blog/two.mdx", a_file("blog/two.mdx", is_rooted=True)),
        ("{filename}two.md", a_file("two.md")),
        ("{filename}/a/two.rst#x", a_file("a/two.rst", "#x", is_rooted=True)),
        ("%7Bfilename%7D/two", a_file("two", is_rooted=True)),
        ("|filename|two.md", a_file("two.md")),
        ("%7CFILENAME%7Ctwo.html", a_file("two.html")),
        ("link://slug/two", a_file("two", is_rooted=True)),
        ("link://filename/a/two.md", a_file("a/two.md", is_rooted=True)),
        ("two", a_file("two", may_be_address=True)),
        ("../a/two.html#x", a_file("../a/two.html", "#x", may_be_address=True)),
        ("notes.txt", a_file("notes.txt", may_be_address=True)),
        ("../two/#x", a_file("../two/index.md", "#x", may_be_address=True)),
        ("a%00%01%ED%A0%80b.md", a_file("ab.md".replace("b", "\ufffd\ufffd\ufffdb"))),
        ("{tag}Green%20tea", SourceTarget("tag", "Green tea")),
        ("{tag}C#", SourceTarget("tag", "C#")),
        ("{category}a/b", SourceTarget("category", "a/b")),
        ("{author}Li", SourceTarget("author", "Li")),
        ("link://tag/Tea", SourceTarget("tag", "Tea")),
        ("{index}", SourceTarget("index")),
        ("{index}#x", SourceTarget("index", fragment="#x")),
        ("{ARCHIVES}", SourceTarget("nothing")),
        ("link://gallery/x", SourceTarget("nothing")),
    ],
)
def test_a_link_names_a_source(written: str, target: SourceTarget) -> None:
    assert source_target(written) == target


@pytest.mark.parametrize(
    "written",
    [
        *("https://x.org/two.md", "http://x.org/", "//x.org/two.md", "mailto:li@x.md"),
        *("#two.md", "", "/", "/about/", "/two", "/two.html", "../", ".", "..", "./", "?x=1"),
        *("a.png", "files/x.pdf", "two?x=1", "v1.2", "/a.md/", "x:two.md"),
        *("@/blog", "@/a.png", "@site/a", "{static}a.md", "{attach}a.md", "{id}/a.md"),
        *("{filename}/images/a.png", "|filename|a.pdf", ".md", "a/.md"),
    ],
)
def test_an_address_is_no_source(written: str) -> None:
    assert source_target(written) is None


def test_links_are_marked_until_they_have_an_address() -> None:
    content = cleaned('<a title="t" href="two.md?a&amp;b">x</a> <a href="/a/">y</a>')
    assert marked_links(content) == ("two.md?a&b",)
    assert with_addresses(content, {"two.md?a&b": 'https://x.org/"&'}.get) == (
        '<a title="t" href="https://x.org/&quot;&amp;">x</a> '
        '<a href="https://example.org/a/">y</a>'
    )
    assert with_addresses(content, lambda _: None).startswith("x <a")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('<p><a href="a.md">x <em>y</em></a> z</p>', "<p>x <em>y</em> z</p>"),
        ('<a id="b" href="a.md">x</a>', '<a id="e1-b">x</a>'),
        ('<a href="a.md" title="a > <b>">x</a>', "x"),
        ('<a href="/b/">y</a><a href="a.md">x</a>', '<a href="https://example.org/b/">y</a>x'),
        (
            '<a href="a.md">x<table><tbody><tr><td><a id="b">y</a></table></a>',
            'x<table><tbody><tr><td><a id="e1-b">y</a></td></tr></tbody></table>',
        ),
        ("</a><a href='a.md'>x", "x"),
    ],
)
def test_a_lost_link_is_only_words(content: str, words: str) -> None:
    assert with_addresses(cleaned(content), lambda _: None) == words


def test_an_end_tag_alone_stays_as_it_is() -> None:
    content = '</a><a href="source-of-post:a.md">x</a>'
    assert with_addresses(content, lambda _: None) == "</a>x"


@pytest.mark.parametrize(
    "forged",
    [
        '<a href="source-of-post:two.md">x</a>',
        '<a title=\'<a href="source-of-post:two.md">\' href="/a">x</a>',
        '&lt;a href="source-of-post:two.md">x',
        '<p title="source-of-post:two.md">x</p>',
        '`<a href="source-of-post:two.md">`',
        '<code><a title="> href=&quot;source-of-post:a&quot;">x</a></code>',
    ],
)
def test_no_author_can_write_a_mark(forged: str) -> None:
    assert marked_links(shown(forged)) == ()


def test_a_link_of_nikola_is_a_link_only_to_posts() -> None:
    assert cleaned('<a href="link://gallery/x">a</a>').count("source-of-post:") == 1
    assert cleaned('<img src="link://slug/x"><q cite="link://slug/x">a</q>') == "<q>a</q>"
    assert cleaned('<a href="link:x">a</a>') == "<a>a</a>"


def test_a_page_beside_the_post_stays_an_address_in_other_attributes() -> None:
    assert cleaned('<q cite="two">a</q>') == f'<q cite="{BASE}two">a</q>'
