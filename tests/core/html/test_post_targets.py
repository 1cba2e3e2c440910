"""Tags and wiki links that lead to other posts."""

import pytest

from tests.support.rendering import translated


@pytest.mark.parametrize(
    ("written", "markdown"),
    [
        ("[a]({% post_url 2026-01-01-tea %})", "[a](/@@/2026-01-01-tea.md)"),
        ("[a]({%- post_url sub/2026-01-01-tea -%}#x)", "[a](/@@/sub/2026-01-01-tea.md#x)"),
        ("[a]({{ x }}{% link _posts/tea.md %})", "[a]({{ x }}/@@/_posts/tea.md)"),
        ("[a][b]\n\n[b]: {% post_url tea %}", "[a][b]\n\n[b]: /@@/tea.md"),
        ("<a href='{% post_path tea %}'>a</a>", "<a href='/@@/tea.md'>a</a>"),
        ('<a href="{{< ref "tea.md" >}}">a</a>', '<a href="tea.md">a</a>'),
        ('[a]({{< ref "/posts/tea#x" >}})', "[a](/@@/posts/tea.md#x)"),
        ('[a]({{< relref "tea.md#第 一(节)" >}})', "[a](tea.md#第%20一%28节%29)"),
        ('[a]({{< ref "my tea.md" >}})', "[a](my%20tea.md)"),
        ('[a]({{< relref path="tea" lang="zh" >}})', "[a](tea.md)"),
        ('[a]({{< ref "tea/" >}})', "[a](tea.md)"),
        ('[a]({{< ref "#x" >}})', "[a](#x)"),
        ('[a]({{< ref "/" >}})', "[a](/)"),
        ('[a]({{< ref "https://x.org/" >}})', "[a](https://x.org/)"),
        ("See {% post_url tea %}.", 'See <a href="/@@/tea.md">tea</a>.'),
        ("See {% link tea.md %}.", 'See <a href="/@@/tea.md">tea.md</a>.'),
        ("({{% ref tea %}})", '(<a href="tea.md">tea</a>)'),
        ("{% post_link tea %}", '<a href="/@@/tea.md">tea</a>'),
        ("{% post_link tea 'The tea' %}", '<a href="/@@/tea.md">The tea</a>'),
        ("{% post_link tea#x The tea true %}", '<a href="/@@/tea.md#x">The tea</a>'),
        ("{% post_link 'a \"b\"' x %}", '<a href="/@@/a%20%22b%22.md">x</a>'),
        ("[[tea]]", '<a href="tea.md">tea</a>'),
        ("[[folder/My tea|w *x*]]", '<a href="folder/My%20tea.md">w *x*</a>'),
        ("[[tea|Vec<T> & `<b>`]]", '<a href="tea.md">Vec<T> & `<b>`</a>'),
        ("[[tea|Vec<T> & w]]", '<a href="tea.md">Vec&lt;T> & w</a>'),
        ("[[tea#A b|w]]", '<a href="tea.md#A%20b">w</a>'),
        ("[[tea#A#B]]", '<a href="tea.md#B">tea > A > B</a>'),
        ("|[[tea\\|w]]|", '|<a href="tea.md">w</a>|'),
        ("[[tea.md]] [[v1.2]]", '<a href="tea.md">tea.md</a> <a href="v1.2.md">v1.2</a>'),
        ("![[tea]]", '<a href="tea.md">tea</a>'),
        ("[[a.pdf]] [[a.png|p]]", "a.pdf p"),
        ("[[#x|w]]", "w"),
        ("`[[tea]]` `{% post_link tea %}`", "`[[tea]]` `{% post_link tea %}`"),
        ("    [[tea]]", '    <a href="tea.md">tea</a>'),
        ("a\n\n    [[tea]]", "a\n\n    [[tea]]"),
    ],
)
def test_a_link_to_a_post_becomes_html_or_a_target(written: str, markdown: str) -> None:
    assert translated(written) == markdown


@pytest.mark.parametrize("tag", ["{% post_url %}", "{% post_link %}", '{{< ref "" >}}'])
def test_a_tag_without_a_target_is_nothing(tag: str) -> None:
    assert translated(f"a{tag}b") == "ab"
