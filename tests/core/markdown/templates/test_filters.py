"""Filters of templates, as Liquid, Jekyll and Nunjucks have them."""

import pytest

from feedsvc.core.markdown.templates.expressions import value_of
from feedsvc.core.markdown.templates.values import UNKNOWN, Scope
from tests.support.builders import a_site, at

FIELDS = {"date": "2026-03-01T09:05:07+08:00", "tags": ["b", "a", "b"], "text": " Tea & *x* "}


def value(expression: str) -> object:
    scope = Scope(FIELDS, {}, a_site(url="https://example.org/blog", generator="jekyll"))
    read = value_of(expression, scope)
    assert read is not None, expression
    return read[0]


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("'a' | append: 'b' | prepend: 'c'", "cab"),
        ("'<a>' | escape", "&lt;a&gt;"),
        ("'&lt;' | escape_once", "&lt;"),
        ("page.text | strip | upcase", "TEA & *X*"),
        ("'TEA' | lower | capitalize", "Tea"),
        ("'green tea' | title", "Green Tea"),
        ("' a ' | lstrip", "a "),
        ("' a ' | rstrip", " a"),
        ("'<b>a</b>' | strip_html", "a"),
        ("'a\nb' | strip_newlines", "ab"),
        ("'a\nb' | newline_to_br", "a<br />\nb"),
        ("'a  b' | normalize_whitespace", "a b"),
        ("'a-b-c' | replace: '-', '+'", "a+b+c"),
        ("'a-b-c' | replace_first: '-', '+'", "a+b-c"),
        ("'a-b-c' | remove: '-'", "abc"),
        ("'a-b-c' | remove_first: '-'", "ab-c"),
        ("'a,b' | split: ','", ["a", "b"]),
        ("'ab' | split: ''", ["a", "b"]),
        ("'abcdef' | slice: 1, 2", "bc"),
        ("'abcdef' | slice: -2", "e"),
        ("'abc' | size", 3),
        ("'abcdef' | truncate: 5", "ab..."),
        ("'abc' | truncate: 5", "abc"),
        ("'a b c' | truncatewords: 2", "a b..."),
        ("'a b' | truncatewords: 2", "a b"),
        ("'a b c' | number_of_words", 3),
        ("'Green Tea!' | slugify", "green-tea"),
        ("'a b&' | url_encode", "a+b%26"),
        ("'a b/茶' | uri_escape", "a%20b/%E8%8C%B6"),
        ("'a/b' | urlencode", "a%2Fb"),
        ("'a\"' | jsonify", '"a\\""'),
        ("'*a*' | markdownify", "*a*"),
        ("page.tags | join", "b a b"),
        ("page.tags | join('-')", "b-a-b"),
        ("page.tags | first", "b"),
        ("page.tags | last", "b"),
        ("page.tags | size", 3),
        ("page.tags | reverse", ["b", "a", "b"]),
        ("page.tags | sort", ["a", "b", "b"]),
        ("page.tags | uniq", ["b", "a"]),
        ("page.tags | compact", ["b", "a", "b"]),
        ("page.tags | array_to_sentence_string", "b, a, and b"),
        ("page.tags | uniq | array_to_sentence_string: 'or'", "b or a"),
        ("'' | split: ',' | first", ""),
        ("3 | plus: 1 | times: 2 | minus: 1", 7),
        ("7 | divided_by: 2", 3),
        ("7 | modulo: 2", 1),
        ("-1.5 | abs", 1.5),
        ("1.2 | ceil", 2),
        ("1.8 | floor", 1),
        ("1.26 | round: 1", 1.3),
        ("3 | at_most: 2", 2),
        ("3 | at_least: 4", 4),
        ("'a' | default: 'b'", "a"),
        ("site.other | default: 'b', allow_false: true", "b"),
        ("'/a' | relative_url", "/blog/a"),
        ("'a' | absolute_url", "https://example.org/blog/a"),
        ("'https://x.example/' | relative_url", "https://x.example/"),
        ("page.date | date: '%Y-%m-%d %H:%M:%S %z'", "2026-03-01 09:05:07 +0800"),
        ("page.date | date: '%-d. %b %y, %A %a %^b %e %j %I%p %h %F %T %% %Q'",
         "1. Mar 26, Sunday Sun MAR  1 060 09AM Mar 2026-03-01 09:05:07 % %Q"),
        ("'2026-03-01 13:00' | date: '%B %-I %p'", "March 1 PM"),
        ("page.date | date_to_string", "01 Mar 2026"),
        ("page.date | date_to_long_string", "01 March 2026"),
        ("page.date | date_to_xmlschema", "2026-03-01T09:05:07+08:00"),
        ("page.date | date_to_rfc822", "Sun, 01 Mar 2026 09:05:07 +0800"),
    ],
)  # fmt: skip
def test_a_filter_gives_what_its_generator_gives(expression: str, result: object) -> None:
    assert value(expression) == result


@pytest.mark.parametrize(
    "expression",
    [
        "'a' | unknown",
        "site.other | upcase",
        "'a' | append: site.other",
        "'now' | date: '%Y'",
        "page.date | date",
        "page.date | date_to_something",
        "1 | divided_by: 0",
        "'a' | plus: 1",
        "999999999999999 | times: 999999999999999",
        "'a' | truncate: 'b'",
        "'a' | append: 'b', 'c', 'd'",
        "page | upcase",
        "page.tags | join: page.long",
    ],
)
def test_what_cannot_be_known_is_unknown(expression: str) -> None:
    assert value(expression) is UNKNOWN


def test_a_long_text_is_unknown() -> None:
    scope = Scope({"long": "x" * 6_000, "list": ["x" * 6_000] * 3})
    for expression in (
        "page.long | append: page.long",
        "page.long | jsonify | append: page.long",
        "page.list | join",
        "page.long | replace: 'x', page.long",
        "page.long | replace: 'x', 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy'",
        "page.long | url_encode | newline_to_br | replace: 'x', 'yyy'",
    ):
        assert value_of(expression, scope) == (UNKNOWN,)


def test_without_a_site_only_relative_addresses_are_known() -> None:
    assert value_of("'/a' | relative_url", Scope()) == ("/a",)
    assert value_of("'/a' | absolute_url", Scope()) == (UNKNOWN,)
    assert value_of("'2026-03-01' | date: '%z'", Scope()) == ("+0000",)
    page = {"date": at("2026-03-01 09:30")}
    assert value_of("page.date | date: '%d'", Scope({}, page)) == ("01",)
