"""Templates in a body are filled in as far as their values are known."""

import time

import pytest

from feedsvc.core.markdown.shortcodes import without_shortcodes
from feedsvc.core.markdown.templates.values import Scope
from tests.support.builders import a_site
from tests.support.rendering import SITE, read, warned

FRONT = "version: 3.10\ntoc: true\nhidden: false\nempty:\ntags: [Green, Cup]\nshop: {url: https://x.example/}\n"


def words(body: str, generator: str = "jekyll", front: str = FRONT) -> str:
    """The content of a post, without the paragraph around it."""
    html = read(body, front, generator).content_html
    return html.removeprefix("<p>").removesuffix("</p>")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("{{ page.title }} v{{page.version}}", "Green tea v3.10"),
        ("{{- page.title -}}  , {{ page['title'] }}", "Green tea, Green tea"),
        ("a{{ page.empty }}b", "ab"),
        ("{{ page.tags[0] }}, {{ page.tags.last }}, {{ page.tags.size }}", "Green, Cup, 2"),
        ('{{ page.tags | join: " + " | downcase }}', "green + cup"),
        ('{{ page.date | date: "%-d %B %Y" }}', "1 March 2026"),
        ("{{ page.url }}", "/posts/tea/"),
        (
            "<{{ site.url }}{{ page.url }}>",
            f'<a href="{SITE}/posts/tea/">{SITE}/posts/tea/</a>',
        ),
        ("{{ site.title }} by {{ site.author.name }} {{ site.lang }}", "Tea by Li en"),
        ("![cup]({{ site.baseurl }}/a.png)", f'<img src="{SITE}/a.png" alt="cup">'),
        ("[a]({{ '/a.png' | relative_url }})", f'<a href="{SITE}/a.png">a</a>'),
        ('[a]({{"a.png"|absolute_url}})', f'<a href="{SITE}/a.png">a</a>'),
        ("[shop]({{ page.shop.url }}tea)", '<a href="https://x.example/tea">shop</a>'),
        ("[shop][s]\n\n[s]: {{ page.shop.url }}", '<a href="https://x.example/">shop</a>'),
        ('<img src="{{ page.shop.url }}a.png">', '<img src="https://x.example/a.png">'),
        ('{{ "<b>" | escape }} 茶{{ page.title }}茶', "&lt;b&gt; 茶Green tea茶"),
        ('{{ page.nothing | default: "none" }}', "none"),
        ("{{ }}{%- -%}{% # remark %}a", "a"),
        ("{{ jekyll.environment }}\r\n", "production"),
        ('{% assign n = "Li" %}{% assign m = n | append: "!" %}{{ m }}', "Li!"),
        (
            "{% capture c %}{{ page.title }} *x*{% endcapture %}a {{ c }}",
            "a Green tea <em>x</em>",
        ),
        (
            "{% for t in page.tags %}{{ forloop.index }} {{ t }}, {% endfor %}",
            "1 Green, 2 Cup,",
        ),
        (
            "{% for n in (1..3) %}{{ n }}{% unless forloop.last %}-{% endunless %}{% endfor %}",
            "1-2-3",
        ),
        ("{% for t in page.tags reversed limit: 1 %}{{ t }}{% endfor %}", "Green"),
        ("{% for t in page.tags offset: 1 %}{{ t }}{% endfor %}", "Cup"),
        ("{%- for n in (1..2) -%}\n{{ n }}\n{%- endfor -%}\nx", "12x"),
        ("{% capture c -%}\n a{% endcapture %}{{ c }}", "a"),
        ("{% echo page.title %}", "Green tea"),
        ("{{{ page.title }}}", "Green tea"),
    ],
)
def test_known_values_are_filled_in(body: str, shown: str) -> None:
    if body.startswith("{{{"):
        assert warned(body, FRONT, "jekyll") == ["unknown-value {{{ page.title }}}"]
        return
    assert words(body) == shown
    assert warned(body, FRONT, "jekyll") == []


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("Version {{ release.version }} is out", "Version  is out"),
        ("{% assign r = site.data.r[0] %}Get {{ r.tag | upcase }}", "Get"),
        ("<{{ r.url }}> and <https://x.example/{{ r.tag }}> end", "and  end"),
        ("See https://x.example/{{ r.tag }}/b. End", "See . End"),
        ("见https://x.example/{{ r.tag }}，然后", "见，然后"),
        ("[here]({{ r.url }}) [**b**](<{{ r.url }}>)", "here <strong>b</strong>"),
        ('[here](https://x.example/{{ r.tag }}/N "t")', "here"),
        ("[a][r] end\n\n[r]: https://x.example/{{ r.tag }}", "<a>a</a> end"),
        ("[![c](/c.png)]({{ r.url }})", f'<a><img src="{SITE}/c.png" alt="c"></a>'),
        ("![A *cup*]({{ r.picture }})", "A <em>cup</em>"),
        ("+[x]: {{ r.a }} [b]: {{ r.b }} d", "+[x]:  [b]:  d"),
        ("a[^1]\n\n[^1]: {{ r.a }} b\n\n[d]: {{ r.a }} e", None),
        ("[**b**]({{ r.a }} 't')", '<a title="t"><strong>b</strong></a>'),
        ("Write href={{ r.a }} here", "Write  here"),
        ('<a href="{{ r.url }}/x">a</a> <a href={{ r.url }}>b</a>', "<a>a</a> <a>b</a>"),
        ("<a href='{{ r.url }}/x' title='{{ r.t }}'>a</a>", '<a title="">a</a>'),
        (
            "[{{ r.name }}](https://y.example/)",
            '<a href="https://y.example/">https://y.example/</a>',
        ),
        ("a {{ 'now' | date: '%Y' }}{{ page.title | unknown_filter }}", "a"),
        ("a {{ page.shop }}", "a"),
        ("a {{ b + c }} d", "a  d"),
        ("a {% for r in site.data.r %}{{ r }} {% endfor %}b", "a b"),
        ("a {% for r in site.data.r %}x{% else %}none{% endfor %}", "a none"),
        ("{% for x %}y{% endfor %}z", "z"),
    ],
)
def test_unknown_values_leave_nothing_and_a_warning(body: str, shown: str | None) -> None:
    assert "unknown:" not in words(body)
    assert shown in (None, words(body))
    assert {each.partition(" ")[0] for each in warned(body, FRONT, "jekyll")} == {
        "unknown-value"
    }


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("{% if page.toc %}A{% else %}B{% endif %}", "A"),
        ("{% if page.hidden %}A{% else %}B{% endif %}", "B"),
        ("{% if page.nothing %}A{% endif %}B", "B"),
        ('{% if page.version == "3.10" and page.toc %}A{% endif %}', "A"),
        ("{% if page.version > 3 %}A{% elsif page.toc %}B{% endif %}", "A"),
        ("{% if page.hidden %}A{% elsif page.toc %}B{% else %}C{% endif %}", "B"),
        ("{% if page.hidden %}A{% elif page.hidden %}B{% else %}C{% endif %}", "C"),
        ("{% if page.tags contains 'Cup' %}A{% endif %}", "A"),
        ("{% unless page.hidden %}A{% else %}B{% endunless %}", "A"),
        ("{% unless page.toc %}A{% endunless %}B", "B"),
        ('{% case page.version %} {% when "1", "3.10" %}A{% else %}B{% endcase %}', "A"),
        ('{% case page.version %}{% when "1" or "2" %}A{% else %}B{% endcase %}', "B"),
        ('{% case page.version %}{% when "1" %}A{% endcase %}B', "B"),
        (
            "{% if page.toc %}{% if page.no %}A{% else %}B{% endif %}C{% else %}D{% endif %}",
            "BC",
        ),
        ("{%- if page.toc -%} A {%- else -%} B {%- endif -%}", "A"),
        ("x {%- if page.toc %}, y{% endif %}", "x, y"),
        ("{% if page.toc\n   and page.version %}A{% else %}B{% endif %}", "A"),
    ],
)
def test_one_branch_of_a_known_condition_stays(body: str, shown: str) -> None:
    assert words(body) == shown
    assert warned(body, FRONT, "jekyll") == []


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("{% if site.data.x %}A{% else %}B{% endif %}", "B"),
        ("{% unless site.data.x %}A{% endunless %}", "A"),
        ("{% if a + b %}A{% else %}B{% endif %}", "B"),
        ("{% if page.hidden %}A{% elsif site.x %}B{% else %}C{% endif %}", "C"),
        ("{% case site.x %}{% when 'a' %}A{% else %}B{% endcase %}", "B"),
        ("{% case a + b %}{% when 'a' %}A{% endcase %}C", "C"),
    ],
)
def test_an_unknown_condition_counts_as_false_with_a_warning(body: str, shown: str) -> None:
    assert words(body) == shown
    tag = body.partition("%}")[0] + "%}"
    assert warned(body, FRONT, "jekyll") == [f"unknown-value {tag}"]


