"""Links to source files of other posts: feedsvc does not know their target, and says so."""

import pytest

from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from feedsvc.core.problems import Problem
from tests.support.builders import a_site

START = "---\ndate: 2026-03-01\n---\n"


def warnings(body: str, path: str = "tea.md") -> list[Problem]:
    post = parse_post(path, (START + body).encode(), a_site())
    assert isinstance(post, Post), post
    return [*post.warnings]


@pytest.mark.parametrize(
    "tag",
    [
        "{% post_url 2026-03-01-tea %}",
        "{%- post_url notes/2026-03-01-tea -%}",
        "{% link _posts/2026-03-01-tea.md %}",
        "{% link _posts/2026-03-01-tea.markdown %}",
        '{{< ref "tea.md" >}}',
        '{{% relref "/posts/tea" %}}',
        '{{< relref path="tea.md" lang="zh" >}}',
        "{% post_path tea %}",
    ],
)
def test_a_tag_that_is_the_target_of_a_link_is_a_warning(tag: str) -> None:
    (warning,) = warnings(f"Tea.\n\nSee [the *pick*]({tag}#cup).\n")
    assert warning == Problem(
        "tea.md",
        6,
        f"the target of {tag} is not known, so the link is left out",
        "write the address instead, such as /posts/tea/",
        False,
    )
    assert (warning.code, warning.column, warning.text) == ("no-target", 18, tag)


@pytest.mark.parametrize(
    "body",
    [
        "{% post_link first-pick %}",
        "{% post_link first-pick 'The first pick' %}",
        "{% asset_img cover %}",
        "{% img %}",
        "{% asset_link %}",
        "{% youtube %}",
        "{{< youtube >}}",
        "[a][b]\n\n[b]: {% post_url 2026-03-01-tea %}",
        "<a href='{% post_url 2026-03-01-tea %}'>a</a>",
        "See {{< ref tea >}}.",
        "[a](@/notes/tea.md)",
        "[a]( <@/notes/green tea.md> )",
        "[a](@/notes/tea.md#cup)",
        "[a]({filename}tea.md)",
        "[a]({filename}/notes/tea.md)",
        "[a](%7Bfilename%7Dtea.md)",
        "[a]({tag}Tea) ",
        "[a]({category}Tea)",
        "[a]({author}Li)",
        "[a]({index})",
        "[a]({ARCHIVES})",
        "[a][b]\n\n[b]: @/tea.md",
        "[a][b]\n\n[b]: <{filename}tea.md>",
        '<a href="@/tea.md">a</a>',
        "<a class=x href={filename}tea.md>a</a>",
    ],
)
def test_a_lost_target_is_one_warning(body: str) -> None:
    (warning,) = warnings(body)
    assert warning.code == "no-target"
    assert warning.text[:6] in body


@pytest.mark.parametrize(
    "body",
    [
        "{% link Tea /posts/tea/ %}",
        "{% link Tea https://example.com/ %}",
        "{% asset_img cover.png %}",
        "{% asset_link tea.pdf Tea %}",
        "[a]({% asset_path tea.pdf %})",
        "{% youtube abc %}",
        "{% label primary %}",
        "{{ '' | relative_url }}",
        "{% note info %}Tea{% endnote %}",
        "{% more %}",
        "[a]({static}tea.pdf) ![b]({attach}tea.png)",
        "[a](/posts/tea/) [b](tea.md) [c](mailto:li@/x.md)",
        "`[a](@/tea.md)` and ``{% post_url tea %}``",
        "```\n[a]({filename}tea.md)\n{% post_link tea %}\n```",
        "{% raw %}[a]{% endraw %}",
        "Write {filename} and {tag} and @/tea.md in your posts.",
        "x = {tag}",
    ],
)
def test_other_links_and_code_are_no_warning(body: str) -> None:
    assert warnings(body) == []


def test_each_lost_link_has_its_line_and_column() -> None:
    body = (
        "# Tea\n\n[a](@/a.md) [b](@/b.md)\n`@/c.md`\n\n"
        "[d]({% post_url d %})\n[e]({filename}e.md)"
    )
    found = [(w.line, w.column, w.text) for w in warnings(body)]
    assert sorted(found) == [
        (6, 5, "@/a.md"),
        (6, 17, "@/b.md"),
        (9, 5, "{% post_url d %}"),
        (10, 5, "{filename}e.md"),
    ]


def test_a_link_in_html_is_a_warning() -> None:
    (warning,) = warnings('<p>Tea\n<a href="{filename}tea.md">x</a> `</p>', "tea.html")
    assert (warning.line, warning.column, warning.code) == (5, 10, "no-target")


def test_the_address_cures_the_warning() -> None:
    assert warnings("[a](/posts/tea/)") == []


def test_a_long_tag_is_cut_in_the_message() -> None:
    (warning,) = warnings("{% post_link tea " + "word " * 100 + "%}")
    assert len(warning.fault) < 140


@pytest.mark.parametrize("piece", ["[a](@/", "{filename}", "](<", "%7Btag%7D", "`[a](@/a.md)"])
def test_many_links_are_read_in_time(piece: str) -> None:
    warnings(piece * 20_000)
