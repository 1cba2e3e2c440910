"""The story in one function: changed files -> posts -> entries -> one transaction -> report."""

import pickle
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self

from feedsvc.core.dates import microseconds, rfc3339
from feedsvc.core.feeds.change_summary import ChangeSummary
from feedsvc.core.feeds.entries import (
    Entry,
    compose,
    new_id,
)
from feedsvc.core.feeds.identities import (
    Claim,
    Identities,
    Standing,
    identify,
)
from feedsvc.core.file_records import (
    FileRecord,
    Stamp,
    State,
)
from feedsvc.core.posts.enclosures import file_candidates
from feedsvc.core.posts.parse import parse_post
from feedsvc.core.posts.post import Draft, NotAPost, Post, Reading
from feedsvc.core.problems import Problem, Span
from feedsvc.core.site import Site
from feedsvc.publishing.attached_files import Attaching
from feedsvc.publishing.earlier_dates import Formers
from feedsvc.source.folder import (
    HIDDEN,
    Folder,
    SourceFile,
    Unsettled,
    is_post_name,
)
from feedsvc.store.publication import Changes, Publication
from feedsvc.store.snapshot import Snapshot
from feedsvc.store.store import Store

SECOND_LOOK_SECONDS: Final = 1.0  # a file that vanished may be on its way to another name
HELD_FAULT: Final = "the folder holds no post"
HELD_CURE: Final = (
    "put the posts back (is a volume not mounted?), or withdraw them all with "
    "feedsvc publish --accept"
)
MOST_PROBLEMS: Final = 100  # that a report tells of one by one
_SAMPLE: Final = 20  # published files, one of which is likely to be there
_SPOOLED_BYTES: Final = 16 * 1024 * 1024

_UNREAD: Final = Stamp(-1, 0, 0, 0)  # that no file has

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What one publish did, by the paths of files; `feeds` are the paths of feeds that moved.

    `problems` are all that stand in what was looked at, `noticed` those that were found this
    time. The `unsettled` files want another look soon; at `next_due` something is due by its
    date. If the folder is empty, nothing is done, and `held` is the number of published posts,
    none of which is in it.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    withdrawn: tuple[str, ...]
    feeds: tuple[str, ...]
    news: ChangeSummary
    problems: tuple[Problem, ...]
    noticed: tuple[Problem, ...]
    unsettled: frozenset[str]
    next_due: datetime | None
    revision: int
    read: int
    held: int = 0

    @property
    def refused(self) -> int:
        """How many files are refused as they stand."""
        return len({problem.path for problem in self.problems if problem.refuses})

    def to_dict(self, site_url: str) -> dict[str, Any]:
        """The same for those who asked for it, whose JSON it becomes."""
        return {
            **self.news.to_dict(site_url),
            "held": {
                "count": self.held,
                "fault": HELD_FAULT if self.held else "",
                "cure": HELD_CURE if self.held else "",
            },
            "refused": self.refused,
            "problems": [problem.to_dict() for problem in self.problems[:MOST_PROBLEMS]],
        }


def publish(
    folder: Folder,
    store: Store,
    site: Site,
    now: datetime,
    *,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    accept: bool = False,
) -> Report:
    """Bring the store up to what is in the folder; nothing is read that has not changed.

    With `only`, no other paths are looked at, so that the cost is that of the change. A folder
    without any post withdraws those that are published only if told to `accept` that. Raises
    FolderError and StoreError; StoreLocked where another process is publishing.
    """
    with store.lock():
        known = _recall(store, site, now, only)
        with _Spool() as entries:
            seen = _look(folder, store, known, site, now, entries, progress)
            held = 0 if accept else _held(folder, store, known, seen)
            if held:
                if not known.was_held:
                    store.set_held_posts(held)
                with store.snapshot() as snapshot:
                    return _report_held(snapshot, site, known, seen, held)
            verdict = _identify(store, site, known, seen)
            publication = _decide(entries, folder, site, now, known, seen, verdict)
            changes = Changes(known.revision)
            if known.everything or publication.files or publication.forgotten:
                changes = store.publish(publication, now)
            if known.was_held:
                store.set_held_posts(0)
        with store.snapshot() as after:
            return _report(after, publication, changes, known, seen)