@pytest.mark.parametrize(
    "body",
    [
        "`{{ page.title }}` `{% if x %}`",
        "```\n{{ page.title }}\n{% if x %}\n```",
        "a\n\n    {{ page.title }}",
        "{% raw %}{{ page.title }} {% if x %}{% endraw %}",
        "{% verbatim %}{{ page.title }}{% endverbatim %}",
    ],
)
def test_code_and_raw_text_stay(body: str) -> None:
    assert "{{ page.title }}" in read(body, FRONT, "jekyll").content_html
    assert warned(body, FRONT, "jekyll") == []


@pytest.mark.parametrize(
    "body",
    [
        "A counter {{ count }} in Vue, or {{ count | upper }}",
        "`a` ${{ secrets.TOKEN }} and {{ .Names }}",
        "$\\frac{{a}}{b}$ and ${{ x }}$",
        "{{ a + b }} {{ t('x') }} {{ }}",
        "{{ a\n\nb }} {{ open",
    ],
)
@pytest.mark.parametrize("generator", ["", "plain", "obsidian", "astro", "hugo", "zola"])
def test_braces_in_prose_stay_where_no_template_runs(body: str, generator: str) -> None:
    shown = read(body, FRONT, generator).content_html
    for word in (
        "{{ count }}",
        "{{ count | upper }}",
        "${{ secrets.TOKEN }}",
        "{{ .Names }}",
    ):
        assert (word in shown) is (word in body)
    assert shown.count("{{") == body.count("{{")
    assert warned(body, FRONT, generator) == []


