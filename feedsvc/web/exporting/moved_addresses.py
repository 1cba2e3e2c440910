"""The addresses that the web app redirects or calls gone, as lists for a server of files.

Not in the lists are addresses without number: other Unicode forms and other cases of an
address, and those that `redirects.from` finds by the slug of a term.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from http import HTTPStatus

from feedsvc.core import addresses
from feedsvc.core.feeds.renamed_feeds import successors
from feedsvc.core.site import Site
from feedsvc.core.text import nfc
from feedsvc.publishing.exporting.page_files import Page, Render
from feedsvc.settings.settings import Settings
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.web.site_files import icon_of


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Decoded paths of addresses without a file, and the URLs that they redirect to.

    `feeds` are paths of feeds: their documents and pages are at the URL of another feed.
    `names` are the same without a slash at the end, which lead to the page. `old` are single
    addresses. `icon` is where `favicon.ico` leads if it is no file.
    """

    feeds: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    old: dict[str, str] = field(default_factory=dict)
    gone_feeds: tuple[str, ...] = ()
    gone_pages: tuple[str, ...] = ()
    icon: str = ""


def elsewhere_of(settings: Settings, snapshot: Snapshot, ask: Render) -> Elsewhere:
    """The addresses that the web app redirects or calls gone. `ask` asks the app."""
    site = snapshot.site()
    if site is None:
        return Elsewhere()
    records = {record.topic.path: record for record in snapshot.feeds()}
    plain = {}
    for record in records.values():
        name = _plain_name(record)
        if name and name not in records and addresses.raw_name_path(name) == record.topic.path:
            plain[name] = addresses.url(site.url, record.topic.path)
    renamed = {
        old: addresses.url(site.url, new)
        for old, new in successors(site.rules).items()
        if new in records and old not in records
    }
    old_addresses = {
        old: addresses.url(site.url, new) for old, new in settings.redirects.paths.items()
    }
    present = records.keys() | renamed.keys()
    gone = sorted(path for path in site.rules.gone if path not in present)
    return Elsewhere(
        {**plain, **renamed},
        plain if settings.server.pages else {},
        old_addresses,
        tuple(gone),
        tuple(_gone_pages(site, snapshot, settings.redirects.paths, ask)),
        icon_of(site),
    )


def _plain_name(record: FeedRecord) -> str:
    """The path that somebody types who does not know how names are encoded: `tags/C#`."""
    topic = record.topic
    if not topic.names:
        return ""
    return nfc("/".join([topic.path.partition("/")[0], *topic.names]))


def _gone_pages(
    site: Site, snapshot: Snapshot, redirected: Collection[str], ask: Render
) -> list[str]:
    """The paths of the pages of withdrawn posts that are gone, and not only missing."""
    if not site.pages:
        return []
    found = (addresses.path_at(site.url, each) for each in snapshot.withdrawn_permalinks())
    paths = sorted({path for path in found if path and path not in redirected})
    return paths if paths and _is_gone(paths[0], ask) else []


def _is_gone(path: str, ask: Render) -> bool:
    answer = ask(Page(path, ""))
    return answer is not None and answer.status == HTTPStatus.GONE
