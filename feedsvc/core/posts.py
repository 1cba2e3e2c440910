"""The door of the house: a file's bytes in, a Post out; untyped front matter ends here."""

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from urllib.parse import unquote, urlsplit

from feedsvc.core.addresses import page_url
from feedsvc.core.dates import read_date
from feedsvc.core.frontmatter import Field, FrontMatter, Value, read_front_matter
from feedsvc.core.problems import Problem
from feedsvc.core.shortcodes import without_shortcodes
from feedsvc.core.site import Site
from feedsvc.core.text import legal, nfc, one_line
from feedsvc.errors import FrontMatterError

SUFFIXES: Final = frozenset([".md", ".markdown", ".mdown", ".txt", ".html"])

_TRUE = frozenset(["true", "yes", "on", "1", "y"])
_FALSE = frozenset(["false", "no", "off", "0", "n"])
_MORE = re.compile(r"<!--\s*(?:more|truncate)\s*-->", re.IGNORECASE)
_HEADING = re.compile(
    r"^ {0,3}#{1,6}[ \t]+(?P<atx>\S.*?)(?:[ \t]+#+)?[ \t]*$"
    r"|<h1\b[^>]*>(?P<html>.+?)</h1>",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_FENCED = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?^ {0,3}\1[ \t]*$", re.MULTILINE | re.DOTALL)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TAG_SEPARATORS = re.compile("[,，、;；]")
_EXAMPLE_DATE = "write 2026-03-01 or 2026-03-01 09:30:00 or 2026-03-01T09:30:00+08:00"


@dataclass(frozen=True, slots=True)
class Post:
    """What an author wrote, typed.

    `key` names the post for good, without the site's tag authority: `guid:...`, `slug:...` or
    `path:...`, in this order of preference. `permalink` is absolute. `summary` is text from the
    front matter. A category is the path of its names from the top down.
    """

    path: str
    key: str
    title: str
    published: datetime
    updated: datetime | None
    permalink: str
    tags: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    authors: tuple[str, ...]
    summary: str
    language: str
    body: str
    warnings: tuple[Problem, ...] = ()

    @property
    def excerpt(self) -> str:
        """The body before its more-marker; empty where there is none."""
        marker = _MORE.search(self.body)
        return self.body[: marker.start()] if marker else ""

    @property
    def is_html(self) -> bool:
        """True where the body is HTML and not Markdown."""
        return self.path.endswith(".html")


@dataclass(frozen=True, slots=True)
class Draft:
    """A post that its author hides; whatever was published of it is withdrawn."""

    path: str
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class NotAPost:
    """A file without front matter, such as a README."""

    path: str


Reading: TypeAlias = Post | Draft | NotAPost | Problem


class _Refused(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, line: int, fault: str, cure: str) -> None:
        super().__init__(fault)
        self.line, self.fault, self.cure = line, fault, cure


def parse_post(path: str, source: bytes, site: Site) -> Reading:
    """What the file at `path` (relative to the folder, with `/`) says; never raises."""
    try:
        text = _decoded(source)
        front = read_front_matter(text)
        if front is None:
            return NotAPost(path)
        return _Reader(path, front, site).reading()
    except (_Refused, FrontMatterError) as error:
        return Problem(path, error.line, error.fault, error.cure)


def _decoded(source: bytes) -> str:
    if not source.strip():
        raise _Refused(0, "the file is empty", "write a post into it or delete it")
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Refused(
            source.count(b"\n", 0, error.start) + 1,
            f"byte {source[error.start]:#04x} is not UTF-8",
            "save the file as UTF-8",
        ) from error
    return legal(text.replace("\r\n", "\n").replace("\r", "\n"))


class _Reader:
    """Reads the fields of one post; each method knows one field and its words."""

    def __init__(self, path: str, front: FrontMatter, site: Site) -> None:
        self._path = path
        self._fields = front.fields
        self._front = front
        self._site = site
        self._warnings: list[Problem] = []

    def reading(self) -> Post | Draft:
        if self._hidden():
            return Draft(self._path, tuple(self._warnings))
        published = self._date(
            "date", "publishDate", "pubDate", "pubdate", "published", "created"
        )
        if published is None:
            line = self._fields["date"].line if "date" in self._fields else 1
            raise _Refused(
                line, "the post has no date", _EXAMPLE_DATE.replace("write", "add date:")
            )
        updated = self._date("updated", "lastmod", "last_modified_at", "modified")
        return Post(
            path=self._path,
            key=self._key(),
            title=self._title(),
            published=published,
            updated=updated,
            permalink=self._permalink(published),
            tags=self._tags(),
            categories=self._categories(),
            authors=self._authors(),
            summary=self._text("description") or self._text("excerpt") or self._text("summary"),
            language=self._language(),
            body=self._body(),
            warnings=tuple(self._warnings),
        )

    # What hides a post: a wrong guess here cannot be taken back, so any doubt hides it.

    def _hidden(self) -> bool:
        flags = [
            self._flag("draft", hides=True),
            self._flag("hidden", hides=True),
            self._flag("published", hides=False),
            self._flag("publish", hides=False),
            self._flag("feed", hides=False),
            *(self._said(name) for name in ("password", "encrypt", "encrypted")),
        ]
        return any(flags)

    def _said(self, name: str) -> bool:
        field = self._fields.get(name)
        if field is None or field.value is None:
            return False
        return not isinstance(field.value, str) or field.value.strip().lower() not in _FALSE

    def _flag(self, name: str, *, hides: bool) -> bool:
        """True where the flag hides the post; `hides` is the value with which it does."""
        field = self._fields.get(name)
        if field is None or field.value is None:
            return False
        word = field.value.strip().lower() if isinstance(field.value, str) else "?"
        if word in _TRUE | _FALSE:
            return (word in _TRUE) is hides
        if name in ("published", "publish") and self._is_date(word):
            return False  # some write the date there
        fault = f"{name}: {_shown(field.value)} is neither true nor false, so it hides the post"
        self._warn(field, fault, f"write {name}: true or {name}: false")
        return True

    def _is_date(self, word: str) -> bool:
        try:
            read_date(word, self._site.zone)
        except ValueError:
            return False
        return True

    # What the post is called and when it came.

    def _title(self) -> str:
        """The title given, else that of the first heading, else the file's name."""
        title = self._text("title")
        if title:
            return title
        heading = _HEADING.search(_FENCED.sub("", self._front.body))
        if heading and _heading_words(heading):
            return _heading_words(heading)
        return one_line(self._name().replace("-", " ")) or self._path

    def _date(self, *names: str) -> datetime | None:
        for name in names:
            field = self._fields.get(name)
            if field is None or field.value is None or _is_flag(name, field.value):
                continue
            try:
                if not isinstance(field.value, str):
                    raise ValueError("it is not a date")
                return read_date(field.value, self._site.zone)
            except ValueError as error:
                raise _Refused(
                    field.line,
                    f"{name}: {_shown(field.value)} cannot be used: {error}",
                    _EXAMPLE_DATE,
                ) from error
        return None

    # What names the post for good, and where it is read.

    def _name(self) -> str:
        """The file's name without its suffix; a bundle's `index` takes its folder's."""
        folder, name = posixpath.split(posixpath.splitext(self._path)[0])
        return posixpath.basename(folder) if name == "index" and folder else name

    def _slug(self) -> str:
        for name in ("urlname", "abbrlink", "slug"):
            slug = nfc(self._text(name)).strip("/ ")
            if slug:
                if any(part in ("", ".", "..") for part in slug.split("/")):
                    raise _Refused(
                        self._fields[name].line,
                        f"{name}: {_shown(slug)} cannot be part of an address",
                        "write a word such as my-first-post",
                    )
                return slug
        return ""

    def _key(self) -> str:
        guid = self._text("guid") or self._text("uuid")
        if guid:
            return f"guid:{guid}"
        slug = self._slug()
        if slug:
            return f"slug:{slug}"
        return f"path:{nfc(posixpath.splitext(self._path)[0])}"

    def _permalink(self, published: datetime) -> str:
        given = self._text("permalink")
        if given:
            return self._given_permalink(given, self._fields["permalink"])
        local = published.astimezone(self._site.zone)
        words = {
            ":key": self._slug() or nfc(posixpath.splitext(self._path)[0]),
            ":slug": self._slug() or self._name(),
            ":name": self._name(),
            ":year": f"{local:%Y}",
            ":month": f"{local:%m}",
            ":day": f"{local:%d}",
        }
        path = re.sub(
            r":[a-z]+", lambda match: words.get(match[0], match[0]), self._site.permalink
        )
        return page_url(self._site.url, path)

    def _given_permalink(self, given: str, field: Field) -> str:
        link, site = urlsplit(given), urlsplit(self._site.url)
        path = link.path
        base = site.path.rstrip("/")
        if link.scheme or link.netloc:
            if (link.scheme.lower(), link.netloc.lower()) != (site.scheme, site.netloc):
                raise _Refused(
                    field.line,
                    f"permalink: {_shown(given)} leads away from {self._site.url}",
                    "write a path such as /about/",
                )
            path = path.removeprefix(base)
        if any(part in (".", "..") for part in unquote(path).split("/")) or "\\" in path:
            raise _Refused(
                field.line,
                f"permalink: {_shown(given)} is not a path",
                "write one such as /about/",
            )
        return page_url(self._site.url, unquote(path))

    # What the post is about, and who wrote it.

    def _tags(self) -> tuple[str, ...]:
        for name in ("tags", "tag"):
            field = self._fields.get(name)
            if field is not None and field.value is not None:
                words: Sequence[Value] = (
                    _TAG_SEPARATORS.split(field.value)
                    if isinstance(field.value, str)
                    else self._list(name, field)
                )
                return _distinct(
                    self._word(name, field, word).lstrip("#").strip() for word in words
                )
        return ()

    def _categories(self) -> tuple[tuple[str, ...], ...]:
        """Hexo's rules: a flat list is one path; where any member is a list, each is a path."""
        for name in ("categories", "category"):
            field = self._fields.get(name)
            if field is None or field.value is None:
                continue
            one: list[Value] = [field.value]
            members = one if isinstance(field.value, str) else self._list(name, field)
            members = [member for member in members if member is not None and member != ""]
            paths: list[list[Value]] = [members]
            if self._site.categories == "flat" or any(isinstance(m, list) for m in members):
                paths = [m if isinstance(m, list) else [m] for m in members]
            read = (
                tuple(filter(None, (self._word(name, field, word) for word in path)))
                for path in paths
            )
            return tuple(dict.fromkeys(path for path in read if path))
        return ()

    def _authors(self) -> tuple[str, ...]:
        for name in ("authors", "author"):
            field = self._fields.get(name)
            if field is None or field.value is None:
                continue
            members = field.value if isinstance(field.value, list) else [field.value]
            names = (m.get("name") if isinstance(m, dict) else m for m in members)
            authors = _distinct(self._word(name, field, n) for n in names)
            if authors:
                return authors
        return ()

    def _list(self, name: str, field: Field) -> list[Value]:
        if isinstance(field.value, list):
            return field.value
        raise _Refused(field.line, f"{name} is not a list", f"write {name}: [one, two]")

    def _word(self, name: str, field: Field, value: Value) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            raise _Refused(
                field.line,
                f"{name} holds {_shown(value)}, which is not a word",
                "write words only",
            )
        return nfc(one_line(value))

    # The rest.

    def _text(self, name: str) -> str:
        field = self._fields.get(name)
        if field is None or field.value is None:
            return ""
        if not isinstance(field.value, str):
            raise _Refused(field.line, f"{name} is not a text", f"write {name}: words")
        return one_line(field.value)

    def _body(self) -> str:
        source = self._front.body
        heading = _HEADING.match(source.lstrip())
        if heading and not self._text("title"):  # it is the title now: not twice, please
            end = len(source) - len(source.lstrip()) + heading.end()
            source = (
                "\n" * source.count("\n", 0, end) + source[end:]
            )  # lines keep their numbers
        if self._path.endswith(".html"):
            return source
        body, removed = without_shortcodes(source)
        for line, name in removed:
            fault = f"the tag {name!r} is not known and is left out"
            cure = "write what it should show"
            line += self._front.body_line
            self._warnings.append(Problem(self._path, line, fault, cure, refuses=False))
        return body

    def _language(self) -> str:
        for name in ("lang", "language"):
            language = self._text(name)
            if language and not _LANGUAGE.fullmatch(language):
                fault = f"{name}: {_shown(language)} is no language tag and is left out"
                self._warn(self._fields[name], fault, "write one such as en or zh-CN")
            elif language:
                return language.replace("_", "-")
        return ""

    def _warn(self, field: Field, fault: str, cure: str) -> None:
        self._warnings.append(Problem(self._path, field.line, fault, cure, refuses=False))


def _heading_words(heading: re.Match[str]) -> str:
    return one_line(re.sub(r"<[^>]*>|[*_`]", "", heading["atx"] or heading["html"]))


def _is_flag(name: str, value: Value) -> bool:
    """True for `published: true`: with some it is a date, with others not."""
    return name == "published" and isinstance(value, str) and value.lower() in _TRUE | _FALSE


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))


def _shown(value: Value) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
