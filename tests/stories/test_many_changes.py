"""Random sequences of changes, and what a subscriber who never forgets sees of them.

Each text names the number of its post, which never changes, so that the subscriber can tell
which post an entry shows, whatever its id is. Two posts each share a title and a date, and link
to each other.
"""

import os
import re
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.file_records import Stamp
from feedsvc.core.problems import Problem
from feedsvc.core.site import Site
from feedsvc.publishing.guarding.guard import Guard
from feedsvc.publishing.publish import publish
from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder, SourceFile, Survey
from feedsvc.store.ledger_files import import_ledger, write_ledger
from feedsvc.store.store import Store
from tests.support.stores import opened_store

SITE = Site("Tea", "https://example.org", "Li", "Asia/Shanghai", "example.org,2026")
GUARD = Guard(entries=4, share=0.3)
FOLDERS = ("", "green", "black/old")
LINK = re.compile(r'href="([^"]+)"')
MOST = 10_000  # more entries than any sequence makes

numbers = st.integers(0, 11)
folders = st.sampled_from(FOLDERS)


@dataclass(frozen=True, slots=True)
class Written:
    """A post as its author has it: one file, or none while it is away."""

    number: int
    path: str
    words: str = "brewed"
    draft: bool = False
    slug: str = ""
    expires: datetime | None = None

    @property
    def mate(self) -> int:
        """The post with the same title and date."""
        return self.number ^ 1

    def is_hidden(self, now: datetime) -> bool:
        return self.draft or (self.expires is not None and self.expires <= now)

    def source(self) -> str:
        """Its bytes. The text is long enough to recognise the post by it."""
        text = f"Number {self.number} is {self.words} twice and then once more. " * 8
        pair = self.number // 2 + 1
        fields = {
            "title": f"Notes {pair}",
            "date": f"2026-03-{pair:02} 09:30:00",
            "draft": "true" if self.draft else "",
            "slug": self.slug,
            "expiryDate": self.expires.isoformat(" ", "seconds") if self.expires else "",
        }
        front = "".join(f"{key}: {value}\n" for key, value in fields.items() if value)
        return f"---\n{front}---\n\n{text}\n\n[Its mate](post-{self.mate}.md)\n"


@dataclass
class Subscriber:
    """Everything that one reader of the site's feed has ever seen."""

    ids: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))  # by number
    numbers: dict[str, int] = field(default_factory=dict)  # by id
    dates: dict[str, datetime] = field(default_factory=dict)  # by id
    shown: dict[str, int] = field(default_factory=dict)  # numbers by id, of the last poll

    def poll(self, entries: list[Entry]) -> None:
        """Read the whole feed; one id is one post, and its date never changes."""
        self.shown = {entry.id: number_of(entry) for entry in entries}
        assert len(self.shown) == len(entries)
        at = {entry.permalink: self.shown[entry.id] for entry in entries}
        for entry in entries:
            number = self.shown[entry.id]
            link = LINK.search(entry.content_html)
            assert link is None or at.get(link[1]) == number ^ 1  # never a hidden post
            self.ids[number].add(entry.id)
            assert self.numbers.setdefault(entry.id, number) == number
            assert self.dates.setdefault(entry.id, entry.published) == entry.published


def number_of(entry: Entry) -> int:
    found = re.search(r"Number (\d+)", entry.content_html)
    assert found
    return int(found[1])


class TimedFolder(Folder):
    """A folder whose files have the times of the model's clock, which runs ahead."""

    def __init__(self, root: Path, offsets: list[tuple[int, int]]) -> None:
        super().__init__(root, quiet=0)
        self._offsets = offsets  # since when (of the real clock), and how far ahead

    def survey(
        self, only: Collection[str] | None = None, *, counts_all: bool = False
    ) -> Survey:
        survey = super().survey(only, counts_all=counts_all)
        stamps = {path: self._shifted(stamp) for path, stamp in survey.stamps.items()}
        return replace(survey, stamps=stamps)

    def read(self, path: str, stamp: Stamp) -> SourceFile | Problem:
        file = super().read(path, super().survey([path]).stamps[path])
        return replace(file, stamp=stamp) if isinstance(file, SourceFile) else file

    def _shifted(self, stamp: Stamp) -> Stamp:
        ahead = max(each for each in self._offsets if each[0] <= stamp.ctime_ns)[1]
        return stamp._replace(ctime_ns=stamp.ctime_ns + ahead)


