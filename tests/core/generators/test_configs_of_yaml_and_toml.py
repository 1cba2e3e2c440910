"""What the configs of Hexo, Jekyll, Hugo, Zola, MkDocs, Quarto and Obsidian may also say."""

from typing import Any

import pytest

from tests.support.recognising import reasons, recognised, settings


def hexo(*lines: str) -> dict[str, str]:
    return {"_config.yml": "\n".join(["source_dir: source", *lines, ""])}


def jekyll(*lines: str) -> dict[str, str]:
    return {"_config.yml": "\n".join(["plugins: [x]", *lines, ""])}


# --- Hexo


def test_hexo_without_settings_has_the_defaults_of_hexo() -> None:
    found = recognised(hexo())
    assert {each.setting: (each.value, each.line) for each in found.assumptions} == {
        "site.language": ("en", 0),
        "content.seeds": ("source/_posts", 1),
        "content.permalink": ("/:year/:month/:day/:title/", 0),
        "content.generator": ("hexo", 0),
    }
    assert found.feeds == ("/atom.xml",)


def test_hexo_without_a_zone_has_that_of_the_machine_which_is_unknown() -> None:
    why = "names no time zone; Hexo takes that of the machine"
    assert reasons(hexo("timezone: ''"))["site.timezone"] == why
    assert (
        reasons(hexo("timezone: Nowhere/City"))["site.timezone"] == "is not an IANA time zone"
    )


def test_the_languages_of_hexo_may_be_a_list() -> None:
    assert settings(hexo("language:", "  - zh-TW", "  - en"))["site.language"] == "zh-TW"


def test_a_blank_value_is_none() -> None:
    assert reasons(hexo("title: '  '"))["site.title"] == "names no title"


def test_the_description_of_hexo_stands_for_a_missing_subtitle() -> None:
    assert settings(hexo("description: On tea"))["site.subtitle"] == "On tea"
    both = hexo("description: On tea", "subtitle: Leaves")
    assert settings(both)["site.subtitle"] == "Leaves"


@pytest.mark.parametrize(
    ("lines", "feeds"),
    [
        (["feed:", "  type: rss2"], ["/rss2.xml"]),
        (["feed:", "  type: [atom, rss2]"], ["/atom.xml", "/rss2.xml"]),
        (["feed:", "  type: other"], ["/atom.xml"]),
        (["feed:", "  path: feeds/main.xml"], ["/feeds/main.xml"]),
    ],
)
def test_the_feeds_of_hexo(lines: list[str], feeds: list[str]) -> None:
    assert [*recognised(hexo(*lines)).feeds] == feeds


def test_hexo_without_the_feed_plugin_makes_no_feed() -> None:
    package = '{"dependencies": {"hexo": "^7.0.0"}}'
    assert recognised(hexo() | {"package.json": package}).feeds == ()
    assert recognised(hexo() | {"package.json": "{"}).feeds == ("/atom.xml",)


@pytest.mark.parametrize(
    ("line", "setting", "why"),
    [
        ("permalink: ':year/'", "content.permalink", "has nothing that differs for each post"),
        ("permalink: [a]", "content.permalink", "is not a text"),
        ("new_post_name: ':x'", "content.permalink", "depends on new_post_name, which is ':x'"),
        ("source_dir: ../posts", "content.seeds", "leads out of the folder"),
        ("url: /", "site.url", "is not the http or https address of a site"),
        ("title: {a: b}", "site.title", "is not a text"),
    ],
)
def test_what_hexo_says_and_we_cannot_use_is_unknown(line: str, setting: str, why: str) -> None:
    lines = [line] if line.startswith("source_dir") else ["source_dir: source", line]
    files = {"_config.yml": "\n".join(["public_dir: public", *lines, ""])}
    assert reasons(files)[setting] == why
    assert setting not in settings(files)


# --- Jekyll


@pytest.mark.parametrize(
    ("lines", "permalink"),
    [
        ([], "date"),
        (["permalink: pretty"], "pretty"),
        (["permalink: /blog/:title/"], "/blog/:dateless/"),
        (["collections:", "  posts:", "    permalink: /a/:slug/"], "/a/:jekyll_slug/"),
        (
            [
                *("permalink: pretty", "defaults:"),
                *("  - scope: {path: projects}", "    values: {permalink: /no/:title}"),
                *("  - scope: {path: '', type: pages}", "    values: {permalink: /no/:title}"),
                *("  - scope: {path: '', type: posts}", "    values: {layout: post}"),
                *("  - scope: {path: ''}", "    values: {permalink: /b/:title}"),
            ],
            "/b/:dateless",
        ),
    ],
)
def test_the_permalinks_of_jekyll(lines: list[str], permalink: str) -> None:
    assert settings(jekyll(*lines))["content.permalink"] == permalink


@pytest.mark.parametrize(
    ("lines", "seeds"),
    [
        (["collections_dir: things"], "things/_posts"),
        (["source: src"], "src/_posts"),
        (["source: src", "collections_dir: things"], "src/things/_posts"),
    ],
)
def test_the_folder_of_posts_of_jekyll(lines: list[str], seeds: str) -> None:
    assert settings(jekyll(*lines))["content.seeds"] == seeds


