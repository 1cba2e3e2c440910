"""Astro: `astro.config.mjs`, the constants of its themes, and the pages of its posts.

https://docs.astro.build/en/reference/configuration-reference/. Astro itself knows neither a
title nor an author; its themes have them in a module of constants.
"""

from typing import Final

from feedsvc.core.generators.configs import site_values
from feedsvc.core.generators.configs.config_values import NOTHING, ConfigValue
from feedsvc.core.generators.configs.generator_config import GeneratorConfig
from feedsvc.core.generators.gathered import Configs, Gathered
from feedsvc.core.generators.recognised import Recognised

MAIN_NAMES: Final = tuple(f"astro.config.{s}" for s in ("mjs", "ts", "js", "mts", "cjs"))
_CONSTANTS: Final = tuple(
    f"src/{name}.{suffix}"
    for name in ("consts", "constants", "config", "site.config", "data/site.config")
    for suffix in ("ts", "js", "mjs")
)
_COLLECTIONS: Final = (
    *("src/content.config.ts", "src/content.config.mjs", "src/content.config.js"),
    *("src/content/config.ts", "src/content/config.mjs", "src/content/config.js"),
)
_BLOGS: Final = ("blog", "posts", "post", "articles", "writing", "notes")
# A page exists for the addresses of posts; what is in it does not matter.
_PAGES: Final = {
    f"src/pages/{folder}{name}{end}": folder
    for folder in (*(f"{blog}/" for blog in _BLOGS), "")
    for name in ("[...slug]", "[slug]", "[...id]", "[id]")
    for end in (".astro", "/index.astro")
}
_FEEDS: Final = {
    f"src/pages/{name}.xml.{suffix}": f"{name}.xml"
    for name in ("rss", "feed", "atom", "index")
    for suffix in ("js", "ts")
}
NAMES: Final = (*MAIN_NAMES, *_CONSTANTS, *_COLLECTIONS, *_PAGES, *_FEEDS)

_OBJECTS: Final = ("site", "siteconfig", "site_config", "config", "siteinfo", "default")
_PEOPLE: Final = ("profileconfig", "profile", "author")
_KEYS: Final = {
    "title": ("title", "name", "site_title", "sitename"),
    "subtitle": ("subtitle", "description", "desc", "site_description"),
    "url": ("url", "website", "site_url", "siteurl", "site"),
    "author": ("author", "site_author"),
    "email": ("email",),
    "language": ("language", "lang", "locale", "site_lang"),
    "timezone": ("timezone",),
}


def gather(configs: Configs, config: GeneratorConfig) -> Recognised:
    """What the files of an Astro site say."""
    found = Gathered("astro", config)
    own = config.at("default") or NOTHING
    found.take("site.url", config, own.at("site"), site_values.site_url(own.at("base")))
    found.take("site.language", config, own.at("i18n", "defaultLocale"), site_values.language)
    for name in _CONSTANTS:
        if name in configs:
            _constants(found, configs[name])
    found.default("site.timezone", "UTC")  # of dates without an offset, in JavaScript
    _seeds(found, configs)
    _permalink(found, configs, own)
    return found.recognised([feed for name, feed in _FEEDS.items() if name in configs])


def _constants(found: Gathered, file: GeneratorConfig) -> None:
    top = {name.lower(): value for name, value in file.root.keys.items()}
    plain = ConfigValue({f"{name}": value for name, value in top.items() if "site" in name}, 0)
    objects = [top[name] for name in _OBJECTS if name in top and top[name].keys]
    for each in (*objects, plain):
        keys = {name.lower(): value for name, value in each.keys.items()}
        for setting, names in _KEYS.items():
            values = [keys[name] for name in names if name in keys and not keys[name].keys]
            if setting != "author":
                found.site(file, {setting: values})
        found.people(file, *(keys.get(name) for name in _KEYS["author"]))
    for name in _PEOPLE:
        if name in top:
            found.people(file, top[name])


def _seeds(found: Gathered, configs: Configs) -> None:
    """The folder of the collection whose name is that of a blog."""
    for name in _COLLECTIONS:
        file = configs.get(name)
        if file is None:
            continue
        bases = [
            base
            for call in (file.at("glob()") or NOTHING).members
            for options in call.members[:1]
            for base in filter(None, [options.at("base")])
        ]
        bases.sort(key=lambda base: _last(base) not in _BLOGS)
        if bases:
            base = bases[0]
            found.attempt(
                *(
                    "content.seeds",
                    lambda base=base: site_values.folder(site_values.text(base)),
                ),
                *(file, base),
            )
            return
        collections = file.at("collections") or NOTHING
        named = [each for each in _BLOGS if each in collections.keys]
        if named:
            found.put("content.seeds", f"src/content/{named[0]}", file, collections.line)
            return
    found.default("content.seeds", "src/content/blog")


def _last(base: ConfigValue) -> str:
    return site_values.text_or(base, "").rstrip("/").rpartition("/")[2]


def _permalink(found: Gathered, configs: Configs, own: ConfigValue) -> None:
    pages = [(name, folder) for name, folder in _PAGES.items() if name in configs]
    if not pages:
        why = "is decided by a page in src/pages that feedsvc does not know"
        found.unknown("content.permalink", why)
        return
    name, folder = pages[0]
    never = site_values.text_or(own.at("trailingSlash"), "") == "never"
    files = site_values.text_or(own.at("build", "format"), "") == "file"
    end = "" if never or files else "/"
    found.put("content.permalink", f"/{folder}:key{end}", configs[name], 0)
