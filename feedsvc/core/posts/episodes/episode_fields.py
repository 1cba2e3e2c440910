"""Reads what the front matter says of an episode, as themes for podcasts name the keys.

Only a post with an audio file is an episode: in any other post, `season: spring` is no fault. A
value that cannot be used is left out, with a warning.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from feedsvc.core.addresses import web_url
from feedsvc.core.frontmatter.source import Value
from feedsvc.core.media import Enclosure
from feedsvc.core.podcasts.episode import (
    KINDS,
    NO_EPISODE,
    TRANSCRIPT_TYPES,
    Episode,
    Transcript,
)
from feedsvc.core.posts.enclosures import (
    MEDIA_TYPE,
    file_of,
    first_text,
    looks_like_a_url,
    seconds_of,
)
from feedsvc.core.posts.episodes.episode_keys import TABLES, episode_meaning
from feedsvc.core.posts.fields import NamedField, PostFields, shown
from feedsvc.core.posts.keys import fold
from feedsvc.core.posts.visibility import as_bool
from feedsvc.core.text import one_line

_NUMBER = re.compile(r"(?:s|season|e|ep|episode)?[ .#]*0*([1-9][0-9]{0,8})", re.IGNORECASE)
_EXPLICIT: Final = {"explicit": True, "clean": False}
_CAPTIONS: Final = ("vtt", "srt")
_MOST_TRANSCRIPTS: Final = 20
_LONGEST_URL: Final = 2_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def with_episode(
    fields: PostFields, enclosures: tuple[Enclosure, ...], permalink: str
) -> tuple[tuple[Enclosure, ...], Episode]:
    """The enclosures with a duration that is given elsewhere, and the post as an episode."""
    first = next((each for each in enclosures if each.medium == "audio"), None)
    if first is None:
        return enclosures, NO_EPISODE
    reader = _EpisodeReader(fields, permalink)
    if first.duration is None and (seconds := reader.duration()) is not None:
        timed = replace(first, duration=seconds)
        enclosures = tuple(timed if each is first else each for each in enclosures)
    return enclosures, reader.episode()


class _EpisodeReader:
    """Reads the fields of one episode. The first usable value of a meaning counts."""

    def __init__(self, fields: PostFields, permalink: str) -> None:
        self._fields = fields
        self._permalink = permalink
        self._by_meaning: dict[str, list[NamedField]] = {}
        for field in (*fields.all(), *fields.in_tables(TABLES)):
            meaning = episode_meaning(field.name.rpartition(".")[2])
            if meaning and field.value not in (None, "", [], {}):
                self._by_meaning.setdefault(meaning, []).append(field)

    def episode(self) -> Episode:
        return Episode(
            season=self._number("season"),
            number=self._number("episode"),
            kind=self._kind(),
            explicit=self._flag("explicit"),
            is_blocked=self._flag("block") or False,
            transcripts=tuple(self._transcripts()),
        )

    def duration(self) -> int | None:
        for field in self._by_meaning.get("duration", ()):
            if fold(field.name) == "duration":
                continue  # that of the enclosures, which is read with them
            seconds = seconds_of(field.value) if isinstance(field.value, str) else None
            if seconds is not None:
                return seconds
            self._warn(field, "is not a duration", "write 12:34, 1:02:03 or seconds")
        return None

    def _number(self, meaning: str) -> int | None:
        for field in self._by_meaning.get(meaning, ()):
            text = _word(field.value)
            if match := _NUMBER.fullmatch(text):
                return int(match[1])
            cure = f"write {field.name.rpartition('.')[2]}: 2"
            self._warn(
                field, f"is not the number of {_an(meaning)}, a whole number from 1", cure
            )
        return None

    def _kind(self) -> str:
        for field in self._by_meaning.get("episode type", ()):
            kind = _word(field.value).lower()
            if kind in KINDS:
                return kind
            self._warn(field, "is not a type of episode", "write full, trailer or bonus")
        members = self._fields.in_tables(("itunes", "podcast"))
        types = (_word(each.value).lower() for each in members if each.name.endswith(".type"))
        return next((kind for kind in types if kind in KINDS), "")

    def _flag(self, meaning: str) -> bool | None:
        for field in self._by_meaning.get(meaning, ()):
            word = _word(field.value).lower()
            flag = _EXPLICIT.get(word) if meaning == "explicit" else None
            flag = as_bool(field.value) if flag is None else flag
            if flag is not None:
                return flag
            self._warn(field, "is neither true nor false", "write true or false")
        return None

    def _transcripts(self) -> Iterator[Transcript]:
        found: dict[str, Transcript] = {}
        for field in self._by_meaning.get("transcripts", ()):
            members = field.value if isinstance(field.value, list) else [field.value]
            for member in members[:_MOST_TRANSCRIPTS]:
                made = self._transcript(
                    NamedField(field.name, replace(field.field, value=member))
                )
                if made and len(found) < _MOST_TRANSCRIPTS:
                    found.setdefault(made.href, made)
        yield from found.values()

    def _transcript(self, field: NamedField) -> Transcript | None:
        given, kind, language, rel = _parts(field.value)
        href = None
        if looks_like_a_url(given) and len(given) <= _LONGEST_URL:
            href = web_url(self._permalink, given)
        if href is None:
            self._warn(
                field, "is not the name of a file", "write the URL of a file, or its name"
            )
            return None
        suffix = href.partition("#")[0].partition("?")[0].rpartition(".")[2].lower()
        media_type = kind.lower() if MEDIA_TYPE.fullmatch(kind.lower()) else ""
        media_type = media_type or TRANSCRIPT_TYPES.get(suffix, "")
        if not media_type:
            self._warn(
                field,
                "is a file of an unknown type",
                "name a .vtt, .srt, .json, .html or .txt file, or write its type in a map",
            )
            return None
        return Transcript(
            href,
            media_type,
            language if _LANGUAGE.fullmatch(language) else "",
            rel.lower() == "captions" or suffix in _CAPTIONS,
            file_of(given),
        )

    def _warn(self, field: NamedField, why: str, cure: str) -> None:
        fault = f"{field.name}: {shown(field.value)} {why}, and is left out"
        self._fields.warn("episode", fault, cure, field)


def _word(value: Value) -> str:
    return unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else ""


def _an(meaning: str) -> str:
    return "an episode" if meaning == "episode" else "a season"


def _parts(value: Value) -> tuple[str, str, str, str]:
    """URL, media type, language and relation of a transcript."""
    if isinstance(value, dict):
        folded = {fold(key): inner for key, inner in value.items()}
        keys = (
            ("url", "href", "src", "file", "path", "link"),
            ("type", "mimetype", "mediatype", "mime"),
            ("language", "lang"),
            ("rel",),
        )
        url, kind, language, rel = (first_text(folded, each) for each in keys)
        return url, kind, language, rel
    return one_line(value) if isinstance(value, str) else "", "", "", ""
