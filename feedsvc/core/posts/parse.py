"""Parses the bytes of a file into a Post; no untyped front matter leaves this module."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Final

from feedsvc.core.dates import date_in_name, read_written_date, rfc3339
from feedsvc.core.frontmatter.decoding import (
    ascii_text,
    decoded,
    first_illegal,
)
from feedsvc.core.frontmatter.parse import read_front_matter
from feedsvc.core.frontmatter.salvage import salvaged_fields
from feedsvc.core.frontmatter.source import FrontMatter, Value
from feedsvc.core.licences.licences import licence_in_notice, near_ids, written_licence
from feedsvc.core.markdown.first_heading import Heading
from feedsvc.core.markdown.inline_text import plain_words
from feedsvc.core.markdown.templates.values import TemplateValue
from feedsvc.core.posts.bodies import PostBody
from feedsvc.core.posts.dating.date_fields import (
    DateFields,
    dates_post,
    looks_like_a_date,
    written_dates,
)
from feedsvc.core.posts.dating.date_keys import WAITED_FOR, date_key
from feedsvc.core.posts.dating.dates_in_paths import date_in_address, date_in_path
from feedsvc.core.posts.enclosures import enclosures_of, image_of
from feedsvc.core.posts.episodes.episode_fields import with_episode
from feedsvc.core.posts.feed_choice import feed_choice, warn_of_unreachable_feeds
from feedsvc.core.posts.fields import (
    NamedField,
    PostFields,
    Refused,
)
from feedsvc.core.posts.keys import KEYS, fold, is_read, nearest_key
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
    as_bool,
    embargo_of,
    end_of,
    harmless_cure,
    is_encrypted,
    retraction_of,
    salvaged_hiding_key,
    why_hidden,
)
from feedsvc.core.problems import Problem, Span
from feedsvc.core.site import Site
from feedsvc.core.text import legal, one_line, summary_of
from feedsvc.errors import FrontMatterError

_LONGEST_TITLE: Final = 1_000  # characters
_LONGEST_SUMMARY: Final = 2_000
_ENDS: Final = frozenset(map(fold, KEYS["expires"]))
_TABLES: Final = frozenset(["extra", "params", "taxonomies"])
_DATE_CURE: Final = "write 2026-03-01 or 2026-03-01 09:30:00 or 2026-03-01T09:30:00+08:00"


def parse_post(
    path: str,
    source: bytes,
    site: Site,
    own_key: str = "",
    given_date: datetime | None = None,
) -> Reading:
    """Parse the file at `path`, which is relative to the folder, with `/`. Never raises.

    If other posts have its slug, `own_key` is its key: see PostNaming. If the post has no date
    of its own, it has the `given_date`.
    """
    return explain(path, source, site, own_key, given_date).reading


def explain(
    path: str,
    source: bytes,
    site: Site,
    own_key: str = "",
    given_date: datetime | None = None,
) -> Explanation:
    """Parse a file like parse_post, and say which keys its values came from."""
    text = ""
    try:
        text = decoded(source, site.rules.encoding)
        cleaned = legal(text)
        front = read_front_matter(cleaned, site.rules.dialect)
        for repeated in front.repeated if front else ():
            if _has_effect(repeated.name, front, site):
                raise repeated.fault
    except FrontMatterError as error:
        details = (error.code, error.column, error.text)
        problem = Problem(path, error.line, error.fault, error.cure, True, *details)
        return Explanation(_broken(problem, text or ascii_text(source), site))
    if front is None:
        return Explanation(NotAPost(path, salvaged_hiding_key(salvaged_fields(text), site)))
    fields = PostFields(path, front)
    _warn_of_illegal(fields, text, cleaned)
    for repeated in front.repeated:
        why = repeated.fault
        fault = f"{why.fault} and has no effect"
        fields.warn_at("repeated-key", fault, why.cure, why.line, why.column, why.text)
    reader = _PostReader(fields, front, site, own_key, given_date)
    reading: Reading
    try:
        reading = reader.reading()
    except Refused as error:
        reading = reader.refused(fields.refusal(error))
    return Explanation(reading, front.dialect, fields.origins)


def _has_effect(name: str, front: FrontMatter | None, site: Site) -> bool:
    """True if the value of a key may have an effect on the post, or was meant to have one.

    Of a table such as `extra`, that depends on the key in it.
    """
    key, _, inner = name.partition(".")
    if inner and fold(key) in _TABLES:
        return _has_effect(inner, front, site)
    if is_read(key) or nearest_key(key) or kinds_of(key) or date_key(key):
        return True
    own = front.fields.get("permalink") if front else None
    templates = f"{site.rules.permalink} {own.value if own else ''}"
    return f":{key.lower()}" in templates.lower()


def _broken(problem: Problem, text: str, site: Site) -> Draft | Problem:
    """A draft if a salvaged line hides the post, else the problem with a salvaged span."""
    hidden = salvaged_hiding_key(salvaged_fields(text), site)
    # dict() keeps the last of two equal keys, but the first counts.
    front = FrontMatter(dict(reversed([*salvaged_fields(text)])), "", 1, "yaml")
    reader = _PostReader(PostFields(problem.path, front), front, site)
    if hidden:
        return replace(reader.hidden(hidden), warnings=(problem,))
    return reader.refused(problem)


def _warn_of_illegal(fields: PostFields, text: str, cleaned: str) -> None:
    index = first_illegal(text, cleaned)
    if index is not None:
        code_point = f"U+{ord(text[index]):04X}"
        fault = f"the character {code_point} is not allowed in a feed and is left out"
        line, column = text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
        fields.warn_at("character", fault, "delete it", line, column)


class _PostReader:
    """Reads the fields of one post; one method for each meaning."""

    def __init__(
        self,
        fields: PostFields,
        front: FrontMatter,
        site: Site,
        own_key: str = "",
        given_date: datetime | None = None,
    ) -> None:
        self._fields = fields
        self._front = front
        self._site = site
        self._naming = PostNaming(fields, site, own_key)
        self._body = PostBody(fields, front, site)
        self._given_date = given_date
        self._is_encrypted = is_encrypted(fields)
        self._retracted = retraction_of(fields, site)

    def reading(self) -> Post | Draft:
        fields, site = self._fields, self._site
        choice = feed_choice(fields)
        hidden = why_hidden(fields, site) or ("" if choice else "feed")
        self._warn_of_unknown_keys()
        if self._is_encrypted and site.rules.encrypted == "hidden":
            hidden = hidden or "password"
        if hidden or choice is None:
            return self.hidden(hidden)
        published = self._published()
        title = self._title()
        categories = categories_of(fields, site.rules, self._front.dialect)
        # Generators make addresses of the title as it is written.
        permalink = self._naming.permalink(published, self._given_title or title, categories)
        shows_files = not self._is_encrypted and self._retracted is None
        image, image_file = image_of(fields, permalink) if self._retracted is None else ("", "")
        tags = tags_of(fields, site.rules)
        authors = authors_of(fields, site.rules, self._front.dialect)
        language = self._naming.language()
        names = [author.name for author in authors] or [site.author]
        warn_of_unreachable_feeds(
            fields, choice, tags, categories, names, language or site.language
        )
        files = enclosures_of(fields, permalink) if shows_files else ()
        files, episode = with_episode(fields, files, permalink)
        expires = self._expires()
        ended = self._ended if self._ended and self._ended[1] == expires else None
        return Post(
            path=fields.path,
            key=self._naming.key(),
            title=title,
            published=published,
            updated=None if self._keeps_updated else self._date("updated"),
            permalink=permalink,
            tags=tags,
            categories=categories,
            authors=authors,
            summary=self._summary(),
            language=language,
            body="" if self._is_encrypted else self._text(permalink),
            enclosures=files,
            image=image,
            image_file=image_file,
            feeds=choice.feeds,
            content="summary" if self._is_encrypted else choice.content,
            license=self._license(),
            episode=episode,
            expires=expires,
            embargo=self._embargo(),
            held_by=self._hidden_by_date(self._held, "until {}"),
            ended_by=self._hidden_by_date(ended, "from {} on"),
            keeps_updated=self._keeps_updated,
            names_site=self._body.names_site,
            retracted=self._retracted,
            positions=fields.positions,
            warnings=tuple(fields.warnings),
        )

    def hidden(self, reason: str) -> Draft:
        """The draft, with all that tells which post it is."""
        # What is wrong with the rest of a hidden post is not reported.
        draft = Draft(self._fields.path, tuple(self._fields.warnings), reason)
        with suppress(Refused):
            draft = replace(draft, key=self._naming.key())
        with suppress(Refused):
            draft = replace(draft, published=self._published())
        with suppress(Refused):
            draft = replace(draft, title=self._title())
        with suppress(Exception):  # a fault of ours in the text must not show the post
            draft = replace(draft, body=self._text())
        return replace(draft, names_site=self._body.names_site)

    def refused(self, problem: Problem) -> Draft | Problem:
        """The problem with the span in which the last good version may be shown.

        An encrypted or retracted post is a draft instead: its last good version may show what
        nobody must see any more.
        """
        warnings = tuple(self._fields.warnings)
        if self._is_encrypted or self._retracted is not None:
            reason = "password" if self._is_encrypted else "retracted"
            return replace(self.hidden(reason), warnings=(problem, *warnings))
        begins = [self._held[1]] if self._held else []
        ends = None
        with suppress(Refused):
            begins += [moment for moment in [self._date("published")] if moment]
        with suppress(Refused):
            begins += [moment for moment in [self._embargo()] if moment]
        with suppress(Refused):
            ends = self._expires()
        span = Span(max(begins, default=None), ends)
        return replace(problem, span=span, warnings=warnings)

    def _warn_of_unknown_keys(self) -> None:
        warned = {(warning.line, warning.text) for warning in self._fields.warnings}
        for field in self._fields.all():
            nearest = nearest_key(field.name)
            if not nearest or (field.line, field.name) in warned or dates_post(field):
                continue
            # why_hidden warns about keys that hide or restrict posts.
            if nearest not in HIDING and not kinds_of(field.name):
                delays = fold(nearest) in WAITED_FOR  # a date in the future
                effect = "" if delays else " and has no effect"
                fault = f"the key {field.name[:60]!r} is unknown{effect}"
                self._fields.warn_of_key(
                    "unknown-key", fault, f"did you mean {nearest}?", field
                )

    def _published(self) -> datetime:
        """The date of the front matter, else that of the file's name or path."""
        published = self._date("published")
        if published:
            return published
        zone, naming = self._site.zone, self._naming
        if dated := date_in_name(naming.name, zone):
            self._fields.record_origin("published", "the file's name")
            return dated[0]
        if published := self._date_by_words("published"):
            return published
        if dated := self._date_of_path:
            self._fields.record_origin("published", "the file's path")
            return dated[0]
        for meaning in ("permalink", "slug"):
            for field in self._fields.with_meaning(meaning):
                written = field.value if isinstance(field.value, str) else ""
                if published := date_in_address(written, zone):
                    self._fields.record_origin("published", field)
                    return published
        if self._given_date:
            self._fields.record_origin("published", "git")
            return self._given_date
        cure = _DATE_CURE.replace("write", "add date:")
        line = self._fields.line("published")
        raise Refused("no-date", "the post has no date", cure, line=line)

    @cached_property
    def _date_of_path(self) -> tuple[datetime, str] | None:
        return date_in_path(self._naming.stem, self._site.zone)

    def _date(self, meaning: str) -> datetime | None:
        in_maps = self._date_fields.in_maps(meaning)
        for field in (*in_maps, *self._fields.with_meaning(meaning)):
            if field.name.lower() == "published" and as_bool(field.value) is not None:
                continue  # `published` is a flag for some generators
            moment = self._moment(field)
            self._fields.record_origin(meaning, field)
            return moment
        return self._date_by_words(meaning) if meaning == "updated" else None

    def _date_by_words(self, meaning: str) -> datetime | None:
        """The date of a key such as `publishedAt`; one that cannot be read is a warning."""
        for field in self._date_fields.by_words(meaning):
            try:
                moment = self._moment(field)
            except Refused as refused:
                if looks_like_a_date(field.value):
                    fault = f"{refused.fault}; it is left out"
                    self._fields.warn("date", fault, refused.cure, field)
                continue
            self._fields.record_origin(meaning, field)
            return moment
        return None

    @cached_property
    def _date_fields(self) -> DateFields:
        return DateFields(self._fields)

    @cached_property
    def _keeps_updated(self) -> bool:
        first = next(iter(self._fields.with_meaning("updated")), None)
        if first is None or not isinstance(first.value, str):
            return False
        return first.value.strip().lower() == "keep"

    def _embargo(self) -> datetime | None:
        """The latest date before which the post is hidden, such as Hugo's publishDate."""
        fields = self._fields
        waits = [f for f in fields.with_meaning("published") if fold(f.name) in WAITED_FOR]
        waits += [f for f in fields.with_meaning("shows") if fold(f.name) == "publish"]
        dates = [self._moment(field) for field in waits if as_bool(field.value) is None]
        misspelt = (f for f in fields.all() if fold(nearest_key(f.name)) in WAITED_FOR)
        for field in (*self._date_fields.awaited(), *misspelt):
            with suppress(Refused):
                dates.append(self._moment(field))
        return max([*dates, self._held[1]] if self._held else dates, default=None)

    @cached_property
    def _held(self) -> tuple[NamedField, datetime] | None:
        held = embargo_of(self._fields, self._site)
        if held:
            self._fields.record_origin("waits for", held[0])
        return held

    def _expires(self) -> datetime | None:
        """The first date from which the post is hidden."""
        ends = self._date("expires")
        if self._ended and (ends is None or self._ended[1] < ends):
            self._fields.record_origin("expires", self._ended[0])
            return self._ended[1]
        return ends

    @cached_property
    def _ended(self) -> tuple[NamedField, datetime] | None:
        return end_of(self._fields, self._site)

    def _hidden_by_date(
        self, dated: tuple[NamedField, datetime] | None, when: str
    ) -> Problem | None:
        if not dated:
            return None
        field, moment = dated
        fault = f"{field.name} hides the post {when.format(rfc3339(moment))}"
        cure = f"delete it to publish the post now; {harmless_cure(field.name)}"
        line, column = field.line, field.key_column
        path, text = self._fields.path, field.name
        return Problem(path, line, fault, cure, False, "restricted", column, text)

    def _moment(self, field: NamedField) -> datetime:
        error = ValueError("it is not a date")
        for text in written_dates(field.value):
            try:
                moment, offset = read_written_date(text, self._site.zone)
            except ValueError as unreadable:
                error = unreadable
                continue
            if offset:
                self._warn_of_offset(field, moment, offset)
            return moment
        why, _, cure = str(error).partition("; ")
        cure = f"{cure}, as in 2026-03-01T09:30:00+08:00" if cure else _DATE_CURE
        if fold(field.name) in _ENDS:
            cure = cure.replace("2026-03-01", "2099-12-31")
        fault = f"{field.name}: {field.shown} cannot be used: {why}"
        raise Refused("date", fault, cure, field) from error

    def _warn_of_offset(self, field: NamedField, moment: datetime, offset: str) -> None:
        fault = (
            f"{field.name}: no time zone has the offset {offset}, and no feed can contain it; "
            f"the date is read as {rfc3339(moment)}"
        )
        self._fields.warn("offset", fault, "write an offset from -14:00 to +14:00", field)

    def _title(self) -> str:
        """The title in the front matter, else the first heading, else the file's name."""
        if self._given_title:
            return plain_words(self._given_title)
        if words := self._heading and self._body.words_of_heading:
            self._fields.record_origin("title", "the first heading")
            return words
        self._fields.record_origin("title", "the file's name")
        dated = date_in_name(self._naming.name, self._site.zone)
        if dated and not dated[1]:
            return self._naming.name  # a daily note: 2026-03-01
        if self._fields.origins.get("published") == "the file's path" and self._date_of_path:
            dated = self._date_of_path
            if not dated[1]:
                return f"{dated[0]:%Y-%m-%d}"
        name = dated[1] if dated else self._naming.name
        return one_line(name.replace("-", " ")) or self._fields.path

    @cached_property
    def _given_title(self) -> str:
        return self._fields.text("title", most=_LONGEST_TITLE)

    @property
    def _heading(self) -> Heading | None:
        """The first heading of the body; None if the front matter has a title.

        None for an encrypted post too: its headings are part of the secret text.
        """
        if self._given_title or self._is_encrypted:
            return None
        return self._body.heading

    def _summary(self) -> str:
        """The summary in the front matter, cut if it is very long."""
        # Enough text for the longest summary; marks are read in linear time, but not for free.
        given = plain_words(self._fields.text("summary")[: 4 * _LONGEST_SUMMARY])
        short = len(given) <= _LONGEST_SUMMARY
        return given if short else summary_of(given, _LONGEST_SUMMARY)

    def _license(self) -> str:
        """The licence of the post itself. One that is unknown is left out, with a warning."""
        unknown: NamedField | None = None
        current = " 4.0" if self._site.rules.generator == "quarto" else ""  # of `CC BY`
        for meaning, read in (("license", written_licence), ("copyright", licence_in_notice)):
            for field in self._fields.with_meaning(meaning):
                text = _words_of_license(field.value)
                if not text or as_bool(text) is not None:
                    continue  # some themes have a flag that shows the licence of the site
                if licence := read(text) or read(text + current):
                    self._fields.record_origin("license", field)
                    return licence
                if meaning == "license":  # most notices of copyright name no licence
                    unknown = unknown or field
        if unknown:
            self._warn_of_license(unknown)
        return ""

    def _warn_of_license(self, field: NamedField) -> None:
        near = " or ".join(near_ids(_words_of_license(field.value)))
        self._fields.warn(
            "license",
            f"{field.name}: {field.shown} is neither an SPDX identifier nor a URL, "
            "and is left out",
            f"did you mean {near}?" if near else "write license: CC-BY-4.0, or a URL",
            field,
        )

    def _text(self, permalink: str = "") -> str:
        return self._body.text(self._heading, lambda: self._known_of_page(permalink))

    def _known_of_page(self, permalink: str) -> dict[str, TemplateValue]:
        """What a template in the body may ask for, besides the front matter."""
        page: dict[str, TemplateValue] = {"permalink": permalink} if permalink else {}
        with suppress(Refused):
            page["title"] = self._title()
        with suppress(Refused):
            page["date"] = self._published()
        return page


def _words_of_license(value: Value) -> str:
    """The licence as text: of a map its address or its identifier, of a list the first one."""
    if isinstance(value, list):
        return _words_of_license(value[0]) if value else ""
    if isinstance(value, dict):
        members = {fold(key): inner for key, inner in value.items()}
        chosen = (
            members.get(key) for key in ("url", "link", "href", "id", "name", "text", "type")
        )
        return next((each for each in chosen if isinstance(each, str) and each.strip()), "")
    return value.strip() if isinstance(value, str) else ""
