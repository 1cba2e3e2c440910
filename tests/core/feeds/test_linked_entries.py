"""Links of an entry to other posts, in every spelling: words, links and warnings."""

import re

import pytest

from feedsvc.core.feeds.entries import SourceLink, Unresolved
from feedsvc.core.feeds.feeds import Topic
from feedsvc.core.feeds.linked_entries import (
    LinkedEntry,
    linked_entry,
    names_to_look_up,
    with_link_problems,
)
from feedsvc.core.problems import Problem
from feedsvc.core.text import words_of
from tests.support.builders import an_entry
from tests.support.linking import an_index, composed, linked, url_of

TWO = url_of("two.md")
LINK = re.compile(r'<a(?: [a-z]+="[^"]*")*? ?(?:href="([^"]*)")?[^>]*>w</a>')
INDEX = an_index({"one.md": url_of("one.md"), "two.md": TWO, "secret.md": ""})


@pytest.mark.parametrize(
    ("written", "href"),
    [
        *(("[w](two.md)", TWO), ("[w](./two.md#x)", TWO + "#x"), ("[w](/two.md)", TWO)),
        *(("[w](../posts/two.md)", TWO), ("[w](<two.md> 't')", TWO), ("[w](two.mdx)", TWO)),
        ("[w][r]\n\n[r]: two.md 't'", TWO),
        ("[w]\n\n[w]: <two.md#%E8%8C%B6> 't'", TWO + "#%E8%8C%B6"),
        ('<a class="x" href="two.md">w</a>', TWO),
        ("<div><a href='two.md'>w</a></div>", TWO),
        ("- [w](two.md)", TWO),
        ("| a |\n|--|\n| [w](two.md) |", TWO),
        ("> # [w](two.md)", TWO),
        ("[w]({% link two.md %})", TWO),
        ("[w]({% post_url two %}#x)", TWO + "#x"),
        ("[w]({{ site.baseurl }}{% post_url two %})", TWO),
        ("{% post_link two 'w' %}", TWO),
        ("<p>{% post_link two w %}</p>", TWO),
        ("<a href='{% post_path two %}'>w</a>", TWO),
        ('[w]({{< ref "two.md" >}})', TWO),
        ('[w]({{% relref "two" %}})', TWO),
        ('[w]({{< ref "/posts/two#x" >}})', TWO + "#x"),
        *(("[w](@/two.md)", TWO), ("[w](@/blog/two.md#x)", TWO + "#x")),
        *(("[w]({filename}two.md)", TWO), ("[w](|filename|/two.md)", TWO)),
        ("[w]({tag}Tea)", "https://example.org/tags/Tea/"),
        ("[w]({index})", "https://example.org/"),
        ("[w](link://slug/two)", TWO),
        *(("[[two|w]]", TWO), ("[[two#A b|w]]", TWO + "#A%20b"), ("[[posts/Two|w]]", TWO)),
        ("<p>[[two|w]]</p>", TWO),
        ("![[two|w]]", TWO),
        # Addresses stay.
        ("[w](/about/)", "https://example.org/about/"),
        ("[w](x.html)", "https://example.org/posts/one/x.html"),
        ("[w](x)", "https://example.org/posts/one/x"),
        ("[w](two)", TWO),
        ("[w](two.html)", TWO),
        ("[w](https://x.org/two.md)", "https://x.org/two.md"),
        # Lost: the words stay.
        *((f"[w]({name}.md)", "") for name in ("secret", "three", "../secret", "/a/three")),
        *(("[[secret|w]]", ""), ("[[three|w]]", ""), ("{% post_link three w %}", "")),
        *(("[w]({tag}Coffee)", ""), ("[w]({archives})", ""), ("[w](@/secret.md)", "")),
        ("[w]({% post_url secret %})", ""),
    ],
)
def test_a_link_leads_to_the_post_or_is_only_words(written: str, href: str) -> None:
    files = {"one.md": url_of("one.md"), "two.md": TWO, "secret.md": ""}
    index = an_index(files, Topic("tag", ("Tea",)))
    entry = composed(written)
    made = linked_entry(entry, "one.md", index)
    links = re.findall(
        r'<a(?: [a-z]+="[^"]*")*? ?(?:href="([^"]*)")?[^>]*>w</a>', made.entry.content_html
    )
    assert links == ([href] if href else [])
    assert re.search(r"(?<![a-z])w(?![a-z])", words_of(made.entry.content_html))
    assert [link.written for link in made.lost] == (
        [] if href else [entry.unresolved and entry.unresolved.links[0].written]
    )