def preview(
    folder: Folder, store: Store, site: Site, now: datetime, *, accept: bool = False
) -> Report:
    """What `publish` would do with all that is in the folder; nothing is written.

    The folder may be another one than that which is published. It stands: what is missing in it
    would be withdrawn. Raises FolderError and StoreError, StoreLocked among them.
    """
    with store.lock():
        known = _recall(store, site, now, None)
        with _Spool() as entries:
            seen = _look(folder, store, known, site, now, entries, None)
            held = 0 if accept else _held(folder, store, known, seen)
            if held:
                with store.snapshot() as snapshot:
                    return _report_held(snapshot, site, known, seen, held)
            verdict = _identify(store, site, known, seen)
            publication = _decide(entries, folder, site, now, known, seen, verdict)
            changes = store.rehearse(publication, now)
        with store.snapshot() as before:
            return _report(before, publication, changes, known, seen)


class _Spool:
    """Entries by their path, on disk when they are many: 100,000 need not fit in memory."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_SPOOLED_BYTES)  # noqa: SIM115
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, path: str, entry: Entry) -> None:
        pickle.dump((path, entry), self._file, pickle.HIGHEST_PROTOCOL)
        self._count += 1

    def __iter__(self) -> Iterator[tuple[str, Entry]]:
        self._file.seek(0)
        for _ in range(self._count):
            yield pickle.load(self._file)  # noqa: S301 - we alone wrote it, a moment ago


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store knows of the files in question; `scope` is None for the whole folder."""

    records: Mapping[str, FileRecord]
    revision: int
    scope: Collection[str] | None
    everything: bool  # the settings have changed, or feedsvc has: all is to be read again
    zone_before: tzinfo | None  # of the site, if that is another now
    was_held: bool

    @property
    def zone_moved(self) -> bool:
        """True if dates without a zone are other moments than at the last publish."""
        return self.zone_before is not None


class _Places(NamedTuple):
    """The line and the column of what tells a post from others, in its file."""

    key: tuple[int, int]
    permalink: tuple[int, int]
    published: tuple[int, int]


@lru_cache(maxsize=4096)
def _places(*places: tuple[int, int]) -> _Places:
    """The same value for all posts that are laid out alike, as most of a folder are."""
    return _Places(*places)


@dataclass(slots=True)
class _Seen:
    """What a look at the folder found."""

    claims: list[Claim] = field(default_factory=list)
    claiming: dict[str, FileRecord] = field(default_factory=dict)  # by path, without their ids
    permalinks: dict[str, str] = field(default_factory=dict)  # of those that claim, by path
    places: dict[str, "_Places"] = field(default_factory=dict)  # the same
    records: list[FileRecord] = field(default_factory=list)
    missing: list[FileRecord] = field(default_factory=list)
    freed: set[str] = field(default_factory=set)  # ids whose file no longer publishes them
    problems: list[Problem] = field(default_factory=list)
    unsettled: set[str] = field(default_factory=set)
    read: int = 0
    posts: int = 0  # files that may be posts and are there


def _recall(store: Store, site: Site, now: datetime, only: Collection[str] | None) -> _Known:
    with store.snapshot() as snapshot:
        published = snapshot.site()
        everything = published != site or not snapshot.is_current()
        zone_moved = published is not None and published.timezone != site.timezone
        zone_before = published.zone if published and zone_moved else None
        was_held = snapshot.held_posts() > 0
        scope: set[str] | None = None
        records = {}
        # While it was held nobody noted what is missing: the whole folder tells.
        if only is not None and not everything and not was_held:
            scope = {*only, *snapshot.unsettled(microseconds(now))}
            records = snapshot.files(scope)
            waiting = snapshot.waiting_for({r.key for r in records.values() if r.key})
            scope |= waiting
            records |= snapshot.files(waiting)
            showing = _showing(only, snapshot)
            scope |= showing
            records |= snapshot.files(showing)
        else:
            records = snapshot.files()
        return _Known(records, snapshot.revision(), scope, everything, zone_before, was_held)


def _showing(paths: Collection[str], snapshot: Snapshot) -> set[str]:
    """The posts that announce the length of what is, or would be, at one of these paths."""
    others = {path for path in paths if not is_post_name(path.rpartition("/")[2])}
    if not others:
        return set()
    measuring = snapshot.measuring()
    return {
        post for post, name in measuring if others.intersection(file_candidates(post, name))
    }


