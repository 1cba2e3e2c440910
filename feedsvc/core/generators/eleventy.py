"""11ty: `eleventy.config.js`, its feed plugin, and the metadata in `_data`.

https://www.11ty.dev/docs/config/, https://www.11ty.dev/docs/plugins/rss/.
"""

from typing import Final

from feedsvc.core.generators.configs import site_values
from feedsvc.core.generators.configs.config_values import NOTHING, ConfigValue
from feedsvc.core.generators.configs.generator_config import GeneratorConfig
from feedsvc.core.generators.gathered import Configs, Gathered
from feedsvc.core.generators.recognised import Recognised

MAIN_NAMES: Final = (
    *(".eleventy.js", "eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs"),
    "eleventy.config.ts",
)
_FOLDERS: Final = ("_data", "src/_data", "content/_data")
DATA_NAMES: Final = tuple(
    f"{folder}/{name}.{suffix}"
    for folder in _FOLDERS
    for name in ("metadata", "site", "meta")
    for suffix in ("js", "json", "cjs", "mjs", "ts")
)


def gather(configs: Configs, config: GeneratorConfig) -> Recognised:
    """What the config and the metadata of 11ty say."""
    found = Gathered("11ty", config)
    for name in DATA_NAMES:
        if name in configs:
            _site(found, configs[name], configs[name].at("default") or configs[name].root)
    feed = _feed_options(config)
    _site(found, config, feed.at("metadata") or NOTHING)
    found.default("site.timezone", "UTC")  # of dates without an offset
    _posts(found, config)
    limit = feed.at("collection", "limit")
    found.take("feeds.entries", config, limit, site_values.entries)
    return found.recognised(
        [site_values.text_or(feed.at("outputPath"), "feed/feed.xml")] if feed.keys else []
    )


def _site(found: Gathered, file: GeneratorConfig, data: ConfigValue) -> None:
    found.site(
        file,
        {
            "title": [data.at("title"), data.at("name")],
            "subtitle": [data.at("subtitle"), data.at("description")],
            "url": [data.at(name) for name in ("url", "siteUrl", "baseUrl", "base")],
            "language": [data.at(name) for name in ("language", "lang", "locale")],
            "timezone": [data.at("timezone")],
            "email": [data.at("email")],
        },
    )
    found.people(file, data.at("author"), data.at("authorName"))


def _feed_options(config: GeneratorConfig) -> ConfigValue:
    """The options of the feed plugin: of the first plugin that has metadata."""
    for call in (config.at("addPlugin()") or NOTHING).members:
        options = call.members[1] if len(call.members) > 1 else NOTHING
        if options.at("metadata") or options.at("outputPath"):
            return options
    return NOTHING


def _posts(found: Gathered, config: GeneratorConfig) -> None:
    calls = (config.at("setInputDirectory()") or NOTHING).members
    of_call = calls[-1].members[0] if calls and calls[-1].members else None
    folder = (
        of_call or config.at("config", "dir", "input") or config.at("default", "dir", "input")
    )
    found.attempt(
        "content.seeds",
        lambda: site_values.folder(site_values.given(folder, ".")),
        config,
        folder,
    )
    found.default("content.exclude", ("node_modules/**",))
    found.default("content.permalink", "/:sections/:dateless/")
