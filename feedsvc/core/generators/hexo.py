"""Hexo: `_config.yml`, https://hexo.io/docs/configuration."""

from feedsvc.core.generators import patterns
from feedsvc.core.generators.configs import site_values
from feedsvc.core.generators.configs.generator_config import GeneratorConfig
from feedsvc.core.generators.gathered import Configs, Gathered
from feedsvc.core.generators.recognised import Recognised

_FEED_PLUGIN = "hexo-generator-feed"


def gather(configs: Configs, config: GeneratorConfig) -> Recognised:
    """What a config of Hexo says."""
    found = Gathered("hexo", config)
    found.site(
        config,
        {
            "title": [config.at("title")],
            "subtitle": [config.at("subtitle"), config.at("description")],
            "email": [config.at("email")],
            "language": [config.at("language")],
            "timezone": [config.at("timezone")],
        },
    )
    found.people(config, config.at("author"))
    found.unknown("site.timezone", "names no time zone; Hexo takes that of the machine")
    found.default("site.language", "en")
    found.take("site.url", config, config.at("url"), site_values.site_url(config.at("root")))
    _posts(found, config)
    found.take("feeds.entries", config, config.at("feed", "limit"), site_values.entries)
    return found.recognised(_feeds(configs, config))


def _posts(found: Gathered, config: GeneratorConfig) -> None:
    source = config.at("source_dir")
    found.attempt(
        "content.seeds",
        lambda: site_values.folder(site_values.given(source, "source"), "_posts"),
        config,
        source,
    )
    pattern = config.at("permalink")
    found.attempt(
        "content.permalink",
        lambda: patterns.hexo(
            site_values.given(pattern, ":year/:month/:day/:title/"),
            site_values.given(config.at("new_post_name"), ":title.md"),
            with_index=site_values.flag(config.at("pretty_urls", "trailing_index"), True),
            with_html=site_values.flag(config.at("pretty_urls", "trailing_html"), True),
        ),
        config,
        pattern,
    )


def _feeds(configs: Configs, config: GeneratorConfig) -> list[str]:
    """The feeds of the usual plugin, unless package.json says that it is not there."""
    package = configs.get("package.json")
    if package and package.root.keys and not package.at("dependencies", _FEED_PLUGIN):
        return []
    paths = config.at("feed", "path")
    if paths:
        return site_values.texts(paths)
    kinds = config.at("feed", "type")
    names = {"atom": "atom.xml", "rss2": "rss2.xml"}
    return [names[kind] for kind in site_values.texts(kinds) if kind in names] or ["atom.xml"]
