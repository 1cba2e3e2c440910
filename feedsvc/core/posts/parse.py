"""The door of the house: a file's bytes in, a Post out; untyped front matter ends here."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Final

from feedsvc.core.dates import date_in_name, read_date, rfc3339
from feedsvc.core.frontmatter.decoding import (
    decoded,
    first_illegal,
    roughly,
)
from feedsvc.core.frontmatter.parse import FrontMatter, read_front_matter
from feedsvc.core.frontmatter.salvage import still_said
from feedsvc.core.markdown.first_heading import Heading, first_heading
from feedsvc.core.markdown.shortcodes import without_shortcodes
from feedsvc.core.posts.enclosures import enclosures_of, image_of
from feedsvc.core.posts.feed_choice import feed_choice, warn_of_unreachable_feeds
from feedsvc.core.posts.fields import (
    NamedField,
    PostFields,
    Refused,
)
from feedsvc.core.posts.keys import fold, meant_by
from feedsvc.core.posts.naming import PostNaming
from feedsvc.core.posts.post import Draft, Explanation, NotAPost, Post, Reading
from feedsvc.core.posts.restrictions import kinds_of
from feedsvc.core.posts.terms import (
    authors_of,
    categories_of,
    tags_of,
)
from feedsvc.core.posts.visibility import (
    HIDING,
    harmless_cure,
    hides_all_the_same,
    is_encrypted,
    truth,
    waits_for,
    why_hidden,
)
from feedsvc.core.problems import Problem, Span
from feedsvc.core.site import Site
from feedsvc.core.text import legal, one_line, summary_of
from feedsvc.errors import FrontMatterError

_LONGEST_TITLE: Final = 1_000  # characters
_LONGEST_SUMMARY: Final = 2_000
_WAITS: Final = frozenset(["publishdate", "pubdate", "published"])
_DATE_CURE: Final = "write 2026-03-01 or 2026-03-01 09:30:00 or 2026-03-01T09:30:00+08:00"


def parse_post(path: str, source: bytes, site: Site) -> Reading:
    """What the file at `path` (relative to the folder, with `/`) says; never raises."""
    return explain(path, source, site).reading


def explain(path: str, source: bytes, site: Site) -> Explanation:
    """What parse_post makes of a file, and from which keys."""
    text = ""
    try:
        text = decoded(source, site.rules.encoding)
        cleaned = legal(text)
        front = read_front_matter(cleaned, site.rules.dialect)
    except FrontMatterError as error:
        place = (error.code, error.column, error.text)
        problem = Problem(path, error.line, error.fault, error.cure, True, *place)
        return Explanation(_broken(problem, text or roughly(source), site))
    if front is None:
        return Explanation(NotAPost(path, hides_all_the_same(still_said(text), site)))
    fields = PostFields(path, front)
    _warn_of_illegal(fields, text, cleaned)
    reader = _PostReader(fields, front, site)
    reading: Reading
    try:
        reading = reader.reading()
    except Refused as error:
        reading = reader.refused(fields.refusal(error))
    return Explanation(reading, front.dialect, fields.origins)


def _broken(problem: Problem, text: str, site: Site) -> Draft | Problem:
    """What becomes of a post whose front matter cannot be read, by the lines that can."""
    hidden = hides_all_the_same(still_said(text), site)
    if hidden:
        return Draft(problem.path, (problem,), hidden)
    front = FrontMatter(dict(reversed([*still_said(text)])), "", 1, "yaml")  # the first counts
    return _PostReader(PostFields(problem.path, front), front, site).refused(problem)


def _warn_of_illegal(fields: PostFields, text: str, cleaned: str) -> None:
    at = first_illegal(text, cleaned)
    if at is not None:
        fault = f"the character U+{ord(text[at]):04X} cannot stand in a feed and is left out"
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        fields.warn_at("character", fault, "delete it", line, column)


class _PostReader:
    """Reads the fields of one post; each method knows one meaning."""

    def __init__(self, fields: PostFields, front: FrontMatter, site: Site) -> None:
        self._fields = fields
        self._front = front
        self._site = site
        self._place = PostNaming(fields, site)
        self._is_encrypted = is_encrypted(fields)

    def reading(self) -> Post | Draft:
        fields, site = self._fields, self._site
        self._warn_of_strangers()
        shown = feed_choice(fields)
        hidden = why_hidden(fields, site) or ("" if shown else "feed")
        if self._is_encrypted and site.rules.encrypted == "hidden":
            hidden = hidden or "password"
        if hidden or shown is None:
            return Draft(fields.path, tuple(fields.warnings), hidden)
        published = self._published()
        title = self._title()
        categories = categories_of(fields, site.rules, self._front.dialect)
        permalink = self._place.permalink(published, title, categories)
        tags = tags_of(fields, site.rules)
        authors = authors_of(fields, site.rules, self._front.dialect)
        language = self._place.language()
        names = [author.name for author in authors] or [site.author]
        warn_of_unreachable_feeds(
            fields, shown, tags, categories, names, language or site.language
        )
        return Post(
            path=fields.path,
            key=self._place.key(),
            title=title,
            published=published,
            updated=self._date("updated"),
            permalink=permalink,
            tags=tags,
            categories=categories,
            authors=authors,
            summary=self._summary(),
            language=language,
            body="" if self._is_encrypted else self._body(),
            enclosures=() if self._is_encrypted else enclosures_of(fields, permalink),
            image=image_of(fields, permalink),
            feeds=shown.feeds,
            content="summary" if self._is_encrypted else shown.content,
            expires=self._date("expires"),
            embargo=self._embargo(),
            held_by=self._held_by(),
            positions=fields.positions,
            warnings=tuple(fields.warnings),
        )

    def refused(self, problem: Problem) -> Draft | Problem:
        """What becomes of a post that does not hide, and has this problem.

        An encrypted one may have been published when it was open, so nothing of it can stay.
        """
        if self._is_encrypted:
            return Draft(problem.path, (problem,), "password")
        begins = [self._held[1]] if self._held else []
        ends = None
        with suppress(Refused):
            begins += [moment for moment in [self._date("published")] if moment]
        with suppress(Refused):
            begins += [moment for moment in [self._embargo()] if moment]
        with suppress(Refused):
            ends = self._date("expires")
        return replace(problem, span=Span(max(begins, default=None), ends))

    def _warn_of_strangers(self) -> None:
        for found in self._fields.every():
            meant = meant_by(found.name)
            # Of a key that hides or restricts posts, why_hidden tells more.
            if meant and meant not in HIDING and not kinds_of(found.name):
                fault = f"the key {found.name[:60]!r} is not known and means nothing"
                self._fields.warn_of_key("unknown-key", fault, f"did you mean {meant}?", found)

    # Dates.

    def _published(self) -> datetime:
        published = self._date("published")
        if published:
            return published
        named = date_in_name(self._place.name, self._site.zone)
        if named:
            self._fields.note("published", "the file's name")
            return named[0]
        cure = _DATE_CURE.replace("write", "add date:")
        line = self._fields.line("published")
        raise Refused("no-date", "the post has no date", cure, line=line)

    def _date(self, meaning: str) -> datetime | None:
        for found in self._fields.all(meaning):
            if found.name.lower() == "published" and truth(found.value) is not None:
                continue  # with some it is a date, with others a flag
            moment = self._moment(found)
            self._fields.note(meaning, found)
            return moment
        return None

    def _embargo(self) -> datetime | None:
        """The latest of the dates that say when the post may be seen (Hugo's publishDate)."""
        fields = self._fields
        waits = [f for f in fields.all("published") if fold(f.name) in _WAITS]
        waits += [f for f in fields.all("shows") if fold(f.name) == "publish"]
        dates = [self._moment(found) for found in waits if truth(found.value) is None]
        return max([*dates, self._held[1]] if self._held else dates, default=None)

    @cached_property
    def _held(self) -> tuple[NamedField, datetime] | None:
        held = waits_for(self._fields, self._site)
        if held:
            self._fields.note("waits for", held[0])
        return held

    def _held_by(self) -> Problem | None:
        if not self._held:
            return None
        found, until = self._held
        fault = f"{found.name} hides the post until {rfc3339(until)}"
        cure = f"delete it to publish the post now; {harmless_cure(found.name)}"
        line, column = found.field.line, found.field.key_column
        path, text = self._fields.path, found.name
        return Problem(path, line, fault, cure, False, "restricted", column, text)

    def _moment(self, found: NamedField) -> datetime:
        try:
            if not isinstance(found.value, str):
                raise ValueError("it is not a date")
            return read_date(found.value, self._site.zone)
        except ValueError as error:
            fault = f"{found.name}: {found.shown} cannot be used: {error}"
            raise Refused("date", fault, _DATE_CURE, found) from error

    # What the post is called, and what it says.

    def _title(self) -> str:
        """The title given, else that of the first heading, else the file's name."""
        title = self._given_title
        if title:
            return title
        if self._heading and self._heading.words:
            self._fields.note("title", "the first heading")
            return self._heading.words
        self._fields.note("title", "the file's name")
        named = date_in_name(self._place.name, self._site.zone)
        if named and not named[1]:
            return self._place.name  # a daily note: 2026-03-01
        name = named[1] if named else self._place.name
        return one_line(name.replace("-", " ")) or self._fields.path

    @cached_property
    def _given_title(self) -> str:
        return self._fields.text("title", most=_LONGEST_TITLE)

    @cached_property
    def _heading(self) -> Heading | None:
        """The first heading of the body, where the post has no other title.

        That of an encrypted post is text, which nobody may see.
        """
        if self._given_title or self._is_encrypted:
            return None
        return first_heading(self._front.body)

    def _summary(self) -> str:
        """What the author gives; the beginning of it where that is very long."""
        given = self._fields.text("summary")
        short = len(given) <= _LONGEST_SUMMARY
        return given if short else summary_of(given, _LONGEST_SUMMARY)

    def _body(self) -> str:
        source = self._front.body
        heading = self._heading
        # It is the title now: not twice, please.
        if heading and not source[: heading.start].strip():
            end = heading.end
            source = (
                "\n" * source.count("\n", 0, end) + source[end:]
            )  # lines keep their numbers
        if self._fields.path.lower().endswith(".html"):
            return source
        body, removed = without_shortcodes(source)
        for tag in removed:
            fault = f"the tag {tag.name!r} is not known and is left out"
            line = tag.line + self._front.body_line
            place = (line, tag.column + 1, tag.text)
            self._fields.warn_at("unknown-tag", fault, "write what it should show", *place)
        return body
