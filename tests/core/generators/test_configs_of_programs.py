"""What the configs of Pelican, Nikola, 11ty, Astro and Docusaurus may also say."""

from typing import Any

import pytest

from tests.support.recognising import reasons, recognised, settings

# --- Pelican


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"content.permalink": "/:pelican_slug.html", "content.exclude": ("pages/**",)}),
        ("SLUGIFY_SOURCE = 'basename'\n", {"content.permalink": "/:slug.html"}),
        ("ARTICLE_PATHS = ['blog', 'news/']\n", {"content.include": ("blog/**", "news/**")}),
        ("PAGE_PATHS = ['about']\n", {"content.exclude": ("about/**",)}),
        ("PAGE_PATHS = []\n", {"content.exclude": None}),
        ("PATH = 'src'\n", {"content.seeds": "src"}),
    ],
)
def test_what_a_config_of_pelican_may_say(text: str, expected: dict[str, Any]) -> None:
    found = settings({"pelicanconf.py": text})
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "feeds"),
    [
        ("", ["/feeds/all.atom.xml"]),
        ("FEED_ALL_ATOM = None\n", []),
        ("FEED_ALL_ATOM = None\nFEED_ALL_RSS = 'rss.xml'\n", ["/rss.xml"]),
        ("FEED_ATOM = 'atom.xml'\n", ["/feeds/all.atom.xml", "/atom.xml"]),
    ],
)
def test_the_feeds_of_pelican(text: str, feeds: list[str]) -> None:
    assert [*recognised({"pelicanconf.py": text}).feeds] == feeds


def test_what_pelican_computes_is_unknown_with_its_line() -> None:
    found = recognised({"pelicanconf.py": "import os\nSITEURL = os.environ['URL']\nPATH = x\n"})
    unknown = {each.setting: (each.line, each.why) for each in found.unknown}
    assert unknown["site.url"] == (2, "is not a literal")
    assert unknown["content.seeds"] == (3, "is not a literal")


# --- Nikola


@pytest.mark.parametrize(
    ("posts", "seeds", "permalink"),
    [
        ("(('posts/*.md', 'posts', 'post.tmpl'),)", "posts", "/posts/:sections/:slug/"),
        ("[('news/*.txt', '', 'post.tmpl')]", "news", "/:sections/:slug/"),
        ("(('*.md', 'blog/all', 'post.tmpl'),)", ".", "/blog/all/:sections/:slug/"),
        ("(('a/*.ipynb', 'a', 'x'), ('b/*.html', 'b', 'x'))", "b", "/b/:sections/:slug/"),
    ],
)
def test_the_posts_of_nikola(posts: str, seeds: str, permalink: str) -> None:
    found = settings({"conf.py": f"BLOG_TITLE = 'x'\nPOSTS = {posts}\n"})
    assert (found["content.seeds"], found["content.permalink"]) == (seeds, permalink)


def test_nikola_may_write_pages_without_folders() -> None:
    text = "PRETTY_URLS = False\nPOSTS = (('posts/*.md', 'posts', 'post.tmpl'),)\n"
    assert settings({"conf.py": text})["content.permalink"] == "/posts/:sections/:slug.html"


@pytest.mark.parametrize(
    ("posts", "why"),
    [
        ("", "names no folder of posts"),
        ("POSTS = (('posts/*.rst', 'posts', 'post.tmpl'),)\n", "has no folder of Markdown"),
        ("POSTS = load()\n", "has no folder of Markdown"),
    ],
)
def test_posts_of_nikola_that_we_do_not_read_are_unknown(posts: str, why: str) -> None:
    found = reasons({"conf.py": f"BLOG_TITLE = 'x'\n{posts}"})
    assert found["content.seeds"] == found["content.permalink"] == why


def test_nikola_may_make_no_feed() -> None:
    assert recognised({"conf.py": "BLOG_TITLE = 'x'\nGENERATE_RSS = False\n"}).feeds == ()


# --- 11ty


