"""Tags in a body are translated, or removed and reported; code stays."""

import time

import pytest

from feedsvc.core.markdown.shortcodes import RemovedTag, without_shortcodes
from tests.support.rendering import translated


@pytest.mark.parametrize(
    "code",
    [
        "```\n{% foo %}\n```",
        "~~~ html\n{{< foo >}}\n~~~",
        "````\n```\n{% foo %}\n````",
        "a\n\n   ```\n{% foo %}\n   ```",
        "`{% foo %}`",
        "``a ` {{< foo >}}``",
    ],
)
def test_code_stays_unchanged(code: str) -> None:
    assert translated(code) == code


@pytest.mark.parametrize(
    "body", ["", "100 % {x}", "{{ variable }}", "{{/* remark */}}", "a {% b"]
)
def test_text_that_is_no_tag_stays_unchanged(body: str) -> None:
    assert translated(body) == body


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("{% chart %}", "chart"),
        ("{%- chart a=1 -%}", "chart"),
        ("{% chart 100% %}", "chart"),
        ("{{< my/chart.html a=b >}}", "my/chart.html"),
        ("{{% chart %}}", "chart"),
        ("{{< /chart >}}", "chart"),
    ],
)
def test_an_unknown_tag_is_removed_and_reported(tag: str, name: str) -> None:
    assert without_shortcodes(f"a{tag}b") == ("ab", (RemovedTag(0, 1, name, tag),))


def test_removed_tags_have_positions_and_their_content_stays() -> None:
    body = "```\n{% foo %}\n```\nb {% chart %}\nkept\n{% c %}{% endchart %}\n"
    text, removed = without_shortcodes(body)
    assert text == "```\n{% foo %}\n```\nb \nkept\n\n"
    assert [(tag.line, tag.column, tag.text) for tag in removed] == [
        (3, 2, "{% chart %}"),
        (5, 0, "{% c %}"),
        (5, 7, "{% endchart %}"),
    ]


def test_tags_beyond_a_number_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsvc.core.markdown.shortcodes._MOST_OPENERS", 2)
    body, removed = without_shortcodes("a{% x %}b{% y %}c{% z %}d")
    assert (body, len(removed)) == ("abc{% z %}d", 2)


@pytest.mark.untraced
@pytest.mark.parametrize(
    "body",
    [
        "{% raw %}" * 18_000,
        "{% a " * 33_000,
        "{{< a " * 27_000,
        "{{< a" + " " * 160_000,
        "{{<" + " " * 160_000,
        "{% x %}" + " ".join("`" * n for n in range(1, 600)),
        "{%a%}\n" * 27_000,
        "{% img " + "'a' " * 41_000 + "%}",
        "{% img 'a' %}" * 12_000,
        "{{< highlight >}}" * 9_000,
    ],
    ids=range(10),
)
def test_many_tags_take_linear_time(body: str) -> None:
    started = time.process_time()
    without_shortcodes(body)
    assert time.process_time() - started < 3  # quadratic time would be half a minute


@pytest.mark.parametrize("code", ["~~~\n{% a %}", "```\n{% a %}\n````", "``` a` {% b %} ```"])
def test_a_fence_ends_at_one_of_the_same_length_or_with_the_body(code: str) -> None:
    assert translated(code) == code


@pytest.mark.parametrize("text", ["{% a\n\n%}", "{% 1 %}", "{{< a " + "b" * 2_001 + " >}}"])
def test_a_tag_spans_no_blank_line_and_is_of_limited_length(text: str) -> None:
    assert translated(text) == text


def test_inline_code_does_not_span_a_blank_line() -> None:
    assert translated("a ` b\n\n{% more %}\n\nc `") == "a ` b\n\n<!-- more -->\n\nc `"


def test_a_fence_does_not_end_at_one_of_the_other_kind() -> None:
    assert translated("```\n~~~\n{% a %}\n```") == "```\n~~~\n{% a %}\n```"


@pytest.mark.parametrize(
    ("tag", "name"),
    [("{% include a.html %}", "include"), ("{% include\n  a.html %}", "include")],
)
def test_a_tag_that_needs_jekyll_is_removed_and_reported(tag: str, name: str) -> None:
    assert without_shortcodes(f"a{tag}b") == ("ab", (RemovedTag(0, 1, name, tag),))


@pytest.mark.parametrize("item", ["- a", "1. a", "- a\n\n  b", "[^1]: a"])
def test_indented_text_in_a_list_is_no_code(item: str) -> None:
    assert (
        translated(f"{item}\n\n    {{% more %}} [[#bread]]")
        == f"{item}\n\n    <!-- more --> bread"
    )
