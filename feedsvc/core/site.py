"""What is true of the whole site: the part of the settings that shows in a feed."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Self
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Site:
    """The publication as a whole; every field of it may show in the bytes of a feed.

    `url` is absolute, without a slash at its end. `tag_authority` is an RFC 4151 authority and
    date, such as `example.org,2026`; it must never change. `permalink` is a template such as
    `/posts/:key/`. `categories` is `hexo` (a flat list is one path) or `flat`. A feed holds at
    most `entries` entries and `max_bytes` octets.
    """

    title: str
    url: str
    author: str
    timezone: str
    tag_authority: str
    subtitle: str = ""
    email: str = ""
    language: str = "en"
    permalink: str = "/posts/:key/"
    categories: str = "hexo"
    entries: int = 20
    max_bytes: int = 512 * 1024

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone of dates that name none."""
        return ZoneInfo(self.timezone)

    @property
    def since(self) -> datetime:
        """The date in the tag authority: `updated` of a feed that holds nothing."""
        parts = [int(part) for part in self.tag_authority.rpartition(",")[2].split("-")]
        year, month, day = (*parts, 1, 1)[:3]
        return datetime(year, month, day, tzinfo=UTC)

    @cached_property
    def digest(self) -> str:
        """Changes when any field does."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """The fields as a JSON object, the same text for equal sites."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The site that `to_json` wrote."""
        return cls(**json.loads(text))
