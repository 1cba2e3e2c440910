"""Which published post is which entry of another feed. Doubt is no match: ids are for good."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from feedsvc.core.adopting.links import link_key, page_key, title_key
from feedsvc.core.adopting.old_entries import OldEntry

Reason: TypeAlias = Literal["id", "link", "page and title", "page and date", "title and date"]

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PublishedPost:
    """A published post, as far as it can be recognised.

    `permalinks` are the present one, then earlier ones. `rss_guid` is an adopted id that is no
    absolute IRI.
    """

    entry_id: str
    key: str
    path: str
    title: str
    permalinks: tuple[str, ...]
    published: datetime
    updated: datetime
    rss_guid: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """An entry of another feed, the post that it is, and by what it was recognised."""

    entry: OldEntry
    post: PublishedPost
    reason: Reason


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An entry that is no post for certain, and the post that comes nearest, if any."""

    entry: OldEntry
    nearest: PublishedPost | None


@dataclass(frozen=True, slots=True)
class Matches:
    """What came of the entries of one feed, in their order."""

    matched: tuple[Match, ...]
    unmatched: tuple[Unmatched, ...]


_Post: TypeAlias = Callable[[PublishedPost], Iterable[object]]
_Entry: TypeAlias = Callable[[OldEntry], Iterable[object]]


def match(entries: Sequence[OldEntry], posts: Sequence[PublishedPost]) -> Matches:
    """Match the entries of one feed, whose ids differ, with published posts.

    An entry and a post match by the first of these that names one entry and one post:

    1. the id: the post has it already, or its front matter has it as `guid`;
    2. the link of the entry, or its id if that is a link: it is a permalink of the post;
    3. the path of this link on another host, with the same title or date;
    4. the title and the instant;
    5. the title and the day, if no other entry and no other post has this title.
    """
    open_entries = dict.fromkeys(entries)
    open_posts = dict.fromkeys(posts)
    reasons: dict[OldEntry, tuple[PublishedPost, Reason]] = {}

    def pair(reason: Reason, of_entry: _Entry, of_post: _Post) -> None:
        for entry, post in _pairs(open_entries, open_posts, of_entry, of_post):
            reasons[entry] = (post, reason)
            del open_entries[entry], open_posts[post]

    pair("id", lambda e: [e.id], lambda p: {p.entry_id, p.rss_guid, _guid(p)} - {""})
    pair("link", lambda e: _links(e, link_key), lambda p: _permalinks(p, link_key))
    pair("page and title", _pages_and_title, _post_pages_and_title)
    pair("page and date", _pages_and_date, _post_pages_and_date)
    pair("title and date", _title_and_date, _post_title_and_date)
    for entry, post in _of_one_title(entries, posts):
        if entry in open_entries and post in open_posts and _is_same_day(entry, post):
            reasons[entry] = (post, "title and date")
            del open_entries[entry], open_posts[post]
    near = _Nearest(posts)
    return Matches(
        tuple(Match(entry, *reasons[entry]) for entry in entries if entry in reasons),
        tuple(Unmatched(entry, near.to(entry)) for entry in open_entries),
    )


def _pairs(
    entries: Iterable[OldEntry],
    posts: Iterable[PublishedPost],
    of_entry: _Entry,
    of_post: _Post,
) -> list[tuple[OldEntry, PublishedPost]]:
    """The entries and posts that have something in common, and with no other."""
    entries_by: dict[object, set[OldEntry]] = {}
    posts_by: dict[object, set[PublishedPost]] = {}
    for entry in entries:
        for value in of_entry(entry):
            entries_by.setdefault(value, set()).add(entry)
    for post in posts:
        for value in of_post(post):
            posts_by.setdefault(value, set()).add(post)
    posts_of: dict[OldEntry, set[PublishedPost]] = {}
    entries_of: dict[PublishedPost, set[OldEntry]] = {}
    for value, some in entries_by.items():
        others = posts_by.get(value, set())
        if len(some) == 1 and len(others) == 1:
            (entry,), (post,) = some, others
            posts_of.setdefault(entry, set()).add(post)
            entries_of.setdefault(post, set()).add(entry)
    return [
        (entry, post)
        for entry, each in posts_of.items()
        if len(each) == 1
        for post in each
        if len(entries_of[post]) == 1
    ]


def _guid(post: PublishedPost) -> str:
    return post.key.removeprefix("guid:") if post.key.startswith("guid:") else ""


def _links(entry: OldEntry, key_of: Callable[[str], str]) -> set[str]:
    is_link = entry.id.startswith(("http://", "https://"))
    return {key_of(entry.link), key_of(entry.id) if is_link else ""} - {""}


def _permalinks(post: PublishedPost, key_of: Callable[[str], str]) -> set[str]:
    return set(map(key_of, post.permalinks)) - {""}


def _pages_and_title(entry: OldEntry) -> list[object]:
    title = title_key(entry.title)
    return [(page, title) for page in _links(entry, page_key) if title]


def _post_pages_and_title(post: PublishedPost) -> list[object]:
    return [(page, title_key(post.title)) for page in _permalinks(post, page_key)]


def _pages_and_date(entry: OldEntry) -> list[object]:
    return [(page, entry.published) for page in _links(entry, page_key) if entry.published]


def _post_pages_and_date(post: PublishedPost) -> list[object]:
    return [(page, post.published) for page in _permalinks(post, page_key)]


def _title_and_date(entry: OldEntry) -> list[object]:
    title = title_key(entry.title)
    return [(title, entry.published)] if title and entry.published else []


def _post_title_and_date(post: PublishedPost) -> list[object]:
    return [(title_key(post.title), post.published)]


def _of_one_title(
    entries: Iterable[OldEntry], posts: Iterable[PublishedPost]
) -> list[tuple[OldEntry, PublishedPost]]:
    def words(title: str) -> list[str]:
        return [key for key in [title_key(title)] if key]

    return _pairs(entries, posts, lambda e: words(e.title), lambda p: words(p.title))


def _is_same_day(entry: OldEntry, post: PublishedPost) -> bool:
    """True if the dates are less than a day apart: the feed may be in another time zone."""
    return entry.published is not None and abs(entry.published - post.published) < _DAY


class _Nearest:
    """Finds the post that an entry may have been: by its title, its slug or its date."""

    def __init__(self, posts: Sequence[PublishedPost]) -> None:
        self._titles = {title_key(post.title): post for post in posts}
        self._slugs = {_slug(link): post for post in posts for link in post.permalinks}
        self._by_date = sorted(posts, key=lambda post: (post.published, post.path))
        self._dates = [post.published for post in self._by_date]

    def to(self, entry: OldEntry) -> PublishedPost | None:
        """The nearest post; None if the entry has nothing to compare."""
        named = self._titles.get(title_key(entry.title) or " ")
        named = named or self._slugs.get(_slug(entry.link) or " ")
        if named or entry.published is None or not self._dates:
            return named
        after = bisect_left(self._dates, entry.published)
        near = self._by_date[max(after - 1, 0) : after + 1]
        when = entry.published
        return min(near, key=lambda post: abs(post.published - when))


def _slug(link: str) -> str:
    return page_key(link).rpartition("/")[2]