def _look(
    folder: Folder,
    store: Store,
    known: _Known,
    site: Site,
    now: datetime,
    entries: _Spool,
    progress: Progress | None,
) -> _Seen:
    """Read what has changed since it was last read, and note what is gone."""
    survey = folder.survey(known.scope)
    attaching = Attaching(folder, site, now)
    seen = _Seen(problems=list(survey.problems), posts=len(survey.stamps))
    now_us = microseconds(now)
    absent = [r for path, r in known.records.items() if path not in survey.stamps]
    seen.missing = [record for record in absent if not survey.hides(record.path)]
    if known.everything:
        seen.records += [_unread(record) for record in absent if survey.hides(record.path)]
    leaving = {r.key for r in seen.missing if r.key and _is_gone(r, folder, now_us)}
    formers = Formers(store, seen.missing, known.zone_before)
    for done, path in enumerate(sorted(survey.stamps)):
        if progress:
            progress(done, len(survey.stamps))
        record, stamp = known.records.get(path), survey.stamps[path]
        again = known.everything or (record and record.wants in leaving)
        again = again or bool(record and _measures_otherwise(record, attaching))
        if record and not again and not _to_be_read(record, stamp, now_us):
            if record.missing_since is not None:
                seen.records.append(replace(record, missing_since=None))
            continue
        try:
            file = folder.read(path, stamp)
        except Unsettled:
            seen.unsettled.add(path)
            if record and known.everything:
                seen.records.append(_unread(record))
            continue
        seen.read += 1
        if record and not again and _only_touched(record, file, now_us):
            seen.records.append(replace(record, stamp=stamp, missing_since=None))
            continue
        reading = read_post(file, attaching, record.measured if record else ())
        if isinstance(file, Problem) and file.code == "unreadable":
            stamp = _UNREAD  # a disk that answers again changes no stamp
        digest = file.digest if isinstance(file, SourceFile) else ""
        _note(seen, record, reading, (stamp, digest), site, now, entries, formers)
    return seen


def _held(folder: Folder, store: Store, known: _Known, seen: _Seen) -> int:
    """How many posts are published of a folder that has become empty; 0 if it has not."""
    if seen.posts or not any(record.entry_id for record in seen.missing):
        return 0
    if known.scope is not None:
        with store.snapshot() as snapshot:
            sample = snapshot.first_published(_SAMPLE)
        if folder.survey(sample).stamps or not folder.is_empty():
            return 0
    with store.snapshot() as snapshot:
        return snapshot.count_published()


def held_message(folder: str, posts: int) -> str:
    """The message about an empty folder of which this many posts are published."""
    return (
        f"nothing is published: {folder} holds no post; the feeds keep the {posts} that they "
        f"have; {HELD_CURE}"
    )


def _report_held(
    snapshot: Snapshot, site: Site, known: _Known, seen: _Seen, held: int
) -> Report:
    nothing = (Publication(site), Changes(known.revision), known, _Seen(problems=seen.problems))
    return replace(_report(snapshot, *nothing), held=held)


def read_post(
    file: SourceFile | Problem,
    attaching: Attaching,
    measured: Collection[tuple[str, int | None]] = (),
) -> Reading:
    """What the file says. Should our own code fail on it, that harms no other post either.

    `measured` are lengths of attached files by their names, for those of which the disk
    cannot tell the length now.
    """
    if isinstance(file, Problem):
        return file
    try:
        reading = parse_post(file.path, file.source, attaching.site)
        if isinstance(reading, Post):
            return attaching.with_files(reading, file, dict(measured))
        return reading
    except BaseException as error:  # noqa: BLE001 - see above; what is not ours goes on
        return _own_fault(file.path, error)


def compose_alone(post: Post, site: Site) -> Entry | Problem:
    """The entry of a post, under the id that it would have if nobody had ever seen it."""
    try:
        return compose(post, site, new_id(post.key, site), post.published)
    except BaseException as error:  # noqa: BLE001 - as in read_post
        return _own_fault(post.path, error)


