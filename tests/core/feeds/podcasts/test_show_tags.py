"""Which feeds are podcasts, what changes them, and how large they become."""

from dataclasses import replace

import lxml.etree
import pytest

from feedsvc.core.feeds.archives.archive_pages import page_digest
from feedsvc.core.feeds.archives.paging import Paging
from feedsvc.core.feeds.deltas import delta, entry_hashes
from feedsvc.core.feeds.entries import Entry
from feedsvc.core.feeds.entry_size import show_size
from feedsvc.core.feeds.feeds import SITE_TOPIC, Feed, feed_digest, feed_of
from feedsvc.core.feeds.formats import FORMATS
from feedsvc.core.feeds.podcasts.show_tags import show_image
from feedsvc.core.podcasts.episode import Episode, Transcript
from feedsvc.core.podcasts.show import Show
from feedsvc.core.site import Site
from tests.support.builders import a_site, an_entry, an_episode

SHOW = Show(("Arts", "Books"), image="https://example.org/c.jpg", email="li@example.org")
SITE = a_site(podcast=SHOW)
AUDIO = an_entry("audio", enclosures=(an_episode(),))
POST = an_entry("post")
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
PODCAST = "{https://podcastindex.org/namespace/1.0}"


def tags_of(site: Site, *entries: Entry) -> set[str]:
    """The names of the tags of podcasts in the channel of a feed."""
    rss = FORMATS["rss"].render(Feed(site, SITE_TOPIC, entries))
    channel = lxml.etree.fromstring(rss)[0]
    return {each.tag for each in channel if each.tag.startswith((ITUNES, PODCAST))}


def test_only_a_feed_of_episodes_is_a_podcast() -> None:
    film = an_entry(enclosures=(an_episode(media_type="video/mp4"),))
    assert tags_of(SITE) == tags_of(SITE, POST) == tags_of(SITE, film) == set()
    assert tags_of(SITE, AUDIO, POST) == {f"{PODCAST}guid"}
    assert f"{ITUNES}explicit" in tags_of(SITE, AUDIO, AUDIO)


def test_the_settings_change_only_feeds_with_audio() -> None:
    site, other = a_site(), SITE
    for entries in ((), (POST,)):
        digests = [entry.digest for entry in entries]
        assert feed_digest(site, SITE_TOPIC, digests) == feed_digest(other, SITE_TOPIC, digests)
        for form in FORMATS.values():
            rendered = [form.render(Feed(s, SITE_TOPIC, entries)) for s in (site, other)]
            assert rendered[0] == rendered[1]
    digests = [AUDIO.digest, POST.digest]
    assert feed_digest(site, SITE_TOPIC, digests) != feed_digest(other, SITE_TOPIC, digests)


@pytest.mark.parametrize(
    "episode",
    [
        *(Episode(1), Episode(number=1), Episode(kind="full"), Episode(explicit=False)),
        *(Episode(is_blocked=True), Episode(image="https://example.org/a.png")),
        Episode(transcripts=(Transcript("https://example.org/a.vtt", "text/vtt"),)),
    ],
)
def test_whatever_an_episode_says_changes_its_digest(episode: Episode) -> None:
    assert replace(AUDIO, episode=episode).digest != AUDIO.digest


def test_the_path_of_a_transcript_on_the_disk_changes_no_digest() -> None:
    digests = {
        replace(
            AUDIO, episode=Episode(transcripts=(Transcript("u", "text/vtt", file=f),))
        ).digest
        for f in ("", "a.vtt")
    }
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("podcast", "icon", "logo", "image"),
    [
        ("c.jpg", "i.png", "l.png", "c.jpg"),
        ("", "i.png", "l.png", "i.png"),
        ("", "i.svg", "l.JPEG", "l.JPEG"),
        ("", "i.gif", "l.webp", ""),
        ("", "", "", ""),
    ],
)
def test_the_picture_is_one_that_apple_allows(
    podcast: str, icon: str, logo: str, image: str
) -> None:
    site = a_site(icon=icon, logo=logo, podcast=Show(image=podcast))
    assert show_image(site) == image


def test_the_tags_fit_into_the_size_that_is_kept_free_for_them() -> None:
    wide = "&" * 255
    show = Show(
        ("Arts", "Books"), True, "serial", f"https://e.org/{wide}.png", wide, wide, True
    )
    site = a_site(podcast=show)
    grown = len(FORMATS["rss"].render(Feed(site, SITE_TOPIC, (AUDIO,)))) - len(
        FORMATS["rss"].render(Feed(site, SITE_TOPIC, (POST,)))
    )
    assert grown < show_size(site)


def test_a_feed_with_a_larger_head_has_fewer_episodes_and_no_fewer_posts() -> None:
    large = a_site(podcast=Show(image=f"https://e.org/{'x' * 8_000}.png"), max_bytes=30_000)
    for entry, is_fewer in ((AUDIO, True), (POST, False)):
        newest = [replace(entry, id=str(number)) for number in range(50)]
        small = feed_of(a_site(max_bytes=30_000), SITE_TOPIC, newest)
        feed = feed_of(large, SITE_TOPIC, newest)
        assert (0 < len(feed.entries) < len(small.entries)) is is_fewer
        assert len(FORMATS["rss"].render(feed)) <= 30_000


def test_a_delta_of_a_podcast_has_the_head_of_the_podcast() -> None:
    whole = Feed(SITE, SITE_TOPIC, (AUDIO, replace(AUDIO, id="b")))
    made = delta(whole, entry_hashes(Feed(SITE, SITE_TOPIC, (AUDIO,))))
    assert made
    assert made.is_podcast
    mixed = Feed(SITE, SITE_TOPIC, (AUDIO, POST))
    made = delta(mixed, entry_hashes(Feed(SITE, SITE_TOPIC, (POST,))))
    assert made
    assert not made.is_podcast


def test_the_settings_change_only_archive_pages_with_audio() -> None:
    paging = Paging(page=1)
    for digest, changes in ((AUDIO.digest, True), (POST.digest, False)):
        digests = [page_digest(s, SITE_TOPIC, [digest], paging) for s in (a_site(), SITE)]
        assert (digests[0] != digests[1]) is changes


def test_the_picture_of_the_podcast_is_one_of_the_site() -> None:
    site = a_site(icon="https://example.org/i.png", podcast=SHOW)
    assert site.pictures == ("https://example.org/i.png", "", SHOW.image)
