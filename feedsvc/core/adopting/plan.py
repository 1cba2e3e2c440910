"""What an adoption would take over: the ids and dates of other feeds, post by post."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from feedsvc.core.adopting.id_rules import LEAST, id_by_rules, rules_of
from feedsvc.core.adopting.matches import (
    Match,
    PublishedPost,
    Unmatched,
    match,
)
from feedsvc.core.adopting.old_entries import OldEntry, OldFeed, is_iri
from feedsvc.core.ledger.ledger import forgotten_hash
from feedsvc.core.text import legal

_EARLIEST: Final = datetime(1, 1, 3, tzinfo=UTC)  # in any time zone


@dataclass(frozen=True, slots=True)
class Adoption:
    """What a post takes over. Without an `rss_guid` the adopted id is `entry_id`.

    `published` and `updated` are what readers see from now on. The `adopted` dates are what the
    other feed says, and None if it says nothing.
    """

    post: PublishedPost
    entry_id: str
    rss_guid: str
    published: datetime
    updated: datetime
    adopted_published: datetime | None
    adopted_updated: datetime | None
    reason: str

    @property
    def changes_something(self) -> bool:
        """False if the post has all of this already."""
        post = self.post
        now = (post.entry_id, post.rss_guid, post.published, post.updated)
        return now != (self.entry_id, self.rss_guid, self.published, self.updated)

    @property
    def old_id(self) -> str:
        """The id as the other feed has it."""
        return self.rss_guid or self.entry_id


@dataclass(frozen=True, slots=True)
class Conflict:
    """An entry whose post is known, but whose id cannot be taken over."""

    entry: OldEntry
    post: PublishedPost
    fault: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of the entries of all feeds. `by_rule` are posts that no feed shows."""

    matched: tuple[Adoption, ...] = ()
    by_rule: tuple[Adoption, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    rules: tuple[str, ...] = ()
    ignored: int = 0

    @property
    def adoptions(self) -> tuple[Adoption, ...]:
        """What is to be written."""
        return tuple(a for a in (*self.matched, *self.by_rule) if a.changes_something)


@dataclass
class _Choice:
    """The adoptions so far: by post, and by old id."""

    by_post: dict[PublishedPost, Adoption] = field(default_factory=dict)
    by_id: dict[str, Adoption] = field(default_factory=dict)

    def add(self, adoption: Adoption) -> None:
        self.by_post[adoption.post] = adoption
        self.by_id[adoption.old_id] = adoption


def plan(
    feeds: Sequence[OldFeed],
    posts: Sequence[PublishedPost],
    used: Mapping[str, str],
    now: datetime,
    *,
    forgotten: Set[str] = frozenset(),
    with_rules: bool = True,
) -> Plan:
    """Match the entries of feeds with posts. If two feeds differ, the first one counts.

    `used` has the posts of ids that are in use, or once were, and may not be given to others.
    `forgotten` are the hashes of ids that are never given again.
    """
    choice = _Choice()
    conflicts: list[Conflict] = []
    unmatched: list[Unmatched] = []
    known: set[str] = set()
    ruling: list[Sequence[Match]] = []  # the matches of each feed that may show a rule
    for feed in feeds:
        found = match(feed.entries, posts)
        unmatched += found.unmatched
        accepted = 0
        for each in found.matched:
            fault = _fault_of(each, choice, used, forgotten)
            if fault:
                conflicts.append(Conflict(each.entry, each.post, fault))
                continue
            accepted += 1
            known.add(each.entry.id)
            if each.post not in choice.by_post:
                choice.add(_adoption(each, now))
        if with_rules and accepted >= LEAST:
            ruling.append(found.matched)
    matched = tuple(choice.by_post.values())
    doubtful = {each.nearest for each in unmatched} | {each.post for each in conflicts}
    rules, by_rule = _by_rules(ruling, posts, choice, doubtful, used, forgotten)
    return Plan(
        matched=matched,
        by_rule=by_rule,
        unmatched=tuple(each for each in unmatched if each.entry.id not in known),
        conflicts=tuple(conflicts),
        rules=rules,
        ignored=sum(feed.ignored for feed in feeds),
    )


def _fault_of(
    match: Match, choice: _Choice, used: Mapping[str, str], forgotten: Set[str]
) -> str:
    """Why an id cannot be taken over; empty if it can."""
    old_id, post = match.entry.id, match.post
    earlier = choice.by_post.get(post)
    if earlier and earlier.old_id != old_id:
        return f"an earlier feed calls it {earlier.old_id}"
    other = choice.by_id.get(old_id)
    if other and other.post != post:
        return f"an earlier feed uses this id for {other.post.path}"
    if legal(old_id) != old_id:
        return "its id has characters that XML forbids"
    if old_id not in (post.entry_id, post.rss_guid) and old_id in used:
        return f"this id is in use: {used[old_id]}"
    if _is_forgotten(old_id, forgotten):
        return "the post with this id was removed for good"
    return ""


def _is_forgotten(entry_id: str, forgotten: Set[str]) -> bool:
    return bool(forgotten) and forgotten_hash(entry_id) in forgotten


def _adoption(match: Match, now: datetime) -> Adoption:
    entry, post = match.entry, match.post
    first = _usable(entry.published, post, now)
    edited = _usable(entry.updated, post, now)
    published = first or post.published
    if published == post.published:
        published = post.published  # the same instant as its author wrote it
    own_edit = post.updated if post.updated > post.published else published
    return Adoption(
        post=post,
        entry_id=entry.id if entry.is_iri else post.entry_id,
        rss_guid="" if entry.is_iri else entry.id,
        published=published,
        updated=max(published, own_edit, edited or published),
        adopted_published=published if first else None,
        adopted_updated=edited if edited and edited > published else None,
        reason=match.reason,
    )


def _usable(moment: datetime | None, post: PublishedPost, now: datetime) -> datetime | None:
    """The date with the offset of the post; None if it is impossible or in the future."""
    if moment is None or not _EARLIEST < moment <= now:
        return None
    return moment.astimezone(post.published.tzinfo)


def _by_rules(
    ruling: Sequence[Sequence[Match]],
    posts: Sequence[PublishedPost],
    choice: _Choice,
    doubtful: Set[PublishedPost | None],
    used: Mapping[str, str],
    forgotten: Set[str],
) -> tuple[tuple[str, ...], tuple[Adoption, ...]]:
    """The rules of the feeds, and what they give to posts older than what a feed shows."""
    names: list[str] = []
    given: dict[PublishedPost, tuple[str, str]] = {}
    for matched in ruling:
        rules = rules_of(matched)
        if not rules:
            continue
        oldest = min(each.post.published for each in matched)
        for post in posts:
            if post.published > oldest or post in choice.by_post or post in doubtful:
                continue
            new_id = id_by_rules(rules, post)
            if new_id and post not in given:
                given[post] = (new_id, rules[0].kind)
                names += [rules[0].kind] if rules[0].kind not in names else []
    counts = Counter(new_id for new_id, _ in given.values())
    by_rule = [
        Adoption(
            post=post,
            entry_id=new_id if is_iri(new_id) else post.entry_id,
            rss_guid="" if is_iri(new_id) else new_id,
            published=post.published,
            updated=post.updated,
            adopted_published=None,
            adopted_updated=None,
            reason=f"rule: {kind}",
        )
        for post, (new_id, kind) in given.items()
        if counts[new_id] == 1
        and new_id not in choice.by_id
        and (new_id not in used or new_id in (post.entry_id, post.rss_guid))
        and not _is_forgotten(new_id, forgotten)
    ]
    return tuple(names), tuple(by_rule)
