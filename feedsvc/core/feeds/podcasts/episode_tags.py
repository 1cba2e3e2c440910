"""What an RSS item says to podcast apps: the tags of Apple, and `podcast:transcript`."""

from dataclasses import replace
from html import escape
from typing import Any, Final

import lxml.etree

from feedsvc.core.feeds.entries import Entry, with_summary_only
from feedsvc.core.media import Enclosure
from feedsvc.core.text import summary_of

ITUNES: Final = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST: Final = "https://podcastindex.org/namespace/1.0"
Rows = tuple[tuple[str, ...], ...]

_MOST_OCTETS: Final = 4000  # of a description, as Apple documents it
# What Apple calls the types of files that it plays.
_APPLE_TYPES: Final = {
    "audio/mp4": "audio/x-m4a",
    "audio/m4a": "audio/x-m4a",
    "audio/mp3": "audio/mpeg",
    "audio/x-mp3": "audio/mpeg",
}


def audio_first(entry: Entry) -> tuple[Enclosure, ...]:
    """The attached files, the first audio file before all others: RSS has one enclosure."""
    audio = next((each for each in entry.enclosures if each.medium == "audio"), None)
    if audio is None:
        return entry.enclosures
    return (audio, *(each for each in entry.enclosures if each is not audio))


def rss_type(media_type: str) -> str:
    """The media type of an enclosure as Apple documents it."""
    return _APPLE_TYPES.get(media_type.lower(), media_type)


def uses_itunes(entry: Entry) -> bool:
    """True if the item of an entry has tags of Apple."""
    return bool(_row(entry)) or any(
        each.duration is not None for each in audio_first(entry)[:1]
    )


def episode_rows(entry: Entry) -> Rows:
    """The tags of an episode as one row; no row if there are none."""
    row = _row(entry)
    return (row,) if row else ()


def _row(entry: Entry) -> tuple[str, ...]:
    of = entry.episode
    explicit = "" if of.explicit is None else str(of.explicit).lower()
    row = (
        *(str(of.season or ""), str(of.number or ""), of.kind, explicit, of.image),
        "Yes" if of.is_blocked else "",
    )
    return row if any(row) else ()


def add_episode(item: Any, row: tuple[str, ...]) -> None:
    """Add the tags of an episode to an item."""
    season, number, kind, explicit, image, block = row
    for name, text in (
        ("season", season),
        ("episode", number),
        ("episodeType", kind),
        ("explicit", explicit),
        ("block", block),
    ):
        if text:
            lxml.etree.SubElement(item, f"{{{ITUNES}}}{name}").text = text
    if image:
        lxml.etree.SubElement(item, f"{{{ITUNES}}}image", href=image)


def transcript_rows(entry: Entry) -> Rows:
    """The transcripts of an episode: URL, media type, language, and `captions` or nothing."""
    return tuple(
        (each.href, each.media_type, each.language, "captions" if each.is_captions else "")
        for each in entry.episode.transcripts
    )


def add_transcript(item: Any, row: tuple[str, ...]) -> None:
    """Add a transcript to an item."""
    href, media_type, language, rel = row
    added = lxml.etree.SubElement(item, f"{{{PODCAST}}}transcript", url=href)
    added.set("type", media_type)
    if language:
        added.set("language", language)
    if rel:
        added.set("rel", rel)


def with_short_description(entry: Entry) -> Entry:
    """The entry of an episode with a summary that is no longer than Apple allows."""
    if not entry.has_audio:
        return entry
    if entry.content != "summary":
        return replace(entry, summary=within(entry.summary, _MOST_OCTETS))
    if len(entry.content_html.encode()) <= _MOST_OCTETS:
        return entry
    markup = len(with_summary_only(replace(entry, summary="")).content_html.encode()) + 7
    summary = within(entry.summary, max(0, _MOST_OCTETS - markup))
    return with_summary_only(replace(entry, summary=summary))


def within(text: str, octets: int = _MOST_OCTETS) -> str:
    """The text, cut if it has more octets as HTML."""
    most, cut = len(text), text
    while len(escape(cut).encode()) > octets:
        most = most * 4 // 5
        cut = summary_of(text, most) if most else ""
    return cut
