"""Defines the settings for reading posts; the bytes of feeds do not contain them."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from feedsvc.core.people import Person

Dialect: TypeAlias = Literal["auto", "yaml", "toml", "json", "headers"]
DIALECTS: Final[tuple[Dialect, ...]] = ("auto", "yaml", "toml", "json", "headers")

# Languages in names of files and folders. `it`, `cs`, `id` and `ml` have other meanings.
LANGUAGES: Final = (
    *("ar", "bn", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hu", "ja"),
    *("ko", "nl", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh"),
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for reading posts; see docs/configuration.md, `[content]`.

    `permalink` is a template such as `/posts/:key/`. `categories` is `hexo` (a flat list is one
    path) or `flat`. `dialect` and `encoding` are those of the files. A text of tags is split at
    the characters in `tag_separators`; with a space there and `flat`, a text of categories too.
    `encrypted` is `hidden` or `teaser`. If `id_is_guid`,
    the key `id` means the same as `guid`. `languages` are recognised in names of files and
    folders. `authors` are people whom posts may name by a key. An alias is a pair of a name and
    the name it means; categories are joined by `/`. `tag_redirects` are pairs of the old and
    the new name of a tag; they change no post. Feeds at the paths `gone` end with their last
    entry. `harmless_keys` never hide a post. `updated` is
    `front-matter`, or `ledger` if an edit of the words moves it too.
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
