"""Which feeds the addresses of other generators mean."""

import pytest

from feedsvc.core.redirects.presets import Preset, PresetFeed, asks_for_feed, old_feeds

_SITE: tuple[tuple[Preset, str, str], ...] = (
    ("hexo", "atom.xml", "atom"),
    ("hexo", "rss2.xml", "rss"),
    ("hexo", "rss2.xml/", "rss"),
    ("hexo", "feed.json", "json"),
    ("jekyll", "feed.xml", "atom"),
    ("jekyll", "blog/feed.xml", "atom"),
    ("jekyll", "feed/index.xml", "atom"),
    ("hugo", "index.xml", "rss"),
    ("hugo", "index.json", "json"),
    ("wordpress", "feed", "rss"),
    ("wordpress", "feed/", "rss"),
    ("wordpress", "feed/atom/", "atom"),
    ("wordpress", "feed/json", "json"),
    ("wordpress", "rdf/", "rss"),
    ("wordpress", "blog/feed/", "rss"),
    ("wordpress", "index.php/feed/rss2/", "rss"),
    ("wordpress", "wp-rss.php", "rss"),
    ("wordpress", "wp-feed.php", "rss"),
    ("wordpress", "wp-atom.php", "atom"),
)


@pytest.mark.parametrize(("preset", "path", "format_name"), _SITE)
def test_an_address_of_the_site(preset: Preset, path: str, format_name: str) -> None:
    assert old_feeds(preset, path) == (PresetFeed("site", "", format_name),)


_TERMS: tuple[tuple[Preset, str, PresetFeed], ...] = (
    ("hexo", "tags/Green-Tea/atom.xml", PresetFeed("tag", "Green-Tea", "atom")),
    ("hexo", "tag/C#/rss2.xml", PresetFeed("tag", "C#", "rss")),
    ("hexo", "categories/a/b/atom.xml", PresetFeed("category", "a/b", "atom")),
    ("hexo", "en/tags/tea/atom.xml", PresetFeed("tag", "tea", "atom")),
    ("hexo", "authors/li/atom.xml", PresetFeed("author", "li", "atom")),
    ("jekyll", "feed/by_tag/tea.xml", PresetFeed("tag", "tea", "atom")),
    ("jekyll", "feed/tea.xml", PresetFeed("category", "tea", "atom")),
    ("jekyll", "feed/drinks/tea.xml", PresetFeed("category", "drinks/tea", "atom")),
    ("jekyll", "blog/categories/tea/atom.xml", PresetFeed("category", "tea", "atom")),
    ("jekyll", "tag/tea/feed.xml", PresetFeed("tag", "tea", "atom")),
    ("jekyll", "tag/tea.xml", PresetFeed("tag", "tea", "atom")),
    ("hugo", "tags/c++/index.xml", PresetFeed("tag", "c++", "rss")),
    ("hugo", "tags/Cafe\u0301/index.xml", PresetFeed("tag", "Café", "rss")),
    ("hugo", "tags/c++.xml", PresetFeed("tag", "c++", "rss")),
    ("hugo", "zh/categories/a/b/index.xml", PresetFeed("category", "a/b", "rss")),
    ("hugo", "author/li/atom.xml", PresetFeed("author", "li", "atom")),
    ("hugo", "zh_CN/index.xml", PresetFeed("language", "zh-CN", "rss")),
    ("hugo", "posts/index.xml", PresetFeed("section", "posts", "rss")),
    ("hugo", "docs/guide/index.xml", PresetFeed("section", "docs/guide", "rss")),
    ("wordpress", "tag/tea/feed/", PresetFeed("tag", "tea", "rss")),
    ("wordpress", "tag/tea/feed/atom", PresetFeed("tag", "tea", "atom")),
    ("wordpress", "tag/tea/rss2", PresetFeed("tag", "tea", "rss")),
    ("wordpress", "category/a/b/feed", PresetFeed("category", "a/b", "rss")),
    ("wordpress", "author/li/feed/", PresetFeed("author", "li", "rss")),
    ("wordpress", "blog/tag/tea/feed/", PresetFeed("tag", "tea", "rss")),
    ("wordpress", "de/feed/", PresetFeed("language", "de", "rss")),
    ("wordpress", "de/tag/tee/feed/", PresetFeed("tag", "tee", "rss")),
)