def _own_fault(path: str, error: BaseException) -> Problem:
    """A problem for any exception, and for a panic in Rust, which is none to Python."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error
    fault = f"feedsvc failed on it ({type(error).__name__}: {error})"
    return Problem(path, 0, fault, "simplify it, and tell the authors of feedsvc", code="bug")


def _warning(
    path: str, code: str, fault: str, cure: str, place: tuple[int, int], text: str = ""
) -> Problem:
    line, column = place
    return Problem(path, line, fault, cure, False, code, column, text)


def _unread(record: FileRecord) -> FileRecord:
    """The record of a file that could not be read now and has to be, whatever its stamp."""
    return replace(record, stamp=_UNREAD, digest="")


def _is_gone(record: FileRecord, folder: Folder, now_us: int) -> bool:
    """True at the second look that misses a file; the first may have come between two names."""
    if folder.stands:
        return True
    if record.missing_since is None:
        return False
    wait = max(SECOND_LOOK_SECONDS, 2 * folder.quiet)
    return now_us - record.missing_since >= wait * 1e6


def _to_be_read(record: FileRecord, stamp: Stamp, now_us: int) -> bool:
    return record.stamp != stamp or (record.due_at is not None and record.due_at <= now_us)


def _measures_otherwise(record: FileRecord, attaching: Attaching) -> bool:
    """True if an attached file came, went, was hidden or shown, or has another length."""
    folder = attaching.folder
    try:
        return any(
            attaching.size(record.path, name) != octets
            and not any(map(folder.is_being_written, file_candidates(record.path, name)))
            for name, octets in record.measured
        )
    except OSError:  # nobody can tell
        return False


def _only_touched(record: FileRecord, file: SourceFile | Problem, now_us: int) -> bool:
    if record.wants or (record.due_at is not None and record.due_at <= now_us):
        return False
    return isinstance(file, SourceFile) and file.digest == record.digest


def _note(
    seen: _Seen,
    record: FileRecord | None,
    reading: Reading,
    file: tuple[Stamp, str],
    site: Site,
    now: datetime,
    entries: _Spool,
    formers: Formers,
) -> None:
    """Note what a file said: a claim to be published, or a record of why not."""
    had = record.entry_id if record else None
    passed_at = None
    if isinstance(reading, NotAPost) and had:
        fault, cure = "its front matter is gone", "put it back, or delete the file"
        gone = Problem(reading.path, 1, fault, cure, code="front-matter-gone")
        hidden = reading.reason
        reading = Draft(reading.path, (gone,), hidden) if hidden else gone
    if (
        isinstance(reading, Post)
        and reading.expires
        and formers.has_expired(reading, reading.expires, file[1], record, now)
    ):
        passed_at = microseconds(reading.expires)
        reading = _expired(reading, reading.expires, now)
    if isinstance(reading, Post) and formers.has_come(reading, file[1], record, now):
        updated = formers.updated(reading, file[1], record, now)
        post, due_at = _until_next_change(reading, now, updated)
        composed = compose_alone(post, site)
        if isinstance(composed, Entry):
            entries.add(post.path, composed)
            seen.claims.append(Claim(post.path, post.key, post.title, post.published))
            seen.permalinks[post.path] = post.permalink
            seen.places[post.path] = _places(*map(post.position_of, _Places._fields))
            seen.claiming[post.path] = FileRecord(
                post.path,
                *file,
                "published",
                due_at=due_at,
                problems=post.warnings,
                measured=(
                    *((e.file, e.length) for e in post.enclosures if e.file),
                    *((name, HIDDEN) for name in post.hidden_files),
                ),
                passed_at=microseconds(post.public_from),
            )
            return
        reading = replace(composed, span=Span(ends=post.expires))
    if isinstance(reading, Post) and reading.held_by:
        reading = replace(reading, warnings=(*reading.warnings, reading.held_by))
    if isinstance(reading, Problem) and not formers.holds(reading, record, now):
        reading = Draft(reading.path, (reading,), "its dates")
    state, due_at = _state_of(reading)
    kept = had if isinstance(reading, Problem) else None
    if record and kept:
        passed_at = record.passed_at
    if had and not kept:
        seen.freed.add(had)
    problems = tuple(problems_of(reading))
    key = record.key if record and kept else ""
    noted = FileRecord(
        *(reading.path, *file, state, kept, due_at),
        problems=problems,
        key=key,
        passed_at=passed_at,
    )
    if noted != record:
        seen.records.append(noted)


def _expired(post: Post, expires: datetime, now: datetime) -> Draft:
    """The post, hidden because of its expiry; with a warning if that is still to come."""
    if expires <= now:
        return Draft(post.path, post.warnings, "expired")
    fault = f"it expired at {rfc3339(expires)}, before the clock was put back, and stays hidden"
    cure = "to show it again, change the date of its expiry"
    warning = _warning(post.path, "expired-before", fault, cure, post.position_of("expires"))
    return Draft(post.path, (*post.warnings, warning), "expired")


def _state_of(reading: Reading) -> tuple[State, int | None]:
    match reading:
        case Post():
            return "held", microseconds(reading.public_from)
        case Draft():
            return "draft", None
        case NotAPost():
            return "no post", None
        case Problem():
            ends = reading.span.ends
            return "refused", microseconds(ends) if ends else None


def problems_of(reading: Reading) -> list[Problem]:
    """What a reading has to tell its author."""
    if isinstance(reading, Problem):
        return [reading]
    return list(reading.warnings) if isinstance(reading, Post | Draft) else []


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Who is who, and how the entries in question are published now."""

    identities: Identities
    standing: Mapping[str, Standing]  # by entry id
    sharing: Mapping[str, str]  # the file that a post shares its page with, by path