@pytest.mark.parametrize(
    ("sign", "rest"),
    [
        ("{% assign x = 'a' %}", ""),
        ("{{ page.title }}", "Green tea"),
        ("{{ '/a' | relative_url }}", "/a"),
        ("{# a remark #}", ""),
        ("{% raw %}b{% endraw %}", "b"),
        ("[b]({{ url }})", "b"),
        ("[b](https://x.example/{{ url }}/c)", "b"),
        ("<{{ url }}>", ""),
        ("<https://x.example/{{ url }}/c>", ""),
        ('<a href="{{ url }}">b</a>', "<a>b</a>"),
        ("[b]\n\n[b]: {{ url }}", "<a>b</a>"),
    ],
)
def test_a_sign_of_a_template_makes_all_braces_values(sign: str, rest: str) -> None:
    assert words(f"a {{{{ count }}}} ${{{{ x }}}}{sign}", "plain") == f"a  ${{{{ x }}}}{rest}"
    assert words("`{% assign %}` {{ count }}", "plain").endswith("{{ count }}")


@pytest.mark.parametrize(
    ("generator", "body", "shown"),
    [
        ("", "a {{ release.version }}b", "a b"),
        ("plain", "a {{ site.x[0].y | z }}b {{ releases[0].url }}", "a b"),
        ("", "a {{ title | escape }} {{ other | relative_url }}b", "a Green tea b"),
        ("astro", "a {{ user.name }}", "a {{ user.name }}"),
        ("pelican", "a {{ user.name }}", "a {{ user.name }}"),
        ("", "a < {{ b }} > c", "a &lt; {{ b }} &gt; c"),
        ("", "a <{{ b }} c", "a &lt;{{ b }} c"),
        ("", "f(x)({{ b }}) [a] (b {{ c }})", "f(x)({{ b }}) [a] (b {{ c }})"),
        ("", "${{ secrets.TOKEN }}", "${{ secrets.TOKEN }}"),
    ],
)
def test_the_form_of_braces_tells_what_they_are(generator: str, body: str, shown: str) -> None:
    assert words(body, generator) == shown


