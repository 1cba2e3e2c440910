"""Reads the tags, categories and authors of a post, in the forms that generators allow."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, TypeVar

from feedsvc.core.addresses import web_url
from feedsvc.core.frontmatter.source import Value
from feedsvc.core.markdown.inline_text import words_of_links, words_of_only_links
from feedsvc.core.people import Person
from feedsvc.core.posts.fields import (
    NamedField,
    PostFields,
    Refused,
    shown,
)
from feedsvc.core.posts.keys import fold
from feedsvc.core.rules import AUTO, Rules
from feedsvc.core.text import nfc, one_line

_T = TypeVar("_T")
_MOST_TERMS: Final = 200  # tags, or categories, of one post
_LONGEST: Final = 200  # characters of a name
_DEEPEST: Final = 20  # levels of a category
_ADDRESS = re.compile(r"[^\s<>()@\"']+@[^\s<>()@\"']+\.[^\s<>()@\"']+")
_NAME_AND_ADDRESS = re.compile(r"(?P<name>[^<>]+?)\s*<(?P<email>[^<>\s]+)>")
_URI_KEYS: Final = ("uri", "url", "link", "website", "homepage")
_LABELS: Final = ("label", "name", "title", "tag", "term")
_DATED_NAME = re.compile(r"\d{2,4}-\d{1,2}-\d{1,2}-")
# Folders above Jekyll's _posts that hold the site's sources and are not categories.
_SOURCES: Final = frozenset(["source", "src", "docs", "content", "site", "collections"])


def tags_of(fields: PostFields, rules: Rules) -> tuple[str, ...]:
    """The tags, each once, without `#`; an alias is replaced by the name it means."""
    aliases = _aliases(rules.tag_aliases)
    for field in fields.with_meaning("tags"):
        members = _members(fields, field, _tag_separators(field, rules), rules)
        words = (_word(field, member).lstrip("#").strip() for member in members)
        tags = tuple(dict.fromkeys(aliases.get(word, word) for word in words if word))
        fields.record_origin("tags", field)
        return _at_most(field, tags)
    return ()


def name_of(member: Value) -> Value:
    """The name that a member of a list means; any other member unchanged.

    It is the label of a map (Docusaurus), or the words of a link of Obsidian. YAML reads such a
    link without quotes, `[[Jo|J]]`, as a list in a list.
    """
    if isinstance(member, dict):
        folded = {fold(key): value for key, value in member.items()}
        labels = (folded.get(key) for key in _LABELS)
        return next((name_of(label) for label in labels if isinstance(label, str)), member)
    is_list = isinstance(member, list)
    while isinstance(member, list) and len(member) == 1:
        member = member[0]
    if not isinstance(member, str):
        return member
    return member.rpartition("|")[2] if is_list else words_of_links(member)


def separate_words(field: NamedField, rules: Rules) -> list[Value]:
    """The members of a list of tags or categories, or the parts of a text; else empty.

    A text is also split at spaces where Jekyll does so.
    """
    if isinstance(field.value, str):
        return _parts(field.value, _tag_separators(field, rules))
    return field.value if isinstance(field.value, list) else []


def categories_of(
    fields: PostFields, rules: Rules, dialect: str
) -> tuple[tuple[str, ...], ...]:
    """The paths of the categories, each once, by Hexo's rules.

    A flat list is one path. If any member is a list, each member is a path. A text is one
    category, unless the rules are those of Jekyll. A post without categories gets one from its
    folders: those above `_posts` (Jekyll), or the folder of a file with headers (Pelican).
    """
    for field in fields.with_meaning("categories"):
        members = _members(fields, field, _category_separators(field, rules), rules)
        members = [member for member in members if member is not None and member != ""]
        paths: list[list[Value]] = [members]
        if rules.categories == "flat" or any(isinstance(m, list) for m in members):
            paths = [m if isinstance(m, list) else [m] for m in members]
        named = [tuple(filter(None, (_word(field, w) for w in path))) for path in paths]
        if max(map(len, named), default=0) > _DEEPEST:
            fault = f"{field.name} has a path of more than {_DEEPEST} levels"
            cure = "write categories: [[one], [two]] if one is not below the other"
            raise Refused("too-many", fault, cure, field)
        fields.record_origin("categories", field)
        return _at_most(field, _aliased(named, rules))
    path = _path_of_folders(fields.path, dialect)
    if path:
        fields.record_origin("categories", "the file's folder")
    return _aliased([path], rules)


def _aliased(paths: Iterable[tuple[str, ...]], rules: Rules) -> tuple[tuple[str, ...], ...]:
    aliases = _aliases(rules.category_aliases)
    meant = (_meant(path, aliases) for path in paths)
    return tuple(dict.fromkeys(path for path in meant if path))


def _meant(path: tuple[str, ...], aliases: dict[str, str]) -> tuple[str, ...]:
    other = aliases.get("/".join(path))
    return tuple(other.split("/")) if other else path


def _path_of_folders(path: str, dialect: str) -> tuple[str, ...]:
    folders = [nfc(one_line(folder)) for folder in path.split("/")[:-1]]
    if "_posts" in folders:
        above = folders[: folders.index("_posts")]
        return tuple(folder for folder in above if folder.lower() not in _SOURCES)
    return tuple(folders[-1:]) if dialect == "headers" else ()


def authors_of(fields: PostFields, rules: Rules, dialect: str) -> tuple[Person, ...]:
    """The authors: names, maps, `Name <mail>`, or keys of the setting content.authors.

    Names are not split, because Chinese and Spanish names contain commas and spaces. Only
    Pelican's headers are, because they have no lists.
    """
    people_of_site = _people(rules.authors)
    for field in fields.with_meaning("authors"):
        members = _separate_people(field.value, dialect)
        people = (_person(fields, field, member, people_of_site) for member in members)
        authors = tuple(dict.fromkeys(person for person in people if person.name))
        if authors:
            fields.record_origin("authors", field)
            return _at_most(field, authors)
    return ()


def _separate_people(value: Value, dialect: str) -> list[Value]:
    if isinstance(value, list):
        return value
    if isinstance(value, str) and "[[" in value:
        return [*words_of_only_links(value)] or [value]
    if isinstance(value, str) and dialect == "headers":
        return [*value.split(";" if ";" in value else ",")]
    return [value]


def _person(
    fields: PostFields, field: NamedField, member: Value, people: dict[str, Person]
) -> Person:
    if isinstance(member, dict):
        folded = {key.lower(): value for key, value in member.items()}
        key = _word(field, folded.get("key"))  # Docusaurus; its `title` is a job title
        person = people.get(key, Person(key))
        name = _word(field, folded.get("name")) or person.name
        name = name or _word(field, folded.get("title"))
        uri = next((_word(field, folded[k]) for k in _URI_KEYS if folded.get(k)), "")
        email = _word(field, folded.get("email") or folded.get("mail"))
        uri, email = _page(fields, field, uri), _mail(fields, field, email)
        return Person(name, uri or person.uri, email or person.email)
    name = _word(field, member)
    if name in people:
        return people[name]
    match = _NAME_AND_ADDRESS.fullmatch(name)
    if match and _ADDRESS.fullmatch(match["email"]):
        return Person(match["name"], "", match["email"])
    return Person(name)


def _page(fields: PostFields, field: NamedField, uri: str) -> str:
    page = web_url("", uri)
    if uri and not page:
        fault = f"{field.name}: {shown(uri)} is not the URL of a page and is left out"
        fields.warn("author", fault, "write one that begins with https://", field)
    return page or ""


def _mail(fields: PostFields, field: NamedField, email: str) -> str:
    if email and not _ADDRESS.fullmatch(email):
        fault = f"{field.name}: {shown(email)} is not an e-mail address and is left out"
        fields.warn("author", fault, "write one such as li@example.org", field)
        return ""
    return email


def _members(
    fields: PostFields, field: NamedField, separators: str, rules: Rules
) -> list[Value]:
    """The members of a list, or the parts of a text."""
    if not isinstance(field.value, str):
        return _list(field)
    parts = _parts(field.value, separators)
    is_undecided = rules.generator in ("", AUTO)
    if (
        is_undecided
        and fold(field.name) in ("tags", "categories")
        and _is_of_jekyll(fields.path)
    ):
        _warn_of_words(fields, field, parts)
    return parts


def _parts(text: str, separators: str) -> list[Value]:
    """The parts of a text; each link of Obsidian is one if there is nothing else."""
    links = words_of_only_links(text) if "[[" in text else []
    return [*links] or [*_separators(separators).split(text)]


def _tag_separators(field: NamedField, rules: Rules) -> str:
    return rules.tag_separators + (" " if _is_split_at_spaces(field, rules) else "")


def _category_separators(field: NamedField, rules: Rules) -> str:
    return _tag_separators(field, rules) if _is_split_at_spaces(field, rules) else ""


def _is_split_at_spaces(field: NamedField, rules: Rules) -> bool:
    """Jekyll splits a text of `tags` and of `categories`, and not of `tag` and `category`."""
    return rules.generator == "jekyll" and fold(field.name) in ("tags", "categories")


def _is_of_jekyll(path: str) -> bool:
    """True if a file has the folder and the dated name of Jekyll's posts, and is not Hexo's."""
    *folders, name = path.split("/")
    is_dated = _DATED_NAME.match(name) is not None
    return is_dated and "_posts" in folders and "source" not in folders


def _warn_of_words(fields: PostFields, field: NamedField, parts: list[Value]) -> None:
    """Warn of the first part with a space, of which Jekyll makes several terms."""
    lines = (one_line(part) for part in parts if isinstance(part, str))
    words = next((line for line in lines if " " in line), "")
    if not words:
        return
    kind = "tag" if fold(field.name) == "tags" else "category"
    fault = f"{field.name}: {shown(words)} is one {kind}; in Jekyll each of its words is one"
    cure = (
        'set content.generator = "jekyll" to split it at spaces, as Jekyll does; or use the '
        f"key {kind}, whose text Jekyll does not split"
    )
    fields.warn("jekyll-words", fault, cure, field)


def _list(field: NamedField) -> list[Value]:
    if isinstance(field.value, list):
        return field.value
    fault, cure = f"{field.name} is not a list", f"write {field.name}: [one, two]"
    raise Refused("not-list", fault, cure, field)


def _word(field: NamedField, value: Value) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or "[[" in value:
        value = name_of(value)
    if not isinstance(value, str):
        fault = f"{field.name} contains {shown(value)}, which is not a word"
        raise Refused("not-word", fault, "write words only", field)
    word = nfc(one_line(value))
    if len(word) > _LONGEST:
        fault = (
            f"{field.name} contains a name of {len(word):,} characters, more than {_LONGEST}"
        )
        raise Refused("too-long", fault, "shorten it", field)
    return word


def _at_most(field: NamedField, terms: tuple[_T, ...]) -> tuple[_T, ...]:
    if len(terms) > _MOST_TERMS:
        fault = f"{field.name} contains {len(terms):,} names, more than {_MOST_TERMS}"
        raise Refused("too-many", fault, "keep the important ones", field)
    return terms


@lru_cache(maxsize=8)
def _separators(characters: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(characters)}]" if characters else "(?!)")


@lru_cache(maxsize=8)
def _aliases(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {nfc(one_line(name)): nfc(one_line(meant)) for name, meant in pairs}


@lru_cache(maxsize=8)
def _people(pairs: tuple[tuple[str, Person], ...]) -> dict[str, Person]:
    return dict(pairs)
