"""Writes every feed to a file, and pages if they are given, for sites of static files."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from feedsvc.core import addresses
from feedsvc.core.feeds.archives.paging import Extent, numbers_of
from feedsvc.core.feeds.feeds import Topic, entity_tag, opml_digest
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.feeds.opml import opml_document
from feedsvc.core.site import Site
from feedsvc.publishing.exporting.archive_files import (
    FeedDocuments,
    archive_documents,
    has_archive,
)
from feedsvc.publishing.exporting.feed_files import (
    SUFFIXES,
    Codings,
    CurrentFile,
    DocumentFiles,
    FeedFiles,
    Writer,
    write_feeds,
)
from feedsvc.publishing.exporting.file_names import FileNames, Unwritable, folders_of
from feedsvc.publishing.exporting.manifest import Headers, Listed, Manifest, sole_export
from feedsvc.publishing.exporting.page_files import (
    Page,
    PageFile,
    Render,
    WrittenPage,
    write_pages,
)
from feedsvc.publishing.exporting.replacing import (
    folds_case,
    look_at_folders_again,
    obstacles,
    removed,
)
from feedsvc.publishing.exporting.sharing import shared
from feedsvc.store.snapshot import FeedRecord, Snapshot
from feedsvc.store.store import Store

_FEWEST_TO_SHARE: Final = 200  # feeds or pages: fewer are rendered before a worker has started
_RETRY: Final = "export again"

_Progress: TypeAlias = Callable[[int, int], None]


class Pages(Protocol):
    """The documents beside feeds, and how to render them."""

    def documents(self, snapshot: Snapshot, taken: frozenset[str]) -> Iterator[Page]:
        """Every document but those at the addresses in `taken`."""

    def renderer(self, snapshot: Snapshot) -> Render:
        """Answers from this snapshot. Worker processes get a copy."""


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What to export, beside the feeds at their own addresses.

    `aliases` are further addresses of the site's feed. `headers` are the HTTP headers of a
    feed's document, by its path. Nothing is deleted unless it `deletes`.
    """

    aliases: Mapping[str, str] = field(default_factory=dict)
    pages: Pages | None = None
    headers: Callable[[str], Headers] = lambda _: ()
    codings: Codings = field(default_factory=dict)
    deletes: bool = True
    workers: int = 0


@dataclass(slots=True)
class Exported:
    """What an export did: the numbers of written, existing and deleted files.

    `left` are files of an earlier export that are not deleted, because they were changed since.
    """

    written: int = 0
    files: int = 0
    deleted: int = 0
    left: list[str] = field(default_factory=list)
    unwritable: list[Unwritable] = field(default_factory=list)


def export(
    store: Store, target: Path, plan: ExportPlan, progress: _Progress | None = None
) -> Exported:
    """Write every document of the plan below `target`.

    A document is rendered only if its file may not be current, and a file is replaced, at once,
    only if its bytes have changed. All documents are of one revision. Files of the last export
    that are not named any more are deleted, if nobody has changed them since. The next export
    completes one that was killed. If many documents are out of date, so many workers render
    them, of which this process is one. Raises OSError, ExportError and StoreError.
    """
    with store.snapshot() as snapshot:
        if snapshot.site() is None:
            return Exported()
    # The store is read once no other export writes: it may have written a newer revision.
    with sole_export(target), store.snapshot() as snapshot:
        site = snapshot.site()
        if site is None:
            return Exported()
        look_at_folders_again()
        return _Export(snapshot, without_own_hub(site), target, plan).run(
            progress or _no_progress
        )


def _no_progress(_done: int, _total: int) -> None:
    """Report nothing."""


def without_own_hub(site: Site) -> Site:
    """The site without our own hub, which does not run where static files are served."""
    own = addresses.url(site.url, addresses.HUB_PATH)
    return replace(site, hubs=tuple(hub for hub in site.hubs if hub != own))


@dataclass(frozen=True, slots=True)
class _Outdated:
    """The documents to render. The paths of feeds are those of files that are not current."""

    feeds: list[FeedDocuments]
    opml: tuple[DocumentFiles, ...]
    pages: list[PageFile]

    def paths(self) -> Iterator[str]:
        """The files that are to be written."""
        for document in chain(self.opml, *(each.documents for each in self.feeds)):
            yield from document.paths
        yield from (page.path for page in self.pages)


