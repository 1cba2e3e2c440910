"""Material for MkDocs: `mkdocs.yml` with the blog plugin.

https://squidfunk.github.io/mkdocs-material/plugins/blog/.
"""

from typing import Final

from feedsvc.core.generators import patterns
from feedsvc.core.generators.configs import site_values
from feedsvc.core.generators.configs.config_values import NOTHING, ConfigValue, NotLiteral
from feedsvc.core.generators.configs.generator_config import GeneratorConfig
from feedsvc.core.generators.gathered import Configs, Gathered
from feedsvc.core.generators.recognised import Recognised

AUTHORS: Final = "docs/blog/.authors.yml"
_RSS: Final = {
    "rss_created": "feed_rss_created.xml",
    "rss_updated": "feed_rss_updated.xml",
    "json_created": "feed_json_created.json",
}


def gather(configs: Configs, config: GeneratorConfig) -> Recognised:
    """What a config of MkDocs says."""
    found, blog = Gathered("mkdocs", config), _plugin(config, "blog", "material/blog")
    found.site(
        config,
        {
            "title": [config.at("site_name")],
            "subtitle": [config.at("site_description")],
            "url": [config.at("site_url")],
            "author": [config.at("site_author")],
            "language": [config.at("theme", "language")],
        },
    )
    found.default("site.language", "en")
    found.default("site.timezone", "UTC")
    if blog is None:
        _pages(found, config)
    else:
        _posts(found, config, blog)
    rss = _plugin(config, "rss")
    if AUTHORS in configs:
        found.authors(configs[AUTHORS], configs[AUTHORS].at("authors") or NOTHING)
    if rss is None:
        return found.recognised()
    found.take("feeds.entries", config, rss.at("length"), site_values.entries)
    names = rss.at("feeds_filenames") or NOTHING
    return found.recognised(
        [site_values.text_or(names.at(name), default) for name, default in _RSS.items()]
    )


def _plugin(config: GeneratorConfig, *names: str) -> ConfigValue | None:
    """The options of a plugin, which may be a list of names or maps, or one map."""
    plugins = config.at("plugins") or NOTHING
    for each in (*plugins.members, plugins):
        for name in names:
            if name in each.keys:
                return each.at(name) or NOTHING
            if each.content == name:
                return NOTHING
    return None


def _pages(found: Gathered, config: GeneratorConfig) -> None:
    """Without a blog, all pages are posts, at the paths of their files."""
    docs = config.at("docs_dir")
    found.attempt(
        "content.seeds",
        lambda: site_values.folder(site_values.given(docs, "docs")),
        config,
        docs,
    )
    end = "/" if site_values.flag(config.at("use_directory_urls"), True) else ".html"
    found.default("content.permalink", f"/:sections/:name{end}")


def _posts(found: Gathered, config: GeneratorConfig, blog: ConfigValue) -> None:
    docs, folder, posts = config.at("docs_dir"), blog.at("blog_dir"), blog.at("post_dir")

    def seeds() -> str:
        name = site_values.given(folder, "blog")
        inner = site_values.given(posts, "{blog}/posts").replace("{blog}", name)
        return site_values.folder(site_values.given(docs, "docs"), inner)

    found.attempt("content.seeds", seeds, config, posts or folder or docs)
    pattern, date = blog.at("post_url_format"), blog.at("post_url_date_format")

    def permalink() -> str:
        base = site_values.folder(site_values.given(folder, "blog"))
        words = site_values.given(pattern, "{date}/{slug}")
        if "{slug}" in words:
            _check_slugs(blog.at("post_slugify"))
        end = "/" if site_values.flag(config.at("use_directory_urls"), True) else ".html"
        template = patterns.mkdocs(
            words.strip("/"), site_values.given(date, "yyyy/MM/dd"), ":mkdocs_slug"
        )
        return f"{'' if base == '.' else f'/{base}'}{template}{end}"

    found.attempt("content.permalink", permalink, config, pattern or date or folder)


def _check_slugs(how: ConfigValue | None) -> None:
    """Raise ValueError if slugs are made in another way than the usual one."""
    if how and not (
        isinstance(how.content, NotLiteral) and "pymdownx.slugs" in how.content.why
    ):
        raise ValueError("depends on post_slugify, which feedsvc does not know")
