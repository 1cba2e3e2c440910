"""The key `license` of a post."""

from dataclasses import replace

import pytest

from feedsvc.core.feeds.entries import Entry, compose
from feedsvc.core.posts.post import Post
from tests.support.builders import a_site, post_of, reading

CC = "https://creativecommons.org/licenses"


@pytest.mark.parametrize(
    ("front", "licence"),
    [
        ("license: CC-BY-4.0", "CC-BY-4.0"),
        ("licence: cc by-sa 4.0", "CC-BY-SA-4.0"),
        ("License: CC0", "CC0-1.0"),
        (f"license: {CC}/by/4.0/", "CC-BY-4.0"),
        (
            "license: https://example.org/Bedingungen/für alle",
            "https://example.org/Bedingungen/f%C3%BCr",
        ),
        (f"license: '[CC BY 4.0]({CC}/by/4.0/)'", "CC-BY-4.0"),
        (f"license: '<a href=\"{CC}/by/4.0/\">CC</a>'", "CC-BY-4.0"),
        ("extra: {license: MIT}", "MIT"),
        ("params: {license: MIT}", "MIT"),
        (f"license: {{name: CC BY 4.0, url: '{CC}/by-nd/4.0/'}}", "CC-BY-ND-4.0"),
        ("license: {name: CC BY 4.0}", "CC-BY-4.0"),
        (f"license: {{text: 'see {CC}/by/4.0/', type: open-access}}", "CC-BY-4.0"),
        (f"license: our own\nlicense_url: {CC}/by/4.0/", "CC-BY-4.0"),
        ("copyright: CC BY-NC-SA 4.0", "CC-BY-NC-SA-4.0"),
        (f"params: {{copyright: '[CC BY 4.0]({CC}/by/4.0/)'}}", "CC-BY-4.0"),
        ("copyright: All rights reserved", "http://purl.org/atompub/license#unspecified"),
        ("license: MIT\ncopyright: CC BY 4.0", "MIT"),
        ("license: true\ncopyright: CC BY 4.0", "CC-BY-4.0"),
        ("copyright: © 2026 Li Wei", ""),
        ("copyright: https://example.org/original", ""),
        *((f"copyright: {flag}", "") for flag in ("true", "false", "none", "{a: b}")),
        ("license: All rights reserved", "http://purl.org/atompub/license#unspecified"),
        ("license: [CC-BY-4.0, MIT]", "CC-BY-4.0"),
        *((f"license: {flag}", "") for flag in ("true", "false", "''", "[]", "{}", "{a: b}")),
        ("title: x", ""),
    ],
)
def test_a_post_has_its_own_licence(front: str, licence: str) -> None:
    post = post_of(f"{front}\n")
    assert (post.license, post.warnings) == (licence, ())


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("CC BY-SA", "CC-BY-SA-4.0"),
        ("CC BY 3.0", "CC-BY-3.0"),
        ("CC0", "CC0-1.0"),
        ("Ours", ""),
    ],
)
def test_a_licence_without_a_version_is_the_current_one_in_quarto(
    text: str, licence: str
) -> None:
    assert post_of(f"license: {text}\n", generator="quarto").license == licence
    assert post_of("license: CC BY-SA\n").license == ""


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("CC-BY-5.0", "did you mean CC-BY-"),
        ("MTI", "did you mean MIT"),
        ("Ask me first", "write license: CC-BY-4.0, or a URL"),
        ("https://a.example https://b.example", "write license: CC-BY-4.0, or a URL"),
        ("javascript:alert(1)", "write license: CC-BY-4.0, or a URL"),
    ],
)
def test_an_unknown_licence_is_left_out_with_a_warning(text: str, cure: str) -> None:
    post = post_of(f"license: {text}\n")
    (warning,) = post.warnings
    assert (post.license, warning.code, warning.line) == ("", "license", 3)
    assert text[:9] in warning.fault
    assert cure in warning.cure


def test_the_entry_has_the_licence_of_the_post_and_not_that_of_the_site() -> None:
    site = a_site(license="CC0-1.0")
    post = reading("license: MIT\n")
    assert isinstance(post, Post)
    entry = compose(post, site, "id", post.published)
    other = compose(replace(post, license=""), site, "id", post.published)
    assert isinstance(entry, Entry)
    assert isinstance(other, Entry)
    assert (entry.license, other.license) == ("MIT", "")