@pytest.mark.parametrize(
    ("generator", "body", "shown"),
    [
        (
            "hugo",
            "{{ .Title }} {{ .Params.VERSION }} {{ $.Page.Title }}",
            "Green tea 3.10 Green tea",
        ),
        ("hugo", "{{ .Site.Title }} {{ .RelPermalink }}", "Tea /posts/tea/"),
        ("hugo", 'a{{ .Date.Format "2006" }}b {{ .Names }}', "ab {{ .Names }}"),
        ("plain", "{{ .Title }} {{ .Params.other }}", "Green tea {{ .Params.other }}"),
        ("hugo", '{{< param version >}}{{% param "shop.url" %}}', "3.10https://x.example/"),
        ("quarto", "{{< meta title >}}{{< meta tags.0 >}}", "Green tea"),
        ("hexo", "{{ title }} {{ config.title }} {# no #}", "Green tea Tea"),
        (
            "11ty",
            "{{ title }} {{ metadata.url }} {{ page.url }}",
            f"Green tea {SITE} /posts/tea/",
        ),
        (
            "11ty",
            "{% set x = 3 %}{{ x | plus: 1 }}{% if version is defined %}!{% endif %}",
            "4!",
        ),
        ("mkdocs", "{{ page.meta.version }}", "3.10"),
        ("jekyll", "a {{ title }}", "a"),
        ("jekyll", "a {{ layout.x }}", "a"),
    ],
)
def test_each_generator_has_its_own_names(generator: str, body: str, shown: str) -> None:
    html = read(body, FRONT, generator).content_html
    assert shown in html.replace(f'<a href="{SITE}">', "").replace("</a>", "").replace(
        '<a href="https://x.example/">', ""
    )


@pytest.mark.parametrize(
    ("generator", "front"),
    [
        ("jekyll", "render_with_liquid: false\n"),
        ("hexo", "disableNunjucks: true\n"),
        ("11ty", "templateEngineOverride: md\n"),
    ],
)
def test_an_author_may_switch_templates_off(generator: str, front: str) -> None:
    body = "{{ page.title }} {% if x %}a{% endif %}"
    assert words(body, generator, front) == body
    assert warned(body, front, generator) == []


def test_a_template_in_html_is_filled_in_and_its_code_stays() -> None:
    body = (
        "<p>{{ page.title }}{% if page.toc %}!{% endif %} {{< x label='*a*' >}}</p>\n"
        "<pre>{{ a }}</pre><code>{% b %}</code>{% highlight js %}x{% endhighlight %}"
        "{% for t in page.tags %}<i>{{ t }}</i>{% endfor %}{% raw %}{{ r }}{% endraw %}*b* "
        "<pre>{{"
    )
    html = read(body, FRONT, "jekyll", "tea.html").content_html
    assert html.startswith(
        "<p>Green tea! <em>a</em></p>\n<pre>{{ a }}</pre><code>{% b %}</code>"
        '<pre><code class="language-js">x\n</code></pre><i>Green</i><i>Cup</i>{{ r }}*b* '
    )


def test_positions_of_warnings_are_those_of_the_file() -> None:
    body = (
        "a\n{% if page.toc %}\n{% capture x %}b\n {{ y }}{% endcapture %}{{ x }}\n{% endif %}"
    )
    assert warned(body, FRONT, "jekyll") == ["unknown-value {{ y }}"]


