"""Filling permalink templates."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.core.posts.permalinks import (
    STYLES,
    TOKENS,
    PermalinkFacts,
    names_one_post,
    permalink_path,
)
from tests.support.builders import at

_FIELDS = {"urlname": "green", "abbrlink": "4a17b156", "id": "42", "lang": "zh-CN"}


def facts(**changes: Any) -> PermalinkFacts:
    """A post about tea of the 5th of March 2026."""
    fields = changes.pop("fields", _FIELDS)
    post = PermalinkFacts(
        source="china/green/Tea Notes",
        stem="china/green/Tea Notes",
        name="Tea Notes",
        slug="",
        title="Tea & Notes: Part 2!",
        categories=(("Drinks", "Green Tea"),),
        published=datetime(2026, 3, 5, 9, 8, 7, tzinfo=timezone(timedelta(hours=8))),
        field=fields.get,
    )
    return replace(post, **changes)


@pytest.mark.parametrize(
    ("template", "path"),
    [
        (":year/:month/:day/:title/", "/2026/03/05/china/green/Tea Notes/"),
        ("/:year/:i_month/:i_day/:name.html", "/2026/3/5/Tea Notes.html"),
        (":hour:minute:second/:post_title/", "/090807/tea-notes-part-2/"),
        (":category/:timestamp/", "/Drinks/Green-Tea/1772672887/"),
        ("p/:id.html", "/p/42.html"),
        (":urlname.html", "/green.html"),
        ("/posts/:abbrlink/", "/posts/4a17b156/"),
        (":year_:month/:urlname", "/2026_03/green"),
    ],
)
def test_hexos_tokens_and_any_key_are_filled(template: str, path: str) -> None:
    assert permalink_path(template, facts()) == path


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("/:short_year/:short_month/:long_month/:name", "/26/Mar/March/Tea Notes"),
        ("/:y_day/W:week/:w_year/:w_day/:short_day/:long_day", "/064/W10/2026/4/Thu/Thursday"),
        ("/:categories/:slug:output_ext", "/drinks/green tea/Tea Notes.html"),
        ("/:slugified_categories/:dateless/", "/drinks/green-tea/Tea-Notes/"),
        ("/:collection/:path", "/posts/china/green/Tea Notes"),
    ],
)
def test_jekylls_tokens_are_filled(template: str, path: str) -> None:
    assert permalink_path(template, facts()) == path


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("/:section/:filename/", "/china/tea-notes/"),
        ("/:sections/:slugorfilename/", "/china/green/tea-notes/"),
        ("/:contentbasename/:slugorcontentbasename", "/tea-notes/tea-notes"),
        ("/:monthname/:weekday/:weekdayname/:yearday/:name", "/March/4/Thursday/64/Tea Notes"),
        ("/:sections[1:]/:name", "/green/Tea Notes"),
        ("/:sections[0]/:name", "/china/Tea Notes"),
        ("/:sections[last]/:name", "/green/Tea Notes"),
        ("/:sections[:last]/:name", "/china/Tea Notes"),
        ("/:sections[0:1]/:name", "/china/Tea Notes"),
        ("/:sections[:]/:name", "/china/green/Tea Notes"),
        ("/:sections[7]/:sections[7:9]/:name", "/Tea Notes"),
        (r"/a\:name/:name", "/a:name/Tea Notes"),
    ],
)
def test_hugos_tokens_are_filled(template: str, path: str) -> None:
    assert permalink_path(template, facts()) == path


@pytest.mark.parametrize(
    ("template", "changes", "path"),
    [
        ("/posts/:key/", {}, "/posts/china/green/Tea Notes/"),
        ("/posts/:key/", {"slug": "tea"}, "/posts/tea/"),
        ("/posts/:key/", {"source": "tea/index", "stem": "tea"}, "/posts/tea/"),
        ("/posts/:key/", {"stem": "_posts/tea  2"}, "/posts/_posts/tea  2/"),
        ("/:slug", {}, "/Tea Notes"),
        ("/:slug", {"slug": "x/y"}, "/x/y"),
        ("/:name.html", {"slug": "x"}, "/Tea Notes.html"),
        ("/:year-:month-:day/:name/", {}, "/2026-03-05/Tea Notes/"),
        ("/:year/:name", {"published": at("0987-06-05")}, "/0987/Tea Notes"),
        ("/:name", {"name": "cafe\u0301"}, "/caf\u00e9"),
        ("plain", {}, "/plain"),
    ],
)
def test_our_own_tokens_are_filled(template: str, changes: dict[str, Any], path: str) -> None:
    assert permalink_path(template, facts(**changes)) == path


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("tea", "tea"),
        ("_posts/tea", "tea"),
        ("source/_posts/china/tea", "china/tea"),
        ("china/_posts/2026-03-05-tea", "2026-03-05-tea"),
        ("tea/index", "tea/index"),
        ("my_posts/tea", "my_posts/tea"),
    ],
)
def test_title_is_the_path_below_posts_like_in_hexo(source: str, title: str) -> None:
    assert permalink_path(":title", facts(source=source)) == f"/{title}"


def test_the_hash_is_like_hexos() -> None:
    post = facts(source="_posts/hello-world", published=at("2013-07-14T17:01:34Z"))
    assert permalink_path(":title-:hash/", post) == "/hello-world-a2c8ac003b43/"


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Hello World", "hello-world"),
        ("  C++ / C# -- (2026)  ", "c-c-2026"),
        ("绿茶 Green", "绿茶-green"),
        ("绿茶，红茶", "绿茶，红茶"),
        ("Café Ølør Straße Łódź", "cafe-olor-strase-lodz"),
        ("Ｇreen", "green"),
        ("Чай й", "чай-й"),
        ("ひらがな", "ひらがな"),
    ],
)
def test_a_title_gives_the_slug_of_hexo(title: str, words: str) -> None:
    assert permalink_path(":post_title", facts(title=title)) == f"/{words}"


@pytest.mark.parametrize(
    ("categories", "path"),
    [
        ((), "uncategorized"),
        ((("Sports", "Baseball"),), "Sports/Baseball"),
        ((("MLB", "AL"), ("Rivalries",)), "Rivalries"),
        ((("a/b", "C#"),), "a-b/C"),
        ((("编程", "Python 3"),), "编程/Python-3"),
        ((("编程", "++"),), "编程"),
    ],
)
def test_category_is_the_path_of_the_last_category(
    categories: tuple[tuple[str, ...], ...], path: str
) -> None:
    assert permalink_path(":category", facts(categories=categories)) == f"/{path}"


@pytest.mark.parametrize(
    ("categories", "path"),
    [
        ((), "/x"),
        ((("A", "B"), ("A", "C d")), "/a/b/c d/a/b/c-d/x"),
        ((("a/b", "++"),), "/a-b/++/a-b/x"),
    ],
)
def test_jekylls_categories_are_all_names_without_repeats(
    categories: tuple[tuple[str, ...], ...], path: str
) -> None:
    template = "/:categories/:slugified_categories/x"
    assert permalink_path(template, facts(categories=categories)) == path


@pytest.mark.parametrize(
    ("name", "slug", "path"),
    [
        ("2026-03-05-Tea Notes", "", "Tea-Notes"),
        ("2026-3-5_tea", "", "tea"),
        ("2026-03-05", "", "2026-03-05"),
        ("2026-03-055", "", "2026-03-055"),
        ("trip 2026-03-05-tea", "", "trip-2026-03-05-tea"),
        ("2026-03-05-tea", "2020-01-01-x", "2020-01-01-x"),
        ("a/b_c.d~!", "", "a-b_c.d~!"),
    ],
)
def test_a_date_in_front_of_a_name_is_removed(name: str, slug: str, path: str) -> None:
    assert permalink_path(":dateless", facts(name=name, slug=slug)) == f"/{path}"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Green & Tea", "green-tea"),
        ("Green - Tea", "green-tea"),
        ("? Tea !", "tea"),
        ("a--b_c.d", "a--b_c.d"),
        ("绿茶 (2)", "绿茶-2"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_a_filename_is_like_hugos(name: str, path: str) -> None:
    assert permalink_path(":filename", facts(name=name)) == f"/{path}"


@pytest.mark.parametrize(
    ("style", "path"),
    [
        ("date", "/drinks/green tea/2026/03/05/tea.html"),
        ("pretty", "/drinks/green tea/2026/03/05/tea/"),
        ("ordinal", "/drinks/green tea/2026/064/tea.html"),
        ("weekdate", "/drinks/green tea/2026/W10/Thu/tea.html"),
        ("none", "/drinks/green tea/tea.html"),
    ],
)
def test_a_style_of_jekyll_is_a_whole_template(style: str, path: str) -> None:
    assert permalink_path(style, facts(name="2026-03-05-tea")) == path


@pytest.mark.parametrize(
    "template", [":tilte", "/x/:abbrlink/", "a:b", ":id", ":name2", "/:lang"]
)
def test_a_token_without_a_value_is_named(template: str) -> None:
    word = template.rpartition(":")[2].strip("/")
    with pytest.raises(ValueError, match=f"uses :{word}, but the post has no value for it"):
        permalink_path(template, facts(fields={}))


@pytest.mark.parametrize(
    ("template", "changes"),
    [
        (":post_title", {"title": "?!"}),
        (":filename", {"name": "?!"}),
        (":category", {"categories": (("?!",),)}),
        (":urlname", {"fields": {"urlname": " / "}}),
        (":urlname", {"fields": {"urlname": ""}}),
    ],
)
def test_an_empty_value_is_refused(template: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="but the post has no value for it"):
        permalink_path(template, facts(**changes))


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("a/b", "/p/a/b/"),
        ("//a///b/", "/p/a/b/"),
        (" a\n b ", "/p/a b/"),
        ("..a/b..", "/p/..a/b../"),
        ("?#%2e%2e", "/p/?#%2e%2e/"),
        (":year", "/p/:year/"),
    ],
)
def test_a_value_is_inserted_unchanged_without_empty_segments(value: str, path: str) -> None:
    assert permalink_path("/p/:urlname/", facts(fields={"urlname": value})) == path


@pytest.mark.parametrize("value", ["..", ".", "a/../b", "./a", "a/.."])
def test_a_value_with_a_dot_segment_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"a segment `\.` or `\.\.`"):
        permalink_path("/p/:urlname/", facts(fields={"urlname": value}))


def test_a_dot_segment_of_two_values_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a segment `\.` or `\.\.`"):
        permalink_path("/:a:b/", facts(fields={"a": ".", "b": "."}))


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("/a:/:name", "/a:/Tea Notes"),
        ("/12:30/:name", "/12:30/Tea Notes"),
        ("/:标题/:name", "/:标题/Tea Notes"),
        ("//a//:name//", "/a/Tea Notes/"),
        ("/:section/", "/"),
        ("", "/"),
    ],
)
def test_text_that_is_not_a_token_stays(template: str, path: str) -> None:
    assert permalink_path(template, facts(stem="tea")) == path


@pytest.mark.parametrize(
    "template",
    [
        *("/posts/:key/", ":year/:month/:day/:title/", ":urlname.html", "/p/:abbrlink/"),
        *("/:slug", ":name", ":post_title", ":id", ":hash", ":timestamp", ":path", ":my_key_"),
        *(":slugorfilename", ":filename", ":contentbasename", ":slugorcontentbasename"),
        *STYLES,
    ],
)
def test_a_template_may_name_one_post(template: str) -> None:
    assert names_one_post(template)


@pytest.mark.parametrize(
    "template",
    [
        *("", "/", "plain", "/:year/", "/:year/:month/:day/:hour/:minute/:second/", ":lang"),
        *(":category/", "/:categories/:year", "/:sections[1:]/", r"\:name", "name", ":author"),
    ],
)
def test_a_template_may_name_several_posts(template: str) -> None:
    assert not names_one_post(template)


def test_every_token_has_a_meaning_and_a_value() -> None:
    for token, meaning in TOKENS.items():
        assert meaning
        assert permalink_path(f"/x{token}", facts()) > "/x"


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_value_breaks_the_path(value: str, title: str) -> None:
    post = facts(fields={"urlname": value}, title=title, slug=value)
    for template in (":urlname/", "/:post_title", "/:slug/", "/:dateless", "/x:slugorfilename"):
        try:
            path = permalink_path(template, post)
        except ValueError:
            continue
        inner = path.removeprefix("/").removesuffix("/").split("/")
        assert path.startswith("/")
        assert not {".", ".."} & set(inner)
        assert path == "/" or "" not in inner


@pytest.mark.untraced
@pytest.mark.parametrize("char", ["a", "é", "-", " ", "/", "\u0301", "𝒳"])
@pytest.mark.parametrize("token", [":post_title", ":slugorfilename", ":dateless", ":urlname"])
def test_a_very_long_value_is_fast(token: str, char: str) -> None:
    text = "x" + char * 1_000_000 + "x"
    begun = process_time()
    permalink_path(f"/{token}/", facts(title=text, slug=text, fields={"urlname": text}))
    assert process_time() - begun < 2


@pytest.mark.parametrize(
    ("template", "changes", "path"),
    [
        ("/:hugo_title/", {}, "/tea-notes-part-2/"),
        ("/:hugo_slug/", {}, "/tea-notes-part-2/"),
        ("/:hugo_slug/", {"slug": "A b"}, "/a-b/"),
        ("/:hugo_title/", {"slug": "a"}, "/tea-notes-part-2/"),
        ("/:pelican_slug.html", {}, "/tea-notes-part-2.html"),
        ("/:pelican_slug/", {"slug": "a"}, "/a/"),
        ("/:mkdocs_slug/", {"title": "Tea - two"}, "/tea---two/"),
        ("/:mkdocs_slug/", {"slug": "a"}, "/a/"),
        ("/:jekyll_slug/", {"name": "2026-03-01-Tea.Notes"}, "/tea-notes/"),
        ("/blog/:docusaurus_path", {"stem": "2026-03-01-tea"}, "/blog/2026/03/01/tea"),
        ("/blog/:docusaurus_path", {"stem": "2026/03/01/tea"}, "/blog/2026/03/01/tea"),
        ("/blog/:docusaurus_path", {"stem": "a/2026-3-1-tea"}, "/blog/2026/3/1/a/tea"),
        ("/blog/:docusaurus_path", {"stem": "tea/green"}, "/blog/tea/green"),
        ("/blog/:docusaurus_path", {"stem": "2026-03-01-tea", "slug": "x"}, "/blog/x"),
        ("/:quarto_path", {"source": "a/tea", "stem": "a/tea"}, "/a/tea.html"),
        ("/:quarto_path", {"source": "a/tea/index", "stem": "a/tea"}, "/a/tea/"),
        ("/:quarto_path", {"source": "a/tea/index.de", "stem": "a/tea"}, "/a/tea/"),
    ],
)
def test_tokens_with_the_name_of_a_generator_are_filled(
    template: str, changes: dict[str, Any], path: str
) -> None:
    assert permalink_path(template, facts(**changes)) == path
