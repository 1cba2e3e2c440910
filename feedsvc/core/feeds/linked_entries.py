"""Resolves the links of an entry to source files and feeds of the same folder."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from feedsvc.core.feeds.entries import Entry, SourceLink
from feedsvc.core.feeds.link_index import LinkIndex, names_of_target
from feedsvc.core.html.links import absolute
from feedsvc.core.html.source_targets import source_target, with_addresses
from feedsvc.core.problems import Problem

CODE = "no-target"


@dataclass(frozen=True, slots=True)
class LinkedEntry:
    """An entry whose links are resolved.

    `lost` are the links that lead to nothing. The result depends on what the `keys` name: see
    `keys_of_file` and `names_of_feed`.
    """

    entry: Entry
    lost: tuple[SourceLink, ...]
    keys: tuple[str, ...]


def names_to_look_up(entry: Entry, path: str) -> set[str]:
    """The names of files and feeds that the links of an entry from `path` may mean."""
    links = entry.unresolved.links if entry.unresolved else ()
    targets = [source_target(link.written) for link in links]
    return {name for target in targets if target for name in names_of_target(target, path)}


def linked_entry(entry: Entry, path: str, index: LinkIndex) -> LinkedEntry:
    """The entry from the file at `path`, with its links as the index resolves them."""
    if entry.unresolved is None:
        return LinkedEntry(entry, (), ())
    addresses: dict[str, str | None] = {}
    lost, keys = [], dict[str, None]()
    for link in entry.unresolved.links:
        target = source_target(link.written)
        if target is None:  # an earlier version marked it
            addresses[link.written] = absolute(entry.permalink, link.written)
            continue
        address = absolute(entry.permalink, link.written) if target.may_be_address else None
        found = index.find(target, path, address or "")
        keys |= dict.fromkeys(found.keys)
        if found.url is not None:
            address = found.url + target.fragment.replace(" ", "%20")
        elif not target.may_be_address:
            lost.append(link)
        addresses[link.written] = address
    content = with_addresses(entry.unresolved.content_html, addresses.get)
    return LinkedEntry(replace(entry, content_html=content), tuple(lost), tuple(keys))


def with_link_problems(
    problems: Iterable[Problem], entry: Entry, path: str, lost: Iterable[SourceLink]
) -> tuple[Problem, ...]:
    """The problems of the file of an entry, with those of the links that are lost now."""
    links = entry.unresolved.links if entry.unresolved else ()
    texts = {link.text for link in links}
    others = [p for p in problems if p.code != CODE or p.text not in texts]
    return (*others, *dict.fromkeys(_problem(path, link) for link in lost))


def _problem(path: str, link: SourceLink) -> Problem:
    shown = link.text if len(link.text) <= 60 else link.text[:57] + "..."
    fault = f"{shown} names no published post or feed, so the link is left out"
    cure = "correct it, publish what it names, or write an address such as /posts/tea/"
    return Problem(path, link.line, fault, cure, False, CODE, link.column, link.text)
