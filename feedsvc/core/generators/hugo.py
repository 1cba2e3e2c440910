"""Hugo: `hugo.toml` and the folder `config/`, https://gohugo.io/configuration/."""

from collections.abc import Iterator
from typing import Final

from feedsvc.core.generators import patterns
from feedsvc.core.generators.configs import site_values
from feedsvc.core.generators.configs.config_values import ConfigValue
from feedsvc.core.generators.configs.generator_config import GeneratorConfig
from feedsvc.core.generators.gathered import Configs, Gathered
from feedsvc.core.generators.recognised import Recognised

_SUFFIXES: Final = ("toml", "yaml", "yml", "json")
MAIN_NAMES: Final = (
    *(f"hugo.{suffix}" for suffix in _SUFFIXES),
    *(f"config/_default/hugo.{suffix}" for suffix in _SUFFIXES),
    *(f"config/_default/config.{suffix}" for suffix in _SUFFIXES),
)
OLD_NAMES: Final = tuple(f"config.{suffix}" for suffix in _SUFFIXES)  # which others have too
_SECTIONS: Final = ("params", "languages", "permalinks", "services")  # files of their own
NAMES: Final = (
    *(
        f"config/production/{name}.{suffix}"
        for name in ("hugo", "config")
        for suffix in _SUFFIXES
    ),
    *MAIN_NAMES,
    *OLD_NAMES,
    *(f"config/_default/{name}.{suffix}" for name in _SECTIONS for suffix in _SUFFIXES),
)


class _SiteConfig:
    """All config files of a site. Case does not matter in keys."""

    def __init__(self, configs: Configs) -> None:
        self.files = [configs[name] for name in NAMES if name in configs]

    def all(self, *path: str) -> Iterator[tuple[GeneratorConfig, ConfigValue]]:
        """The values at a path, those that take precedence first."""
        for file in self.files:
            stem = file.name.rpartition("/")[2].partition(".")[0]
            inner = path
            if stem in _SECTIONS:
                if path[0] != stem:
                    continue
                inner = path[1:]
            value = _at(file.root, inner)
            if value:
                yield file, value

    def first(self, *path: str) -> tuple[GeneratorConfig | None, ConfigValue | None]:
        """The first of them, or nothing."""
        return next(self.all(*path), (None, None))

    def text(self, default: str, *path: str) -> str:
        """The first text at a path."""
        return site_values.text_or(self.first(*path)[1], default)


def _at(value: ConfigValue, path: tuple[str, ...]) -> ConfigValue | None:
    found: ConfigValue | None = value
    for key in path:
        folded = {name.lower(): child for name, child in found.keys.items()} if found else {}
        found = folded.get(key.lower())
    return found if found and found.content is not None else None


def gather(configs: Configs, main: GeneratorConfig) -> Recognised:
    """What the config files of Hugo say."""
    config, found = _SiteConfig(configs), Gathered("hugo", main)
    language = config.text("en", "defaultContentLanguage")
    own = ("languages", language)
    _take(found, config, "title", (*own, "title"), ("title",))
    _take(
        *(found, config, "subtitle"),
        *((*own, "params", "subtitle"), ("params", "subtitle")),
        *((*own, "params", "description"), ("params", "description"), ("params", "desc")),
    )
    for author in ((*own, "params", "author"), ("params", "author"), ("author",)):
        for file, value in config.all(*author):
            found.people(file, value)
    _take(found, config, "email", ("params", "email"))
    _take(
        *(found, config, "language"),
        *((*own, "locale"), ("locale",), (*own, "languageCode"), ("languageCode",)),
        ("defaultContentLanguage",),
    )
    found.default("site.language", "en")
    _take(found, config, "timezone", ("timeZone",), (*own, "timeZone"))
    found.default("site.timezone", "UTC")
    _take(found, config, "url", (*own, "baseURL"), ("baseURL",))
    _posts(found, config, own)
    for limit in (("services", "rss", "limit"), ("rssLimit",)):
        for file, value in config.all(*limit):
            found.take("feeds.entries", file, value, site_values.entries)
    in_folder = site_values.flag(config.first("defaultContentLanguageInSubdir")[1], False)
    name = config.text("index", "outputFormats", "RSS", "baseName")
    return found.recognised([f"{language}/{name}.xml" if in_folder else f"{name}.xml"])


def _take(found: Gathered, config: _SiteConfig, name: str, *paths: tuple[str, ...]) -> None:
    for path in paths:
        for file, value in config.all(*path):
            found.site(file, {name: [value]})


def _posts(found: Gathered, config: _SiteConfig, own: tuple[str, str]) -> None:
    folder_file, folder = config.first(*own, "contentDir")
    if folder is None:
        folder_file, folder = config.first("contentDir")
    main = config.files[0]
    found.attempt(
        "content.seeds",
        lambda: site_values.folder(site_values.given(folder, "content")),
        folder_file or main,
        folder,
    )
    file, sections = config.first("params", "mainSections")
    if file is None:
        file, sections = config.first("mainSections")
    names = site_values.texts(sections)
    if file and sections and names:
        globs = tuple(f"{name}/**" for name in names)
        found.put("content.include", globs, file, sections.line)
    _permalink(found, config, names)


def _permalink(found: Gathered, config: _SiteConfig, main_sections: list[str]) -> None:
    """The one pattern of all sections that hold posts."""
    sections: dict[str, tuple[GeneratorConfig, ConfigValue]] = {}
    for path in (("permalinks", "page"), ("permalinks",)):
        for file, table in config.all(*path):
            for name, value in table.keys.items():
                if not value.keys and name not in ("page", "section", "taxonomy", "term"):
                    sections.setdefault(name.lower(), (file, value))
    posts = [name for name in main_sections if name.lower() in sections] or [*sections]
    if main_sections and not any(name.lower() in sections for name in main_sections):
        posts = []
    patterns_of_posts = {
        site_values.text_or(sections[name.lower()][1], ""): sections[name.lower()]
        for name in posts
    }
    ugly = site_values.flag(config.first("uglyURLs")[1], False)
    if not patterns_of_posts:
        end = ".html" if ugly else "/"
        found.default("content.permalink", f"/:sections/:slugorcontentbasename{end}")
        return
    pattern, (file, value) = next(iter(patterns_of_posts.items()))
    if len(patterns_of_posts) > 1:
        why = "differs from section to section"
        found.unknown("content.permalink", why, file, value.line)
        return
    found.attempt("content.permalink", lambda: patterns.hugo(pattern), file, value)


def is_hugo(root: ConfigValue) -> bool:
    """True if a `config.toml` or the like is one of Hugo."""
    keys = {key.lower() for key in root.keys}
    return bool(keys & {"baseurl", "languagecode", "defaultcontentlanguage", "contentdir"})
