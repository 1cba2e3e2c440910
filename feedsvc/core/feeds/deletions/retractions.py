"""Retractions: a post that was taken back, and for how long a notice stands in its place."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Final, Literal

from feedsvc.core.feeds.entries import Entry
from feedsvc.core.podcasts.episode import NO_EPISODE

USUAL: Final = timedelta(days=30)
LONGEST: Final = timedelta(days=3650)
# Without a text of the author's, by the language of the post. Others have that of English.
_NOTICES: Final = {
    "de": "Dieser Beitrag wurde zurückgezogen.",
    "en": "This post was retracted.",
    "es": "Esta publicación ha sido retirada.",
    "fr": "Cet article a été retiré.",
    "ja": "この記事は撤回されました。",
    "zh": "本文已被撤回。",
}


@dataclass(frozen=True, slots=True)
class Retraction:
    """A post that was taken back. Times are whole seconds.

    The notice stands from `since` on, and is empty if the author gave none; at `until` the
    entry leaves the feeds. `origin` is `file` if the front matter of the post says so, and else
    `command`. One that was undone at `undone_at` has no effect but that the post is newer.
    """

    entry_id: str
    notice: str
    origin: Literal["command", "file"]
    since: datetime
    until: datetime
    undone_at: datetime | None = None

    def stands(self, now: datetime) -> bool:
        """True while the notice is shown."""
        return self.undone_at is None and now < self.until

    def has_ended(self, now: datetime) -> bool:
        """True if the post is in no feed any more, and must not come back."""
        return self.undone_at is None and self.until <= now

    def follows(self, other: "Retraction | None") -> bool:
        """True if this is a post's first one, or in effect since another one was undone."""
        if other is None:
            return True
        undone_at = other.undone_at
        return undone_at is not None and self.undone_at is None and undone_at < self.since


def retract_again(
    before: Retraction | None,
    entry_id: str,
    notice: str,
    until: datetime,
    now: datetime,
    seen: datetime | None = None,
) -> Retraction:
    """What `feedsvc retract` makes of the retraction that a post has had before.

    Only another notice is news to readers. They have `seen` an `updated`; this one is later.
    """
    if before and before.notice == notice and before.stands(now):
        return replace(before, until=until, origin="command")
    return Retraction(entry_id, notice, "command", _after(before, now, seen), until)


def next_retraction(
    before: Retraction | None,
    entry_id: str,
    notice: str | None,
    now: datetime,
    seen: datetime | None = None,
) -> Retraction | None:
    """The retraction of a post whose front matter has this notice, or none.

    One by the command stays, whatever the file says.
    """
    if notice is None:
        is_ours = before is not None and before.origin == "file" and before.undone_at is None
        return undone(before, now) if before and is_ours else before
    if before is None or before.undone_at is not None:
        since = _after(before, now, seen)
        return Retraction(entry_id, notice, "file", since, since + USUAL)
    if before.origin == "command" or before.notice == notice or before.has_ended(now):
        return before
    return replace(before, notice=notice, since=_after(before, now, seen))


def undone(retraction: Retraction, now: datetime) -> Retraction:
    """The retraction, without effect from now on."""
    return replace(retraction, undone_at=_after(retraction, now, None))


def _after(before: Retraction | None, now: datetime, seen: datetime | None) -> datetime:
    """This whole second, but later than what readers have seen before."""
    dates = [now]
    if before:
        dates.append((before.undone_at or before.since) + timedelta(seconds=1))
    if seen:
        dates.append(seen + timedelta(seconds=1))
    return max(dates).astimezone(UTC).replace(microsecond=0)


def notice_entry(entry: Entry, retraction: Retraction) -> Entry:
    """The entry as long as the notice stands: nothing of the text is left.

    The terms and the first date stay, so that each feed and each archive page still has it.
    The title stays too: it says what was retracted.
    """
    return replace(
        entry,
        summary="",
        content_html=_notice_html(retraction.notice or usual_notice(entry.language)),
        updated=max(retraction.since, entry.published),
        enclosures=(),
        image="",
        content="full",  # also in feeds of summaries
        license="",
        episode=NO_EPISODE,
        unresolved=None,
        is_notice=True,
    )


def returned_entry(entry: Entry, retraction: Retraction) -> Entry:
    """The entry of a post whose retraction was undone: newer than the notice."""
    updated = max(entry.updated, retraction.undone_at or entry.updated)
    return entry if updated == entry.updated else replace(entry, updated=updated)


def usual_notice(language: str) -> str:
    """The notice of a post in this language if its author gave none."""
    return _NOTICES.get(language.partition("-")[0].lower(), _NOTICES["en"])


def _notice_html(notice: str) -> str:
    paragraphs = (" ".join(part.split()) for part in notice.split("\n\n"))
    return "\n".join(f"<p>{escape(part, quote=False)}</p>" for part in paragraphs if part)
