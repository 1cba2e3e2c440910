"""How posts are read: the part of the settings that shows in no feed by itself."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from feedsvc.core.people import Person

Dialect: TypeAlias = Literal["auto", "yaml", "toml", "json", "headers"]
DIALECTS: Final[tuple[Dialect, ...]] = ("auto", "yaml", "toml", "json", "headers")

# What files and folders may be named for; not `it`, `cs`, `id` and `ml`, which have other uses.
LANGUAGES: Final = (
    *("ar", "bn", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hu", "ja"),
    *("ko", "nl", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh"),
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides how a file's bytes become a post; see docs/configuration.md, `[content]`.

    `permalink` is a template such as `/posts/:key/`. `categories` is `hexo` (a flat list is one
    path) or `flat`. `dialect` and `encoding` are of the files; a text of tags is split at any
    of `tag_separators`. `encrypted` is `hidden` or `teaser`. With `id_is_guid` the key `id`
    says what `guid` does. `languages` are those that names of files and folders may tell.
    `authors` are the people that a post may name by a key. Aliases are pairs of a name and the
    one that it means, categories with `/`. Feeds at the paths `gone` end with their last entry.
    No post is hidden because of a key among `harmless_keys`.
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
    gone: tuple[str, ...] = ()
    harmless_keys: tuple[str, ...] = ()
