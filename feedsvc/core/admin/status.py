"""The state of a running site, as the page `/status` and the command `status` show it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from feedsvc.core.dates import rfc3339
from feedsvc.core.ledger.losses import HeldSet
from feedsvc.core.problems import Problem

MOST_SHOWN: Final = 20  # problems, publishes, jobs, subscriptions


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a status needs to know beside the store.

    `posts` is the folder of posts, and `root` that folder as people write it. `listeners` has
    the kind, the name and the address to show of each listener, by its name in the store.
    """

    store_url: str = field(repr=False)  # it may hold a password
    posts: str
    root: str
    site_url: str
    listeners: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PostCounts:
    """How many files are in each state.

    `hidden` counts posts that their authors hide, by the keys that hide them, the most frequent
    first. `refused` files have a problem; some have an earlier version in the feeds.
    `with_problems` counts all files with a problem or a warning.
    """

    published: int = 0
    hidden: Mapping[str, int] = field(default_factory=dict)
    expired: int = 0
    waiting: int = 0
    refused: int = 0
    no_post: int = 0
    with_problems: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The counts as JSON."""
        hidden = {"count": sum(self.hidden.values()), "by": dict(self.hidden)}
        return asdict(self) | {"hidden": hidden}


@dataclass(frozen=True, slots=True)
class PublishLine:
    """One of the last publishes: how many posts and feeds it changed, and some of the posts.

    `took` is in seconds; None if unknown. `by` is watcher or command. `held` counts the posts
    that it held.
    """

    number: int
    at: datetime
    counts: Mapping[str, int]
    posts: tuple[str, ...]
    took: float | None = None
    read: int | None = None
    by: str = ""
    held: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The publish as JSON."""
        return asdict(self) | {"at": rfc3339(self.at), "posts": list(self.posts)}


@dataclass(frozen=True, slots=True)
class Failure:
    """Work that fails, and has failed since."""

    kind: str
    since: datetime
    fault: str

    def to_dict(self) -> dict[str, Any]:
        """The failure as JSON."""
        return asdict(self) | {"since": rfc3339(self.since)}


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job of the webhook."""

    name: str
    kind: str
    state: str
    asked_at: datetime
    ended_at: datetime | None
    attempts: int
    error: str

    def to_dict(self) -> dict[str, Any]:
        """The job as JSON."""
        ended = rfc3339(self.ended_at) if self.ended_at else None
        return asdict(self) | {"asked_at": rfc3339(self.asked_at), "ended_at": ended}


@dataclass(frozen=True, slots=True)
class Receiver:
    """A subscription, an outside hub or a notify URL, without what may be secret of its URL."""

    kind: str
    name: str
    address: str
    topic: str
    attempts: int  # failures in a row
    delivered_at: datetime | None
    last_error: str

    def to_dict(self) -> dict[str, Any]:
        """The receiver as JSON."""
        at = rfc3339(self.delivered_at) if self.delivered_at else None
        return asdict(self) | {"delivered_at": at}


@dataclass(frozen=True, slots=True)
class Subscribers:
    """The subscriptions: how many, how many fail, how many have failed for long, and some.

    Those that fail come first.
    """

    count: int = 0
    failing: int = 0
    failing_long: int = 0
    first: tuple[Receiver, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The subscriptions as JSON."""
        return asdict(self) | {"first": [each.to_dict() for each in self.first]}


@dataclass(frozen=True, slots=True)
class StoreState:
    """The store: its name without a password, its octets, and what is wrong with it."""

    name: str
    engine: str = ""
    size: int | None = None
    can_write: bool = True
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system that feedsvc uses, in octets."""

    what: str
    path: str
    free: int
    total: int


@dataclass(frozen=True, slots=True)
class WatcherState:
    """A watcher that is alive. `seconds` have passed since its heartbeat; None if unknown."""

    name: str
    folder: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Connections:
    """The connections of the web process that answers, and their limit."""

    open: int
    limit: int


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that an operator looks at first.

    `problem_count` counts all problems, or is a lower bound if very many files have one.
    `problems` are the first of them; those that refuse a post come first.
    """

    at: datetime
    versions: Mapping[str, str]
    store: StoreState
    disks: tuple[Disk, ...] = ()
    last_publish: datetime | None = None
    revision: int = 0
    feeds: int = 0
    posts: PostCounts = PostCounts()
    problem_count: int = 0
    problems: tuple[Problem, ...] = ()
    held: HeldSet = field(default_factory=HeldSet)
    publishes: tuple[PublishLine, ...] = ()
    failures: tuple[Failure, ...] = ()
    jobs: tuple[JobLine, ...] = ()
    subscribers: Subscribers = Subscribers()
    listeners: tuple[Receiver, ...] = ()
    watchers: tuple[WatcherState, ...] = ()
    connections: Connections | None = None

    def below(self, root: str) -> "Status":
        """The status with the paths of posts below `root`: see path_below."""
        problems = tuple(problem.below(root) for problem in self.problems)
        return replace(self, held=self.held.below(root), problems=problems)

    def with_connections(self, connections: Connections | None) -> "Status":
        """The status as a web process shows it."""
        return replace(self, connections=connections)

    def to_dict(self) -> dict[str, Any]:
        """The status as JSON."""
        return {
            "at": rfc3339(self.at),
            "last_publish": rfc3339(self.last_publish) if self.last_publish else None,
            "revision": self.revision,
            "posts": self.posts.published,
            "feeds": self.feeds,
            "problems": self.problem_count,
            "held": self.held.to_dict(),
            "states": self.posts.to_dict(),
            "first_problems": [each.to_dict() for each in self.problems],
            "publishes": [each.to_dict() for each in self.publishes],
            "failures": [each.to_dict() for each in self.failures],
            "jobs": [each.to_dict() for each in self.jobs],
            "subscriptions": self.subscribers.to_dict(),
            "listeners": [each.to_dict() for each in self.listeners],
            "watchers": [asdict(each) for each in self.watchers],
            "store": asdict(self.store),
            "disks": [asdict(each) for each in self.disks],
            "connections": asdict(self.connections) if self.connections else None,
            "versions": dict(self.versions),
        }
