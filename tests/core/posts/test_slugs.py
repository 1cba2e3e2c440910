"""Slugs as WordPress, Pelican and MkDocs make them; others are tested with permalinks."""

import pytest

from feedsvc.core.posts.slugs import mkdocs_slug, pelican_slug, wordpress_slug


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("Green Tea", "green-tea"),
        ("C++", "c"),
        ("C#", "c"),
        (".NET", "net"),
        ("Node.js", "node-js"),
        ("a/b", "a-b"),
        ("Tips & Tricks", "tips-tricks"),
        ("R&amp;D", "rd"),
        ("it's", "its"),
        ("foo_bar", "foo_bar"),
        ("100%", "100"),
        ("-x - y-", "x-y"),
        ("a <b>bold</b> word", "a-bold-word"),
        ("1 < 2", "1-2"),
        ("Café Ñandú", "cafe-nandu"),
        ("Cafe\u0301", "cafe"),
        ("Straße", "strase"),
        ("Łódź", "lodz"),
        ("Þór Ægir", "thor-aegir"),
        ("1 £ 2 €", "1-2-e"),
        ("2 × 3", "2-x-3"),
        ("“Quoted” — text…", "quoted-text"),
        ("a\u00a0b\u2003c", "a-b-c"),
        ("zero\u200bwidth", "zerowidth"),
        ("上海 交大", "上海-交大"),
        ("茶、酒", "茶、酒"),
        ("Привет", "привет"),
        ("й", "й"),
        ("Ａ", "ａ"),
        ("!?", ""),
        ("", ""),
        ("茶" * 40, "茶" * 22),  # 9 octets each, percent-encoded
        ("a" * 300, "a" * 200),
    ],
)
def test_a_slug_is_as_wordpress_makes_it(words: str, slug: str) -> None:
    assert wordpress_slug(words) == slug
    assert wordpress_slug(slug) == slug


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("The first pick: don't rush!", "the-first-pick-dont-rush"),
        ("C# & F#", "c-f"),
        ("a - b_c", "a-b_c"),
        ("Café <b>au</b> lait", "cafe-au-lait"),
        ("ﬁne ｔea", "fine-tea"),
        ("龙井 tea", "龙井-tea"),
    ],
)
def test_slugs_of_pelican(words: str, slug: str) -> None:
    assert pelican_slug(words) == slug


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("The first pick: don't rush!", "the-first-pick-dont-rush"),
        ("a - b_c", "a---b_c"),
        ("Café 龙井", "café-龙井"),
    ],
)
def test_slugs_of_material_for_mkdocs(words: str, slug: str) -> None:
    assert mkdocs_slug(words) == slug
