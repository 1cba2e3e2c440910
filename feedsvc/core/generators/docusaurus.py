"""Docusaurus: `docusaurus.config.js` and its blog plugin.

https://docusaurus.io/docs/api/plugins/@docusaurus/plugin-content-blog.
"""

from typing import Final

from feedsvc.core.generators.configs import site_values
from feedsvc.core.generators.configs.config_values import NOTHING, ConfigValue
from feedsvc.core.generators.configs.generator_config import GeneratorConfig
from feedsvc.core.generators.gathered import Configs, Gathered
from feedsvc.core.generators.recognised import Recognised

MAIN_NAMES: Final = tuple(f"docusaurus.config.{s}" for s in ("ts", "js", "mjs", "cjs", "mts"))
AUTHORS: Final = "blog/authors.yml"
_PLUGIN: Final = "@docusaurus/plugin-content-blog"
_FILES: Final = {"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"}


def gather(configs: Configs, config: GeneratorConfig) -> Recognised:
    """What a config of Docusaurus says."""
    found, site = Gathered("docusaurus", config), config.at("default") or NOTHING
    found.site(
        config,
        {
            "title": [site.at("title")],
            "subtitle": [site.at("tagline")],
            "language": [site.at("i18n", "defaultLocale")],
        },
    )
    found.take("site.url", config, site.at("url"), site_values.site_url(site.at("baseUrl")))
    found.default("site.language", "en")
    found.default("site.timezone", "UTC")
    blog = _blog(site)
    folder, route = blog.at("path"), blog.at("routeBasePath")
    found.attempt(
        "content.seeds",
        lambda: site_values.folder(site_values.given(folder, "blog")),
        config,
        folder,
    )
    end = "/" if site_values.flag(site.at("trailingSlash"), False) else ""
    found.attempt(
        "content.permalink",
        lambda: f"{_base(route)}/:docusaurus_path{end}",
        config,
        route,
    )
    limit = blog.at("feedOptions", "limit")
    found.take("feeds.entries", config, limit, site_values.entries)
    if AUTHORS in configs:
        found.authors(configs[AUTHORS], configs[AUTHORS].root)
    return found.recognised(_feeds(blog))


def _blog(site: ConfigValue) -> ConfigValue:
    """The options of the blog: in a preset, or of the plugin alone."""
    for preset in (site.at("presets") or NOTHING).members:
        for options in preset.members[1:2]:
            blog = options.at("blog")
            if blog and blog.keys:
                return blog
    for plugin in (site.at("plugins") or NOTHING).members:
        match plugin.members:
            case [name, options] if site_values.text_or(name, "") == _PLUGIN:
                return options
    return NOTHING


def _base(route: ConfigValue | None) -> str:
    path = site_values.given(route, "blog").strip("/")
    return f"/{path}" if path else ""


def _feeds(blog: ConfigValue) -> list[str]:
    kind = blog.at("feedOptions", "type")
    kinds = site_values.texts(kind) if kind else ["rss", "atom"]
    try:
        base = _base(blog.at("routeBasePath"))
    except ValueError:
        return []
    chosen = _FILES if "all" in kinds else kinds
    return [f"{base}/{_FILES[each]}" for each in chosen if each in _FILES]
