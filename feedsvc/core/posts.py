"""The door of the house: a file's bytes in, a Post out; untyped front matter ends here."""

import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, TypeAlias
from urllib.parse import unquote, urlsplit

from feedsvc.core.addresses import is_reserved, page_url
from feedsvc.core.dates import read_date
from feedsvc.core.enclosures import Enclosure
from feedsvc.core.frontmatter import Field, FrontMatter, Value, read_front_matter
from feedsvc.core.markdown import html_of
from feedsvc.core.people import Person
from feedsvc.core.problems import Problem
from feedsvc.core.shortcodes import code_spans, without_shortcodes
from feedsvc.core.site import Site
from feedsvc.core.text import Ahead, legal, nfc, one_line, plain, summary_of
from feedsvc.errors import FrontMatterError

SUFFIXES: Final = frozenset([".md", ".markdown", ".mdown", ".txt", ".html"])

_TRUE = frozenset(["true", "yes", "on", "1", "y"])
_FALSE = frozenset(["false", "no", "off", "0", "n"])
_SHOWN_STATUS = frozenset(["published", "publish", "public"])
_HIDDEN_STATUS = frozenset(["draft", "private", "pending", "hidden", "unlisted", "archived"])
_MORE = re.compile(r"<!--\s*(?:more|truncate)\s*-->", re.IGNORECASE)
_LINE = re.compile(r"[^\n]*+\n?")
_LONGEST: Final = 2_000  # characters of a summary or of a heading that is the title
_ATX = re.compile(r" {0,3}#{1,6}[ \t]++(\S.*+)")
_H1 = re.compile(r"<h1(?=[\s/>])", re.IGNORECASE)
_TAG_END = re.compile(">")
_H1_END = re.compile("</h1>", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TAG_SEPARATORS = re.compile("[,，、;；]")
_EXAMPLE_DATE = "write 2026-03-01 or 2026-03-01 09:30:00 or 2026-03-01T09:30:00+08:00"


@dataclass(frozen=True, slots=True)
class Post:
    """What an author wrote, typed.

    `key` names the post for good, without the site's tag authority: `guid:...`, `slug:...` or
    `path:...`, in this order of preference. `permalink` is absolute. `summary` is text from the
    front matter. A category is the path of its names from the top down. `image` is the absolute
    URL of the lead image. `feeds` and `content` are as in Entry; from `expires` on the post is
    hidden.
    """

    path: str
    key: str
    title: str
    published: datetime
    updated: datetime | None
    permalink: str
    tags: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    authors: tuple[Person, ...]
    summary: str
    language: str
    body: str
    warnings: tuple[Problem, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    image: str = ""
    feeds: tuple[str, ...] | None = None
    content: str = ""
    expires: datetime | None = None

    @property
    def excerpt(self) -> str:
        """The body before its more-marker; empty where there is none."""
        markers = [marker.start() for marker in _MORE.finditer(self.body)]
        if markers and not self.is_html:  # one that is shown as code is no marker
            code = list(code_spans(self.body))
            ends = [end for _, end in code]
            for marker in markers:
                n = bisect_right(ends, marker)
                if n == len(code) or marker < code[n][0]:
                    return self.body[:marker]
            return ""
        return self.body[: markers[0]] if markers else ""

    @property
    def is_html(self) -> bool:
        """True where the body is HTML and not Markdown."""
        return self.path.lower().endswith(".html")


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
            summary=self._summary(),
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
            self._flag("unlisted", hides=True),
            self._flag("eleventyExcludeFromCollections", hides=True),
            *(self._said(name) for name in ("password", "encrypt", "encrypted")),
            self._status(),
            self._tagged_draft(),
            "drafts" in self._path.lower().split("/")[:-1],
        ]
        return any(flags)

    def _any_case(self, name: str) -> Iterator[tuple[str, Field]]:
        """Each field of this name in whatever case: `Draft: true` was meant as well."""
        for key, field in self._fields.items():
            if key.lower() == name.lower() and field.value is not None:
                yield key, field

    def _status(self) -> bool:
        return any(
            self._status_hides(*found) for name in ("status",) for found in self._any_case(name)
        )

    def _status_hides(self, name: str, field: Field) -> bool:
        word = field.value.strip().lower() if isinstance(field.value, str) else "?"
        if word in _SHOWN_STATUS:
            return False
        if word not in _HIDDEN_STATUS:
            fault = f"{name}: {_shown(field.value)} is not known, so it hides the post"
            self._warn(field, fault, f"write {name}: published or {name}: draft")
        return True

    def _tagged_draft(self) -> bool:
        """True where the only tag is `draft`."""
        tags = [field.value for name in ("tags", "tag") for _, field in self._any_case(name)]
        return any(
            [word for word in (tag if isinstance(tag, list) else [tag]) if word]
            in (["draft"], ["Draft"])
            for tag in tags
        )

    def _said(self, name: str) -> bool:
        return any(
            not isinstance(field.value, str) or field.value.strip().lower() not in _FALSE
            for _, field in self._any_case(name)
        )

    def _flag(self, name: str, *, hides: bool) -> bool:
        """True where the flag hides the post; `hides` is the value with which it does."""
        return any(self._flag_hides(*f, hides=hides) for f in self._any_case(name))

    def _flag_hides(self, name: str, field: Field, *, hides: bool) -> bool:
        word = field.value.strip().lower() if isinstance(field.value, str) else "?"
        if word in _TRUE | _FALSE:
            return (word in _TRUE) is hides
        if name.lower() in ("published", "publish") and self._is_date(word):
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
        if self._heading and self._heading.words:
            return self._heading.words
        return one_line(self._name().replace("-", " ")) or self._path

    @cached_property
    def _heading(self) -> "_Heading | None":
        """The first heading of the body, where the post has no other title."""
        return None if self._text("title") else _first_heading(self._front.body)

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

    def _place(self) -> str:
        """The file's path without its suffix; a bundle's `index` is read at its folder's."""
        folder, name = posixpath.split(posixpath.splitext(self._path)[0])
        return folder if name == "index" and folder else posixpath.join(folder, name)

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
        try:
            local = published.astimezone(self._site.zone)
        except OverflowError:  # the last hours of the year 9999
            local = published
        words = {
            ":key": self._slug() or nfc(self._place()),
            ":slug": self._slug() or self._name(),
            ":name": self._name(),
            ":year": f"{local:%Y}",
            ":month": f"{local:%m}",
            ":day": f"{local:%d}",
        }
        path = re.sub(
            r":[a-z]+", lambda match: words.get(match[0], match[0]), self._site.rules.permalink
        )
        return self._page(path, 1)

    def _given_permalink(self, given: str, field: Field) -> str:
        site = urlsplit(self._site.url)
        try:
            link = urlsplit(given)
        except ValueError as error:  # such as http://[x
            raise _Refused(
                field.line,
                f"permalink: {_shown(given)} is no address: {error}",
                "write a path such as /about/",
            ) from error
        path = link.path
        base = site.path.rstrip("/")
        if link.scheme or link.netloc:
            elsewhere = (link.scheme.lower(), link.netloc.lower()) != (site.scheme, site.netloc)
            if elsewhere or not f"{path}/".startswith(f"{base}/"):
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
        return self._page(unquote(path), field.line)

    def _page(self, path: str, line: int) -> str:
        if is_reserved(path.lstrip("/")):
            raise _Refused(
                line,
                f"its address would be {_shown(path)}, where feedsvc itself answers",
                "give it another permalink or slug",
            )
        return page_url(self._site.url, path)

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
            if self._site.rules.categories == "flat" or any(
                isinstance(m, list) for m in members
            ):
                paths = [m if isinstance(m, list) else [m] for m in members]
            read = (
                tuple(filter(None, (self._word(name, field, word) for word in path)))
                for path in paths
            )
            return tuple(dict.fromkeys(path for path in read if path))
        return ()

    def _authors(self) -> tuple[Person, ...]:
        for name in ("authors", "author"):
            field = self._fields.get(name)
            if field is None or field.value is None:
                continue
            members = field.value if isinstance(field.value, list) else [field.value]
            names = (m.get("name") if isinstance(m, dict) else m for m in members)
            authors = _distinct(self._word(name, field, n) for n in names)
            if authors:
                return tuple(map(Person, authors))
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

    def _summary(self) -> str:
        """What the author gives; the beginning of it where that is very long."""
        for name in ("description", "excerpt", "summary"):
            given = self._text(name)
            if given:
                return given if len(given) <= _LONGEST else summary_of(given, _LONGEST)
        return ""

    def _body(self) -> str:
        source = self._front.body
        heading = self._heading
        # It is the title now: not twice, please.
        if heading and not source[: heading.start].strip():
            end = heading.end
            source = (
                "\n" * source.count("\n", 0, end) + source[end:]
            )  # lines keep their numbers
        if self._path.lower().endswith(".html"):
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


@dataclass(frozen=True, slots=True)
class _Heading:
    start: int
    end: int
    words: str


def _first_heading(body: str) -> _Heading | None:
    """The first `# heading` or `<h1>` outside fenced and inline code."""
    ahead = Ahead(body)
    spans = code_spans(body)
    code = next(spans, None)
    for line in _LINE.finditer(body):
        while code and code[1] <= line.start():
            code = next(spans, None)
        if code and code[0] < line.start():
            continue
        text = line[0].rstrip("\n")
        atx = _ATX.match(text)
        if atx:
            return _Heading(line.start(), line.start() + len(text), _atx_words(atx[1]))
        h1 = _H1.search(text)
        start = line.start() + h1.start() if h1 else -1
        if h1 and not (code and code[0] <= start < code[1]):
            opened = ahead.next(_TAG_END, start)
            closed = ahead.next(_H1_END, opened.end()) if opened else None
            if opened and closed:
                words = plain(body[opened.end() : closed.start()])
                return _Heading(start, closed.end(), words)
    return None


def _atx_words(text: str) -> str:
    text = text.rstrip()
    bare = text.rstrip("#")
    if bare.endswith((" ", "\t")):
        text = bare.rstrip()
    return plain(html_of(f"# {text[:_LONGEST]}"))


def _is_flag(name: str, value: Value) -> bool:
    """True for `published: true`: with some it is a date, with others not."""
    return name == "published" and isinstance(value, str) and value.lower() in _TRUE | _FALSE


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))


def _shown(value: Value) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
