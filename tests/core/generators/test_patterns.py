"""Permalink patterns of generators as our templates."""

import pytest

from feedsvc.core.generators import patterns

WHOLE = {"with_index": True, "with_html": True}


@pytest.mark.parametrize(
    ("pattern", "name", "template"),
    [
        (":year/:month/:day/:title/", ":title.md", "/:year/:month/:day/:title/"),
        ("/posts/:abbrlink.html", ":title.md", "/posts/:abbrlink.html"),
        (":title-:hash/", ":title.md", "/:title-:hash/"),
        (":year/:title/", ":year-:month-:day-:title.md", "/:year/:dateless/"),
        (":title/", ":year/:title.md", "/:name/"),
        (":title/", ":lang/:title.md", "/:name/"),
        (":year/:name/", ":title.md", "/:year/:name/"),
    ],
)
def test_patterns_of_hexo(pattern: str, name: str, template: str) -> None:
    assert patterns.hexo(pattern, name, **WHOLE) == template


@pytest.mark.parametrize(
    ("pattern", "with_index", "with_html", "template"),
    [
        (":title/index.html", True, True, "/:title/index.html"),
        (":title/index.html", False, True, "/:title/"),
        (":title/index.html", True, False, "/:title/index.html"),
        (":title.html", True, True, "/:title.html"),
        (":title.html", True, False, "/:title"),
        (":title/", False, False, "/:title/"),
    ],
)
def test_pretty_urls_of_hexo(
    pattern: str, with_index: bool, with_html: bool, template: str
) -> None:
    made = patterns.hexo(pattern, ":title.md", with_index=with_index, with_html=with_html)
    assert made == template


@pytest.mark.parametrize(
    ("pattern", "name", "why"),
    [
        (":title/", ":hash-:title.md", "depends on new_post_name"),
        (":year/", ":title.md", "has nothing that differs for each post"),
    ],
)
def test_patterns_of_hexo_that_we_cannot_express(pattern: str, name: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        patterns.hexo(pattern, name, **WHOLE)


@pytest.mark.parametrize(
    ("pattern", "template"),
    [
        ("pretty", "pretty"),
        ("none", "none"),
        ("/:categories/:title.html", "/:categories/:dateless.html"),
        ("blog/:year/:title/", "/blog/:year/:dateless/"),
        ("/:slug/", "/:jekyll_slug/"),
        ("/:year/:i_month/:title:output_ext", "/:year/:i_month/:dateless:output_ext"),
    ],
)
def test_patterns_of_jekyll(pattern: str, template: str) -> None:
    assert patterns.jekyll(pattern) == template


@pytest.mark.parametrize(
    ("pattern", "template"),
    [
        ("/:year/:month/:title/", "/:year/:month/:hugo_title/"),
        (":section/:slug/", "/:section/:hugo_slug/"),
        ("/:sections[1:]/:filename/", "/:sections[1:]/:filename/"),
        ("/:slugorcontentbasename.html", "/:slugorcontentbasename.html"),
        ("/a\\:b/:title/", "/a\\:b/:hugo_title/"),
    ],
)
def test_patterns_of_hugo(pattern: str, template: str) -> None:
    assert patterns.hugo(pattern) == template


@pytest.mark.parametrize(
    ("pattern", "slug", "template"),
    [
        ("{slug}.html", ":pelican_slug", "/:pelican_slug.html"),
        ("{slug}.html", ":slug", "/:slug.html"),
        (
            "posts/{date:%Y}/{date:%b}/{date:%d}/{slug}/",
            ":slug",
            "/posts/:year/:short_month/:day/:slug/",
        ),
        ("{date:%Y-%-m-%-d}-{slug}", ":slug", "/:year-:i_month-:i_day-:slug"),
        ("{category}/{slug}/", ":slug", "/:slugified_categories/:slug/"),
        ("{date:100%%}/{slug}", ":slug", "/100%/:slug"),
    ],
)
def test_patterns_of_pelican(pattern: str, slug: str, template: str) -> None:
    assert patterns.pelican(pattern, slug) == template


@pytest.mark.parametrize(
    ("pattern", "date", "template"),
    [
        ("{date}/{slug}", "yyyy/MM/dd", "/:year/:month/:day/:mkdocs_slug"),
        ("{date}/{file}", "yy-M-d", "/:short_year-:i_month-:i_day/:name"),
        ("{date}/{slug}", "MMMM 'of' yyyy", "/:long_month of :year/:mkdocs_slug"),
    ],
)
def test_patterns_of_mkdocs(pattern: str, date: str, template: str) -> None:
    assert patterns.mkdocs(pattern, date, ":mkdocs_slug") == template


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: patterns.jekyll("/:year/:name/"), "has :name, which"),
        (lambda: patterns.jekyll("/:custom/:title/"), "has :custom, which"),
        (lambda: patterns.jekyll("/:year/"), "has nothing that differs"),
        (lambda: patterns.hugo("/:sectionslug/:title/"), "has :sectionslug, which"),
        (lambda: patterns.hugo("/:path/"), "has :path, which"),
        (lambda: patterns.hugo("/:section/"), "has nothing that differs"),
        (lambda: patterns.pelican("{author}/{slug}", ":slug"), "has {author}, which"),
        (lambda: patterns.pelican("{slug:x}", ":slug"), "has {slug:x}, which"),
        (lambda: patterns.pelican("{date:%U}/{slug}", ":slug"), "has %U, which"),
        (lambda: patterns.pelican("{slug}_x", ":slug"), "has a letter or a colon beside"),
        (lambda: patterns.pelican("a:b/{slug}", ":slug"), "has a letter or a colon beside"),
        (lambda: patterns.pelican("{slug", ":slug"), "has a brace"),
        (lambda: patterns.mkdocs("{date}/{slug}", "QQQ", ":slug"), "has the date QQQ, which"),
        (
            lambda: patterns.mkdocs("{categories}/{slug}", "", ":slug"),
            "has {categories}, which",
        ),
    ],
)
def test_patterns_that_we_cannot_express(make: object, why: str) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match=why):
        make()