def test_an_unclosed_statement_is_reported_and_its_words_stay() -> None:
    body = "{% if a %}b {% for %}c{% endif %} {% else %} {% endfor %}{% assign %}{% capture %}d"
    assert words(body) == "d"
    assert words("{% if page.toc %}b{% for x in y %}c{% endif %}") == "bc"
    assert words("{% when %}{% capture x %}d") == "d"
    assert words("{% capture %}d{% endcapture %}") == "d"
    assert warned("{% endif %}{% if x %}d", "", "jekyll") == [
        "unknown-tag {% endif %}",
        "unknown-tag {% if x %}",
    ]


def test_loops_and_captures_have_limits() -> None:
    deep = "{% capture x %}" * 12 + "a" + "{% endcapture %}" * 12 + "{{ x }}b"
    assert words(deep) == "b"
    loop = "{% for i in (1..9999) %}{% for j in (1..9999) %}{{ i }}{% endfor %}{% endfor %}b"
    assert words(loop).endswith("b")
    double = (
        "{% assign a = 'xxxxxxxxxx' %}" + "{% assign a = a | append: a %}" * 40 + "{{ a }}b"
    )
    assert words(double) == "b"
    many = "{% assign a = 'xxxxxxxxxx' %}" + "{% assign a = a | append: a %}" * 9
    assert len(words(many + "{{ a }}" * 3_000)) <= 260_000


@pytest.mark.untraced
@pytest.mark.parametrize(
    "body",
    [
        "{{" * 60_000,
        "{{ a " * 7_500,
        "{{ a }}" * 5_000,
        "{{ a | b" * 5_000 + " }}",
        "{% if a %}" * 3_000,
        "{% if a %}" * 2_000 + "{% endif %}" * 2_000,
        "{% if a %}{% else %}" * 1_500 + "{% endif %}" * 1_500,
        "{% if a %}{% for b in c %}{% endif %}" * 1_000,
        "{% else %}" * 3_000,
        "{% capture a %}" * 1_500 + "{% endcapture %}" * 1_500,
        "{% capture a %}b{% endcapture %}" * 1_250,
        "{% for a in (1..3) %}" * 1_000 + "x" + "{% endfor %}" * 1_000,
        "{% case a %}" + "{% when 'b' %}" * 2_500 + "{% endcase %}",
        "{% assign a = " * 2_500,
        "{% if " + "a and " * 300 + "a %}b{% endif %}" + "{%- a -%}" * 2_500,
        "[a](" + "{{ a }}" * 3_750 + ")",
        "<" * 60_000 + "{{ a }}",
        "<{{ a }}" * 3_000,
        "![" * 50_000 + "a]({{ a }})",
        "[a](b" * 5_000 + "{{ a }}",
        "http://" * 3_750 + "{{ a }}",
        "src=" * 7_500 + "{{ a }}",
        'src="' * 6_250 + "{{ a }}",
        "{#" * 60_000,
        "{# a" * 30_000,
        "{# #}" * 6_250,
        "{::comment}" * 3_000,
        "{::comment}" * 2_000 + "{:/comment}" * 2_000,
        "{::nomarkdown}" + "<" * 100_000 + "{:/}",
        "{::nomarkdown}" + " \n" * 50_000 + "{:/}",
        "{{</*" * 25_000,
        "{{< a b=" * 15_000 + ">}}",
        "{{< x href='https://a' >}}" * 1_250,
        "{{< x a=' >}}" * 2_500,
        "{%" + " " * 100_000,
        "{% #" * 7_500,
        "{{" + "\n" * 100_000 + "}}",
    ],
    ids=range(37),
)
def test_hostile_templates_take_linear_time(body: str) -> None:
    started = time.process_time()
    without_shortcodes(body, Scope({"a": "b"}, {}, a_site(generator="jekyll")))
    assert time.process_time() - started < 3
