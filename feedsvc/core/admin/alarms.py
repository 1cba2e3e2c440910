"""When to tell listeners that something wants attention, and that it does no longer.

A state that comes and goes is told once: it has begun, and has not ended yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from feedsvc.core.admin.attention import Attention
from feedsvc.core.dates import rfc3339

BEGINS_AFTER: Final = timedelta(minutes=1)  # since it was first seen
ENDS_AFTER: Final = timedelta(minutes=5)  # since it was last seen
_SEEN_EVERY: Final = timedelta(minutes=1)  # that this is recorded

AlarmState: TypeAlias = Literal["began", "ended"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that wants attention, or did so a short while ago.

    Listeners were told at `announced_at`; None if not yet.
    """

    code: str
    since: datetime
    seen_at: datetime
    announced_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlarmNews:
    """What listeners are told of an alarm. What has ended has no sentence and no cure."""

    code: str
    state: AlarmState
    since: datetime
    sentence: str = ""
    cure: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The news as JSON."""
        words = {"sentence": self.sentence, "cure": self.cure} if self.sentence else {}
        since = rfc3339(self.since)
        return {"code": self.code, "state": self.state, "since": since, **words}


@dataclass(frozen=True, slots=True)
class AlarmChanges:
    """What changes: alarms to write, codes of alarms to delete, and news to tell."""

    written: tuple[Alarm, ...] = ()
    deleted: tuple[str, ...] = ()
    news: tuple[AlarmNews, ...] = ()

    def __bool__(self) -> bool:
        """False if nothing changes."""
        return bool(self.written or self.deleted)


def changes_of(
    alarms: Iterable[Alarm], attention: Iterable[Attention], now: datetime
) -> AlarmChanges:
    """What changes if this wants attention now."""
    stored = {alarm.code: alarm for alarm in alarms}
    wanted = {each.code: each for each in attention}
    written, news = [], []
    for code, each in wanted.items():
        before = stored.get(code)
        alarm = before or Alarm(code, now, now)
        if alarm.since > now:  # the clock was set back
            alarm = replace(alarm, since=now, seen_at=now)
        if abs(now - alarm.seen_at) >= _SEEN_EVERY:
            alarm = replace(alarm, seen_at=now)
        if alarm.announced_at is None and now - alarm.since >= BEGINS_AFTER:
            alarm = replace(alarm, announced_at=now, seen_at=now)
            news.append(AlarmNews(code, "began", alarm.since, each.sentence, each.cure))
        if alarm != before:
            written.append(alarm)
    over = [
        alarm
        for alarm in stored.values()
        if alarm.code not in wanted and abs(now - alarm.seen_at) >= ENDS_AFTER
    ]
    news += [AlarmNews(a.code, "ended", a.since) for a in over if a.announced_at]
    return AlarmChanges(tuple(written), tuple(alarm.code for alarm in over), tuple(news))
