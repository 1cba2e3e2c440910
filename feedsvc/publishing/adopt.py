"""Take over ids and dates of the feeds that the site had before, so that no post is new."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from feedsvc.core.adopting.old_entries import OldFeed
from feedsvc.core.adopting.plan import Plan, plan
from feedsvc.core.problems import path_below
from feedsvc.store.store import Store


def plan_adoption(
    store: Store,
    feeds: Sequence[OldFeed],
    now: datetime,
    *,
    with_rules: bool = True,
    root: str = "",
) -> Plan:
    """What `adopt` would do. Raises FeedError if no post is published.

    Without `with_rules`, posts that no feed shows keep their ids. Paths in the plan are below
    `root`: see path_below.
    """
    posts, used = store.adoptions.posts(), store.adoptions.used_ids()
    shown = {post.path: path_below(root, post.path) for post in posts}
    posts = [replace(post, path=shown[post.path]) for post in posts]
    used = {entry_id: shown.get(owner, owner) for entry_id, owner in used.items()}
    with store.snapshot() as snapshot:
        forgotten = snapshot.forgotten()
    return plan(feeds, posts, used, now, forgotten=forgotten, with_rules=with_rules)


def adopt(
    store: Store,
    feeds: Sequence[OldFeed],
    now: datetime,
    *,
    with_rules: bool = True,
    root: str = "",
) -> Plan:
    """Take over what can be matched, in one transaction; waits for a publish that is running.

    The feeds are given in the order of their rank. Raises FeedError if no post is published.
    """
    with store.lock(wait=True):
        planned = plan_adoption(store, feeds, now, with_rules=with_rules, root=root)
        if planned.adoptions:
            store.adoptions.write(planned.adoptions, now)
        return planned


def undo(store: Store, now: datetime) -> int:
    """Restore the ids and dates from before the last adoption; for how many posts.

    Raises FeedError if there is none.
    """
    with store.lock(wait=True):
        posts, _ = store.adoptions.undo(now)
        return posts