def _identify(store: Store, site: Site, known: _Known, seen: _Seen) -> _Verdict:
    claiming = (known.records[c.path] for c in seen.claims if c.path in known.records)
    had = {r.entry_id: r.path for r in (*claiming, *seen.missing) if r.entry_id}
    with store.snapshot() as snapshot:
        before = {s.path: s for s in snapshot.standing(had)}
        pinned = snapshot.pinned([claim.key for claim in seen.claims])
        wanted = {*pinned.values(), *(new_id(claim.key, site) for claim in seen.claims)}
        gone = {record.path for record in seen.missing}
        holders = {
            entry_id: holder
            for entry_id, holder in snapshot.holders(wanted).items()
            if holder.path not in gone and entry_id not in seen.freed
        }
        identities = identify(seen.claims, site, pinned, before, gone, holders)
        ids = {entry_id: path for path, entry_id in identities.ids.items()}
        standing = {s.entry_id: s for s in snapshot.standing(ids)}
        known_pages = snapshot.read_at(set(seen.permalinks.values()))
    sharing = _sharing(seen, known_pages, gone)
    return _Verdict(identities, standing, sharing)


def _sharing(
    seen: _Seen, known_pages: Mapping[str, list[str]], gone: Collection[str]
) -> dict[str, str]:
    """Whom each post shares its page with, where only one of them can be read there."""
    owners: dict[str, str] = {}
    for permalink, paths in known_pages.items():
        staying = [path for path in paths if path not in seen.permalinks and path not in gone]
        if staying:
            owners[permalink] = staying[0]
    sharing = {}
    for claim in sorted(seen.claims, key=lambda claim: (claim.published, claim.path)):
        owner = owners.setdefault(seen.permalinks[claim.path], claim.path)
        if owner != claim.path:
            sharing[claim.path] = owner
    return sharing


def _decide(
    entries: _Spool,
    folder: Folder,
    site: Site,
    now: datetime,
    known: _Known,
    seen: _Seen,
    verdict: _Verdict,
) -> Publication:
    """What becomes of every claim and every file that was seen: one publication."""
    ids, twins = verdict.identities.ids, verdict.identities.twins
    pins: dict[str, str] = {}
    first_dates: dict[str, datetime] = {}  # by path
    for claim in seen.claims:
        path, entry_id = claim.path, ids[claim.path]
        record = replace(seen.claiming[path], entry_id=entry_id, key=claim.key)
        old = known.records.get(path)
        had = old.entry_id if old else None
        if path in twins:
            place = seen.places[path].key
            twin = twin_problem(path, twins[path], claim.key, place)
            problems = (*record.problems, twin)
            record = replace(
                record,
                state="refused",
                entry_id=had,  # its last good version stays
                key=old.key if old else "",
                passed_at=old.passed_at if old and had else None,
                wants=claim.key,
                problems=problems,
            )
        else:
            pins[claim.key] = entry_id
            if had and had != entry_id:
                seen.freed.add(had)
            if path in verdict.sharing:
                page = seen.permalinks[path]
                place = seen.places[path].permalink
                warning = one_page_problem(path, verdict.sharing[path], page, place)
                record = replace(record, problems=(*record.problems, warning))
            standing = verdict.standing.get(entry_id)
            if standing and standing.published != claim.published and not known.zone_moved:
                first_dates[path] = standing.published
                place = seen.places[path].published
                warning = _first_date_warning(path, standing.published, place)
                record = replace(record, problems=(*record.problems, warning))
        seen.records.append(record)
    published = set(pins.values())
    forgotten = _forget_missing(seen, known, published, folder, now)
    named = (
        _named(entry, ids[path], first_dates.get(path))
        for path, entry in entries
        if path not in twins
    )
    withdrawn = sorted(seen.freed - published)
    released = _released_keys(known, seen, forgotten)
    return Publication(site, named, withdrawn, seen.records, forgotten, pins, released)


