"""If the files of several generators are there, the most specific ones count."""

import pytest

from feedsvc.core.generators.recognised import Assumption, Recognised, Unknown
from tests.support.recognising import generator, recognised

HEXO_PACKAGE = '{"hexo": {"version": "7.3.0"}, "dependencies": {"hexo": "^7.3.0"}}'
ELEVENTY_PACKAGE = '{"devDependencies": {"@11ty/eleventy": "^3.0.0"}}'


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"hugo.toml": "", ".obsidian/app.json": "{}"}, "hugo"),
        ({"_config.yml": "title: x", ".obsidian/app.json": "{}"}, "jekyll"),
        ({"hugo.yaml": "", "package.json": ELEVENTY_PACKAGE}, "hugo"),
        ({"config/_default/config.toml": ""}, "hugo"),
        ({"config.toml": "baseURL = 'https://example.org/'"}, "hugo"),
        ({"config.yaml": "BaseURL: https://example.org/"}, "hugo"),
        ({"config.toml": "base_url = 'https://example.org'"}, "zola"),
        ({"zola.toml": "base_url = 'https://example.org'", "config.toml": ""}, "zola"),
        ({"config.toml": "name = 'a program of another kind'"}, "plain"),
        ({"config.json": "{"}, "plain"),
        ({"_config.yml": "title: x\n", "package.json": HEXO_PACKAGE}, "hexo"),
        ({"_config.yml": "title: x\nroot: /\nper_page: 10\n"}, "hexo"),
        ({"_config.yml": "title: x\nbaseurl: /\nplugins: [jekyll-feed]\n"}, "jekyll"),
        ({"_config.yml": "title: x\nroot: /\n", "Gemfile": ""}, "jekyll"),
        ({"_config.yml": "title: x\n"}, "jekyll"),
        ({"_config.yml": "title: x\n", "package.json": '{"name": "styles"}'}, "jekyll"),
        ({"_config.yml": "title: x\n", "package.json": ELEVENTY_PACKAGE}, "11ty"),
        ({"_config.yml": "title: x\n", "eleventy.config.js": ""}, "11ty"),
        ({"package.json": ELEVENTY_PACKAGE}, "11ty"),
        ({"package.json": '{"dependencies": {"react": "1"}}'}, "plain"),
        ({"Gemfile": "gem 'jekyll'"}, "plain"),
        ({"astro.config.mjs": "", "package.json": ELEVENTY_PACKAGE}, "astro"),
        ({"src/config.ts": "export const SITE = {}"}, "plain"),
        ({"docusaurus.config.js": "", "mkdocs.yml": "site_name: x"}, "docusaurus"),
        ({"pelicanconf.py": "", "conf.py": "BLOG_TITLE = 'x'"}, "pelican"),
        ({"conf.py": "BLOG_TITLE = 'x'"}, "nikola"),
        ({"conf.py": "project = 'x'\nextensions = ['sphinx.ext.autodoc']\n"}, "plain"),
        ({"publishconf.py": "SITEURL = 'https://example.org'"}, "plain"),
        ({"_quarto.yml": "", "index.qmd": "", "_config.yml": "title: x"}, "quarto"),
        ({"index.qmd": "---\nlisting:\n  contents: posts\n---\n"}, "plain"),
        ({"hugo.toml": "", "mkdocs.yml": "site_name: docs"}, "hugo"),
        ({"mkdocs.yml": "site_name: x", ".obsidian/app.json": "{}"}, "mkdocs"),
        ({".obsidian/appearance.json": "{}"}, "obsidian"),
        ({"README.md": "# x"}, "plain"),
        ({}, "plain"),
    ],
)
def test_the_most_specific_config_file_counts(files: dict[str, str], name: str) -> None:
    assert recognised(files).generator == name


def test_a_plain_folder_has_its_posts_in_itself_and_the_rest_is_unknown() -> None:
    assert recognised({}) == Recognised(
        "plain",
        (
            Assumption("content.seeds", ".", "", 0),
            Assumption("content.generator", "plain", "", 0),
        ),
        (
            Unknown("site.title", "", 0, "names no title"),
            Unknown("site.url", "", 0, "names no address of the site"),
            Unknown("site.author", "", 0, "names no author"),
            Unknown("site.timezone", "", 0, "names no time zone"),
        ),
    )


def test_a_config_that_cannot_be_read_makes_unknown_what_it_would_say() -> None:
    found = recognised({"hugo.toml": "title = 'x'\nbaseURL = \n"})
    assert found.generator == "hugo"
    assert [(u.setting, u.line) for u in found.unknown] == [
        ("site.title", 2),
        ("site.url", 2),
        ("site.author", 2),
    ]
    assert all(each.why.startswith("is not TOML") for each in found.unknown)


def test_files_of_other_names_are_ignored() -> None:
    assert generator("hugo.toml.bak", "docs/conf.py") == "plain"
