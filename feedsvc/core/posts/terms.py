"""Tags, categories and authors of a post, out of whatever its generator lets people write."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, TypeVar

from feedsvc.core.addresses import web_url
from feedsvc.core.frontmatter.source import Value
from feedsvc.core.people import Person
from feedsvc.core.posts.fields import (
    NamedField,
    PostFields,
    Refused,
    shown,
)
from feedsvc.core.rules import Rules
from feedsvc.core.text import nfc, one_line

_T = TypeVar("_T")
_MOST_TERMS: Final = 200  # tags, or categories, of one post
_LONGEST: Final = 200  # characters of a name
_DEEPEST: Final = 20  # levels of a category
_ADDRESS = re.compile(r"[^\s<>()@\"']+@[^\s<>()@\"']+\.[^\s<>()@\"']+")
_NAME_AND_ADDRESS = re.compile(r"(?P<name>[^<>]+?)\s*<(?P<email>[^<>\s]+)>")
_URI_KEYS: Final = ("uri", "url", "link", "website", "homepage")
# Folders above Jekyll's _posts that are no category but where a site keeps its sources.
_SOURCES: Final = frozenset(["source", "src", "docs", "content", "site", "collections"])


def tags_of(fields: PostFields, rules: Rules) -> tuple[str, ...]:
    """The tags, each once: without `#`, and under the name that an alias means."""
    aliases = _aliases(rules.tag_aliases)
    for found in fields.all("tags"):
        members = tag_words(found.value, rules) or _list(found)
        words = (_word(found, member).lstrip("#").strip() for member in members)
        tags = tuple(dict.fromkeys(aliases.get(word, word) for word in words if word))
        fields.note("tags", found)
        return _few(found, tags)
    return ()


def tag_words(value: Value, rules: Rules) -> list[Value]:
    """The members of a list of tags, or of a text that has them; empty where it is neither."""
    if isinstance(value, str):
        return [*_separators(rules.tag_separators).split(value)]
    return value if isinstance(value, list) else []


def categories_of(
    fields: PostFields, rules: Rules, dialect: str
) -> tuple[tuple[str, ...], ...]:
    """The paths of the categories, each once, by Hexo's rules.

    A flat list is one path; where any member is a list, each is a path. A post that names none
    is in that of its folders where its generator reads them so: Jekyll's above `_posts`, and
    the one that a post of Pelican lies in.
    """
    for found in fields.all("categories"):
        one: list[Value] = [found.value]
        members = one if isinstance(found.value, str) else _list(found)
        members = [member for member in members if member is not None and member != ""]
        paths: list[list[Value]] = [members]
        if rules.categories == "flat" or any(isinstance(m, list) for m in members):
            paths = [m if isinstance(m, list) else [m] for m in members]
        read = [tuple(filter(None, (_word(found, w) for w in path))) for path in paths]
        if max(map(len, read), default=0) > _DEEPEST:
            fault = f"{found.name} has a path of more than {_DEEPEST} levels"
            cure = "write categories: [[one], [two]] if they are not below each other"
            raise Refused("too-many", fault, cure, found)
        fields.note("categories", found)
        return _few(found, _aliased(read, rules))
    path = _path_of_folders(fields.path, dialect)
    if path:
        fields.note("categories", "the file's folder")
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

    A name is never split, for Chinese and Spanish ones hold commas and spaces, but in the
    headers of Pelican, where there are no lists.
    """
    known = _people(rules.authors)
    for found in fields.all("authors"):
        members = found.value if isinstance(found.value, list) else [found.value]
        if dialect == "headers" and isinstance(found.value, str):
            mark = ";" if ";" in found.value else ","
            members = list[Value](found.value.split(mark))
        people = (_person(fields, found, member, known) for member in members)
        authors = tuple(dict.fromkeys(person for person in people if person.name))
        if authors:
            fields.note("authors", found)
            return _few(found, authors)
    return ()


def _person(
    fields: PostFields, found: NamedField, member: Value, known: dict[str, Person]
) -> Person:
    if isinstance(member, dict):
        folded = {key.lower(): value for key, value in member.items()}
        key = _word(found, folded.get("key"))  # Docusaurus, whose `title` is a profession
        person = known.get(key, Person(key))
        name = _word(found, folded.get("name")) or person.name
        name = name or _word(found, folded.get("title"))
        uri = next((_word(found, folded[k]) for k in _URI_KEYS if folded.get(k)), "")
        email = _word(found, folded.get("email") or folded.get("mail"))
        uri, email = _page(fields, found, uri), _mail(fields, found, email)
        return Person(name, uri or person.uri, email or person.email)
    name = _word(found, member)
    if name in known:
        return known[name]
    both = _NAME_AND_ADDRESS.fullmatch(name)
    if both and _ADDRESS.fullmatch(both["email"]):
        return Person(both["name"], "", both["email"])
    return Person(name)


def _page(fields: PostFields, found: NamedField, uri: str) -> str:
    page = web_url("", uri)
    if uri and not page:
        fault = f"{found.name}: {shown(uri)} is no address of a page and is left out"
        fields.warn("author", fault, "write one that begins with https://", found)
    return page or ""


def _mail(fields: PostFields, found: NamedField, email: str) -> str:
    if email and not _ADDRESS.fullmatch(email):
        fault = f"{found.name}: {shown(email)} is no mail address and is left out"
        fields.warn("author", fault, "write one such as li@example.org", found)
        return ""
    return email


def _list(found: NamedField) -> list[Value]:
    if isinstance(found.value, list):
        return found.value
    fault, cure = f"{found.name} is not a list", f"write {found.name}: [one, two]"
    raise Refused("not-list", fault, cure, found)


def _word(found: NamedField, value: Value) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        fault = f"{found.name} holds {shown(value)}, which is not a word"
        raise Refused("not-word", fault, "write words only", found)
    word = nfc(one_line(value))
    if len(word) > _LONGEST:
        fault = f"{found.name} holds a name of {len(word):,} characters, more than {_LONGEST}"
        raise Refused("too-long", fault, "shorten it", found)
    return word


def _few(found: NamedField, terms: tuple[_T, ...]) -> tuple[_T, ...]:
    if len(terms) > _MOST_TERMS:
        fault = f"{found.name} holds {len(terms):,} names, more than {_MOST_TERMS}"
        raise Refused("too-many", fault, "keep those that matter", found)
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
