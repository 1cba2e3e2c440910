"""An exported folder as rules of nginx, so that it answers as the web app does.

Two files: one for the `http` block, with maps, and one for a `server` block. Every request is
rewritten to an internal location, one for each set of headers, whose files are in the folder.
An address without a file is redirected, gone or missing.

Keys of maps are regular expressions: nginx ignores the case of other keys, and limits their
length.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from feedsvc.core import addresses
from feedsvc.publishing.exporting.feed_files import SUFFIXES
from feedsvc.publishing.exporting.file_names import PRIVATE
from feedsvc.publishing.exporting.manifest import MANIFEST, Headers, Listed
from feedsvc.web.exporting.moved_addresses import Elsewhere
from feedsvc.web.exporting.site_pages import ERROR_PAGES
from feedsvc.web.site_files import FAVICON

_BEGINNING: Final = "# Written by `feedsvc export`: include this file in"
_NOTHING: Final = f"/{PRIVATE}/none"  # no file ever has this name
_SPECIAL: Final = re.compile(r"[][\\^$.|?*+(){}]")
_TEXTS: Final = {404: "404 Not Found", 410: "410 Gone"}
_BY_ACCEPT: Final = ("Vary", "Accept")  # a page for browsers, a line of text for programs
_OTHER: Final = "other"  # the class of files that we have not written
_DIRECTIVES: Final = {"br": "brotli"}  # the names of codings in directives, if not their own
_DOCUMENTS: Final = tuple(addresses.FORMATS.values())
_HIDDEN: Final = [
    *(rf"^/{re.escape(name)}" for name in (PRIVATE, MANIFEST)),
    *(rf"^/{re.escape(name)}$" for name in ERROR_PAGES.values()),
    r"/index\.html$",
]


class NginxRules:
    """The rules for the `files` of an export into `folder`."""

    def __init__(
        self, site_url: str, folder: str, files: Iterable[Listed], elsewhere: Elsewhere
    ) -> None:
        every = list(files)
        self._url = site_url
        self._base = unquote(urlsplit(site_url).path).rstrip("/")
        self._folder = folder
        self._elsewhere = elsewhere
        self._files = [each for each in every if each.address is not None]
        unaddressed = [each for each in every if each.address is None]
        self._of_errors = {each.path: each.headers for each in unaddressed}
        suffixes = {PurePosixPath(each.path).suffix for each in unaddressed}
        self._twins = suffixes & {*SUFFIXES.values()}
        self._classes = _Classes(self._files)

    def of_http(self) -> str:
        """The rules for the http block."""
        base = _pattern(self._base)
        after_base = [(f"^{base}(?<feedsvc_rest>/.*)$", "$feedsvc_rest")]
        sent = "".join(map(_sent_as, self._base))
        as_sent = [(f"(?i)^{sent}(?<feedsvc_raw>/[^?]*)", "$feedsvc_raw")]
        lines = [
            f"{_BEGINNING} the http block.",
            'geo $feedsvc_dollar { default "$"; }',
            *_map("$uri", "path", after_base, "/"),
            *_map("$request_uri", "sent", as_sent, "/"),
            *_map("$feedsvc_path", "file", self._names(), "$feedsvc_path"),
            *_map("$feedsvc_file", "class", self._classes.rules(), _OTHER),
            *_map("$feedsvc_path", "whole", self._twins_by_name(), _NOTHING),
            *_map("$feedsvc_path", "moved", self._moved(), ""),
            *_map("$feedsvc_path", "gone", self._gone(), ""),
            *_map("$feedsvc_path", "old", self._old(), ""),
            *_map("$http_accept", "error", [("(?i)text/html", "page")], "text"),
            *_of_earlier_addresses(),
        ]
        return "\n".join([*lines, ""])

    def _names(self) -> Iterator[tuple[str, str]]:
        """The file of an address, unless it has the same name."""
        for each in self._files:
            if _usual_file(f"/{each.address}") != f"/{each.path}":
                yield f"^/{_pattern(each.address or '')}$", _value(f"/{each.path}")
        yield from ((pattern, _NOTHING) for pattern in _HIDDEN)
        yield "^(?<feedsvc_folder>.*/)$", "${feedsvc_folder}index.html"

    def _twins_by_name(self) -> Iterator[tuple[str, str]]:
        """The file whose twin has this name. There are other files with these suffixes."""
        for each in self._files:
            if PurePosixPath(each.address or "").suffix in self._twins:
                yield f"^/{_pattern(each.address or '')}$", _NOTHING
        for suffix in sorted(self._twins):
            name = f"feedsvc_whole_{suffix[1:]}"
            yield f"^(?<{name}>.*){_pattern(suffix)}$", f"${name}"

    def _moved(self) -> Iterator[tuple[str, str]]:
        for number, (old, url) in enumerate(self._elsewhere.feeds.items()):
            name = f"feedsvc_document{number}"
            pattern = f"^/{_pattern(old)}/(?<{name}>{_of_feed()})$"
            yield pattern, f"{_value(url)}/${name}"
        for old, url in self._elsewhere.names.items():
            yield f"^/{_pattern(old)}$", f"{_value(url)}/"

    def _gone(self) -> Iterator[tuple[str, str]]:
        for path in self._elsewhere.gone_feeds:
            yield f"^/{_pattern(path)}/{_of_feed()}$", "1"
        for path in self._elsewhere.gone_pages:
            yield f"^/{_pattern(path.removesuffix('/'))}/?$", "1"

    def _old(self) -> Iterator[tuple[str, str]]:
        return ((f"^/{_pattern(p)}$", _value(url)) for p, url in self._elsewhere.old.items())

    def of_server(self, has_module: Callable[[str], bool]) -> str:
        """The rules for a server block. `has_module` knows the directives of nginx here."""
        static = [
            _static(f"{_DIRECTIVES.get(coding, coding)}_static", has_module)
            for coding, suffix in SUFFIXES.items()
            if suffix in self._twins
        ]
        if static:
            # Caches keep both, and get the compressed one.
            static += ["    gzip_vary on;", "    gzip_proxied any;"]
        lines = [f"{_BEGINNING} a server block.", *self._entrance()]
        for name, headers in self._classes.headers():
            lines += [*self._location(f"{name}/"), *_type(headers), *_sent(headers), *static]
            lines += [f"    rewrite ^/{PRIVATE}/{name}(/.*)$ $1 break;"]
            lines += ["    try_files $uri @feedsvc_elsewhere;", "}"]
        lines += self._otherwise()
        for status, name in ERROR_PAGES.items():
            lines += self._error(status, name, self._of_errors.get(name))
        return "\n".join([*lines, ""])

    def _entrance(self) -> Iterator[str]:
        """Where every request of the site begins."""
        if self._base:
            yield f'location = "{_escaped(self._base)}" {{'
            yield f"    rewrite ^ {_quoted(self._base + '/')} last;"
            yield "}"
        yield f'location ^~ "{_escaped(self._base)}/" {{'  # a location has no variables
        yield from _error_pages()
        if self._twins:
            yield f'    if (-f "{_value(self._folder)}$feedsvc_whole") {{ return 404; }}'
        yield from self._redirect("${feedsvc_further}index.html", "$feedsvc_further_sent")
        yield from self._redirect("${feedsvc_code}", f"${{feedsvc_sent}}{addresses.QR_NAME}")
        yield f"    rewrite ^ /{PRIVATE}/$feedsvc_class$feedsvc_file last;"
        yield "}"

    def _otherwise(self) -> Iterator[str]:
        """Where a request goes for whose address there is no file."""
        yield "location @feedsvc_elsewhere {"
        yield from _error_pages()
        yield from self._redirect("${feedsvc_path}/index.html", "${feedsvc_sent}/")
        yield from self._redirect("${feedsvc_short}", "$feedsvc_short_sent")
        yield from self._redirect("${feedsvc_first}index.html", "$feedsvc_first_sent")
        yield "    if ($feedsvc_moved) { return 301 $feedsvc_moved; }"
        yield "    if ($feedsvc_old) { return 301 $feedsvc_old; }"
        if self._elsewhere.icon:
            yield f'    if ($feedsvc_path = "/{FAVICON}") {{'
            yield f"        return 302 {_quoted(self._elsewhere.icon)};"
            yield "    }"
        yield "    if ($feedsvc_gone) { return 410; }"
        yield "    return 404;"
        yield "}"

    def _redirect(self, file: str, to: str) -> Iterator[str]:
        """Redirect to the address `to` if there is a `file`; both may have variables."""
        yield f'    if (-f "{_value(self._folder)}{file}") {{'
        yield f'        return 301 "{_value(self._url)}{to}";'
        yield "    }"

    def _location(self, name: str) -> Iterator[str]:
        yield f"location ^~ /{PRIVATE}/{name} {{"
        yield "    internal;"
        yield f"    root {_quoted(self._folder)};"
        yield from _error_pages()

    def _error(self, status: int, name: str, headers: Headers | None) -> Iterator[str]:
        """The page of an error, and the line of text for programs."""
        if headers:
            yield from self._location(f"{status}/page")
            yield from (*_type(headers), *_sent((*headers, _BY_ACCEPT)))
            yield f"    try_files /{name} =404;"
            yield "}"
        text = (
            ("Access-Control-Allow-Origin", "*"),
            ("Cache-Control", "public, max-age=60"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("X-Content-Type-Options", "nosniff"),
            _BY_ACCEPT,
        )
        yield f"location ^~ /{PRIVATE}/{status}/ {{"
        yield "    internal;"
        yield from (*_type(text), *_sent(text))
        yield f'    return {status} "{_TEXTS[status]}\\n";'
        yield "}"


def _of_earlier_addresses() -> Iterator[str]:
    """Maps for `?page=2`, `?qr`, and for a slash too many."""
    lists = "/(?:(?:tags|categories|authors|lang)/(?:.*/)?)?"
    page = "(?<feedsvc_page>[1-9][0-9]*)"
    further = [
        ("^/ 1$", "/page/1/"),
        (f"^(?<feedsvc_list>{lists}) 1$", "$feedsvc_list"),
        (f"^(?<feedsvc_list2>{lists}) {page}$", "${feedsvc_list2}page/${feedsvc_page}/"),
    ]
    sent = [
        ("^/ 1$", "/page/1/"),
        ("^(?<feedsvc_list3>/.*) 1$", "$feedsvc_list3"),
        (f"^(?<feedsvc_list4>/.*) {page}$", "${feedsvc_list4}page/${feedsvc_page}/"),
    ]
    code = [(f"^(?<feedsvc_list5>{lists}) qr$", f"${{feedsvc_list5}}{addresses.QR_NAME}")]
    names = "|".join(map(_pattern, (*_DOCUMENTS, addresses.OPML_PATH, addresses.QR_NAME)))
    short = [(f"^(?<feedsvc_cut>/(?:.*/)?(?!(?:{names})/$)[^/]+)/$", "$feedsvc_cut")]
    first = [(f"^(?<feedsvc_list6>{lists})page/1/?$", "$feedsvc_list6")]
    first_sent = [("^(?<feedsvc_list7>/.*)page/1/?$", "$feedsvc_list7")]
    yield from _map("$feedsvc_path", "first", first, _NOTHING)
    yield from _map("$feedsvc_sent", "first_sent", first_sent, "")
    yield from _map('"$feedsvc_path $arg_page"', "further", further, _NOTHING)
    yield from _map('"$feedsvc_sent $arg_page"', "further_sent", sent, "")
    yield from _map('"$feedsvc_path $args"', "code", code, _NOTHING)
    yield from _map("$feedsvc_path", "short", short, _NOTHING)
    yield from _map(
        "$feedsvc_sent", "short_sent", [("^(?<feedsvc_cut2>/.*)/$", "$feedsvc_cut2")], ""
    )


def _of_feed() -> str:
    return f"(?:{'|'.join(map(_pattern, _DOCUMENTS))})?"


def _usual_file(path: str) -> str:
    """The file of a path by the rules for all paths."""
    if any(re.search(pattern, path) for pattern in _HIDDEN):
        return _NOTHING
    return f"{path}index.html" if path.endswith("/") else path


class _Classes:
    """The sets of headers, and by which rules a file has one of them."""

    def __init__(self, files: list[Listed]) -> None:
        self._files = files
        self._names = {
            headers: f"c{number}"
            for number, headers in enumerate(dict.fromkeys(each.headers for each in files))
        }
        by_group: dict[str, Counter[Headers]] = defaultdict(Counter)
        for each in files:
            by_group[_group(each.path)][each.headers] += 1
        self._usual = {group: each.most_common(1)[0][0] for group, each in by_group.items()}

    def headers(self) -> Iterator[tuple[str, Headers]]:
        """The name and the headers of each class."""
        yield from ((name, headers) for headers, name in self._names.items())
        yield _OTHER, ()

    def rules(self) -> Iterator[tuple[str, str]]:
        """The class of a file by its path: exceptions first, then by its group."""
        for each in self._files:
            if each.headers != self._usual[_group(each.path)]:
                yield f"^/{_pattern(each.path)}$", self._names[each.headers]
        for group in sorted(self._usual, key=len, reverse=True):
            yield group, self._names[self._usual[group]]


def _group(path: str) -> str:
    """A pattern for files that mostly have the same headers: by name, or else by suffix."""
    folder, _, name = path.rpartition("/")
    if name in _DOCUMENTS:
        is_archived = addresses.archive_page_at(folder) is not None
        return f"{f'^/{addresses.ARCHIVE}/.*' if is_archived else ''}/{_pattern(name)}$"
    _, dot, suffix = name.rpartition(".")
    return f"{_pattern(dot + suffix)}$" if dot else "/[^/.]+$"


def _map(
    source: str, name: str, rules: Iterable[tuple[str, str]], default: str
) -> Iterator[str]:
    """A map from patterns to values; both are as in quotes."""
    yield f"map {source} $feedsvc_{name} {{"
    yield f'    default "{default}";'
    for pattern, value in rules:
        # A new line in an address is an octet like others: for a dot, and at the end.
        pattern = f"{pattern[:-1]}\\z" if pattern.endswith("$") else pattern
        yield f'    "~(?s){_escaped(pattern)}" "{value}";'
    yield "}"


def _error_pages() -> Iterator[str]:
    yield "    recursive_error_pages on;"
    for status in ERROR_PAGES:
        yield f"    error_page {status} /{PRIVATE}/{status}/$feedsvc_error;"


def _static(directive: str, has_module: Callable[[str], bool]) -> str:
    comment = "" if has_module(directive) else "# "
    return f"    {comment}{directive} on;"


def _type(headers: Headers) -> Iterator[str]:
    given = dict(headers).get("Content-Type")
    if given is None:
        return
    media_type, _, parameters = given.partition(";")
    charset = parameters.strip().removeprefix("charset=")
    yield "    types { }"
    yield f"    default_type {_quoted(media_type)};"
    yield f"    charset {charset or 'off'};"
    yield "    charset_types *;"


def _sent(headers: Headers) -> Iterator[str]:
    for name, value in headers:
        if name != "Content-Type":
            yield f"    add_header {name} {_quoted(value)} always;"


def _pattern(text: str) -> str:
    """A pattern for exactly this text."""
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", text)


def _sent_as(letter: str) -> str:
    """A pattern for a letter of a path, encoded or not."""
    if letter == "/":
        return letter
    encoded = "".join(f"%{octet:02X}" for octet in letter.encode())
    return f"(?:{_pattern(letter)}|{encoded})"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _value(text: str) -> str:
    """A text as it is written in quotes. There is no escape for `$`."""
    return _escaped(text).replace("$", "${feedsvc_dollar}")


def _quoted(text: str) -> str:
    return f'"{_value(text)}"'
