"""Defines the settings of the site that appear in feeds."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from feedsvc.core.people import Person
from feedsvc.core.podcasts.show import Show
from feedsvc.core.rules import Rules

# Fields that no post reads: only feeds show them. Every other field, also one that is added to
# Site or Rules later, counts as read by posts, so that a change of it reads every file again.
_LIMITS: Final = ("entries", "max_bytes", "content", "contents")
_OF_MEMBERSHIPS: Final = ("main", "filters")  # they decide which feeds an entry is in
_OF_FEEDS: Final = frozenset(
    [*_LIMITS, "pages", "hubs", "icon", "logo", "license", "rights", "podcast"]
) | frozenset(_OF_MEMBERSHIPS)
_RULES_OF_FEEDS: Final = frozenset(["tag_redirects", "gone"])
# Fields that a post can read in one way only: a template in it names them. See `Scope`.
_OF_TEMPLATES: Final = frozenset(["title", "subtitle", "email"])


@dataclass(frozen=True, slots=True)
class SiteChange:
    """What becomes of posts and feeds if the settings of the site change.

    If it `shows`, every feed gets a new digest. If it `regroups`, entries may enter or leave
    the feeds of the site and of filters. If it `relinks`, links between posts may lead
    elsewhere. If it `renames`, the posts that name the site are read again; if it `rereads`,
    all are.
    """

    shows: bool = False
    regroups: bool = False
    relinks: bool = False
    renames: bool = False
    rereads: bool = False

    @property
    def is_of_feeds(self) -> bool:
        """True if feeds change, even if no file has."""
        return self.shows or self.regroups


UNCHANGED: Final = SiteChange()
EVERYTHING_CHANGED: Final = SiteChange(*[True] * len(fields(SiteChange)))


@dataclass(frozen=True)
class Site:
    """The site as a whole; all fields except `rules` may appear in the bytes of feeds.

    `url` is absolute, without a trailing slash. `tag_authority` is an authority and date of
    RFC 4151, such as `example.org,2026`; it must never change. A feed has at most `entries`
    entries and `max_bytes` octets. `content` is `full` or `summary`; `contents` sets it for
    single feeds by path (`tags/AI`, or `` for the site's feed). If `pages`, each feed has an
    HTML page at its path. `hubs` are the WebSub hubs in every feed. `icon` and `logo` are
    absolute URLs. `license` is that of posts that name none: an SPDX identifier or a URL;
    `rights` says the same in words. `podcast` is what feeds of episodes say of themselves.
    `main` is the query of a filter that chooses the entries of the site's feed; empty for all.
    `filters` are the name, the title and the query of each filter that has feeds of its own.
    `rules` are the rules for reading posts; they affect feeds only through the entries.
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
    icon: str = ""
    logo: str = ""
    license: str = ""
    rights: str = ""
    podcast: Show = field(default_factory=Show)
    main: str = ""
    filters: tuple[tuple[str, str, str], ...] = ()
    rules: Rules = field(default_factory=Rules)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of dates without a zone."""
        return ZoneInfo(self.timezone)

    @property
    def pictures(self) -> tuple[str, ...]:
        """The URLs of its pictures; some may be empty."""
        return self.icon, self.logo, self.podcast.image

    @property
    def since(self) -> datetime:
        """The date in the tag authority; an empty feed has it as `updated`."""
        parts = [int(part) for part in self.tag_authority.rpartition(",")[2].split("-")]
        year, month, day = (*parts, 1, 1)[:3]
        return datetime(year, month, day, tzinfo=UTC)

    @cached_property
    def digest(self) -> str:
        """A hash that changes with each field that every feed shows, or may show."""
        others = ("rules", "podcast", *_OF_MEMBERSHIPS)
        shown = {name: value for name, value in asdict(self).items() if name not in others}
        return hashlib.sha256(_json(shown).encode()).hexdigest()

    def changed_to(self, new: "Site") -> SiteChange:
        """What a change of the settings from these to `new` affects."""
        if self == new:
            return UNCHANGED
        if self._read_by_posts != new._read_by_posts:
            return EVERYTHING_CHANGED
        others = replace(self, main=new.main, filters=new.filters)
        decides = bool(new.main or new.filters)
        # Links between posts also lead to pages of feeds.
        return SiteChange(
            shows=others != new,
            # A filter may name a tag by the name that it had before.
            regroups=others != self or (decides and self.rules != new.rules),
            relinks=self.pages != new.pages,
            renames=any(getattr(self, name) != getattr(new, name) for name in _OF_TEMPLATES),
        )

    @property
    def _read_by_posts(self) -> tuple[list[Any], list[Any]]:
        """The values that any post may depend on, whatever is in it."""
        others = _OF_FEEDS | _OF_TEMPLATES | {"rules"}
        return _values_without(self, others), _values_without(self.rules, _RULES_OF_FEEDS)

    def to_json(self) -> str:
        """The fields as a JSON object; equal sites give the same text."""
        return _json(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The site that `to_json` wrote; fields of other feedsvc versions are ignored."""
        values = _fields_of(cls, json.loads(text))
        rules = _fields_of(Rules, values.pop("rules", {}))
        rules["authors"] = tuple(
            (key, Person(**_fields_of(Person, each))) for key, each in rules.get("authors", ())
        )
        podcast = _fields_of(Show, values.pop("podcast", {}))
        return cls(**values, podcast=Show(**podcast), rules=Rules(**rules))


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, ensure_ascii=False)


def _values_without(value: Any, left_out: frozenset[str]) -> list[Any]:
    """The values of the fields of a dataclass, but for some."""
    return [getattr(value, each.name) for each in fields(value) if each.name not in left_out]


def _fields_of(dataclass: Any, values: dict[str, Any]) -> dict[str, Any]:
    """The values of a JSON object that are fields of the dataclass, with tuples for lists."""
    names = {each.name for each in fields(dataclass)}
    return {name: _tuples(value) for name, value in values.items() if name in names}


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
