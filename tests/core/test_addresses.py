"""Addresses of feeds and posts: readable, unique and reversible."""

import unicodedata
from itertools import combinations
from urllib.parse import unquote

import pytest

from feedsvc.core import addresses
from feedsvc.core.addresses import path_at, segment, web_url

ODD_NAMES = [
    *("C", "c", "C#", "C++", "C~23", "a/b", "a-b", "a b", "a_b", "a~b", "a%2Fb", "a\\b", "a.b"),
    *(
        "",
        " ",
        "~",
        "~7E",
        "_",
        "%",
        ".",
        "..",
        "...",
        ".a",
        "a.",
        "?",
        "&",
        "<",
        ":",
        "*",
        '"',
    ),
    *("con", "CON", "con.txt", "nul", "COM1", "lpt9.tar.gz", "atom.xml", "RSS.xml"),
    *(
        "feed.json",
        "index.html",
        "Café",
        "上海交大医学院",
        "😀",
        "\u0301",
        "#\u0301",
        " \u0301",
    ),
    *("\x00", "\n", "\u200d", "\xa0", "½", "x" * 180, "x" * 181, "x" * 300, "x" * 299 + "y"),
    *("医" * 60, "医" * 61, "医" * 62, "~" * 300, "." * 300),
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Tea", "Tea"),
        ("C#", "C~23"),
        ("C++", "C~2B~2B"),
        ("a/b", "a~2Fb"),
        ("two words", "two_words"),
        ("snake_case", "snake~5Fcase"),
        ("v1.2-beta", "v1.2-beta"),
        ("上海交大医学院", "上海交大医学院"),
        ("😀", "😀"),
        ("हिन्दी", "हिन्दी"),
        (".", "~2E"),
        ("..", "~2E~2E"),
        (".git", "~2Egit"),
        ("etc.", "etc~2E"),
        ("", "~"),
        ("~", "~7E"),
        ("%", "~25"),
        (" ", "_"),
        ("con", "~63on"),
        ("Aux.h", "~41ux.h"),
        ("atom.xml", "~61tom.xml"),
        ("Index.HTML", "~49ndex.HTML"),
        ("\u0301a", "~CC~81a"),
        ("#\u0301", "~23~CC~81"),
        ("a\x00\n", "a~00~0A"),
    ],
)
def test_a_segment_is_readable(name: str, expected: str) -> None:
    assert segment(name) == expected


def test_unicode_forms_of_a_name_have_one_segment() -> None:
    assert segment(unicodedata.normalize("NFD", "Café")) == segment("Café") == "Café"


def test_no_two_names_share_a_segment() -> None:
    shared = [(a, b) for a, b in combinations(ODD_NAMES, 2) if segment(a) == segment(b)]
    assert shared == []


@pytest.mark.parametrize("name", ODD_NAMES)
def test_every_segment_is_a_composed_and_harmless_file_name(name: str) -> None:
    text = segment(name)
    assert text == unicodedata.normalize("NFC", text)
    assert 0 < len(text.encode()) <= 180
    assert not set(text) & set('/\\:*?"<>|%#&\x00\n ')
    assert not text.startswith(".")
    assert not text.endswith(".")


@pytest.mark.parametrize("name", ["x" * 300, "医" * 100, "e\u0301" * 200])
def test_a_long_name_is_cut_and_gets_a_hash(name: str) -> None:
    head, _, digest = segment(name).partition("~~")
    assert unicodedata.normalize("NFC", name).startswith(head)
    assert (90 < len(head.encode()) <= 100, len(digest)) == (True, 24)


def test_a_name_that_is_cut_at_a_space_ends_before_it() -> None:
    assert segment("x" * 99 + " " + "y" * 99).partition("~~")[0] == "x" * 99


def test_each_kind_of_feed_has_its_path() -> None:
    assert [
        addresses.tag_path("C#"),
        addresses.category_path(("A/B", "c")),
        addresses.author_path("Li Wei"),
        addresses.language_path("zh-cn"),
    ] == ["tags/C~23", "categories/A~2FB/c", "authors/Li_Wei", "lang/zh-CN"]


@pytest.mark.parametrize(
    ("feed_path", "format_name", "path"),
    [
        ("", "atom", "atom.xml"),
        ("", "json", "feed.json"),
        ("tags/Tea", "rss", "tags/Tea/rss.xml"),
    ],
)
def test_a_document_is_below_its_feed(feed_path: str, format_name: str, path: str) -> None:
    assert addresses.document_path(feed_path, format_name) == path


@pytest.mark.parametrize("site_url", ["https://example.org", "https://example.org/"])
def test_a_url_is_the_path_percent_encoded_once(site_url: str) -> None:
    assert addresses.url(site_url, "tags/C~23/é") == "https://example.org/tags/C~23/%C3%A9"


