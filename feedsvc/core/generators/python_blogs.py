"""Pelican (`pelicanconf.py`) and Nikola (`conf.py`), whose configs are programs.

https://docs.getpelican.com/en/stable/settings.html, https://getnikola.com/handbook.html.
"""

from typing import Final

from feedsvc.core.generators import patterns
from feedsvc.core.generators.configs import site_values
from feedsvc.core.generators.configs.config_values import NOTHING, ConfigValue
from feedsvc.core.generators.configs.generator_config import GeneratorConfig
from feedsvc.core.generators.gathered import Configs, Gathered
from feedsvc.core.generators.recognised import Recognised
from feedsvc.core.posts.post import SUFFIXES

_PUBLISHING: Final = "publishconf.py"  # Pelican's settings for the public site


def gather_pelican(configs: Configs, config: GeneratorConfig) -> Recognised:
    """What the configs of Pelican say. The one for publishing takes precedence."""
    found = Gathered("pelican", config)
    files = [configs[_PUBLISHING], config] if _PUBLISHING in configs else [config]
    for file in files:
        found.site(
            file,
            {
                "title": [file.at("SITENAME")],
                "subtitle": [file.at("SITESUBTITLE")],
                "url": [file.at("SITEURL")],
                "author": [file.at("AUTHOR")],
                "language": [file.at("DEFAULT_LANG")],
                "timezone": [file.at("TIMEZONE")],
            },
        )
        found.take("feeds.entries", file, file.at("FEED_MAX_ITEMS"), site_values.entries)
    found.default("site.language", "en")
    found.default("site.timezone", "UTC")
    _pelican_posts(found, config)
    return found.recognised(_pelican_feeds(files))


def _pelican_posts(found: Gathered, config: GeneratorConfig) -> None:
    path = config.at("PATH")
    found.attempt(
        "content.seeds",
        lambda: site_values.folder(site_values.given(path, "content")),
        config,
        path,
    )
    articles = config.at("ARTICLE_PATHS")
    globs = _globs(articles)
    if articles and globs:
        found.put("content.include", globs, config, articles.line)
    else:
        pages = config.at("PAGE_PATHS")
        excluded = _globs(pages) if pages else ("pages/**",)
        place = (config, pages.line if pages else 0)
        if excluded:
            found.put("content.exclude", excluded, *place)
    pattern = config.at("ARTICLE_URL")
    by_name = site_values.text_or(config.at("SLUGIFY_SOURCE"), "title") == "basename"
    found.attempt(
        "content.permalink",
        lambda: patterns.pelican(
            site_values.given(pattern, "{slug}.html"), ":slug" if by_name else ":pelican_slug"
        ),
        config,
        pattern,
    )


def _globs(paths: ConfigValue | None) -> tuple[str, ...]:
    return tuple(f"{path.strip('/')}/**" for path in site_values.texts(paths) if path != ".")


def _pelican_feeds(files: list[GeneratorConfig]) -> list[str]:
    paths = {
        "FEED_ALL_ATOM": "feeds/all.atom.xml",
        "FEED_ALL_RSS": "",
        "FEED_ATOM": "",
        "FEED_RSS": "",
    }
    for file in reversed(files):  # None switches a feed off
        for name in paths.keys() & file.root.keys.keys():
            paths[name] = site_values.text_or(file.root.keys[name], "")
    return [path for path in paths.values() if path]


def gather_nikola(_configs: Configs, config: GeneratorConfig) -> Recognised:
    """What a config of Nikola says."""
    found = Gathered("nikola", config)
    language = site_values.text_or(config.at("DEFAULT_LANG"), "en")

    def own(name: str) -> ConfigValue | None:
        value = config.at(name)
        if value and value.keys:  # translated: { DEFAULT_LANG: "..." }
            return value.at(language) or value.at("DEFAULT_LANG")
        return value

    found.site(
        config,
        {
            "title": [own("BLOG_TITLE")],
            "subtitle": [own("BLOG_DESCRIPTION")],
            "url": [config.at("SITE_URL")],
            "author": [own("BLOG_AUTHOR")],
            "email": [config.at("BLOG_EMAIL")],
            "language": [config.at("DEFAULT_LANG")],
            "timezone": [config.at("TIMEZONE")],
        },
    )
    found.default("site.language", "en")
    found.default("site.timezone", "UTC")
    _nikola_posts(found, config)
    found.take("feeds.entries", config, config.at("FEED_LENGTH"), site_values.entries)
    found.default("feeds.entries", 10)
    name = site_values.text_or(config.at("RSS_FILENAME_BASE"), "rss")
    rss = site_values.flag(config.at("GENERATE_RSS"), True)
    atom = site_values.flag(config.at("GENERATE_ATOM"), False)
    return found.recognised([f"{name}.xml" if rss else "", "index.atom" if atom else ""])


def _nikola_posts(found: Gathered, config: GeneratorConfig) -> None:
    """The first folder of POSTS with files that feedsvc reads."""
    posts = config.at("POSTS")
    rows = [row for row in (posts or NOTHING).members if len(row.members) >= 2]
    usable = [row for row in rows if _suffix(row) in SUFFIXES]
    if not usable:
        why = "has no folder of Markdown" if posts else "names no folder of posts"
        for setting in ("content.seeds", "content.permalink"):
            found.unknown(setting, why, config, posts.line if posts else 0)
        return
    source, target = usable[0].members[:2]
    found.attempt(
        "content.seeds",
        lambda: site_values.folder(site_values.text(source).rpartition("/")[0] or "."),
        config,
        source,
    )
    end = "/" if site_values.flag(config.at("PRETTY_URLS"), True) else ".html"
    found.attempt(
        "content.permalink",
        lambda: f"/{site_values.folder(site_values.text(target))}/:sections/:slug{end}".replace(
            "/./", "/"
        ),
        config,
        target,
    )


def _suffix(row: ConfigValue) -> str:
    return f".{site_values.text_or(row.members[0], '').rpartition('.')[2]}"
