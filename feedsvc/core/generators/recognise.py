"""Recognises the generator of a blog by its config files."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from feedsvc.core.generators import (
    astro,
    docusaurus,
    eleventy,
    hexo,
    hugo,
    jekyll,
    mkdocs,
    obsidian,
    python_blogs,
    quarto,
    zola,
)
from feedsvc.core.generators.configs.generator_config import GeneratorConfig, read_config
from feedsvc.core.generators.gathered import Configs, Gathered
from feedsvc.core.generators.recognised import Recognised

_Gather: TypeAlias = Callable[[Configs, GeneratorConfig], Recognised]

_UNDERSCORED: Final = ("_config.yml", "_config.yaml", "_config.toml")

# Paths below the folder of the blog. Some only have to exist.
CONFIG_NAMES: Final[tuple[str, ...]] = tuple(
    dict.fromkeys(
        [
            *(*hugo.NAMES, "zola.toml", *docusaurus.MAIN_NAMES, docusaurus.AUTHORS),
            *(*astro.NAMES, "pelicanconf.py", "publishconf.py", "conf.py"),
            *("_quarto.yml", "_quarto.yaml", *quarto.PAGES),
            *(*eleventy.MAIN_NAMES, *eleventy.DATA_NAMES),
            *(*_UNDERSCORED, "package.json", "Gemfile"),
            *("mkdocs.yml", "mkdocs.yaml", mkdocs.AUTHORS, *obsidian.MAIN_NAMES),
        ]
    )
)
# What only one of the two has in its `_config.yml`.
_OF_HEXO: Final = frozenset(
    [
        *("source_dir", "public_dir", "new_post_name", "default_layout", "post_asset_folder"),
        *("skip_render", "render_drafts", "filename_case", "external_link", "pretty_urls"),
        *("archive_dir", "category_dir", "tag_dir", "code_dir", "i18n_dir", "root", "deploy"),
        *("per_page", "category_map", "tag_map", "permalink_defaults", "titlecase"),
        *("subtitle", "index_generator", "writing_mode", "syntax_highlighter"),
    ]
)
_OF_JEKYLL: Final = frozenset(
    [
        *("baseurl", "kramdown", "plugins", "gems", "collections", "collections_dir"),
        *("defaults", "remote_theme", "sass", "markdown", "paginate", "paginate_path"),
        *("minima", "github_username", "repository", "lsi", "safe", "incremental"),
        *("destination", "source", "layouts_dir", "plugins_dir", "data_dir", "liquid"),
        *("show_drafts", "limit_posts", "excerpt_separator", "encoding"),
    ]
)


def recognise(files: Mapping[str, bytes]) -> Recognised:
    """The generator whose config `files` are, by path, and what they say.

    `files` are those of CONFIG_NAMES that exist. Files of no generator give `plain`. If the
    files of several are there, the one counts whose files nothing else uses: a vault of
    Obsidian with `hugo.toml` is a site of Hugo. Paths in settings are relative to the folder
    of the blog. Never raises for any bytes.
    """
    configs = {name: read_config(name, files[name]) for name in CONFIG_NAMES if name in files}
    for names, is_one, gather in _KINDS:
        for name in names:
            if name in configs and is_one(configs, configs[name]):
                return gather(configs, configs[name])
    plain = Gathered("plain", GeneratorConfig(""))
    plain.default("content.seeds", ".")
    return plain.recognised()


def _always(_configs: Configs, _config: GeneratorConfig) -> bool:
    return True


def _is_nikola(_configs: Configs, config: GeneratorConfig) -> bool:
    """True unless it is the `conf.py` of Sphinx or of another program."""
    return bool(config.at("BLOG_TITLE") or config.at("POSTS"))


def _is_zola(_configs: Configs, config: GeneratorConfig) -> bool:
    return config.at("base_url") is not None


def _is_hugo(_configs: Configs, config: GeneratorConfig) -> bool:
    return hugo.is_hugo(config.root)


def _uses_eleventy(_configs: Configs, config: GeneratorConfig) -> bool:
    """True for a package.json that requires 11ty, which works without a config."""
    kinds = ("dependencies", "devDependencies")
    return any(config.at(kind, "@11ty/eleventy") for kind in kinds)


def _is_hexo(configs: Configs, config: GeneratorConfig) -> bool:
    package = configs.get("package.json")
    if package and (package.at("dependencies", "hexo") or package.at("hexo")):
        return True
    if "Gemfile" in configs:
        return False
    keys = config.root.keys.keys()
    return len(keys & _OF_HEXO) > len(keys & _OF_JEKYLL)


# The most specific names first: the first kind that is there counts.
_KINDS: Final[
    tuple[tuple[tuple[str, ...], Callable[[Configs, GeneratorConfig], bool], _Gather], ...]
] = (
    (hugo.MAIN_NAMES, _always, hugo.gather),
    (("zola.toml",), _always, zola.gather),
    (docusaurus.MAIN_NAMES, _always, docusaurus.gather),
    (astro.MAIN_NAMES, _always, astro.gather),
    (("pelicanconf.py",), _always, python_blogs.gather_pelican),
    (("conf.py",), _is_nikola, python_blogs.gather_nikola),
    (("_quarto.yml", "_quarto.yaml"), _always, quarto.gather),
    (eleventy.MAIN_NAMES, _always, eleventy.gather),
    (("package.json",), _uses_eleventy, eleventy.gather),
    (_UNDERSCORED, _is_hexo, hexo.gather),
    (_UNDERSCORED, _always, jekyll.gather),
    (("config.toml",), _is_zola, zola.gather),
    (hugo.OLD_NAMES, _is_hugo, hugo.gather),
    (("mkdocs.yml", "mkdocs.yaml"), _always, mkdocs.gather),
    (obsidian.MAIN_NAMES, _always, obsidian.gather),
)