@pytest.mark.parametrize(("char", "encoded"), [("#", "%23"), ("?", "%3F"), ("%", "%25")])
def test_no_character_ends_a_path_early(char: str, encoded: str) -> None:
    assert (
        addresses.url("https://example.org", f"a{char}b") == f"https://example.org/a{encoded}b"
    )


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_url_leads_back_to_its_path(name: str) -> None:
    path = addresses.tag_path(name)
    link = addresses.url("https://example.org", path)
    assert (link.isascii(), unquote(link)) == (True, f"https://example.org/{path}")


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("/posts/tea/", "https://example.org/posts/tea/"),
        ("posts/a b?#%", "https://example.org/posts/a%20b%3F%23%25"),
        ("//evil.org/", "https://example.org/evil.org/"),
        ("cafe\u0301", "https://example.org/caf%C3%A9"),
        ("a;b=1,@x", "https://example.org/a;b=1,@x"),
    ],
)
def test_a_page_url_is_always_on_the_site(path: str, link: str) -> None:
    assert addresses.page_url("https://example.org/", path) == link


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("tags/C#", "tags/C~23"),
        ("tags/a/b", "tags/a~2Fb"),
        ("authors/Li Wei", "authors/Li_Wei"),
        ("categories/a b/c#", "categories/a_b/c~23"),
        ("lang/ZH-cn", "lang/zh-CN"),
        ("filters/a b", "filters/a_b"),
    ],
)
def test_a_plain_name_gives_the_encoded_path(raw: str, path: str) -> None:
    assert addresses.raw_name_path(raw) == path


@pytest.mark.parametrize(
    ("names", "path"),
    [
        (("page", "2"), "categories/page/~32"),
        (("a", "page", "23", "b"), "categories/a/page/~323/b"),
        (("a", "page", "2", "page", "3"), "categories/a/page/~32/page/~33"),
        (("a", "page"), "categories/a/page"),
        (("page", "two"), "categories/page/two"),
        (("page", "02"), "categories/page/02"),
        (("Page", "2"), "categories/Page/2"),
        (("2", "3"), "categories/2/3"),
        (("a", "qr.svg"), "categories/a/~71r.svg"),
    ],
)
def test_no_category_has_the_address_of_a_further_page(
    names: tuple[str, ...], path: str
) -> None:
    assert addresses.category_path(names) == path


@pytest.mark.parametrize(("list_path", "number"), [("", 1), ("tags/a/", 2), ("page/2/", 10)])
def test_the_path_of_a_further_page_names_it(list_path: str, number: int) -> None:
    path = addresses.further_path(list_path, number)
    assert addresses.further_page(path) == (list_path, number)
    assert addresses.further_page(path.removesuffix("/")) == (list_path, number)


@pytest.mark.parametrize(
    "path", ["", "page/", "page/0/", "page/02/", "page/x/", "xpage/2/", "page/2/3/", "tags/2/"]
)
def test_other_paths_name_no_further_page(path: str) -> None:
    assert addresses.further_page(path) is None


@pytest.mark.parametrize(
    "path",
    [
        *("", "atom.xml", "rss.xml", "feed.json", "opml.xml", "healthz", "readyz"),
        *("hooks/", "hooks/rebuild", "static/style.css", "tags/Tea/atom.xml", "a/feed.json"),
    ],
)
def test_an_address_of_the_service_is_reserved(path: str) -> None:
    assert addresses.is_reserved(path)


@pytest.mark.parametrize(
    "path",
    [
        *("posts/tea/", "hooks", "hook/a", "statics/a", "atom.xml/", "my-atom.xml", "healthz/"),
        *("a/opml.xml", "tags/Tea/", "a/healthz"),
    ],
)
def test_any_other_address_is_free_for_a_post(path: str) -> None:
    assert not addresses.is_reserved(path)


@pytest.mark.parametrize(
    "raw", ["", "tags", "tags/", "authors/", "categories/", "lang/", "filters/", "posts/x"]
)
def test_a_path_without_a_name_gives_none(raw: str) -> None:
    assert addresses.raw_name_path(raw) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("https://example.org/茶", "https://example.org/%E8%8C%B6"),
        ("cover.png", "https://example.org/posts/tea/cover.png"),
        ("/a b.png", "https://example.org/a%20b.png"),
        ("//cdn.example/a.png", "https://cdn.example/a.png"),
        ("java\tscript:alert(1)", None),
        ("JavaScript:alert(1)", None),
        ("data:image/png;base64,AA", None),
        ("http://[x", None),
        ("http://x:y/", None),
        ("ftp://example.org/x", None),
    ],
)
def test_a_url_on_the_web_is_absolute_and_any_other_is_none(
    text: str, meant: str | None
) -> None:
    assert web_url("https://example.org/posts/tea/", text) == meant


SITE = "https://example.org"
BLOG = "https://example.org/caf%C3%A9"


