"""Tags of links and pictures that name no target: feedsvc says so."""

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
    "body",
    [
        *("{% asset_img cover %}", "{% img %}", "{% asset_link %}", "{% youtube %}"),
        *("{{< youtube >}}", "[a]({% post_url %})", "{% post_link %}", '{{< ref "" >}}'),
    ],
)
def test_a_lost_target_is_one_warning(body: str) -> None:
    (warning,) = warnings(body)
    assert warning.code == "no-target"
    assert warning.text[:6] in body


def test_a_lost_target_has_its_line_and_column() -> None:
    (warning,) = warnings("Tea.\n\nSee {% asset_link %}.\n")
    assert warning == Problem(
        "tea.md",
        6,
        "the target of {% asset_link %} is not known, so the link is left out",
        "write the address instead, such as /posts/tea/",
        False,
    )
    assert (warning.code, warning.column, warning.text) == ("no-target", 5, "{% asset_link %}")


@pytest.mark.parametrize(
    "body",
    [
        *("{% link Tea /posts/tea/ %}", "{% link Tea https://example.com/ %}"),
        *("{% asset_img cover.png %}", "{% asset_link tea.pdf Tea %}", "{% youtube abc %}"),
        *("[a]({% asset_path tea.pdf %})", "{% label primary %}", "{{ '' | relative_url }}"),
        *("{% note info %}Tea{% endnote %}", "{% more %}", "``{% post_url %}``"),
        "```\n[a]({filename}tea.md)\n{% post_link %}\n```",
        # Links to posts are looked up later.
        *("[a](@/tea.md)", "{% post_link tea %}", "[a]({% post_url 2026-03-01-tea %})"),
        *("[a]({tag}Tea)", "[[tea]]", '[a]({{< ref "tea" >}})'),
    ],
)
def test_other_links_and_code_are_no_warning(body: str) -> None:
    assert warnings(body) == []


def test_the_address_cures_the_warning() -> None:
    assert warnings("{% asset_link /posts/tea/ %}") == []


def test_a_long_tag_is_cut_in_the_message() -> None:
    (warning,) = warnings("{% asset_img " + "word " * 100 + "%}")
    assert len(warning.fault) < 140