@pytest.mark.parametrize(
    "body",
    ["`[w](two.md)`", "    [w](two.md)", "```\n[[two]]\n```", "\\[w](two.md)", "two.md", "w"],
)
def test_code_and_plain_text_have_no_links(body: str) -> None:
    assert composed(body).unresolved is None
    assert linked(body, INDEX) == LinkedEntry(composed(body), (), ())


def test_a_link_in_a_post_of_html_leads_to_the_post() -> None:
    made = linked("<p><a href='two.md'>w</a></p>", INDEX, "a/one.html")
    assert made.entry.content_html == f'<p><a href="{TWO}">w</a></p>'


def test_before_links_are_resolved_an_entry_has_only_their_words() -> None:
    entry = composed("[a](two.md) [b](two) [c](/c/)")
    assert entry.content_html == (
        '<p>a <a href="https://example.org/posts/one/two">b</a> '
        '<a href="https://example.org/c/">c</a></p>'
    )
    assert entry.digest == linked_entry(entry, "x.md", an_index()).entry.digest


def test_the_digest_is_that_of_the_resolved_links() -> None:
    entry = composed("[a](two.md)")
    one, other = (an_index({"two.md": url}) for url in (TWO, "https://example.org/2/"))
    found = [linked_entry(entry, "one.md", index).entry for index in (one, other)]
    assert len({entry.digest, *(each.digest for each in found)}) == 3
    assert {each.summary for each in found} == {"a"}


def test_a_link_that_an_earlier_version_marked_becomes_an_address() -> None:
    content = '<a href="source-of-post:/two">a</a>'
    entry = an_entry(unresolved=Unresolved(content, (SourceLink("/two"),)))
    made = linked_entry(entry, "one.md", INDEX)
    assert made.entry.content_html == '<a href="https://example.org/two">a</a>'
    assert names_to_look_up(entry, "one.md") == set()


def test_the_names_to_look_up_are_those_of_the_links() -> None:
    entry = composed("[a](two.md) [b](/x/) [c]({tag}A-B) [[x/Three]]")
    assert names_to_look_up(entry, "one.md") == {"two", "tags/ab", "three"}
    assert names_to_look_up(an_entry(), "one.md") == set()


def test_a_lost_link_is_one_warning_and_other_warnings_stay() -> None:
    entry = composed("Tea.\n\n[a](three.md) [b](three.md#x) and [c](two.md)")
    lost = linked_entry(entry, "one.md", INDEX).lost
    other = Problem("one.md", 9, "x", "y", False, "no-target", 1, "{% img %}")
    old = Problem("one.md", 6, "was lost", "y", False, "no-target", 44, "two.md")
    problems = with_link_problems((other, old), entry, "one.md", lost)
    fault = "names no published post or feed, so the link is left out"
    cure = "correct it, publish what it names, or write an address such as /posts/tea/"
    assert problems == (
        other,
        Problem("one.md", 6, f"three.md {fault}", cure, False),
        Problem("one.md", 6, f"three.md#x {fault}", cure, False),
    )
    assert [(p.code, p.column, p.text) for p in problems[1:]] == [
        ("no-target", 5, "three.md"),
        ("no-target", 19, "three.md#x"),
    ]
    assert with_link_problems(problems, entry, "one.md", ()) == (other,)
    assert with_link_problems((other,), an_entry(), "one.md", ()) == (other,)


def test_a_long_link_is_cut_in_the_message() -> None:
    made = linked(f"[a]({'x' * 300}.md)", INDEX)
    (problem,) = with_link_problems((), made.entry, "one.md", made.lost)
    assert len(problem.fault) < 140


def test_the_cures_of_a_lost_link_cure_it() -> None:
    assert linked("[a](three.md)", INDEX).lost
    assert not linked("[a](two.md)", INDEX).lost  # corrected
    assert not linked("[a](three.md)", an_index(["three.md"])).lost  # published
    assert not linked("[a](/posts/tea/)", INDEX).lost  # an address


@pytest.mark.parametrize(
    "body",
    [
        "{{ site.url }}{% post_url two %}",
        "<{{ site.url }}{{ site.baseurl }}{% link two.md %}>",
        "https://example.org{{ site.baseurl }}{% post_url two %}",
    ],
)
def test_the_words_of_a_bare_link_have_no_marks(body: str) -> None:
    entry = linked(body, INDEX).entry
    assert entry.content_html == f'<p><a href="{TWO}">two</a></p>'
    assert entry.summary == "two"
