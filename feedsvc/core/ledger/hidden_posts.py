"""Recognises published posts in files that their authors hide."""

from collections.abc import Iterable, Iterator, Set
from datetime import datetime
from typing import TypeAlias

from feedsvc.core.file_records import FileRecord, HiddenPost
from feedsvc.core.ledger.ledger import LONG_ENOUGH, LedgerEntry, local_too

# What tells which post it is: digests of title and text, and a date (with or without a zone).
_Look: TypeAlias = tuple[str, str, datetime | None]


def hidden_among(
    posts: Iterable[LedgerEntry],
    files: Iterable[FileRecord],
    shared: Set[str],
    texts: Set[str],
) -> frozenset[str]:
    """The ids of those posts that hidden `files` contain. No post may have a file of its own.

    A hidden post is a published one if both have

    1. the same key; or
    2. the same title, and the same text or date; or
    3. the same text, if no other post has or had it; or
    4. the same title, if no other post has or had it, and if the hidden file itself has never
       published an entry.

    A text must have at least 200 characters. Equal local times are one date. Two posts with
    different guids are never the same. `shared` are the digests of titles and texts that
    several posts have or had. A file whose text is one of `texts`, which a post has or had, is
    known by it: it is no other post with the same title, or the same title and date.
    """
    keys: set[str] = set()
    looks: dict[bool, set[_Look]] = {True: set(), False: set()}  # by whether it has a guid
    for file in files:
        if file.hides:
            keys.add(file.hides.key)
            looks[_has_guid(file.hides.key)].update(_looks_of_file(file.hides, file.key, texts))
    keys.discard("")
    return frozenset(
        post.id
        for post in posts
        if post.key in keys
        or any(
            look in looks[False] or (look in looks[True] and not _has_guid(post.key))
            for look in _looks_of_post(post, shared)
        )
    )


def _has_guid(key: str) -> bool:
    return key.startswith("guid:")


def _looks_of_file(post: HiddenPost, earlier_key: str, texts: Set[str]) -> Iterator[_Look]:
    title, body = post.title_digest, post.body_digest
    if body:
        yield "", body, None
        yield title, body, None
    if title and body not in texts:
        yield from ((title, "", date) for date in local_too(post.published))
        if not earlier_key:
            yield title, "", None


def _looks_of_post(post: LedgerEntry, shared: Set[str]) -> Iterator[_Look]:
    title = post.title_digest
    body = post.body_digest if post.body_length >= LONG_ENOUGH else ""
    if body:
        yield title, body, None
        if body not in shared:
            yield "", body, None
    for date in (post.published, post.redated):
        yield from ((title, "", each) for each in local_too(date))
    if title not in shared:
        yield title, "", None
