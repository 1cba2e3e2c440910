"""What is known of a post and its site, by the names of the generators."""

from datetime import UTC, datetime

import pytest

from feedsvc.core.markdown.templates.values import UNKNOWN, Scope, TemplateValue, text_of
from tests.support.builders import a_site

PAGE = {"permalink": "https://example.org/blog/tea/"}


@pytest.mark.parametrize(
    ("generator", "name", "value"),
    [
        ("jekyll", "site.url", "https://example.org"),
        ("jekyll", "site.baseurl", "/blog"),
        ("hexo", "config.url", "https://example.org/blog"),
        ("11ty", "metadata.title", "Tea"),
        ("mkdocs", "config.site_url", "https://example.org/blog/"),
        ("hugo", ".Site.BaseURL", "https://example.org/blog/"),
        ("hugo", ".Permalink", "https://example.org/blog/tea/"),
        ("jekyll", "page.url", "/tea/"),
        ("jekyll", "site.description", UNKNOWN),
        ("jekyll", "site.email.x", UNKNOWN),
        ("jekyll", "title", UNKNOWN),
    ],
)
def test_names_of_generators(generator: str, name: str, value: TemplateValue) -> None:
    scope = Scope({}, PAGE, a_site(url="https://example.org/blog", generator=generator))
    root, *keys = name.lstrip(".").split(".")
    assert scope.lookup("." * name.startswith(".") + root, [*keys]) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (3.5, "3.5"),
        (["a", 1, None], "a1"),
        (["a", {}], None),
        ({}, None),
        (UNKNOWN, None),
        (datetime(2026, 3, 1, 9, 30, tzinfo=UTC), "2026-03-01 09:30:00 +0000"),
    ],
)
def test_values_are_printed_as_liquid_prints_them(value: object, text: str | None) -> None:
    assert text_of(value) == text


def test_variables_may_be_assigned_up_to_a_limit() -> None:
    scope = Scope()
    scope.assign("a", "b")
    assert scope.lookup("a", []) == "b"
    scope.unassign("a")
    assert scope.lookup("a", []) is UNKNOWN
    scope.assign("a", "x" * 250_001)
    assert scope.lookup("a", []) is UNKNOWN
