"""With the settings of its config, a post has the address and terms of its generator."""

from collections.abc import Mapping
from typing import Any

import pytest

from feedsvc.core.generators.recognise import CONFIG_NAMES, recognise
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Post
from feedsvc.core.rules import AUTO, Rules
from feedsvc.core.site import Site
from tests.support.layouts import Layout
from tests.support.layouts_of_programs import LAYOUTS


def settings_of(layout: Layout) -> Mapping[str, Any]:
    files = {n: text.encode() for n, text in layout.files.items() if n in CONFIG_NAMES}
    return {each.setting: each.value for each in recognise(files).assumptions}


def site_of(layout: Layout) -> Site:
    settings = settings_of(layout)
    rules = Rules(
        permalink=settings.get("content.permalink", Rules().permalink),
        tag_separators=settings.get("content.tag_separators", Rules().tag_separators),
        categories=AUTO,
    )
    return Site(
        title=settings.get("site.title", "Notes"),
        url=settings.get("site.url", "https://example.org"),
        author=settings.get("site.author", "Li"),
        timezone=settings.get("site.timezone", "UTC"),
        tag_authority="example.org,2026",
        language=settings.get("site.language", "en"),
        rules=rules.of(layout.generator),
    )


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_posts_have_the_addresses_tags_and_categories_of_their_generator(
    layout: Layout,
) -> None:
    site, seeds = site_of(layout), settings_of(layout)["content.seeds"]
    below = "" if seeds == "." else f"{seeds}/"
    posts = [
        parse_post(post.source, layout.files[f"{below}{post.source}"].encode(), site)
        for post in layout.posts
    ]
    origin = "https://example.org"
    assert all(isinstance(post, Post) for post in posts), posts
    assert [(p.permalink, p.tags, p.categories) for p in posts if isinstance(p, Post)] == [
        (origin + p.path, tuple(p.tags), tuple(map(tuple, p.categories))) for p in layout.posts
    ]
