"""Defines the settings for reading posts; the bytes of feeds do not contain them."""

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, get_args

from feedsvc.core.people import Person

Dialect: TypeAlias = Literal["auto", "yaml", "toml", "json", "headers"]
DIALECTS: Final[tuple[Dialect, ...]] = ("auto", "yaml", "toml", "json", "headers")

# fmt: off
Generator: TypeAlias = Literal[
    "hexo", "jekyll", "hugo", "zola", "pelican", "nikola", "11ty",
    "astro", "docusaurus", "mkdocs", "quarto", "obsidian", "plain",
]
# fmt: on
GENERATORS: Final[tuple[Generator, ...]] = get_args(Generator)

AUTO: Final = "auto"
# Generators with a tree of categories, so that a flat list is one path: none of the others.
_WITH_PATHS: Final = ("", "hexo", "plain")

# Languages in names of files and folders. `it`, `cs`, `id` and `ml` have other meanings.
LANGUAGES: Final = (
    *("ar", "bn", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hu", "ja"),
    *("ko", "nl", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh"),
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for reading posts; see docs/configuration.md, `[content]`.

    `generator` is the one whose rules apply if generators disagree; AUTO until that is decided,
    and empty for the rules of feedsvc before it recognised generators. `permalink` is a
    template such as `/posts/:key/`. `categories` is `hexo` (a flat list is one path) or `flat`;
    AUTO leaves it to the generator. `dialect` and `encoding` are those of the files. A text of
    tags is split at the characters in `tag_separators`. `encrypted` is `hidden` or `teaser`. If
    `id_is_guid`, the key `id` means the same as `guid`. `languages` are recognised in names of
    files and folders. `authors` are people whom posts may name by a key. An alias is a pair of
    a name and the name it means; categories are joined by `/`. `tag_redirects` are pairs of the
    old and the new name of a tag; they change no post. Feeds at the paths `gone` end with their
    last entry. `harmless_keys` never hide a post. `updated` is `front-matter`, or `ledger` if
    an edit of the words moves it too. `dates` is `front-matter`, or `git` if the date of a post
    that has none is that of the commit that added its file.
    """

    permalink: str = "/posts/:key/"
    categories: str = "hexo"
    dialect: Dialect = "auto"
    encoding: str = "utf-8"
    tag_separators: str = ",，、;；"
    encrypted: str = "hidden"
    lead_image: bool = False
    id_is_guid: bool = False
    languages: tuple[str, ...] = LANGUAGES
    authors: tuple[tuple[str, Person], ...] = ()
    tag_aliases: tuple[tuple[str, str], ...] = ()
    category_aliases: tuple[tuple[str, str], ...] = ()
    tag_redirects: tuple[tuple[str, str], ...] = ()
    gone: tuple[str, ...] = ()
    harmless_keys: tuple[str, ...] = ()
    updated: str = "front-matter"
    dates: str = "front-matter"
    generator: str = ""

    def of(self, generator: str) -> "Rules":
        """The rules with the generator decided, and what follows from it."""
        categories = self.categories
        if categories == AUTO:
            categories = "hexo" if generator in _WITH_PATHS else "flat"
        return replace(self, generator=generator, categories=categories)