@pytest.mark.parametrize(
    ("config", "seeds"),
    [
        ("module.exports = c => { return { dir: { input: 'src' } } }", "src"),
        ("export const config = { dir: { input: './content/' } }", "content"),
        ("export default c => { c.setInputDirectory('pages') }", "pages"),
        ("export default c => { c.setInputDirectory() }", "."),
        ("", "."),
    ],
)
def test_the_folder_of_posts_of_11ty(config: str, seeds: str) -> None:
    assert settings({"eleventy.config.js": config})["content.seeds"] == seeds


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "_data/site.json",
            '{"name": "Tea", "author": "Li", "baseUrl": "https://example.org/"}',
        ),
        (
            "src/_data/metadata.js",
            "module.exports = {title: 'Tea', author: {name: 'Li'}, url: 'https://example.org'}",
        ),
        (
            "content/_data/site.mjs",
            "export default () => { return "
            "{title: 'Tea', authorName: 'Li', siteUrl: 'https://example.org'} }",
        ),
    ],
)
def test_the_metadata_of_11ty(name: str, text: str) -> None:
    found = settings({".eleventy.js": "", name: text})
    assert found["site.title"] == "Tea"
    assert found["site.author"] == "Li"
    assert found["site.url"] == "https://example.org"


def test_the_feed_plugin_of_11ty_has_metadata_too() -> None:
    config = (
        "export default c => {\n c.addPlugin(navigation);\n c.addPlugin(feedPlugin, {\n"
        "  collection: { name: 'posts', limit: 0 },\n"
        "  metadata: { title: 'Tea', base: 'https://example.org/', author: { name: 'Li' } }\n"
        " })\n}\n"
    )
    found = recognised({"eleventy.config.js": config})
    values = {each.setting: (each.value, each.line) for each in found.assumptions}
    assert values["site.title"] == ("Tea", 5)
    assert values["feeds.entries"] == (500, 4)
    assert found.feeds == ("/feed/feed.xml",)
    assert recognised({"eleventy.config.js": ""}).feeds == ()


# --- Astro


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "src/config.ts",
            "export const SITE = {\n  website: 'https://example.org/',\n  author: 'Li',\n"
            "  desc: 'On tea',\n  title: 'Tea',\n  lang: 'de',\n  timezone: 'Europe/Berlin',\n"
            "} as const;\n",
        ),
        (
            "src/config.ts",
            "export const siteConfig: SiteConfig = { title: 'Tea', subtitle: 'On tea', "
            "url: 'https://example.org', lang: 'de', timezone: 'Europe/Berlin' }\n"
            "export const profileConfig: ProfileConfig = { name: 'Li' }\n",
        ),
        (
            "src/consts.ts",
            "export const SITE: Site = { NAME: 'Tea', DESCRIPTION: 'On tea', "
            "URL: 'https://example.org', AUTHOR: 'Li', LANG: 'de', "
            "TIMEZONE: 'Europe/Berlin' };\n",
        ),
        (
            "src/site.config.mjs",
            "export default { title: 'Tea', description: 'On tea', author: { name: 'Li' }, "
            "site: 'https://example.org', locale: 'de', timezone: 'Europe/Berlin' }\n",
        ),
    ],
)
def test_the_constants_of_themes_of_astro(name: str, text: str) -> None:
    found = settings({"astro.config.mjs": "", name: text})
    site = {key: value for key, value in found.items() if key.startswith("site.")}
    assert site == {
        "site.title": "Tea",
        "site.subtitle": "On tea",
        "site.url": "https://example.org",
        "site.author": "Li",
        "site.language": "de",
        "site.timezone": "Europe/Berlin",
    }


