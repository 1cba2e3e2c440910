"""The further pages of a list, which have addresses of their own: `/tags/AI/page/2/`.

In earlier versions they had queries (`/tags/AI/?page=2`), which no file can have. These
redirect now, but for a page whose address a post has: a post takes precedence.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from feedsvc.core import addresses
from feedsvc.core.site import Site
from feedsvc.store.snapshot import Snapshot

PAGE_NUMBER: Final = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Steps:
    """The position in a list of several pages. `newer` and `older` are "" if there is none."""

    number: int
    last: int
    address: str
    newer: str
    older: str


@dataclass(frozen=True, slots=True)
class PagedList:
    """A list that is shown on several pages.

    `path` is that of its first page: `` or with a slash at its end. The index of the site is
    not the first page of its posts, which is `page/1/`.
    """

    path: str
    count: int
    per_page: int

    @property
    def last(self) -> int:
        """The number of its last page."""
        return max(1, -(-self.count // self.per_page))

    @property
    def first(self) -> int:
        """The number of the first page that has the address of a further page."""
        return 2 if self.path else 1

    def path_of(self, number: int) -> str:
        """The path of a page."""
        further = number >= self.first
        return addresses.further_path(self.path, number) if further else self.path

    def steps(self, site: Site, snapshot: Snapshot, number: int) -> Steps:
        """The links at page `number`."""
        around = [
            self.address(site, snapshot, n) if 1 <= n <= self.last else ""
            for n in (number, number - 1, number + 1)
        ]
        return Steps(number, self.last, *around)

    def address(self, site: Site, snapshot: Snapshot, number: int) -> str:
        """The URL of a page. It has a query if a post has the address of the page."""
        path = self.path_of(number)
        if number >= self.first and _is_of_post(site, snapshot, path):
            return f"{addresses.url(site.url, self.path)}?page={number}"
        return addresses.url(site.url, path)


def answer_at(
    site: Site,
    snapshot: Snapshot,
    path: str,
    list_at: Callable[[str], PagedList | None],
    show: Callable[[PagedList, int], AnyResponse],
) -> AnyResponse | None:
    """What `show` makes of a page, or a redirect to it; None if `path` names no page of a list.

    `list_at` knows the lists by their paths. Raises NotFound if the query names no page.
    """
    if (asked := list_at(path)) is not None:
        return _of_query(site, snapshot, asked, show)
    named = addresses.further_page(path)
    paged = list_at(named[0]) if named else None
    if named is None or paged is None:
        return None
    number = named[1]
    if number > paged.last:  # it may be an earlier address of something else
        return None
    if paged.path_of(number) != path:  # the first page, or the slash is missing
        return redirect(addresses.url(site.url, paged.path_of(number)), 301)
    return show(paged, number)


def _of_query(
    site: Site,
    snapshot: Snapshot,
    paged: PagedList,
    show: Callable[[PagedList, int], AnyResponse],
) -> AnyResponse:
    if "page" not in request.args:
        return show(paged, 1)
    given = request.args["page"]
    number = int(given) if PAGE_NUMBER.fullmatch(given) else 0
    if not 1 <= number <= paged.last:
        raise NotFound
    path = paged.path_of(number)
    if number >= paged.first and _is_of_post(site, snapshot, path):
        return show(paged, number)
    return redirect(addresses.url(site.url, path), 301)


def _is_of_post(site: Site, snapshot: Snapshot, path: str) -> bool:
    return snapshot.entry_at(addresses.page_url(site.url, path)) is not None
