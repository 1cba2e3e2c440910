"""Every spelling of a URL that leads a client to the same path of our server."""

import pytest

from feedsvc.core.addresses import path_at

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
def test_a_spelling_of_our_own_has_a_path(spelling: str, path: str) -> None:
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
def test_what_leads_elsewhere_has_no_path(spelling: str) -> None:
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
def test_a_spelling_is_read_below_the_url_of_the_site(
    site: str, spelling: str, path: str | None
) -> None:
    assert path_at(site, spelling) == path
