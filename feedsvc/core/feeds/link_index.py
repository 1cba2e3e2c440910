"""Finds the post or the feed page that a link names, in the folder as it is published.

The rules are in docs/front-matter.md. An index holds the files that may be meant and nothing
else, so it can be built for one link among 100,000 posts.
"""

import hashlib
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from feedsvc.core import addresses
from feedsvc.core.feeds.feeds import SITE_TOPIC, Topic, page_of
from feedsvc.core.html.source_targets import SourceTarget
from feedsvc.core.rules import LANGUAGES, Rules
from feedsvc.core.site import Site
from feedsvc.core.text import nfc

_SUFFIX = re.compile(r"\.(?:md|markdown|mdown|mkdn?|mdx|qmd|rmd|rst|txt|html?)$", re.I)
_LANGUAGE = re.compile(rf"\.((?:{'|'.join(LANGUAGES)})(?:[-_][a-z0-9]{{2,8}})?)$", re.I)
_POSTS_FOLDER = re.compile(r"(?:^|(?<=/))_(?:posts|drafts)/")
_INDEX = re.compile(r"(?:^|/)_?index$")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}-(?=.)")
_MOST_NAMESAKES: Final = 100  # of more files with one name, only a path can tell which is meant
_LONGEST_KEY: Final = 900  # bytes
_PREFIXES: Final = {"tag": "tags/", "category": "categories/", "author": "authors/"}
_SPACES = re.compile(r"[\s_-]++")


@dataclass(frozen=True, slots=True)
class Linkable:
    """A file with its `path`, or a feed with its name, and the URL that a link to it leads to.

    The URL is empty if the file has no published post.
    """

    path: str
    url: str


class Found(NamedTuple):
    """What a link leads to, None for nothing; and what it depends on: see `keys_of_file`."""

    url: str | None
    keys: tuple[str, ...]


@lru_cache(maxsize=4096)
def _logical(path: str) -> str:
    """The path without what differs between spellings: suffix, language, case, `/index`."""
    path = _SUFFIX.sub("", nfc(path).casefold())
    path = _LANGUAGE.sub("", path)
    path = _POSTS_FOLDER.sub("", path)
    folder = _INDEX.sub("", path)
    return folder or path


def _key(text: str) -> str:
    """The text, or a hash of one that is too long for an index of a database."""
    octets = text.encode("utf-8", "surrogatepass")
    return text if len(octets) <= _LONGEST_KEY else hashlib.sha256(octets).hexdigest()


def _undated(name: str) -> str:
    return _DATE.sub("", name, count=1) if name[:1].isdigit() else name


def name_of_file(path: str) -> str:
    """The name under which links find a file: `tea` for `_posts/2026-03-01-Tea.md`."""
    return _key(_undated(_logical(path).rpartition("/")[2]))


def keys_of_file(path: str) -> tuple[str, str]:
    """What a link can depend on that may name this file: its path, and its name."""
    return _key("/" + _logical(path)), name_of_file(path)


def names_of_feed(topic: Topic, rules: Rules) -> tuple[str, ...]:
    """The names under which links find a feed; none for feeds that no link can name."""
    prefix = _PREFIXES.get(topic.kind)
    if prefix is None:
        return ()
    name = "/".join(topic.names)
    aliases = {"tag": rules.tag_aliases, "category": rules.category_aliases}
    named = [name, topic.names[-1], *(o for o, n in aliases.get(topic.kind, ()) if n == name)]
    return tuple(dict.fromkeys(prefix + _key(_folded(each)) for each in named))


def _folded(name: str) -> str:
    """The name without what differs between a label and its slug."""
    return _SPACES.sub("", nfc(name).casefold())


def names_of_target(target: SourceTarget, path: str) -> tuple[str, ...]:
    """The names to look up for a link in the file at `path`; those of feeds have a slash."""
    if target.kind == "file":
        return tuple(dict.fromkeys(map(name_of_file, _paths(target, path))))
    prefix = _PREFIXES.get(target.kind)
    return (prefix + _key(_folded(target.name)),) if prefix else ()


def _paths(target: SourceTarget, path: str) -> tuple[str, ...]:
    """The paths that the target can mean, beginning at the file's folder and at the root."""
    at_root = posixpath.normpath("/" + target.name)[1:]
    if target.is_rooted:
        return (at_root,)
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), target.name))
    return (beside, at_root)


