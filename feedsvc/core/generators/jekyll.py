"""Jekyll: `_config.yml`, https://jekyllrb.com/docs/configuration/."""

from feedsvc.core.generators import patterns
from feedsvc.core.generators.configs import site_values
from feedsvc.core.generators.configs.config_values import ConfigValue
from feedsvc.core.generators.configs.generator_config import GeneratorConfig
from feedsvc.core.generators.gathered import Configs, Gathered
from feedsvc.core.generators.recognised import Recognised

_FEED_PLUGIN = "jekyll-feed"


def gather(configs: Configs, config: GeneratorConfig) -> Recognised:
    """What a config of Jekyll says."""
    found = Gathered("jekyll", config)
    found.people(config, config.at("author"))
    found.site(
        config,
        {
            "title": [config.at("title"), config.at("name")],
            "subtitle": [config.at("description"), config.at("tagline")],
            "email": [config.at("email")],
            "language": [config.at("lang"), config.at("locale")],
            "timezone": [config.at("timezone")],
        },
    )
    found.default("site.timezone", "UTC")  # of dates without an offset in YAML
    base = config.at("baseurl")
    found.take("site.url", config, config.at("url"), site_values.site_url(base))
    source, collections = config.at("source"), config.at("collections_dir")
    found.attempt(
        "content.seeds",
        lambda: site_values.folder(
            site_values.given(source, "."), site_values.given(collections, "."), "_posts"
        ),
        config,
        collections or source,
    )
    pattern = _permalink(config)
    found.attempt(
        "content.permalink",
        lambda: patterns.jekyll(site_values.given(pattern, "date")),
        config,
        pattern,
    )
    found.default("content.tag_separators", ", ")
    found.take("feeds.entries", config, config.at("feed", "posts_limit"), site_values.entries)
    return found.recognised(_feeds(configs, config))


def _permalink(config: GeneratorConfig) -> ConfigValue | None:
    """The pattern for posts: of the front matter defaults, the collection or the site."""
    defaults = config.at("defaults")
    for each in defaults.members if defaults else ():
        kind, path = each.at("scope", "type"), each.at("scope", "path")
        is_for_posts = site_values.text_or(kind, "posts") == "posts"
        if is_for_posts and site_values.text_or(path, "") in ("", "_posts"):
            pattern = each.at("values", "permalink")
            if pattern:
                return pattern
    return config.at("collections", "posts", "permalink") or config.at("permalink")


def _feeds(configs: Configs, config: GeneratorConfig) -> list[str]:
    plugins = [*site_values.texts(config.at("plugins")), *site_values.texts(config.at("gems"))]
    if _FEED_PLUGIN not in plugins and not config.at("feed"):
        return []
    return [site_values.text_or(config.at("feed", "path"), "feed.xml")]