@pytest.mark.parametrize(("preset", "path", "meant"), _TERMS)
def test_an_address_of_a_term(preset: Preset, path: str, meant: PresetFeed) -> None:
    assert old_feeds(preset, path)[0] == meant


def test_an_address_may_mean_several_feeds() -> None:
    assert old_feeds("jekyll", "feed/drinks/tea.xml")[1] == PresetFeed(
        "category", "tea", "atom"
    )
    assert old_feeds("wordpress", "tag/feed/feed/")[-1] == PresetFeed("tag", "feed", "rss")
    assert old_feeds("hugo", "de/notes/index.xml") == (
        PresetFeed("language", "de", "rss"),
        PresetFeed("section", "de/notes", "rss"),
    )
    assert old_feeds("hugo", "notes2/more/index.xml") == (
        PresetFeed("section", "notes2/more", "rss"),
    )


@pytest.mark.parametrize(
    ("path", "query", "meant"),
    [
        ("", "feed=rss2", PresetFeed("site", "", "rss")),
        ("index.php", "feed=atom", PresetFeed("site", "", "atom")),
        ("wp-feed.php", "feed=rdf", PresetFeed("site", "", "rss")),
        ("", "tag=tea&feed=atom", PresetFeed("tag", "tea", "atom")),
        ("", "feed=rss2&category_name=a/b", PresetFeed("category", "a/b", "rss")),
        ("", "feed=rss2&author_name=li", PresetFeed("author", "li", "rss")),
        ("tag/tea/", "feed=rss2", PresetFeed("tag", "tea", "rss")),
    ],
)
def test_wordpress_names_feeds_in_queries(path: str, query: str, meant: PresetFeed) -> None:
    assert old_feeds("wordpress", path, query) == (meant,)
    assert old_feeds("hugo", "x", query) == ()
    assert asks_for_feed(query)


@pytest.mark.parametrize(
    ("preset", "path", "query"),
    [
        ("hexo", "", ""),
        ("hexo", "posts/tea/", ""),
        ("hexo", "tags/atom.xml", ""),
        ("jekyll", "feed/tea", ""),
        ("jekyll", "tea.xml", ""),
        ("hugo", "tags/index.xml", ""),
        ("hugo", "a//index.xml", ""),
        ("wordpress", "", ""),
        ("wordpress", "", "p=3"),
        ("wordpress", "", "feed=rss2&p=3"),
        ("wordpress", "", "feed=rss2&tag=..%2Fa"),
        ("wordpress", "", "feed=comments-rss2"),
        ("wordpress", "", "feed=%ff"),
        ("wordpress", "wp-rss2.php", "cat=3"),
        ("wordpress", "comments/feed/", ""),
        ("wordpress", "first-post/feed/", ""),
        ("wordpress", "tag/../feed/", ""),
        ("wordpress", "tag/./feed/", ""),
        ("wordpress", "tag//evil.example/feed/", ""),
        ("wordpress", "tag/json", ""),
        ("wordpress", f"tag/{'a' * 3000}/feed/", ""),
    ],
)
def test_any_other_address_means_no_feed_that_we_have(
    preset: Preset, path: str, query: str
) -> None:
    kinds = {old.kind for old in old_feeds(preset, path, query)}
    assert kinds <= {"language"}  # a post may have a short name: no feed of this language


def test_only_queries_for_feeds_ask_for_one() -> None:
    assert asks_for_feed("feed=comments-rss2")
    assert not any(map(asks_for_feed, ("", "q=feed", "feed=me", "feed", "&" * 50)))