class ManyChanges(RuleBasedStateMachine):
    """A folder that somebody changes, its store, and the subscriber."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.root = self.home / "posts"
        self.root.mkdir()
        self.url = f"sqlite:///{self.home}/feedsvc.sqlite3"
        self.store = opened_store(self.url)
        self.ahead = timedelta()
        self.offsets = [(0, 0)]
        self.posts: dict[int, Written] = {}
        self.away: dict[int, Written] = {}
        self.copies: dict[str, int] = {}  # numbers by path
        self.may_have: dict[int, int] = defaultdict(lambda: 1)  # how many ids, by number
        self.subscriber = Subscriber()
        self.lost: list[str] = []  # ids that went by themselves since the last quiet hour
        self.report: Report | None = None

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.home)

    # What happens to the folder.

    @initialize(count=st.integers(6, 12))
    def write_first(self, count: int) -> None:
        for number in range(count):
            self.put(Written(number, self.path_of(number, FOLDERS[number % 3])))
        self.look()

    @rule(number=numbers, folder=folders)
    def write(self, number: int, folder: str) -> None:
        post = Written(number, self.path_of(number, folder))
        # Beside a missing post, one with its title and date is this post, renamed and edited.
        if number not in self.posts and number not in self.away and post.mate in self.posts:
            self.look()
            self.put(post)

    @rule(number=numbers, words=st.sampled_from(["brewed", "steeped", "poured"]))
    def edit(self, number: int, words: str) -> None:
        if number in self.posts and not self.has_copy(number) and not self.posts[number].draft:
            self.put(replace(self.posts[number], words=words))
            self.look()  # a post that is edited and moved in one look may be another one

    @rule(number=numbers, slug=st.sampled_from(["", "tea", "milk"]))
    def change_slug(self, number: int, slug: str) -> None:
        """Its file stays. Other posts may have this slug, or may have had it."""
        if number in self.posts and not self.has_copy(number) and not self.posts[number].draft:
            self.put(replace(self.posts[number], slug=slug))

    @rule(number=numbers, folder=folders)
    def move(self, number: int, folder: str) -> None:
        """One rename, as `mv` or git does it."""
        if number in self.posts:
            self.rename(number, self.path_of(number, folder))

    @rule(folder=folders)
    def move_all(self, folder: str) -> None:
        for number in list(self.posts):
            self.rename(number, self.path_of(number, folder))

    @rule(number=numbers, folder=folders)
    def copy_and_delete(self, number: int, folder: str) -> None:
        """As `rsync --delete-after` moves a file; publishes happen in between."""
        post = self.posts.get(number)
        if post is None or self.has_copy(number):
            return
        path = self.path_of(number, folder, "copied")
        if (self.root / path).exists():
            return
        self.put_file(path, post.source())
        self.look()
        self.remove_file(post.path)
        self.posts[number] = replace(post, path=path)
        self.look()

    @rule(number=numbers, folder=folders)
    def copy(self, number: int, folder: str) -> None:
        """A copy that stays. After a while it is a post of its own."""
        post = self.posts.get(number)
        path = self.path_of(number, folder, "twin")
        if post is None or post.draft or post.expires or self.has_copy(number):
            return
        if post.path != path:
            self.put_file(path, post.source())
            self.copies[path] = number
            self.may_have[number] += 1

    @rule(number=numbers)
    def delete(self, number: int) -> None:
        if number in self.posts and not self.has_copy(number):
            post = self.away[number] = self.posts.pop(number)
            self.remove_file(post.path)

    @rule(number=numbers, folder=folders)
    def bring_back(self, number: int, folder: str) -> None:
        """A post that was away comes back, perhaps in another folder."""
        if number in self.away:
            post = self.away.pop(number)
            self.put(replace(post, path=self.path_of(number, folder)))

    @rule(minutes=st.sampled_from([0, 61]))
    def empty(self, minutes: int) -> None:
        """A volume is not mounted: the folder is empty for some publishes, then it is back."""
        self.look()
        aside = self.home / "aside"
        self.root.rename(aside)
        self.root.mkdir()
        before = dict(self.subscriber.shown)
        self.look()
        self.move_clock(timedelta(minutes=minutes))
        self.look()
        hidden = self.hidden(self.now())
        assert self.subscriber.shown == {i: n for i, n in before.items() if n not in hidden}
        self.root.rmdir()
        aside.rename(self.root)
        self.look()

    @rule(
        folder=st.sampled_from(FOLDERS[1:]),
        minutes=st.sampled_from([0, 61]),
        returns=st.booleans(),
    )
    def lose_folder(self, folder: str, minutes: int, returns: bool) -> None:
        """A part of the folder is gone for some publishes."""
        part = self.root / folder
        if not part.is_dir():
            return
        self.look()
        aside = self.home / "part"
        part.rename(aside)
        self.look()
        self.move_clock(timedelta(minutes=minutes))
        self.look()
        if returns:
            aside.rename(part)
            self.look()
            return
        for number, post in list(self.posts.items()):
            if post.path.startswith(f"{folder}/"):
                self.away[number] = self.posts.pop(number)
        for path in [path for path in self.copies if path.startswith(f"{folder}/")]:
            del self.copies[path]
        shutil.rmtree(aside)

    @rule(number=numbers, draft=st.booleans())
    def hide(self, number: int, draft: bool) -> None:
        if number in self.posts and not self.has_copy(number):
            self.put(replace(self.posts[number], draft=draft))

    @rule(number=numbers, minutes=st.sampled_from([0, 45]))
    def expire(self, number: int, minutes: int) -> None:
        """The post ends after a while, or no longer does."""
        if number in self.posts and not self.has_copy(number):
            ends = (self.now() + timedelta(minutes=minutes)) if minutes else None
            self.put(replace(self.posts[number], expires=ends))

    @rule(number=numbers, folder=folders)
    def move_to_drafts(self, number: int, folder: str) -> None:
        """The draft is there first, as a slow copy does it; then the public file goes."""
        post = self.posts.get(number)
        path = self.path_of(number, folder, "draft")
        if post is None or self.has_copy(number) or (self.root / path).exists():
            return
        hidden = replace(post, path=path, draft=True)
        self.put_file(path, hidden.source())
        self.look()
        self.remove_file(post.path)
        self.publish()
        self.move_clock(timedelta(seconds=2))
        self.posts[number] = hidden
        self.look()

    # What happens to feedsvc.

    @rule()
    def look(self) -> None:
        """Two scans, as the watcher makes them: a missing file gets a second look."""
        for _ in range(2):
            self.publish()
            self.move_clock(timedelta(seconds=2))

    @rule(minutes=st.sampled_from([2, 30, 61, 60 * 24 * 40]))
    def wait(self, minutes: int) -> None:
        self.move_clock(timedelta(minutes=minutes))
        self.look()

    @rule(minutes=st.sampled_from([1, 90]))
    def set_clock_back(self, minutes: int) -> None:
        self.move_clock(-timedelta(minutes=minutes))
        self.look()

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = Store(self.url)

    @rule()
    def lose_store(self) -> None:
        """The store is lost, but its ledger was exported."""
        self.look()
        if self.report and self.report.held:
            return  # a new store does not know what is held
        exported = BytesIO()
        with self.store.snapshot() as snapshot:
            write_ledger(snapshot, exported)
        self.store.close()
        self.url = f"sqlite:///{self.home}/after-{time.monotonic_ns()}.sqlite3"
        self.store = opened_store(self.url)
        exported.seek(0)
        assert import_ledger(self.store, exported, "ledger.jsonl", self.now()).warnings == []
        self.publish()

    @precondition(lambda self: self.report is not None and self.report.held)
    @rule()
    def accept(self) -> None:
        self.publish(accept="*")
        self.lost.clear()

    # What must hold.

    @invariant()
    def a_post_has_one_id(self) -> None:
        for number, ids in self.subscriber.ids.items():
            assert len(ids) <= self.may_have[number], (number, ids)

    # The parts.

    def move_clock(self, by: timedelta) -> None:
        self.ahead += by
        ahead_ns = int(self.ahead.total_seconds() * 1e9)
        self.offsets.append((time.time_ns(), ahead_ns))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def publish(self, accept: str = "") -> None:
        before = dict(self.subscriber.shown)
        folder, now = TimedFolder(self.root, self.offsets), self.now()
        self.report = publish(folder, self.store, SITE, now, guard=GUARD, accept=accept)
        with self.store.snapshot() as snapshot:
            feed = snapshot.feed("")
            assert feed
            self.subscriber.poll(snapshot.newest(feed.number, MOST))
        hidden = self.hidden(now)
        assert not hidden.intersection(self.subscriber.shown.values())
        if not accept:
            self.check_losses(before, hidden)

    def hidden(self, now: datetime) -> set[int]:
        return {post.number for post in self.posts.values() if post.is_hidden(now)}

    def check_losses(self, before: dict[str, int], hidden: set[int]) -> None:
        """No mass loss reaches the subscriber by itself."""
        gone = {i for i, number in before.items() if number not in hidden}
        gone -= set(self.subscriber.shown)
        self.lost += gone
        assert len(gone) <= max(GUARD.entries, GUARD.share * len(before)), gone

    def path_of(self, number: int, folder: str, name: str = "post") -> str:
        return f"{folder}/{name}-{number}.md" if folder else f"{name}-{number}.md"

    def has_copy(self, number: int) -> bool:
        return number in self.copies.values()

    def put(self, post: Written) -> None:
        self.posts[post.number] = post
        self.put_file(post.path, post.source())

    def put_file(self, path: str, source: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        new.write_text(source, "utf-8")
        new.replace(file)

    def rename(self, number: int, path: str) -> None:
        post = self.posts[number]
        target = self.root / path
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        (self.root / post.path).rename(target)
        self.posts[number] = replace(post, path=path)

    def remove_file(self, path: str) -> None:
        (self.root / path).unlink()
        with suppress(OSError):
            (self.root / path).parent.rmdir()


TestManyChanges = ManyChanges.TestCase
TestManyChanges.settings = settings(
    max_examples=int(os.environ.get("MANY_CHANGES", "8")),
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.generate],  # to look for a smaller example takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)
