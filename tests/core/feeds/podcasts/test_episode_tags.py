"""What an item says to podcast apps, and how long its description may be."""

from dataclasses import replace
from html import escape

import lxml.etree
import pytest

from feedsvc.core.feeds.entries import with_summary_only
from feedsvc.core.feeds.feeds import SITE_TOPIC, Feed
from feedsvc.core.feeds.podcasts.episode_tags import (
    ITUNES,
    PODCAST,
    audio_first,
    episode_rows,
    rss_type,
    uses_itunes,
    with_short_description,
    within,
)
from feedsvc.core.feeds.xml_feeds import rss_document
from feedsvc.core.podcasts.episode import Episode, Transcript
from tests.support.builders import a_site, an_entry, an_episode

OURS = (f"{{{ITUNES}}}", f"{{{PODCAST}}}")
AUDIO = an_entry(enclosures=(an_episode(duration=None),))
LONG = "茶" * 2000  # 6000 octets


@pytest.mark.parametrize(
    ("written", "documented"),
    [
        ("audio/mp4", "audio/x-m4a"),
        ("audio/x-m4a", "audio/x-m4a"),
        ("Audio/MP3", "audio/mpeg"),
        ("audio/ogg", "audio/ogg"),
        ("video/mp4", "video/mp4"),
    ],
)
def test_the_media_type_is_the_one_that_apple_documents(written: str, documented: str) -> None:
    assert rss_type(written) == documented


def test_an_audio_file_is_the_enclosure_and_the_others_keep_their_order() -> None:
    names = ("a.pdf", "b.pdf", "c.mp3", "d.mp3")
    types = ("application/pdf", "application/pdf", "audio/mpeg", "audio/mpeg")
    pairs = zip(names, types, strict=True)
    entry = an_entry(enclosures=tuple(an_episode(n, media_type=t) for n, t in pairs))
    assert [each.name for each in audio_first(entry)] == ["c.mp3", "a.pdf", "b.pdf", "d.mp3"]
    without = replace(entry, enclosures=entry.enclosures[:2])
    assert audio_first(without) == without.enclosures


def test_an_item_without_anything_to_say_has_no_tags_of_apple() -> None:
    assert episode_rows(AUDIO) == ()
    assert not uses_itunes(AUDIO)
    assert uses_itunes(replace(AUDIO, episode=Episode(explicit=False)))
    assert uses_itunes(an_entry(enclosures=(an_episode(),)))


@pytest.mark.parametrize("text", ["", "tea", "&" * 5000, LONG, "x" * 4001])
def test_a_text_is_cut_to_the_octets_that_apple_allows(text: str) -> None:
    cut = within(text)
    assert len(escape(cut).encode()) <= 4000
    assert cut == text or len(escape(cut).encode()) > 3000


def test_only_the_description_of_an_episode_is_cut() -> None:
    post = an_entry(summary=LONG)
    assert with_short_description(post) is post
    assert len(with_short_description(replace(AUDIO, summary=LONG)).summary) < 1400


def test_the_content_of_a_summary_is_cut_too() -> None:
    short = with_summary_only(replace(AUDIO, summary="tea"))
    assert with_short_description(short) is short
    cut = with_short_description(with_summary_only(replace(AUDIO, summary=LONG)))
    assert len(cut.content_html.encode()) <= 4000
    assert cut.content_html.endswith(f"{AUDIO.permalink}</a></p>")
    permalink = f"https://example.org/{'x' * 3000}"
    long_link = replace(AUDIO, summary=LONG, permalink=permalink)
    assert with_short_description(with_summary_only(long_link)).summary == ""


def test_an_item_says_what_the_episode_says_and_nothing_else() -> None:
    transcripts = (
        Transcript("https://a.example/1?a&b", "text/vtt", "de", True, "a.vtt"),
        Transcript("https://a.example/2", "text/html"),
    )
    whole = Episode(2, 3, "bonus", False, True, "https://a.example/i.png", transcripts)
    rss = rss_document(
        Feed(
            a_site(),
            SITE_TOPIC,
            (replace(AUDIO, episode=whole), replace(AUDIO, id="2", episode=Episode(4))),
        )
    )
    items = lxml.etree.fromstring(rss).findall("channel/item")
    said = [
        [
            (each.tag, each.text or dict(each.attrib))
            for each in item
            if each.tag.startswith(OURS)
        ]
        for item in items
    ]
    assert said == [
        [
            (f"{{{ITUNES}}}season", "2"),
            (f"{{{ITUNES}}}episode", "3"),
            (f"{{{ITUNES}}}episodeType", "bonus"),
            (f"{{{ITUNES}}}explicit", "false"),
            (f"{{{ITUNES}}}block", "Yes"),
            (f"{{{ITUNES}}}image", {"href": "https://a.example/i.png"}),
            (
                f"{{{PODCAST}}}transcript",
                {
                    "url": "https://a.example/1?a&b",
                    "type": "text/vtt",
                    "language": "de",
                    "rel": "captions",
                },
            ),
            (
                f"{{{PODCAST}}}transcript",
                {"url": "https://a.example/2", "type": "text/html"},
            ),
        ],
        [(f"{{{ITUNES}}}season", "4")],
    ]