def feed_linkable(site: Site, topic: Topic) -> Linkable:
    """The feed of a topic as links find it: its page, or its document if it has no page."""
    document = addresses.document_path(topic.path, "atom")
    url = page_of(site, topic) if site.pages else addresses.url(site.url, document)
    return Linkable("/".join(topic.names), url)


class LinkIndex:
    """The files and feeds that links may name."""

    def __init__(
        self,
        site: Site,
        files: Iterable[Linkable],
        feeds: Mapping[str, Sequence[Linkable]],
    ) -> None:
        self._home_page = page_of(site, SITE_TOPIC)
        self._feeds = feeds
        self._by_path: dict[str, Linkable] = {}
        self._by_logical_path: dict[str, list[Linkable]] = {}
        self._published_by_name: dict[str, list[Linkable]] = {}
        for file in files:
            self._by_path[nfc(file.path)] = file
            self._by_logical_path.setdefault(_logical(file.path), []).append(file)
            if file.url:
                name = name_of_file(file.path)
                self._published_by_name.setdefault(name, []).append(file)

    def find(self, target: SourceTarget, path: str, address: str = "") -> Found:
        """What a link in the file at `path` leads to, or nothing if it is an `address`.

        The path of the target counts from the folder of the file, then from the root. If it
        names no file in either way, the file is meant whose path ends alike, then the nearest
        file with that name.
        """
        if target.kind == "index":
            return Found(self._home_page, ())
        if target.kind != "file":
            return self._feed(target)
        if target.may_be_address:
            return self._page(target, path, address)
        keys = list[str]()
        for meant in _paths(target, path):
            keys.append(keys_of_file(meant)[0])
            file = self._at(meant, path)
            if file:
                return Found(file.url or None, tuple(dict.fromkeys(keys)))
        name = name_of_file(meant)
        files = self._published_by_name.get(name, [])
        ranked = (each for each in _alike(meant, path, files[: _MOST_NAMESAKES + 1]))
        best = min(ranked, default=None) if len(files) <= _MOST_NAMESAKES else None
        return Found(best[-1] if best else None, (*dict.fromkeys(keys), name))

    def _page(self, target: SourceTarget, path: str, address: str) -> Found:
        """The file beside the one at `path`, unless the address is already that of a post."""
        meant, _ = _paths(target, path)
        key, name = keys_of_file(meant)
        page = address.partition("#")[0].rstrip("/")
        namesakes = self._published_by_name.get(name, [])[:_MOST_NAMESAKES]
        if any(file.url.rstrip("/") == page for file in namesakes):
            return Found(None, (key, name))
        file = self._at(meant, path)
        return Found(file.url or None if file else None, (key, name))

    def _at(self, meant: str, path: str) -> Linkable | None:
        """The file at a path, else one that differs only in suffix, case or language."""
        file = self._by_path.get(nfc(meant))
        if file:
            return file
        alike = self._by_logical_path.get(_logical(meant), ())
        language = _language(path)
        order = ((not f.url, _language(f.path) != language, len(f.path), f.path) for f in alike)
        first = min(zip(order, alike, strict=True), key=lambda pair: pair[0], default=None)
        return first[1] if first else None

    def _feed(self, target: SourceTarget) -> Found:
        names = names_of_target(target, "")
        feeds = [feed for name in names for feed in self._feeds.get(name, ())]
        best = min(feeds, key=lambda f: (f.path != target.name, f.path), default=None)
        return Found(best.url if best else None, names)


def _language(path: str) -> str:
    match = _LANGUAGE.search(_SUFFIX.sub("", path))
    return match[1].lower() if match else ""


def _alike(
    meant: str, path: str, files: Sequence[Linkable]
) -> Iterator[tuple[int, bool, int, int, str, str]]:
    """Files with the name that is meant, as values in order of likeness; the URL comes last."""
    *folders, name = _logical(meant).split("/")
    needs_all = bool(_INDEX.search(_SUFFIX.sub("", meant.casefold())))
    here = nfc(path).casefold().split("/")[:-1]
    language = _language(path)
    for file in files:
        *its_folders, its_name = _logical(file.path).split("/")
        if its_name != name and _undated(its_name) != name:
            continue
        shared = _common(folders[::-1], its_folders[::-1])
        if needs_all and shared < len(folders):
            continue
        near = _common(here, its_folders)
        steps = len(here) + len(its_folders) - 2 * near
        is_other = _language(file.path) != language
        yield -shared, is_other, steps, len(file.path), file.path, file.url


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many of the first values are equal."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