@pytest.mark.parametrize(
    ("files", "seeds"),
    [
        ({}, "src/content/blog"),
        (
            {"src/content/config.ts": "export const collections = { docs, posts: x };"},
            "src/content/posts",
        ),
        ({"src/content/config.ts": "export const collections = { docs };"}, "src/content/blog"),
        (
            {
                "src/content.config.ts": "glob({ base: './data/docs' });"
                "glob({ base: './data/blog' })"
            },
            "data/blog",
        ),
        ({"src/content.config.ts": "glob({ pattern: 'x' })"}, "src/content/blog"),
    ],
)
def test_the_folder_of_posts_of_astro(files: dict[str, str], seeds: str) -> None:
    assert settings({"astro.config.ts": ""} | files)["content.seeds"] == seeds


def test_a_folder_that_astro_computes_is_unknown() -> None:
    files = {"src/content.config.ts": "glob({ base: `./${BLOG_PATH}` })"}
    assert reasons({"astro.config.ts": ""} | files)["content.seeds"] == "is computed"


@pytest.mark.parametrize(
    ("page", "config", "permalink"),
    [
        ("src/pages/blog/[...slug].astro", "", "/blog/:key/"),
        ("src/pages/posts/[slug]/index.astro", "", "/posts/:key/"),
        ("src/pages/[...id].astro", "", "/:key/"),
        ("src/pages/blog/[id].astro", "trailingSlash: 'never'", "/blog/:key"),
        ("src/pages/blog/[id].astro", "build: { format: 'file' }", "/blog/:key"),
    ],
)
def test_the_page_of_posts_of_astro_is_their_permalink(
    page: str, config: str, permalink: str
) -> None:
    files = {"astro.config.mjs": f"export default defineConfig({{ {config} }})", page: ""}
    assert settings(files)["content.permalink"] == permalink


def test_the_permalinks_of_another_page_of_astro_are_unknown() -> None:
    why = "is decided by a page in src/pages that feedsvc does not know"
    assert reasons({"astro.config.mjs": ""})["content.permalink"] == why


# --- Docusaurus


def docusaurus(text: str) -> dict[str, str]:
    return {"docusaurus.config.js": f"module.exports = {{ {text} }};"}


@pytest.mark.parametrize(
    ("text", "expected", "feeds"),
    [
        (
            "",
            {"content.seeds": "blog", "content.permalink": "/blog/:docusaurus_path"},
            ["/blog/rss.xml", "/blog/atom.xml"],
        ),
        (
            "trailingSlash: true",
            {"content.permalink": "/blog/:docusaurus_path/"},
            ["/blog/rss.xml", "/blog/atom.xml"],
        ),
        (
            "presets: [['classic', {blog: {path: 'news', routeBasePath: '/', feedOptions: "
            "{type: 'all', limit: false}}}]]",
            {
                "content.seeds": "news",
                "content.permalink": "/:docusaurus_path",
                "feeds.entries": 500,
            },
            ["/rss.xml", "/atom.xml", "/feed.json"],
        ),
        (
            "plugins: ['x', ['@docusaurus/plugin-content-blog', "
            "{path: 'b', routeBasePath: 'c'}]]",
            {"content.seeds": "b", "content.permalink": "/c/:docusaurus_path"},
            ["/c/rss.xml", "/c/atom.xml"],
        ),
        (
            "presets: ['classic', ['classic', {blog: false}]], "
            "plugins: [['other', {path: 'x'}]]",
            {"content.seeds": "blog"},
            ["/blog/rss.xml", "/blog/atom.xml"],
        ),
        (
            "presets: [['classic', {blog: {feedOptions: {type: 'rss'}}}]]",
            {"content.seeds": "blog"},
            ["/blog/rss.xml"],
        ),
    ],
)
def test_what_a_config_of_docusaurus_may_say(
    text: str, expected: dict[str, Any], feeds: list[str]
) -> None:
    found = settings(docusaurus(text))
    assert {name: found.get(name) for name in expected} == expected
    assert [*recognised(docusaurus(text)).feeds] == feeds


def test_a_route_that_docusaurus_computes_is_unknown() -> None:
    text = "presets: [['classic', {blog: {routeBasePath: process.env.X}}]]"
    assert reasons(docusaurus(text))["content.permalink"] == "is not a literal"
    assert recognised(docusaurus(text)).feeds == ()
