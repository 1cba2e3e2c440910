"""Zola: `zola.toml` or `config.toml`, https://www.getzola.org/documentation/."""

from feedsvc.core.generators.configs import site_values
from feedsvc.core.generators.configs.generator_config import GeneratorConfig
from feedsvc.core.generators.gathered import Configs, Gathered
from feedsvc.core.generators.recognised import Recognised


def gather(_configs: Configs, config: GeneratorConfig) -> Recognised:
    """What a config of Zola says."""
    found = Gathered("zola", config)
    own = config.at("languages", site_values.text_or(config.at("default_language"), "en"))
    found.site(
        config,
        {
            "title": [config.at("title"), own.at("title") if own else None],
            "subtitle": [config.at("description"), own.at("description") if own else None],
            "url": [config.at("base_url")],
            "language": [config.at("default_language")],
            "email": [config.at("extra", "email")],
        },
    )
    found.people(config, config.at("author"), config.at("extra", "author"))
    found.default("site.language", "en")
    found.default("site.timezone", "UTC")
    found.default("content.seeds", "content")
    found.default("content.permalink", "/:sections/:dateless/")
    found.take("feeds.entries", config, config.at("feed_limit"), site_values.entries)
    makes = config.at("generate_feeds") or config.at("generate_feed")
    if not site_values.flag(makes, False):
        return found.recognised()
    names = config.at("feed_filenames") or config.at("feed_filename")
    return found.recognised(site_values.texts(names) or ["atom.xml"])
