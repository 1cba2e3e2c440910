"""Posts that share a slug: one has it as its key, the others also have their folder or path."""

import posixpath
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from feedsvc.core.ledger.identities import Claim
from feedsvc.core.posts.slug_keys import folder_key, path_key, shared_key

# The shared key, the title, the date and the digest of the text of a post that had a key. The
# digest is empty if it is not known.
Look: TypeAlias = tuple[str, str, datetime, str]


def possible_keys(claim: Claim) -> list[str]:
    """The keys that a post may have: its own, and those for a shared slug."""
    shared = shared_key(claim.key)
    if not shared.startswith("slug:"):
        return [claim.key]
    keys = (shared, path_key(shared, claim.path), folder_key(shared, claim.path))
    return [key for key in keys if key]


def own_keys(
    claims: Sequence[Claim],
    had: Mapping[str, str],
    pinned: Collection[str],
    owners: Mapping[str, str],
    formers: Mapping[Look, Sequence[str]],
) -> dict[str, str]:
    """The key of each post with a slug, by path. No two posts get the same.

    `had` are the keys that the files have in the store, by path. `pinned` are the possible keys
    that were ever published. `owners` are the paths of other files that have such a key now.
    `formers` are the keys of files that are gone, by their looks.

    A post keeps the key of its file; otherwise it gets that of a file that is gone and looked
    the same, or one of a shared slug that was published from its place. Of the others, the
    oldest gets the plain key if no file has it. The rest get their folder behind the slug, or
    their path if another post with the slug is in the folder.
    """
    groups: dict[str, list[Claim]] = {}
    for claim in sorted(claims, key=lambda claim: (claim.published, claim.path)):
        if claim.key.startswith("slug:"):
            groups.setdefault(shared_key(claim.key), []).append(claim)
    keys: dict[str, str] = {}
    for shared, group in groups.items():
        keys |= _keys_of_group(shared, group, had, pinned, owners, formers)
    return keys


def _keys_of_group(
    shared: str,
    group: Sequence[Claim],
    had: Mapping[str, str],
    pinned: Collection[str],
    owners: Mapping[str, str],
    formers: Mapping[Look, Sequence[str]],
) -> dict[str, str]:
    keys: dict[str, str] = {}
    taken: set[str] = set()

    def take(claim: Claim, key: str) -> None:
        if claim.path not in keys and key not in taken and key not in owners:
            keys[claim.path] = key
            taken.add(key)

    for claim in group:
        key = had.get(claim.path, "")
        if key and shared_key(key) == shared:
            take(claim, key)
    unused: dict[Look, Iterator[str]] = {}
    # First by the text, where it is known: posts may share their title and date too.
    for claim, text in [
        *((each, each.body_digest) for each in group),
        *((c, "") for c in group),
    ]:
        look = (shared, claim.title, claim.published, text)
        keys_of_look = unused.setdefault(look, iter(formers.get(look, ())))
        while claim.path not in keys and (key := next(keys_of_look, "")):
            take(claim, key)
    for claim in group:
        for key in possible_keys(claim)[1:]:
            if key in pinned:
                take(claim, key)
    for claim in group:
        take(claim, shared)
    folders = Counter(posixpath.dirname(claim.path) for claim in group)
    if shared in owners:
        folders[posixpath.dirname(owners[shared])] += 1
    for claim in group:
        in_folder = folder_key(shared, claim.path)
        if (
            in_folder
            and folders[posixpath.dirname(claim.path)] == 1
            and in_folder not in pinned
        ):
            take(claim, in_folder)
        take(claim, path_key(shared, claim.path))
    return keys
