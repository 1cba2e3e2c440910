"""How another generator made its ids, found out from matched entries.

A rule gives an id to posts that the feed no longer shows. Readers may still keep these entries,
and the generator's page of an old post may come back into a feed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final, TypeAlias
from urllib.parse import quote, unquote, urlsplit

from feedsvc.core.adopting.matches import Match, PublishedPost

LEAST: Final = 5  # matched entries that obey a rule

_Part: TypeAlias = Callable[[PublishedPost], str]


def _path(post: PublishedPost) -> str:
    return urlsplit(post.permalinks[0]).path


def _stem(post: PublishedPost) -> str:
    """The path without its last slash or suffix, as jekyll-feed has it."""
    path = _path(post).rstrip("/")
    for suffix in ("/index.html", ".html", ".htm"):
        path = path.removesuffix(suffix)
    return path


def _slug(post: PublishedPost) -> str:
    return _stem(post).rpartition("/")[2]


def _number(post: PublishedPost) -> str:
    """The number that is the slug of the permalink; empty if there is none."""
    return _slug(post) if _slug(post).isdecimal() and _slug(post).isascii() else ""


def _key_number(post: PublishedPost) -> str:
    """The number that is the slug of the post, or the name of its file."""
    name = post.key.partition(":")[2].rpartition("/")[2]
    return name if name.isdecimal() and name.isascii() else ""


def _encoded(part: _Part) -> list[_Part]:
    """The part as it is, decoded, and with the hexadecimal digits of WordPress."""
    return [
        part,
        lambda post: unquote(part(post)),
        lambda post: "".join(
            quote(c, safe="").lower() if not c.isascii() else c for c in unquote(part(post))
        ),
    ]


_PARTS: Final[tuple[_Part, ...]] = (
    *(each for part in (_path, _stem, _slug) for each in _encoded(part)),
    _number,
    _key_number,
)
_NUMBERS: Final = (_number, _key_number)


def _dates(form: str) -> list[_Part]:
    """The date of the post, as its author wrote it and in UTC."""
    return [
        lambda post: post.published.strftime(form),
        lambda post: post.published.astimezone(UTC).strftime(form),
    ]


def _no_date(_: PublishedPost) -> str:
    return ""


_DATES: Final[tuple[_Part, ...]] = (
    _no_date,
    *_dates("%Y-%m-%d"),
    *_dates("%Y-%m"),
    *_dates("%Y"),
)


@dataclass(frozen=True, slots=True)
class IdRule:
    """An id is `before`, the date, `between`, a part of the permalink, and `after`."""

    before: str
    date: _Part
    between: str
    part: _Part
    after: str

    def id_of(self, post: PublishedPost) -> str:
        """The id of a post by this rule; empty if the post lacks the part."""
        part = self.part(post)
        ends = (self.before, self.date(post), self.between)
        return "".join((*ends, part, self.after)) if part.strip("/") else ""

    @property
    def kind(self) -> str:
        """Its name in messages; empty for a rule that nobody is known to use."""
        start = self.before + self.between
        if self.part in _NUMBERS:
            is_query = start.startswith("http") and start.endswith("?p=")
            return f"id = {start}NUMBER" if is_query and not self.after else ""
        if start.startswith("tag:"):
            return "id = a tag URI of the date and the permalink"
        is_link = start.startswith("http") and self.date is _no_date and "?" not in start
        return "id = permalink" if is_link else ""


def rules_of(matched: Sequence[Match]) -> tuple[IdRule, ...]:
    """The rules that every one of these matched entries obeys; none for less than five."""
    if len(matched) < LEAST:
        return ()
    first, *others = matched
    return tuple(
        rule
        for rule in _rules_for(first)
        if rule.kind
        and all(rule.id_of(each.post) == each.entry.id for each in others)
        and not _is_dated_by_chance(rule, matched)
    )


def _rules_for(match: Match) -> Iterable[IdRule]:
    """Each way to read the id of one entry."""
    for part in _PARTS:
        value = part(match.post)
        if not value.strip("/"):
            continue
        start, found, after = match.entry.id.rpartition(value)
        if not found:
            continue
        for date in _DATES:
            day = date(match.post)
            before, found, between = start.partition(day) if day else (start, "-", "")
            if found:
                yield IdRule(before, date, between, part, after)


def _is_dated_by_chance(rule: IdRule, matched: Sequence[Match]) -> bool:
    """True if the fixed text has a date that all of the entries happen to share."""
    fixed = f"{rule.before} {rule.between} {rule.after}"
    for date in _DATES[1:]:
        days = {date(each.post) for each in matched}
        if len(days) == 1 and days.pop() in fixed:
            return True
    return False


def id_by_rules(rules: Sequence[IdRule], post: PublishedPost) -> str:
    """The id of a post, if the rules agree on one; otherwise empty."""
    ids = {rule.id_of(post) for rule in rules}
    return ids.pop() if len(ids) == 1 else ""
