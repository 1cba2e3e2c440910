"""Every document of the web app beside feeds: pages, files of posts, pictures and styles."""

from collections.abc import Collection, Iterator
from importlib import resources
from itertools import groupby
from typing import Final

from feedsvc.core import addresses
from feedsvc.core.feeds.entries import NOTICE
from feedsvc.core.site import Site
from feedsvc.publishing.exporting.file_names import PRIVATE
from feedsvc.publishing.exporting.page_files import Page
from feedsvc.settings.settings import Settings
from feedsvc.source.opening import source_of
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.web.exporting.asking import Renderer
from feedsvc.web.exporting.one_revision import revision_of
from feedsvc.web.exporting.sources import Sources, code_digest
from feedsvc.web.files import MOST_ENTRIES, Files
from feedsvc.web.pages import navigation
from feedsvc.web.pages.feed_pages import PER_PAGE, POSTS, has_code
from feedsvc.web.pages.further_pages import PagedList
from feedsvc.web.site_files import FAVICON, ROBOTS

ERROR_PAGES: Final = {404: "404.html", 410: "410.html"}
_STATIC: Final = "static"
_FOR_OPERATORS: Final = "admin.css"  # an export has no pages for them


class SitePages:
    """Lists and renders what the web app serves beside feeds."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def renderer(self, snapshot: Snapshot) -> Renderer:
        """Answers from this snapshot. Worker processes get a copy."""
        return Renderer(self._settings, snapshot, revision_of(snapshot))

    def documents(self, snapshot: Snapshot, taken: frozenset[str]) -> Iterator[Page]:
        """Every document but those at the addresses in `taken`, each address once."""
        site = snapshot.site()
        if site is None:
            return
        named = set(taken)
        for page in self._all(site, snapshot):
            if page.address not in named:
                named.add(page.address)
                yield page

    def _all(self, site: Site, snapshot: Snapshot) -> Iterator[Page]:
        """In the order in which the app looks: the first at an address is what it answers."""
        sources = Sources(self._settings, snapshot)
        files = Files(source_of(self._settings))
        yield from _static_files()
        yield Page("", sources.index())
        if self._settings.server.pages:
            yield from _posts(site, sources)
            yield from _lists(site, snapshot, sources)
            yield from _attached(site, snapshot, files)
        yield from _of_site(site, sources, files)
        if self._settings.server.pages:
            redirected = self._settings.redirects.paths.keys()
            yield from _errors(site, snapshot, sources, redirected)


def _attached(site: Site, snapshot: Snapshot, files: Files) -> Iterator[Page]:
    """The files in the folder of posts that posts show."""
    for path, rows in groupby(snapshot.attached(), lambda row: row[0]):
        shown_by = [(entry, post_path) for _, entry, post_path in rows][:MOST_ENTRIES]
        source = files.source_of(path, shown_by, site.url)
        if source is not None:
            yield Page(path, source)


def _of_site(site: Site, sources: Sources, files: Files) -> Iterator[Page]:
    """The icon and the logo, if they are in the folder of posts; and rules for robots."""
    robots = files.source_of_site(ROBOTS)
    yield Page(ROBOTS, sources.fixed(f"{ROBOTS} {robots}") if robots != "" else "")
    pictures = {addresses.path_at(site.url, each) for each in site.pictures}
    for path in sorted(pictures - {None, ""} | {FAVICON}, key=str):
        source = files.source_of_site(path) if path else None
        if path and source is not None:
            yield Page(path, source and sources.fixed(f"{path} {source}"))


def _static_files() -> Iterator[Page]:
    folder = resources.files("feedsvc.web.pages") / _STATIC
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name != _FOR_OPERATORS:
            yield Page(f"{_STATIC}/{file.name}", code_digest())


def _posts(site: Site, sources: Sources) -> Iterator[Page]:
    """The pages of posts. Of posts with the same permalink, the first by id is shown."""
    for entry in sources.entries:
        path = addresses.path_at(site.url, entry.permalink)
        if path and addresses.page_url(site.url, path) == entry.permalink:
            status = 410 if entry.digest.endswith(NOTICE) else 200  # that of serve
            yield Page(path, sources.post(entry), status=status)


def _lists(site: Site, snapshot: Snapshot, sources: Sources) -> Iterator[Page]:
    """The pages of feeds and of kinds of feeds, with all further pages, and QR codes."""
    counts = snapshot.feed_counts()
    for record in sources.records:
        path = f"{record.topic.path}/" if record.topic.names else ""
        yield from _pages_of(PagedList(path, record.entries, POSTS), record, sources)
        if has_code(site, record.topic):
            yield Page(f"{path}{addresses.QR_NAME}", sources.fixed(path))
    for kind, folder in navigation.FOLDERS.items():
        paged = PagedList(f"{folder}/", counts.get(kind, 0), PER_PAGE)
        if snapshot.has_feeds_of(kind):
            for number in range(1, paged.last + 1):
                yield Page(paged.path_of(number), sources.feeds)


def _pages_of(paged: PagedList, record: FeedRecord, sources: Sources) -> Iterator[Page]:
    for number in range(1, paged.last + 1):
        first = (number - 1) * paged.per_page
        source = sources.page_of_feed(record, first, first + paged.per_page)
        yield Page(paged.path_of(number), source)


def _errors(
    site: Site, snapshot: Snapshot, sources: Sources, redirected: Collection[str]
) -> Iterator[Page]:
    """The pages of errors, as the app answers at addresses that have them."""
    missing = ERROR_PAGES[404]
    yield Page(missing, sources.fixed(missing), asked_at=f"{PRIVATE}/{missing}", status=404)
    gone = ERROR_PAGES[410]
    withdrawn = (addresses.path_at(site.url, each) for each in snapshot.withdrawn_permalinks())
    asked_at = min((path for path in withdrawn if path and path not in redirected), default="")
    feeds = [path for path in sorted(site.rules.gone) if snapshot.feed(path) is None]
    if asked_at or feeds:
        # The page of a withdrawn post suggests no similar names, which those of feeds do.
        asked_at = asked_at or f"{feeds[0]}/"
        yield Page(gone, sources.fixed(f"{gone} {asked_at}"), asked_at=asked_at, status=410)