def _released_keys(known: _Known, seen: _Seen, forgotten: Collection[str]) -> list[str]:
    """The keys that a file had until now and has no more: somebody may wait for them."""
    looked_at = {record.path for record in seen.records} | set(forgotten)
    had = {known.records[path].key for path in looked_at if path in known.records}
    return sorted(had - {record.key for record in seen.records} - {""})


def _named(entry: Entry, entry_id: str, first_date: datetime | None) -> Entry:
    """The entry under its lasting id, and with the date that readers know (A13)."""
    if first_date is not None:
        updated = entry.updated if entry.updated > entry.published else first_date
        entry = replace(entry, published=first_date, updated=max(first_date, updated))
    return entry if entry.id == entry_id else replace(entry, id=entry_id)


def _first_date_warning(path: str, first_date: datetime, place: tuple[int, int]) -> Problem:
    fault = f"its date was {rfc3339(first_date)} when it was published, which readers keep"
    cure = "to publish it anew, save it with draft: true for a minute"
    return _warning(path, "first-date", fault, cure, place)


def _until_next_change(
    post: Post, now: datetime, known_update: datetime | None = None
) -> tuple[Post, int | None]:
    """The post as it is until its dates change it, and when that is.

    An `updated` in the future does not count until it comes (A21), unless it is published
    already: then the clock was put back. An expiry ends the post.
    """
    due = [post.expires] if post.expires else []
    if post.updated and post.updated > now and post.updated != known_update:
        due.append(post.updated)
        fault = (
            f"updated: {rfc3339(post.updated)} is in the future and does not count until then"
        )
        cure, place = "write the date of the edit", post.position_of("updated")
        warning = _warning(post.path, "future-update", fault, cure, place)
        post = replace(post, updated=None, warnings=(*post.warnings, warning))
    return post, microseconds(min(due)) if due else None


def twin_problem(path: str, owner: str, key: str, place: tuple[int, int]) -> Problem:
    """What is told of a post whose key another one has."""
    fault = f"it has the same key (guid, slug, or name of the file) as {owner}"
    line, column = place
    text = key.partition(":")[2]
    return Problem(path, line, fault, "give it its own", code="twin", column=column, text=text)


def one_page_problem(path: str, other: str, permalink: str, place: tuple[int, int]) -> Problem:
    """What is told of a post that is read where another one is."""
    fault = f"it is read at {permalink}, and so is {other}"
    cure = "give it a permalink or a slug of its own"
    return _warning(path, "one-page", fault, cure, place, permalink)


def _forget_missing(
    seen: _Seen, known: _Known, published: Collection[str], folder: Folder, now: datetime
) -> list[str]:
    """Forget files that are gone for good: moved, never published, or missing a second time."""
    forgotten = []
    now_us = microseconds(now)
    for record in seen.missing:
        if record.entry_id is None or record.entry_id in published:
            forgotten.append(record.path)
        elif _is_gone(record, folder, now_us):
            forgotten.append(record.path)
            seen.freed.add(record.entry_id)
        else:
            since = min(record.missing_since or now_us, now_us)
            record = replace(record, missing_since=since)
            seen.records.append(_unread(record) if known.everything else record)
            seen.unsettled.add(record.path)
    return forgotten


def _report(
    snapshot: Snapshot, publication: Publication, changes: Changes, known: _Known, seen: _Seen
) -> Report:
    paths = {r.entry_id: r.path for r in known.records.values() if r.entry_id}
    paths |= {r.entry_id: r.path for r in publication.files if r.entry_id}

    def named(ids: list[str]) -> tuple[str, ...]:
        return tuple(sorted(paths.get(entry_id, entry_id) for entry_id in ids))

    noticed = [p for record in publication.files for p in record.problems]
    looked_at = {record.path for record in publication.files}.union(publication.forgotten)
    problems = noticed
    if known.scope is None:  # of a preview, the problems that would stand after it
        left = [p for p in snapshot.problems() if p.path not in looked_at]
        problems = sorted((*left, *noticed), key=lambda p: (p.path, p.line))
    return Report(
        added=named(changes.added),
        changed=named(changes.changed),
        withdrawn=named(changes.withdrawn),
        feeds=tuple(changes.feeds),
        news=changes.summary,
        problems=(*seen.problems, *problems),
        noticed=(*seen.problems, *noticed),
        unsettled=frozenset(seen.unsettled.union(changes.unblocked)),
        next_due=snapshot.next_due(),
        revision=changes.revision,
        read=seen.read,
    )
