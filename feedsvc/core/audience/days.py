"""Days in the zone of the site, also if its clocks change."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the site. `name` is its date; it ends `until`, in seconds since 1970."""

    name: str
    until: float

    @classmethod
    def at(cls, seconds: float, zone: ZoneInfo) -> Self:
        """The day at a time, in seconds since 1970."""
        return cls.of(datetime.fromtimestamp(seconds, UTC).astimezone(zone).date(), zone)

    @classmethod
    def of(cls, when: date, zone: ZoneInfo) -> Self:
        """The day of a date.

        It ends at the first moment of the next one. If clocks skip that midnight, or pass it
        twice, that moment is the change itself, or the first of the two.
        """
        midnight = datetime.combine(when + timedelta(days=1), time(), zone)
        return cls(when.isoformat(), midnight.timestamp())
