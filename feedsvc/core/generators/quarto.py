"""Quarto: `_quarto.yml`, and the listing of posts in the front matter of a page.

https://quarto.org/docs/websites/website-blog.html.
"""

from collections.abc import Iterator
from typing import Final

from feedsvc.core.generators.configs import site_values
from feedsvc.core.generators.configs.config_values import NOTHING, ConfigValue
from feedsvc.core.generators.configs.generator_config import GeneratorConfig
from feedsvc.core.generators.gathered import Configs, Gathered
from feedsvc.core.generators.recognised import Recognised

PAGES: Final = ("index.qmd", "blog.qmd", "posts.qmd", "index.md", "blog/index.qmd")


def gather(configs: Configs, config: GeneratorConfig) -> Recognised:
    """What a config of Quarto and its pages say."""
    found, site = Gathered("quarto", config), config.at("website") or NOTHING
    found.site(
        config,
        {
            "title": [site.at("title"), config.at("title"), config.at("book", "title")],
            "subtitle": [site.at("description"), config.at("description")],
            "language": [config.at("lang")],
        },
    )
    base = site.at("site-path")
    found.take("site.url", config, site.at("site-url"), site_values.site_url(base))
    found.people(config, config.at("author"), site.at("author"))
    found.default("site.language", "en")
    found.default("site.timezone", "UTC")
    feeds = []
    for page, listing in _listings(configs):
        _seeds(found, page, listing)
        feed = listing.at("feed")
        if feed and (feed.keys or site_values.flag(feed, False)):
            feeds.append(page.name.replace(".qmd", ".xml").replace(".md", ".xml"))
            found.take("feeds.entries", page, feed.at("items"), site_values.entries)
    found.default("content.seeds", "posts")
    found.permalink_below_seeds(":quarto_path")
    return found.recognised(feeds)


def _listings(configs: Configs) -> Iterator[tuple[GeneratorConfig, ConfigValue]]:
    """The listings of pages, with the page."""
    for name in PAGES:
        listing = configs[name].at("listing") if name in configs else None
        for each in (listing.members or (listing,)) if listing else ():
            if each.keys:
                yield configs[name], each


def _seeds(found: Gathered, page: GeneratorConfig, listing: ConfigValue) -> None:
    """The folder of a listing's `contents`, which are folders or globs."""
    contents = listing.at("contents")
    for value in contents.members if contents else ():
        glob = site_values.text_or(value, "")
        folder = glob.partition("*")[0].rstrip("/")
        if folder.endswith((".qmd", ".md", ".ipynb", ".yml", ".yaml")):
            folder = folder.rpartition("/")[0]
        if folder:
            above = page.name.rpartition("/")[0]
            found.attempt(
                *("content.seeds", lambda: site_values.folder(above or ".", folder)),  # noqa: B023
                *(page, value),
            )
            return