class _Export:
    """One export of a snapshot."""

    def __init__(self, snapshot: Snapshot, site: Site, target: Path, plan: ExportPlan) -> None:
        self._snapshot = snapshot
        self._site = site
        self._target = target
        self._plan = plan
        self._manifest = Manifest(target)
        self._suffixes = [SUFFIXES[name] for name in plan.codings]
        self._files: dict[str, str] = {}  # by address
        # By file. A file that answers no address by itself, the page of an error, has None.
        self._addresses: dict[str, str | None] = {}
        self._aliases: dict[str, str] = {}  # the path of the document of each file of an alias
        self._done = Exported()

    def run(self, progress: _Progress) -> Exported:
        """Write what is out of date, and delete what is gone."""
        records = list(self._snapshot.feeds())
        feeds = [FeedDocuments(record, 0, self._documents(record)) for record in records]
        if self._plan.pages:
            archived = [record for record in records if has_archive(record, self._site)]
            feeds += archive_documents(self._snapshot, self._site, archived)
        topics = [record.topic for record in records if record.is_listed]
        opml = _opml(self._site, topics)
        of_feeds = chain(opml.paths, *(d.paths for each in feeds for d in each.documents))
        taken = frozenset(of_feeds)
        pages = (
            list(self._plan.pages.documents(self._snapshot, taken)) if self._plan.pages else []
        )
        self._name(chain(taken, (page.address for page in pages)))
        for page in pages:
            if page.asked_at is not None and page.address in self._files:
                self._addresses[self._files[page.address]] = None
        outdated = _Outdated(
            [f._replace(documents=d) for f in feeds if (d := self._outdated(f.documents))],
            self._outdated([opml]),
            [file for page in pages if (file := self._outdated_page(page))],
        )
        total = len(feeds) + len(pages)
        done = total - len(outdated.feeds) - len(outdated.pages)
        for number in range(done):
            progress(number + 1, total)
        self._done.files = len(self._files)
        if not (self._manifest.has_changed() or outdated.pages):
            return self._done
        outdated = self._without_obstructed(outdated)
        with self._manifest.writing():
            for _ in self._write(outdated, topics):
                done += 1
                progress(min(done, total), total)
            self._delete_gone()
        return self._done

    # Which documents exist, and where.

    def _documents(self, record: FeedRecord) -> tuple[DocumentFiles, ...]:
        """Every document of a feed. An alias that names a folder is only beside pages."""
        documents = []
        for format_name in FORMATS:
            paths = [addresses.document_path(record.topic.path, format_name)]
            if not record.topic.names:
                paths += [
                    alias.lstrip("/")
                    for alias, alias_format in self._plan.aliases.items()
                    if alias_format == format_name
                    and (self._plan.pages or not alias.endswith("/"))
                ]
            source = entity_tag(record.digest, format_name)
            if self._leads_to_archive(record):
                source += "+archive"
            documents.append(DocumentFiles(format_name, source, tuple(paths)))
        return tuple(documents)

    def _leads_to_archive(self, record: FeedRecord) -> bool:
        """True if archive pages of the feed are exported: they are for whoever reads pages."""
        return self._plan.pages is not None and has_archive(record, self._site)

    def _name(self, of_documents: Iterable[str]) -> None:
        """Give each address a file."""
        every = list(of_documents)
        is_mixed = len({each.casefold() for each in every}) < len(set(every))
        names = FileNames(folds_case=is_mixed and folds_case(self._target))
        self._files = names.of(every)
        self._addresses = {file: address for address, file in self._files.items()}
        self._done.unwritable += names.unwritable

    # Which files are out of date.

    def _outdated(self, documents: Iterable[DocumentFiles]) -> tuple[DocumentFiles, ...]:
        """The documents to render, each with the files that are not current."""
        outdated = []
        for each in documents:
            source = self._with_codings(each.source)
            headers = self._plan.headers(each.paths[0])
            files = [self._files[path] for path in each.paths if path in self._files]
            self._aliases |= dict.fromkeys(files[1:], each.paths[0])
            paths = tuple(file for file in files if not self._kept(file, source, headers))
            if paths:
                outdated.append(replace(each, source=source, paths=paths))
        return tuple(outdated)

    def _outdated_page(self, page: Page) -> PageFile | None:
        file = self._files.get(page.address)
        if file is None:
            return None
        if page.source:
            page = replace(page, source=self._with_codings(page.source))
            if self._kept(file, page.source, None):
                return None
        return PageFile(page, file)

    def _kept(self, file: str, source: str, headers: Headers | None) -> bool:
        """True if a file and its twins are current; then they are listed."""
        twins = self._manifest.twins_of(file, self._suffixes)
        twins = [twin for twin in twins if twin not in self._addresses]
        if not all(self._manifest.is_current(path, source) for path in (file, *twins)):
            return False
        self._manifest.keep(file, headers, self._addresses[file])
        for twin in twins:
            self._manifest.keep(twin, headers, None)
        return True

    def _with_codings(self, source: str) -> str:
        return "+".join([source, *self._plan.codings])

    # Writing and deleting.

    def _without_obstructed(self, outdated: _Outdated) -> _Outdated:
        """What can be written. Files that are gone do not stay in the way of others."""
        wanted = set(outdated.paths())
        folders = {folder for path in wanted for folder in folders_of(path)}
        obstructed: dict[str, tuple[str, str]] = {}
        for listed in self._manifest.gone():
            above = [folder for folder in folders_of(listed.path) if folder in wanted]
            if listed.path in wanted or not (listed.path in folders or above):
                continue
            if self._plan.deletes:
                self._delete(listed)
                continue
            fault = "a file of the last export is in its place, and nothing is deleted now"
            below = (path for path in wanted if path.startswith(f"{listed.path}/"))
            obstructed |= dict.fromkeys(chain(above, below), (fault, _RETRY))
        for path, place in obstacles(self._target, wanted - obstructed.keys()):
            fault = f"{self._target / place} is in its place, and is not ours"
            obstructed[path] = (fault, f"move it away, then {_RETRY}")
        for path in sorted(obstructed):
            self._refuse(path, *obstructed[path])
        return _without(outdated, obstructed.keys()) if obstructed else outdated

    def _refuse(self, path: str, fault: str, cure: str = _RETRY) -> None:
        self._done.unwritable.append(Unwritable(self._addresses[path] or path, fault, cure))

    def _write(self, outdated: _Outdated, topics: list[Topic]) -> Iterator[None]:
        """Write all that is out of date: what feeds link to comes first."""
        writer = Writer(self._target, self._plan.codings, frozenset(self._like_twins()))
        for page in self._pages(writer, outdated.pages):
            self._note_page(page)
            yield
        processes = self._processes(len(outdated.feeds))
        feeds = map(self._feed_files, outdated.feeds)
        for files in shared(partial(write_feeds, writer, self._site), feeds, processes):
            self._note(files)
            yield
        for document in outdated.opml:
            self._note(writer.write(document, opml_document(self._site, topics)))

    def _pages(self, writer: Writer, pages: list[PageFile]) -> Iterator[WrittenPage]:
        if not pages or self._plan.pages is None:
            return
        render = self._plan.pages.renderer(self._snapshot)
        undone: list[PageFile] = []
        work = partial(write_pages, writer, render)
        for page in shared(work, iter(pages), self._processes(len(pages))):
            if page.is_undone:
                undone.append(page.file)
            else:
                yield page
        yield from write_pages(writer, render, undone)

    def _processes(self, documents: int) -> int:
        return self._plan.workers if documents >= _FEWEST_TO_SHARE else 1

    def _like_twins(self) -> Iterator[str]:
        suffixes = tuple(self._suffixes)
        return (path for path in self._addresses if suffixes and path.endswith(suffixes))

    def _note_page(self, page: WrittenPage) -> None:
        path = page.file.path
        if page.fault:
            self._refuse(path, page.fault)
            self._manifest.keep_all([path, *self._manifest.twins_of(path, self._suffixes)])
            return
        if not page.files:
            self._done.files -= 1
        for file in page.files:
            address = None if file.twin_of else self._addresses[path]
            self._done.written += self._manifest.add(file, file.headers, address)

    def _note(self, files: Iterable[CurrentFile]) -> None:
        for file in files:
            path = file.twin_of or file.path
            address = self._addresses[path]
            headers = self._plan.headers(self._aliases.get(path, address or ""))
            listed_at = None if file.twin_of else address
            self._done.written += self._manifest.add(file, headers, listed_at)

    def _feed_files(self, outdated: FeedDocuments) -> FeedFiles:
        record, page, documents = outdated
        deleted = self._snapshot.deleted_from(record.number)
        if page:
            shown = self._snapshot.numbered(record.number, *numbers_of(page))
            return FeedFiles(record.topic, page, shown, record.extent, documents, deleted)
        newest = self._snapshot.newest(record.number, self._site.entries)
        numbered = record.numbered if self._leads_to_archive(record) else 0
        extent = Extent(record.entries, numbered)
        return FeedFiles(record.topic, 0, newest, extent, documents, deleted)

    def _delete_gone(self) -> None:
        gone = self._manifest.gone()
        if not self._plan.deletes:
            # But a twin that was not written again may be older than its document.
            self._manifest.keep_all(each.path for each in gone if not self._is_twin(each.path))
            gone = [each for each in gone if self._is_twin(each.path)]
        for listed in gone:
            self._delete(listed)

    def _is_twin(self, path: str) -> bool:
        """True if a document of this export is at the same path without the suffix."""
        stem, dot, suffix = path.rpartition(".")
        return f"{dot}{suffix}" in SUFFIXES.values() and stem in self._addresses

    def _delete(self, listed: Listed) -> None:
        """Delete a file of an earlier export, unless it was changed since."""
        if removed(self._target, listed.path, listed.stamp, listed.digest):
            self._done.deleted += 1
        else:
            self._done.left.append(listed.path)
        self._manifest.drop(listed.path)


def _opml(site: Site, topics: Iterable[Topic]) -> DocumentFiles:
    digest = opml_digest(site, (topic.path for topic in topics))
    return DocumentFiles("opml", entity_tag(digest, "opml"), (addresses.OPML_PATH,))


def _without(outdated: _Outdated, paths: Collection[str]) -> _Outdated:
    """The same documents, but for these files."""

    def rest(documents: Iterable[DocumentFiles]) -> tuple[DocumentFiles, ...]:
        kept = (
            replace(d, paths=tuple(p for p in d.paths if p not in paths)) for d in documents
        )
        return tuple(each for each in kept if each.paths)

    feeds = [each._replace(documents=rest(each.documents)) for each in outdated.feeds]
    pages = [page for page in outdated.pages if page.path not in paths]
    return _Outdated([each for each in feeds if each.documents], rest(outdated.opml), pages)