@pytest.mark.parametrize(
    ("lines", "feeds"),
    [
        (["plugins: [jekyll-feed]"], ["/feed.xml"]),
        (["gems: [jekyll-feed]"], ["/feed.xml"]),
        (["feed: {path: /atom.xml}"], ["/atom.xml"]),
        (["theme: x"], []),
    ],
)
def test_the_feeds_of_jekyll(lines: list[str], feeds: list[str]) -> None:
    files = {"_config.yml": "\n".join(["baseurl: ''", *lines, ""])}
    assert [*recognised(files).feeds] == feeds


def test_the_author_of_jekyll_may_be_a_text() -> None:
    assert settings(jekyll("author: Li Wen"))["site.author"] == "Li Wen"
    assert settings(jekyll("name: Tea"))["site.title"] == "Tea"


def test_a_pattern_of_jekyll_that_we_do_not_have_is_unknown() -> None:
    assert reasons(jekyll("permalink: /:custom/:title"))["content.permalink"] == (
        "has :custom, which feedsvc does not have"
    )


# --- Hugo


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title: a\nTITLE: b\n", {"site.title": "b"}),
        ("author:\n  name: Li\n  email: a@example.org\n", {"site.author": "Li"}),
        ("params:\n  author: Li\n", {"site.author": "Li"}),
        ("params:\n  author:\n    - name: Li\n    - name: Wang\n", {"site.author": "Li"}),
        ("params:\n  Subtitle: Leaves\n  description: no\n", {"site.subtitle": "Leaves"}),
        ("contentDir: posts\n", {"content.seeds": "posts"}),
        ("defaultContentLanguage: de\n", {"site.language": "de"}),
        (
            "defaultContentLanguage: zh\nlanguages:\n  zh:\n    title: 茶\n"
            "    languageCode: zh-CN\n"
            "    contentDir: content/zh\ntitle: Tea\nlanguageCode: en\n",
            {"site.title": "茶", "site.language": "zh-CN", "content.seeds": "content/zh"},
        ),
        ("rssLimit: 5\n", {"feeds.entries": 5}),
        ("services:\n  rss:\n    limit: -1\n", {"feeds.entries": 500}),
        ("uglyURLs: true\n", {"content.permalink": "/:sections/:slugorcontentbasename.html"}),
        ("", {"content.permalink": "/:sections/:slugorcontentbasename/"}),
        ("permalinks:\n  posts: /:title/\n", {"content.permalink": "/:hugo_title/"}),
        (
            "mainSections: [blog]\npermalinks:\n  docs: /d/:title/\n",
            {"content.permalink": "/:sections/:slugorcontentbasename/"},
        ),
        (
            "permalinks:\n  page:\n    a: /:slug/\n    b: /:slug/\n  section:\n    a: /x/\n",
            {"content.permalink": "/:hugo_slug/"},
        ),
    ],
)
def test_what_a_config_of_hugo_may_say(text: str, expected: dict[str, Any]) -> None:
    found = settings({"hugo.yaml": text})
    assert {name: found.get(name) for name in expected} == expected


def test_patterns_of_hugo_that_differ_are_unknown() -> None:
    text = "[permalinks]\nposts = '/:slug/'\nnotes = '/n/:slug/'\n"
    assert (
        reasons({"hugo.toml": text})["content.permalink"] == "differs from section to section"
    )
    main = "[params]\nmainSections = ['Notes']\n"
    assert settings({"hugo.toml": text + main})["content.permalink"] == "/n/:hugo_slug/"


def test_the_files_of_a_config_folder_of_hugo_are_one_config() -> None:
    files = {
        "config/_default/hugo.toml": "title = 'Tea'\nbaseURL = 'http://localhost:1313'\n",
        "config/_default/params.toml": "\n[author]\nname = 'Li'\n",
        "config/_default/permalinks.toml": "posts = '/:year/:slug/'\n",
        "config/production/hugo.toml": "baseURL = 'https://example.org/'\n",
    }
    found = {
        each.setting: (each.value, each.file, each.line)
        for each in recognised(files).assumptions
    }
    assert found["site.url"] == ("https://example.org", "config/production/hugo.toml", 1)
    assert found["site.author"] == ("Li", "config/_default/params.toml", 3)
    assert found["content.permalink"] == (
        "/:year/:hugo_slug/",
        "config/_default/permalinks.toml",
        1,
    )


@pytest.mark.parametrize(
    ("text", "feed"),
    [
        ("", "/index.xml"),
        ("[outputFormats.RSS]\nbaseName = 'feed'\n", "/feed.xml"),
        (
            "defaultContentLanguage = 'de'\ndefaultContentLanguageInSubdir = true\n",
            "/de/index.xml",
        ),
    ],
)
def test_the_feed_of_hugo(text: str, feed: str) -> None:
    assert recognised({"hugo.toml": text}).feeds == (feed,)


# --- Zola


