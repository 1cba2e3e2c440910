"""A blog of many posts, with a clock that goes on."""

from datetime import timedelta
from typing import Any

from feedsvc.core.ledger.losses import HeldLoss
from feedsvc.publishing.guarding.holding import WHATEVER
from feedsvc.publishing.report import Report
from feedsvc.source.folder import Folder
from feedsvc.store.store import Store
from tests.support.houses import NOW, House
from tests.support.writing import PostFolder

MINUTE = timedelta(minutes=1)


class Blog(House):
    """A house whose clock goes on by a minute with each publish."""

    def __init__(self, posts: PostFolder, folder: Folder, store: Store) -> None:
        super().__init__(posts, folder, store)
        self.now = NOW

    def write(self, folder: str, count: int, **fields: str) -> None:
        for number in range(count):
            name = f"{folder or 'post'} {number}"
            path = f"{folder}/{number:03}.md".lstrip("/")
            self.posts.write(path, title=name, **fields)

    def delete(self, folder: str, *numbers: int) -> None:
        for number in numbers:
            (self.posts.root / folder / f"{number:03}.md").unlink()

    def look(self, **more: Any) -> Report:
        """Publish twice, so that missing files are missing for long enough."""
        self.now += MINUTE
        report = self.publish(self.now, **more)
        if more.get("accept", WHATEVER) != WHATEVER:
            return report
        self.now += MINUTE
        return self.publish(self.now, **more)

    def count(self) -> int:
        with self.store.snapshot() as snapshot:
            return snapshot.count_published()

    def held(self) -> tuple[HeldLoss, ...]:
        with self.store.snapshot() as snapshot:
            return snapshot.held()

    def name(self) -> str:
        with self.store.snapshot() as snapshot:
            return snapshot.held_name()[1]


def a_large_blog(posts: PostFolder, folder: Folder, store: Store) -> Blog:
    """A published site with 30 posts in `a`, 60 in `b` and 10 at the top."""
    made = Blog(posts, folder, store)
    made.write("a", 30, tags="Tea")
    made.write("b", 60)
    made.write("", 10)
    made.now += MINUTE
    assert made.publish(made.now).held == 0
    return made
