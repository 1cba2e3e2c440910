"""A folder of episodes on a real server: each requirement that is documented is a test.

They are those of "A Podcaster's Guide to RSS" of Apple, and of the podcast namespace.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import feedparser
import lxml.etree
import pytest

from tests.support.audio import m4a, mp3
from tests.support.builders import at
from tests.support.feedcheck import check_atom, check_json, check_rss, check_same_entries
from tests.support.running import Server, running
from tests.support.writing import PostFolder

NAMES: Final = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
}
SETTINGS: Final = {
    "FEEDSVC_SITE__LANGUAGE": "zh-CN",
    "FEEDSVC_SITE__SUBTITLE": "茶" * 2000,
    "FEEDSVC_SITE__RIGHTS": "© 2026 Li Wei",
    "FEEDSVC_PODCAST__CATEGORY": "society and culture > documentary",
    "FEEDSVC_PODCAST__EXPLICIT": "false",
    "FEEDSVC_PODCAST__TYPE": "serial",
    "FEEDSVC_PODCAST__IMAGE": "/cover.jpg",
    "FEEDSVC_PODCAST__AUTHOR": "Tea & Radio",
    "FEEDSVC_PODCAST__EMAIL": "owner@example.org",
    "FEEDSVC_PODCAST__LOCKED": "true",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("podcast")
    posts = PostFolder(place / "seeds")
    posts.write_raw("cover.jpg", b"\xff\xd8\xff a picture")
    posts.write_raw("first/a.mp3", mp3(61))
    posts.write_raw("first/a.vtt", b"WEBVTT\n")
    posts.write_raw("first/art.png", b"\x89PNG a picture")
    posts.write(
        "first.md",
        audio="a.mp3",
        title="Green & black",
        description="茶" * 2000,
        image="art.png",
        season="2",
        episode="3",
        episode_type="full",
        explicit="yes",
        transcripts="[a.vtt, {url: 'https://b.example/a', type: text/html, language: de}]",
    )
    posts.write_raw("second/b.m4a", m4a(3723))
    posts.write("second.md", enclosures="[b.m4a, a.pdf]", itunes="{episode: 4, block: true}")
    posts.write("third.md", audio="https://b.example/c.mp3", duration="'12:34'")
    posts.write_raw("broken/d.mp3", b"no audio")
    posts.write("broken.md", audio="d.mp3", season="spring")
    posts.write("blog/mixed.md", tags="[Mixed]", audio="https://b.example/e.mp3")
    posts.write("blog/post.md", tags="[Mixed]", feeds="[tags]", season="spring")
    posts.write("blog/words.md", tags="[Words]", feeds="[tags]", explicit="perhaps")
    with running(place, posts.root, SETTINGS) as server:
        yield server


@pytest.fixture(scope="module")
def channel(server: Server) -> Any:
    return rss_of(server, "")


def rss_of(server: Server, feed: str) -> Any:
    """The channel of a feed."""
    return lxml.etree.fromstring(server.get(f"{feed}/rss.xml").content)[0]


def found(element: Any, path: str) -> list[str]:
    """What an XPath finds, as texts."""
    return [
        each if isinstance(each, str) else each.text or ""
        for each in element.xpath(path, namespaces=NAMES)
    ]


SHOW: Final = {
    "title: the name of the show": ("title", ["Tea notes"]),
    "itunes:image: a URL of the artwork": ("itunes:image/@href", ["{url}/cover.jpg"]),
    "language: a code of ISO 639": ("language", ["zh-CN"]),
    "itunes:category: one of Apple's": ("itunes:category/@text", ["Society & Culture"]),
    "itunes:category: its subcategory is inside": (
        *("itunes:category/itunes:category/@text", ["Documentary"]),
    ),
    "itunes:explicit: true or false": ("itunes:explicit", ["false"]),
    "itunes:author: who makes the show": ("itunes:author", ["Tea & Radio"]),
    "link: the website": ("link", ["{url}/"]),
    "itunes:type: serial shows must have it": ("itunes:type", ["serial"]),
    "copyright: the rights": ("copyright", ["© 2026 Li Wei"]),
    "itunes:owner: name": ("itunes:owner/itunes:name", ["Tea & Radio"]),
    "itunes:owner: email": ("itunes:owner/itunes:email", ["owner@example.org"]),
    "podcast:locked: yes or no": ("podcast:locked", ["yes"]),
    "podcast:locked: the owner": ("podcast:locked/@owner", ["owner@example.org"]),
    "atom:link: the feed itself": ("atom:link[@rel='self']/@href", ["{url}/rss.xml"]),
}


@pytest.mark.parametrize("requirement", SHOW)
def test_the_show_has(requirement: str, server: Server, channel: Any) -> None:
    path, values = SHOW[requirement]
    assert found(channel, path) == [value.replace("{url}", server.url) for value in values]


EPISODES: Final = {
    "title: the name, not the number": ("first", "title", ["Green & black"]),
    "enclosure: URL": ("first", "enclosure/@url", ["{url}/posts/first/a.mp3"]),
    "enclosure: length in octets": ("first", "enclosure/@length", ["976000"]),
    "enclosure: type of MP3": ("first", "enclosure/@type", ["audio/mpeg"]),
    "enclosure: type of M4A": ("second", "enclosure/@type", ["audio/x-m4a"]),
    "enclosure: only one": ("second", "count(enclosure)", ["1"]),
    "guid: permanent": ("first", "guid", ["tag:example.org,2026:/first"]),
    "pubDate: RFC 2822": ("first", "pubDate", ["Sun, 01 Mar 2026 09:30:00 +0800"]),
    "itunes:duration: measured in seconds": ("first", "itunes:duration", ["61"]),
    "itunes:duration: of an M4A file": ("second", "itunes:duration", ["3723"]),
    "itunes:duration: as the author gives it": ("third", "itunes:duration", ["754"]),
    "itunes:duration: none of a broken file": ("broken", "itunes:duration", []),
    "link: the page": ("first", "link", ["{url}/posts/first/"]),
    "itunes:image: its own artwork": (
        *("first", "itunes:image/@href", ["{url}/posts/first/art.png"]),
    ),
    "itunes:explicit: true": ("first", "itunes:explicit", ["true"]),
    "itunes:explicit: else that of the show": ("second", "itunes:explicit", []),
    "itunes:episode: a whole number": ("first", "itunes:episode", ["3"]),
    "itunes:season: a whole number": ("first", "itunes:season", ["2"]),
    "itunes:season: no other text": ("broken", "itunes:season", []),
    "itunes:episodeType: full, trailer or bonus": ("first", "itunes:episodeType", ["full"]),
    "itunes:block: Yes": ("second", "itunes:block", ["Yes"]),
    "itunes:block: else none": ("first", "itunes:block", []),
    "podcast:transcript: URLs": (
        *(
            "first",
            "podcast:transcript/@url",
            ["{url}/posts/first/a.vtt", "https://b.example/a"],
        ),
    ),
    "podcast:transcript: types": (
        *("first", "podcast:transcript/@type", ["text/vtt", "text/html"]),
    ),
    "podcast:transcript: languages": ("first", "podcast:transcript/@language", ["de"]),
    "podcast:transcript: captions": ("first", "podcast:transcript/@rel", ["captions"]),
}


@pytest.mark.parametrize("requirement", EPISODES)
def test_an_episode_has(requirement: str, server: Server, channel: Any) -> None:
    name, path, values = EPISODES[requirement]
    (item,) = channel.xpath(f"item[link='{server.url}/posts/{name}/']")
    if path.startswith("count("):
        assert item.xpath(path) == float(values[0])
        return
    assert found(item, path) == [value.replace("{url}", server.url) for value in values]


def test_descriptions_have_at_most_4000_octets(channel: Any) -> None:
    descriptions = found(channel, "description | item/description")
    assert max(len(each.encode()) for each in descriptions) <= 4000
    assert all(descriptions)


def test_the_guid_of_the_podcast_is_a_uuid_of_version_5(channel: Any) -> None:
    (guid,) = found(channel, "podcast:guid")
    assert (len(guid), guid[14]) == (36, "5")


def test_the_namespaces_are_declared_as_documented(channel: Any) -> None:
    assert {**channel.nsmap, **NAMES} == channel.nsmap


def test_no_value_has_spaces_around_it_or_is_empty(channel: Any) -> None:
    tags = [each for each in channel.iter() if str(each.tag).startswith(f"{{{NAMES['itunes']}")]
    texts = [each.text for each in tags if not each.attrib and not len(each)]
    assert texts
    assert all(text and text == text.strip() and len(text) <= 255 for text in texts)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/cover.jpg", "image/jpeg"),
        ("/posts/first/a.mp3", "audio/mpeg"),
        ("/posts/second/b.m4a", "audio/mp4"),
        ("/posts/first/a.vtt", "text/vtt"),
        ("/posts/first/art.png", "image/png"),
    ],
)
def test_every_file_answers_head_and_byte_ranges(
    server: Server, path: str, media_type: str
) -> None:
    head = server.ask("HEAD", path)
    assert (head.status_code, head.headers["Content-Type"].partition(";")[0]) == (
        *(200, media_type),
    )
    part = server.get(path, {"Range": "bytes=0-3"})
    assert (part.status_code, len(part.content)) == (206, 4)


@pytest.mark.parametrize("feed", ["", "/tags/Mixed", "/tags/Words"])
def test_the_feeds_are_valid_in_every_format(server: Server, feed: str) -> None:
    documents = {}
    for name, check in (
        ("atom.xml", check_atom),
        ("rss.xml", check_rss),
        ("feed.json", check_json),
    ):
        answer = server.get(f"{feed}/{name}")
        documents[name] = answer.content
        findings = check(
            answer.content,
            self_link=f"{server.url}{feed}/{name}",
            content_type=answer.headers["Content-Type"],
            now=at("2026-06-01"),
        )
        assert findings == []
    assert check_same_entries(*documents.values()) == []


def test_feedparser_reads_the_podcast(server: Server) -> None:
    parsed = feedparser.parse(server.get("/rss.xml").content)
    assert not parsed.bozo
    feed = parsed.feed
    assert (feed.author, feed.itunes_type) == ("Tea & Radio", "serial")
    assert feed.image.href == f"{server.url}/cover.jpg"
    assert {tag.term for tag in feed.tags} == {"Society & Culture", "Documentary"}
    first = next(entry for entry in parsed.entries if entry.title == "Green & black")
    assert (first.itunes_season, first.itunes_episode, first.itunes_duration) == (
        "2",
        "3",
        "61",
    )


def test_json_feed_has_the_duration_and_no_other_tags(server: Server) -> None:
    items = json.loads(server.get("/feed.json").content)["items"]
    durations = {
        item["title"]: item["attachments"][0].get("duration_in_seconds") for item in items
    }
    assert durations["Green & black"] == 61
    assert durations["broken.md"] is None


def test_a_mixed_feed_is_no_podcast(server: Server) -> None:
    channel = rss_of(server, "/tags/Mixed")
    assert len(channel.findall("item")) == 2
    assert found(channel, "itunes:* | podcast:*[not(self::podcast:guid)]") == []


def test_a_feed_without_audio_says_nothing_of_podcasts(server: Server) -> None:
    text = server.get("/tags/Words/rss.xml").text
    assert "itunes" not in text
    assert "podcast" not in text


def test_only_the_episode_with_a_bad_value_is_a_problem(server: Server, tmp_path: Path) -> None:
    lines = [line for line in server.log.splitlines() if "season" in line]
    assert len(lines) == 1
    assert "broken.md" in lines[0]
