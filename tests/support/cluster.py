"""A cluster of real processes, each of which reaches the database through its own proxy."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import requests
import sqlalchemy as sa

from feedsvc.core.dates import microseconds
from feedsvc.core.websub.subscriptions import Target
from feedsvc.store.queues.watchers import RunningWatcher
from feedsvc.store.schema import feeds, subscriptions
from feedsvc.store.store import Store
from tests.support.calls import SECRET
from tests.support.postgres import PostgresServer
from tests.support.running import Server, free_port, wait_until
from tests.support.silent import SilentProxy
from tests.support.writing import PostFolder

PUSHED: Final = "/tags/Pot/atom.xml"  # the topic of the subscriptions
DOCUMENTS: Final = ("/atom.xml", "/tags/Tea/rss.xml", PUSHED)


@dataclass
class Member:
    """A process, and the proxy through which it reaches the database."""

    name: str
    server: Server
    proxy: SilentProxy


@dataclass
class Cluster:
    """Three web processes and two watchers of one folder, with one database."""

    place: Path
    posts: PostFolder
    postgres: PostgresServer
    port: int = field(default_factory=free_port)
    webs: list[Member] = field(default_factory=list)
    watchers: list[Member] = field(default_factory=list)
    edits: int = 0

    def __post_init__(self) -> None:
        self.engine = sa.create_engine(self.postgres.url, pool_pre_ping=True)

    def start(self) -> None:
        """Start all processes, and wait until every web process is ready."""
        for number in range(3):
            port = self.port if number == 0 else None
            self.webs.append(self._started("web", f"web{number}", port))
        for number in range(2):
            self.watchers.append(self._started("watch", f"watcher{number}"))
        for web in self.webs:
            web.server.wait_until_ready()
        self.wait_for_watchers()

    def replace_watcher(self, old: Member, name: str) -> None:
        """Start a watcher in the place of one that has ended, and wait until it watches."""
        old.proxy.close()
        self.watchers.remove(old)
        self.watchers.append(self._started("watch", name))
        self.wait_for_watchers()

    def wait_for_watchers(self) -> None:
        """Wait until both watch."""
        for each in self.watchers:
            wait_until(lambda w=each: "Watching" in w.server.log, each.name)  # type: ignore[misc]

    def _started(self, command: str, name: str, port: int | None = None) -> Member:
        direct = sa.make_url(self.postgres.url)
        assert direct.port
        proxy = SilentProxy(direct.port)
        # So that the test knows whose transaction it is.
        url = direct.set(port=proxy.port, query={"application_name": name})
        settings = {
            "FEEDSVC_SITE__URL": f"http://127.0.0.1:{self.port}",
            "FEEDSVC_STORE__URL": url.render_as_string(),
            "FEEDSVC_STORE__TIMEOUT": "2",
            "FEEDSVC_WATCHER__QUIET": "0",
            "FEEDSVC_WEBHOOK__SECRET": SECRET,
            "FEEDSVC_HUB__NETWORKS": '["127.0.0.0/8"]',
        }
        place, seeds = self.place / name, self.posts.root
        server = Server(place, seeds, command=command, port=port, settings=settings)
        return Member(name, server, proxy)

    def close(self) -> None:
        """End everything but the database."""
        for member in (*self.webs, *self.watchers):
            member.server.kill()
            member.proxy.close()
        self.engine.dispose()

    # The folder, and what is served.

    def edit(self, name: str = "Tea") -> str:
        """Save another version of the post with this tag; the words that are new in it."""
        self.edits += 1
        words = f"Brewed {self.edits} times."
        self.posts.write(f"{name}.md", words, title=name, tags=f"[{name}]")
        return words

    def serve(self, words: str) -> dict[str, requests.Response]:
        """Wait until every web process serves these words; what all of them serve alike."""
        for web in self.webs:
            wait_until(lambda w=web: words in w.server.get("/atom.xml").text, words)  # type: ignore[misc]
        return self.served()

    def served(self) -> dict[str, requests.Response]:
        """What every web process serves, which is the same."""
        answers = [{path: web.server.get(path) for path in DOCUMENTS} for web in self.webs]
        for path in DOCUMENTS:
            seen = {
                (a[path].status_code, a[path].headers.get("ETag"), a[path].content)
                for a in answers
            }
            assert len(seen) == 1, path
            assert answers[0][path].status_code == 200
        return answers[0]

    def statuses(self, path: str) -> list[int]:
        """The status of each web process for a path."""
        return [web.server.get(path).status_code for web in self.webs]

    # The database.

    @contextmanager
    def publish_held(self) -> Iterator[Member]:
        """Save an edit, and hold up its publish within its transaction; the watcher."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql("LOCK TABLE entries IN SHARE MODE")
            self.edit()
            wait_until(lambda: _waiting(connection), "the publish")
            (name,) = _waiting(connection)
            yield next(watcher for watcher in self.watchers if watcher.name == name)

    def subscribe(self, callbacks: Sequence[str]) -> None:
        """Enter subscriptions to the feed of the tag Pot that have what is published now."""
        lease_ends_at = microseconds(datetime.now(UTC) + timedelta(days=1))
        targets = [
            Target("tags/Pot", "atom", callback, callback.split("/")[2])
            for callback in callbacks
        ]
        with self.engine.begin() as connection:
            query = sa.select(feeds.c.digest).where(feeds.c.path == "tags/Pot")
            same = {
                **{
                    "feed_path": "tags/Pot",
                    "format": "atom",
                    "client": "192.0.2.1",
                    "secret": "",
                },
                **{"since": 0, "lease_ends_at": lease_ends_at, "attempts": 0, "last_error": ""},
                **{"next_attempt_at": 0, "claimed_until": 0},
                "delivered": connection.execute(query).scalar_one(),
            }
            rows = [
                {**same, "name": t.name, "callback": t.callback, "host": t.host}
                for t in targets
            ]
            connection.execute(sa.insert(subscriptions), rows)

    def alive(self) -> list[RunningWatcher]:
        """The watchers with a recent heartbeat."""
        with closing(Store(self.postgres.url)) as store:
            return store.watchers.alive()

    def behind(self) -> int:
        """How many subscriptions have not got the newest version."""
        with self.engine.connect() as connection:
            is_behind = (
                feeds.c.path == subscriptions.c.feed_path,
                feeds.c.digest != subscriptions.c.delivered,
            )
            query = (
                sa.select(sa.func.count())
                .select_from(subscriptions)
                .join(feeds, sa.and_(*is_behind))
            )
            return connection.execute(query).scalar_one()


def _waiting(connection: sa.Connection) -> list[str]:
    """The names of the processes that wait for a lock on a table."""
    query = sa.text(
        "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE NOT granted AND relation = CAST('entries' AS regclass)"
    )
    return list(connection.execute(query).scalars())


@contextmanager
def a_cluster(place: Path, posts: PostFolder, postgres: PostgresServer) -> Iterator[Cluster]:
    """A running cluster, whose web processes are ready."""
    cluster = Cluster(place, posts, postgres)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()