@pytest.mark.parametrize(
    ("spelling", "path"),
    [
        ("https://example.org/tags/Tea/atom.xml", "tags/Tea/atom.xml"),
        ("HTTPS://Example.ORG/tags/Tea/atom.xml", "tags/Tea/atom.xml"),
        ("https://example.org:443/tags/Tea/atom.xml", "tags/Tea/atom.xml"),
        ("https://example.org:/tags/Tea/atom.xml", "tags/Tea/atom.xml"),
        ("https://example.org/t%61gs/%54ea/atom%2exml", "tags/Tea/atom.xml"),
        ("https://example.org/tags%2FTea%2fatom.xml", "tags/Tea/atom.xml"),
        ("https://example.org/tags/C%23/atom.xml", "tags/C#/atom.xml"),
        ("https://example.org/tags/caf%c3%a9/atom.xml", "tags/café/atom.xml"),
        ("https://example.org/tags/café/atom.xml", "tags/café/atom.xml"),
        ("https://example.org/tags/cafe%CC%81/atom.xml", "tags/cafe\u0301/atom.xml"),
        ("https://example.org/tags/👨\u200d👩/atom.xml", "tags/👨\u200d👩/atom.xml"),
        ("https://example.org/atom.xml?", "atom.xml"),
        ("https://example.org/atom.xml?utm_source=x/y", "atom.xml"),
        ("https://example.org/feed/", "feed/"),
        ("https://example.org/%zz", "%zz"),
        ("https://example.org/", ""),
    ],
)
def test_equivalent_urls_of_the_site_give_one_path(spelling: str, path: str) -> None:
    assert path_at(SITE, spelling) == path
    assert path_at(f"{SITE}/", spelling) == path
    assert path_at("HTTPS://EXAMPLE.org:443", spelling) == path


@pytest.mark.parametrize(
    "spelling",
    [
        "",
        "/atom.xml",
        "//example.org/atom.xml",
        "https://example.org",
        "http://example.org/atom.xml",
        "https://example.org:80/atom.xml",
        "https://example.org:8443/atom.xml",
        "https://example.org:99999/atom.xml",
        "https://example.org:x/atom.xml",
        "https://[::1/atom.xml",
        "https://example.com/atom.xml",
        "https://example.org.evil.example/atom.xml",
        "https://user@example.org/atom.xml",
        "https://:@example.org/atom.xml",
        "https://example.org\\@evil.example/atom.xml",
        "https://example.org//atom.xml",
        "https://example.org/%2Fatom.xml",
        "https://example.org/atom.xml#top",
        "https://example.org/tags/%FF/atom.xml",
        "https://example.org/tags/%00/atom.xml",
        "https://example.org/tags/%0A/atom.xml",
        "https://example.org/tags/\x7f/atom.xml",
        "https://example.org/a b/atom.xml",
        "https://exa\tmple.org/atom.xml",
        " https://example.org/atom.xml",
        f"https://{'a' * 64}.org/atom.xml",
        "file:///atom.xml",
    ],
)
def test_urls_of_other_sites_give_none(spelling: str) -> None:
    assert path_at(SITE, spelling) is None


@pytest.mark.parametrize(
    ("site", "spelling", "path"),
    [
        (BLOG, f"{BLOG}/atom.xml", "atom.xml"),
        (BLOG, "https://example.org/café/atom.xml", "atom.xml"),
        (BLOG, "https://example.org/c%61f%c3%a9/atom.xml", "atom.xml"),
        (BLOG, "https://example.org/atom.xml", None),
        (BLOG, f"{BLOG}s/atom.xml", None),
        (BLOG, f"{BLOG}//atom.xml", None),
        ("http://bücher.example", "http://xn--bcher-kva.example:80/atom.xml", "atom.xml"),
        ("http://xn--bcher-kva.example", "http://BÜCHER.example/atom.xml", "atom.xml"),
        ("http://[2001:DB8::1]:8000", "http://[2001:db8::1]:8000/atom.xml", "atom.xml"),
        ("http://127.0.0.1:8000", "http://127.0.0.1/atom.xml", None),
    ],
)
def test_a_url_is_compared_with_the_path_of_the_site(
    site: str, spelling: str, path: str | None
) -> None:
    assert path_at(site, spelling) == path


@pytest.mark.parametrize(
    ("feed_path", "path"),
    [
        ("", "archive/3"),
        ("tags/C~23", "archive/tags/C~23/3"),
        ("tags/archive", "archive/tags/archive/3"),
        ("categories/a/3", "archive/categories/a/3/3"),
        ("categories/archive/3", "archive/categories/archive/3/3"),
        ("lang/zh-cn", "archive/lang/zh-cn/3"),
    ],
)
def test_the_path_of_an_archive_page_leads_back(feed_path: str, path: str) -> None:
    assert addresses.archive_path(feed_path, 3) == path
    assert addresses.archive_page_at(path) == (feed_path, 3)
    assert addresses.is_reserved(addresses.document_path(path, "atom"))


@pytest.mark.parametrize(
    "number",
    [
        *("0", "-1", "+1", "01", "1.0", "1e9", "x", "", " 1", "1 ", "\u0663", "\uff11", "1\n"),
        "9" * 8,
        "9" * 5000,
    ],
)
def test_what_is_no_number_of_a_page_is_no_page(number: str) -> None:
    assert addresses.archive_page_at(f"archive/tags/tea/{number}") is None
    assert addresses.archive_page_at(f"archive/{number}") is None


@pytest.mark.parametrize(
    "path", ["", "3", "archive", "tags/archive/3", "archive-3", "archive//3"]
)
def test_other_paths_are_no_archive_pages(path: str) -> None:
    assert addresses.archive_page_at(path) is None
