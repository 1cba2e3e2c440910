"""What is true of the whole site: the part of the settings that shows in a feed."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Self
from zoneinfo import ZoneInfo

from feedsvc.core.people import Person
from feedsvc.core.rules import Rules


@dataclass(frozen=True)
class Site:
    """The publication as a whole; every field of it but `rules` may show in a feed's bytes.

    `url` is absolute, without a slash at its end. `tag_authority` is an RFC 4151 authority and
    date, such as `example.org,2026`; it must never change. A feed holds at most `entries`
    entries and `max_bytes` octets; `content` is `full` or `summary`, and `contents` says so for
    single feeds by their paths (`tags/AI`, `` for the site's). With `pages` there is a page for
    people at the path of each feed. `hubs` are the WebSub hubs that every feed names. `rules`
    decide how posts are read: what they change shows in the entries.
    """

    title: str
    url: str
    author: str
    timezone: str
    tag_authority: str
    subtitle: str = ""
    email: str = ""
    language: str = "en"
    entries: int = 20
    max_bytes: int = 512 * 1024
    content: str = "full"
    contents: tuple[tuple[str, str], ...] = ()
    pages: bool = False
    hubs: tuple[str, ...] = ()
    rules: Rules = field(default_factory=Rules)

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
        """Changes when any field does that shows in a feed."""
        shown = {name: value for name, value in asdict(self).items() if name != "rules"}
        return hashlib.sha256(_json(shown).encode()).hexdigest()

    def to_json(self) -> str:
        """The fields as a JSON object, the same text for equal sites."""
        return _json(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The site that `to_json` wrote; what another version of feedsvc knew is left out."""
        known = _known(cls, json.loads(text))
        rules = _known(Rules, known.pop("rules", {}))
        rules["authors"] = tuple(
            (key, Person(**_known(Person, person))) for key, person in rules.get("authors", ())
        )
        return cls(**known, rules=Rules(**rules))


def _json(fields_of: dict[str, Any]) -> str:
    return json.dumps(fields_of, sort_keys=True, ensure_ascii=False)


def _known(kind: Any, found: dict[str, Any]) -> dict[str, Any]:
    """The fields of a dataclass in a JSON object, its lists as tuples."""
    names = {each.name for each in fields(kind)}
    return {name: _tuples(value) for name, value in found.items() if name in names}


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