@pytest.mark.parametrize(
    ("lines", "feeds"),
    [
        ("", []),
        ("generate_feed = true\n", ["/atom.xml"]),
        ("generate_feeds = true\nfeed_filenames = ['a.xml', 'b.xml']\n", ["/a.xml", "/b.xml"]),
        ("generate_feed = true\nfeed_filename = 'rss.xml'\n", ["/rss.xml"]),
    ],
)
def test_the_feeds_of_zola(lines: str, feeds: list[str]) -> None:
    config = f"base_url = 'https://example.org'\n{lines}"
    assert [*recognised({"config.toml": config}).feeds] == feeds


def test_the_title_of_zola_may_be_that_of_its_language() -> None:
    text = "base_url = 'x'\ndefault_language = 'de'\n[languages.de]\ntitle = 'Tee'\n"
    assert settings({"config.toml": text})["site.title"] == "Tee"


# --- Material for MkDocs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plugins: [search, blog]\n", {"content.seeds": "docs/blog/posts"}),
        ("plugins:\n  blog:\n    blog_dir: news\n", {"content.seeds": "docs/news/posts"}),
        (
            "plugins:\n  - material/blog:\n      blog_dir: .\n",
            {
                "content.seeds": "docs/posts",
                "content.permalink": "/:year/:month/:day/:mkdocs_slug/",
            },
        ),
        (
            "docs_dir: src\nplugins:\n  - blog:\n      post_dir: '{blog}/entries'\n",
            {"content.seeds": "src/blog/entries"},
        ),
        (
            "use_directory_urls: false\nplugins:\n  - blog:\n      post_url_format: '{slug}'\n",
            {"content.permalink": "/blog/:mkdocs_slug.html"},
        ),
        (
            "plugins:\n  - blog:\n      post_slugify: !!python/name:my.slugs\n"
            "      post_url_format: '{file}'\n",
            {"content.permalink": "/blog/:name/"},
        ),
        (
            "site_name: x\n",
            {"content.seeds": "docs", "content.permalink": "/:sections/:name/"},
        ),
        (
            "docs_dir: src\nuse_directory_urls: false\n",
            {"content.seeds": "src", "content.permalink": "/:sections/:name.html"},
        ),
    ],
)
def test_what_a_config_of_mkdocs_may_say(text: str, expected: dict[str, Any]) -> None:
    found = settings({"mkdocs.yml": text})
    assert {name: found.get(name) for name in expected} == expected


def test_slugs_that_a_function_of_mkdocs_makes_are_unknown() -> None:
    text = "plugins:\n  - blog:\n      post_slugify: !!python/name:my.slugs\n"
    why = "depends on post_slugify, which feedsvc does not know"
    assert reasons({"mkdocs.yml": text})["content.permalink"] == why


def test_authors_of_mkdocs_without_a_name_are_left_out() -> None:
    authors = (
        "authors:\n  a:\n    avatar: x\n  b:\n    name: B\n    url: /b\n    email: b@x.org\n"
    )
    files = {"mkdocs.yml": "site_name: x\n", "docs/blog/.authors.yml": authors}
    assert settings(files)["content.authors"] == {"b": {"name": "B", "email": "b@x.org"}}
    files["docs/blog/.authors.yml"] = "authors:\n  a: {avatar: x}\n"
    assert "content.authors" not in settings(files)


# --- Quarto


@pytest.mark.parametrize(
    ("contents", "seeds"),
    [
        ("posts", "posts"),
        ("posts/*.qmd", "posts"),
        ('"posts/**/*.qmd"', "posts"),
        ("[blog/one.qmd, blog/two.qmd]", "blog"),
        ("['*.qmd', notes]", "notes"),
        ("one.qmd", "posts"),
        ("{title: x}", "posts"),
    ],
)
def test_the_folder_of_a_listing_of_quarto(contents: str, seeds: str) -> None:
    page = f"---\nlisting:\n  - contents: {contents}\n---\n"
    found = settings({"_quarto.yml": "website: {title: x}\n", "index.qmd": page})
    assert found["content.seeds"] == seeds
    assert found["content.permalink"] == f"/{seeds}/:quarto_path"


def test_a_listing_of_quarto_in_a_folder_is_relative_to_it() -> None:
    page = "---\nlisting: {contents: posts, feed: true}\n---\n"
    files = {"_quarto.yml": "", "blog/index.qmd": page}
    assert settings(files)["content.seeds"] == "blog/posts"
    assert recognised(files).feeds == ("/blog/index.xml",)


def test_a_listing_of_quarto_that_leads_elsewhere_is_unknown() -> None:
    files = {"_quarto.yml": "", "index.qmd": "---\nlisting: {contents: ../posts}\n---\n"}
    assert settings(files)["content.seeds"] == "posts"
    files["index.qmd"] = "---\nlisting: default\n---\n"
    assert recognised(files).feeds == ()


# --- Obsidian


def test_a_vault_without_ignored_notes_excludes_nothing() -> None:
    assert "content.exclude" not in settings({".obsidian/app.json": "{}"})


def test_the_templates_of_a_vault_are_no_posts() -> None:
    files = {".obsidian/app.json": "{}", ".obsidian/templates.json": '{"folder": "x [y]/"}'}
    assert settings(files)["content.exclude"] == ("x [y]/**",)
