"""Spellings of one link, one page and one title."""

import pytest

from feedsvc.core.adopting.links import link_key, page_key, title_key

TEA = "https://example.org/2020/茶/"


@pytest.mark.parametrize(
    "link",
    [
        "http://example.org/2020/茶/",
        "https://EXAMPLE.org/2020/茶",
        "https://www.example.org/2020/茶/",
        "https://example.org:443/2020/%E8%8C%B6/",
        "http://example.org:80/2020/%e8%8c%b6/index.html",
        " https://example.org/2020/茶/index.php#more",
    ],
)
def test_spellings_of_one_link_have_one_key(link: str) -> None:
    assert link_key(link) == link_key(TEA)


@pytest.mark.parametrize(
    "link",
    [
        *("https://example.com/2020/茶/", "https://example.org:8080/2020/茶/"),
        *("https://example.org/2020/茶/?p=1", "https://example.org/2020/茶/2/"),
        *("https://example.org/2020/茶.html", "https://example.org/2020/Ｔ/"),
        *("https://blog.example.org/2020/茶/",),
    ],
)
def test_other_links_have_other_keys(link: str) -> None:
    assert link_key(link) not in ("", link_key(TEA))


def test_the_form_of_letters_makes_no_difference() -> None:
    assert link_key("https://example.org/caf\u00e9/") == link_key(
        "https://example.org/cafe%CC%81"
    )


@pytest.mark.parametrize(
    "link",
    ["", "/2020/tea/", "tag:example.org,2020:tea", "http://[x", "http://x:y/", "http:///a"],
)
def test_what_is_no_web_address_has_no_key(link: str) -> None:
    assert link_key(link) == ""


def test_a_page_is_the_path_alone() -> None:
    assert page_key("https://a.example/2020/tea.html") == page_key("http://b.example/2020/tea/")
    assert page_key("https://a.example/tea/index.html") == "/tea"


@pytest.mark.parametrize("link", ["https://a.example/", "https://a.example/?p=1", "http://[x"])
def test_a_home_page_and_a_query_are_no_page(link: str) -> None:
    assert page_key(link) == ""


@pytest.mark.parametrize(
    "title",
    [
        *("It’s “tea” – or cake…", 'IT\'S "TEA" - OR CAKE...', ' it\'s  "tea" -- or\ncake...'),
        *(
            "It&#8217;s &#8220;tea&#8221; &#8211; or cake&#8230;",
            '<b>It\'s</b> "tea" — or cake…',
        ),
    ],
)
def test_the_style_of_a_title_makes_no_difference(title: str) -> None:
    assert title_key(title) == 'it\'s "tea" - or cake...'


def test_other_words_make_a_difference() -> None:
    assert title_key("Tea 1") != title_key("Tea 2")
    assert title_key("C++") != title_key("C#")
